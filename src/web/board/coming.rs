//! Knows what a board waits for while no round is under way: the next one, or a period to be declared.

use chrono::TimeDelta;

use super::load::{Ground, Loaded, touches};
use super::when;
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::obligation::NewRound;
use crate::domain::time::Timestamp;
use crate::i18n::Lang;
use crate::service::{Error, Service};
use crate::store::{BoardRound, Conn};

/// How far ahead it looks.
const AHEAD: TimeDelta = TimeDelta::days(14);

/// What comes.
#[derive(Debug)]
pub(super) enum Coming {
    /// A round is under way; nobody asks what comes next.
    Now,
    /// The next round that concerns the reader.
    Round(Box<NewRound>),
    /// Periods run, but none asks for anything soon.
    Nothing,
    /// No period runs or is to come.
    NoPeriod,
}

/// Gives what comes where the reader looks, unless the chosen round is still open.
pub(super) async fn coming(
    app: &Service,
    conn: &mut Conn,
    ground: &Ground,
    (rounds, chosen): (&[BoardRound], Option<usize>),
    now: Timestamp,
) -> Result<Coming, Error> {
    let shown = chosen.and_then(|place| rounds.get(place));
    if shown.is_some_and(|round| now < round.stored.round.window.closes()) {
        return Ok(Coming::Now);
    }
    let mut periods = conn.periods_ending_after(now).await?;
    periods.retain(|period| touches(ground, &period.scope));
    if periods.is_empty() {
        return Ok(Coming::NoPeriod);
    }
    let zone = app.settings.service.zone;
    let rounds = periods.iter().flat_map(|period| {
        let rounds = period.rounds(&app.calendar, zone, now, now + AHEAD);
        rounds.into_iter().filter(|round| now < round.window.opens())
    });
    let next = rounds.min_by_key(|round| (round.window.opens(), round.window.due()));
    Ok(next.map_or(Coming::Nothing, |round| Coming::Round(Box::new(round))))
}

impl Coming {
    /// Says it; `None` while a round is under way.
    pub(super) fn words(&self, app: &Service, l: Lang, loaded: &Loaded) -> Option<String> {
        let time = |at| when(l, at, loaded.now, app.settings.service.zone);
        match self {
            Self::Now => None,
            Self::Round(round) => {
                let (opens, due) = (round.window.opens(), round.window.due());
                Some(l.desk_next(&round.label, time(opens), time(due)))
            }
            Self::Nothing => Some(l.board_no_round_hint().to_owned()),
            Self::NoPeriod => Some(l.board_no_period().to_owned()),
        }
    }

    /// Tells whether the reader should declare a period, and may.
    pub(super) fn is_to_declare(&self, actor: &Actor) -> bool {
        matches!(self, Self::NoPeriod) && permit(actor, Deed::DeclarePeriod).is_ok()
    }
}
