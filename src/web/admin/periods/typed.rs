//! What was typed to declare a period, and how it is read: all that is wrong at once, each at its field.

use super::ladder::TypedStep;
use super::round::TypedRound;
use crate::domain::calendar::moment;
use crate::domain::ids::UnitId;
use crate::domain::ladder::Ladder;
use crate::domain::period::{Level, Period, PeriodError, Scope};
use crate::domain::time::Timestamp;
use crate::domain::unit::{UnitKind, UnitTree};
use crate::i18n::Lang;
use crate::service::Error;
use crate::service::period::{Declaration, NewRule};
use crate::web::admin::{pick, typed};
use crate::web::form::Fields;
use crate::web::{App, Failure};

/// The most rounds that a form holds.
const MOST_ROUNDS: usize = 8;
/// The most units that a field names.
const MOST_UNITS: usize = 100;

/// A field that is wrong, with the sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) field: String,
    pub(super) words: String,
}

impl Wrong {
    pub(super) fn new(field: impl Into<String>, words: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            words: words.into(),
        }
    }
}

/// What was typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) basis: String,
    pub(super) level: String,
    pub(super) starts: String,
    pub(super) ends: String,
    pub(super) scope: String,
    pub(super) kinds: Vec<String>,
    pub(super) except: String,
    pub(super) drill: bool,
    pub(super) rounds: Vec<TypedRound>,
    pub(super) steps: Vec<TypedStep>,
}

impl Typed {
    /// Begins a form with what is usual: the villages of the units that are the reader's, one round, the ladder of the
    /// settings.
    pub(super) fn usual(app: &App, l: Lang, tree: &UnitTree, over: &[UnitId]) -> Self {
        let scope: Vec<String> = over.iter().filter_map(|id| pick::named(tree, *id)).collect();
        let has = |kind: UnitKind| tree.iter().any(|unit| unit.kind == kind);
        let kinds = [UnitKind::Village, UnitKind::Community]
            .into_iter()
            .filter(|kind| has(*kind));
        Self {
            level: Level::IV.code().to_owned(),
            scope: scope.join("\n"),
            kinds: kinds.map(|kind| kind.code().to_owned()).collect(),
            rounds: vec![TypedRound::usual(l)],
            steps: TypedStep::of(&app.settings.chase.ladder),
            ..Self::default()
        }
    }

    /// Takes what was typed.
    pub(super) fn read(fields: &Fields) -> Self {
        let text = |name: &str| typed(fields.get(name));
        let long = |name: &str| fields.get(name).chars().take(4000).collect::<String>();
        let rounds = (0..MOST_ROUNDS).map(|n| TypedRound::read(fields, n));
        Self {
            name: text("name"),
            basis: text("basis"),
            level: text("level"),
            starts: text("starts"),
            ends: text("ends"),
            scope: long("scope"),
            kinds: fields.all("kinds[]").map(str::to_owned).collect(),
            except: long("except"),
            drill: fields.has("drill"),
            rounds: rounds.filter(|round| !round.is_blank()).collect(),
            steps: TypedStep::read(fields),
        }
    }

    /// Gives as many rounds as a form shows: those that were typed, and so many blank ones.
    pub(super) fn with_blanks(mut self, blank: usize) -> Self {
        let shown = (self.rounds.len() + blank).clamp(1, MOST_ROUNDS);
        self.rounds.resize_with(shown, TypedRound::default);
        self.steps.truncate(Ladder::MOST);
        let shown = (self.steps.len() + 1).min(Ladder::MOST);
        self.steps.resize_with(shown, TypedStep::default);
        self
    }

