//! Holds that the person on duty is told, whoever that is by now: days told with a clock set by hand, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use allclear::domain::access::{Actor, Identity, Role};
use allclear::domain::address::Address;
use allclear::domain::ids::{AccountId, UnitId};
use allclear::domain::language::Lang;
use allclear::domain::roster::{Duty, Swap, SwapError};
use allclear::service::{Error, TypedPost};
use allclear::store::{Conn, Granted, NewAccount};
use support::{Day, Fresh, House, local, on_both, table, urgent};

const LIU: &str = "东湖镇 · 柳村";

const WEEK: &str = "
    清河县六月值班表 | | | | |
    日期 | 带班领导 | 带班领导邮箱 | 值班员 | 值班员邮箱 | 值班电话
    2026-06-01 | 副县长一岗 | chief1@county.example | 值班一岗 | one@county.example | 0793-0000001
    2026-06-02 | 副县长二岗 | chief2@county.example | 值班二岗 | two@county.example | 0793-0000002
    2026-06-03 | 副县长一岗 | chief1@county.example | 值班三岗 | three@county.example | 0793-0000003
    2026-06-04 | 副县长二岗 | chief2@county.example | | |
";

/// A day of a county that keeps a roster.
async fn day(db: &Fresh, settings: &[(&str, &str)]) -> Day {
    let day = Day::begin_with(db, settings).await;
    let officer = day.officer().await;
    day.house
        .service
        .import_roster(&officer, county(&day).await, &table(WEEK))
        .await
        .unwrap();
    day
}

async fn county(day: &Day) -> UnitId {
    day.house.service.tree().await.unwrap().roots().next().unwrap().id
}

/// Another officer of the county.
async fn colleague(day: &Day) -> Actor {
    const ADD: &str = "INSERT INTO account (login, label, language, epoch, created_at)
        VALUES ('second', '值班二岗', 'zh-CN', 0, 0) RETURNING id";
    let mut tx = day.house.service.store.begin().await.unwrap();
    let id: i64 = match &mut *tx {
        Conn::Sqlite(c) => sqlx::query_scalar(ADD).fetch_one(&mut **c).await.unwrap(),
        Conn::Postgres(c) => sqlx::query_scalar(ADD).fetch_one(&mut **c).await.unwrap(),
    };
    tx.commit().await.unwrap();
    Actor {
        identity: Identity::Account(AccountId(id)),
        label: "值班二岗".into(),
        ..day.officer().await
    }
}

/// Sends an urgent report from a village outside every round.
async fn flood(day: &Day) {
    let report = day.unowed(LIU, urgent("管涌")).await;
    assert!(day.send(LIU, report).await.unwrap().alert.is_some());
}

on_both!(
    a_shift_that_changes_in_the_middle_of_an_alert_sends_the_next_step_to_the_new_officer,
    |db| async move {
        let mut day = day(db, &[("urgent.steps", "[\"deputy@county.example\"]")]).await;
        day.until("2026-06-02 08:57").await;
        day.all_letters().await;
        flood(&day).await;
        assert_eq!(
            day.all_letters().await,
            [
                "08:57 urgent chief1@county.example",
                "08:57 urgent one@county.example"
            ]
        );
        // At nine the shift changes; the next round of calls, two minutes later, is the new shift's.
        day.until("2026-06-02 09:02").await;
        assert_eq!(
            day.all_letters().await,
            [
                "09:02 urgent chief2@county.example",
                "09:02 urgent deputy@county.example",
                "09:02 urgent two@county.example",
            ]
        );
    }
);

on_both!(the_new_shift_has_it_from_the_very_instant, |db| async move {
    let mut day = day(db, &[]).await;
    let change = local("2026-06-02 09:00");
    day.until("2026-06-02 08:59").await;
    day.all_letters().await;
    day.house.clock.set(change - chrono::TimeDelta::milliseconds(1));
    flood(&day).await;
    assert!(day.all_letters().await[0].ends_with("chief1@county.example"));
    day.house.clock.set(change);
    let later = day.unowed(LIU, urgent("漫堤")).await;
    assert!(day.send(LIU, later).await.unwrap().alert.is_some());
    assert!(day.all_letters().await[0].ends_with("chief2@county.example"));
});

