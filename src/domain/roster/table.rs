//! Knows what the rows of an imported roster mean: a day, and who leads and who is on duty.

use std::collections::{BTreeMap, BTreeSet};

use super::{Duty, Post, Shift};
use crate::domain::address::{Address, AddressError};
use crate::domain::screen::screen;
use crate::domain::table::{Record, headed, heading, plain, shown};
use crate::domain::text::clean_line;
use crate::domain::time::{BusinessDate, day_of};

/// The most days of one table.
pub const MOST_DAYS: usize = 400;
/// The most faults that one reading reports.
const MOST_FAULTS: usize = 100;
/// The longest post or phone.
const LONGEST: usize = 60;

/// A column of a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    Day,
    LeaderPost,
    LeaderAddress,
    LeaderPhone,
    OfficerPost,
    OfficerAddress,
    OfficerPhone,
}

impl Column {
    /// Every column, in the order of the template.
    pub const ALL: [Self; 7] = [
        Self::Day,
        Self::LeaderPost,
        Self::LeaderAddress,
        Self::LeaderPhone,
        Self::OfficerPost,
        Self::OfficerAddress,
        Self::OfficerPhone,
    ];

    /// Gives the headings that are understood: the Chinese one, the English one, then what people write instead.
    const fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Day => &["日期", "day", "值班日期", "date"],
            Self::LeaderPost => &["带班领导", "leader", "带班领导岗位", "带班岗位"],
            Self::LeaderAddress => &["带班领导邮箱", "leader_email", "带班邮箱"],
            Self::LeaderPhone => &["带班领导电话", "leader_phone", "带班电话"],
            Self::OfficerPost => &["值班员", "officer", "值班员岗位", "值班岗位", "值班人员"],
            Self::OfficerAddress => &["值班员邮箱", "officer_email", "值班邮箱"],
            Self::OfficerPhone => &["值班电话", "officer_phone", "值班员电话"],
        }
    }

    /// Gives the Chinese heading.
    pub const fn zh(self) -> &'static str {
        self.headings()[0]
    }

    /// Gives the English heading.
    pub const fn en(self) -> &'static str {
        self.headings()[1]
    }

    /// Finds the column of a heading.
    pub fn find(heading: &str) -> Option<Self> {
        let heading = plain(heading);
        let is_it = |column: &Self| column.headings().iter().any(|known| plain(known) == heading);
        Self::ALL.into_iter().find(is_it)
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The row as a spreadsheet counts it.
    pub row: usize,
    pub column: Option<Column>,
    /// What the table calls that column.
    pub heading: Option<String>,
    /// What stands there, fit for one line.
    pub value: String,
    pub fault: Fault,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No row has the heading of the day.
    NoTable,
    /// No such day.
    BadDay,
    /// The day is over.
    Past,
    /// A post without an address, so that no letter can reach it.
    NoAddress,
    BadAddress(AddressError),
    TooLong,
    /// More days than a table may have.
    TooMany,
}

/// What a table says of each day that it names.
pub type Filled = BTreeMap<BusinessDate, BTreeSet<Shift>>;

/// Reads a roster. Several rows of one day add up; unknown columns are passed over; any fault, and nothing is read.
pub fn read(records: &[Record], today: BusinessDate) -> Result<Filled, Vec<RowError>> {
    let rows = headed(records, |cell| Column::find(cell).is_some());
    let columns: Vec<Option<Column>> = rows
        .first()
        .map(|header| header.cells.iter().map(|cell| Column::find(cell)).collect())
        .unwrap_or_default();
    let mut faults = Vec::new();
    if !columns.contains(&Some(Column::Day)) {
        let row = rows.first().map_or(1, |header| header.row);
        return Err(vec![fault(row, None, "", Fault::NoTable)]);
    }
    let mut filled = Filled::new();
    for record in rows.iter().skip(1) {
        let line = Line {
            record,
            columns: &columns,
        };
        match line.read(today) {
            Ok((day, shifts)) => filled.entry(day).or_default().extend(shifts),
            Err(wrong) => faults.extend(wrong),
        }
    }
    if filled.len() > MOST_DAYS {
        faults.push(fault(1, None, "", Fault::TooMany));
    }
    if faults.is_empty() {
        return Ok(filled);
    }
    faults.truncate(MOST_FAULTS);
    for fault in &mut faults {
        let is_it = |cell: &str| fault.column.is_some() && Column::find(cell) == fault.column;
        fault.heading = heading(records, |cell| Column::find(cell).is_some(), is_it);
    }
    Err(faults)
}

