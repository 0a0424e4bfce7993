//! Alerts: raised, looked at, acknowledged; and the letters of their rounds of calls.

use allclear::domain::access::Role;
use allclear::domain::address::Address;
use allclear::domain::alert::{Alert, Policy, Red, State, Step};
use allclear::domain::checkin::Content;
use allclear::domain::ids::{AlertId, CheckInId, IncidentId};
use allclear::store::{Granted, NewAcknowledgement, NewAlert, NewLetter, ReportKind, Tx};
use chrono::TimeDelta;

use super::ground::{Ground, account, at, flood, ground, letter, ms, number, run, said};
use crate::support::on_both;

fn policy() -> Policy {
    let to = |text: &str| Address::parse(text).unwrap();
    Policy::new(
        vec![
            Step::any(vec![to("a@county.example")]),
            Step::all(vec![to("b@county.example")]),
        ],
        TimeDelta::minutes(5),
        2,
    )
    .unwrap()
}

/// Raises an alert about an incident at a minute; it wants to be looked at five minutes later.
async fn raise(g: &Ground, tx: &mut Tx, incident: IncidentId, minute: i64) -> (AlertId, CheckInId) {
    let check_in = tx.reserve_check_ins(1).await.unwrap()[0];
    let said = said(check_in, g.villages[0], None, Content::Incident(flood()));
    tx.add_check_ins(&[said]).await.unwrap();
    let report = tx
        .add_report(incident, ReportKind::First, check_in, at(minute))
        .await
        .unwrap();
    let new = NewAlert {
        report,
        incident,
        policy: &policy(),
        alert: &running(minute + 5),
        red: None,
    };
    (tx.add_alert(new, at(minute)).await.unwrap(), check_in)
}

fn running(minute: i64) -> Alert {
    Alert::of(0, 0, State::Running { next_at: at(minute) })
}

fn call(key: &str, alert: AlertId, pass: i64, step: i64) -> NewLetter {
    NewLetter {
        kind: "urgent",
        alert_id: Some(alert.0),
        pass: Some(pass),
        step: Some(step),
        ..letter(key, 0, &format!("{key}@county.example"))
    }
}

on_both!(an_alert_reads_back_and_comes_up_when_it_is_due, |db| async move {
    let (g, mut tx) = ground(db).await;
    assert_eq!(tx.next_alert_at().await.unwrap(), None);
    let incident = g.incident(&mut tx, 1).await;
    let (late, check_in) = raise(&g, &mut tx, incident, 10).await;
    let (soon, _) = raise(&g, &mut tx, incident, 2).await;
    assert_eq!(tx.unanswered_count().await.unwrap(), (2, Some(ms(2))));
    let found = tx.alert(late).await.unwrap().unwrap();
    assert_eq!(
        (found.check_in, found.incident, found.raised),
        (check_in, incident, at(10))
    );
    assert_eq!(
        (found.policy.clone(), found.alert.clone(), found.red.clone()),
        (policy(), running(15), None)
    );
    assert_eq!(tx.hold_alert(late).await.unwrap(), Some(found));
    assert_eq!(tx.alert_by(check_in).await.unwrap(), Some(late));
    assert_eq!(tx.alert_by(CheckInId(99_999)).await.unwrap(), None);
    let of: Vec<_> = tx
        .alerts_of(incident)
        .await
        .unwrap()
        .iter()
        .map(|a| a.id)
        .collect();
    assert_eq!(of, [late, soon], "the oldest row first");
    assert!(tx.alerts_of(IncidentId(99_999)).await.unwrap().is_empty());
    assert_eq!(tx.alerts_due(at(6)).await.unwrap(), []);
    assert_eq!(tx.alerts_due(at(7)).await.unwrap(), [soon]);
    assert_eq!(tx.alerts_due(at(15)).await.unwrap(), [soon, late]);
    assert_eq!(tx.next_alert_at().await.unwrap(), Some(at(7)));
    tx.postpone_alert(soon, at(20)).await.unwrap();
    assert_eq!(tx.next_alert_at().await.unwrap(), Some(at(15)));
    assert!(tx.alert(AlertId(99_999)).await.unwrap().is_none());
    assert!(tx.hold_alert(AlertId(99_999)).await.unwrap().is_none());
});

