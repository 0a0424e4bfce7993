//! Says a letter as people look at it: to whom, where it stands, every attempt with the server's own words.

use std::collections::HashMap;

use chrono_tz::Tz;

use super::board::when;
use crate::domain::delivery::{Class, Reason, Stage};
use crate::domain::time::Timestamp;
use crate::domain::unit::{UnitPath, UnitTree};
use crate::i18n::Lang;
use crate::store::{Attempt, NamedUnit, Posted, Tray, moment};

/// A letter.
#[derive(Debug)]
pub(super) struct LetterView {
    pub(super) id: i64,
    pub(super) kind: &'static str,
    pub(super) address: String,
    /// The code of its tray, for the colour.
    pub(super) tray: &'static str,
    pub(super) shape: &'static str,
    pub(super) word: &'static str,
    pub(super) written: String,
    pub(super) notes: Vec<String>,
    pub(super) failure: Option<&'static str>,
    pub(super) units: Vec<String>,
    pub(super) more_units: Option<String>,
    pub(super) attempts: Vec<AttemptView>,
    pub(super) tried: String,
    /// Whether a person should see to it.
    pub(super) is_failed: bool,
}

/// One attempt.
#[derive(Debug)]
pub(super) struct AttemptView {
    pub(super) time: String,
    pub(super) stage: String,
    pub(super) outcome: String,
    pub(super) is_good: bool,
    pub(super) code: Option<i64>,
    pub(super) words: String,
}

/// Names a tray.
pub(super) fn tray(l: Lang, tray: Tray) -> &'static str {
    match tray {
        Tray::Failed => l.tray_failed(),
        Tray::Waiting => l.tray_waiting(),
        Tray::Accepted => l.tray_accepted(),
        Tray::Obsolete => l.tray_obsolete(),
        Tray::Held => l.tray_held(),
        Tray::Handled => l.tray_handled(),
    }
}

/// Tells a tray by its shape.
fn shape(tray: Tray) -> &'static str {
    match tray {
        Tray::Failed => "■",
        Tray::Waiting => "▲",
        Tray::Accepted => "✔",
        Tray::Obsolete => "○",
        Tray::Held => "□",
        Tray::Handled => "◇",
    }
}

/// Who says letters, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clerk<'a> {
    pub(super) l: Lang,
    pub(super) zone: Tz,
    pub(super) now: Timestamp,
    pub(super) tree: &'a UnitTree,
}

impl Clerk<'_> {
    fn when(self, at: Timestamp) -> String {
        when(self.l, at, self.now, self.zone)
    }

    /// Says letters with their attempts and the units that they name.
    pub(super) fn letters(
        self,
        letters: &[Posted],
        attempts: &[Attempt],
        units: &[NamedUnit],
    ) -> Vec<LetterView> {
        let mut tried: HashMap<i64, Vec<AttemptView>> = HashMap::new();
        for attempt in attempts {
            tried
                .entry(attempt.letter_id)
                .or_default()
                .push(self.attempt(attempt));
        }
        let mut named: HashMap<i64, Vec<String>> = HashMap::new();
        for unit in units {
            named.entry(unit.letter_id).or_default().push(self.unit(unit));
        }
        letters
            .iter()
            .map(|letter| {
                let attempts = tried.remove(&letter.id.0).unwrap_or_default();
                let units = named.remove(&letter.id.0).unwrap_or_default();
                self.letter(letter, attempts, units)
            })
            .collect()
    }

    /// Names a unit with the one above it.
    pub(super) fn unit(self, unit: &NamedUnit) -> String {
        let name = unit.name.clone().unwrap_or_default();
        let path = UnitPath::parse(&unit.path).ok();
        let above = path
            .and_then(|path| path.ancestors().next())
            .and_then(|id| self.tree.get(id));
        above.map_or(name.clone(), |above| format!("{} · {name}", above.name.as_str()))
    }

    fn letter(self, letter: &Posted, attempts: Vec<AttemptView>, units: Vec<String>) -> LetterView {
        let l = self.l;
        let mut notes = Vec::new();
        if let Some(step) = letter.step {
            notes.push(l.letter_step(step + 1));
        }
        if let Some(pass) = letter.pass.filter(|pass| *pass > 0) {
            notes.push(l.letter_pass(pass + 1));
        }
        if letter.tray == Tray::Waiting && letter.not_before > self.now {
            notes.push(l.letter_next(self.when(letter.not_before)));
        }
        if let Some(at) = letter.ended {
            notes.push(l.letter_ended(self.when(at)));
        }
        if let Some(at) = letter.acknowledged {
            notes.push(l.letter_acknowledged(self.when(at)));
        }
        if let Some(at) = letter.passed {
            notes.push(l.letter_passed_on(self.when(at)));
        }
        let left_out = usize::try_from(letter.units).unwrap_or_default() > units.len();
        LetterView {
            id: letter.id.0,
            kind: l.letter_kind(letter.kind),
            address: letter.address.clone(),
            tray: letter.tray.code(),
            shape: shape(letter.tray),
            word: tray(l, letter.tray),
            written: l.letter_written(self.when(letter.created)),
            notes,
            failure: letter
                .failure
                .as_deref()
                .and_then(Reason::parse)
                .map(|reason| l.given_up(reason)),
            more_units: left_out.then(|| l.letter_units(letter.units)),
            units,
            tried: match attempts.len() {
                0 => l.letter_no_attempt().to_owned(),
                n => l.letter_attempts(n),
            },
            attempts,
            is_failed: letter.tray == Tray::Failed,
        }
    }

    fn attempt(self, attempt: &Attempt) -> AttemptView {
        let l = self.l;
        let stage = Stage::parse(&attempt.stage);
        let class = Class::parse(&attempt.outcome);
        AttemptView {
            time: l.time_exact(moment(attempt.ended_at), self.zone),
            stage: stage.map_or(attempt.stage.clone(), |stage| l.stage(stage).to_owned()),
            outcome: class.map_or(attempt.outcome.clone(), |class| l.outcome(class).to_owned()),
            is_good: class == Some(Class::Accepted),
            code: attempt.code,
            words: attempt.words.clone(),
        }
    }
}
