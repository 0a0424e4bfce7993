//! Knows how obligations are counted, and the two rates that are made of the counts.

mod rate;

pub use rate::Rate;

use std::iter::Sum;
use std::ops::{Add, AddAssign};

use super::checkin::Provenance;
use super::obligation::Obligation;
use super::standing::{Standing, Timeliness, standing};
use super::time::Timestamp;

/// What the present report of a met obligation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Said {
    AllClear,
    Incident,
}

/// One obligation to be counted, with the two facts that it does not hold itself.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    pub obligation: &'a Obligation,
    /// What its present report says; only looked at when it is met.
    pub said: Option<Said>,
    /// Whether its whole window fell into an outage.
    pub in_outage: bool,
}

/// Counts of obligations at one instant. The sum of the tallies of parts is the tally of the whole.
///
/// `expected` is the sum of `upcoming`, `open`, `overdue`, `missing`, `on_time`, `late`, `excused` and `outage`:
/// every obligation is in exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Tally {
    /// All obligations.
    pub expected: u64,
    /// Not open yet.
    pub upcoming: u64,
    /// Open and silent.
    pub open: u64,
    /// Past due + grace and silent.
    pub overdue: u64,
    /// Closed and silent.
    pub missing: u64,
    /// Received in time, accepted claims included.
    pub on_time: u64,
    /// Received later, supplements included.
    pub late: u64,
    /// Excused and unmet.
    pub excused: u64,
    /// Silent and neither excused, the whole window in an outage: apart until the office decides, which it does
    /// by an excusal or an extension.
    pub outage: u64,
    /// Of the received: the present report says all clear.
    pub all_clear: u64,
    /// Of the received: the present report says that something happened.
    pub incidents: u64,
    /// Of the received: entered on the unit's behalf.
    pub proxy: u64,
    /// Of the received: dictated by phone.
    pub phone: u64,
    /// Of those on time: only by an accepted claim.
    pub claims: u64,
    /// What the rates are made of.
    pub settled: Settled,
}

/// The obligations that count in rates: past due + grace, neither excused and unmet nor apart in an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Settled {
    pub of: u64,
    pub on_time: u64,
    pub late: u64,
}

impl Tally {
    /// Counts obligations as they stand at `now`.
    pub fn of<'a>(obligations: impl IntoIterator<Item = Counted<'a>>, now: Timestamp) -> Self {
        obligations
            .into_iter()
            .map(|counted| Self::one(counted, now))
            .sum()
    }

    /// Counts one obligation.
    pub fn one(counted: Counted<'_>, now: Timestamp) -> Self {
        let o = counted.obligation;
        let standing = standing(o, now);
        let mut tally = Self {
            expected: 1,
            ..Self::default()
        };
        if counted.in_outage && o.is_unmet() && standing != Standing::Upcoming {
            tally.outage = 1;
            return tally;
        }
        match standing {
            Standing::Upcoming => tally.upcoming = 1,
            Standing::Open => tally.open = 1,
            Standing::Overdue => tally.overdue = 1,
            Standing::Missing => tally.missing = 1,
            Standing::Excused => tally.excused = 1,
            Standing::Received(timeliness) => tally.receive(counted, timeliness),
        }
        if now >= o.window.on_time_until() && standing != Standing::Excused {
            tally.settled = Settled {
                of: 1,
                on_time: tally.on_time,
                late: tally.late,
            };
        }
        tally
    }

    fn receive(&mut self, counted: Counted<'_>, timeliness: Timeliness) {
        let o = counted.obligation;
        match timeliness {
            Timeliness::OnTime => self.on_time = 1,
            Timeliness::Late => self.late = 1,
        }
        match counted.said {
            Some(Said::AllClear) => self.all_clear = 1,
            Some(Said::Incident) => self.incidents = 1,
            None => {}
        }
        match o.provenance {
            Some(Provenance::Proxy) => self.proxy = 1,
            Some(Provenance::Phone) => self.phone = 1,
            _ => {}
        }
        let by_the_clock = o.first_received.map(|at| Timeliness::of(&o.window, at));
        if o.claim_accepted && by_the_clock == Some(Timeliness::Late) {
            self.claims = 1;
        }
    }

    /// Gives how many have been received, in time or late.
    pub fn received(&self) -> u64 {
        self.on_time + self.late
    }

    /// Gives how many have not reported, whether or not they are late already, or kept from it by an outage.
    pub fn unmet(&self) -> u64 {
        self.open + self.overdue + self.missing + self.outage
    }

    /// Gives the share that reported at all.
    pub fn completeness(&self) -> Rate {
        Rate::new(self.settled.on_time + self.settled.late, self.settled.of)
    }

    /// Gives the share that reported in time.
    pub fn timeliness(&self) -> Rate {
        Rate::new(self.settled.on_time, self.settled.of)
    }
}

