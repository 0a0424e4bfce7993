//! Gathers what a bulletin says from the tables, as of one instant.

use std::collections::HashMap;

use crate::domain::audit::Head;
use crate::domain::bulletin::{
    Bulletin, Counts, Due, DutyLine, IncidentLine, MOST, RoundLine, SealLine, UnitLine, duty_digest,
};
use crate::domain::digest::Salt;
use crate::domain::ids::{CheckInId, IncidentId};
use crate::domain::incident::Clock;
use crate::domain::obligation::Kind;
use crate::domain::roster::{Duty, relieved, span};
use crate::domain::time::{BusinessDate, Timestamp, from_millis};
use crate::domain::unit::{Unit, UnitTree};
use crate::service::seal::SETTLED;
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn, Tail};

/// A bulletin that has neither number nor place in the chain yet, and who is on duty after it.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) bulletin: Bulletin,
    /// JSON of the lines.
    pub(super) duty: String,
    pub(super) salt: Salt,
}

impl Service {
    /// Gathers what the bulletin of an office says.
    pub(super) async fn gather(
        &self,
        conn: &mut Conn,
        office: &Unit,
        due: Due,
        now: Timestamp,
    ) -> Result<Gathered> {
        let tree = self.tree().await?;
        let tail = Tail {
            office: office.path.clone(),
            as_of: now,
            from: due.from,
            until: due.until,
        };
        let (rounds, [reports, roll_ups, follow_ups]) = counts(conn, &tail).await?;
        let (unmet, late) = conn.tail_lines(&tail, MOST).await?;
        let (failed_letters, unreached) = conn
            .undelivered_since(&office.path, office.parent.is_none(), due.from)
            .await?;
        let duty_day = self.duty_day().succ_opt().unwrap_or_default();
        let lines = self.on_duty_on(conn, office, duty_day).await?;
        let duty = serde_json::to_string(&lines).map_err(Error::broken)?;
        let salt = Salt(rand::random());
        let bulletin = Bulletin {
            unit: office.id,
            office: office.name.to_string(),
            day: due.day,
            number: 0,
            first: due.first,
            from: due.from,
            until: due.until,
            as_of: now,
            reports,
            roll_ups,
            follow_ups,
            rounds,
            incidents: self.told_incidents(conn, &tree, &tail).await?,
            unmet,
            late,
            caught_up: caught_up(conn, office, due).await?,
            failed_letters,
            unreached,
            outages: outages(conn, &tail).await?,
            seals: seals(conn, &tail).await?,
            audit: Head::START,
            duty_day,
            duty: duty_digest(&salt, &duty),
        };
        Ok(Gathered { bulletin, duty, salt })
    }

    /// Gives the incidents that are open or were closed in the span, in figures.
    async fn told_incidents(
        &self,
        conn: &mut Conn,
        tree: &UnitTree,
        tail: &Tail,
    ) -> Result<Vec<IncidentLine>> {
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        let ranges = [tail.office.range()];
        let found = conn.incidents_since(&ranges, tail.from, tail.as_of, most).await?;
        let ids: Vec<IncidentId> = found.iter().map(|line| line.incident.id).collect();
        let last: HashMap<IncidentId, CheckInId> = conn.last_reports_on(&ids).await?.into_iter().collect();
        let numbers: Vec<CheckInId> = last.values().copied().collect();
        let kept = conn.check_ins(&numbers).await?;
        let said: HashMap<CheckInId, _> = kept.iter().map(|kept| (kept.check_in.id, kept)).collect();
        let classes = self.classes();
        let line = |line: &store::IncidentLine| {
            let one = &line.incident;
            let limits = &self.settings.incident;
            let content = last.get(&one.id).and_then(|id| said.get(id));
            let content = content.and_then(|kept| kept.check_in.content.incident());
            let class = classes.get(&one.class);
            let clock = |began, stopped, limit| Clock::new(began, stopped, limit, tail.as_of).into();
            IncidentLine {
                id: one.id,
                unit: label(tree, one.unit, &line.name),
                class: match class {
                    Some(class) => (class.zh.clone(), class.en.clone()),
                    None => (one.class.clone(), one.class.clone()),
                },
                severity: one.severity,
                urgent: one.urgent,
                opened: one.opened,
                closed: one.closed,
                is_new: one.opened >= tail.from,
                reports: line.reports,
                told: line.told,
                dead: content.and_then(|said| said.dead),
                injured: content.and_then(|said| said.injured),
                missing: content.and_then(|said| said.missing),
                report: one
                    .learned
                    .map(|at| clock(at, Some(one.opened), limits.report_within.of(one.severity))),
                answer: line
                    .alerted
                    .then(|| clock(one.opened, line.answered, limits.answer_within.of(one.severity))),
                owes: line.owes,
            }
        };
        Ok(found.iter().map(line).collect())
    }

