//! Knows what a batch will write: check-ins, what they make of obligations and incidents, alerts and notices.

use std::collections::BTreeMap;

use crate::domain::checkin::{CheckIn, Content, Provenance, Review};
use crate::domain::ids::{AlertId, CheckInId, IncidentId, ObligationId, UnitId};
use crate::domain::incident::ReportKind;
use crate::domain::intake::{Consequence, Record};
use crate::domain::letter::{Details, LetterKind, account_key};
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitPath;
use crate::service::Service;
use crate::store::{Met, NewIncident, Result, StoredCheckIn, Tx};

/// What a batch will write.
#[derive(Debug, Default)]
pub(super) struct Draft {
    check_ins: Vec<StoredCheckIn>,
    met: BTreeMap<ObligationId, Met>,
    reports: Vec<Report>,
}

/// A report on an incident that waits for its check-in to be written.
#[derive(Debug)]
struct Report {
    incident: IncidentId,
    kind: ReportKind,
    check_in: CheckInId,
    received: Timestamp,
    raises: bool,
    /// Whether it corrects what was reported.
    amends: bool,
    /// Whether somebody else entered it for the unit.
    by_office: bool,
}

impl Draft {
    /// Tells whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.check_ins.is_empty()
    }

    /// Adds a check-in and what it makes of its obligation.
    pub(super) fn keep(&mut self, kept: StoredCheckIn, record: &Record) {
        let CheckIn {
            id,
            obligation,
            received,
            provenance,
            ref content,
            review,
            ..
        } = kept.check_in;
        if let Some(obligation) = obligation {
            // An incident that was taken back stands until the duty office agrees.
            let stands = match review {
                Review::Awaiting => "incident",
                _ => content.code(),
            };
            let met = Met {
                id: obligation.0,
                received: received.timestamp_millis(),
                check_in: id.0,
                via: provenance.code(),
                stands,
                own_time: record.claim.map(|claim| claim.code()),
            };
            self.met
                .entry(obligation)
                .and_modify(|before| {
                    *before = Met {
                        received: before.received,
                        own_time: met.own_time.or(before.own_time),
                        ..met
                    };
                })
                .or_insert(met);
        }
        self.check_ins.push(kept);
    }

    /// Opens the incident of a new check-in or brings the known one up to date, and gives it.
    ///
    /// An all clear that takes an incident back names it, and changes nothing of it.
    pub(super) async fn incident(
        &mut self,
        tx: &mut Tx,
        new: NewReport<'_>,
        record: &Record,
    ) -> Result<Option<IncidentId>> {
        let Content::Incident(content) = new.content else {
            return Ok(new.known.filter(|_| record.review == Review::Awaiting));
        };
        let raises = record.consequence == Consequence::RaiseAlert;
        let (incident, kind) = match new.known {
            Some(known) => {
                tx.update_incident(known, content, raises).await?;
                (known, new.kind.unwrap_or(ReportKind::FollowUp))
            }
            None => {
                let opened = tx
                    .open_incident(NewIncident {
                        unit: new.unit,
                        path: new.path,
                        drill: new.drill,
                        content,
                        urgent: raises || content.urgent,
                        opened: new.received,
                    })
                    .await?;
                (opened, ReportKind::First)
            }
        };
        self.reports.push(Report {
            incident,
            kind,
            check_in: new.check_in,
            received: new.received,
            raises,
            amends: new.known.is_some() && new.kind.is_none(),
            by_office: new.by_office,
        });
        Ok(Some(incident))
    }

    /// Writes everything; gives the alerts that were raised, by check-in, and whether there are letters to send.
    pub(super) async fn write(
        &self,
        service: &Service,
        tx: &mut Tx,
    ) -> Result<(BTreeMap<CheckInId, AlertId>, bool)> {
        tx.add_check_ins(&self.check_ins).await?;
        let met: Vec<Met> = self.met.values().copied().collect();
        tx.meet(&met).await?;
        let (mut alerts, mut told) = (BTreeMap::new(), false);
        for report in &self.reports {
            let id = tx
                .add_report(report.incident, report.kind, report.check_in, report.received)
                .await?;
            if report.amends {
                service
                    .reopen_by_report(tx, report.incident, report.check_in, report.received)
                    .await?;
            }
            if report.raises {
                let alert = service.raise_alert(tx, id, report.incident).await?;
                alerts.insert(report.check_in, alert);
            } else if report.by_office {
                service.word_on(tx, report.incident, report.received).await?;
            }
            if report.kind != ReportKind::First {
                let raised = alerts.get(&report.check_in).copied();
                told |= service
                    .tell_changes(tx, id, report.incident, (report.kind, raised))
                    .await?;
            }
            if report.kind == ReportKind::Final {
                service
                    .close_by_final(tx, report.incident, report.check_in, report.received)
                    .await?;
            }
        }
        told |= self.tell_units(service, tx).await?;
        let letters = told || !alerts.is_empty();
        Ok((alerts, letters))
    }

    /// Writes to the reporters of units in whose name somebody else reported.
    async fn tell_units(&self, service: &Service, tx: &mut Tx) -> Result<bool> {
        let others: Vec<&CheckIn> = self
            .check_ins
            .iter()
            .map(|kept| &kept.check_in)
            .filter(|c| matches!(c.provenance, Provenance::Proxy | Provenance::Phone))
            .collect();
        if others.is_empty() {
            return Ok(false);
        }
        let units: Vec<UnitId> = others.iter().map(|c| c.unit).collect();
        let contacts = tx.contacts(Some(&units)).await?;
        let languages = service.languages(tx).await?;
        let mut letters = Vec::new();
        for c in others {
            let details = Details::Entered { check_in: c.id };
            for address in contacts.get(&c.unit).into_iter().flat_map(|all| &all.reporter) {
                let key = account_key(&format!("{}/{}", c.provenance.code(), c.id), address);
                letters.push(service.letter(LetterKind::Account, key, address, &languages, &details));
            }
        }
        tx.add_letters(&letters, service.now()).await?;
        Ok(!letters.is_empty())
    }
}

/// What is known of a check-in before it is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewReport<'a> {
    pub(super) check_in: CheckInId,
    pub(super) unit: UnitId,
    pub(super) path: &'a UnitPath,
    pub(super) content: &'a Content,
    pub(super) received: Timestamp,
    pub(super) drill: bool,
    /// The incident that stands, of which it tells or which it takes back.
    pub(super) known: Option<IncidentId>,
    /// Which report on it this is, if the sender said so.
    pub(super) kind: Option<ReportKind>,
    /// Whether somebody else entered it for the unit.
    pub(super) by_office: bool,
}
