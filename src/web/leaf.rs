//! Knows how a long list is shown in leaves: which one an address asks for, and where the ones beside it are.

use super::board::Asked;
use crate::i18n::Lang;

/// How many lines a leaf has, unless a page says otherwise.
pub(super) const LINES: usize = 50;

/// A part of a list; templates show it with `leaf.html`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    first: usize,
    lines: usize,
    /// How many there are in all, which part this is, and where the parts beside it are; `None` when it is all.
    pub(super) turn: Option<Turn>,
}

/// What is said below a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) words: String,
    /// The address of this part.
    pub(super) here: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl Leaf {
    /// Finds the part that is asked for of so many lines; past the end it is the last one. `here` is the address without
    /// the number of the leaf.
    pub(super) fn of(asked: &Asked, (all, lines): (usize, usize), here: &str, l: Lang) -> Self {
        let wanted = asked.number("leaf").and_then(|n| usize::try_from(n).ok());
        let last = all.saturating_sub(1) / lines;
        let place = wanted.map_or(0, |n| n - 1).min(last);
        let first = place * lines;
        let joint = if here.contains('?') { '&' } else { '?' };
        let to = |place: usize| match place {
            0 => here.to_owned(),
            place => format!("{here}{joint}leaf={}", place + 1),
        };
        let turn = (all > lines).then(|| Turn {
            words: l.leaf_words(first + 1, all.min(first + lines), all),
            here: to(place),
            before: place.checked_sub(1).map(to),
            after: (place < last).then(|| to(place + 1)),
        });
        Self { first, lines, turn }
    }

    /// Gives the lines of this part.
    pub(super) fn cut<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let rest = all.get(self.first..).unwrap_or_default();
        rest.get(..self.lines).unwrap_or(rest)
    }

    /// Tells whether a line belongs to this part, by its place in the list.
    pub(super) fn holds(&self, place: usize) -> bool {
        (self.first..self.first + self.lines).contains(&place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(query: &str, all: usize) -> Leaf {
        Leaf::of(&Asked::read(query), (all, 50), "/list?show=all", Lang::En)
    }

    #[test]
    fn a_short_list_is_one_leaf() {
        let one = leaf("", 50);
        assert_eq!(one.turn, None);
        assert_eq!(one.cut(&[1, 2, 3]), [1, 2, 3]);
        assert_eq!(leaf("", 0).turn, None);
    }

    #[test]
    fn a_long_list_is_turned_leaf_by_leaf_and_every_line_is_on_one() {
        let lines: Vec<usize> = (0..120).collect();
        let mut seen = Vec::new();
        for n in 1..=3 {
            let leaf = leaf(&format!("leaf={n}"), 120);
            seen.extend_from_slice(leaf.cut(&lines));
            assert!(leaf.cut(&lines).iter().all(|line| leaf.holds(*line)));
        }
        assert_eq!(seen, lines);
        let middle = leaf("leaf=2", 120).turn.unwrap();
        assert_eq!(middle.before.as_deref(), Some("/list?show=all"));
        assert_eq!(middle.after.as_deref(), Some("/list?show=all&leaf=3"));
    }

    #[test]
    fn past_the_end_it_is_the_last_leaf() {
        let last = leaf("leaf=99", 120);
        assert_eq!(last, leaf("leaf=3", 120));
        assert_eq!(last.turn.unwrap().after, None);
    }
}
