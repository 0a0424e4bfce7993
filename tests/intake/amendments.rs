//! What becomes of a report that is sent again, or said otherwise (rules 7 and 8).

use allclear::domain::checkin::{Content, Door, IncidentContent, Provenance, Review};
use allclear::domain::incident::Severity;
use allclear::domain::intake::Refusal;
use allclear::domain::standing::Timeliness;
use allclear::service::{Error, Status, Word};

use crate::support::{Day, incident, on_both, urgent};

const LIU: &str = "东湖镇 · 柳村";

on_both!(
    the_same_report_sent_twice_gets_the_same_receipt_and_no_new_row,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let report = day.report(LIU, Content::AllClear).await;
        let first = day.send(LIU, report.clone()).await.unwrap();
        day.until("17:00").await;
        let mut again = report.clone();
        again.received = day.house.service.now();
        let second = day.send(LIU, again).await.unwrap();
        assert_eq!(second.status, Status::Same);
        assert_eq!(second.receipt, first.receipt);
        assert_eq!(second.timeliness, Some(Timeliness::OnTime));
        assert_eq!(day.count("SELECT COUNT(*) FROM check_in").await, 1);

        // After a restart too.
        let day = day.restarted(db, "2026-06-01 18:00").await;
        let third = day.send(LIU, report).await.unwrap();
        assert_eq!((third.status, third.receipt), (Status::Same, first.receipt));
    }
);

on_both!(
    another_report_under_the_same_uuid_is_an_amendment_on_a_page_and_refused_by_the_api,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let report = day.report(LIU, incident("管涌")).await;
        let first = day.send(LIU, report.clone()).await.unwrap();
        let mut edited = report.clone();
        edited.content = incident("管涌两处");
        edited.via = Door::Api;
        let refused = day.send(LIU, edited.clone()).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::OtherContent))));
        edited.via = Door::Page;
        let amended = day.send(LIU, edited).await.unwrap();
        assert_eq!(amended.status, Status::Amended);
        assert_ne!(amended.receipt.number, first.receipt.number);
        assert_eq!(amended.incident, first.incident);
        assert_eq!(day.count("SELECT COUNT(DISTINCT uuid) FROM check_in").await, 2);
        assert_eq!(day.count("SELECT MAX(number) FROM incident_report").await, 2);
    }
);

on_both!(
    the_same_words_under_a_new_uuid_are_answered_with_the_receipt_that_there_is,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let first = day.all_clear(LIU).await;
        let at = first.receipt.received;
        day.until("15:05").await;
        let second = day.all_clear(LIU).await;
        assert_eq!(second.receipt, first.receipt);
        assert_eq!(second.status, Status::Already { by: None, at });
        assert_eq!(day.count("SELECT COUNT(*) FROM check_in").await, 1);
    }
);

on_both!(
    a_units_own_all_clear_amends_that_of_a_proxy_and_keeps_its_time,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let mut proxy = day.report(LIU, Content::AllClear).await;
        (proxy.provenance, proxy.reason) = (Provenance::Proxy, Some("村里停电".into()));
        let (owed, officer) = (proxy.obligation.unwrap(), day.officer().await);
        day.house.service.submit(&officer, proxy).await.unwrap();
        assert_eq!(day.calls().await, ["account liu@v.example 0/0 waiting"]);
        day.until("17:00").await;
        let own = day.all_clear(LIU).await;
        assert_eq!(own.status, Status::Amended);
        assert_eq!(own.timeliness, Some(Timeliness::OnTime));
        let stored = day.stored(owed).await.obligation;
        assert_eq!(stored.provenance, Some(Provenance::Own));
    }
);

on_both!(
    an_all_clear_that_becomes_an_incident_reaches_leaders_even_after_closing,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        day.all_clear(LIU).await;
        day.until("21:00").await;
        let report = day.report(LIU, incident("房屋倒塌")).await;
        let outcome = day.send(LIU, report).await.unwrap();
        assert_eq!(outcome.status, Status::Amended);
        assert!(outcome.alert.is_some());
        assert_eq!(day.calls().await, ["urgent leader@county.example 0/0 waiting"]);
    }
);

on_both!(
    an_incident_that_is_taken_back_needs_a_reason_and_stands_until_the_duty_office_agrees,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let report = day.report(LIU, urgent("管涌")).await;
        let owed = report.obligation.unwrap();
        let first = day.send(LIU, report).await.unwrap();
        let mut back = day.report(LIU, Content::AllClear).await;
        let bare = day.send(LIU, back.clone()).await;
        assert!(matches!(bare, Err(Error::Refused(Refusal::ReasonNeeded))));
        back.reason = Some("误报，是渗水".into());
        let outcome = day.send(LIU, back).await.unwrap();
        assert_eq!(outcome.review, Review::Awaiting);
        assert_eq!(outcome.incident, first.incident);
        assert!(day.stored(owed).await.incident, "it stands");

        let (station, officer) = (day.workstation(LIU).await, day.officer().await);
        let number = outcome.receipt.number.0;
        let own = day.house.service.review(&station, number, true).await;
        assert!(matches!(own, Err(Error::Denied(_))));
        let waiting = {
            let county = officer.grants[0].over().unwrap().range();
            let mut conn = day.house.service.store.read().await.unwrap();
            conn.awaiting_review(&county).await.unwrap()
        };
        assert_eq!(waiting.len(), 1);
        day.house.service.review(&officer, number, true).await.unwrap();
        assert!(!day.stored(owed).await.incident);
        assert_eq!(
            day.count("SELECT COUNT(*) FROM incident WHERE closed_at IS NULL")
                .await,
            0
        );
        // The officer has it, so nobody is told again.
        assert_eq!(day.calls().await, ["urgent leader@county.example 0/0 obsolete"]);
        let again = day.house.service.review(&officer, number, false).await;
        assert!(matches!(again, Err(Error::Already(_))));
    }
);

