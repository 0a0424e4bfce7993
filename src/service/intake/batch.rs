//! Saves a batch in one transaction: load, decide each, save; then each can be answered.

use tokio::time::Instant;
use uuid::Uuid;

use super::draft::{Draft, NewReport};
use super::ledger::Ledger;
use super::{Answer, Member, Outcome, Status};
use crate::crash::Point;
use crate::domain::access::{Deed, Denied};
use crate::domain::checkin::{CheckIn, Claim};
use crate::domain::digest::{Salt, digest_over, text_digest};
use crate::domain::ids::{CheckInId, IncidentId};
use crate::domain::intake::{Decision, Record, decide};
use crate::service::{Error, Service};
use crate::store::{self, StoredCheckIn, Tx};

/// Saves a batch and gives an answer to each member. A member that a rule refuses is refused alone.
///
/// # Errors
/// When the database refuses or cannot answer; then nothing of the batch is stored, or all of it (a commit whose
/// answer was lost), and deciding it again finds out which.
pub(super) async fn save(service: &Service, members: &[Member]) -> store::Result<Vec<Answer>> {
    let mut tx = service.store.begin().await?;
    let mut ledger = Ledger::load(&mut tx, members).await?;
    let numbers = tx.reserve_check_ins(members.len()).await?;
    let mut draft = Draft::default();
    let mut answers = Vec::with_capacity(members.len());
    for (member, number) in members.iter().zip(numbers) {
        let answer = one(service, &mut tx, &mut ledger, &mut draft, member, number).await?;
        answers.push(answer);
    }
    if draft.is_empty() {
        tx.rollback().await?;
        return Ok(answers);
    }
    let (alerts, letters) = draft.write(service, &mut tx).await?;
    service.crash.pass(Point::Intake).await;
    if !alerts.is_empty() {
        service.intake.way.want(&service.begun);
    }
    let began = Instant::now();
    tx.commit().await?;
    service.crash.pass(Point::Kept).await;
    service.intake.pace.note(began.elapsed());
    for (outcome, _) in answers.iter_mut().flatten() {
        let raised = alerts.get(&outcome.receipt.number.0).copied();
        outcome.alert = raised.filter(|_| matches!(outcome.status, Status::Recorded | Status::Amended));
    }
    if letters {
        service.outgoing.notify_one();
    }
    if !alerts.is_empty() {
        service.changed.notify_one();
    }
    Ok(answers)
}

/// Decides one member after those before it.
async fn one(
    service: &Service,
    tx: &mut Tx,
    ledger: &mut Ledger,
    draft: &mut Draft,
    member: &Member,
    number: CheckInId,
) -> store::Result<Answer> {
    let meant = ledger.meant(&member.submission);
    let record = match decide(&ledger.facts(&meant, member.office), &meant) {
        Decision::Refuse(refusal) => return Ok(Err(refusal.into())),
        Decision::Same(earlier) => {
            return Ok(earlier_answer(service, ledger, member, &earlier, Status::Same));
        }
        Decision::Already(earlier) => {
            let status = Status::Already {
                by: None,
                at: earlier.received,
            };
            return Ok(earlier_answer(service, ledger, member, &earlier, status));
        }
        Decision::Record(record) if record.supersedes.is_some() && !member.amends => {
            return Ok(Err(Denied(Deed::Amend).into()));
        }
        Decision::Record(record) => record,
    };
    let follows = meant.follows;
    // What answers a drill belongs to it, also when it comes too late to meet it.
    let owed = ledger.owed(meant.obligation);
    let drill = follows
        .and_then(|f| ledger.followed(f.incident))
        .map(|known| known.drill);
    let new = NewReport {
        check_in: number,
        unit: member.submission.unit,
        path: &member.path,
        content: &member.submission.content,
        received: member.submission.received,
        drill: drill.unwrap_or(owed.is_some_and(|o| o.drill)),
        known: match follows {
            Some(follows) => Some(follows.incident),
            None => standing_incident(ledger, &record),
        },
        kind: follows.map(|follows| follows.kind),
        by_office: !member.submission.provenance.is_units_own(),
    };
    let incident = draft.incident(tx, new, &record).await?;
    let kept = check_in(member, number, incident, &record);
    ledger.note(&kept);
    if let Some(follows) = follows {
        ledger.followed_up(follows, &kept);
    }
    let status = match record.supersedes {
        Some(_) => Status::Amended,
        None => Status::Recorded,
    };
    let outcome = outcome(service, ledger, member, &kept, status, record.claim);
    draft.keep(kept, &record);
    Ok(Ok((outcome, None)))
}

/// Gives the incident that stands before a report is kept: that of the report that it supersedes, or that it follows up.
fn standing_incident(ledger: &Ledger, record: &Record) -> Option<IncidentId> {
    let before = record.supersedes.and_then(|id| ledger.find(id));
    match before.map(|kept| &kept.check_in) {
        Some(before) if before.content.incident().is_some() || before.is_unconfirmed() => before.incident,
        Some(_) => None,
        None => ledger
            .owed(record.obligation)
            .and_then(|o| o.obligation.kind.incident()),
    }
}

fn check_in(
    member: &Member,
    number: CheckInId,
    incident: Option<IncidentId>,
    record: &Record,
) -> StoredCheckIn {
    let s = &member.submission;
    let salt = Salt(rand::random());
    let texts = text_digest(&s.content, &salt);
    StoredCheckIn {
        check_in: CheckIn {
            id: number,
            uuid: match record.needs_new_uuid {
                true => Uuid::new_v4(),
                false => s.uuid,
            },
            unit: s.unit,
            obligation: record.obligation,
            content: s.content.clone(),
            redacted: false,
            provenance: s.provenance,
            received: s.received,
            incident,
            review: record.review,
        },
        author: s.author,
        door: s.via,
        claimed: s.claimed,
        supersedes: record.supersedes,
        reason: s.reason.clone(),
        caller: s.caller.clone(),
        salt: Some(salt),
        text_digest: texts,
        digest: digest_over(&s.content, &texts),
    }
}

fn outcome(
    service: &Service,
    ledger: &Ledger,
    member: &Member,
    kept: &StoredCheckIn,
    status: Status,
    claim: Option<Claim>,
) -> Outcome {
    let c = &kept.check_in;
    let owed = ledger.owed(c.obligation);
    Outcome {
        receipt: kept.receipt(service.keys.receipt(kept.check_in.id)),
        status,
        obligation: c.obligation,
        timeliness: owed.and_then(|o| o.obligation.timeliness()),
        review: c.review,
        claim: claim.or_else(|| owed.and_then(|o| o.claim)),
        incident: c.incident,
        alert: None,
        notice: member.notice,
    }
}

fn earlier_answer(
    service: &Service,
    ledger: &Ledger,
    member: &Member,
    earlier: &CheckIn,
    status: Status,
) -> Answer {
    let kept = ledger
        .find(earlier.id)
        .ok_or_else(|| Error::broken("the earlier report is not in the batch"))?;
    let outcome = outcome(service, ledger, member, kept, status, None);
    Ok((outcome, Some(kept.author)))
}
