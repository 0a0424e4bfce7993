//! Compares the life of incidents with a naive model: sets of open ones, and who is in whose family.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::domain::time::from_millis;

const MANY: usize = 5;

#[derive(Debug, Clone, Copy)]
enum Act {
    Close(usize, bool),
    Reopen(usize),
    Join(usize, usize),
    Part(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let one = 0..MANY;
    let act = prop_oneof![
        (one.clone(), any::<bool>()).prop_map(|(n, last)| Act::Close(n, last)),
        one.clone().prop_map(Act::Reopen),
        (one.clone(), one.clone()).prop_map(|(a, b)| Act::Join(a, b)),
        one.prop_map(Act::Part),
    ];
    prop::collection::vec(act, 0..40)
}

/// The incidents as the store holds them, moved by the rules.
fn moved(lives: &mut [Life], act: Act, at: i64) -> bool {
    let members = |lives: &[Life], n: usize| -> Vec<Life> {
        let id = lives[n].id;
        lives.iter().filter(|l| l.joined == Some(id)).copied().collect()
    };
    let set = |lives: &mut [Life], ids: Vec<IncidentId>, closed| {
        for life in lives.iter_mut().filter(|l| ids.contains(&l.id)) {
            life.closed = closed;
        }
    };
    match act {
        Act::Close(n, last) => {
            let ground = if last { Ground::Final } else { Ground::Reason };
            let done = close(&lives[n], &members(lives, n), ground);
            done.map(|ids| set(lives, ids, from_millis(at))).is_ok()
        }
        Act::Reopen(n) => {
            let head = lives[n].joined.map(|id| lives[id.0 as usize]);
            let done = reopen(&lives[n], &members(lives, n), head.as_ref());
            done.map(|ids| set(lives, ids, None)).is_ok()
        }
        Act::Join(a, b) => {
            let done = join(&lives[a], &members(lives, a), &lives[b]);
            done.map(|()| lives[a].joined = Some(lives[b].id)).is_ok()
        }
        Act::Part(n) => part(&lives[n]).map(|_| lives[n].joined = None).is_ok(),
    }
}

/// The naive model: what people would note on a blackboard.
#[derive(Default)]
struct Blackboard {
    shut: BTreeMap<usize, i64>,
    families: BTreeMap<usize, BTreeSet<usize>>,
}

impl Blackboard {
    fn head_of(&self, n: usize) -> Option<usize> {
        self.families
            .iter()
            .find(|(_, f)| f.contains(&n))
            .map(|(head, _)| *head)
    }

    fn family(&self, n: usize) -> BTreeSet<usize> {
        self.families.get(&n).cloned().unwrap_or_default()
    }

    fn moved(&mut self, act: Act, at: i64) -> bool {
        match act {
            Act::Close(n, last) => {
                let may = !self.shut.contains_key(&n) && (last || self.head_of(n).is_none());
                if may {
                    for one in self.family(n).into_iter().chain([n]) {
                        self.shut.entry(one).or_insert(at);
                    }
                }
                may
            }
            Act::Reopen(n) => {
                let head_is_shut = self.head_of(n).is_some_and(|h| self.shut.contains_key(&h));
                let Some(when) = self.shut.get(&n).copied().filter(|_| !head_is_shut) else {
                    return false;
                };
                let family = self.family(n);
                self.shut
                    .retain(|one, at| !(*one == n || (family.contains(one) && *at == when)));
                true
            }
            Act::Join(a, b) => {
                let free = |n| !self.shut.contains_key(&n) && self.head_of(n).is_none();
                let may = a != b && free(a) && free(b) && self.family(a).is_empty();
                if may {
                    self.families.entry(b).or_default().insert(a);
                }
                may
            }
            Act::Part(n) => match self.head_of(n) {
                Some(head) => self.families.get_mut(&head).unwrap().remove(&n),
                None => false,
            },
        }
    }
}

proptest! {
    #[test]
    fn incidents_live_as_the_blackboard_says(acts in acts()) {
        let mut lives: Vec<Life> = (0..MANY)
            .map(|n| Life { id: IncidentId(n as i64), closed: None, joined: None, drill: false })
            .collect();
        let mut board = Blackboard::default();
        for (at, act) in (1i64..).zip(acts) {
            let before = lives.clone();
            let done = moved(&mut lives, act, at);
            prop_assert_eq!(done, board.moved(act, at), "{:?}", act);
            if !done {
                prop_assert_eq!(&before, &lives);
            }
            for (n, life) in lives.iter().enumerate() {
                prop_assert_eq!(life.closed.is_some(), board.shut.contains_key(&n));
                prop_assert_eq!(life.joined.map(|id| id.0 as usize), board.head_of(n));
                // A family is one deep, and nobody in it is open once its head is closed.
                let head = life.joined.map(|id| lives[id.0 as usize]);
                prop_assert!(head.is_none_or(|head| head.joined.is_none()));
                prop_assert!(head.is_none_or(|head| head.closed.is_none() || life.closed.is_some()));
            }
        }
    }
}

#[test]
fn a_drill_is_never_joined_to_what_really_happens() {
    let real = Life {
        id: IncidentId(1),
        closed: None,
        joined: None,
        drill: false,
    };
    let drill = Life {
        id: IncidentId(2),
        drill: true,
        ..real
    };
    assert_eq!(join(&drill, &[], &real), Err(LifeError::OtherDrill));
    assert_eq!(join(&real, &[], &real), Err(LifeError::Itself));
}

#[test]
fn a_corrected_report_opens_its_incident_and_what_closed_with_its_head() {
    let life = |id, closed: Option<i64>, joined: Option<i64>| Life {
        id: IncidentId(id),
        closed: closed.and_then(from_millis),
        joined: joined.map(IncidentId),
        drill: false,
    };
    let ids = |opening: Vec<IncidentId>| opening.iter().map(|id| id.0).collect::<Vec<_>>();
    let (open, over) = (life(1, None, None), life(1, Some(7), None));
    assert!(reopen_by_report(&open, &[], None, &[]).is_empty());
    let members = [life(2, Some(7), Some(1)), life(3, Some(5), Some(1))];
    assert_eq!(ids(reopen_by_report(&over, &members, None, &members)), [1, 2]);
    // A member opens with the head that it closed with, and one that had closed before opens with it too.
    for (place, expected) in [(0, vec![1, 2]), (1, vec![1, 2, 3])] {
        let opening = reopen_by_report(&members[place], &[], Some(&over), &members);
        assert_eq!(ids(opening), expected);
    }
    // Whose head is open opens alone.
    assert_eq!(
        ids(reopen_by_report(&members[1], &[], Some(&open), &members)),
        [3]
    );
}
