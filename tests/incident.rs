//! An incident from the first urgent word to its closing and reopening, told as a conversation, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use allclear::domain::checkin::{Content, Follows, IncidentContent, Submission};
use allclear::domain::ids::IncidentId;
use allclear::domain::incident::ReportKind;
use allclear::domain::intake::Refusal;
use allclear::service::Error;
use allclear::store::{BoardRound, Conn};
use chrono::DateTime;
use support::{Day, Fresh, on_both};

const VILLAGE: &str = "东湖镇 · 柳村";
const SETTINGS: &[(&str, &str)] = &[
    ("duty.leaders", "leader@county.example"),
    ("duty.officers", "officer@county.example"),
    ("urgent.steps", "[\"deputy@county.example\"]"),
];

/// Starts the service anew over the same database, if it is to be so, and looks at once what is due.
async fn after(day: Day, db: &Fresh, restarts: bool) -> Day {
    if !restarts {
        return day;
    }
    let now = day.house.service.now().with_timezone(&chrono_tz::Asia::Shanghai);
    let again = day
        .restarted_with(db, &now.format("%Y-%m-%d %H:%M").to_string(), SETTINGS)
        .await;
    again.house.service.tick().await.unwrap();
    again
}

fn flood(dead: Option<u32>, what: &str) -> Content {
    Content::Incident(IncidentContent {
        class: "flood".into(),
        place: "圩堤".into(),
        what: what.into(),
        dead,
        urgent: true,
        ..IncidentContent::default()
    })
}

/// Has the mail server accept every letter that waits.
async fn accept_all(day: &Day) {
    const SQL: &str = "UPDATE letter SET state = 'accepted', ended_at = created_at WHERE state = 'waiting'";
    let mut tx = day.house.service.store.begin().await.unwrap();
    match &mut *tx {
        Conn::Sqlite(c) => drop(sqlx::query(SQL).execute(&mut **c).await.unwrap()),
        Conn::Postgres(c) => drop(sqlx::query(SQL).execute(&mut **c).await.unwrap()),
    }
    tx.commit().await.unwrap();
}

async fn follow(day: &Day, incident: IncidentId, kind: ReportKind, content: Content) -> Submission {
    Submission {
        follows: Some(Follows { incident, kind }),
        ..day.unowed(VILLAGE, content).await
    }
}

