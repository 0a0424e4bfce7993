//! What one millisecond decides.

use allclear::domain::checkin::{Claim, Content, Provenance};
use allclear::domain::intake::Refusal;
use allclear::domain::standing::Timeliness;
use allclear::service::{Error, Status};

use crate::support::{Day, SMALL, incident, local, ms, on_both, urgent};

on_both!(
    a_report_is_on_time_until_the_very_millisecond_of_the_deadline,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("16:30").await;
        let due = local("2026-06-01 16:00");
        let cases = [
            ("东湖镇 · 柳村", -1, Timeliness::OnTime),
            ("东湖镇 · 杨村", 0, Timeliness::Late),
            ("西山镇 · 柳村", 1, Timeliness::Late),
        ];
        for (label, by, expected) in cases {
            // The body was read completely at that instant; that it waited since changes nothing.
            let mut report = day.report(label, Content::AllClear).await;
            report.received = ms(due, by);
            let owed = report.obligation.unwrap();
            let outcome = day.send(label, report).await.unwrap();
            assert_eq!(outcome.status, Status::Recorded);
            assert_eq!(outcome.timeliness, Some(expected), "{by} ms");
            assert_eq!(outcome.receipt.received, ms(due, by));
            let stored = day.stored(owed).await;
            assert_eq!(stored.obligation.first_received, Some(ms(due, by)));
            assert_eq!(stored.obligation.timeliness(), Some(expected));
        }
    }
);

on_both!(
    a_report_is_taken_from_opening_to_closing_and_not_a_millisecond_beyond,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("20:30").await;
        let (opens, closes) = (local("2026-06-01 08:30"), local("2026-06-01 20:00"));
        for (at, taken) in [
            (ms(opens, -1), Err(Refusal::NotOpenYet { opens })),
            (closes, Err(Refusal::Closed { closes })),
            (ms(closes, 1), Err(Refusal::Closed { closes })),
            (ms(closes, -1), Ok(Timeliness::Late)),
        ] {
            let mut report = day.report("东湖镇 · 柳村", Content::AllClear).await;
            report.received = at;
            match (day.send("东湖镇 · 柳村", report).await, taken) {
                (Err(Error::Refused(refusal)), Err(expected)) => assert_eq!(refusal, expected),
                (Ok(outcome), Ok(expected)) => assert_eq!(outcome.timeliness, Some(expected)),
                (got, expected) => panic!("{at}: {got:?} instead of {expected:?}"),
            }
        }
        let mut report = day.report("东湖镇 · 杨村", Content::AllClear).await;
        report.received = opens;
        let outcome = day.send("东湖镇 · 杨村", report).await.unwrap();
        assert_eq!(outcome.timeliness, Some(Timeliness::OnTime));
    }
);

on_both!(
    an_incident_is_taken_whatever_the_time_and_does_not_meet_the_round,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("20:30").await;
        let report = day.report("东湖镇 · 柳村", incident("管涌")).await;
        let owed = report.obligation.unwrap();
        let outcome = day.send("东湖镇 · 柳村", report).await.unwrap();
        assert_eq!((outcome.obligation, outcome.timeliness), (None, None));
        assert!(outcome.incident.is_some() && outcome.alert.is_none());
        assert!(day.stored(owed).await.obligation.is_unmet());
    }
);

on_both!(
    what_answers_a_drill_belongs_to_it_also_after_its_closing,
    |db| async move {
        let day = Day::over(db, "2026-06-01 08:00").await;
        day.house.import(SMALL).await;
        day.drill(
            "2026-06-01 08:00",
            "2026-06-30 22:00",
            &["演练 08:30 16:00 20:00"],
        )
        .await;
        day.until("20:30").await;
        let of_drill = day.report("东湖镇 · 柳村", urgent("演练管涌")).await;
        let outcome = day.send("东湖镇 · 柳村", of_drill).await.unwrap();
        assert_eq!((outcome.obligation, outcome.alert.is_some()), (None, true));
        let drills = "SELECT COUNT(*) FROM incident WHERE drill = 1";
        assert_eq!(day.count(drills).await, 1);
        // What is said beside every round is in earnest.
        let beside = day.unowed("东湖镇 · 杨村", urgent("管涌")).await;
        day.send("东湖镇 · 杨村", beside).await.unwrap();
        assert_eq!(
            day.count("SELECT COUNT(*) FROM incident WHERE drill = 0").await,
            1
        );
        assert_eq!(day.count(drills).await, 1);
    }
);

on_both!(
    a_queue_that_empties_too_late_is_late_until_the_duty_office_accepts_its_own_time,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("16:40").await;
        let mut report = day.report("东湖镇 · 柳村", Content::AllClear).await;
        report.provenance = Provenance::Offline;
        report.claimed = Some(local("2026-06-01 15:50"));
        let owed = report.obligation.unwrap();
        let outcome = day.send("东湖镇 · 柳村", report).await.unwrap();
        assert_eq!(
            (outcome.timeliness, outcome.claim),
            (Some(Timeliness::Late), Some(Claim::Pending))
        );

        let officer = day.officer().await;
        day.house
            .service
            .decide_claim(&officer, owed, true)
            .await
            .unwrap();
        assert_eq!(
            day.stored(owed).await.obligation.timeliness(),
            Some(Timeliness::OnTime)
        );
        let again = day.house.service.decide_claim(&officer, owed, false).await;
        assert!(matches!(again, Err(Error::Already(_))));
        assert_eq!(
            day.count("SELECT COUNT(*) FROM audit WHERE deed = 'accept_claim'")
                .await,
            1
        );
    }
);
