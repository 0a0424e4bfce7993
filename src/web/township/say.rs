//! Says the report that a parent owes after its units, and what came after it was sent.

use uuid::Uuid;

use super::Roll;
use crate::domain::ids::UnitId;
use crate::domain::intake::FREELY;
use crate::domain::receipt::Number;
use crate::domain::roll_up::{Line, RollUp};
use crate::domain::standing::{Standing, standing};
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::store::{BeneathRow, StoredCheckIn};
use crate::web::App;
use crate::web::board::{StandingView, when};

/// How many units a sentence names, and how much of what came later is read at once.
const NAMED: usize = 20;

/// The report that is owed after the units.
pub(super) struct RollView {
    pub(super) obligation: i64,
    pub(super) uuid: String,
    pub(super) label: String,
    pub(super) due: String,
    pub(super) left: String,
    pub(super) standing: StandingView,
    /// What it would say now.
    pub(super) now: String,
    pub(super) missing: usize,
    pub(super) sent: Option<SentView>,
    /// Whether it can be sent.
    pub(super) is_open: bool,
    pub(super) is_closed: bool,
    /// Whether a note is needed.
    pub(super) explains: bool,
}

/// The report that was sent.
pub(super) struct SentView {
    pub(super) head: String,
    pub(super) said: Option<String>,
    pub(super) note: Option<String>,
    /// What came since, the last of it.
    pub(super) later: Vec<String>,
    /// What came before that, folded.
    pub(super) before: Vec<String>,
    /// Whether what would be sent now is something else.
    pub(super) is_old: bool,
}

pub(super) struct Teller<'a> {
    pub(super) l: Lang,
    pub(super) app: &'a App,
    pub(super) tree: &'a UnitTree,
    pub(super) now: Timestamp,
    /// Whether the reader reports for the parent itself.
    pub(super) owns: bool,
    /// Whether the reader may send the roll-up at all.
    pub(super) sends: bool,
}

/// Names units, those that have left too; the first of many.
pub(in crate::web) fn names(tree: &UnitTree, units: &[UnitId]) -> Vec<String> {
    let name = |id: &UnitId| {
        tree.get(*id)
            .map_or_else(|| id.to_string(), |u| u.name.to_string())
    };
    units.iter().take(NAMED).map(name).collect()
}

impl Teller<'_> {
    pub(super) fn when(&self, at: Timestamp) -> String {
        when(self.l, at, self.now, self.app.settings.service.zone)
    }

    pub(super) fn roll(&self, roll: &Roll, rows: &[BeneathRow]) -> RollView {
        let (l, o) = (self.l, &roll.owed.obligation);
        let stands = standing(o, self.now);
        let lines: Vec<Line> = rows.iter().map(|row| row.line).collect();
        let now = RollUp::of(&lines);
        let sent = roll.kept.as_ref().map(|kept| self.sent(kept, &now, rows));
        let is_running = o.window.opens() <= self.now && self.now < o.window.closes();
        let free = roll
            .kept
            .as_ref()
            .is_none_or(|kept| self.now - kept.check_in.received < FREELY);
        RollView {
            obligation: o.id.0,
            uuid: Uuid::new_v4().to_string(),
            label: roll.label.clone(),
            due: l.board_due(self.when(o.window.due())),
            left: match stands {
                Standing::Open | Standing::Overdue => l.until(o.window.due(), self.now),
                _ => String::new(),
            },
            standing: StandingView::of(l, stands.code(), o.is_met() && roll.owed.incident),
            missing: now.missing.len(),
            now: l.roll_up(&now, &names(self.tree, &now.missing)),
            is_open: self.sends && is_running && sent.as_ref().is_none_or(|sent| sent.is_old),
            is_closed: self.now >= o.window.closes() && sent.is_none(),
            explains: !(self.owns && free),
            sent,
        }
    }

    fn sent(&self, kept: &StoredCheckIn, now: &RollUp, rows: &[BeneathRow]) -> SentView {
        let l = self.l;
        let number = kept.check_in.id;
        let at = self.when(kept.check_in.received);
        let counts = kept.check_in.content.roll_up();
        let lines: Vec<Line> = rows.iter().map(|row| row.line).collect();
        let later = counts
            .map(|counts| counts.later(number, &lines))
            .unwrap_or_default();
        let told = later.iter().map(|one| {
            let name = names(self.tree, &[one.unit]).pop().unwrap_or_default();
            match (one.was_missing, one.incident) {
                (true, false) => l.township_later_clear(self.when(one.received), name),
                (true, true) => l.township_later_incident(self.when(one.received), name),
                (false, false) => l.township_later_changed(name),
                (false, true) => l.township_later_worse(name),
            }
        });
        let mut before: Vec<String> = told.collect();
        let later = before.split_off(before.len().saturating_sub(NAMED));
        SentView {
            head: l.township_sent(Number(number), at),
            said: counts.map(|counts| l.roll_up(counts, &names(self.tree, &counts.missing))),
            note: kept.reason.clone(),
            later,
            before,
            is_old: counts.is_none_or(|counts| counts != now),
        }
    }
}