fn fault(row: usize, column: Option<Column>, value: &str, fault: Fault) -> RowError {
    RowError {
        row,
        column,
        heading: None,
        value: shown(value),
        fault,
    }
}

struct Line<'a> {
    record: &'a Record,
    columns: &'a [Option<Column>],
}

impl Line<'_> {
    fn cell(&self, column: Column) -> &str {
        let place = self.columns.iter().position(|known| *known == Some(column));
        let cell = place.and_then(|place| self.record.cells.get(place));
        let cell = cell.map_or("", |cell| cell.trim());
        cell.strip_prefix('\'').unwrap_or(cell)
    }

    fn fault(&self, column: Column, what: Fault) -> RowError {
        fault(self.record.row, Some(column), self.cell(column), what)
    }

    fn read(&self, today: BusinessDate) -> Result<(BusinessDate, Vec<Shift>), Vec<RowError>> {
        let day = match day_of(self.cell(Column::Day)) {
            None => return Err(vec![self.fault(Column::Day, Fault::BadDay)]),
            Some(day) if day < today => return Err(vec![self.fault(Column::Day, Fault::Past)]),
            Some(day) => day,
        };
        use Column::{LeaderAddress, LeaderPhone, LeaderPost, OfficerAddress, OfficerPhone, OfficerPost};
        let mut shifts = Vec::new();
        let mut faults = Vec::new();
        for (duty, post, address, phone) in [
            (Duty::Leader, LeaderPost, LeaderAddress, LeaderPhone),
            (Duty::Officer, OfficerPost, OfficerAddress, OfficerPhone),
        ] {
            match self.post(post, address, phone) {
                Ok(posts) => shifts.extend(posts.into_iter().map(|post| Shift { day, duty, post })),
                Err(wrong) => faults.push(wrong),
            }
        }
        if faults.is_empty() {
            Ok((day, shifts))
        } else {
            Err(faults)
        }
    }

    /// Reads a post; several addresses in one cell are several posts of that name.
    fn post(&self, name: Column, address: Column, phone: Column) -> Result<Vec<Post>, RowError> {
        let text = |column: Column| {
            let text = screen(&clean_line(self.cell(column))).text;
            match text.chars().count() > LONGEST {
                true => Err(self.fault(column, Fault::TooLong)),
                false => Ok(text),
            }
        };
        let (called, dial) = (text(name)?, text(phone)?);
        let parts = self
            .cell(address)
            .split([';', '；', '、', '，', ',', '\n', ' ', '\u{3000}']);
        let mut posts = Vec::new();
        for part in parts.filter(|part| !part.trim().is_empty()) {
            let read = Address::parse(part).map_err(|why| self.fault(address, Fault::BadAddress(why)))?;
            let name = match called.is_empty() {
                true => read.as_str().to_owned(),
                false => called.clone(),
            };
            posts.push(Post {
                name,
                address: read,
                phone: (!dial.is_empty()).then(|| dial.clone()),
            });
        }
        if posts.is_empty() && !(called.is_empty() && dial.is_empty()) {
            return Err(self.fault(address, Fault::NoAddress));
        }
        Ok(posts)
    }
}

/// What a table changes on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayChange {
    pub day: BusinessDate,
    pub before: Vec<Shift>,
    pub after: Vec<Shift>,
}

/// Gives the days that a table changes; days that it does not name stay as they are.
pub fn compare(filled: &Filled, before: &[Shift]) -> Vec<DayChange> {
    let days = filled.iter().map(|(day, after)| {
        let mut before: Vec<Shift> = before.iter().filter(|one| one.day == *day).cloned().collect();
        before.sort();
        DayChange {
            day: *day,
            before,
            after: after.iter().cloned().collect(),
        }
    });
    days.filter(|change| change.before != change.after).collect()
}
