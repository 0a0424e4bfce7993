//! Knows what becomes of one submission: nothing is dropped silently, and nothing is said twice.

use chrono::TimeDelta;

use super::checkin::{CheckIn, Claim, Content, Door, Follows, Provenance, Review, Submission};
use super::ids::{CheckInId, IncidentId, ObligationId, UnitId};
use super::incident::ReportKind;
use super::obligation::{Kind, Obligation};
use super::standing::Timeliness;
use super::time::Timestamp;
use super::window::Phase;

/// For how long a report can be amended without saying why, from when it was received.
pub const FREELY: TimeDelta = TimeDelta::minutes(10);

/// All that a decision needs to know beside the submission.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The obligation that it names, if there is such a one.
    pub obligation: Option<Obligation>,
    /// What the unit sent before under the same UUID.
    pub same_uuid: Option<CheckIn>,
    /// The last report on the obligation; for a submission that names none, the unit's last report on none.
    pub latest: Option<CheckIn>,
    /// Whether the author acts for the duty office of this unit.
    pub office: bool,
    /// The incident that it follows up, if there is such a one.
    pub followed: Option<Followed>,
}

/// What counts of the incident that a report follows up; `latest` is then the last report on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// The incident.
    pub incident: IncidentId,
    /// Whose it is.
    pub unit: UnitId,
    /// Whether it is open.
    pub open: bool,
    /// Whether leaders were told of it.
    pub urgent: bool,
}

/// What becomes of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It was sent twice: the receipt is that of the first time.
    Same(CheckIn),
    /// The same has been reported: "already reported by X at T", with that receipt, and no new row.
    Already(CheckIn),
    /// It is kept.
    Record(Record),
    /// It cannot be kept, and the sender is told why.
    Refuse(Refusal),
}

/// How a submission is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// What it answers; `None` for an incident between rounds, even if it named a round that is not open.
    pub obligation: Option<ObligationId>,
    /// The report that it amends.
    pub supersedes: Option<CheckInId>,
    /// Whether the obligation is met in time; only the first report decides it.
    pub timeliness: Option<Timeliness>,
    /// What must happen in the same transaction.
    pub consequence: Consequence,
    /// Whether the duty office has to confirm it.
    pub review: Review,
    /// Whether it claims to have been written in time, without a connection.
    pub claim: Option<Claim>,
    /// Its UUID is that of an earlier report, which an edited page sent again: it is kept under a new one.
    pub needs_new_uuid: bool,
}

/// What a report sets off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing.
    None,
    /// Leaders are told at once.
    RaiseAlert,
    /// An incident that is known has changed.
    UpdateIncident(IncidentId),
    /// An incident is taken back: it stands until the duty office agrees.
    AwaitConfirmation,
}

/// Why a submission cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its round has not opened; only an incident is taken before.
    #[error("the round opens at {opens}")]
    NotOpenYet { opens: Timestamp },
    /// Its round has closed; a supplement needs the duty office.
    #[error("the round closed at {closes}")]
    Closed { closes: Timestamp },
    /// The UUID was used for another report.
    #[error("the UUID was used for another report")]
    OtherContent,
    /// It amends, takes back or speaks for another, and does not say why.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// It was dictated, and does not say by which post and when.
    #[error("the caller's post and the time of the call are needed")]
    CallerNeeded,
    /// There is no such obligation.
    #[error("there is no such obligation")]
    UnknownObligation,
    /// The obligation is another unit's.
    #[error("the obligation is another unit's")]
    OtherUnit,
    /// An all clear answers an obligation; without one it says nothing.
    #[error("no report is owed")]
    NothingOwed,
    /// The incident is closed; the duty office can reopen it.
    #[error("the incident is closed")]
    IncidentClosed,
    /// There is no such incident, or it is another unit's.
    #[error("there is no such incident")]
    UnknownIncident,
}

/// Decides one submission, which has been screened and cleaned.
pub fn decide(facts: &Facts, s: &Submission) -> Decision {
    let known = facts.same_uuid.as_ref();
    if let Some(earlier) = known {
        if is_same(earlier, s) {
            return Decision::Same(earlier.clone());
        }
        if s.via == Door::Api {
            return Decision::Refuse(Refusal::OtherContent);
        }
    }
    if let Err(refusal) = addressed(facts, s).and_then(|()| vouched(s)) {
        return Decision::Refuse(refusal);
    }
    if let Some(follows) = s.follows {
        return follow_up(facts, s, follows);
    }
    if let Some(latest) = facts.latest.as_ref().filter(|latest| is_already_said(latest, s)) {
        return Decision::Already(latest.clone());
    }
    let owed = s.obligation.and(facts.obligation.as_ref());
    let decided = match (owed, &facts.latest) {
        // How an incident goes on is never all clear: what is over has a final report.
        (Some(owed), _) if owed.kind.incident().is_some() => Err(Refusal::NothingOwed),
        (Some(owed), Some(latest)) => amendment(owed, latest, s, facts.office),
        (Some(owed), None) => first(owed, s, facts.office),
        (None, _) => unowed(&s.content),
    };
    match decided {
        Ok(record) => Decision::Record(Record {
            needs_new_uuid: known.is_some(),
            ..record
        }),
        Err(refusal) => Decision::Refuse(refusal),
    }
}

