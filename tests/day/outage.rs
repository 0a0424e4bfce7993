//! Days on which the service itself could not receive.

use allclear::domain::board::Span;
use allclear::domain::ids::RoundId;
use allclear::domain::tally::Tally;
use chrono::TimeDelta;

use crate::support::{Day, local, on_both};

/// Counts the first round of a day, whose window is from 08:30 to 20:00.
async fn counted(day: &Day) -> Tally {
    let whole = [Span {
        fold: None,
        lo: "/".into(),
        hi: "0".into(),
    }];
    let now = day.house.service.now();
    let mut conn = day.house.service.store.read().await.unwrap();
    let round = RoundId(1);
    let counts = conn.board_counts(round, &[round], &whole, now).await.unwrap();
    counts.iter().map(|count| count.tally).sum()
}

/// Starts the service at instants, of which none but the first finds it alive.
async fn started(day: &Day, times: &[&str]) {
    for time in times {
        day.house.clock.set(local(&format!("2026-06-01 {time}")));
        day.house.service.beat("one", None).await.unwrap();
    }
}

on_both!(
    a_window_that_passed_while_the_service_crashed_again_and_again_is_an_outage_and_no_silence,
    |db| async move {
        let day = Day::begin(db).await;
        started(&day, &["08:29", "10:00", "10:02", "15:59", "20:00"]).await;
        day.until("20:01").await;
        let tally = counted(&day).await;
        assert_eq!((tally.outage, tally.missing), (3, 0));
        let mut conn = day.house.service.store.read().await.unwrap();
        let spans = conn.outages_after(local("2026-06-01 00:00")).await.unwrap();
        assert_eq!(spans.len(), 1, "{spans:?}");
    }
);

on_both!(
    a_window_in_which_the_service_lived_for_a_while_is_silence,
    |db| async move {
        let day = Day::begin(db).await;
        started(&day, &["08:29", "15:59", "16:00", "20:00"]).await;
        day.until("20:01").await;
        let tally = counted(&day).await;
        assert_eq!((tally.outage, tally.missing), (0, 3));
    }
);

on_both!(
    hours_that_came_twice_because_the_clock_was_set_back_could_be_reported_in,
    |db| async move {
        let day = Day::begin(db).await;
        started(&day, &["20:30"]).await;
        day.house.clock.set(local("2026-06-01 08:20"));
        let passed = Some(TimeDelta::seconds(30));
        day.house.service.beat("one", passed).await.unwrap();
        day.until("20:01").await;
        let tally = counted(&day).await;
        assert_eq!((tally.outage, tally.missing), (0, 3));
    }
);
