//! Climbs the ladder: turns the steps whose time has come into letters, one a person, in chunks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;

use super::{Error, Result, Service};
use crate::crash::Point;
use crate::domain::address::Address;
use crate::domain::ids::{LetterId, ObligationId, UnitId};
use crate::domain::ladder::{Audience, Ladder};
use crate::domain::letter::{
    ChaseLetter, Details, Directory, Firing as FiringKey, Gap, LetterKind, Letters, Open, Person, letters,
    message_id,
};
use crate::domain::progress::due_steps;
use crate::domain::time::{Timestamp, from_millis};
use crate::store::{Conn, Firing, Group, NewGap, NewItem, NewLetter, Silent, Tx};

/// How many obligations one transaction turns into letters, so that an urgent report never waits behind a step.
const CHUNK: i64 = 1000;

/// How many groups are looked at in one go.
const GROUPS: i64 = 64;

/// How long a group that could not be worked on is left alone, so that it does not starve the others.
const PUSHED: TimeDelta = TimeDelta::seconds(60);

/// What is to be told: the steps of a group that fire as one, or the step whose letters died.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) group: Group,
    pub(super) ladder: &'a Ladder,
    pub(super) steps: &'a [usize],
    pub(super) cause: Cause,
}

/// Why a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The time of its steps has come.
    Time,
    /// Letters died; the newest of them.
    Dead(LetterId),
    /// Units are silent again; the first of what they owe, and since when.
    Again(ObligationId, Timestamp),
}

impl Service {
    /// Fires every step whose time has come, and gives when the next one comes.
    pub(super) async fn chase(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        loop {
            let due = self.store.read().await?.chases_due(now, GROUPS).await?;
            if due.is_empty() {
                break;
            }
            for chase in due {
                if let Err(error) = self.climb(chase.group, now).await {
                    if matches!(error, Error::Busy { .. }) {
                        return Err(error);
                    }
                    tracing::error!(%error, round = %chase.group.round, "chase of round {} failed", chase.group.round);
                    let mut tx = self.store.begin().await?;
                    tx.push_chase(chase.group, now + PUSHED).await?;
                    tx.commit().await?;
                }
            }
        }
        let next = self.store.read().await?.next_chase().await?;
        Ok(next.and_then(from_millis))
    }

    /// Works off one group until nothing of it is due.
    async fn climb(&self, group: Group, now: Timestamp) -> Result<()> {
        while self.climb_chunk(group, now).await? {
            self.urgent_first().await?;
        }
        Ok(())
    }

    /// Writes one chunk of letters; gives whether there is more to do at once.
    async fn climb_chunk(&self, group: Group, now: Timestamp) -> Result<bool> {
        let mut tx = self.store.begin().await?;
        let Some(mut chase) = tx.hold_chase(group).await? else {
            return Ok(false);
        };
        if chase.next.is_none_or(|next| next > now) {
            tx.rollback().await?;
            return Ok(false); // Another instance was here.
        }
        let ladder = ladder_of(&mut tx, group).await?;
        let firing = match chase.firing.take() {
            Some(firing) => firing,
            None => {
                let due = due_steps(&ladder, group.due, chase.closes, &chase.progress, now);
                (chase.progress, chase.next, chase.cursor) = (due.progress, due.next, 0);
                if due.fire.is_empty() {
                    tx.save_chase(&chase).await?;
                    tx.commit().await?;
                    return Ok(due.next.is_some_and(|next| next <= now));
                }
                Firing {
                    steps: due.fire,
                    progress: due.progress,
                    next: due.next,
                }
            }
        };
        let open = tx
            .unmet(group.round, group.due, group.resumption, chase.cursor, CHUNK)
            .await?;
        let call = Call {
            group,
            ladder: &ladder,
            steps: &firing.steps,
            cause: Cause::Time,
        };
        self.write_letters(&mut tx, &call, &open, now).await?;
        let more = i64::try_from(open.len()).unwrap_or(CHUNK) == CHUNK;
        if more {
            chase.cursor = open.last().map_or(0, |last| last.id.0);
            (chase.firing, chase.next) = (Some(firing), Some(now));
        } else {
            // The mark that the step is complete comes last, with the letters' leave to go.
            tx.make_ready(group).await?;
            (chase.progress, chase.next, chase.cursor) = (firing.progress, firing.next, 0);
        }
        tx.save_chase(&chase).await?;
        self.crash.pass(Point::TickStep).await;
        tx.commit().await?;
        self.crash.pass(Point::TickStepped).await;
        if !more {
            self.outgoing.notify_one();
        }
        Ok(more || chase.next.is_some_and(|next| next <= now))
    }

