//! Each rule of intake as a table.

use super::*;
use crate::domain::checkin::{Author, Caller, IncidentContent};
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::obligation::sample;
use crate::domain::time::from_millis;
use uuid::Uuid;

mod amendments;
mod offline;
mod properties;

const OPENS: i64 = 1_000_000;
const DUE: i64 = 5_000_000;
const LATE: i64 = 5_300_000;
const CLOSES: i64 = 9_000_000;
const MINUTE: i64 = 60_000;

fn at(ms: i64) -> Timestamp {
    from_millis(ms).unwrap()
}

fn owed() -> Obligation {
    sample(OPENS, DUE, LATE - DUE, CLOSES)
}

fn incident(what: &str, urgent: bool) -> Content {
    Content::Incident(IncidentContent {
        class: "flood".into(),
        what: what.into(),
        urgent,
        ..Default::default()
    })
}

fn sent(received: i64, content: Content) -> Submission {
    Submission {
        uuid: Uuid::from_u128(1),
        unit: UnitId(1),
        obligation: Some(ObligationId(1)),
        follows: None,
        content,
        provenance: Provenance::Own,
        author: Author::Account(AccountId(1)),
        received: at(received),
        claimed: None,
        reason: None,
        caller: None,
        via: Door::Page,
    }
}

fn offline(received: i64, claimed: i64) -> Submission {
    Submission {
        provenance: Provenance::Offline,
        claimed: Some(at(claimed)),
        ..sent(received, Content::AllClear)
    }
}

fn with_reason(s: Submission) -> Submission {
    Submission {
        reason: Some("误报".into()),
        ..s
    }
}

/// The row of a report that was kept.
fn kept(received: i64, content: Content) -> CheckIn {
    CheckIn {
        id: CheckInId(10),
        uuid: Uuid::from_u128(9),
        unit: UnitId(1),
        obligation: Some(ObligationId(1)),
        incident: content.incident().map(|_| IncidentId(5)),
        content,
        redacted: false,
        provenance: Provenance::Own,
        received: at(received),
        review: Review::None,
    }
}

fn unmet() -> Facts {
    Facts {
        obligation: Some(owed()),
        ..Facts::default()
    }
}

fn met(latest: CheckIn) -> Facts {
    let obligation = Obligation {
        first_received: Some(latest.received),
        provenance: Some(latest.provenance),
        ..owed()
    };
    Facts {
        obligation: Some(obligation),
        latest: Some(latest),
        ..Facts::default()
    }
}

fn record(facts: &Facts, s: &Submission) -> Record {
    match decide(facts, s) {
        Decision::Record(record) => record,
        other => panic!("not kept: {other:?}"),
    }
}