impl Add for Tally {
    type Output = Self;
    fn add(self, b: Self) -> Self {
        Self {
            expected: self.expected + b.expected,
            upcoming: self.upcoming + b.upcoming,
            open: self.open + b.open,
            overdue: self.overdue + b.overdue,
            missing: self.missing + b.missing,
            on_time: self.on_time + b.on_time,
            late: self.late + b.late,
            excused: self.excused + b.excused,
            outage: self.outage + b.outage,
            all_clear: self.all_clear + b.all_clear,
            incidents: self.incidents + b.incidents,
            proxy: self.proxy + b.proxy,
            phone: self.phone + b.phone,
            claims: self.claims + b.claims,
            settled: Settled {
                of: self.settled.of + b.settled.of,
                on_time: self.settled.on_time + b.settled.on_time,
                late: self.settled.late + b.settled.late,
            },
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, part: Self) {
        *self = *self + part;
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::obligation::sample;
    use crate::domain::time::from_millis;
    use proptest::prelude::*;

    fn at(ms: i64) -> Timestamp {
        from_millis(ms).unwrap()
    }

    fn owed() -> Obligation {
        sample(100, 200, 50, 300)
    }

    fn received(ms: i64) -> Obligation {
        Obligation {
            first_received: Some(at(ms)),
            provenance: Some(Provenance::Own),
            ..owed()
        }
    }

    fn plain(obligation: &Obligation) -> Counted<'_> {
        Counted {
            obligation,
            said: obligation.first_received.map(|_| Said::AllClear),
            in_outage: false,
        }
    }

    fn tally(obligations: &[Obligation], now: i64) -> Tally {
        Tally::of(obligations.iter().map(plain), at(now))
    }

    #[test]
    fn rates_count_nothing_before_due_and_grace_have_passed() {
        let all = [received(150), owed(), owed()];
        let before = tally(&all, 249);
        assert_eq!((before.received(), before.open, before.expected), (1, 2, 3));
        assert_eq!(before.completeness().to_string(), "0/0");
        assert_eq!(before.completeness().percent(), None);
        let after = tally(&all, 250);
        assert_eq!(
            (after.completeness().to_string(), after.overdue),
            ("1/3".to_owned(), 2)
        );
    }

    #[test]
    fn a_late_report_is_complete_but_not_timely() {
        let t = tally(&[received(150), received(260), owed()], 400);
        assert_eq!(
            (t.completeness().to_string(), t.timeliness().to_string()),
            ("2/3".into(), "1/3".into())
        );
        assert_eq!((t.on_time, t.late, t.missing), (1, 1, 1));
        assert_eq!(t.timeliness().percent(), Some("33.3 %".into()));
    }

    #[test]
    fn an_excused_unit_that_reports_all_the_same_counts_as_met() {
        let excused = |o: Obligation| Obligation {
            excused: Some(at(120)),
            ..o
        };
        let t = tally(&[excused(received(150)), excused(owed()), received(150)], 400);
        assert_eq!((t.expected, t.excused, t.on_time), (3, 1, 2));
        assert_eq!(t.completeness().to_string(), "2/2");
    }

    #[test]
    fn what_fell_wholly_into_an_outage_is_apart_unless_a_report_came_or_the_office_decided() {
        let excused = Obligation {
            excused: Some(at(350)),
            ..owed()
        };
        let late = received(350);
        let silent = owed();
        let out = |obligation| Counted {
            in_outage: true,
            ..plain(obligation)
        };
        let t = Tally::of([out(&excused), out(&late), out(&silent)], at(400));
        assert_eq!(
            (t.expected, t.outage, t.excused, t.late, t.missing),
            (3, 1, 1, 1, 0)
        );
        assert_eq!(t.completeness().to_string(), "1/1");
    }

    #[test]
    fn proxy_phone_and_claims_are_counted_apart() {
        let by = |provenance| Obligation {
            provenance: Some(provenance),
            ..received(150)
        };
        let claim = Obligation {
            claim_accepted: true,
            provenance: Some(Provenance::Offline),
            ..received(280)
        };
        let incident = by(Provenance::Phone);
        let mut t = tally(&[by(Provenance::Proxy), claim], 400);
        t += Tally::one(
            Counted {
                said: Some(Said::Incident),
                ..plain(&incident)
            },
            at(400),
        );
        assert_eq!((t.proxy, t.phone, t.claims, t.on_time), (1, 1, 1, 3));
        assert_eq!((t.all_clear, t.incidents), (2, 1));
        assert_eq!(t.timeliness().percent(), Some("100.0 %".into()));
    }

    fn any_obligation() -> impl Strategy<Value = (Obligation, Option<Said>, bool)> {
        let instant = || proptest::option::of((0i64..500).prop_map(at));
        let said = prop_oneof![Just(Said::AllClear), Just(Said::Incident)];
        let way = prop_oneof![
            Just(Provenance::Own),
            Just(Provenance::Proxy),
            Just(Provenance::Phone),
            Just(Provenance::Offline)
        ];
        (instant(), instant(), any::<(bool, bool)>(), said, way).prop_map(
            |(first_received, excused, (claim_accepted, in_outage), said, way)| {
                let o = Obligation {
                    first_received,
                    excused,
                    claim_accepted,
                    provenance: first_received.map(|_| way),
                    ..owed()
                };
                (o, first_received.map(|_| said), in_outage)
            },
        )
    }

    proptest! {
        #[test]
        fn a_tally_is_the_sum_of_its_parts(
            all in proptest::collection::vec(any_obligation(), 0..40), cut in 0usize..40, now in 0i64..500,
        ) {
            let counted: Vec<Counted> = all
                .iter()
                .map(|(obligation, said, in_outage)| Counted { obligation, said: *said, in_outage: *in_outage })
                .collect();
            let (a, b) = counted.split_at(cut.min(counted.len()));
            let parts = Tally::of(a.iter().copied(), at(now)) + Tally::of(b.iter().copied(), at(now));
            let t = Tally::of(counted.iter().copied(), at(now));
            prop_assert_eq!(parts, t);
            let classes = t.upcoming + t.open + t.overdue + t.missing + t.received() + t.excused + t.outage;
            prop_assert_eq!(t.expected, classes);
            prop_assert_eq!(t.expected, all.len() as u64);
            prop_assert_eq!(t.all_clear + t.incidents, t.received());
            prop_assert!(t.timeliness().n() <= t.completeness().n());
            prop_assert!(t.completeness().n() <= t.completeness().of() && t.completeness().of() <= t.expected);
        }
    }
}
