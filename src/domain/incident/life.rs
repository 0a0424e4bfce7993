//! Knows how an incident lives: open until a final report or a reason closes it, joined to another one or by itself.
//!
//! Incidents that are one event are joined to one of them, their head; a head is joined to nothing, so a family is
//! one deep. What closes the head closes those that are open with it, and what reopens it reopens the same ones.

use crate::domain::ids::IncidentId;
use crate::domain::time::Timestamp;

/// What of an incident decides what can become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// The incident.
    pub id: IncidentId,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// The head of its family, if that is another one.
    pub joined: Option<IncidentId>,
    /// Whether it belongs to a drill.
    pub drill: bool,
}

/// On what ground an incident closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// A final report.
    Final,
    /// A reason that somebody gave.
    Reason,
}

/// Why nothing becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LifeError {
    /// It is closed already.
    #[error("the incident is closed")]
    Closed,
    /// It is open.
    #[error("the incident is open")]
    Open,
    /// It is part of another incident, whose head decides.
    #[error("the incident is joined to another")]
    Joined,
    /// It is part of nothing.
    #[error("the incident is joined to none")]
    NotJoined,
    /// Others are joined to it, so it cannot be joined itself.
    #[error("other incidents are joined to this one")]
    HasMembers,
    /// An incident is not joined to itself.
    #[error("an incident cannot be joined to itself")]
    Itself,
    /// A drill is never joined to what really happens.
    #[error("a drill and a real incident are not one")]
    OtherDrill,
}

/// Gives all that closes with an incident. One that is joined closes by its own final report, else with its head.
pub fn close(one: &Life, members: &[Life], ground: Ground) -> Result<Vec<IncidentId>, LifeError> {
    if one.closed.is_some() {
        return Err(LifeError::Closed);
    }
    if one.joined.is_some() && ground == Ground::Reason {
        return Err(LifeError::Joined);
    }
    let open = members.iter().filter(|m| m.closed.is_none()).map(|m| m.id);
    Ok(std::iter::once(one.id).chain(open).collect())
}

/// Gives all that opens again with an incident: those that closed in the same instant. `head`: what it is joined to.
pub fn reopen(one: &Life, members: &[Life], head: Option<&Life>) -> Result<Vec<IncidentId>, LifeError> {
    let closed = one.closed.ok_or(LifeError::Open)?;
    if head.is_some_and(|head| head.closed.is_some()) {
        return Err(LifeError::Joined);
    }
    let with = members.iter().filter(|m| m.closed == Some(closed)).map(|m| m.id);
    Ok(std::iter::once(one.id).chain(with).collect())
}

/// Gives all that opens again when a corrected report tells of an incident; nothing when it is open. A family opens from
/// its head: `beside` are the members of the head, `members` those of the incident itself.
pub fn reopen_by_report(
    one: &Life,
    members: &[Life],
    head: Option<&Life>,
    beside: &[Life],
) -> Vec<IncidentId> {
    if one.closed.is_none() {
        return Vec::new();
    }
    let mut opening = match head.filter(|head| head.closed.is_some()) {
        Some(head) => reopen(head, beside, None),
        None => reopen(one, members, None),
    }
    .unwrap_or_default();
    if !opening.contains(&one.id) {
        opening.push(one.id);
    }
    opening
}

/// Tells whether an incident can be joined to another; both are open.
pub fn join(one: &Life, members: &[Life], to: &Life) -> Result<(), LifeError> {
    match () {
        () if one.id == to.id => Err(LifeError::Itself),
        () if one.closed.is_some() || to.closed.is_some() => Err(LifeError::Closed),
        () if one.joined.is_some() || to.joined.is_some() => Err(LifeError::Joined),
        () if !members.is_empty() => Err(LifeError::HasMembers),
        () if one.drill != to.drill => Err(LifeError::OtherDrill),
        () => Ok(()),
    }
}

/// Tells whether an incident can be taken out of its family; it stays open or closed as it is.
pub fn part(one: &Life) -> Result<IncidentId, LifeError> {
    one.joined.ok_or(LifeError::NotJoined)
}

#[cfg(test)]
#[path = "life_tests.rs"]
mod tests;
