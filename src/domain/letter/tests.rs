//! Knows who must hear of what when a step fires.

use super::*;
use crate::domain::ladder::default_ladder;
use crate::domain::time::from_millis;
use proptest::prelude::*;

const REMINDER: usize = 0;
const BACKUP: usize = 1;
const HEAD: usize = 2;
const PARENT: usize = 3;
const ON_DUTY: usize = 4;

fn address(name: &str) -> Address {
    Address::parse(&format!("{name}@county.example")).unwrap()
}

fn contacts(reporter: &[&str], backup: &[&str], head: &[&str]) -> Contacts {
    let list = |names: &[&str]| names.iter().map(|n| address(n)).collect();
    Contacts {
        reporter: list(reporter),
        backup: list(backup),
        head: list(head),
        ..Contacts::default()
    }
}

/// Two villages under one town under a county; the second village has no backup.
fn directory() -> Directory {
    Directory {
        contacts: BTreeMap::from([
            (UnitId(1), contacts(&["county-desk"], &[], &[])),
            (
                UnitId(32),
                contacts(&["town-desk"], &["town-backup"], &["town-head"]),
            ),
            (
                UnitId(600),
                contacts(&["clerk-600"], &["backup-600"], &["head-600"]),
            ),
            (UnitId(601), contacts(&["clerk-601"], &[], &["head-601"])),
        ]),
        on_duty: vec![address("leader")],
        offices: BTreeMap::new(),
        ..Directory::default()
    }
}

fn village(id: i64) -> Open {
    Open {
        obligation: ObligationId(id),
        path: UnitPath::parse(&format!("/1/32/{id}/")).unwrap(),
        failed: Vec::new(),
    }
}

/// Writes letters as a reader would tell them: `address step: items`, with `>` where passed on.
fn told(out: &Letters) -> Vec<String> {
    let items = |l: &ChaseLetter| l.items.iter().map(|i| format!(" {i}")).collect::<String>();
    let line = |l: &ChaseLetter| {
        let name = l.address.as_str().split('@').next().unwrap_or_default();
        format!(
            "{name} {}{}:{}",
            if l.passed_on { ">" } else { "" },
            l.step,
            items(l)
        )
    };
    out.letters.iter().map(line).collect()
}

fn fire(steps: &[usize], open: &[Open], directory: &Directory) -> Letters {
    letters(&default_ladder(), steps, open, directory)
}

#[test]
fn the_parent_unit_gets_one_letter_that_names_every_missing_village() {
    let out = fire(&[PARENT], &[village(601), village(600)], &directory());
    assert_eq!(told(&out), ["town-desk 3: 600 601"]);
    assert_eq!(out.gaps, []);
}

#[test]
fn a_step_without_an_address_passes_on_at_once_and_leaves_a_gap() {
    let out = fire(&[BACKUP], &[village(600), village(601)], &directory());
    assert_eq!(told(&out), ["backup-600 1: 600", "head-601 >1: 601"]);
    assert_eq!(
        out.gaps,
        [Gap {
            obligation: ObligationId(601),
            step: BACKUP,
            passed_to: Some(HEAD)
        }]
    );
}

#[test]
fn a_bad_address_counts_as_none() {
    let mut directory = directory();
    let bad = Person {
        bad: true,
        ..Person::default()
    };
    directory.people.insert(address("head-600"), bad);
    assert_eq!(
        told(&fire(&[HEAD], &[village(600)], &directory)),
        ["town-desk >2: 600"]
    );
    directory.people.insert(address("town-desk"), bad);
    let out = fire(&[HEAD], &[village(600)], &directory);
    assert_eq!(told(&out), ["town-backup >2: 600"], "the town has other contacts");
}

#[test]
fn one_good_address_of_two_is_enough() {
    let mut directory = directory();
    directory
        .contacts
        .insert(UnitId(600), contacts(&["clerk-600", "clerk-2"], &[], &[]));
    directory.people.insert(
        address("clerk-2"),
        Person {
            bad: true,
            ..Person::default()
        },
    );
    let out = fire(&[REMINDER], &[village(600)], &directory);
    assert_eq!(
        (told(&out), out.gaps.len()),
        (vec!["clerk-600 0: 600".to_owned()], 0)
    );
}

#[test]
fn where_nobody_can_be_told_the_gap_says_so() {
    let nobody = Directory::default();
    let out = fire(&[HEAD], &[village(600)], &nobody);
    assert_eq!(out.letters, []);
    assert_eq!(
        out.gaps,
        [Gap {
            obligation: ObligationId(600),
            step: HEAD,
            passed_to: None
        }]
    );
}

