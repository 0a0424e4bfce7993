//! The life of incidents: told of, asked, closed, reopened, joined; and findings.

use allclear::domain::checkin::{Author, Content};
use allclear::domain::ids::{CheckInId, DeviceId, IncidentId};
use allclear::domain::incident::FindingKind;
use allclear::domain::period::Period;
use allclear::store::{NewEvent, NewFinding, NewObligationRow, ReportKind, Tx};

use super::ground::{Ground, account, at, flood, ground, ladder, ms, period, rule, said};
use crate::support::on_both;

async fn told(g: &Ground, tx: &mut Tx, incident: IncidentId, kind: ReportKind, minute: i64) -> CheckInId {
    let check_in = tx.reserve_check_ins(1).await.unwrap()[0];
    let said = said(check_in, g.villages[0], None, Content::Incident(flood()));
    tx.add_check_ins(&[said]).await.unwrap();
    tx.add_report(incident, kind, check_in, at(minute)).await.unwrap();
    check_in
}

fn event(incident: IncidentId, kind: &'static str) -> NewEvent<'static> {
    NewEvent {
        incident,
        kind,
        by: None,
        reason: Some("r"),
        other: None,
        check_in: None,
    }
}

fn asked(g: &Ground, incident: IncidentId, opens: i64) -> NewObligationRow {
    NewObligationRow {
        unit_id: g.villages[0].0,
        path: g.path(g.villages[0]).as_str().to_owned(),
        kind: "follow_up",
        subject: incident.to_string(),
        round_id: None,
        business_date: "2026-06-01".to_owned(),
        opens_at: ms(opens),
        due_at: ms(opens + 10),
        grace_ms: 0,
        closes_at: ms(opens + 20),
        drill: 0,
    }
}

on_both!(incidents_are_listed_with_what_was_told_of_them, |db| async move {
    let (g, mut tx) = ground(db).await;
    let one = g.incident(&mut tx, 5).await;
    let first = told(&g, &mut tx, one, ReportKind::First, 5).await;
    let second = told(&g, &mut tx, one, ReportKind::FollowUp, 9).await;
    let line = tx.incident_line(one, at(30)).await.unwrap().unwrap();
    assert_eq!((line.reports, line.told, line.alerted), (2, at(9), false));
    assert_eq!((line.answered, line.owes), (None, None));
    let reports = tx.reports_on(one).await.unwrap();
    assert_eq!(
        reports.iter().map(|r| (r.number, r.check_in)).collect::<Vec<_>>(),
        [(1, first), (2, second)]
    );
    let all = g.everywhere();
    assert_eq!(tx.open_incidents(&all, at(30), 9).await.unwrap().len(), 1);
    assert_eq!(tx.closed_incidents(&all, at(30), 9).await.unwrap().len(), 0);
    let unit = line.incident.unit;
    assert_eq!(tx.open_incidents_of(unit, at(30)).await.unwrap().len(), 1);
    tx.close_incident(one, at(31)).await.unwrap();
    assert_eq!(tx.open_incidents(&all, at(32), 9).await.unwrap().len(), 0);
    assert_eq!(tx.closed_incidents(&all, at(32), 9).await.unwrap().len(), 1);
    tx.reopen_incidents(&[one], at(33)).await.unwrap();
    let again = tx.hold_incidents(&[one, one, IncidentId(99_999)]).await.unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].closed, again[0].reopened), (None, Some(at(33))));
    assert_eq!(tx.told_of(one).await.unwrap(), Vec::<String>::new());
});

