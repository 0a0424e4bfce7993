//! Says the units of a parent: what needs action first, a leaf at a time, and the units in between with their counts.

use std::collections::BTreeMap;

use super::Ground;
use super::say::Teller;
use crate::domain::access::Scope;
use crate::domain::ids::UnitId;
use crate::domain::standing::Standing;
use crate::domain::unit::UnitPath;
use crate::store::BeneathRow;
use crate::web::board::{Asked, StandingView};
use crate::web::leaf::Leaf;
use crate::web::page::dial;

/// How many units are listed at once.
const LINES: usize = 40;

/// The list of the page.
pub(super) struct List {
    /// The address of the page, with the number of a leaf.
    here: String,
    /// What is listed of a long list; empty for a short one.
    pub(super) choices: Vec<Choice>,
    pub(super) rows: Vec<RowView>,
    pub(super) leaf: Leaf,
    /// The units between the parent and those of a long list.
    pub(super) groups: Vec<GroupView>,
}

/// Which of the units are listed.
pub(super) struct Choice {
    pub(super) href: String,
    pub(super) word: &'static str,
    pub(super) n: usize,
    pub(super) is_chosen: bool,
}

/// One unit.
pub(super) struct RowView {
    pub(super) id: i64,
    pub(super) unit: i64,
    pub(super) name: String,
    /// The unit above it, when that is not the parent.
    pub(super) above: Option<String>,
    pub(super) standing: StandingView,
    pub(super) received: Option<String>,
    pub(super) post: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) dial: String,
    pub(super) contact: Option<String>,
    pub(super) reminded: Option<String>,
    pub(super) is_unmet: bool,
}

/// A unit between the parent and others.
pub(super) struct GroupView {
    pub(super) name: String,
    /// Its own page, if the reader may open it.
    pub(super) href: Option<String>,
    pub(super) received: usize,
    pub(super) expected: usize,
    pub(super) is_all_in: bool,
}

/// How much a unit needs action, the most first; from 3 on it needs none.
fn rank(row: &BeneathRow) -> u8 {
    match row.line.standing {
        standing if standing.is_silent() => 0,
        Standing::Open | Standing::Upcoming => 1,
        Standing::Received(_) if row.line.incident => 2,
        _ => 3,
    }
}

fn is_unmet(row: &BeneathRow) -> bool {
    row.line.received.is_none() && row.line.standing != Standing::Excused
}

impl List {
    /// Lists the units as an address asks for it: `base` is the page, `scope` what else the reader may open.
    pub(super) fn of(
        teller: &Teller<'_>,
        ground: &Ground,
        asked: &Asked,
        (base, scope): (&str, Scope),
    ) -> Self {
        let mut sorted: Vec<&BeneathRow> = ground.rows.iter().collect();
        sorted.sort_by_key(|row| rank(row));
        let (all, todo) = (sorted.len(), sorted.iter().filter(|row| rank(row) < 3).count());
        let is_long = all > LINES;
        let shows_all = !is_long || todo == 0 || asked.get("show") == "all";
        let page = |unit: UnitId| format!("{base}?unit={unit}");
        let own = page(ground.unit);
        let of_roll = match asked.number("o") {
            Some(o) => format!("{own}&o={o}"),
            None => own.clone(),
        };
        let every = format!("{of_roll}&show=all");
        let chosen = match shows_all {
            true if is_long => &every,
            _ => &of_roll,
        };
        let listed = if shows_all { all } else { todo };
        let leaf = Leaf::of(asked, (listed, LINES), chosen, teller.l);
        let choice = |href: &String, word, n, is_chosen| Choice {
            href: href.clone(),
            word,
            n,
            is_chosen,
        };
        let rows = leaf.cut(sorted.get(..listed).unwrap_or_default());
        Self {
            here: match leaf.turn.as_ref() {
                Some(turn) => turn.here.clone(),
                None => chosen.clone(),
            },
            choices: match is_long {
                true => vec![
                    choice(&of_roll, teller.l.township_todo(), todo, !shows_all),
                    choice(&every, teller.l.township_every(), all, shows_all),
                ],
                false => Vec::new(),
            },
            rows: rows.iter().map(|row| teller.row(row, &ground.path)).collect(),
            groups: match is_long {
                true => groups(teller, ground, &scope, page),
                false => Vec::new(),
            },
            leaf,
        }
    }

    /// Gives the address of what is shown.
    pub(super) fn here(&self) -> String {
        self.here.clone()
    }
}

/// Counts the rows by the unit right below the parent under which they hang.
fn groups(
    teller: &Teller<'_>,
    ground: &Ground,
    scope: &Scope,
    page: impl Fn(UnitId) -> String,
) -> Vec<GroupView> {
    let depth = ground.path.depth() + 1;
    let mut counts: BTreeMap<UnitId, (usize, usize, usize)> = BTreeMap::new();
    for row in &ground.rows {
        let head = row.path.ids().nth(depth).filter(|id| *id != row.line.unit);
        let Some(head) = head else { continue };
        let (expected, received, unmet) = counts.entry(head).or_default();
        *expected += 1;
        *received += usize::from(row.line.received.is_some());
        *unmet += usize::from(is_unmet(row));
    }
    let mut groups: Vec<_> = counts.into_iter().collect();
    groups.sort_by_key(|(id, (.., unmet))| (std::cmp::Reverse(*unmet), *id));
    let view = |(id, (expected, received, unmet)): (UnitId, (usize, usize, usize))| {
        let unit = teller.tree.get(id);
        GroupView {
            name: unit.map(|unit| unit.name.to_string()).unwrap_or_default(),
            href: unit
                .filter(|unit| scope.covers(&unit.path))
                .map(|unit| page(unit.id)),
            received,
            expected,
            is_all_in: unmet == 0,
        }
    };
    groups.into_iter().map(view).collect()
}

impl Teller<'_> {
    fn row(&self, row: &BeneathRow, parent: &UnitPath) -> RowView {
        let l = self.l;
        let above = row.path.parent().filter(|above| above != parent);
        let above = above.and_then(|above| self.tree.get(above.id()?));
        RowView {
            id: row.id.0,
            unit: row.line.unit.0,
            name: row.name.clone(),
            above: above.map(|unit| unit.name.to_string()),
            standing: match row.outage {
                true => StandingView::of(l, "outage", false),
                false => StandingView::of(l, row.line.standing.code(), row.line.incident),
            },
            received: row.line.received.map(|at| l.row_received(self.when(at))),
            dial: dial(row.phone.as_deref().unwrap_or_default()),
            post: row.post.clone(),
            phone: row.phone.clone(),
            contact: row.contact.as_ref().map(|(at, result)| match result.as_str() {
                "reached" => l.row_reached(self.when(*at)),
                _ => l.row_no_answer(self.when(*at)),
            }),
            reminded: row.reminded.map(|at| l.row_reminded(self.when(at))),
            is_unmet: is_unmet(row),
        }
    }
}