/// Tells whether a report meets its obligation in time, or why it cannot meet it now.
///
/// The instant is that at which the body had been read completely; every boundary belongs to what follows.
pub fn accept(owed: &Obligation, s: &Submission, office: bool) -> Result<Timeliness, Refusal> {
    let window = &owed.window;
    match window.phase(s.received) {
        Phase::Before => Err(Refusal::NotOpenYet {
            opens: window.opens(),
        }),
        Phase::OnTime => Ok(Timeliness::OnTime),
        Phase::Late => Ok(Timeliness::Late),
        // The duty office decides on the claim, so a queue that came too late is not lost.
        Phase::Closed if office || claims_to_be_on_time(owed, s) => Ok(Timeliness::Late),
        Phase::Closed => Err(Refusal::Closed {
            closes: window.closes(),
        }),
    }
}

/// Tells what a report sets off, given the one that it amends.
pub fn consequence(before: Option<&CheckIn>, after: &Content) -> Consequence {
    let Some(before) = before else {
        return if after.is_urgent() {
            Consequence::RaiseAlert
        } else {
            Consequence::None
        };
    };
    let incident_stood = before.content.incident().is_some() || before.is_unconfirmed();
    let leaders_know = before.content.is_urgent();
    match after {
        Content::AllClear if incident_stood => Consequence::AwaitConfirmation,
        // What a parent counts takes nothing back that it reported itself.
        Content::AllClear | Content::RollUp(_) => Consequence::None,
        Content::Incident(_) if !incident_stood => Consequence::RaiseAlert,
        Content::Incident(incident) if incident.urgent && !leaders_know => Consequence::RaiseAlert,
        Content::Incident(_) if is_graver(&before.content, after) => Consequence::RaiseAlert,
        Content::Incident(_) => before
            .incident
            .map_or(Consequence::None, Consequence::UpdateIncident),
    }
}

/// Tells whether an urgent report grades its incident higher than the one before: leaders have to answer anew, whoever is
/// on duty by now.
fn is_graver(before: &Content, after: &Content) -> bool {
    let pair = before.incident().zip(after.incident());
    pair.is_some_and(|(before, after)| after.urgent && after.severity.is_graver_than(before.severity))
}

/// Decides a report on how an incident goes on: in any round or outside, it meets the follow-up that is owed.
fn follow_up(facts: &Facts, s: &Submission, follows: Follows) -> Decision {
    let known = facts
        .followed
        .filter(|known| known.incident == follows.incident && known.unit == s.unit);
    let Some(known) = known else {
        return Decision::Refuse(Refusal::UnknownIncident);
    };
    let Some(content) = s.content.incident() else {
        return Decision::Refuse(Refusal::NothingOwed);
    };
    if !known.open {
        return Decision::Refuse(Refusal::IncidentClosed);
    }
    let twice = |latest: &&CheckIn| {
        follows.kind == ReportKind::FollowUp
            && s.received - latest.received < FREELY
            && latest.provenance == s.provenance
            && latest.says(&s.content)
    };
    if let Some(latest) = facts.latest.as_ref().filter(twice) {
        return Decision::Already(latest.clone());
    }
    let before = facts.latest.as_ref();
    let rises = before.is_some_and(|latest| is_graver(&latest.content, &s.content));
    let owed = s.obligation.and(facts.obligation.as_ref());
    let owed = owed.filter(|owed| owed.kind.incident() == Some(known.incident));
    let met = owed.and_then(|owed| Some((owed, accept(owed, s, facts.office).ok()?)));
    Decision::Record(Record {
        obligation: met.map(|(owed, _)| owed.id),
        supersedes: None,
        timeliness: met
            .filter(|(owed, _)| !owed.is_met())
            .map(|(_, timeliness)| timeliness),
        consequence: match content.urgent && !known.urgent || rises {
            true => Consequence::RaiseAlert,
            false => Consequence::UpdateIncident(known.incident),
        },
        review: Review::None,
        claim: met.and_then(|(owed, _)| claim(owed, s)),
        needs_new_uuid: facts.same_uuid.is_some(),
    })
}