on_both!(
    addresses_that_were_refused_for_good_silence_no_urgent_report,
    |db| async move {
        let settings = [
            ("duty.leaders", "[\"head@county.example\"]"),
            ("duty.officers", "[\"desk@county.example\"]"),
        ];
        let mut day = day(db, &settings).await;
        day.until("2026-06-01 12:00").await;
        day.all_letters().await;
        let mut tx = day.house.service.store.begin().await.unwrap();
        for address in ["chief1@county.example", "one@county.example"] {
            tx.mark_bad(address, local("2026-06-01 11:00"), "550 no such user")
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        flood(&day).await;
        let told = [
            "12:00 urgent chief1@county.example",
            "12:00 urgent desk@county.example",
            "12:00 urgent head@county.example",
            "12:00 urgent one@county.example",
        ];
        assert_eq!(day.all_letters().await, told, "those on duty are tried again");
    }
);

on_both!(
    where_everybody_named_was_refused_whoever_holds_the_county_by_account_is_told,
    |db| async move {
        let settings = [
            ("duty.leaders", "[\"head@county.example\"]"),
            ("duty.officers", "[\"desk@county.example\"]"),
        ];
        let mut day = day(db, &settings).await;
        day.until("2026-06-01 12:00").await;
        day.all_letters().await;
        let named = ["chief1", "desk", "head", "one"].map(|name| format!("{name}@county.example"));
        let mut tx = day.house.service.store.begin().await.unwrap();
        for address in &named {
            tx.mark_bad(address, local("2026-06-01 11:00"), "550 no such user")
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let account = NewAccount {
            login: "mayor".into(),
            label: "县长岗".into(),
            address: Some("mayor@county.example".into()),
            language: Lang::default(),
        };
        let over = Granted {
            role: Role::Leader,
            unit: Some(county(&day).await),
        };
        let service = &day.house.service;
        service
            .create_account(&Actor::console(), account, &[over])
            .await
            .unwrap();
        flood(&day).await;
        let told = day.all_letters().await;
        assert!(
            told.contains(&"12:00 urgent mayor@county.example".to_owned()),
            "{told:?}"
        );
        assert_eq!(told.len(), named.len() + 1, "{told:?}");
    }
);

on_both!(who_stands_in_is_told_in_his_place, |db| async move {
    let mut day = day(db, &[("urgent.steps", "[\"chief1@county.example\"]")]).await;
    let (officer, county) = (day.officer().await, county(&day).await);
    day.until("2026-06-01 15:00").await;
    let deputy = TypedPost {
        name: "办公室主任岗",
        address: "deputy@county.example",
        phone: "0793-0000009",
    };
    let span = (local("2026-06-01 15:00"), local("2026-06-01 16:00"));
    let service = &day.house.service;
    let id = service
        .stand_in(&officer, county, "chief1@county.example", deputy, span)
        .await
        .unwrap();
    day.all_letters().await;
    flood(&day).await;
    assert_eq!(
        day.all_letters().await,
        [
            "15:00 urgent deputy@county.example",
            "15:00 urgent one@county.example"
        ]
    );
    // Taken back while the alert runs: the next round of calls is the leader's own again.
    day.house
        .service
        .end_stand_in(&officer, county, id)
        .await
        .unwrap();
    day.until("15:05").await;
    assert_eq!(
        day.all_letters().await,
        [
            "15:05 urgent chief1@county.example",
            "15:05 urgent one@county.example"
        ]
    );
});

on_both!(
    a_duty_that_the_roster_leaves_open_falls_to_the_settings,
    |db| async move {
        let settings = [
            ("duty.leaders", "set-leader@county.example"),
            ("duty.officers", "set-officer@county.example"),
        ];
        let mut day = day(db, &settings).await;
        day.until("2026-06-04 12:00").await;
        day.all_letters().await;
        flood(&day).await;
        assert_eq!(
            day.all_letters().await,
            [
                "12:00 urgent chief2@county.example",
                "12:00 urgent set-officer@county.example"
            ]
        );
    }
);

on_both!(
    the_last_step_of_a_chase_names_the_leader_of_that_hour,
    |db| async move {
        let mut day = day(db, &[]).await;
        day.declare(
            "2026-06-01 08:00",
            "2026-06-30 22:00",
            &["早报 06:00 08:30 12:00"],
        )
        .await;
        day.until("2026-06-02 12:00").await;
        let letters = day.all_letters().await;
        let leaders: Vec<_> = letters
            .iter()
            .filter(|one| one.contains("escalated chief"))
            .collect();
        // Each time the leader of that hour, not the one of the deadline: at 08:30 it was still the shift before.
        assert_eq!(
            leaders,
            [
                "09:30 escalated chief1@county.example",
                "17:00 escalated chief1@county.example",
                "09:30 escalated chief2@county.example"
            ],
            "{letters:?}"
        );
    }
);

on_both!(
    a_swap_needs_another_person_and_then_changes_both_days,
    |db| async move {
        let day = day(db, &[]).await;
        let (officer, county) = (day.officer().await, county(&day).await);
        let to = |name: &str| Address::parse(&format!("{name}@county.example")).unwrap();
        let swap = Swap {
            duty: Duty::Officer,
            day: "2026-06-02".parse().unwrap(),
            address: to("two"),
            other_day: "2026-06-03".parse().unwrap(),
            other_address: to("three"),
        };
        let service = &day.house.service;
        let id = service.ask_swap(&officer, county, &swap, "开会").await.unwrap();
        let own = service.decide_swap(&officer, id, true).await;
        assert!(matches!(own, Err(Error::Denied(_))), "{own:?}");
        let other = colleague(&day).await;
        service.decide_swap(&other, id, true).await.unwrap();
        let twice = service.decide_swap(&other, id, false).await;
        assert!(matches!(twice, Err(Error::Already(_))), "{twice:?}");
        let mut conn = service.store.read().await.unwrap();
        let both = conn.shifts(&[county], swap.day, swap.other_day).await.unwrap();
        drop(conn);
        let on = both[&county].iter().filter(|one| one.duty == Duty::Officer);
        let officers: Vec<_> = on.map(|one| one.post.name.as_str()).collect();
        assert_eq!(officers, ["值班三岗", "值班二岗"]);
        // The shifts are others' by now.
        let gone = service.ask_swap(&officer, county, &swap, "开会").await;
        assert!(matches!(gone, Err(Error::Swap(SwapError::Gone))), "{gone:?}");
        let deeds = day.count("SELECT COUNT(*) FROM audit WHERE deed IN ('ask_swap', 'decide_swap')");
        assert_eq!(deeds.await, 2);
    }
);

on_both!(a_table_with_a_fault_changes_no_day, |db| async move {
    let day = day(db, &[]).await;
    let (officer, county) = (day.officer().await, county(&day).await);
    let service = &day.house.service;
    let again = service
        .import_roster(&officer, county, &table(WEEK))
        .await
        .unwrap();
    assert!(again.is_empty(), "the same table again changes nothing");
    let broken = "
        日期 | 值班员 | 值班员邮箱
        2026-06-02 | 别的岗 | other@county.example
        2026-06-31 | 别的岗 | other@county.example";
    let refused = service.import_roster(&officer, county, &table(broken)).await;
    assert!(
        matches!(&refused, Err(Error::Roster(faults)) if faults.len() == 1),
        "{refused:?}"
    );
    let preview = "
        日期 | 值班员 | 值班员邮箱
        2026-06-02 | 别的岗 | other@county.example";
    let changes = service
        .preview_roster(&officer, county, &table(preview))
        .await
        .unwrap();
    let first = &changes[0];
    assert_eq!((changes.len(), first.before.len(), first.after.len()), (1, 2, 1));
    let kept = day.count("SELECT COUNT(*) FROM duty_shift WHERE day = '2026-06-02'");
    assert_eq!(kept.await, 2);
    // A workstation keeps no roster.
    let device = day.workstation(LIU).await;
    let denied = service.import_roster(&device, county, &table(WEEK)).await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
});

on_both!(
    a_shift_is_handed_over_with_what_lies_on_the_desk,
    |db| async move {
        let day = day(db, &[]).await;
        let (officer, county) = (day.officer().await, county(&day).await);
        day.until("2026-06-02 08:50").await;
        flood(&day).await;
        let service = &day.house.service;
        service
            .note_for_next(&officer, county, "三号泵站待修，联系 11010519491231002X")
            .await
            .unwrap();
        let next = colleague(&day).await;
        day.until("2026-06-02 09:00").await;
        service.take_over(&next, county).await.unwrap();
        let mut conn = service.store.read().await.unwrap();
        let last = conn.handovers(county).await.unwrap().remove(0);
        assert_eq!(last.by, "值班二岗");
        let desk: allclear::service::Desk = serde_json::from_str(&last.desk).unwrap();
        assert_eq!((desk.incidents.len(), desk.notes.len()), (1, 1));
        assert!(!desk.notes[0].1.contains("110105"), "screened before it is kept");
        // What was handed over is not handed over again.
        let unit = conn.unit(county).await.unwrap().unwrap();
        drop(conn);
        let mut conn = service.store.read().await.unwrap();
        day.house.clock.set(local("2026-06-02 09:01"));
        assert!(service.desk_now(&mut conn, &unit).await.unwrap().notes.is_empty());
    }
);

on_both!(
    a_village_without_roster_contacts_or_period_is_red_at_once_when_nobody_can_be_told,
    |db| async move {
        // No settings, no roster, nothing declared, and nobody has an account.
        let house = House::at(db, "2026-06-01 08:00", &[]).await;
        house
            .import("编码 | 上级编码 | 名称 | 类别\n 361128 | | 清河县 | 县\n 361128101 | 361128 | 东湖镇 | 乡镇\n 361128101201 | 361128101 | 柳村 | 村")
            .await;
        let mut day = Day::of(house);
        let report = day.unowed(LIU, urgent("管涌")).await;
        let outcome = day.send(LIU, report).await.unwrap();
        let told = day.all_letters().await;
        let mut conn = day.house.service.store.read().await.unwrap();
        let alert = conn.alert(outcome.alert.unwrap()).await.unwrap().unwrap();
        // Nobody can be told: it is red at once, so the page says whom to phone.
        assert!(
            told.is_empty() && alert.red.as_deref() == Some("nobody"),
            "{told:?} {alert:?}"
        );
    }
);
