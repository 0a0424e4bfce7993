//! Knows what each actor may touch, and above all what it may not.

use super::*;
use crate::domain::ids::UnitId;
use proptest::prelude::*;

fn path(text: &str) -> UnitPath {
    UnitPath::parse(text).unwrap()
}

fn grant(role: Role, over: &str) -> Grant {
    Grant::new(role, (!role.is_whole()).then(|| path(over))).unwrap()
}

fn person(grants: &[(Role, &str)]) -> Actor {
    let grants = grants.iter().map(|(role, over)| grant(*role, over)).collect();
    Actor {
        identity: Identity::Account(AccountId(1)),
        grants,
        label: "post".into(),
    }
}

fn may(actor: &Actor, deed: Deed, unit: &str) -> bool {
    permit(actor, deed).is_ok_and(|scope| scope.covers(&path(unit)))
}

#[test]
fn a_workstation_reaches_its_unit_only_and_only_to_report() {
    let town = Actor::device(DeviceId(9), [path("/1/32/")], "town workstation".into());
    let open: Vec<Deed> = Deed::ALL
        .into_iter()
        .filter(|d| permit(&town, *d).is_ok())
        .collect();
    assert_eq!(open, [Deed::SeeUnit, Deed::Report, Deed::Amend]);
    for deed in open {
        assert!(may(&town, deed, "/1/32/"));
        for other in ["/1/", "/1/32/600/", "/1/320/", "/1/33/"] {
            assert!(!may(&town, deed, other), "{deed:?} {other}");
        }
    }
}

#[test]
fn a_clerk_of_a_town_reports_for_the_town_and_by_proxy_for_its_villages() {
    let clerk = person(&[(Role::Reporter, "/1/32/")]);
    assert!(may(&clerk, Deed::Report, "/1/32/") && !may(&clerk, Deed::Report, "/1/32/600/"));
    assert!(may(&clerk, Deed::Proxy, "/1/32/600/") && !may(&clerk, Deed::Proxy, "/1/33/700/"));
    for deed in [
        Deed::Excuse,
        Deed::Extend,
        Deed::RecordPhone,
        Deed::SeeUrgent,
        Deed::SeeOutbox,
    ] {
        assert_eq!(permit(&clerk, deed), Err(Denied(deed)));
    }
}

#[test]
fn a_duty_officer_runs_the_chase_of_his_own_units_and_reports_for_none() {
    let officer = person(&[(Role::DutyOfficer, "/1/32/")]);
    for deed in [
        Deed::SeeBoard,
        Deed::Excuse,
        Deed::Extend,
        Deed::RecordPhone,
        Deed::AcknowledgeAlert,
    ] {
        assert!(
            may(&officer, deed, "/1/32/600/") && !may(&officer, deed, "/1/33/"),
            "{deed:?}"
        );
    }
    assert_eq!(permit(&officer, Deed::Report), Err(Denied(Deed::Report)));
}

#[test]
fn only_the_auditor_reads_the_audit_log() {
    for role in Role::ALL {
        let allowed = permit(&person(&[(role, "/1/")]), Deed::ReadAudit).is_ok();
        assert_eq!(allowed, role == Role::Auditor, "{role}");
    }
}

#[test]
fn the_administrators_neither_report_nor_see_reports() {
    let all = [
        Role::SystemAdministrator,
        Role::SecurityAdministrator,
        Role::Auditor,
    ];
    for role in all {
        let actor = person(&[(role, "")]);
        for deed in [
            Deed::SeeUnit,
            Deed::SeeBoard,
            Deed::SeeUrgent,
            Deed::Report,
            Deed::Excuse,
            Deed::Proxy,
        ] {
            assert_eq!(permit(&actor, deed), Err(Denied(deed)), "{role}");
        }
    }
    assert_eq!(
        permit(&person(&[(all[0], "")]), Deed::ImportUnits),
        Ok(Scope::Whole)
    );
    assert_eq!(
        permit(&person(&[(all[1], "")]), Deed::ImportUnits),
        Err(Denied(Deed::ImportUnits))
    );
}

#[test]
fn a_token_reports_for_its_units_and_never_acts_as_a_person() {
    let county = Actor {
        identity: Identity::Token(5),
        ..person(&[(Role::Reporter, "/1/"), (Role::DutyOfficer, "/1/")])
    };
    assert!(may(&county, Deed::Report, "/1/32/600/"));
    let open: Vec<Deed> = Deed::ALL
        .into_iter()
        .filter(|d| permit(&county, *d).is_ok())
        .collect();
    assert_eq!(
        open,
        [
            Deed::SeeUnit,
            Deed::SeeBoard,
            Deed::SeeBulletin,
            Deed::Report,
            Deed::Amend
        ]
    );
}

#[test]
fn every_deed_is_open_to_some_role_and_without_a_grant_none_is() {
    let nobody = person(&[]);
    for deed in Deed::ALL {
        assert!(!deed.leave().is_empty());
        assert_eq!(permit(&nobody, deed), Err(Denied(deed)));
    }
    let all: std::collections::BTreeSet<Deed> = Deed::ALL.into_iter().collect();
    assert_eq!(all.len(), Deed::ALL.len());
}

#[test]
fn grants_that_lie_within_one_another_are_one_range() {
    let clerk = person(&[
        (Role::Reporter, "/1/32/600/"),
        (Role::Leader, "/1/32/"),
        (Role::Head, "/1/32/"),
    ]);
    let scope = permit(&clerk, Deed::SeeBoard).unwrap();
    assert_eq!(scope.ranges(), [("/1/32/".to_owned(), "/1/320".to_owned())]);
    let own = permit(&clerk, Deed::Report).unwrap();
    assert_eq!(
        own.ranges(),
        [
            ("/1/32/".to_owned(), "/1/32/0".to_owned()),
            ("/1/32/600/".to_owned(), "/1/32/600/0".to_owned())
        ]
    );
}

fn paths() -> impl Strategy<Value = UnitPath> {
    let id = || prop::sample::select(vec![1i64, 2, 3, 10, 32, 320]).prop_map(UnitId);
    (id(), prop::collection::vec(id(), 0..4)).prop_map(|(root, below)| {
        below
            .into_iter()
            .fold(UnitPath::root(root), |path, id| path.child(id))
    })
}

proptest! {
    #[test]
    fn a_query_by_ranges_finds_exactly_the_units_in_scope(
        grants in prop::collection::vec((0usize..4, paths()), 1..6), unit in paths(), which in 0usize..24, kind in 0u8..3,
    ) {
        let grants: Vec<Grant> =
            grants.into_iter().map(|(r, p)| Grant::new(Role::ALL[r], Some(p)).unwrap()).collect();
        let identity = [Identity::Account(AccountId(1)), Identity::Device(DeviceId(1)), Identity::Token(1)][usize::from(kind)];
        let actor = Actor { identity, grants, label: String::new() };
        if let Ok(scope) = permit(&actor, Deed::ALL[which]) {
            let text = unit.as_str();
            let hits = scope.ranges().iter().filter(|(lo, hi)| lo.as_str() <= text && text < hi.as_str()).count();
            prop_assert_eq!(hits, usize::from(scope.covers(&unit)), "{:?}", scope);
            let granted = actor.grants.iter().filter_map(Grant::over).any(|over| over.contains(&unit));
            prop_assert!(!scope.covers(&unit) || granted);
        }
    }
}