on_both!(
    an_alert_keeps_its_last_red_and_rests_once_somebody_has_it,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let incident = g.incident(&mut tx, 1).await;
        let (id, _) = raise(&g, &mut tx, incident, 2).await;
        let (other, _) = raise(&g, &mut tx, incident, 2).await;
        let exhausted = Alert {
            state: State::Exhausted { at: at(30) },
            ..running(0)
        };
        tx.put_alert(id, &exhausted, Some(Red::Exhausted)).await.unwrap();
        let found = tx.alert(id).await.unwrap().unwrap();
        assert_eq!(
            (found.alert, found.red.as_deref()),
            (exhausted, Some("exhausted"))
        );
        tx.postpone_alert(id, at(99)).await.unwrap();
        assert_eq!(
            tx.alerts_due(at(99)).await.unwrap(),
            [other],
            "one that rests is not woken"
        );
        let had = Alert {
            state: State::Acknowledged {
                by: "带班领导𠮷".to_owned(),
                at: at(40),
                word_until: None,
            },
            ..running(0)
        };
        tx.put_alert(id, &had, None).await.unwrap();
        let found = tx.alert(id).await.unwrap().unwrap();
        assert_eq!((found.alert, found.red.as_deref()), (had, Some("exhausted")));
        let marks = number(
            &mut tx,
            "SELECT COUNT(*) FROM alert WHERE acknowledged_at > exhausted_at",
        )
        .await;
        assert_eq!(marks, 1);
        let ack = NewAcknowledgement {
            alert: Some(id.0),
            via: "page",
            by_account: Some(g.officer.0),
            ..Default::default()
        };
        tx.acknowledge_letter(&ack, at(40)).await.unwrap();
        tx.acknowledge_letter(&ack, at(41)).await.unwrap();
        let all = tx.acknowledgements_of_alert(id).await.unwrap();
        assert!(all.len() == 2 && all[0].at < all[1].at);
        assert_eq!(
            (all[0].via.as_str(), all[0].by_account, all[0].letter_id),
            ("page", Some(g.officer.0), None)
        );
        assert!(tx.acknowledgements_of_alert(other).await.unwrap().is_empty());
    }
);

on_both!(
    a_round_of_calls_is_passed_on_once_when_all_its_letters_are_dead,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let incident = g.incident(&mut tx, 1).await;
        let (id, _) = raise(&g, &mut tx, incident, 2).await;
        g.letter(&mut tx, &call("a", id, 0, 0), &[]).await;
        g.letter(&mut tx, &call("b", id, 0, 0), &[]).await;
        let last = g.letter(&mut tx, &call("c", id, 0, 1), &[]).await;
        assert!(tx.calls_to_pass_on().await.unwrap().is_empty());
        run(&mut tx, "UPDATE letter SET state = 'dead' WHERE dedup_key = 'a'").await;
        assert!(
            tx.calls_to_pass_on().await.unwrap().is_empty(),
            "the other may still arrive"
        );
        run(&mut tx, "UPDATE letter SET state = 'dead' WHERE dedup_key = 'b'").await;
        assert_eq!(tx.calls_to_pass_on().await.unwrap(), [(id, 0, 0)]);
        tx.pass_call_on(id, 0, 1, at(9)).await.unwrap();
        assert_eq!(
            tx.calls_to_pass_on().await.unwrap(),
            [(id, 0, 0)],
            "another round of calls"
        );
        tx.pass_call_on(id, 0, 0, at(9)).await.unwrap();
        assert!(tx.calls_to_pass_on().await.unwrap().is_empty());
        assert_eq!(tx.calls_before(id.0, last).await.unwrap(), 0);
        run(
            &mut tx,
            "UPDATE letter SET state = 'accepted' WHERE dedup_key IN ('a', 'b')",
        )
        .await;
        assert_eq!(
            tx.calls_before(id.0, last).await.unwrap(),
            1,
            "a round of calls counts once"
        );
    }
);

