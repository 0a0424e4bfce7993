//! Knows what the cells of a table of units mean, one row at a time.

use std::collections::HashMap;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization;

use super::fault::gathered;
use super::{Column, Fault, Record, RowError};
use crate::domain::address::Address;
use crate::domain::screen::screen;
use crate::domain::table::{headed, shown};
use crate::domain::time::day_of;
use crate::domain::unit::{Code, CodeError, Contacts, NameError, UnitKind, UnitName, is_invisible};

/// The most addresses in one cell.
const MOST_ADDRESSES: usize = 10;
/// The most characters of a post or a telephone number.
const LONGEST_TEXT: usize = 60;
/// What the public list of codes writes for the whole nation, which has no code.
const NATION: &str = "0";

/// What a row says about the parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Above {
    /// Nothing: the table has no such column.
    Unsaid,
    /// There is none: the unit is the root.
    Root,
    /// The unit of the whole nation.
    Nation,
    Code(Code),
    /// A unit without a code, by a name that no other bears.
    Name(UnitName),
}

/// What a row says about how a unit is reached; `None` where the table has no such column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    pub duty_post: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub reporter: Option<Vec<Address>>,
    pub backup: Option<Vec<Address>>,
    pub head: Option<Vec<Address>>,
}

impl Reach {
    /// Gives the contacts after the row: what it does not speak of stays.
    pub fn over(&self, before: &Contacts) -> Contacts {
        fn pick<T: Clone>(said: &Option<T>, before: &T) -> T {
            said.as_ref().unwrap_or(before).clone()
        }
        Contacts {
            duty_post: pick(&self.duty_post, &before.duty_post),
            phone: pick(&self.phone, &before.phone),
            reporter: pick(&self.reporter, &before.reporter),
            backup: pick(&self.backup, &before.backup),
            head: pick(&self.head, &before.head),
        }
    }
}

/// A row with a meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    pub row: usize,
    pub code: Option<Code>,
    pub above: Above,
    pub name: UnitName,
    pub kind: Option<UnitKind>,
    /// The first day on which the unit is no more.
    pub until: Option<NaiveDate>,
    pub reach: Reach,
}

impl UnitRow {
    /// Gives the kind of a new unit: what the row says, else what the length of its code tells.
    ///
    /// Twelve digits may be a village or a community, so they tell nothing.
    pub fn kind_when_new(&self) -> Option<UnitKind> {
        let digits = self.code.as_ref().map_or(0, |code| code.as_str().len());
        self.kind.or(match digits {
            2 => Some(UnitKind::Province),
            4 => Some(UnitKind::Prefecture),
            6 => Some(UnitKind::County),
            9 => Some(UnitKind::Township),
            _ => None,
        })
    }
}

/// Reads a table with its headings in any order; a title above them is passed over.
///
/// Columns that are left out leave what they speak of as it is; only the name must be there.
pub fn read(records: &[Record]) -> Result<Vec<UnitRow>, Vec<RowError>> {
    let mut filled = headed(records, |cell| Column::find(cell).is_some()).into_iter();
    let columns = match filled.next() {
        Some(header) => headings(header)?,
        None => {
            return Err(vec![RowError {
                row: 1,
                column: None,
                heading: None,
                value: String::new(),
                fault: Fault::NoTable,
            }]);
        }
    };
    let mut faults = Vec::new();
    let read = |record| {
        Line {
            record,
            columns: &columns,
            faults: &mut faults,
        }
        .read()
    };
    let rows: Vec<UnitRow> = filled.filter_map(read).collect();
    faults.extend(double_codes(&rows));
    gathered(rows, faults)
}

fn double_codes(rows: &[UnitRow]) -> Vec<RowError> {
    let mut first = HashMap::new();
    let mut faults = Vec::new();
    for row in rows {
        let Some(code) = &row.code else { continue };
        if let Some(&first) = first.get(code) {
            faults.push(RowError::cell(
                row.row,
                Column::Code,
                code.as_str(),
                Fault::DuplicateCode { first },
            ));
        } else {
            first.insert(code, row.row);
        }
    }
    faults
}

fn headings(header: &Record) -> Result<Vec<Option<Column>>, Vec<RowError>> {
    let mut faults = Vec::new();
    let mut columns: Vec<Option<Column>> = Vec::new();
    for heading in &header.cells {
        let column = Column::find(heading);
        let fault = match column {
            _ if heading.trim().is_empty() => None,
            None => Some(Fault::UnknownHeading {
                nearest: Column::nearest(heading),
            }),
            Some(_) if columns.contains(&column) => Some(Fault::DoubleHeading),
            Some(_) => None,
        };
        faults.extend(fault.map(|fault| RowError {
            row: header.row,
            column: None,
            heading: None,
            value: shown(heading),
            fault,
        }));
        columns.push(column);
    }
    if faults.is_empty() && !columns.contains(&Some(Column::Name)) {
        faults.push(RowError::cell(header.row, Column::Name, "", Fault::NoColumn));
    }
    gathered(columns, faults)
}

/// One row while it is read.
struct Line<'a> {
    record: &'a Record,
    columns: &'a [Option<Column>],
    faults: &'a mut Vec<RowError>,
}

