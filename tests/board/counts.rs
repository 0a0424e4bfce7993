//! Holds that what the database counts is what the rules count.

use allclear::domain::access::{Role, Scope};
use allclear::domain::board::{Filter, Span, folds, spans};
use allclear::domain::ids::RoundId;
use allclear::domain::tally::{Counted, Said, Tally};
use allclear::domain::time::Timestamp;
use allclear::service::Service;
use allclear::store::{Count, Listing};

use super::support::{Day, incident, local, on_both};
use super::{NEIGHBOURS, Office};

async fn counted(service: &Service, now: Timestamp) -> Vec<Count> {
    let tree = service.tree().await.unwrap();
    let ground = spans(&tree, &Scope::Whole.ranges(), &folds(&tree, &Scope::Whole, None));
    let mut conn = service.store.read().await.unwrap();
    let round = RoundId(1);
    conn.board_counts(round, &[round], &ground, now).await.unwrap()
}

/// Counts by the rules alone.
async fn by_rules(day: &Day, now: Timestamp, outage: Option<(Timestamp, Timestamp)>) -> Tally {
    let tree = day.house.service.tree().await.unwrap();
    let root = tree.roots().next().unwrap().path.clone();
    let mut conn = day.house.service.store.read().await.unwrap();
    let all = conn.obligations_of_round(RoundId(1), &root, 1000).await.unwrap();
    let one = |owed: &allclear::store::StoredObligation| {
        let window = &owed.obligation.window;
        let said = match owed.incident {
            true => Said::Incident,
            false => Said::AllClear,
        };
        let counted = Counted {
            obligation: &owed.obligation,
            said: Some(said).filter(|_| owed.obligation.is_met()),
            in_outage: outage.is_some_and(|(from, until)| from <= window.opens() && window.closes() <= until),
        };
        Tally::one(counted, now)
    };
    all.iter().map(one).sum()
}

on_both!(
    the_counts_of_the_database_are_those_of_the_rules_at_every_boundary,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let service = day.house.service.clone();
        let officer = day.officer().await;
        day.all_clear("东湖镇 · 柳村").await;
        let what = day.report("东湖镇 · 杨村", incident("塘坝渗水")).await;
        let owed = [day.owed("西山镇 · 柳村").await];
        let checks = async |day: &Day, outage: Option<(Timestamp, Timestamp)>| {
            for at in [
                "08:29", "08:30", "15:59", "16:00", "16:01", "19:59", "20:00", "21:00",
            ] {
                let now = local(&format!("2026-06-01 {at}"));
                let counts = counted(&service, now).await;
                let total: Tally = counts.iter().map(|count| count.tally).sum();
                assert_eq!(total, by_rules(day, now, outage).await, "{at}");
                assert_eq!(total.expected, 3);
            }
        };
        checks(&day, None).await;
        day.until("16:30").await;
        day.send("东湖镇 · 杨村", what).await.unwrap();
        checks(&day, None).await;
        service.excuse(&officer, &owed, "全村转移").await.unwrap();
        checks(&day, None).await;
        service.undo_excusal(&officer, owed[0]).await.unwrap();
        day.meddle(
            "INSERT INTO outage (began_at, ended_at, cause) VALUES (1780000000000, 1790000000000, 'stopped')",
        )
        .await;
        let span = |ms| allclear::domain::time::from_millis(ms).unwrap();
        checks(&day, Some((span(1_780_000_000_000), span(1_790_000_000_000)))).await;
    }
);

on_both!(every_list_is_as_long_as_its_count, |db| async move {
    let day = Day::begin(db).await;
    day.until("15:00").await;
    day.all_clear("东湖镇 · 柳村").await;
    day.until("16:30").await;
    let what = day.report("东湖镇 · 杨村", incident("塘坝渗水")).await;
    day.send("东湖镇 · 杨村", what).await.unwrap();
    let service = &day.house.service;
    let total: Tally = counted(service, service.now())
        .await
        .iter()
        .map(|c| c.tally)
        .sum();
    let whole = [Span {
        fold: None,
        lo: "/".into(),
        hi: "0".into(),
    }];
    let mut conn = service.store.read().await.unwrap();
    let round = RoundId(1);
    let unmet = total.open + total.overdue + total.missing + total.outage;
    for (filter, count) in [
        (Filter::All, total.expected),
        (Filter::Todo, unmet + total.incidents),
        (Filter::Unmet, unmet),
        (Filter::Overdue, total.overdue + total.missing),
        (Filter::Reported, total.received()),
        (Filter::AllClear, total.all_clear),
        (Filter::Incident, total.incidents),
        (Filter::Late, total.late),
        (Filter::Excused, total.excused),
        (Filter::Proxy, total.proxy + total.phone),
        (Filter::Outage, total.outage),
    ] {
        let wanted = Listing {
            kind: None,
            filter,
            offset: 0,
            limit: 100,
        };
        let rows = conn
            .board_list(round, &[round], &whole, wanted, service.now())
            .await
            .unwrap();
        assert_eq!(rows.len() as u64, count, "{filter:?}");
    }
});

on_both!(the_board_says_whose_bulletin_nobody_was_sent, |db| async move {
    let day = Day::begin(db).await;
    day.house.import(NEIGHBOURS).await;
    day.jump("18:30").await;
    let office = Office::open(day).await;
    let mut top = office.signed_in("top", Role::DutyOfficer, "饶江市").await;
    let page = top.get("/board").await;
    page.must_say("1 个值班室6月1日的日报没有人收到：清河县");
    // Whoever holds the county only is told of his own; a township has no bulletin.
    let mut head = office.signed_in("east", Role::Head, "东湖镇").await;
    head.get("/board").await.must_not_say("没有人收到");
});