on_both!(
    an_incident_is_asked_once_a_round_and_not_after_news,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let one = g.incident(&mut tx, 5).await;
        let unit = tx.incident(one).await.unwrap().unwrap().unit;
        told(&g, &mut tx, one, ReportKind::First, 5).await;
        let ids = |list: Vec<allclear::store::StoredIncident>| list.iter().map(|i| i.id).collect::<Vec<_>>();
        assert_eq!(ids(tx.incidents_to_ask(at(5)).await.unwrap()), []);
        assert_eq!(ids(tx.incidents_to_ask(at(6)).await.unwrap()), [one]);
        let row = NewObligationRow {
            unit_id: unit.0,
            ..asked(&g, one, 6)
        };
        tx.add_obligations(&[row]).await.unwrap();
        assert_eq!(ids(tx.incidents_to_ask(at(6)).await.unwrap()), []);
        let owed = tx.follow_ups_owed(one, at(25)).await.unwrap();
        assert_eq!(owed.len(), 1);
        assert_eq!(owed[0].obligation.kind.incident(), Some(one));
        assert_eq!(tx.follow_ups_owed(one, at(26)).await.unwrap().len(), 0);
        assert_eq!(tx.drop_follow_ups(one, at(20)).await.unwrap(), 1);
        assert_eq!(tx.drop_follow_ups(one, at(20)).await.unwrap(), 0);
        told(&g, &mut tx, one, ReportKind::FollowUp, 40).await;
        assert_eq!(ids(tx.incidents_to_ask(at(40)).await.unwrap()), []);
        let two = g.incident(&mut tx, 50).await;
        tx.put_joined(one, Some(two)).await.unwrap();
        assert_eq!(ids(tx.incidents_to_ask(at(60)).await.unwrap()), [two]);
        assert_eq!(ids(tx.joined_to(two).await.unwrap()), [one]);
        tx.put_joined(one, None).await.unwrap();
        assert_eq!(ids(tx.joined_to(two).await.unwrap()), []);
    }
);

on_both!(a_rule_of_follow_ups_is_found_again, |db| async move {
    let (g, mut tx) = ground(db).await;
    let pinned = tx.pin_ladder("follow_up", &ladder(), at(0)).await.unwrap();
    let wanted = Period {
        starts: at(0),
        ends: at(0),
        rules: vec![rule(pinned)],
        ..period(g.county)
    };
    assert_eq!(tx.follow_up_rule(&wanted).await.unwrap(), None);
    let id = tx.add_period(&wanted, at(0)).await.unwrap();
    let rule = tx.add_rule(id, &wanted.rules[0]).await.unwrap();
    assert_eq!(tx.follow_up_rule(&wanted).await.unwrap(), Some((rule, id)));
    let drill = Period {
        drill: true,
        ..wanted
    };
    assert_eq!(tx.follow_up_rule(&drill).await.unwrap(), None);
});

on_both!(events_findings_and_all_clears_are_kept, |db| async move {
    let (g, mut tx) = ground(db).await;
    let one = g.incident(&mut tx, 5).await;
    let clear = tx.reserve_check_ins(1).await.unwrap()[0];
    let kept = said(clear, g.villages[0], None, Content::AllClear);
    let received = kept.check_in.received;
    tx.add_check_ins(&[kept]).await.unwrap();
    let span = chrono::TimeDelta::minutes(1);
    let found = tx
        .all_clears(g.villages[0], received, received + span)
        .await
        .unwrap();
    assert_eq!(found, [clear]);
    assert_eq!(
        tx.all_clears(g.villages[0], received - span, received)
            .await
            .unwrap(),
        []
    );
    let linked = NewEvent {
        check_in: Some(clear),
        ..event(one, "linked")
    };
    tx.add_incident_event(event(one, "closed"), at(7)).await.unwrap();
    tx.add_incident_event(linked, at(8)).await.unwrap();
    let events = tx.incident_events(one).await.unwrap();
    assert_eq!(
        events
            .iter()
            .map(|e| (e.kind.as_str(), e.at, e.check_in_id))
            .collect::<Vec<_>>(),
        [("closed", ms(7), None), ("linked", ms(8), Some(clear.0))]
    );
    let by = tx.add_account(&account("judge"), at(1)).await.unwrap();
    let path = g.path(g.villages[0]);
    let new = NewFinding {
        kind: FindingKind::Omitted,
        unit: g.villages[0],
        path: &path,
        incident: Some(one),
        obligation: None,
        note: "n",
        by,
    };
    let id = tx.add_finding(new, at(9)).await.unwrap();
    let author = Author::Device(DeviceId(1));
    assert!(tx.reply_to_finding(id, "first", author, at(10)).await.unwrap());
    assert!(!tx.reply_to_finding(id, "second", author, at(11)).await.unwrap());
    let kept = tx.finding(id).await.unwrap().unwrap();
    assert_eq!(
        (kept.kind, kept.reply),
        (FindingKind::Omitted, Some(("first".to_owned(), at(10))))
    );
    assert_eq!(tx.findings_of(g.villages[0], at(9)).await.unwrap().len(), 1);
    assert_eq!(tx.findings_of(g.villages[0], at(10)).await.unwrap().len(), 0);
    assert_eq!(tx.findings_on(one).await.unwrap().len(), 1);
});
