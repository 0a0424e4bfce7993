//! What holds when many report at once.

use std::sync::Arc;
use std::time::Duration;

use allclear::domain::checkin::{Content, Submission};
use allclear::domain::ids::ObligationId;
use allclear::service::{Error, Outcome, Status};

use crate::support::{Day, House, on_both, urgent};

const LIU: &str = "东湖镇 · 柳村";
const YANG: &str = "东湖镇 · 杨村";

/// Sends all reports at once from the workstations of their units.
async fn at_once(day: &Arc<Day>, reports: Vec<(&'static str, Submission)>) -> Vec<Result<Outcome, Error>> {
    let sent: Vec<_> = reports
        .into_iter()
        .map(|(label, report)| {
            let day = day.clone();
            tokio::spawn(async move { day.send(label, report).await })
        })
        .collect();
    let mut outcomes = Vec::new();
    for one in sent {
        outcomes.push(one.await.unwrap());
    }
    outcomes
}

fn recorded(outcomes: &[Result<Outcome, Error>]) -> usize {
    let new = |o: &&Result<Outcome, Error>| matches!(o, Ok(o) if o.status == Status::Recorded);
    outcomes.iter().filter(new).count()
}

on_both!(
    the_same_report_twenty_times_at_once_is_one_row_and_one_receipt,
    |db| async move {
        let day = Arc::new(Day::begin(db).await);
        day.until("15:00").await;
        let report = day.report(LIU, urgent("管涌")).await;
        let outcomes = at_once(&day, vec![(LIU, report); 20]).await;
        assert_eq!(recorded(&outcomes), 1);
        let first = outcomes[0].as_ref().unwrap().receipt.clone();
        let alert = outcomes[0].as_ref().unwrap().alert;
        assert!(alert.is_some());
        for outcome in outcomes {
            let outcome = outcome.unwrap();
            assert_eq!((&outcome.receipt, outcome.alert), (&first, alert));
        }
        assert_eq!(day.count("SELECT COUNT(*) FROM check_in").await, 1);
        assert_eq!(day.calls().await.len(), 1);
    }
);

on_both!(
    twenty_reports_of_one_unit_at_once_are_one_report_and_nineteen_answers,
    |db| async move {
        let day = Arc::new(Day::begin(db).await);
        day.until("15:00").await;
        let mut reports = Vec::new();
        for _ in 0..20 {
            reports.push((LIU, day.report(LIU, Content::AllClear).await));
        }
        let outcomes = at_once(&day, reports).await;
        assert_eq!(recorded(&outcomes), 1);
        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!(day.count("SELECT COUNT(*) FROM check_in").await, 1);
    }
);

on_both!(a_bad_report_among_good_ones_is_refused_alone, |db| async move {
    let day = Arc::new(Day::begin(db).await);
    day.until("15:00").await;
    // Held back until all wait, so that they are one batch.
    let owed = day.owed(LIU).await;
    let mut held = day.house.service.store.begin().await.unwrap();
    held.hold_obligations(&[owed]).await.unwrap();
    let mut unknown = day.report(YANG, Content::AllClear).await;
    unknown.obligation = Some(ObligationId(999));
    let reports = vec![
        (LIU, day.report(LIU, Content::AllClear).await),
        (LIU, day.report(LIU, Content::AllClear).await),
        (YANG, unknown),
        (YANG, day.report(YANG, urgent("管涌")).await),
        (YANG, day.report(YANG, urgent("管涌")).await),
    ];
    let sent = {
        let day = day.clone();
        tokio::spawn(async move { at_once(&day, reports).await })
    };
    tokio::time::sleep(Duration::from_millis(200)).await;
    held.rollback().await.unwrap();
    let outcomes = sent.await.unwrap();
    assert_eq!(recorded(&outcomes), 2);
    let refused = outcomes.iter().filter(|o| o.is_err()).count();
    assert_eq!(refused, 1, "{outcomes:?}");
    assert_eq!(day.count("SELECT COUNT(*) FROM check_in").await, 2);
    assert_eq!(day.calls().await.len(), 1);
});

on_both!(two_instances_take_the_same_report_once, |db| async move {
    let one = Arc::new(Day::begin(db).await);
    one.until("15:00").await;
    let other = Arc::new(Day::over(db, "2026-06-01 15:00").await);
    for round in 0..10 {
        let label = [LIU, YANG][round % 2];
        let report = one.unowed(label, urgent(&format!("管涌 {round}"))).await;
        let (a, b) = tokio::join!(
            at_once(&one, vec![(label, report.clone()); 5]),
            at_once(&other, vec![(label, report); 5])
        );
        let all: Vec<_> = a.into_iter().chain(b).collect();
        assert!(all.iter().all(Result::is_ok), "{all:?}");
        assert_eq!(recorded(&all), 1);
    }
    assert_eq!(one.count("SELECT COUNT(*) FROM check_in").await, 10);
    assert_eq!(one.count("SELECT COUNT(*) FROM alert").await, 10);
});

on_both!(
    whoever_finds_the_queue_full_is_told_at_once_to_come_again_and_nothing_is_lost,
    |db| async move {
        let mut day = Day::begin(db).await;
        let flags = [("intake.queue", "2"), ("intake.batch", "1")];
        day.house = House::at(db, "2026-06-01 15:00", &flags).await;
        let day = Arc::new(day);
        day.until("15:00").await;
        let owed = day.owed(LIU).await;
        let mut held = day.house.service.store.begin().await.unwrap();
        held.hold_obligations(&[owed]).await.unwrap();
        let report = day.report(LIU, Content::AllClear).await;
        let waiting = {
            let (day, report) = (day.clone(), report.clone());
            tokio::spawn(async move { at_once(&day, vec![(LIU, report); 20]).await })
        };
        tokio::time::sleep(Duration::from_millis(200)).await;
        held.rollback().await.unwrap();
        let outcomes = waiting.await.unwrap();
        let busy = outcomes
            .iter()
            .filter(|o| matches!(o, Err(Error::Busy { retry_after: 1..=5 })))
            .count();
        assert!((16..20).contains(&busy), "{busy}");
        assert_eq!(recorded(&outcomes), 1);
        assert_eq!(day.send(LIU, report).await.unwrap().status, Status::Same);
    }
);

on_both!(
    a_report_that_nobody_waits_for_any_more_is_kept_all_the_same,
    |db| async move {
        let day = Arc::new(Day::begin(db).await);
        day.until("15:00").await;
        let owed = day.owed(LIU).await;
        let mut held = day.house.service.store.begin().await.unwrap();
        held.hold_obligations(&[owed]).await.unwrap();
        let report = day.report(LIU, Content::AllClear).await;
        let gone = {
            let (day, report) = (day.clone(), report.clone());
            tokio::spawn(async move { day.send(LIU, report).await })
        };
        tokio::time::sleep(Duration::from_millis(100)).await;
        gone.abort();
        held.rollback().await.unwrap();
        assert_eq!(day.send(LIU, report).await.unwrap().status, Status::Same);
    }
);

on_both!(
    a_connection_that_breaks_in_the_middle_is_not_noticed_by_whoever_reports,
    |db| async move {
        const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        if !db.is_postgres() {
            return; // There is no connection that could break.
        }
        let day = Arc::new(Day::begin(db).await);
        day.until("15:00").await;
        let owed = day.owed(LIU).await;
        let mut held = day.house.service.store.begin().await.unwrap();
        held.hold_obligations(&[owed]).await.unwrap();
        let report = day.report(LIU, Content::AllClear).await;
        let waiting = {
            let day = day.clone();
            tokio::spawn(async move { day.send(LIU, report).await })
        };
        tokio::time::sleep(Duration::from_millis(200)).await;
        day.meddle(KILL).await;
        held.rollback().await.unwrap();
        assert_eq!(waiting.await.unwrap().unwrap().status, Status::Recorded);
        assert_eq!(day.count("SELECT COUNT(*) FROM check_in").await, 1);
    }
);

on_both!(
    without_a_database_whoever_reports_is_asked_to_come_again,
    |db| async move {
        let day = Arc::new(Day::begin(db).await);
        day.until("15:00").await;
        let report = day.report(LIU, Content::AllClear).await;
        let station = day.workstation(LIU).await;
        day.house.service.store.close().await;
        let sent: Vec<_> = (0..5)
            .map(|_| {
                let (day, station, report) = (day.clone(), station.clone(), report.clone());
                tokio::spawn(async move { day.house.service.submit(&station, report).await })
            })
            .collect();
        for one in sent {
            assert!(matches!(one.await.unwrap(), Err(Error::Busy { .. })));
        }
    }
);
