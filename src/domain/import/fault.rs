//! Knows what can be wrong with a table of units, so that a door can say it in words.

use super::{Column, Record};
use crate::domain::address::AddressError;
use crate::domain::table::{heading, shown};

/// The most faults that one reading reports.
pub const MOST_FAULTS: usize = 200;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The row as a spreadsheet counts it; the first is 1.
    pub row: usize,
    /// The column, where the fault lies in one.
    pub column: Option<Column>,
    /// What the table calls that column.
    pub heading: Option<String>,
    /// What stands there: one line, cut to 60 characters.
    pub value: String,
    pub fault: Fault,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The table has no row with headings.
    NoTable,
    /// The heading is none that is known.
    UnknownHeading { nearest: Option<Column> },
    /// The heading stands twice.
    DoubleHeading,
    /// The table lacks a column that it needs.
    NoColumn,
    /// A cell stands in a column without a heading.
    NoHeading,
    /// The cell must not be empty here.
    Missing,
    /// The text is too long.
    TooLong { most: usize },
    /// The text has a line break or an invisible character.
    Control,
    /// It holds the number of somebody's ID card, which has no place here.
    IdNumber,
    /// Not 2, 4, 6, 9 or 12 digits.
    CodeShape,
    /// A spreadsheet rounded the code (`3.61128E+11`).
    CodeRounded,
    /// The word names no kind of unit.
    UnknownKind,
    /// No such day, or not written `2026-05-31`.
    BadDate,
    /// Not a mail address that can be used.
    BadAddress(AddressError),
    /// More addresses in one cell than are sensible.
    TooManyAddresses { most: usize },
    /// Neither the table nor the service has such a parent.
    UnknownParent,
    /// Several units bear the name that was given for the parent.
    AmbiguousParent,
    /// The unit would lie beneath itself.
    ParentCycle,
    /// Another row has the same code.
    DuplicateCode { first: usize },
    /// Another row has the same name under the same parent.
    DuplicateName { first: usize },
    /// A unit that the table leaves out has the same name under the same parent.
    NameTaken,
    /// There is another unit without a parent, and a tree has one root.
    SecondRoot { first: String },
    /// The unit is to be closed, but this one beneath it is not.
    LivingChild { child: String },
}

impl RowError {
    /// Tells what is wrong with a cell.
    pub(super) fn cell(row: usize, column: Column, value: &str, fault: Fault) -> Self {
        Self {
            row,
            column: Some(column),
            heading: None,
            value: shown(value),
            fault,
        }
    }
}

/// Puts to faults what the table itself calls their columns.
pub fn named(mut faults: Vec<RowError>, records: &[Record]) -> Vec<RowError> {
    for fault in &mut faults {
        let knows = |cell: &str| Column::find(cell).is_some();
        fault.heading = fault
            .column
            .and_then(|column| heading(records, knows, |cell| Column::find(cell) == Some(column)));
    }
    faults
}

/// Gathers faults, in the order of rows and no more than anyone reads.
pub(super) fn gathered<T>(value: T, mut faults: Vec<RowError>) -> Result<T, Vec<RowError>> {
    if faults.is_empty() {
        return Ok(value);
    }
    faults.sort_by_key(|fault| (fault.row, fault.column));
    faults.truncate(MOST_FAULTS);
    Err(faults)
}