#[test]
fn after_downtime_each_person_gets_one_letter_for_the_highest_step_that_names_him() {
    let mut directory = directory();
    // The head of one village is the duty desk of the town.
    directory.contacts.insert(
        UnitId(601),
        contacts(&["clerk-601"], &["backup-601"], &["town-desk"]),
    );
    let out = fire(&[BACKUP, HEAD, PARENT], &[village(600), village(601)], &directory);
    let expected = [
        "backup-600 1: 600",
        "backup-601 1: 601",
        "head-600 2: 600",
        "town-desk 3: 600 601",
    ];
    assert_eq!(told(&out), expected);
}

#[test]
fn what_failed_at_every_address_goes_to_the_next_audience_as_another_letter() {
    let failed = Open {
        failed: vec![address("head-600")],
        ..village(600)
    };
    let out = fire(&[HEAD], std::slice::from_ref(&failed), &directory());
    assert_eq!(told(&out), ["town-desk >2: 600"]);
    assert_eq!(
        out.gaps,
        [Gap {
            obligation: ObligationId(600),
            step: HEAD,
            passed_to: Some(PARENT)
        }]
    );
    let all = ["head-600", "town-desk", "town-backup", "town-head"]
        .map(address)
        .to_vec();
    assert_eq!(
        told(&fire(
            &[HEAD],
            &[Open {
                failed: all,
                ..failed
            }],
            &directory()
        )),
        ["leader >2: 600"]
    );

    let due = from_millis(1_782_892_800_000).unwrap();
    let firing = Firing {
        round: RoundId(7),
        due,
        step: HEAD,
        resumption: None,
    };
    let desk = address("town-desk");
    assert_eq!(
        firing.key(&desk),
        "c/7/1782892800000/2/0/town-desk@county.example"
    );
    let after = firing.key_after(&desk, LetterId(41));
    assert_eq!(after, "c/7/1782892800000/2/0/town-desk@county.example/after/41");
    let again = firing.key_again(&desk, ObligationId(5), due);
    assert_eq!(
        again,
        "c/7/1782892800000/2/0/town-desk@county.example/again/5/1782892800000"
    );
    let resumed = Firing {
        resumption: Some(due),
        ..firing
    };
    assert_eq!(
        resumed.key(&desk),
        "c/7/1782892800000/2/1782892800000/town-desk@county.example"
    );
}

#[test]
fn a_unit_without_a_parent_passes_its_parents_letter_on_to_the_leader() {
    let county = Open {
        path: UnitPath::root(UnitId(1)),
        ..village(1)
    };
    assert_eq!(told(&fire(&[PARENT], &[county], &directory())), ["leader >3: 1"]);
}

#[test]
fn a_letter_is_in_the_language_of_its_reader() {
    let mut directory = directory();
    directory.people.insert(
        address("leader"),
        Person {
            language: Lang::En,
            bad: false,
        },
    );
    let language = |steps: &[usize]| fire(steps, &[village(600)], &directory).letters[0].language;
    assert_eq!((language(&[ON_DUTY]), language(&[PARENT])), (Lang::En, Lang::Zh));
}

#[test]
fn a_letter_is_called_by_what_its_reader_is_told() {
    let kinds = default_ladder()
        .steps()
        .iter()
        .map(LetterKind::of)
        .collect::<Vec<_>>();
    let expected = [LetterKind::Reminder, LetterKind::Overdue, LetterKind::Escalated];
    assert_eq!(kinds[..3], expected);
    assert_eq!(kinds[3..], [LetterKind::Escalated; 2]);
    for kind in LetterKind::ALL {
        assert_eq!(kind.code().parse(), Ok(kind));
    }
    assert!("letter".parse::<LetterKind>().is_err());
}

#[test]
fn urgent_letters_go_first_and_bulletins_last() {
    let mut kinds = LetterKind::ALL.to_vec();
    kinds.sort_by_key(|k| k.priority());
    assert_eq!((kinds[0], kinds[6]), (LetterKind::Urgent, LetterKind::Bulletin));
    assert_eq!(LetterKind::Overdue.priority() as i64, 3);
}

#[test]
fn the_other_keys_hold_all_that_makes_another_letter() {
    let leader = address("leader");
    assert_eq!(
        urgent_key(AlertId(3), 1, 2, &leader),
        "u/3/1/2/leader@county.example"
    );
    assert_eq!(follow_up_key(ReportId(9), &leader), "f/9/leader@county.example");
    assert_eq!(account_key("link/17", &leader), "a/link/17/leader@county.example");
}

