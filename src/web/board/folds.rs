//! Puts the rows of the list under their folds, the worst first.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::Address;
use super::load::Loaded;
use super::rows::{RowView, Teller};
use super::view::May;
use crate::domain::ids::UnitId;
use crate::domain::tally::Tally;
use crate::i18n::Lang;

/// How many rows are unfolded at once; the rest waits folded.
const UNFOLDED: usize = 60;

/// The rows under one unit.
pub(super) struct FoldView {
    pub(super) key: i64,
    pub(super) name: String,
    pub(super) href: Option<String>,
    pub(super) tally: Tally,
    pub(super) rows: Vec<RowView>,
    pub(super) is_open: bool,
    /// Where all of its unmet units get more time, if the reader may do that.
    pub(super) extend: Option<String>,
    /// Where all of them are reminded.
    pub(super) remind: Option<String>,
}

/// A unit with nothing in the list.
pub(super) struct QuietView {
    pub(super) name: String,
    pub(super) href: Option<String>,
    pub(super) received: u64,
    pub(super) expected: u64,
    pub(super) is_all_in: bool,
}

/// Puts the rows under their folds, the worst first; folds without a row are told in short.
pub(super) fn folds(
    loaded: &Loaded,
    here: &Address,
    l: Lang,
    zone: Tz,
    may: May,
) -> (Vec<FoldView>, Vec<QuietView>) {
    let teller = Teller {
        l,
        zone,
        now: loaded.now,
        loaded,
    };
    let mut rows: BTreeMap<Option<UnitId>, Vec<RowView>> = BTreeMap::new();
    for row in &loaded.rows {
        rows.entry(row.fold).or_default().push(teller.row(row));
    }
    let is_small = loaded.rows.len() <= UNFOLDED || i64::try_from(loaded.counts.len()).is_ok_and(|n| n == 1);
    let mut noisy = Vec::new();
    let mut quiet = Vec::new();
    for count in loaded.counts.iter() {
        let unit = count.fold.and_then(|id| loaded.tree.get(id));
        let name = unit
            .map_or(l.board_direct(), |unit| unit.name.as_str())
            .to_owned();
        let within = here.within(count.fold);
        let href = unit
            .map(|_| within.to_string())
            .filter(|_| loaded.focus != count.fold);
        let tally = count.tally;
        match rows.remove(&count.fold) {
            Some(rows) => noisy.push(FoldView {
                key: count.fold.map_or(0, |id| id.0),
                extend: for_all("extend", &within, &tally, may.extend).filter(|_| unit.is_some()),
                remind: for_all("remind", &within, &tally, may.contact).filter(|_| unit.is_some()),
                name,
                href,
                tally,
                rows,
                is_open: is_small,
            }),
            None => quiet.push(QuietView {
                name,
                href,
                received: tally.received(),
                expected: tally.expected,
                is_all_in: tally.received() + tally.excused == tally.expected,
            }),
        }
    }
    noisy.sort_by_key(|fold| {
        let t = &fold.tally;
        std::cmp::Reverse((t.overdue + t.missing, t.open + t.outage, t.incidents))
    });
    if !is_small {
        let mut shown = 0;
        for fold in &mut noisy {
            shown += fold.rows.len();
            fold.is_open = shown <= UNFOLDED;
        }
    }
    (noisy, quiet)
}

/// Gives where an act is done for all unmet units within a unit.
fn for_all(act: &str, within: &Address, tally: &Tally, may: bool) -> Option<String> {
    let owed = tally.open + tally.overdue > 1;
    let (round, unit) = within.round.zip(within.unit)?;
    (may && owed).then(|| format!("/board/{act}?round={round}&unit={unit}"))
}
