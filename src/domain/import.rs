//! Knows how a table of units becomes units: what its rows mean, what is wrong with them, and what they would change.
//!
//! - `column`: which headings a table may have
//! - `fault`: what can be wrong, with the row as a spreadsheet counts it
//! - `cell`: from cells to rows with a meaning
//! - `matching`: which row is which unit
//! - `sound`: what a row may not do to the tree
//! - `plan`: what would be added, changed and closed
//! - `perform`: the versions, lineage and contacts that a plan leaves
//! - `undo`: what undoing it puts back, and until when
//!
//! All or nothing: one fault anywhere, and there is no plan. The same table again plans nothing.

mod cell;
mod column;
mod fault;
mod matching;
mod perform;
mod plan;
mod sound;
mod undo;

#[cfg(test)]
mod tests;

pub use super::table::Record;
pub use cell::{Above, Reach, UnitRow, read};
pub use column::Column;
pub use fault::{Fault, MOST_FAULTS, RowError, named};
pub use perform::Stale;
pub use plan::{Addition, Alteration, Closing, FieldChange, Home, Later, Plan, plan};
pub use undo::{NoUndo, Past, Reached, Trail, UNDO, undo};
