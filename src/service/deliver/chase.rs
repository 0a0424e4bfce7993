//! Gathers what chase letters say: the units that still have not reported, and what is known of each.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::domain::ids::{IncidentId, LetterId, ObligationId, RoundId, UnitId};
use crate::domain::notice::{Place, Silence, Silent};
use crate::domain::obligation::Round;
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::{Contacts, UnitTree};
use crate::service::{Error, Result, Service};
use crate::store::{Claimed, Conn, Named};

/// The facts of some chase letters.
pub(super) struct Chases {
    pub(super) now: Timestamp,
    tree: Arc<UnitTree>,
    letters: HashMap<LetterId, (RoundId, Timestamp)>,
    named: HashMap<LetterId, Vec<Named>>,
    rounds: HashMap<RoundId, (Round, String)>,
    contacts: HashMap<UnitId, Contacts>,
    calls: HashMap<ObligationId, (Timestamp, bool)>,
    /// When each unit last told of an incident, and whether leaders were told at once.
    told: HashMap<UnitId, (Timestamp, bool)>,
    /// The classes of incidents that want a follow-up.
    classes: HashMap<IncidentId, String>,
    outages: Vec<(Timestamp, Timestamp)>,
    pause: chrono::TimeDelta,
}

impl Service {
    /// Gathers the facts of some chase letters with few queries, however many letters there are.
    pub(super) async fn chases(&self, conn: &mut Conn, letters: &[&Claimed]) -> Result<Chases> {
        let mut chases = Chases {
            now: self.now(),
            tree: self.tree().await?,
            letters: HashMap::new(),
            named: HashMap::new(),
            rounds: HashMap::new(),
            contacts: HashMap::new(),
            calls: HashMap::new(),
            told: HashMap::new(),
            classes: HashMap::new(),
            outages: Vec::new(),
            pause: self.settings.chase.pause.delta(),
        };
        if letters.is_empty() {
            return Ok(chases);
        }
        for letter in letters {
            let round = RoundId(letter.round_id.unwrap_or_default());
            let due = letter
                .due_at
                .and_then(from_millis)
                .ok_or(Error::Missing("due time"))?;
            chases.letters.insert(LetterId(letter.id), (round, due));
            if let Entry::Vacant(new) = chases.rounds.entry(round) {
                let found = conn.round(round).await?.ok_or(Error::Missing("round"))?.round;
                let period = conn.period(found.period).await?.ok_or(Error::Missing("period"))?;
                new.insert((found, period.name));
            }
        }
        let ids: Vec<i64> = letters.iter().map(|letter| letter.id).collect();
        let named = conn.named(&ids).await?;
        let units: BTreeSet<UnitId> = named.iter().map(|one| one.unit).collect();
        let units: Vec<UnitId> = units.into_iter().collect();
        chases.contacts = conn.contacts(Some(&units)).await?;
        for (unit, at, urgent) in conn.last_told(&units).await? {
            chases.told.extend(at.map(|at| (unit, (at, urgent))));
        }
        let obligations: BTreeSet<i64> = named.iter().map(|one| one.obligation.0).collect();
        let obligations: Vec<i64> = obligations.into_iter().collect();
        for (id, at, reached) in conn.last_calls(&obligations).await? {
            chases.calls.extend(at.map(|at| (id, (at, reached))));
        }
        chases.classes = classes(conn, &named).await?;
        if let Some(opens) = named.iter().map(|one| one.opens).min() {
            let rows = conn.outages_after(opens).await?;
            let span = |row: &crate::store::OutageRow| {
                Some((from_millis(row.began_at)?, from_millis(row.ended_at)?))
            };
            chases.outages = rows.iter().filter_map(span).collect();
        }
        for one in named {
            chases.named.entry(one.letter).or_default().push(one);
        }
        Ok(chases)
    }
}

/// Gives the classes of the incidents that want a follow-up.
async fn classes(conn: &mut Conn, named: &[Named]) -> Result<HashMap<IncidentId, String>> {
    let wanted: BTreeSet<IncidentId> = named.iter().filter_map(|one| one.incident).collect();
    let mut classes = HashMap::new();
    for id in wanted {
        let known = conn.incident(id).await?;
        classes.extend(known.map(|known| (id, known.class)));
    }
    Ok(classes)
}

impl Chases {
    /// Gives what a letter says, with its round and whether that is a drill; `None` when it has nobody to name.
    pub(super) fn silence(&mut self, letter: LetterId, passed_on: bool) -> Option<(Silence, RoundId, bool)> {
        let named = self.named.remove(&letter).filter(|named| !named.is_empty())?;
        let (id, due) = *self.letters.get(&letter)?;
        let (round, period) = self.rounds.get(&id)?;
        let opens = named.iter().map(|one| one.opens).min()?;
        let touches = |(from, until): &&(Timestamp, Timestamp)| *until > opens && *from < self.now;
        let silence = Silence {
            period: period.clone(),
            round: round.label.clone(),
            day: round.day,
            due,
            scheduled: named.iter().map(|one| one.scheduled).max()?,
            closes: named.iter().map(|one| one.closes).max()?,
            passed_on,
            pause: self.pause,
            outages: self.outages.iter().filter(touches).copied().collect(),
            places: self.places(&named),
        };
        Some((silence, id, round.drill))
    }

    /// Puts units under those above them, in the order of their codes.
    fn places(&self, named: &[Named]) -> Vec<Place> {
        let code = |id: UnitId| self.tree.get(id).and_then(|unit| unit.code.as_ref());
        let order = |id: Option<UnitId>| {
            let code = id.and_then(code).map(ToString::to_string);
            (code.is_none(), code, id)
        };
        let mut places: BTreeMap<_, (String, BTreeMap<_, Silent>)> = BTreeMap::new();
        for one in named {
            let above = one.path.ancestors().next();
            let name = above
                .and_then(|id| self.tree.get(id))
                .map(|unit| unit.name.to_string());
            let place = places
                .entry(order(above))
                .or_insert_with(|| (name.unwrap_or_default(), BTreeMap::new()));
            place
                .1
                .insert((order(Some(one.unit)), one.obligation), self.silent(one));
        }
        places
            .into_values()
            .map(|(name, units)| Place {
                name,
                units: units.into_values().collect(),
            })
            .collect()
    }

    fn silent(&self, one: &Named) -> Silent {
        let contacts = self.contacts.get(&one.unit);
        Silent {
            name: one.name.clone(),
            post: contacts.and_then(|c| c.duty_post.clone()),
            phone: contacts.and_then(|c| c.phone.clone()),
            last_report: one.last_report,
            last_told: self.told.get(&one.unit).copied(),
            last_call: self.calls.get(&one.obligation).copied(),
            incident: one
                .incident
                .map(|id| (id, self.classes.get(&id).cloned().unwrap_or_default())),
        }
    }
}