fn is_same(earlier: &CheckIn, s: &Submission) -> bool {
    if let Some(follows) = s.follows {
        return earlier.incident == Some(follows.incident) && earlier.says(&s.content);
    }
    // An incident that named a closed round was kept without it. An all clear of yesterday is not one of today.
    let same_round = earlier.obligation.is_none() || earlier.obligation == s.obligation;
    same_round && earlier.says(&s.content)
}

/// Checks that what it answers exists and is its unit's.
fn addressed(facts: &Facts, s: &Submission) -> Result<(), Refusal> {
    match (s.obligation, &facts.obligation) {
        (None, _) => Ok(()),
        // The counts of a parent's units answer a roll-up and nothing else.
        (_, Some(owed)) if s.content.roll_up().is_some() && owed.kind != Kind::RollUp => {
            Err(Refusal::UnknownObligation)
        }
        (Some(id), Some(owed)) if owed.id == id && owed.unit == s.unit => Ok(()),
        (Some(id), Some(owed)) if owed.id == id => Err(Refusal::OtherUnit),
        (Some(_), _) => Err(Refusal::UnknownObligation),
    }
}

/// Checks that who speaks for another says on what ground.
fn vouched(s: &Submission) -> Result<(), Refusal> {
    match s.provenance {
        Provenance::Phone if s.caller.is_none() => Err(Refusal::CallerNeeded),
        Provenance::Proxy if s.reason.is_none() => Err(Refusal::ReasonNeeded),
        _ => Ok(()),
    }
}

fn is_already_said(latest: &CheckIn, s: &Submission) -> bool {
    // Between rounds, the same words after a while are of another event.
    let same_event = s.obligation.is_some() || s.received - latest.received < FREELY;
    // Once the duty office has refused it, saying it again is a new request.
    let new_request = latest.review == Review::Refused;
    same_event && !new_request && latest.provenance == s.provenance && latest.says(&s.content)
}

fn first(owed: &Obligation, s: &Submission, office: bool) -> Result<Record, Refusal> {
    match (accept(owed, s, office), &s.content) {
        (Ok(timeliness), content) => Ok(Record {
            obligation: Some(owed.id),
            supersedes: None,
            timeliness: (!owed.is_met()).then_some(timeliness),
            consequence: consequence(None, content),
            review: Review::None,
            claim: claim(owed, s),
            needs_new_uuid: false,
        }),
        // An incident is never turned away for its time: it goes beside the round and does not meet it.
        (Err(_), Content::Incident(_)) => unowed(&s.content),
        (Err(refusal), Content::AllClear | Content::RollUp(_)) => Err(refusal),
    }
}

fn amendment(owed: &Obligation, latest: &CheckIn, s: &Submission, office: bool) -> Result<Record, Refusal> {
    if s.content.incident().is_none() {
        accept(owed, s, office)?;
    }
    let consequence = consequence(Some(latest), &s.content);
    if s.reason.is_none() && needs_reason(latest, s, consequence) {
        return Err(Refusal::ReasonNeeded);
    }
    let review = match consequence {
        Consequence::AwaitConfirmation => Review::Awaiting,
        _ => Review::None,
    };
    Ok(Record {
        obligation: Some(owed.id),
        supersedes: Some(latest.id),
        timeliness: None,
        consequence,
        review,
        claim: claim(owed, s),
        needs_new_uuid: false,
    })
}

fn needs_reason(latest: &CheckIn, s: &Submission, consequence: Consequence) -> bool {
    match consequence {
        // Nobody is there to be asked when a queue empties; the duty office looks at what it takes back.
        _ if s.provenance == Provenance::Offline => false,
        Consequence::AwaitConfirmation => true,
        Consequence::RaiseAlert => false,
        Consequence::None | Consequence::UpdateIncident(_) => {
            !latest.says(&s.content) && s.received - latest.received >= FREELY
        }
    }
}

fn unowed(content: &Content) -> Result<Record, Refusal> {
    match content {
        Content::AllClear | Content::RollUp(_) => Err(Refusal::NothingOwed),
        Content::Incident(_) => Ok(Record {
            obligation: None,
            supersedes: None,
            timeliness: None,
            consequence: consequence(None, content),
            review: Review::None,
            claim: None,
            needs_new_uuid: false,
        }),
    }
}

/// Gives the claim of a late report that says it was written in time; none where timeliness is won already.
fn claim(owed: &Obligation, s: &Submission) -> Option<Claim> {
    let late = s.received >= owed.window.on_time_until() && owed.timeliness() != Some(Timeliness::OnTime);
    (late && claims_to_be_on_time(owed, s)).then_some(Claim::Pending)
}

fn claims_to_be_on_time(owed: &Obligation, s: &Submission) -> bool {
    let claimed = s.claimed.filter(|_| s.provenance == Provenance::Offline);
    claimed.is_some_and(|at| owed.window.phase(at) == Phase::OnTime && at <= s.received)
}

#[cfg(test)]
mod tests;
