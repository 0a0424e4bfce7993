//! Knows which steps of a ladder are due: in time, after the service was down, and after an acknowledgement.
//!
//! One [`Progress`] belongs to one *group*: the obligations of a round that share an effective due time and a
//! resumption. The rules, in full:
//!
//! - A step is due at `due + offset + shift`. It fires however late anyone looks, also after `closes`; but
//!   a step whose time is not before `closes` never fires. The first step at or after the due time is
//!   exempt, so that every missing report is in at least one notice, however short its window.
//! - Reminders lapse once the due time has passed. A late reminder delays nothing.
//! - Steps that were missed fire together. The later ones then keep their distance from that moment
//!   (`shift`), less whatever would push a step past closing that would have come before it.
//! - A paused group is silent until its resumption. Then the highest step that came due meanwhile fires,
//!   or, if none did, the last one again; lower ones are overtaken. Later steps keep their distance. A
//!   resumption that is not before `closes` fires nothing, unless nothing at or after the due time has
//!   fired yet.
//! - A unit that is silent again, or joins a group late, is told of with the steps that fired without it, as
//!   one ([`missed`]); of a step of which it was told before it is not told again.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::ladder::Ladder;
use super::time::{Timestamp, from_millis};

/// Up to this late a single step counts as in time and moves no other.
pub const IN_TIME: TimeDelta = TimeDelta::seconds(60);

/// How far the chase of one group has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// The place of the last step that fired or lapsed.
    pub done: Option<usize>,
    /// How much later than planned the steps at or after the due time come; never negative.
    #[serde(rename = "shift_ms", with = "span")]
    pub shift: TimeDelta,
    /// The resumption that the group waits for.
    pub paused_until: Option<Timestamp>,
}

/// What is to be done now for one group, and when to look again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    /// The places of the steps that fire now, as one, in ascending order. The last names the firing.
    pub fire: Vec<usize>,
    /// The places of steps that will not fire: reminders after the due time, steps overtaken during a pause.
    pub lapsed: Vec<usize>,
    /// The progress to keep once the letters are written.
    pub progress: Progress,
    /// When the group wants to be looked at again; `None` when its ladder has ended.
    pub next: Option<Timestamp>,
}

impl Progress {
    /// Gives the progress of the group that acknowledged obligations move to.
    pub fn paused(self, until: Timestamp) -> Self {
        Self {
            paused_until: Some(until),
            ..self
        }
    }

    /// Gives the progress of a group that obligations from two others move to before it has resumed: the
    /// higher step, and of two shifts the smaller.
    pub fn join(self, other: Self) -> Self {
        Self {
            done: self.done.max(other.done),
            shift: self.shift.min(other.shift),
            paused_until: self.paused_until.max(other.paused_until),
        }
    }
}

/// Gives the instant at which an acknowledged chase goes on: `pause` after the acknowledgement, rounded up
/// to a multiple of a sixth of it so that neighbours resume together, and at most `closes`.
pub fn pause_until(acknowledged: Timestamp, pause: TimeDelta, closes: Timestamp) -> Timestamp {
    let pause = pause.num_milliseconds().max(0);
    let grid = (pause / 6).max(1);
    let end = acknowledged.timestamp_millis().saturating_add(pause);
    let rest = end.rem_euclid(grid);
    let rounded = if rest == 0 {
        end
    } else {
        end.saturating_add(grid - rest)
    };
    from_millis(rounded).map_or(closes, |t| t.min(closes))
}

/// Tells which steps of one group fire now.
///
/// Asking again with the progress it gave, at the same time, fires nothing.
pub fn due_steps(
    ladder: &Ladder,
    due: Timestamp,
    closes: Timestamp,
    progress: &Progress,
    now: Timestamp,
) -> Due {
    let mut climb = Climb {
        ladder,
        due: due.timestamp_millis(),
        closes: closes.timestamp_millis(),
        now: now.timestamp_millis(),
        out: Due {
            progress: *progress,
            ..Due::default()
        },
    };
    let mut resumed = None;
    if let Some(until) = progress.paused_until {
        if !climb.resumes(until.timestamp_millis()) {
            return climb.out;
        }
        if now < until {
            climb.out.next = Some(until);
            return climb.out;
        }
        resumed = climb.resume(until.timestamp_millis());
    }
    climb.catch_up(resumed);
    climb.out.next = climb.next();
    climb.out
}

/// What notices said of one unit in its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The highest step of which one named it, under this due time.
    pub step: Option<usize>,
    /// Whether one named it since the group resumed, or the group was never paused.
    pub resumed: bool,
}

