//! How an urgent report reaches leaders, and when that stops (rule 10).

use allclear::domain::alert::State;
use allclear::domain::checkin::Content;
use allclear::domain::ids::AlertId;
use allclear::service::{Answer, Error, Word};

use crate::support::{Day, Fresh, House, caller, on_both, urgent};

const LIU: &str = "东湖镇 · 柳村";

/// A day with a leader and an officer on duty, and two more steps.
async fn day(db: &Fresh) -> Day {
    let mut day = Day::begin(db).await;
    let flags = [
        ("duty.leaders", "leader@county.example"),
        ("duty.officers", "officer@county.example"),
        ("urgent.steps", "deputy@county.example,chief@county.example"),
        ("urgent.passes", "2"),
    ];
    day.house = House::at(db, "2026-06-01 15:00", &flags).await;
    day.until("15:00").await;
    day
}

async fn state(day: &Day, alert: AlertId) -> State {
    let mut conn = day.house.service.store.read().await.unwrap();
    conn.alert(alert).await.unwrap().unwrap().alert.state
}

on_both!(
    the_report_its_alert_and_the_first_letters_are_one_transaction,
    |db| async move {
        let day = day(db).await;
        let heard = day.house.service.outgoing.rings();
        let report = day.report(LIU, urgent("管涌")).await;
        let outcome = day.send(LIU, report.clone()).await.unwrap();
        assert!(outcome.alert.is_some());
        assert_eq!(
            day.calls().await,
            [
                "urgent leader@county.example 0/0 waiting",
                "urgent officer@county.example 0/0 waiting"
            ]
        );
        assert!(day.house.service.outgoing.rings() > heard, "delivery is woken");
        // Sent twice, it is one alert, and the page can still show it.
        let again = day.send(LIU, report).await.unwrap();
        assert_eq!(again.alert, outcome.alert);
        assert_eq!(day.calls().await.len(), 2);
    }
);

on_both!(
    without_its_letters_an_urgent_report_is_not_taken_either,
    |db| async move {
        let day = day(db).await;
        day.meddle("ALTER TABLE letter RENAME TO lettre").await;
        let report = day.report(LIU, urgent("管涌")).await;
        let owed = report.obligation.unwrap();
        let lost = day.send(LIU, report.clone()).await;
        assert!(matches!(lost, Err(Error::Broken(_))), "{lost:?}");
        assert_eq!(day.count("SELECT COUNT(*) FROM check_in").await, 0);
        assert_eq!(day.count("SELECT COUNT(*) FROM incident").await, 0);
        assert!(day.stored(owed).await.obligation.is_unmet());
        day.meddle("ALTER TABLE lettre RENAME TO letter").await;
        assert!(day.send(LIU, report).await.unwrap().alert.is_some());
    }
);

on_both!(
    an_alert_climbs_every_five_minutes_and_ends_red_until_somebody_has_it,
    |db| async move {
        let day = day(db).await;
        let report = day.report(LIU, urgent("管涌")).await;
        let alert = day.send(LIU, report).await.unwrap().alert.unwrap();
        day.until("15:04").await;
        assert_eq!(day.calls().await.len(), 2);
        day.until("15:05").await;
        assert_eq!(
            day.calls().await,
            [
                // Never tried, so the next round of calls says it instead.
                "urgent leader@county.example 0/0 obsolete",
                "urgent officer@county.example 0/0 obsolete",
                "urgent deputy@county.example 0/1 waiting",
                "urgent leader@county.example 0/1 waiting",
                "urgent officer@county.example 0/1 waiting",
            ]
        );
        day.until("15:25").await;
        assert!(matches!(state(&day, alert).await, State::Exhausted { .. }));
        let told = day.calls().await;
        assert_eq!(told.len(), 2 + 3 + 4 + 4);
        day.until("16:00").await;
        assert_eq!(day.calls().await.len(), told.len(), "nothing more leaves");
        assert_eq!(
            day.count("SELECT COUNT(*) FROM alert WHERE red = 'exhausted'")
                .await,
            1
        );

        let leader = day.leader().await;
        day.house
            .service
            .acknowledge_alert(&leader, alert, &Answer::Page, &Word::default())
            .await
            .unwrap();
        assert!(matches!(state(&day, alert).await, State::Acknowledged { .. }));
    }
);