    /// Writes the letters of a call for some obligations, and the gaps where nobody can be told.
    pub(super) async fn write_letters(
        &self,
        tx: &mut Tx,
        call: &Call<'_>,
        open: &[Silent],
        now: Timestamp,
    ) -> Result<()> {
        let Some(step) = call.steps.last().copied() else {
            return Ok(());
        };
        if open.is_empty() {
            return Ok(());
        }
        let told = self.told(tx, call, open).await?;
        let group = call.group;
        let resumption = (group.resumption != 0)
            .then(|| from_millis(group.resumption))
            .flatten();
        let firing = FiringKey {
            round: group.round,
            due: group.due,
            step,
            resumption,
        };
        let key = |one: &ChaseLetter| match call.cause {
            Cause::Time => firing.key(&one.address),
            Cause::Dead(newest) => firing.key_after(&one.address, newest),
            Cause::Again(first, at) => firing.key_again(&one.address, first, at),
        };
        let keyed: Vec<(String, &ChaseLetter)> = told.letters.iter().map(|one| (key(one), one)).collect();
        let rows: Vec<NewLetter> = keyed
            .iter()
            .map(|(key, one)| self.chase_row(call, key, one))
            .collect();
        tx.add_letters(&rows, now).await?;
        let items: Vec<NewItem<'_>> = keyed
            .iter()
            .flat_map(|(key, one)| {
                one.items.iter().map(move |id| NewItem {
                    dedup_key: key,
                    obligation_id: id.0,
                })
            })
            .collect();
        tx.add_items(&items).await?;
        let gaps: Vec<NewGap> = told.gaps.iter().map(|gap| new_gap(gap, call)).collect();
        if !gaps.is_empty() {
            tx.add_gaps(&gaps, now).await?;
        }
        Ok(())
    }

    /// Decides who is told of what.
    async fn told(&self, conn: &mut Conn, call: &Call<'_>, open: &[Silent]) -> Result<Letters> {
        let directory = self.directory(conn, open, call.ladder).await?;
        let failed = failed(conn, call, open).await?;
        let asked: Vec<Open> = open
            .iter()
            .map(|o| Open {
                obligation: o.id,
                path: o.path.clone(),
                failed: failed.get(&o.id).cloned().unwrap_or_default(),
            })
            .collect();
        Ok(letters(call.ladder, call.steps, &asked, &directory))
    }

    fn chase_row(&self, call: &Call<'_>, key: &str, one: &ChaseLetter) -> NewLetter {
        let group = call.group;
        let kind = call
            .ladder
            .step(one.step)
            .map_or(LetterKind::Escalated, LetterKind::of);
        NewLetter {
            dedup_key: key.to_owned(),
            kind: kind.code(),
            priority: kind.priority() as i64,
            address: one.address.as_str().to_owned(),
            language: one.language.tag(),
            round_id: Some(group.round.0),
            due_at: Some(group.due.timestamp_millis()),
            step: i64::try_from(one.step).ok(),
            resumption: Some(group.resumption),
            alert_id: None,
            pass: None,
            details: Details::Chase {
                passed_on: one.passed_on,
            }
            .to_text(),
            message_id: message_id(&self.deployment, key),
            // Those of a step go when its last chunk is written.
            ready: i64::from(call.cause != Cause::Time),
        }
    }