    /// Gives the period that is wanted, or everything that is wrong.
    pub(super) fn declaration(&self, app: &App, tree: &UnitTree, l: Lang) -> Result<Declaration, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let period = |error| l.period_error(error);
        for (field, text, error) in [
            ("name", &self.name, PeriodError::Name),
            ("basis", &self.basis, PeriodError::Basis),
        ] {
            if text.is_empty() || text.chars().count() > Period::LONGEST_TEXT {
                wrong.push(Wrong::new(field, period(error)));
            }
        }
        let now = app.now();
        let starts = self
            .starts(app, l, now)
            .unwrap_or_else(|w| keep(&mut wrong, w, now));
        let ends = match moment(&self.ends, app.settings.service.zone) {
            Ok(ends) => ends,
            Err(error) => keep(&mut wrong, Wrong::new("ends", l.day_error(error)), now),
        };
        if ends <= starts.max(now) && wrong.iter().all(|w| w.field != "ends") {
            wrong.push(Wrong::new("ends", period(PeriodError::EndsBeforeStart)));
        }
        let subtrees = units(tree, "scope", &self.scope, l, &mut wrong);
        if subtrees.is_empty() && !wrong.iter().any(|w| w.field == "scope") {
            wrong.push(Wrong::new("scope", period(PeriodError::NobodyAsked)));
        }
        let except = units(tree, "except", &self.except, l, &mut wrong);
        let rounds = self.rules(l, &mut wrong);
        let ladder = match TypedStep::ladder(&self.steps, l) {
            // What the settings say anyway follows them by name.
            Ok(ladder) => (ladder != app.settings.chase.ladder).then_some(ladder),
            Err(one) => keep(&mut wrong, one, None),
        };
        match wrong.is_empty() {
            false => Err(wrong),
            true => Ok(Declaration {
                name: self.name.clone(),
                basis: self.basis.clone(),
                level: Level::parse(&self.level).unwrap_or(Level::IV),
                scope: Scope {
                    subtrees,
                    kinds: self
                        .kinds
                        .iter()
                        .filter_map(|kind| UnitKind::parse(kind))
                        .collect(),
                    except,
                },
                starts,
                ends,
                drill: self.drill,
                rounds,
                ladder,
            }),
        }
    }

    fn starts(&self, app: &App, l: Lang, now: Timestamp) -> Result<Timestamp, Wrong> {
        match self.starts.as_str() {
            "" => Ok(now),
            text => moment(text, app.settings.service.zone).map_err(|e| Wrong::new("starts", l.day_error(e))),
        }
    }

    fn rules(&self, l: Lang, wrong: &mut Vec<Wrong>) -> Vec<NewRule> {
        if self.rounds.is_empty() {
            wrong.push(Wrong::new("r0_label", l.period_error(PeriodError::NoRound)));
        }
        let mut rules = Vec::new();
        for (n, round) in self.rounds.iter().enumerate() {
            match round.rule(n, l) {
                Ok(rule) => rules.push(rule),
                Err(mut faults) => wrong.append(&mut faults),
            }
        }
        rules
    }
}

fn keep<T>(wrong: &mut Vec<Wrong>, one: Wrong, instead: T) -> T {
    wrong.push(one);
    instead
}

/// Reads the units that a field names, one a line.
fn units(tree: &UnitTree, field: &str, text: &str, l: Lang, wrong: &mut Vec<Wrong>) -> Vec<UnitId> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut found = Vec::new();
    for line in lines.take(MOST_UNITS) {
        match pick::unit(tree, line) {
            Some(unit) if found.contains(&unit.id) => {}
            Some(unit) => found.push(unit.id),
            None => wrong.push(Wrong::new(field, l.period_scope_unknown(line))),
        }
    }
    found
}

/// Gives the field that a deed found wrong; anything else is no fault of the form.
pub(super) fn refused(l: Lang, error: Error) -> Result<Vec<Wrong>, Failure> {
    let one = match error {
        Error::Period(error) => Wrong::new(field_of(error), l.period_error(error)),
        Error::Invalid { field: "scope", .. } => Wrong::new("scope", l.period_scope_apart()),
        Error::Invalid { field, fault } => Wrong::new(field, super::super::of_fault(fault, l)),
        other => return Err(other.into()),
    };
    Ok(vec![one])
}

fn field_of(error: PeriodError) -> &'static str {
    match error {
        PeriodError::Name => "name",
        PeriodError::Basis => "basis",
        PeriodError::Label | PeriodError::NoRound | PeriodError::NoSuchRule => "r0_label",
        PeriodError::NobodyAsked => "scope",
        PeriodError::TooEarly { .. } => "from",
        PeriodError::EndsBeforeStart | PeriodError::TooLong | PeriodError::Over | PeriodError::NotLater => {
            "ends"
        }
    }
}
