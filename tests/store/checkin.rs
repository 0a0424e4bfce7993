//! Check-ins, incidents and the reports on them.

use allclear::domain::checkin::{Author, Caller, Content, Door, IncidentContent, Provenance, Review};
use allclear::domain::ids::{AccountId, CheckInId, IncidentId, ObligationId, ReportId, RoundId, UnitId};
use allclear::domain::incident::Severity;
use allclear::store::{ReportKind, StoredCheckIn, Tx};
use uuid::Uuid;

use super::ground::{at, flood, ground, number, run, said};
use crate::support::on_both;

/// Writes one check-in under the next number.
async fn add(tx: &mut Tx, unit: UnitId, on: Option<ObligationId>, content: Content) -> StoredCheckIn {
    let id = tx.reserve_check_ins(1).await.unwrap()[0];
    let one = said(id, unit, on, content);
    tx.add_check_ins(std::slice::from_ref(&one)).await.unwrap();
    one
}

fn ids(all: &[StoredCheckIn]) -> Vec<CheckInId> {
    all.iter().map(|c| c.check_in.id).collect()
}

on_both!(a_check_in_reads_back_to_the_last_character, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (_, [a, _]) = g.owed(&mut tx).await;
    let incident = g.incident(&mut tx, 5).await;
    let id = tx.reserve_check_ins(1).await.unwrap()[0];
    let mut full = said(id, g.villages[0], Some(a), Content::Incident(flood()));
    full.check_in.incident = Some(incident);
    full.check_in.provenance = Provenance::Phone;
    full.check_in.review = Review::Awaiting;
    full.author = Author::Account(g.officer);
    full.door = Door::Api;
    full.claimed = Some(at(2));
    full.supersedes = Some(CheckInId(1));
    full.caller = Some(Caller {
        post: "村值班岗𠮷".to_owned(),
        called_at: at(4),
    });
    tx.add_check_ins(&[]).await.unwrap();
    tx.add_check_ins(std::slice::from_ref(&full)).await.unwrap();
    assert_eq!(tx.check_in(id).await.unwrap(), Some(full));
    assert_eq!(tx.check_in(CheckInId(99_999)).await.unwrap(), None);
    let plain = add(&mut tx, g.villages[1], None, Content::AllClear).await;
    assert_eq!(tx.check_in(plain.check_in.id).await.unwrap(), Some(plain));
    run(
        &mut tx,
        "UPDATE check_in SET narrative = NULL, salt = NULL WHERE kind = 'incident'",
    )
    .await;
    let left = tx.check_in(id).await.unwrap().unwrap();
    assert!(left.check_in.redacted && left.salt.is_none());
    assert_eq!(left.check_in.content, Content::Incident(flood()).without_texts());
    assert_eq!(
        tx.author_label(Author::Account(AccountId(99_999))).await.unwrap(),
        None
    );
});

on_both!(
    a_thousand_numbers_are_set_aside_ascending_and_written,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        assert!(tx.reserve_check_ins(0).await.unwrap().is_empty());
        let numbers = tx.reserve_check_ins(1000).await.unwrap();
        assert!(numbers.len() == 1000 && numbers.is_sorted());
        let all: Vec<_> = numbers
            .iter()
            .map(|id| said(*id, g.villages[0], None, Content::AllClear))
            .collect();
        tx.add_check_ins(&all).await.unwrap();
        let next = tx.reserve_check_ins(1).await.unwrap()[0];
        assert!(next > numbers[999]);
        assert_eq!(tx.check_ins(&numbers).await.unwrap(), all);
        assert!(tx.check_ins(&[]).await.unwrap().is_empty());
        let some = [numbers[9], CheckInId(99_999), numbers[3]];
        assert_eq!(ids(&tx.check_ins(&some).await.unwrap()), [numbers[3], numbers[9]]);
        let keys: Vec<_> = all.iter().map(|c| (c.check_in.unit, c.check_in.uuid)).collect();
        assert_eq!(tx.check_ins_by_uuid(&keys).await.unwrap().len(), 1000);
        let same = tx
            .check_ins_by_uuid(&[(g.villages[1], keys[0].1), (g.villages[0], Uuid::nil())])
            .await;
        assert!(same.unwrap().is_empty(), "another unit's uuid is another key");
        assert!(tx.check_ins_by_uuid(&[]).await.unwrap().is_empty());
    }
);

on_both!(a_uuid_is_taken_once_a_unit, |db| async move {
    let (g, mut tx) = ground(db).await;
    let one = add(&mut tx, g.villages[0], None, Content::AllClear).await;
    let id = tx.reserve_check_ins(1).await.unwrap()[0];
    let mut other = said(id, g.villages[1], None, Content::AllClear);
    other.check_in.uuid = one.check_in.uuid;
    tx.add_check_ins(&[other]).await.unwrap();
    let id = tx.reserve_check_ins(1).await.unwrap()[0];
    let mut again = said(id, g.villages[0], None, Content::AllClear);
    again.check_in.uuid = one.check_in.uuid;
    let error = tx.add_check_ins(&[again]).await.unwrap_err();
    assert!(error.is_constraint("check_in_once", "check_in.uuid"), "{error}");
});

