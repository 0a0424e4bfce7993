//! Gathers what letters about an incident's life say: what a later report changes, and findings.

use super::errand::{Link, Say, Thread, Wanted};
use crate::domain::ids::ReportId;
use crate::domain::incident::{Change, Value};
use crate::domain::language::Lang;
use crate::domain::notice::{FollowUp, Found, Matter};
use crate::domain::receipt::Number;
use crate::service::{Error, Result, Service};
use crate::store::Conn;

impl Service {
    /// Gives what a later report says otherwise, in the thread of the incident that its readers were told of.
    pub(super) async fn told_letter(&self, conn: &mut Conn, id: ReportId, lang: Lang) -> Result<Wanted> {
        let report = conn.report(id).await?.ok_or(Error::Missing("report"))?;
        let kept = conn
            .check_in(report.check_in)
            .await?
            .ok_or(Error::Missing("report"))?;
        let incident = conn
            .incident(report.incident)
            .await?
            .ok_or(Error::Missing("incident"))?;
        let said = kept
            .check_in
            .content
            .incident()
            .ok_or(Error::Missing("incident"))?;
        let named = |value| match value {
            Value::Class(code) => Value::Class(self.class_name(&code, lang)),
            other => other,
        };
        let changes = self.changes_of(conn, id).await?.into_iter().map(|change| Change {
            before: named(change.before),
            after: named(change.after),
            ..change
        });
        let told = FollowUp {
            unit: self.full_name(incident.unit).await?,
            class: self.class_name(&said.class, lang),
            kind: report.kind,
            number: report.number,
            received: report.at,
            changes: changes.collect(),
            receipt: Number(kept.check_in.id).to_string(),
        };
        Ok(Wanted::Yes(Box::new(Say {
            matter: Matter::FollowUp(Box::new(told)),
            drill: incident.drill,
            thread: Thread::Incident(incident.joined.unwrap_or(incident.id)),
            link: Link::Incident(incident.id),
        })))
    }

    /// Gives what was found of how a unit reported.
    pub(super) async fn found_letter(&self, conn: &mut Conn, id: i64, lang: Lang) -> Result<Wanted> {
        let found = conn.finding(id).await?.ok_or(Error::Missing("finding"))?;
        let about = match (found.incident, found.obligation) {
            (Some(incident), _) => conn
                .incident(incident)
                .await?
                .map(|i| self.class_name(&i.class, lang)),
            (None, Some(owed)) => conn.obligation(owed).await?.map(|o| o.obligation.day.to_string()),
            (None, None) => None,
        };
        Ok(Wanted::Yes(Box::new(Say {
            matter: Matter::Found(Found {
                unit: self.full_name(found.unit).await?,
                kind: found.kind,
                note: found.note,
                by: found.by,
                at: found.at,
                about: about.unwrap_or_default(),
            }),
            drill: false,
            thread: Thread::None,
            link: Link::Start,
        })))
    }
}
