//! What holds for every submission under all facts.

use super::*;
use proptest::prelude::*;

fn contents() -> impl Strategy<Value = Content> {
    prop_oneof![
        Just(Content::AllClear),
        ("[ab]", any::<bool>()).prop_map(|(what, urgent)| incident(&what, urgent)),
    ]
}

fn instants() -> impl Strategy<Value = i64> {
    let edges = prop::sample::select(vec![OPENS, DUE, LATE, CLOSES]);
    prop_oneof![
        0..CLOSES + 1_000_000,
        (edges, -1i64..=1).prop_map(|(edge, by)| edge + by)
    ]
}

fn provenances() -> impl Strategy<Value = Provenance> {
    prop::sample::select(Provenance::ALL.to_vec())
}

fn rows() -> impl Strategy<Value = CheckIn> {
    let review = prop::sample::select(Review::ALL.to_vec());
    let obligation = prop::option::of((1i64..3).prop_map(ObligationId));
    (instants(), contents(), provenances(), review, obligation).prop_map(
        |(ms, content, provenance, review, obligation)| CheckIn {
            provenance,
            review,
            obligation,
            ..kept(ms, content)
        },
    )
}

fn submissions() -> impl Strategy<Value = Submission> {
    let said = (prop::option::of(Just("因".to_owned())), any::<bool>());
    let ids = (prop::option::of((1i64..3).prop_map(ObligationId)), 1i64..3);
    let via = prop::sample::select(Door::ALL.to_vec());
    (
        instants(),
        prop::option::of(instants()),
        contents(),
        provenances(),
        said,
        ids,
        via,
    )
        .prop_map(
            |(ms, claimed, content, provenance, (reason, called), (obligation, unit), via)| Submission {
                claimed: claimed.map(at),
                provenance,
                reason,
                caller: called.then(|| Caller {
                    post: "值班员".into(),
                    called_at: at(0),
                }),
                obligation,
                unit: UnitId(unit),
                via,
                ..sent(ms, content)
            },
        )
}

fn facts() -> impl Strategy<Value = Facts> {
    (
        any::<bool>(),
        prop::option::of(rows()),
        prop::option::of(rows()),
        any::<bool>(),
    )
        .prop_map(|(there, same_uuid, latest, office)| {
            let first_received = latest.as_ref().map(|l| l.received);
            let obligation = there.then(|| Obligation {
                first_received,
                ..owed()
            });
            Facts {
                obligation,
                same_uuid,
                latest,
                office,
                followed: None,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_is_dropped_silently(facts in facts(), s in submissions()) {
        match decide(&facts, &s) {
            Decision::Same(row) => {
                prop_assert!(row.says(&s.content));
                prop_assert_eq!(Some(row), facts.same_uuid);
            }
            Decision::Already(row) => {
                prop_assert!(row.says(&s.content) && row.provenance == s.provenance);
                prop_assert_eq!(Some(row), facts.latest);
            }
            Decision::Record(r) => {
                prop_assert_eq!(r.needs_new_uuid, facts.same_uuid.is_some());
                prop_assert!(r.obligation.is_some() || s.content.incident().is_some());
            }
            Decision::Refuse(refusal) => {
                let by_time = matches!(refusal, Refusal::NotOpenYet { .. } | Refusal::Closed { .. });
                prop_assert!(!by_time || s.content == Content::AllClear);
            }
        }
    }

    #[test]
    fn only_the_first_report_decides_timeliness(facts in facts(), s in submissions()) {
        if let Decision::Record(r) = decide(&facts, &s) {
            let discharges = r.obligation.is_some() && facts.latest.is_none();
            prop_assert_eq!(r.timeliness.is_some(), discharges);
            if let Some(timeliness) = r.timeliness {
                prop_assert_eq!(timeliness == Timeliness::OnTime, s.received < owed().window.on_time_until());
            }
            prop_assert!(r.claim.is_none() || s.received >= owed().window.on_time_until());
        }
    }

    #[test]
    fn what_is_urgent_reaches_leaders_once_it_is_kept(facts in facts(), s in submissions()) {
        if let Decision::Record(r) = decide(&facts, &s) {
            let known = r.supersedes.is_some() && facts.latest.is_some_and(|l| l.content.is_urgent());
            if s.content.is_urgent() && !known {
                prop_assert_eq!(r.consequence, Consequence::RaiseAlert);
            }
            prop_assert_eq!(r.review == Review::Awaiting, r.consequence == Consequence::AwaitConfirmation);
        }
    }

    #[test]
    fn what_was_kept_is_the_same_when_sent_again(facts in facts(), s in submissions(), later in instants()) {
        if let Decision::Record(r) = decide(&facts, &s)
            && !r.needs_new_uuid
        {
            let row = CheckIn {
                obligation: r.obligation,
                review: r.review,
                provenance: s.provenance,
                ..kept(0, s.content.clone())
            };
            let facts = Facts { same_uuid: Some(row.clone()), ..facts };
            let again = Submission { received: at(later), ..s };
            prop_assert_eq!(decide(&facts, &again), Decision::Same(row));
        }
    }
}