on_both!(
    check_ins_are_listed_by_unit_by_round_and_beside_every_round,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let [x, y] = g.villages;
        let (round, [a, b]) = g.owed(&mut tx).await;
        let one = add(&mut tx, x, Some(a), Content::AllClear).await.check_in.id;
        let two = add(&mut tx, y, Some(b), Content::AllClear).await.check_in.id;
        let three = add(&mut tx, x, None, Content::Incident(flood()))
            .await
            .check_in
            .id;
        let four = add(&mut tx, x, None, Content::Incident(flood()))
            .await
            .check_in
            .id;
        assert_eq!(ids(&tx.check_ins_of(x, 9).await.unwrap()), [four, three, one]);
        assert_eq!(ids(&tx.check_ins_of(x, 1).await.unwrap()), [four]);
        assert!(tx.check_ins_of(g.county, 9).await.unwrap().is_empty());
        assert_eq!(ids(&tx.latest_unattached(&[x, y]).await.unwrap()), [four]);
        assert!(tx.latest_unattached(&[]).await.unwrap().is_empty());
        let zero = CheckInId(0);
        assert_eq!(
            ids(&tx.check_ins_of_round(round, at(11), zero, 9).await.unwrap()),
            [one, two]
        );
        assert_eq!(
            ids(&tx.check_ins_of_round(round, at(11), one, 9).await.unwrap()),
            [two]
        );
        assert_eq!(
            ids(&tx.check_ins_of_round(round, at(11), zero, 1).await.unwrap()),
            [one]
        );
        assert!(
            tx.check_ins_of_round(round, at(10), zero, 9)
                .await
                .unwrap()
                .is_empty(),
            "before, not at"
        );
        assert!(
            tx.check_ins_of_round(RoundId(99_999), at(11), zero, 9)
                .await
                .unwrap()
                .is_empty()
        );
    }
);

on_both!(what_awaits_the_duty_office_is_decided_once, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [x, y] = g.villages;
    let mut waiting = Vec::new();
    for unit in [x, y] {
        let id = tx.reserve_check_ins(1).await.unwrap()[0];
        let mut one = said(id, unit, None, Content::AllClear);
        one.check_in.review = Review::Awaiting;
        tx.add_check_ins(&[one]).await.unwrap();
        waiting.push(id);
    }
    let plain = add(&mut tx, x, None, Content::AllClear).await.check_in.id;
    let everywhere = g.path(g.county).range();
    assert_eq!(ids(&tx.awaiting_review(&everywhere).await.unwrap()), waiting);
    let only = g.path(y).range();
    assert_eq!(ids(&tx.awaiting_review(&only).await.unwrap()), [waiting[1]]);
    assert!(tx.review_check_in(waiting[0], Review::Refused).await.unwrap());
    assert!(!tx.review_check_in(waiting[0], Review::Confirmed).await.unwrap());
    assert!(!tx.review_check_in(plain, Review::Confirmed).await.unwrap());
    let decided = tx.check_in(waiting[0]).await.unwrap().unwrap();
    assert_eq!(decided.check_in.review, Review::Refused);
    assert_eq!(ids(&tx.awaiting_review(&everywhere).await.unwrap()), [waiting[1]]);
});

on_both!(
    an_incident_takes_on_what_later_reports_say_and_is_closed_once,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let id = g.incident(&mut tx, 5).await;
        let other = g.incident(&mut tx, 6).await;
        let found = tx.incident(id).await.unwrap().unwrap();
        assert_eq!(
            (found.unit, found.path.clone()),
            (g.villages[0], g.path(g.villages[0]))
        );
        assert_eq!(
            (found.class.as_str(), found.severity),
            ("flood", Severity::NotGraded)
        );
        assert_eq!((found.urgent, found.drill, found.occurred), (true, false, None));
        assert_eq!(
            (found.learned, found.opened, found.closed),
            (Some(at(3)), at(5), None)
        );
        let later = IncidentContent {
            class: "fire".into(),
            severity: Severity::II,
            occurred: Some(at(1)),
            ..IncidentContent::default()
        };
        tx.update_incident(id, &later, false).await.unwrap();
        let now = tx.incident(id).await.unwrap().unwrap();
        assert_eq!(
            (now.class.as_str(), now.severity, now.occurred),
            ("fire", Severity::II, Some(at(1)))
        );
        assert_eq!(
            (now.urgent, now.learned),
            (true, Some(at(3))),
            "leaders know; what was learned stays"
        );
        tx.close_incident(id, at(8)).await.unwrap();
        tx.close_incident(id, at(9)).await.unwrap();
        assert_eq!(tx.incident(id).await.unwrap().unwrap().closed, Some(at(8)));
        let untouched = tx.incident(other).await.unwrap().unwrap();
        assert_eq!((untouched.class.as_str(), untouched.closed), ("flood", None));
        assert!(tx.incident(IncidentId(99_999)).await.unwrap().is_none());
    }
);

on_both!(reports_on_an_incident_are_numbered_from_one, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (one, two) = (g.incident(&mut tx, 5).await, g.incident(&mut tx, 6).await);
    let mut reports = Vec::new();
    for (incident, kind) in [
        (one, ReportKind::First),
        (two, ReportKind::First),
        (one, ReportKind::FollowUp),
        (one, ReportKind::Final),
    ] {
        let said = add(&mut tx, g.villages[0], None, Content::AllClear)
            .await
            .check_in
            .id;
        let id = tx.add_report(incident, kind, said, at(7)).await.unwrap();
        let found = tx.report(id).await.unwrap().unwrap();
        assert_eq!((found.kind, found.check_in, found.at), (kind, said, at(7)));
        reports.push((found.incident, found.number));
    }
    assert_eq!(reports, [(one, 1), (two, 1), (one, 2), (one, 3)]);
    assert!(tx.report(ReportId(99_999)).await.unwrap().is_none());
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM incident_report").await, 4);
});
