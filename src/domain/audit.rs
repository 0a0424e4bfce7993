//! Knows the chain of what people did: each entry's hash covers the one before, so none can be altered, taken
//! out or put in without a trace.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digest::{Canon, Digest};
use super::time::Timestamp;

/// One deed of one actor. Numbers run without gaps: each is one more than that of the head it is chained to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the chain, from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who, by account, device or token and label.
    pub actor: String,
    /// What was done.
    pub deed: String,
    /// To what.
    pub subject: String,
    /// The particulars, as JSON text.
    pub detail: String,
}

/// The end of a chain: what the next entry is chained to, and what is printed in the bulletin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Number of the last entry; 0 before the first.
    pub number: i64,
    /// Its hash.
    pub hash: Digest,
}

impl Head {
    /// The head of a chain without entries.
    pub const START: Self = Self {
        number: 0,
        hash: Digest([0; 32]),
    };

    /// Gives the head after one more entry, which must bear the next number.
    pub fn after(self, entry: &Entry) -> Self {
        Self {
            number: entry.number,
            hash: chained(self.hash, entry),
        }
    }

    /// Gives the number that the next entry must bear.
    pub fn next_number(self) -> i64 {
        self.number.saturating_add(1)
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

/// Says that a text is not the end of a chain as [`Head`] writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not NUMBER:HASH")]
pub struct HeadError;

impl FromStr for Head {
    type Err = HeadError;

    fn from_str(text: &str) -> Result<Self, HeadError> {
        let (number, hash) = text.split_once(':').ok_or(HeadError)?;
        Ok(Self {
            number: number.trim().parse().map_err(|_| HeadError)?,
            hash: hash.trim().parse().map_err(|_| HeadError)?,
        })
    }
}

/// The first place where a chain is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// Entries that were there are gone.
    #[error("entries {first} to {last} were removed")]
    Removed {
        /// The first that is gone.
        first: i64,
        /// The last that is gone.
        last: i64,
    },
    /// There is an entry more under a number that was taken.
    #[error("an entry was inserted at number {number}")]
    Inserted {
        /// Where.
        number: i64,
    },
    /// This entry, or the hash of the one before it, is not as written.
    #[error("entry {number} was altered")]
    Altered {
        /// Which.
        number: i64,
    },
}

/// Hashes an entry together with the hash before it.
pub fn chained(before: Digest, entry: &Entry) -> Digest {
    let mut canon = Canon::new("allclear audit 1");
    canon.bytes(&before.0).number(entry.number).time(entry.at);
    canon
        .text(&entry.actor)
        .text(&entry.deed)
        .text(&entry.subject)
        .text(&entry.detail);
    canon.finish()
}

/// Walks the entries that follow `from`, each with the hash that was stored with it, and gives the head at the
/// end, or the first break.
pub fn verify(from: Head, entries: impl IntoIterator<Item = (Entry, Digest)>) -> Result<Head, Break> {
    let mut head = from;
    for (entry, stored) in entries {
        let due = head.next_number();
        if entry.number > due {
            return Err(Break::Removed {
                first: due,
                last: entry.number - 1,
            });
        }
        if entry.number < due {
            return Err(Break::Inserted { number: entry.number });
        }
        head = head.after(&entry);
        if head.hash != stored {
            return Err(Break::Altered { number: entry.number });
        }
    }
    Ok(head)
}

/// As [`verify`], and the chain must still reach a head that was noted elsewhere, so that a lost end is seen.
pub fn verify_to(
    from: Head,
    entries: impl IntoIterator<Item = (Entry, Digest)>,
    noted: Head,
) -> Result<Head, Break> {
    // A head from before `from` cannot be looked at any more: those entries are past their retention.
    let mut seen = noted.number <= from.number;
    let mut wrong = noted.number == from.number && noted.hash != from.hash;
    let end = verify(
        from,
        entries.into_iter().inspect(|(entry, hash)| {
            if entry.number == noted.number {
                seen = true;
                wrong = *hash != noted.hash;
            }
        }),
    )?;
    match (seen, wrong) {
        (false, _) => Err(Break::Removed {
            first: end.next_number(),
            last: noted.number,
        }),
        (true, true) => Err(Break::Altered { number: noted.number }),
        (true, false) => Ok(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use proptest::prelude::*;

    fn chain(n: i64) -> Vec<(Entry, Digest)> {
        let mut head = Head::START;
        (1..=n)
            .map(|number| {
                let entry = Entry {
                    number,
                    at: from_millis(number).unwrap(),
                    actor: "account 1".into(),
                    deed: "excuse".into(),
                    subject: format!("obligation {number}"),
                    detail: "{}".into(),
                };
                head = head.after(&entry);
                (entry, head.hash)
            })
            .collect()
    }

    #[test]
    fn a_whole_chain_verifies_and_gives_its_head() {
        let head = verify(Head::START, chain(5)).unwrap();
        assert_eq!((head.number, head.hash), (5, chain(5)[4].1));
        assert_eq!(verify(Head::START, []), Ok(Head::START));
    }

    #[test]
    fn a_chain_whose_old_entries_were_kept_no_longer_verifies_from_a_noted_head() {
        let all = chain(5);
        let noted = Head {
            number: 3,
            hash: all[2].1,
        };
        assert_eq!(verify(noted, all[3..].to_vec()).unwrap().number, 5);
    }

    #[test]
    fn a_lost_end_is_seen_against_the_head_noted_elsewhere() {
        let all = chain(5);
        let noted = Head {
            number: 5,
            hash: all[4].1,
        };
        assert_eq!(
            verify_to(Head::START, all[..3].to_vec(), noted),
            Err(Break::Removed { first: 4, last: 5 })
        );
        assert_eq!(verify_to(Head::START, all.clone(), noted), Ok(noted));
        assert_eq!(verify_to(noted, [], noted), Ok(noted));
        let earlier = Head {
            number: 2,
            hash: all[1].1,
        };
        assert_eq!(verify_to(Head::START, all, earlier).unwrap().number, 5);
    }

    #[test]
    fn a_chain_written_anew_is_seen_against_the_head_noted_elsewhere() {
        let noted = Head {
            number: 3,
            hash: Digest([1; 32]),
        };
        assert_eq!(
            verify_to(Head::START, chain(5), noted),
            Err(Break::Altered { number: 3 })
        );
    }

    #[test]
    fn a_head_is_read_as_it_was_written_down() {
        let head = verify(Head::START, chain(3)).unwrap();
        assert_eq!(head.to_string().parse(), Ok(head));
        for bad in ["", "3", "3:", ":00", "x:00", "3:zz"] {
            assert_eq!(bad.parse::<Head>(), Err(HeadError), "{bad}");
        }
    }

    #[test]
    fn the_particulars_do_not_slide_from_one_field_to_the_next() {
        let base = chain(1).remove(0).0;
        let slid = Entry {
            deed: "excuseo".into(),
            subject: "bligation 1".into(),
            ..base.clone()
        };
        assert_ne!(chained(Head::START.hash, &base), chained(Head::START.hash, &slid));
    }

    proptest! {
        #[test]
        fn an_altered_entry_is_named(n in 1usize..20, at in any::<prop::sample::Index>(), field in 0..5) {
            let mut all = chain(n as i64);
            let at = at.index(n);
            let entry = &mut all[at].0;
            match field {
                0 => entry.at = from_millis(-1).unwrap(),
                1 => entry.actor.push('x'),
                2 => entry.deed.push('x'),
                3 => entry.subject.push('x'),
                _ => entry.detail.push('x'),
            }
            prop_assert_eq!(verify(Head::START, all), Err(Break::Altered { number: at as i64 + 1 }));
        }

        #[test]
        fn a_removed_entry_is_named(n in 2usize..20, at in any::<prop::sample::Index>()) {
            let mut all = chain(n as i64);
            let at = at.index(n - 1);
            all.remove(at);
            let gone = at as i64 + 1;
            prop_assert_eq!(verify(Head::START, all), Err(Break::Removed { first: gone, last: gone }));
        }

        #[test]
        fn an_inserted_entry_is_named(n in 1usize..20, at in any::<prop::sample::Index>()) {
            let mut all = chain(n as i64);
            let at = at.index(n);
            let twice = all[at].clone();
            all.insert(at + 1, twice);
            prop_assert_eq!(verify(Head::START, all), Err(Break::Inserted { number: at as i64 + 1 }));
        }
    }
}