on_both!(
    letters_that_were_never_tried_are_taken_back_but_for_one_round_of_calls,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let incident = g.incident(&mut tx, 1).await;
        let (id, _) = raise(&g, &mut tx, incident, 2).await;
        let (other, _) = raise(&g, &mut tx, incident, 2).await;
        for (key, alert, step) in [("a", id, 0), ("b", id, 1), ("tried", id, 0), ("x", other, 0)] {
            g.letter(&mut tx, &call(key, alert, 0, step), &[]).await;
        }
        run(
            &mut tx,
            "UPDATE letter SET frozen = 'bytes' WHERE dedup_key = 'tried'",
        )
        .await;
        assert_eq!(tx.withdraw_letters(id, Some((0, 1)), at(9)).await.unwrap(), 1);
        assert_eq!(tx.withdraw_letters(id, Some((0, 1)), at(9)).await.unwrap(), 0);
        assert_eq!(tx.withdraw_letters(id, None, at(9)).await.unwrap(), 1);
        let states: Vec<_> = tx
            .posted_for(id)
            .await
            .unwrap()
            .iter()
            .map(|p| p.tray.code())
            .collect();
        assert_eq!(
            states,
            ["obsolete", "obsolete", "waiting"],
            "in the order of writing"
        );
        assert_eq!(tx.posted_for(other).await.unwrap()[0].tray.code(), "waiting");
        assert!(tx.posted_for(AlertId(99_999)).await.unwrap().is_empty());
    }
);

on_both!(
    where_no_roster_names_anybody_those_who_hold_an_account_over_the_unit_are_found,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (leader, head) = (account("leader"), account("head"));
        let leader = tx.add_account(&leader, at(1)).await.unwrap();
        let head = tx.add_account(&head, at(1)).await.unwrap();
        for (id, role, unit) in [
            (leader, Role::Leader, g.villages[0]),
            (head, Role::Head, g.villages[0]),
        ] {
            let unit = Some(unit);
            tx.grant(id, Granted { role, unit }, at(1)).await.unwrap();
        }
        let found = tx.responsible_for(&g.path(g.villages[0])).await.unwrap();
        assert_eq!(found, ["leader@county.example", "officer@county.example"]);
        let found = tx.responsible_for(&g.path(g.villages[1])).await.unwrap();
        assert_eq!(found, ["officer@county.example"]);
        tx.set_lock(g.officer, Some(at(2))).await.unwrap();
        let found = tx.responsible_for(&g.path(g.county)).await.unwrap();
        assert!(found.is_empty(), "{found:?}");
        let post = tx.post_of("leader@county.example").await.unwrap();
        assert_eq!(post.as_deref(), Some("值班员𠮷"));
        assert_eq!(tx.post_of("nobody@county.example").await.unwrap(), None);
    }
);

on_both!(whom_an_alert_tells_can_change_while_it_runs, |db| async move {
    let (g, mut tx) = ground(db).await;
    let incident = g.incident(&mut tx, 5).await;
    let (id, _) = raise(&g, &mut tx, incident, 5).await;
    let to = Address::parse("next@county.example").unwrap();
    let next = Policy::new(vec![Step::any(vec![to])], TimeDelta::minutes(5), 2).unwrap();
    tx.put_policy(id, &next).await.unwrap();
    let stored = tx.alert(id).await.unwrap().unwrap();
    assert_eq!((stored.policy, stored.alert), (next, running(10)));
});

on_both!(
    a_unit_is_told_which_of_its_urgent_reports_nobody_has,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let unit = g.villages[0];
        let incident = g.incident(&mut tx, 3).await;
        assert!(tx.unanswered_of(unit).await.unwrap().is_empty());
        let (one, first) = raise(&g, &mut tx, incident, 5).await;
        let (_, second) = raise(&g, &mut tx, incident, 6).await;
        assert_eq!(
            tx.unanswered_of(unit).await.unwrap(),
            [(second, at(6)), (first, at(5))]
        );
        let answered = State::Acknowledged {
            by: "a@county.example".to_owned(),
            at: at(7),
            word_until: None,
        };
        tx.put_alert(one, &Alert::of(0, 0, answered), None).await.unwrap();
        assert_eq!(tx.unanswered_of(unit).await.unwrap(), [(second, at(6))]);
        assert!(tx.unanswered_of(g.villages[1]).await.unwrap().is_empty());
    }
);