    /// Gathers who is to be told of these units: their own contacts and those of the units above them.
    pub(super) async fn directory(
        &self,
        conn: &mut Conn,
        open: &[Silent],
        ladder: &Ladder,
    ) -> Result<Directory> {
        let ids: BTreeSet<_> = open.iter().flat_map(|o| o.path.ids()).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        self.directory_of(conn, &ids, ladder).await
    }

    /// Gathers who is to be told by the contacts of some units.
    pub(super) async fn directory_of(
        &self,
        conn: &mut Conn,
        ids: &[UnitId],
        ladder: &Ladder,
    ) -> Result<Directory> {
        let contacts: BTreeMap<_, _> = conn.addresses(ids).await?.into_iter().collect();
        let desks: Vec<_> = conn.offices(ids).await?.into_iter().collect();
        let duty = self.duty_now(conn, &desks).await?;
        let offices = duty.offices(&desks.into_iter().collect(), self.now());
        let on_duty = duty.without_office(self.now());
        let named = ladder.steps().iter().filter_map(|step| match &step.audience {
            Audience::User(address) => Some(address),
            _ => None,
        });
        let all: BTreeSet<&Address> = contacts
            .values()
            .flat_map(|c| c.reporter.iter().chain(&c.backup).chain(&c.head))
            .chain(&on_duty)
            .chain(offices.values().flatten())
            .chain(named)
            .collect();
        let people = self.people(conn, &all).await?;
        Ok(Directory {
            contacts,
            offices,
            on_duty,
            people,
            language: self.settings.service.language,
        })
    }

    /// Gives what is known of some addresses: their language, and whether a mail server refused them for good.
    async fn people(&self, conn: &mut Conn, all: &BTreeSet<&Address>) -> Result<BTreeMap<Address, Person>> {
        let bad: BTreeSet<String> = conn
            .bad_addresses()
            .await?
            .into_iter()
            .map(|b| b.address)
            .collect();
        let chosen: HashMap<String, String> = conn.languages().await?.into_iter().collect();
        let person = |address: &&Address| {
            let chosen = chosen.get(address.as_str()).and_then(|code| code.parse().ok());
            let language = chosen.unwrap_or(self.settings.service.language);
            (
                (*address).clone(),
                Person {
                    language,
                    bad: bad.contains(address.as_str()),
                },
            )
        };
        Ok(all.iter().map(person).collect())
    }
}

/// Gives the ladder that a round was opened with.
pub(super) async fn ladder_of(conn: &mut Conn, group: Group) -> Result<Ladder> {
    let round = conn.round(group.round).await?.ok_or(Error::Missing("round"))?;
    conn.ladder(round.round.ladder)
        .await?
        .ok_or(Error::Missing("ladder"))
}

/// Gives the addresses at which this call has failed for good for each obligation.
async fn failed(
    conn: &mut Conn,
    call: &Call<'_>,
    open: &[Silent],
) -> Result<HashMap<ObligationId, Vec<Address>>> {
    let ids: Vec<i64> = open.iter().map(|o| o.id.0).collect();
    let step = call
        .steps
        .first()
        .map_or(0, |step| i64::try_from(*step).unwrap_or(i64::MAX));
    let mut failed: HashMap<ObligationId, Vec<Address>> = HashMap::new();
    for (id, address) in conn.dead_addresses(call.group, step, &ids).await? {
        if let Ok(address) = Address::parse(&address) {
            failed.entry(ObligationId(id)).or_default().push(address);
        }
    }
    Ok(failed)
}

fn new_gap(gap: &Gap, call: &Call<'_>) -> NewGap {
    NewGap {
        obligation_id: gap.obligation.0,
        due_at: call.group.due.timestamp_millis(),
        step: i64::try_from(gap.step).unwrap_or(i64::MAX),
        reason: match call.cause {
            Cause::Dead(_) => "all_failed",
            Cause::Time | Cause::Again(..) => "no_address",
        },
    }
}