#[test]
fn a_message_id_stays_the_same_and_names_nobody() {
    let id = message_id("d-1", "c/7/1/2/0/leader@county.example");
    assert_eq!(id, message_id("d-1", "c/7/1/2/0/leader@county.example"));
    assert_eq!(id.len(), "<@.allclear.invalid>".len() + 32 + 12);
    assert!(!id.contains("leader"));
    let others = [
        message_id("d-2", "c/7/1/2/0/leader@county.example"),
        message_id("d-1", "c/7/1/3/0/leader@county.example"),
        round_thread("d-1", RoundId(7), &address("leader")),
        round_thread("d-1", RoundId(8), &address("leader")),
        incident_thread("d-1", IncidentId(7)),
    ];
    let all: BTreeSet<&String> = others.iter().chain([&id]).collect();
    assert_eq!(all.len(), 6);
}

/// A few units that share a few addresses, some of them bad.
fn places() -> impl Strategy<Value = (Directory, Vec<Open>)> {
    let names = || prop::collection::vec(0usize..8, 0..3);
    let desk = (names(), names(), names());
    let units = prop::collection::vec((desk, 0usize..4, names()), 1..12);
    (units, prop::collection::vec(any::<bool>(), 8), names()).prop_map(|(units, bad, on_duty)| {
        let list = |l: &[usize]| l.iter().map(|n| address(&format!("p{n}"))).collect::<Vec<_>>();
        let mut directory = Directory {
            on_duty: list(&on_duty),
            offices: BTreeMap::new(),
            ..Directory::default()
        };
        for (n, bad) in bad.into_iter().enumerate() {
            directory.people.insert(
                address(&format!("p{n}")),
                Person {
                    language: Lang::Zh,
                    bad,
                },
            );
        }
        let mut open = Vec::new();
        for (i, ((reporter, backup, head), parent, failed)) in units.into_iter().enumerate() {
            let id = i as i64 + 10;
            let contacts = Contacts {
                reporter: list(&reporter),
                backup: list(&backup),
                head: list(&head),
                ..Contacts::default()
            };
            directory.contacts.insert(UnitId(id), contacts);
            let path = UnitPath::parse(&format!("/{}/{id}/", parent + 10)).unwrap();
            open.push(Open {
                obligation: ObligationId(id),
                path,
                failed: list(&failed),
            });
        }
        (directory, open)
    })
}

proptest! {
    #[test]
    fn every_unit_is_named_to_a_good_address_or_is_a_gap_and_nobody_is_written_to_twice(
        (directory, open) in places(), steps in prop::collection::btree_set(0usize..5, 1..5),
    ) {
        let steps: Vec<usize> = steps.into_iter().collect();
        let out = fire(&steps, &open, &directory);
        let people: BTreeSet<&Address> = out.letters.iter().map(|l| &l.address).collect();
        prop_assert_eq!(people.len(), out.letters.len());
        for letter in &out.letters {
            prop_assert!(!directory.people[&letter.address].bad);
            prop_assert!(steps.contains(&letter.step) && !letter.items.is_empty());
        }
        for unit in &open {
            for &step in &steps {
                let named = out.letters.iter().any(|l| l.items.contains(&unit.obligation) && l.step >= step);
                let lost = out.gaps.contains(&Gap { obligation: unit.obligation, step, passed_to: None });
                prop_assert!(named || lost);
            }
            let told_where_it_failed = out.letters.iter()
                .any(|l| l.items.contains(&unit.obligation) && unit.failed.contains(&l.address));
            prop_assert!(!told_where_it_failed);
        }
    }

    #[test]
    fn the_order_of_units_does_not_matter((directory, open) in places(), turn in 0usize..12) {
        let mut other = open.clone();
        other.rotate_left(turn % open.len());
        other.reverse();
        let steps = [BACKUP, HEAD, PARENT];
        prop_assert_eq!(fire(&steps, &open, &directory), fire(&steps, &other, &directory));
    }

    #[test]
    fn chunks_put_together_are_the_whole((directory, open) in places(), size in 1usize..5) {
        let steps = [REMINDER, BACKUP, HEAD, ON_DUTY];
        let whole = fire(&steps, &open, &directory);
        let mut joined: BTreeMap<Address, ChaseLetter> = BTreeMap::new();
        let mut gaps = BTreeSet::new();
        for chunk in open.chunks(size) {
            let part = fire(&steps, chunk, &directory);
            gaps.extend(part.gaps);
            for letter in part.letters {
                let kept = joined.entry(letter.address.clone()).or_insert_with(|| letter.clone());
                kept.step = kept.step.max(letter.step);
                kept.passed_on |= letter.passed_on;
                kept.items.extend(letter.items);
                kept.items.sort();
                kept.items.dedup();
            }
        }
        prop_assert_eq!(joined.into_values().collect::<Vec<_>>(), whole.letters);
        prop_assert_eq!(gaps.into_iter().collect::<Vec<_>>(), whole.gaps);
    }
}
