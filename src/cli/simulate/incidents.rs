//! Plays how incidents go on: what is reported of them, and how they end.

use super::log::Followed;
use super::office::REASON;
use super::play::{Broken, Play};
use super::story::{Said, Sheet, closing, is_unheard};
use crate::domain::ids::IncidentId;
use crate::domain::receipt::Number;
use crate::domain::time::Timestamp;
use crate::service::{Error, Outcome};

impl Play {
    /// Notes what a report says of an incident.
    pub(super) fn note_incident(&mut self, sheet: Sheet, outcome: &Outcome) {
        let (Some(id), at) = (outcome.incident, outcome.receipt.received) else {
            return;
        };
        if matches!(sheet.said, Said::Clear | Said::Sum) {
            return;
        }
        if self.model.told_of(id, (sheet.unit, sheet.owed), at) {
            let now = self.now();
            let closing = closing(&mut self.rng, id, now);
            if !is_unheard(sheet.unit) {
                self.all_later(closing.into_iter().collect());
            }
        }
        if let Said::Final(_) = sheet.said {
            self.model.over(id, at);
        }
        let receipt = outcome.receipt.number.to_string();
        if sheet.said.follows().is_some() && !self.log.followed.iter().any(|one| one.receipt == receipt) {
            self.log.followed.push(Followed {
                incident: id,
                receipt,
                at,
            });
        }
        // Its first report may have come before a round of follow-ups opened, and the answer after.
        self.open();
    }

    /// Notes that an incident was none: it is over, unless something was reported since.
    pub(super) fn withdrawn(&mut self, check_in: Number, now: Timestamp) {
        let stands = self.log.latest.values().any(|latest| *latest == check_in);
        let mut about = self
            .log
            .withdrawals
            .iter()
            .filter(|(number, _)| *number == check_in);
        if let (true, Some((_, incident))) = (stands, about.next().copied()) {
            self.model.over(incident, now);
        }
    }

    pub(super) fn close_incident(&mut self, id: IncidentId) -> Result<(), Broken> {
        let (officer, now) = (self.officer(), self.now());
        let open = self
            .model
            .affairs
            .get(&id)
            .is_some_and(|affair| affair.closed.is_none());
        let closed = self.act(|service| {
            let officer = officer.clone();
            async move { service.close_incident(&officer, id, REASON).await }
        })?;
        match closed {
            // Who died before the answer left finds it closed already.
            Ok(()) | Err(Error::Life(_)) => {
                self.model.over(id, now);
                for raised in self
                    .log
                    .raised
                    .iter_mut()
                    .filter(|raised| raised.incident == Some(id))
                {
                    raised.ended.get_or_insert(now);
                }
            }
            Err(error) if open => self.surprise(format!("an incident could not be closed: {error}")),
            Err(_) => {}
        }
        Ok(())
    }
}
