//! Knows what the address bar of the board holds: round, unit, filter, kind, text, page.

use std::fmt;

use crate::domain::board::Filter;
use crate::domain::ids::{ObligationId, RoundId, UnitId};
use crate::domain::unit::UnitKind;

/// The longest text to search for, in characters.
const LONGEST: usize = 60;

/// The parameters of an address, as they came.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Asked(Vec<(String, String)>);

impl Asked {
    /// Reads the query of an address; a thousand parameters at most.
    pub(in crate::web) fn read(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).take(6000);
        Self(pairs.map(|(k, v)| (k.into_owned(), v.into_owned())).collect())
    }

    /// Gives a parameter; empty when it is not there.
    pub(in crate::web) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// Reads a parameter.
    pub(in crate::web) fn number(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok().filter(|n| *n > 0)
    }

    /// Gives the obligations that were chosen: boxes `o[]`, or one list `o`.
    pub(in crate::web) fn chosen(&self) -> Vec<ObligationId> {
        let boxes = self
            .0
            .iter()
            .filter(|(key, _)| key == "o[]")
            .map(|(_, value)| value.as_str());
        let mut ids: Vec<i64> = boxes
            .chain(self.get("o").split(','))
            .filter_map(|text| text.trim().parse().ok())
            .filter(|id| *id > 0)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(ObligationId).collect()
    }
}

/// What the board shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::web) struct Address {
    /// The round; the present one for `None`.
    pub(super) round: Option<RoundId>,
    /// The unit within which to look; everything in scope for `None`.
    pub(super) unit: Option<UnitId>,
    pub(super) filter: Filter,
    /// Units of this kind only.
    pub(super) kind: Option<UnitKind>,
    /// The text to find.
    pub(super) text: String,
    /// Counted from 0.
    pub(super) page: i64,
}

impl Address {
    /// Tells whether it shows less than what a reader sees when he comes.
    pub(super) fn is_filtered(&self) -> bool {
        !self.text.is_empty() || self.filter != Filter::Todo || self.unit.is_some() || self.kind.is_some()
    }

    /// Gives the same round with nothing filtered.
    pub(super) fn cleared(&self) -> Self {
        Self {
            round: self.round,
            ..Self::default()
        }
    }

    /// Reads an address; what cannot be read is as if it were not there.
    pub(in crate::web) fn of(asked: &Asked) -> Self {
        Self {
            round: asked.number("round").map(RoundId),
            unit: asked.number("unit").map(UnitId),
            filter: Filter::parse(asked.get("standing")).unwrap_or_default(),
            kind: UnitKind::parse(asked.get("kind")),
            text: asked
                .get("q")
                .trim()
                .chars()
                .filter(|c| !c.is_control())
                .take(LONGEST)
                .collect(),
            page: asked.number("page").unwrap_or(0).min(10_000),
        }
    }

    /// Gives the address of another filter, from its first page on.
    pub(super) fn filtered(&self, filter: Filter) -> Self {
        Self {
            filter,
            page: 0,
            ..self.clone()
        }
    }

    /// Gives the address within another unit.
    pub(super) fn within(&self, unit: Option<UnitId>) -> Self {
        Self {
            unit,
            page: 0,
            ..self.clone()
        }
    }

    /// Gives the address of another round.
    pub(super) fn of_round(&self, round: RoundId) -> Self {
        Self {
            round: Some(round),
            page: 0,
            ..self.clone()
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(round) = self.round {
            query.append_pair("round", &round.0.to_string());
        }
        if self.filter != Filter::default() {
            query.append_pair("standing", self.filter.code());
        }
        if let Some(unit) = self.unit {
            query.append_pair("unit", &unit.0.to_string());
        }
        if let Some(kind) = self.kind {
            query.append_pair("kind", kind.code());
        }
        if !self.text.is_empty() {
            query.append_pair("q", &self.text);
        }
        if self.page > 0 {
            query.append_pair("page", &self.page.to_string());
        }
        let query = query.finish();
        match query.is_empty() {
            true => f.write_str("/board"),
            false => write!(f, "/board?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Address {
        Address::of(&Asked::read(query))
    }

    #[test]
    fn an_address_is_read_back_from_what_it_writes() {
        let address = Address {
            round: Some(RoundId(3)),
            unit: Some(UnitId(7)),
            filter: Filter::Overdue,
            kind: Some(UnitKind::Community),
            text: "a & b=c".to_owned(),
            page: 2,
        };
        let written = address.to_string();
        assert_eq!(read(written.split_once('?').unwrap().1), address);
        assert_eq!(read("").to_string(), "/board");
    }

    #[test]
    fn nonsense_is_as_if_it_were_not_there() {
        let odd = read("round=-1&unit=x&standing=%00&page=99999999999999999999&q=%20%07");
        assert_eq!(odd, Address::default());
        assert_eq!(read(&format!("q={}", "x".repeat(10_000))).text.len(), LONGEST);
    }

    #[test]
    fn boxes_and_lists_give_each_obligation_once() {
        let ids = Asked::read("o[]=3&o=1,2,3,x,-4&o%5B%5D=1").chosen();
        assert_eq!(ids, [ObligationId(1), ObligationId(2), ObligationId(3)]);
    }
}
