//! What may be amended, when, and what it sets off.

use super::*;

#[test]
fn the_units_own_all_clear_after_a_proxys_is_an_amendment_without_a_reason() {
    let proxy = CheckIn {
        provenance: Provenance::Proxy,
        ..kept(DUE, Content::AllClear)
    };
    let amended = record(&met(proxy), &sent(DUE + 30 * MINUTE, Content::AllClear));
    assert_eq!(amended.supersedes, Some(CheckInId(10)));
    assert_eq!((amended.timeliness, amended.review), (None, Review::None));
}

#[test]
fn an_incident_after_an_all_clear_raises_the_alarm_at_any_time_without_a_reason() {
    for received in [DUE, LATE, DUE + 60 * MINUTE, CLOSES, CLOSES + 1000 * MINUTE] {
        let amended = record(
            &met(kept(OPENS, Content::AllClear)),
            &sent(received, incident("管涌", false)),
        );
        assert_eq!(amended.consequence, Consequence::RaiseAlert);
        assert_eq!(
            (amended.obligation, amended.timeliness),
            (Some(ObligationId(1)), None)
        );
    }
}

#[test]
fn an_all_clear_after_an_incident_needs_a_reason_and_waits_for_the_duty_office() {
    let facts = met(kept(DUE, incident("管涌", true)));
    let s = sent(DUE + 1, Content::AllClear);
    assert_eq!(refusal(&facts, &s), Refusal::ReasonNeeded);
    let taken_back = record(&facts, &with_reason(s.clone()));
    assert_eq!(taken_back.consequence, Consequence::AwaitConfirmation);
    assert_eq!(taken_back.review, Review::Awaiting);
    let after = with_reason(Submission {
        received: at(CLOSES),
        ..s
    });
    assert_eq!(refusal(&facts, &after), Refusal::Closed { closes: at(CLOSES) });
    assert_eq!(
        record(
            &Facts {
                office: true,
                ..facts
            },
            &after
        )
        .review,
        Review::Awaiting
    );
}

#[test]
fn an_all_clear_that_the_office_refused_can_be_asked_for_again_and_waits_again() {
    let refused = CheckIn {
        review: Review::Refused,
        incident: Some(IncidentId(5)),
        ..kept(DUE, Content::AllClear)
    };
    let again = record(
        &met(refused.clone()),
        &with_reason(sent(DUE + 1, Content::AllClear)),
    );
    assert_eq!(again.review, Review::Awaiting);
    let waiting = CheckIn {
        review: Review::Awaiting,
        ..refused.clone()
    };
    assert!(matches!(
        decide(&met(waiting), &sent(DUE + 1, Content::AllClear)),
        Decision::Already(_)
    ));
    let grown = record(&met(refused), &sent(DUE + 1, incident("管涌扩大", false)));
    assert_eq!(grown.consequence, Consequence::UpdateIncident(IncidentId(5)));
}

#[test]
fn amendments_are_free_for_ten_minutes_and_need_a_reason_from_then_on() {
    let facts = met(kept(DUE, incident("管涌", false)));
    let change = |after| sent(DUE + after, incident("管涌两处", false));
    for after in [0, 10 * MINUTE - 1] {
        let amended = record(&facts, &change(after));
        assert_eq!(amended.consequence, Consequence::UpdateIncident(IncidentId(5)));
    }
    assert_eq!(refusal(&facts, &change(10 * MINUTE)), Refusal::ReasonNeeded);
    assert_eq!(
        record(&facts, &with_reason(change(10 * MINUTE))).supersedes,
        Some(CheckInId(10))
    );
}

#[test]
fn an_incident_that_becomes_urgent_raises_the_alarm_without_a_reason_and_only_once() {
    let facts = met(kept(DUE, incident("管涌", false)));
    let grown = sent(DUE + 60 * MINUTE, incident("决口", true));
    assert_eq!(record(&facts, &grown).consequence, Consequence::RaiseAlert);
    let facts = met(kept(DUE, incident("决口", true)));
    let more = sent(DUE + 1, incident("决口扩大", true));
    assert_eq!(
        record(&facts, &more).consequence,
        Consequence::UpdateIncident(IncidentId(5))
    );
}

#[test]
fn an_incident_is_never_turned_away_for_its_time() {
    for received in [OPENS - 1, CLOSES, CLOSES + 1] {
        for (urgent, consequence) in [(true, Consequence::RaiseAlert), (false, Consequence::None)] {
            let beside = record(&unmet(), &sent(received, incident("管涌", urgent)));
            assert_eq!((beside.obligation, beside.timeliness), (None, None));
            assert_eq!(beside.consequence, consequence);
        }
    }
    let facts = met(kept(DUE, incident("管涌", true)));
    let change = with_reason(sent(CLOSES + 1, incident("管涌两处", true)));
    assert_eq!(record(&facts, &change).supersedes, Some(CheckInId(10)));
}