/// Gives the steps that fired without a unit that is silent again, or that joined its group late; they fire as one.
///
/// In a pause nothing was missed: its end tells of every unit.
pub fn missed(
    ladder: &Ladder,
    due: Timestamp,
    progress: &Progress,
    told: Told,
    now: Timestamp,
) -> Vec<usize> {
    let Some(done) = progress.done.filter(|_| progress.paused_until.is_none()) else {
        return Vec::new();
    };
    let mut first = told.step.map_or(0, |step| step + 1);
    if !told.resumed {
        // The resumption is a step of its own.
        first = first.min(done);
    }
    let lapsed = |place: &usize| *place < ladder.first_overdue() && now >= due;
    (first..=done).filter(|place| !lapsed(place)).collect()
}

/// One look at a ladder, in Unix milliseconds.
struct Climb<'a> {
    ladder: &'a Ladder,
    due: i64,
    closes: i64,
    now: i64,
    out: Due,
}

impl Climb<'_> {
    /// The planned time of a step.
    fn planned(&self, place: usize) -> i64 {
        let offset = self.ladder.step(place).map_or(0, |s| s.offset.num_milliseconds());
        self.due.saturating_add(offset)
    }

    /// The time of a step after what was missed or paused.
    fn at(&self, place: usize) -> i64 {
        let shift = if self.is_reminder(place) {
            0
        } else {
            self.out.progress.shift.num_milliseconds()
        };
        self.planned(place).saturating_add(shift)
    }

    fn is_reminder(&self, place: usize) -> bool {
        place < self.ladder.first_overdue()
    }

    /// Tells whether a step may fire at all.
    fn is_live(&self, place: usize) -> bool {
        self.at(place) < self.closes || place == self.ladder.first_overdue()
    }

    fn has_lapsed(&self, place: usize) -> bool {
        self.is_reminder(place) && self.now >= self.due
    }

    /// The steps not yet done whose time has come by an instant.
    fn come_by(&self, instant: i64) -> Vec<usize> {
        let from = self.out.progress.done.map_or(0, |d| d + 1);
        let mut places = from..self.ladder.steps().len();
        let mut come = Vec::new();
        while let Some(place) = places
            .next()
            .filter(|p| self.at(*p) <= instant && self.is_live(*p))
        {
            come.push(place);
        }
        come
    }

    /// Tells whether a resumption at an instant may fire anything.
    fn resumes(&self, until: i64) -> bool {
        until < self.closes || self.out.progress.done.is_none_or(|d| self.is_reminder(d))
    }

    /// Ends the pause; gives the instant at which a step fired again, if one did.
    fn resume(&mut self, until: i64) -> Option<i64> {
        let mut come = self.come_by(until);
        self.out.progress.paused_until = None;
        let place = come.pop();
        self.out.lapsed.append(&mut come);
        let again = place.or(self.out.progress.done)?;
        self.out.progress.done = Some(again);
        if self.has_lapsed(again) {
            self.out.lapsed.extend(place);
            return None;
        }
        self.out.fire.push(again);
        self.keep_distance(again, until);
        Some(until)
    }

    /// Fires what has come due since the last step or resumption.
    fn catch_up(&mut self, resumed: Option<i64>) {
        let come = self.come_by(self.now);
        self.out.progress.done = come.last().copied().or(self.out.progress.done);
        let (lapsed, fire): (Vec<_>, Vec<_>) = come.into_iter().partition(|p| self.has_lapsed(*p));
        let was_due = fire.last().map(|p| self.at(*p)).or(resumed);
        self.out.lapsed.extend(lapsed);
        self.out.fire.extend(fire);
        let (Some(last), Some(was_due)) = (self.out.fire.last().copied(), was_due) else {
            return;
        };
        let several = self.out.fire.iter().filter(|p| !self.is_reminder(**p)).count() > 1;
        if several || self.now.saturating_sub(was_due) > IN_TIME.num_milliseconds() {
            self.keep_distance(last, self.now);
        }
    }

    /// Moves the steps after one that fires at an instant, as far as closing leaves room.
    fn keep_distance(&mut self, place: usize, fired: i64) {
        if self.is_reminder(place) {
            return;
        }
        let late = fired.saturating_sub(self.planned(place)).max(0);
        let later = place + 1..self.ladder.steps().len();
        let last = later.rev().map(|p| self.planned(p)).find(|t| *t < self.closes);
        let room = last.map_or(i64::MAX, |t| self.closes - 1 - t);
        self.out.progress.shift = TimeDelta::try_milliseconds(late.min(room)).unwrap_or_default();
    }

    fn next(&self) -> Option<Timestamp> {
        let place = self.out.progress.done.map_or(0, |d| d + 1);
        let exists = place < self.ladder.steps().len() && self.is_live(place);
        exists.then(|| from_millis(self.at(place))).flatten()
    }
}

/// Keeps a span as whole milliseconds.
mod span {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(span: &TimeDelta, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(span.num_milliseconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeDelta, D::Error> {
        let ms = i64::deserialize(from)?;
        TimeDelta::try_milliseconds(ms).ok_or_else(|| D::Error::custom("the span is too long"))
    }
}

#[cfg(test)]
mod tests;