on_both!(
    an_incident_stands_when_the_duty_office_does_not_agree,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let report = day.report(LIU, incident("管涌")).await;
        let owed = report.obligation.unwrap();
        day.send(LIU, report).await.unwrap();
        let mut back = day.report(LIU, Content::AllClear).await;
        back.reason = Some("误报".into());
        let outcome = day.send(LIU, back).await.unwrap();
        let officer = day.officer().await;
        day.house
            .service
            .review(&officer, outcome.receipt.number.0, false)
            .await
            .unwrap();
        assert!(day.stored(owed).await.incident);
        assert_eq!(
            day.count("SELECT COUNT(*) FROM incident WHERE closed_at IS NULL")
                .await,
            1
        );
    }
);

on_both!(
    nobody_asks_how_it_goes_on_once_it_was_no_incident,
    |db| async move {
        const WANTED: &str =
            "SELECT COUNT(*) FROM obligation WHERE kind = 'follow_up' AND excused_at IS NULL";
        let day = Day::begin(db).await;
        day.until("14:00").await;
        let report = day.report(LIU, incident("房屋倒塌")).await;
        let mut back = day.report(LIU, Content::AllClear).await;
        day.send(LIU, report).await.unwrap();
        day.until("15:01").await;
        assert_eq!(day.count(WANTED).await, 1, "asked for 17:00");
        back.received = day.house.service.now();
        back.reason = Some("误报".into());
        let outcome = day.send(LIU, back).await.unwrap();
        let officer = day.officer().await;
        let number = outcome.receipt.number.0;
        day.house.service.review(&officer, number, true).await.unwrap();
        assert_eq!(day.count(WANTED).await, 0);
    }
);

on_both!(
    a_correction_of_what_is_over_opens_it_again_for_everybody_to_see,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let first = day.report(LIU, incident("车辆侧翻")).await;
        let kept = day.send(LIU, first).await.unwrap();
        let id = kept.incident.unwrap();
        let (officer, service) = (day.officer().await, day.house.service.clone());
        service.close_incident(&officer, id, "已处置").await.unwrap();
        // The same words again change nothing.
        let again = day.report(LIU, incident("车辆侧翻")).await;
        day.send(LIU, again).await.unwrap();
        let is_open = async || {
            let mut conn = service.store.read().await.unwrap();
            conn.incident(id).await.unwrap().unwrap().closed.is_none()
        };
        assert!(!is_open().await);
        day.until("15:05").await;
        let worse = day.report(LIU, incident("车辆侧翻，三人死亡")).await;
        let amended = day.send(LIU, worse).await.unwrap();
        assert_eq!((amended.status, amended.incident), (Status::Amended, Some(id)));
        assert!(is_open().await);
        let mut conn = service.store.read().await.unwrap();
        let events = conn.incident_events(id).await.unwrap();
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["closed", "reopened"]);
    }
);

on_both!(
    a_report_that_grades_an_urgent_incident_higher_calls_whoever_is_on_duty_anew,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let graded = |severity, what: &str| match urgent(what) {
            Content::Incident(said) => Content::Incident(IncidentContent { severity, ..said }),
            other => other,
        };
        let first = day.report(LIU, graded(Severity::III, "管涌")).await;
        assert!(day.send(LIU, first).await.unwrap().alert.is_some());
        let token = day.newest_token("leader@county.example").await;
        let service = &day.house.service;
        service
            .acknowledge_alert_by_link(&token, &Word::default())
            .await
            .unwrap();
        day.until("15:05").await;
        let same = day.report(LIU, graded(Severity::III, "管涌扩大")).await;
        assert!(day.send(LIU, same).await.unwrap().alert.is_none());
        day.until("15:06").await;
        let worse = day.report(LIU, graded(Severity::I, "溃堤")).await;
        assert!(day.send(LIU, worse).await.unwrap().alert.is_some());
        let calls = day.calls().await;
        let urgent = calls
            .iter()
            .filter(|call| call.starts_with("urgent leader@county.example"));
        assert_eq!(urgent.count(), 2, "{calls:?}");
        // Whoever is called needs no second letter about the same change.
        let changes = calls.iter().filter(|call| call.starts_with("follow_up"));
        assert_eq!(changes.count(), 1, "{calls:?}");
    }
);