fn refusal(facts: &Facts, s: &Submission) -> Refusal {
    match decide(facts, s) {
        Decision::Refuse(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn every_boundary_belongs_to_what_follows() {
    let not_yet = Err(Refusal::NotOpenYet { opens: at(OPENS) });
    let closed = Err(Refusal::Closed { closes: at(CLOSES) });
    for (received, expected) in [
        (OPENS - 1, not_yet),
        (OPENS, Ok(Timeliness::OnTime)),
        (OPENS + 1, Ok(Timeliness::OnTime)),
        (DUE, Ok(Timeliness::OnTime)),
        (LATE - 1, Ok(Timeliness::OnTime)),
        (LATE, Ok(Timeliness::Late)),
        (LATE + 1, Ok(Timeliness::Late)),
        (CLOSES - 1, Ok(Timeliness::Late)),
        (CLOSES, closed),
        (CLOSES + 1, closed),
    ] {
        assert_eq!(
            accept(&owed(), &sent(received, Content::AllClear), false),
            expected,
            "{received}"
        );
    }
}

#[test]
fn a_first_all_clear_meets_the_obligation_and_sets_nothing_off() {
    let expected = Record {
        obligation: Some(ObligationId(1)),
        supersedes: None,
        timeliness: Some(Timeliness::OnTime),
        consequence: Consequence::None,
        review: Review::None,
        claim: None,
        needs_new_uuid: false,
    };
    assert_eq!(record(&unmet(), &sent(DUE, Content::AllClear)), expected);
}

#[test]
fn a_report_that_comes_although_excused_is_kept() {
    let facts = Facts {
        obligation: Some(Obligation {
            excused: Some(at(OPENS)),
            ..owed()
        }),
        ..Facts::default()
    };
    assert_eq!(
        record(&facts, &sent(DUE, Content::AllClear)).timeliness,
        Some(Timeliness::OnTime)
    );
}

#[test]
fn a_supplement_after_closing_needs_the_duty_office_and_is_late() {
    let s = sent(CLOSES, Content::AllClear);
    assert_eq!(refusal(&unmet(), &s), Refusal::Closed { closes: at(CLOSES) });
    let phone = Submission {
        provenance: Provenance::Phone,
        caller: Some(Caller {
            post: "值班员".into(),
            called_at: at(CLOSES),
        }),
        ..s.clone()
    };
    assert_eq!(refusal(&unmet(), &phone), Refusal::Closed { closes: at(CLOSES) });
    let office = Facts {
        office: true,
        ..unmet()
    };
    assert_eq!(record(&office, &phone).timeliness, Some(Timeliness::Late));
    let proxy = with_reason(Submission {
        provenance: Provenance::Proxy,
        ..s
    });
    assert_eq!(record(&office, &proxy).timeliness, Some(Timeliness::Late));
    let early = Submission {
        received: at(OPENS - 1),
        ..proxy
    };
    assert_eq!(refusal(&office, &early), Refusal::NotOpenYet { opens: at(OPENS) });
}

#[test]
fn who_speaks_for_a_unit_says_on_what_ground() {
    let phone = Submission {
        provenance: Provenance::Phone,
        ..sent(DUE, Content::AllClear)
    };
    assert_eq!(refusal(&unmet(), &phone), Refusal::CallerNeeded);
    let proxy = Submission {
        provenance: Provenance::Proxy,
        ..sent(DUE, Content::AllClear)
    };
    assert_eq!(refusal(&unmet(), &proxy), Refusal::ReasonNeeded);
}

#[test]
fn the_same_sent_twice_has_the_same_receipt_whatever_has_happened_since() {
    let earlier = kept(DUE, Content::AllClear);
    for via in [Door::Page, Door::Api] {
        let facts = Facts {
            same_uuid: Some(earlier.clone()),
            latest: Some(CheckIn {
                id: CheckInId(11),
                ..kept(DUE + 1, incident("管涌", true))
            }),
            ..met(earlier.clone())
        };
        let again = Submission {
            via,
            ..sent(CLOSES + 1, Content::AllClear)
        };
        assert_eq!(decide(&facts, &again), Decision::Same(earlier.clone()));
        let queued = Submission {
            via,
            ..offline(CLOSES + 1, DUE)
        };
        assert_eq!(decide(&facts, &queued), Decision::Same(earlier.clone()));
    }
}

#[test]
fn a_used_uuid_with_other_content_is_an_amendment_by_page_and_refused_by_api() {
    let earlier = kept(DUE, Content::AllClear);
    let facts = Facts {
        same_uuid: Some(earlier.clone()),
        ..met(earlier)
    };
    let edited = sent(DUE + 1, incident("管涌", false));
    let amended = record(&facts, &edited);
    assert_eq!(
        (amended.supersedes, amended.needs_new_uuid),
        (Some(CheckInId(10)), true)
    );
    let by_api = Submission {
        via: Door::Api,
        ..edited
    };
    assert_eq!(refusal(&facts, &by_api), Refusal::OtherContent);
}

#[test]
fn an_edited_page_sent_twice_is_one_amendment() {
    let first = kept(DUE, Content::AllClear);
    let amended = CheckIn {
        id: CheckInId(11),
        ..kept(DUE + 1, incident("管涌", false))
    };
    let facts = Facts {
        same_uuid: Some(first),
        ..met(amended.clone())
    };
    assert_eq!(
        decide(&facts, &sent(DUE + 2, amended.content.clone())),
        Decision::Already(amended)
    );
}

#[test]
fn yesterdays_uuid_does_not_answer_for_today() {
    let yesterday = CheckIn {
        obligation: Some(ObligationId(77)),
        ..kept(0, Content::AllClear)
    };
    let facts = Facts {
        same_uuid: Some(yesterday),
        ..unmet()
    };
    let by_page = record(&facts, &sent(DUE, Content::AllClear));
    assert_eq!(
        (by_page.timeliness, by_page.needs_new_uuid),
        (Some(Timeliness::OnTime), true)
    );
    let by_api = Submission {
        via: Door::Api,
        ..sent(DUE, Content::AllClear)
    };
    assert_eq!(refusal(&facts, &by_api), Refusal::OtherContent);
}

#[test]
fn a_new_uuid_with_the_same_content_and_provenance_is_already_reported() {
    for content in [Content::AllClear, incident("管涌", true)] {
        let latest = kept(DUE, content.clone());
        let s = sent(CLOSES + 1, content);
        assert_eq!(decide(&met(latest.clone()), &s), Decision::Already(latest));
    }
}

#[test]
fn what_was_redacted_is_compared_by_what_is_left() {
    let content = incident("管涌", true);
    let latest = CheckIn {
        redacted: true,
        ..kept(DUE, content.without_texts())
    };
    assert_eq!(
        decide(&met(latest.clone()), &sent(DUE, content)),
        Decision::Already(latest.clone())
    );
    assert!(matches!(
        decide(&met(latest), &sent(DUE, incident("管涌", false))),
        Decision::Record(_)
    ));
}

#[test]
fn an_incident_between_rounds_is_kept_once_and_an_all_clear_there_says_nothing() {
    let between = |content| Submission {
        obligation: None,
        ..sent(0, content)
    };
    let urgent = record(&Facts::default(), &between(incident("管涌", true)));
    assert_eq!(
        (urgent.obligation, urgent.consequence),
        (None, Consequence::RaiseAlert)
    );
    assert_eq!(
        refusal(&Facts::default(), &between(Content::AllClear)),
        Refusal::NothingOwed
    );

    let row = CheckIn {
        obligation: None,
        ..kept(0, incident("管涌", true))
    };
    let facts = Facts {
        latest: Some(row.clone()),
        ..Facts::default()
    };
    assert_eq!(
        decide(&facts, &between(incident("管涌", true))),
        Decision::Already(row.clone())
    );
    assert_eq!(record(&facts, &between(incident("火灾", false))).supersedes, None);

    let a_while_after = Submission {
        received: at(10 * MINUTE),
        ..between(incident("管涌", true))
    };
    assert_eq!(
        record(&facts, &a_while_after).consequence,
        Consequence::RaiseAlert
    );

    let named_a_closed_round = sent(CLOSES + 1, incident("管涌", true));
    let facts = Facts {
        same_uuid: Some(row.clone()),
        ..unmet()
    };
    assert_eq!(decide(&facts, &named_a_closed_round), Decision::Same(row));
}

#[test]
fn an_obligation_that_is_unknown_or_anothers_is_refused() {
    let s = sent(DUE, Content::AllClear);
    assert_eq!(refusal(&Facts::default(), &s), Refusal::UnknownObligation);
    let others = Obligation {
        unit: UnitId(2),
        ..owed()
    };
    let facts = Facts {
        obligation: Some(others),
        ..Facts::default()
    };
    assert_eq!(refusal(&facts, &s), Refusal::OtherUnit);
}
