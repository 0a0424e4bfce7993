//! Knows how units report in a test: by workstation, on the phone, and with what words.

use allclear::domain::access::{Actor, Grant, Identity, Role};
use allclear::domain::checkin::{Author, Caller, Content, Door, IncidentContent, Provenance, Submission};
use allclear::domain::ids::{AccountId, CheckInId, DeviceId, ObligationId, UnitId};
use allclear::domain::time::{Timestamp, from_millis};
use allclear::service::{Error, Outcome};
use allclear::store::{Conn, StoredObligation};
use uuid::Uuid;

use super::Day;

/// An incident that leaders must know of.
pub fn urgent(what: &str) -> Content {
    Content::Incident(IncidentContent {
        class: "flood".into(),
        place: "圩堤".into(),
        what: what.into(),
        urgent: true,
        ..IncidentContent::default()
    })
}

/// An incident that can wait.
pub fn incident(what: &str) -> Content {
    match urgent(what) {
        Content::Incident(i) => Content::Incident(IncidentContent { urgent: false, ..i }),
        other => other,
    }
}

impl Day {
    /// Gives the workstation of a unit.
    pub async fn workstation(&self, label: &str) -> Actor {
        let tree = self.house.service.tree().await.unwrap();
        let unit = tree.get(self.unit(label).await).unwrap();
        Actor::device(DeviceId(unit.id.0), [unit.path.clone()], label.to_owned())
    }

    /// Gives a leader of the county.
    pub async fn leader(&self) -> Actor {
        let officer = self.officer().await;
        let county = officer.grants[0].over().cloned();
        Actor {
            grants: vec![Grant::new(Role::Leader, county).unwrap()],
            label: "带班领导".into(),
            ..officer
        }
    }

    /// Gives a report of a unit on what it owes now, as of now.
    pub async fn report(&self, label: &str, content: Content) -> Submission {
        let owed = self.owed(label).await;
        Submission {
            obligation: Some(owed),
            ..self.unowed(label, content).await
        }
    }

    /// Gives a report of a unit beside every round.
    pub async fn unowed(&self, label: &str, content: Content) -> Submission {
        Submission {
            uuid: Uuid::new_v4(),
            unit: self.unit(label).await,
            obligation: None,
            follows: None,
            content,
            provenance: Provenance::Own,
            author: Author::Device(DeviceId(0)),
            received: self.house.service.now(),
            claimed: None,
            reason: None,
            caller: None,
            via: Door::Page,
        }
    }

    /// Sends a report from the workstation of its unit.
    pub async fn send(&self, label: &str, s: Submission) -> Result<Outcome, Error> {
        let station = self.workstation(label).await;
        self.house.service.submit(&station, s).await
    }

    /// Reports all clear for a unit, now.
    pub async fn all_clear(&self, label: &str) -> Outcome {
        let report = self.report(label, Content::AllClear).await;
        self.send(label, report).await.unwrap()
    }

    /// Gives what a unit owes, as it is stored.
    pub async fn stored(&self, id: ObligationId) -> StoredObligation {
        let mut conn = self.house.service.store.read().await.unwrap();
        conn.obligation(id).await.unwrap().unwrap()
    }

    /// Gives the first number of a query.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut conn = self.house.service.store.read().await.unwrap();
        match &mut conn {
            Conn::Sqlite(c) => sqlx::query_scalar(sql).fetch_one(&mut **c).await.unwrap(),
            Conn::Postgres(c) => sqlx::query_scalar(sql).fetch_one(&mut **c).await.unwrap(),
        }
    }

    /// Changes the database behind the service's back.
    pub async fn meddle(&self, sql: &'static str) {
        let mut tx = self.house.service.store.begin().await.unwrap();
        match &mut *tx {
            Conn::Sqlite(c) => drop(sqlx::query(sql).execute(&mut **c).await.unwrap()),
            Conn::Postgres(c) => drop(sqlx::query(sql).execute(&mut **c).await.unwrap()),
        }
        tx.commit().await.unwrap();
    }

    /// Gives the letters that are of no chase and no bulletin: `urgent leader@county.example 0/0 waiting`.
    pub async fn calls(&self) -> Vec<String> {
        const SQL: &str = "SELECT kind, address, COALESCE(pass, 0), COALESCE(step, 0), state FROM letter
            WHERE round_id IS NULL AND kind <> 'bulletin' ORDER BY id";
        type Line = (String, String, i64, i64, String);
        let mut conn = self.house.service.store.read().await.unwrap();
        let rows: Vec<Line> = match &mut conn {
            Conn::Sqlite(c) => sqlx::query_as(SQL).fetch_all(&mut **c).await.unwrap(),
            Conn::Postgres(c) => sqlx::query_as(SQL).fetch_all(&mut **c).await.unwrap(),
        };
        rows.into_iter()
            .map(|(kind, address, pass, step, state)| format!("{kind} {address} {pass}/{step} {state}"))
            .collect()
    }
}

/// Gives an instant so many milliseconds from another.
pub fn ms(at: Timestamp, by: i64) -> Timestamp {
    from_millis(at.timestamp_millis() + by).unwrap()
}

/// Gives whoever phoned a minute before an instant.
pub fn caller(now: Timestamp) -> Option<Caller> {
    Some(Caller {
        post: "村值班岗".into(),
        called_at: ms(now, -60_000),
    })
}
