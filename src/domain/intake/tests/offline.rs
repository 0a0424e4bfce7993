//! What becomes of reports that were queued without a connection.

use super::*;

#[test]
fn a_queue_that_claims_to_be_in_time_is_late_with_a_claim_also_after_closing() {
    for (received, claimed, timeliness, claim) in [
        (LATE - 1, DUE, Timeliness::OnTime, None),
        (LATE, OPENS, Timeliness::Late, Some(Claim::Pending)),
        (LATE, LATE - 1, Timeliness::Late, Some(Claim::Pending)),
        (LATE, LATE, Timeliness::Late, None),
        (LATE, OPENS - 1, Timeliness::Late, None),
        (CLOSES, DUE, Timeliness::Late, Some(Claim::Pending)),
    ] {
        let r = record(&unmet(), &offline(received, claimed));
        assert_eq!(
            (r.timeliness, r.claim),
            (Some(timeliness), claim),
            "{received} {claimed}"
        );
    }
    assert_eq!(
        refusal(&unmet(), &offline(CLOSES, LATE)),
        Refusal::Closed { closes: at(CLOSES) }
    );
}

#[test]
fn a_claimed_time_without_an_offline_queue_claims_nothing() {
    let s = Submission {
        claimed: Some(at(DUE)),
        ..sent(LATE, Content::AllClear)
    };
    assert_eq!(record(&unmet(), &s).claim, None);
}

#[test]
fn a_queue_that_comes_after_a_late_proxy_keeps_its_claim_and_after_one_in_time_needs_none() {
    let proxy = |received| CheckIn {
        provenance: Provenance::Proxy,
        ..kept(received, Content::AllClear)
    };
    let after_late = record(&met(proxy(LATE)), &offline(LATE + 1, DUE));
    assert_eq!(
        (after_late.timeliness, after_late.claim),
        (None, Some(Claim::Pending))
    );
    assert_eq!(record(&met(proxy(DUE)), &offline(LATE + 1, DUE)).claim, None);
}

#[test]
fn a_queued_all_clear_that_comes_after_an_incident_waits_and_the_incident_stands() {
    let r = record(
        &met(kept(LATE, incident("管涌", true))),
        &offline(LATE + 60 * MINUTE, DUE),
    );
    assert_eq!(
        (r.consequence, r.review),
        (Consequence::AwaitConfirmation, Review::Awaiting)
    );
}