/// Tells the day; gives every letter about the incident.
#[expect(
    clippy::cognitive_complexity,
    clippy::too_many_lines,
    reason = "a day is told from its beginning to its end"
)]
async fn tell(db: &Fresh, restarts: bool) -> Vec<String> {
    let mut day = Day::begin_with(db, SETTINGS).await;
    let mut heard = Vec::new();
    day.until("2026-06-02 02:10").await;
    day.all_letters().await;
    let first = day.unowed(VILLAGE, flood(None, "漫堤")).await;
    let outcome = day.send(VILLAGE, first).await.unwrap();
    let incident = outcome.incident.unwrap();
    day = after(day, db, restarts).await;
    // The officer sleeps; the second step reaches the deputy, who acknowledges.
    day.until("02:16").await;
    day = after(day, db, restarts).await;
    accept_all(&day).await;
    let token = day.newest_token("deputy@county.example").await;
    let word = allclear::service::Word::default();
    day.house
        .service
        .acknowledge_alert_by_link(&token, &word)
        .await
        .unwrap();
    day = after(day, db, restarts).await;
    heard.extend(day.all_letters().await);
    // A first follow-up in the night, beside every round.
    day.until("03:00").await;
    let one = follow(&day, incident, ReportKind::FollowUp, flood(Some(0), "漫堤")).await;
    let got = day.send(VILLAGE, one.clone()).await.unwrap();
    assert_eq!((got.incident, got.obligation), (Some(incident), None));
    let twice = day.send(VILLAGE, one).await.unwrap();
    assert_eq!(twice.receipt.number, got.receipt.number);
    day = after(day, db, restarts).await;
    heard.extend(day.all_letters().await);
    // It is asked for the morning, reminded, and reports in time.
    day.until("07:31").await;
    day = after(day, db, restarts).await;
    heard.extend(day.all_letters().await);
    let two = follow(&day, incident, ReportKind::FollowUp, flood(Some(1), "堵口成功")).await;
    let got = day.send(VILLAGE, two).await.unwrap();
    assert!(got.obligation.is_some(), "it meets the follow-up that is owed");
    day = after(day, db, restarts).await;
    day.until("14:00").await;
    heard.extend(day.all_letters().await);
    // The final report closes it; then nothing more can be told.
    let last = follow(&day, incident, ReportKind::Final, flood(Some(1), "险情解除")).await;
    day.send(VILLAGE, last).await.unwrap();
    day = after(day, db, restarts).await;
    heard.extend(day.all_letters().await);
    let late = follow(&day, incident, ReportKind::FollowUp, flood(Some(1), "又来")).await;
    let refused = day.send(VILLAGE, late).await.unwrap_err();
    assert!(
        matches!(refused, Error::Refused(Refusal::IncidentClosed)),
        "{refused:?}"
    );
    // It goes on: the office opens it again, and in the afternoon it is asked as before.
    let officer = day.officer().await;
    let service = day.house.service.clone();
    assert!(matches!(
        service
            .reopen_incident(&officer, incident, " ")
            .await
            .unwrap_err(),
        Error::Invalid { .. }
    ));
    service
        .reopen_incident(&officer, incident, "水位又涨")
        .await
        .unwrap();
    assert!(matches!(
        service.reopen_incident(&officer, incident, "再开").await,
        Err(Error::Life(_))
    ));
    day = after(day, db, restarts).await;
    day.until("17:01").await;
    day = after(day, db, restarts).await;
    heard.extend(day.all_letters().await);
    let service = day.house.service.clone();
    service
        .close_incident(&officer, incident, "已转移")
        .await
        .unwrap();
    day = after(day, db, restarts).await;
    day.until("23:00").await;
    heard.extend(day.all_letters().await);
    // The board opens at what a period asks for, not at a follow-up of the same hour.
    let mut conn = day.house.service.store.read().await.unwrap();
    let rounds = conn.board_rounds(DateTime::UNIX_EPOCH, None, None).await.unwrap();
    drop(conn);
    let is_follow_up = |round: &BoardRound| round.stored.round.label == "事件续报";
    assert!(rounds.iter().any(is_follow_up));
    assert!(
        rounds
            .iter()
            .all(|round| round.is_scheduled != is_follow_up(round))
    );
    heard
        .into_iter()
        .filter(|line| {
            !line.contains("yang")
                && !line.contains("xi@")
                && !line.contains("xi-")
                && !line.contains("west@")
        })
        .collect()
}

on_both!(an_incident_is_told_asked_closed_and_reopened, |db| async move {
    let heard = tell(db, false).await;
    insta_like(&heard);
});

on_both!(a_restart_after_every_event_changes_no_letter, |db| async move {
    let heard = tell(db, true).await;
    insta_like(&heard);
});

/// What the day sounds like, whether the service was restarted or not. The villages' evening round is left aside.
fn insta_like(heard: &[String]) {
    let lines: Vec<&str> = heard
        .iter()
        .map(String::as_str)
        .filter(|l| !l.starts_with("15:30") && !l.starts_with("16:") && !l.starts_with("17:00 escalated"))
        .collect();
    assert_eq!(
        lines,
        [
            "02:10 urgent leader@county.example",
            "02:10 urgent officer@county.example",
            "02:15 urgent deputy@county.example",
            "02:15 urgent leader@county.example",
            "02:15 urgent officer@county.example",
            "03:00 follow_up deputy@county.example",
            "03:00 follow_up leader@county.example",
            "03:00 follow_up officer@county.example",
            "07:30 reminder liu@v.example",
            "07:31 follow_up deputy@county.example",
            "07:31 follow_up leader@county.example",
            "07:31 follow_up officer@county.example",
            "14:00 follow_up deputy@county.example",
            "14:00 follow_up leader@county.example",
            "14:00 follow_up officer@county.example",
            "17:00 overdue liu-b@v.example",
            "18:30 bulletin leader@county.example",
            "18:30 bulletin officer@county.example",
        ]
    );
}