impl Line<'_> {
    fn read(mut self) -> Option<UnitRow> {
        self.refuse_strays();
        let code = self.code();
        let row = UnitRow {
            row: self.record.row,
            above: self.above(),
            kind: self.kind(),
            code,
            until: self.until(),
            reach: Reach {
                duty_post: self.text(Column::DutyPost),
                phone: self.text(Column::Phone),
                reporter: self.addresses(Column::Reporter),
                backup: self.addresses(Column::Backup),
                head: self.addresses(Column::Head),
            },
            name: self.name()?,
        };
        Some(row)
    }

    /// Gives the trimmed cell of a column; `None` where the table has no such column.
    fn cell(&self, column: Column) -> Option<&str> {
        let place = self.columns.iter().position(|&known| known == Some(column))?;
        let cell = self.record.cells.get(place).map_or("", |cell| cell.trim());
        // A spreadsheet's mark for "this is text", which our own exports write before = + - @.
        Some(cell.strip_prefix('\'').unwrap_or(cell))
    }

    fn filled(&self, column: Column) -> Option<String> {
        self.cell(column)
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
    }

    fn fault(&mut self, column: Column, value: &str, fault: Fault) {
        self.faults
            .push(RowError::cell(self.record.row, column, value, fault));
    }

    fn refuse_strays(&mut self) {
        let stray = self.record.cells.iter().enumerate().find(|(place, cell)| {
            !cell.trim().is_empty() && self.columns.get(*place).copied().flatten().is_none()
        });
        if let Some((_, cell)) = stray {
            let (row, value) = (self.record.row, shown(cell.trim()));
            self.faults.push(RowError {
                row,
                column: None,
                heading: None,
                value,
                fault: Fault::NoHeading,
            });
        }
    }

    fn name(&mut self) -> Option<UnitName> {
        let cell = self.cell(Column::Name).unwrap_or_default().to_owned();
        let fault = match UnitName::parse(&cell) {
            _ if holds_id(&cell) => Fault::IdNumber,
            Ok(name) => return Some(name),
            Err(NameError::Empty) => Fault::Missing,
            Err(NameError::TooLong { .. }) => Fault::TooLong {
                most: UnitName::LONGEST,
            },
            Err(NameError::Control) => Fault::Control,
        };
        self.fault(Column::Name, &cell, fault);
        None
    }

    fn code(&mut self) -> Option<Code> {
        let cell = self.filled(Column::Code).filter(|cell| cell != NATION)?;
        Code::parse(&cell)
            .map_err(|why| self.fault(Column::Code, &cell, code_fault(why)))
            .ok()
    }

    fn above(&mut self) -> Above {
        if self.cell(Column::Parent).is_none() {
            return Above::Unsaid;
        }
        let Some(cell) = self.filled(Column::Parent) else {
            return Above::Root;
        };
        if cell == NATION {
            return Above::Nation;
        }
        match Code::parse(&cell) {
            Ok(code) => return Above::Code(code),
            // What begins like a number was meant as a code.
            Err(why) if cell.starts_with(|c: char| c.is_ascii_digit()) => {
                self.fault(Column::Parent, &cell, code_fault(why));
            }
            Err(_) => match UnitName::parse(&cell) {
                Ok(name) => return Above::Name(name),
                Err(_) => self.fault(Column::Parent, &cell, Fault::UnknownParent),
            },
        }
        Above::Unsaid
    }

    fn kind(&mut self) -> Option<UnitKind> {
        let cell = self.filled(Column::Kind)?;
        let kind = kind(&cell);
        if kind.is_none() {
            self.fault(Column::Kind, &cell, Fault::UnknownKind);
        }
        kind
    }

    fn until(&mut self) -> Option<NaiveDate> {
        let cell = self.filled(Column::Until)?;
        let day = day_of(&cell);
        if day.is_none() {
            self.fault(Column::Until, &cell, Fault::BadDate);
        }
        day
    }

    fn text(&mut self, column: Column) -> Option<Option<String>> {
        let text: String = self.cell(column)?.nfc().collect();
        if holds_id(&text) {
            self.fault(column, &text, Fault::IdNumber);
        } else if text.chars().any(is_invisible) {
            self.fault(column, &text, Fault::Control);
        } else if text.chars().count() > LONGEST_TEXT {
            self.fault(column, &text, Fault::TooLong { most: LONGEST_TEXT });
        }
        Some((!text.is_empty()).then_some(text))
    }

    fn addresses(&mut self, column: Column) -> Option<Vec<Address>> {
        let cell = self.cell(column)?.to_owned();
        let parts = cell.split([';', '；', '、', '，', ',', '\n', '\r', ' ', '\u{3000}']);
        let mut all = Vec::new();
        for part in parts.filter(|part| !part.trim().is_empty()) {
            match Address::parse(part) {
                Ok(address) if all.contains(&address) => {}
                Ok(address) => all.push(address),
                Err(why) => self.fault(column, part, Fault::BadAddress(why)),
            }
        }
        if all.len() > MOST_ADDRESSES {
            self.fault(column, &cell, Fault::TooManyAddresses { most: MOST_ADDRESSES });
        }
        Some(all)
    }
}

fn holds_id(text: &str) -> bool {
    screen(text).notice.masked > 0
}

fn code_fault(why: CodeError) -> Fault {
    match why {
        CodeError::Rounded => Fault::CodeRounded,
        CodeError::Shape => Fault::CodeShape,
    }
}

/// Reads a kind in either language.
fn kind(word: &str) -> Option<UnitKind> {
    Some(match word {
        "全国" | "国家" => UnitKind::Nation,
        "省" | "自治区" | "直辖市" => UnitKind::Province,
        "市" | "地级市" | "地区" | "自治州" | "盟" => UnitKind::Prefecture,
        "县" | "区" | "县级市" | "旗" | "县（市、区）" => UnitKind::County,
        "乡镇" | "乡" | "镇" | "街道" | "乡镇（街道）" | "乡镇街道" => UnitKind::Township,
        "村" | "行政村" | "村委会" => UnitKind::Village,
        "社区" | "居委会" => UnitKind::Community,
        "部门" | "县直部门" | "机关" => UnitKind::Department,
        "企业" | "公司" | "企事业单位" => UnitKind::Enterprise,
        _ => return UnitKind::parse(&word.to_ascii_lowercase()),
    })
}