on_both!(
    the_first_acknowledgement_ends_it_and_later_ones_are_kept_too,
    |db| async move {
        let day = day(db).await;
        let report = day.report(LIU, urgent("管涌")).await;
        let alert = day.send(LIU, report).await.unwrap().alert.unwrap();
        let token = day.newest_token("leader@county.example").await;
        day.house
            .service
            .acknowledge_alert_by_link(&token, &Word::default())
            .await
            .unwrap();
        let first = state(&day, alert).await;
        assert!(
            matches!(&first, State::Acknowledged { by, .. } if by == "leader@county.example"),
            "{first:?}"
        );

        day.until("15:03").await;
        let officer = day.officer().await;
        let phoned = caller(day.house.service.now()).unwrap();
        let answer = Answer::Phone {
            post: phoned.post,
            called_at: phoned.called_at,
        };
        day.house
            .service
            .acknowledge_alert(&officer, alert, &answer, &Word::default())
            .await
            .unwrap();
        assert_eq!(state(&day, alert).await, first);
        let kept = {
            let mut conn = day.house.service.store.read().await.unwrap();
            conn.acknowledgements_of_alert(alert).await.unwrap()
        };
        assert_eq!(
            kept.iter().map(|a| a.via.as_str()).collect::<Vec<_>>(),
            ["link", "phone"]
        );
        assert_eq!(kept[1].caller_post.as_deref(), Some("村值班岗"));
        assert_eq!(
            day.count("SELECT COUNT(*) FROM audit WHERE deed = 'acknowledge_alert'")
                .await,
            2
        );
        day.until("16:00").await;
        let waiting = day.calls().await;
        assert!(waiting.iter().all(|l| l.ends_with("obsolete")), "{waiting:?}");
    }
);

on_both!(
    when_every_letter_of_a_call_failed_the_next_step_is_told_at_once,
    |db| async move {
        let day = day(db).await;
        let report = day.report(LIU, urgent("管涌")).await;
        let alert = day.send(LIU, report).await.unwrap().alert.unwrap();
        day.fail("leader@county.example").await;
        day.house.service.tick().await.unwrap();
        assert_eq!(day.calls().await.len(), 2, "the officer may still be reached");
        day.fail("officer@county.example").await;
        day.house.service.tick().await.unwrap();
        assert_eq!(day.calls().await.len(), 5);
        day.house.service.alert_failed(alert, 0, 0).await.unwrap();
        assert_eq!(day.calls().await.len(), 5, "said twice, it changes nothing");
        assert_eq!(
            day.count("SELECT COUNT(*) FROM alert WHERE red = 'failed'").await,
            1
        );
    }
);

on_both!(
    a_village_and_an_officer_of_elsewhere_cannot_acknowledge,
    |db| async move {
        let day = day(db).await;
        let report = day.report(LIU, urgent("管涌")).await;
        let alert = day.send(LIU, report).await.unwrap().alert.unwrap();
        let station = day.workstation(LIU).await;
        let own = day
            .house
            .service
            .acknowledge_alert(&station, alert, &Answer::Page, &Word::default())
            .await;
        assert!(matches!(own, Err(Error::Denied(_))));
        let mut other = day.officer().await;
        let west = day.workstation("清河县 · 西山镇").await.grants[0].over().cloned();
        other.grants = vec![
            allclear::domain::access::Grant::new(allclear::domain::access::Role::DutyOfficer, west).unwrap(),
        ];
        let other = day
            .house
            .service
            .acknowledge_alert(&other, alert, &Answer::Page, &Word::default())
            .await;
        assert!(matches!(other, Err(Error::Missing(_))));
        let all_clear = day.report("西山镇 · 柳村", Content::AllClear).await;
        let quiet = day.send("西山镇 · 柳村", all_clear).await.unwrap();
        assert_eq!(quiet.alert, None);
    }
);
