//! Holds that periods are declared, stopped, extended and revised by rule, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use allclear::domain::access::Actor;
use allclear::domain::calendar::DayKind;
use allclear::domain::ids::UnitId;
use allclear::domain::period::{Hours, Level, Period, PeriodError, Scope};
use allclear::domain::unit::UnitKind;
use allclear::service::period::{Declaration, NewRule};
use allclear::service::{Error, Fault};
use chrono::TimeDelta;
use support::{Fresh, House, local, on_both};

const COUNTY: &str = "
    code | parent_code | name | kind
    361128 | | 鄱阳县 | county
    361128101 | 361128 | 谢家滩镇 | township
    361128101201 | 361128101 | 朱家村 | village
    361128101202 | 361128101 | 大塘村 | village
";

async fn house(db: &Fresh) -> House {
    let house = House::at(db, "2026-06-01 07:00", &[]).await;
    house.import(COUNTY).await;
    house
}

fn rule(label: &str, opens: &str, due: &str, closes: &str) -> NewRule {
    let time = |text: &str| text.parse().unwrap();
    NewRule {
        label: label.into(),
        hours: Hours::new(time(opens), time(due), TimeDelta::minutes(10), time(closes)).unwrap(),
        days: DayKind::EveryDay,
        roll_up: false,
    }
}

async fn wanted(house: &House) -> Declaration {
    let root = house.service.tree().await.unwrap().roots().next().unwrap().id;
    Declaration {
        name: "汛期".into(),
        basis: "鄱汛〔2026〕1号".into(),
        level: Level::III,
        scope: Scope {
            subtrees: vec![root],
            kinds: vec![UnitKind::Village],
            except: vec![],
        },
        starts: local("2026-06-01 00:00"),
        ends: local("2026-09-01 00:00"),
        drill: false,
        rounds: vec![rule("早报", "08:00", "10:00", "12:00")],
        ladder: None,
    }
}

async fn stored(house: &House) -> Vec<Period> {
    let mut conn = house.service.store.read().await.unwrap();
    conn.periods_ending_after(local("2020-01-01 00:00"))
        .await
        .unwrap()
}

on_both!(
    a_period_is_declared_from_now_on_and_asks_its_villages,
    |db| async move {
        let house = house(db).await;
        let me = Actor::console();
        let declared = house
            .service
            .declare_period(&me, &wanted(&house).await)
            .await
            .unwrap();
        assert_eq!(declared.asked, 2);
        assert_eq!(declared.period.starts, local("2026-06-01 07:00"));
        assert!(declared.unknown_years.is_empty());
        assert_eq!(stored(&house).await, [declared.period]);
        let mut conn = house.service.store.read().await.unwrap();
        let deeds = conn.audit_after(0, 10).await.unwrap();
        assert_eq!(deeds.last().unwrap().deed, "declare_period");
    }
);

on_both!(a_year_without_a_calendar_is_a_warning, |db| async move {
    let house = house(db).await;
    let mut far = wanted(&house).await;
    far.starts = local("2030-05-01 00:00");
    far.ends = local("2030-06-01 00:00");
    far.rounds[0].days = DayKind::Workdays;
    let declared = house
        .service
        .declare_period(&Actor::console(), &far)
        .await
        .unwrap();
    assert_eq!(declared.unknown_years, [2030]);
});

on_both!(a_scope_that_names_no_unit_is_refused, |db| async move {
    let house = house(db).await;
    let mut wrong = wanted(&house).await;
    wrong.scope.subtrees.push(UnitId(9999));
    let refused = house.service.declare_period(&Actor::console(), &wrong).await;
    assert!(
        matches!(
            refused,
            Err(Error::Invalid {
                field: "scope",
                fault: Fault::Unknown
            })
        ),
        "{refused:?}"
    );
    wrong.scope.subtrees.clear();
    let refused = house.service.declare_period(&Actor::console(), &wrong).await;
    assert!(matches!(refused, Err(Error::Period(PeriodError::NobodyAsked))));
    assert!(stored(&house).await.is_empty());
});

on_both!(a_period_is_extended_and_stopped_with_a_reason, |db| async move {
    let house = house(db).await;
    let me = Actor::console();
    let id = house
        .service
        .declare_period(&me, &wanted(&house).await)
        .await
        .unwrap()
        .period
        .id;
    let later = local("2026-10-01 00:00");
    let refused = house.service.extend_period(&me, id, later, "  ").await;
    assert!(matches!(refused, Err(Error::Invalid { field: "reason", .. })));
    let longer = house.service.extend_period(&me, id, later, "秋汛").await.unwrap();
    assert_eq!((longer.ends, stored(&house).await), (later, vec![longer]));
    let refused = house.service.extend_period(&me, id, later, "秋汛").await;
    assert!(matches!(refused, Err(Error::Period(PeriodError::NotLater))));
    house.go_to("2026-06-02 09:00");
    let typed = "解除响应，联系人11010519491231002X";
    let stopped = house.service.stop_period(&me, id, typed).await.unwrap();
    let chain = house
        .service
        .store
        .read()
        .await
        .unwrap()
        .audit_after(0, 99)
        .await
        .unwrap();
    let chain = format!("{chain:?}");
    assert!(
        chain.contains("解除响应") && !chain.contains("11010519491231002X"),
        "masked: {chain}"
    );
    assert_eq!(stopped.stopped, Some(local("2026-06-02 09:00")));
    let again = house.service.stop_period(&me, id, "解除响应").await;
    assert!(matches!(again, Err(Error::Period(PeriodError::Over))));
    assert!(matches!(
        house
            .service
            .stop_period(&me, allclear::domain::ids::PeriodId(99), "x")
            .await,
        Err(Error::Missing("period"))
    ));
});

on_both!(a_new_version_of_a_rule_ends_the_old_one, |db| async move {
    let house = house(db).await;
    let me = Actor::console();
    let period = house
        .service
        .declare_period(&me, &wanted(&house).await)
        .await
        .unwrap()
        .period;
    let old = period.rules[0].id;
    let new = rule("早报", "07:00", "09:00", "12:00");
    house.go_to("2026-06-01 08:30");
    let day = |text: &str| text.parse().unwrap();
    let early = house
        .service
        .revise_rule(&me, period.id, old, &new, day("2026-06-01"))
        .await;
    assert!(
        matches!(early, Err(Error::Period(PeriodError::TooEarly { first })) if first == day("2026-06-02")),
        "{early:?}"
    );
    let revised = house
        .service
        .revise_rule(&me, period.id, old, &new, day("2026-06-02"))
        .await
        .unwrap();
    assert_eq!(stored(&house).await, std::slice::from_ref(&revised));
    assert_eq!(revised.rules[0].until, Some(day("2026-06-02")));
    assert_eq!(revised.rules[1].hours, new.hours);
    assert_ne!(revised.rules[1].id, old);
});
