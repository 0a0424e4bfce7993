//! Knows which rounds the declared periods have: those to open now, and those to come.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::{Held, Kind, Member, NewRound, Opening, Round, expected};
use crate::domain::calendar::Calendar;
use crate::domain::ids::RoundId;
use crate::domain::period::{Period, Scope};
use crate::domain::time::{BusinessDate, Timestamp};
use crate::domain::unit::{Unit, UnitTree};
use crate::domain::window::Window;

/// Periods with the calendar and the zone that their local times are read in.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'a> {
    pub periods: &'a [Period],
    pub calendar: &'a Calendar,
    pub zone: Tz,
}

/// A report that a unit will be asked for, if nothing changes before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upcoming {
    pub kind: Kind,
    pub day: BusinessDate,
    pub label: String,
    pub window: Window,
    pub drill: bool,
}

impl Schedule<'_> {
    /// Gives the rounds that ought to be open or opened at `now` and that closed later than `horizon`.
    ///
    /// After downtime this includes rounds that opened and closed meanwhile, so that nobody is overlooked; the
    /// horizon bounds how far back. Rounds that were opened before are among them: a round exists once for a rule
    /// and a date, and opening it again does nothing. They come in the order of opening.
    pub fn rounds_due(&self, now: Timestamp, horizon: Timestamp) -> Vec<NewRound> {
        let rounds = self.rounds(horizon, now + TimeDelta::milliseconds(1));
        rounds.into_iter().map(|(_, round)| round).collect()
    }

    /// Gives the next instant later than `now`, and at most that far ahead, at which a round opens.
    pub fn next_opening(&self, now: Timestamp, within: TimeDelta) -> Option<Timestamp> {
        let rounds = self.rounds(now, now + within);
        let opens = rounds.iter().map(|(_, round)| round.window.opens());
        opens.filter(|opens| *opens > now).min()
    }

    /// Gives what a unit will be asked for by rounds that open later than `now`, at most that far ahead.
    ///
    /// This is also all that a unit is spared by leaving now: what has opened stays owed. Rounds that will be one
    /// obligation are one here, and a round that will attach to an obligation in `held` is left out.
    pub fn upcoming(
        &self,
        unit: &Unit,
        tree: &UnitTree,
        held: &[Held],
        now: Timestamp,
        within: TimeDelta,
    ) -> Vec<Upcoming> {
        let mut to_come = self.rounds(now, now + within);
        to_come.retain(|(_, round)| round.window.opens() > now);
        let rounds: Vec<(&Scope, Round)> = (1..)
            .zip(to_come)
            // Numbers that no row has: these rounds are not written yet.
            .map(|(place, (period, round))| (&period.scope, round.numbered(RoundId(-place))))
            .collect();
        let openings: Vec<Opening> = rounds
            .iter()
            .map(|(scope, round)| Opening { round, scope })
            .collect();
        let member = Member {
            unit,
            since: Timestamp::MIN_UTC,
        };
        let mut upcoming: Vec<Upcoming> = expected(&openings, tree, [member], held)
            .new
            .into_iter()
            .filter_map(|new| {
                let (_, lead) = rounds.iter().find(|(_, round)| round.id == new.round)?;
                Some(Upcoming {
                    kind: new.kind,
                    day: new.day,
                    label: lead.label.clone(),
                    window: new.window,
                    drill: new.drill,
                })
            })
            .collect();
        upcoming.sort_by_key(|next| (next.window.opens(), next.window.due()));
        upcoming
    }

    fn rounds(&self, from: Timestamp, until: Timestamp) -> Vec<(&Period, NewRound)> {
        let mut rounds: Vec<(&Period, NewRound)> = self
            .periods
            .iter()
            .flat_map(|period| {
                let rounds = period.rounds(self.calendar, self.zone, from, until);
                rounds.into_iter().map(move |round| (period, round))
            })
            .collect();
        rounds.sort_by_key(|(_, round)| (round.window.opens(), round.window.due(), round.rule));
        rounds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ObligationId, PeriodId, UnitId};
    use crate::domain::obligation::samples::{ZONE, county, june, rule, t};
    use crate::domain::period::RoundRule;

    fn with<T>(periods: &[Period], ask: impl FnOnce(Schedule<'_>) -> T) -> T {
        ask(Schedule {
            periods,
            calendar: &Calendar::default(),
            zone: ZONE,
        })
    }

    fn due(periods: &[Period], now: &str, horizon: &str) -> Vec<String> {
        let rounds = with(periods, |schedule| schedule.rounds_due(t(now), t(horizon)));
        rounds
            .iter()
            .map(|round| format!("{} {}", round.day.format("%m-%d"), round.label))
            .collect()
    }

    fn evening() -> RoundRule {
        rule(1, "08:00", "16:00", "20:00")
    }

    #[test]
    fn a_round_is_to_be_opened_from_its_opening_until_the_horizon_passes_its_closing() {
        let periods = [june(1, vec![evening()])];
        assert_eq!(due(&periods, "2026-06-01 07:59:59", "2026-06-01 00:00"), [""; 0]);
        assert_eq!(
            due(&periods, "2026-06-01 08:00", "2026-06-01 00:00"),
            ["06-01 报1"]
        );
        assert_eq!(
            due(&periods, "2026-06-01 23:00", "2026-06-01 19:59:59"),
            ["06-01 报1"]
        );
        assert_eq!(due(&periods, "2026-06-01 23:00", "2026-06-01 20:00"), [""; 0]);
    }

    #[test]
    fn after_days_of_downtime_no_round_is_overlooked() {
        let periods = [june(1, vec![evening(), rule(2, "20:00", "+1 06:30", "+1 08:00")])];
        assert_eq!(
            due(&periods, "2026-06-04 07:00", "2026-06-02 08:00"),
            ["06-02 报1", "06-02 报2", "06-03 报1", "06-03 报2"]
        );
    }

    #[test]
    fn rounds_of_a_period_that_ended_meanwhile_are_still_caught_up_with() {
        let periods = [june(1, vec![evening()])];
        assert_eq!(
            due(&periods, "2026-07-03 12:00", "2026-06-30 08:00"),
            ["06-30 报1"]
        );
    }

    #[test]
    fn the_worker_is_told_when_the_next_round_opens() {
        let periods = [june(1, vec![evening(), rule(2, "20:00", "+1 06:30", "+1 08:00")])];
        let next = |now: &str| {
            with(&periods, |schedule| {
                schedule.next_opening(t(now), TimeDelta::days(2))
            })
        };
        assert_eq!(next("2026-06-02 07:59:59"), Some(t("2026-06-02 08:00")));
        assert_eq!(next("2026-06-02 08:00"), Some(t("2026-06-02 20:00")));
        assert_eq!(next("2026-06-30 20:00"), None);
    }

    #[test]
    fn a_village_sees_what_comes_next_and_rounds_that_will_merge_as_one() {
        let mut other = june(2, vec![rule(3, "14:00", "16:20", "20:00")]);
        other.level = crate::domain::period::Level::I;
        let periods = [june(1, vec![evening()]), other];
        let tree = county();
        let village = tree.get(UnitId(101)).unwrap();
        let next = |held: &[Held]| {
            let now = t("2026-06-02 07:00");
            with(&periods, |schedule| {
                let next = schedule.upcoming(village, &tree, held, now, TimeDelta::hours(24));
                next.into_iter()
                    .map(|next| (next.label, next.window.due()))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(next(&[]), [("报3".into(), t("2026-06-02 16:00"))]);
        let held = Held {
            obligation: ObligationId(1),
            unit: UnitId(101),
            kind: Kind::Routine,
            drill: false,
            scheduled_due: t("2026-06-02 16:00"),
            closes: t("2026-06-02 20:00"),
            period: PeriodId(9),
            round: RoundId(9),
        };
        assert_eq!(next(&[held]), []);
    }

    #[test]
    fn a_unit_out_of_scope_has_nothing_to_come() {
        let periods = [june(1, vec![evening()])];
        let tree = county();
        let office = tree.get(UnitId(20)).unwrap();
        let next = with(&periods, |schedule| {
            schedule.upcoming(office, &tree, &[], t("2026-06-02 07:00"), TimeDelta::days(7))
        });
        assert_eq!(next, []);
    }
}