    /// Gives the posts on duty at an office on a day, with substitutes in place.
    async fn on_duty_on(&self, conn: &mut Conn, office: &Unit, day: BusinessDate) -> Result<Vec<DutyLine>> {
        let settings = &self.settings;
        let (begins, _) = span(day, settings.roster.changes_at, settings.service.zone);
        let mut shifts = conn.shifts(&[office.id], day, day).await?;
        let shifts = shifts.remove(&office.id).unwrap_or_default();
        let stand_ins = conn.stand_ins(&[office.id], begins).await?;
        let stand_ins: Vec<_> = stand_ins.into_iter().map(|one| one.what).collect();
        let of = |duty: Duty| {
            let named = shifts.iter().filter(move |shift| shift.duty == duty);
            named.map(|shift| {
                let post = relieved(&shift.post.address, &stand_ins, begins).unwrap_or(&shift.post);
                DutyLine {
                    duty: shift.duty,
                    post: post.name.clone(),
                    phone: post.phone.clone(),
                }
            })
        };
        Ok(Duty::ALL.into_iter().flat_map(of).collect())
    }
}

/// Counts by round, and all together: units' own reports, roll-ups, follow-ups.
async fn counts(conn: &mut Conn, tail: &Tail) -> Result<(Vec<RoundLine>, [Counts; 3])> {
    let mut sums = [Counts::default(); 3];
    let [own, roll_ups, follow_ups] = &mut sums;
    let mut lines = Vec::new();
    for round in conn.tail_rounds(tail).await? {
        let sum = match round.kind.as_str() {
            kind if kind == Kind::Routine.code() => {
                lines.push(RoundLine {
                    day: round.day,
                    label: round.label,
                    period: round.period,
                    due: round.due,
                    counts: round.counts,
                });
                &mut *own
            }
            kind if kind == Kind::RollUp.code() => &mut *roll_ups,
            _ => &mut *follow_ups,
        };
        sum.add(&round.counts);
    }
    Ok((lines, sums))
}

/// Gives whom the bulletin before named as unmet and who has reported since.
async fn caught_up(conn: &mut Conn, office: &Unit, due: Due) -> Result<Vec<UnitLine>> {
    let Some(last) = conn.bulletin_before(office.id, due.day).await? else {
        return Ok(Vec::new());
    };
    let last: Bulletin = serde_json::from_str(&last.content).map_err(Error::broken)?;
    let owed: Vec<_> = last.unmet.iter().map(|line| line.obligation).collect();
    let met: HashMap<_, _> = conn.met_among(&owed).await?.into_iter().collect();
    let came = |line: UnitLine| {
        let received = met.get(&line.obligation).copied()?;
        Some(UnitLine {
            received: Some(received),
            ..line
        })
    };
    Ok(last.unmet.into_iter().filter_map(came).collect())
}

async fn outages(conn: &mut Conn, tail: &Tail) -> Result<Vec<(Timestamp, Timestamp)>> {
    let rows = conn.outages_after(tail.from).await?;
    let stopped = rows.into_iter().filter(|row| row.cause == "stopped");
    let spans = stopped.filter_map(|row| Some((from_millis(row.began_at)?, from_millis(row.ended_at)?)));
    Ok(spans.collect())
}

async fn seals(conn: &mut Conn, tail: &Tail) -> Result<Vec<SealLine>> {
    // A round is sealed a moment after it has closed; each stands in exactly one bulletin.
    let (from, until) = (tail.from - SETTLED, tail.until - SETTLED);
    let closed = conn.seals_between(&tail.office, from, until).await?;
    let line = |(day, label, seal): (BusinessDate, String, Option<String>)| SealLine {
        day,
        label,
        seal: seal.and_then(|hash| hash.parse().ok()),
    };
    Ok(closed.into_iter().map(line).collect())
}

/// Names a unit with the one above it, or as it was called last.
fn label(tree: &UnitTree, unit: crate::domain::ids::UnitId, name: &str) -> String {
    tree.label(unit)
        .map_or_else(|| name.to_owned(), |label| label.to_string())
}