on_both!(
    whoever_answered_before_his_letter_was_sent_hears_how_it_goes_on,
    |db| async move {
        let mut day = Day::begin_with(db, SETTINGS).await;
        let first = day.unowed(VILLAGE, flood(None, "漫堤")).await;
        let outcome = day.send(VILLAGE, first).await.unwrap();
        let (incident, alert) = (outcome.incident.unwrap(), outcome.alert.unwrap());
        // Nothing has left yet; the leader was phoned, reads the letter's page and says so: the letters are taken back.
        let token = day.newest_token("leader@county.example").await;
        let word = allclear::service::Word::default();
        let service = day.house.service.clone();
        service.acknowledge_alert_by_link(&token, &word).await.unwrap();
        assert_eq!(
            day.calls()
                .await
                .iter()
                .filter(|call| call.ends_with("waiting"))
                .count(),
            0
        );
        day.all_letters().await;
        let more = follow(&day, incident, ReportKind::FollowUp, flood(Some(0), "堵口成功")).await;
        day.send(VILLAGE, more).await.unwrap();
        let heard = day.all_letters().await;
        assert!(
            heard
                .iter()
                .any(|line| line.ends_with("follow_up leader@county.example")),
            "{heard:?}"
        );
        let clocks = async || {
            let mut conn = service.store.read().await.unwrap();
            let line = conn
                .incident_line(incident, service.now())
                .await
                .unwrap()
                .unwrap();
            (line.incident.opened, line.answered, line.alerted)
        };
        // Closing and reopening moves neither clock.
        let before = clocks().await;
        let officer = day.officer().await;
        service
            .close_incident(&officer, incident, "已处置")
            .await
            .unwrap();
        day.until("12:00").await;
        service.reopen_incident(&officer, incident, "反复").await.unwrap();
        assert_eq!(clocks().await, before);
        assert!(before.1.is_some() && before.2, "{alert}");
    }
);

on_both!(units_that_tell_of_one_event_are_one_incident, |db| async move {
    let day = Day::begin_with(db, SETTINGS).await;
    let (officer, service) = (day.officer().await, day.house.service.clone());
    let mut incidents = Vec::new();
    for unit in [VILLAGE, "东湖镇 · 杨村"] {
        let sent = day.unowed(unit, flood(None, unit)).await;
        incidents.push(day.send(unit, sent).await.unwrap().incident.unwrap());
    }
    let (a, b) = (incidents[0], incidents[1]);
    service.join_incident(&officer, b, a, "同一处决口").await.unwrap();
    assert!(matches!(
        service.join_incident(&officer, a, b, "反过来").await,
        Err(Error::Life(_))
    ));
    assert!(matches!(
        service.close_incident(&officer, b, "误").await,
        Err(Error::Life(_))
    ));
    service.close_incident(&officer, a, "已处置").await.unwrap();
    let closed = async |id| {
        let incident = service.store.read().await.unwrap().incident(id).await.unwrap();
        incident.unwrap().closed.is_some()
    };
    assert!(closed(a).await && closed(b).await);
    service.reopen_incident(&officer, a, "反复").await.unwrap();
    assert!(!closed(a).await && !closed(b).await);
    service.part_incident(&officer, b, "不是一处").await.unwrap();
    service.close_incident(&officer, a, "已处置").await.unwrap();
    assert!(closed(a).await && !closed(b).await);
});
