//! Knows how letters leave in a test: over real SMTP to a scripted server, when the test says so.

use std::sync::Arc;

use allclear::domain::access::Identity;
use allclear::domain::address::Address;
use allclear::domain::letter::{Details, LetterKind, account_key, message_id};
use allclear::domain::time::Timestamp;
use allclear::service::Service;
use allclear::store::{Conn, Lane, NewLetter};
use allclear::worker::{Courier, Look, Precedence};
use chrono::TimeDelta;

use super::smtp::{Server, Setup};
use super::{Day, Fresh};

/// A day whose letters go to a scripted server, by couriers that the test sends out.
pub struct Post {
    pub day: Day,
    pub server: Server,
    precedence: Arc<Precedence>,
    urgent: Courier,
    routine: Courier,
}

/// Gives the settings of a mail server at a port, with limits short enough to wait for.
pub fn settings(port: &str) -> Vec<(&str, &str)> {
    vec![
        ("mail.host", "127.0.0.1"),
        ("mail.port", port),
        ("mail.tls", "plain"),
        ("mail.login", "duty@county.example"),
        ("mail.password", "code"),
        ("mail.from_address", "duty@county.example"),
        ("mail.connect_timeout", "2s"),
        ("mail.command_timeout", "700ms"),
        ("mail.data_timeout", "700ms"),
    ]
}

impl Post {
    /// Begins the day of [`Day::begin`] with a mail server.
    pub async fn begin(db: &Fresh) -> Self {
        Self::begin_with(db, &[]).await
    }

    /// Begins it with further settings.
    pub async fn begin_with(db: &Fresh, more: &[(&str, &str)]) -> Self {
        let server = Server::start(Setup::plain().offering("PLAIN")).await;
        let port = server.port().to_string();
        let mut flags = settings(&port);
        flags.extend(more);
        let day = Day::begin_with(db, &flags).await;
        Self::of(day, server)
    }

    fn of(day: Day, server: Server) -> Self {
        let precedence = Arc::new(Precedence::default());
        let courier = |lane| {
            let service = day.house.service.clone();
            let courier = Courier::new(
                service,
                lane,
                &uuid::Uuid::new_v4().to_string(),
                precedence.clone(),
            );
            courier.unwrap().unwrap()
        };
        Self {
            urgent: courier(Lane::Urgent),
            routine: courier(Lane::Routine),
            precedence,
            server,
            day,
        }
    }

    pub fn service(&self) -> &Arc<Service> {
        &self.day.house.service
    }

    /// Delivers what can be delivered now: urgent letters, then the others.
    pub async fn deliver(&mut self) {
        while matches!(self.urgent.pass().await.unwrap(), Look::Worked(_)) {}
        self.precedence.rest(self.service().outgoing.rings());
        while matches!(self.routine.pass().await.unwrap(), Look::Worked(_)) {}
    }

    /// Lets time pass and then delivers.
    pub async fn deliver_after(&mut self, span: TimeDelta) {
        self.day.house.clock.advance(span);
        self.deliver().await;
    }

    /// Lets time pass until an instant, with a tick and a delivery every minute.
    pub async fn until(&mut self, when: Timestamp) {
        self.until_by(when, TimeDelta::minutes(1)).await;
    }

    /// Lets time pass until an instant, with a tick and a delivery at every step.
    pub async fn until_by(&mut self, when: Timestamp, step: TimeDelta) {
        while self.service().now() < when {
            let next = self.service().now() + step;
            self.day.house.clock.set(next.min(when));
            self.service().tick().await.unwrap();
            self.deliver().await;
        }
    }

    /// Writes letters with sign-in links, which need no round.
    pub async fn letters(&self, addresses: &[&str]) {
        self.letters_until(addresses, self.service().now() + TimeDelta::days(30))
            .await;
    }

    /// Writes letters whose links end at an instant.
    pub async fn letters_until(&self, addresses: &[&str], expires: Timestamp) {
        letters(&self.day, addresses, expires).await;
    }

    /// Tells what became of the newest letter to an address: `waiting 1` (attempts that count), `dead 3 in_doubt`.
    pub async fn state(&self, address: &str) -> String {
        const SQL: &str = "SELECT state, attempts, COALESCE(failure, ''), COALESCE(lease, '') FROM letter
            WHERE address = $1 ORDER BY id DESC LIMIT 1";
        let mut conn = self.service().store.read().await.unwrap();
        let (state, attempts, failure, lease): (String, i64, String, String) = match &mut conn {
            Conn::Sqlite(c) => sqlx::query_as(SQL)
                .bind(address)
                .fetch_one(&mut **c)
                .await
                .unwrap(),
            Conn::Postgres(c) => sqlx::query_as(SQL)
                .bind(address)
                .fetch_one(&mut **c)
                .await
                .unwrap(),
        };
        assert_eq!(lease, "", "nobody has the letter to {address} in hand");
        format!("{state} {attempts} {failure}").trim_end().to_owned()
    }

    /// Gives the attempts kept of letters to an address: `rcpt_to recipient_permanent 550 no such user`.
    pub async fn attempts(&self, address: &str) -> Vec<String> {
        const SQL: &str = "SELECT a.stage, a.outcome, COALESCE(a.code, 0), a.words FROM letter_attempt a
            JOIN letter l ON l.id = a.letter_id WHERE l.address = $1 ORDER BY a.id";
        type Line = (String, String, i64, String);
        let mut conn = self.service().store.read().await.unwrap();
        let rows: Vec<Line> = match &mut conn {
            Conn::Sqlite(c) => sqlx::query_as(SQL)
                .bind(address)
                .fetch_all(&mut **c)
                .await
                .unwrap(),
            Conn::Postgres(c) => sqlx::query_as(SQL)
                .bind(address)
                .fetch_all(&mut **c)
                .await
                .unwrap(),
        };
        rows.into_iter()
            .map(|(stage, outcome, code, words)| format!("{stage} {outcome} {code} {words}"))
            .collect()
    }

    /// Tells how the relay is: `good`, `paused 1`, `stopped 1` with the failures in a row.
    pub async fn relay(&self) -> String {
        let relay = self.service().store.read().await.unwrap().relay().await.unwrap();
        match (relay.paused_until, relay.stopped) {
            (None, None) => "good".to_owned(),
            (_, Some(_)) => format!("stopped {}", relay.failures),
            (Some(_), None) => format!("paused {}", relay.failures),
        }
    }

    /// Gives the recipients of the mails that the server took, in order.
    pub fn took(&self) -> Vec<String> {
        self.server
            .accepted()
            .into_iter()
            .map(|mail| mail.to.join(","))
            .collect()
    }
}

/// Writes letters whose links end at an instant.
pub async fn letters(day: &Day, addresses: &[&str], expires: Timestamp) {
    let Identity::Account(account) = day.officer().await.identity else {
        panic!("the officer has an account")
    };
    let details = Details::SignIn { account, expires }.to_text();
    let service = &day.house.service;
    let letter = |address: &&str| {
        let key = account_key("test", &Address::parse(address).unwrap());
        NewLetter {
            kind: LetterKind::Account.code(),
            priority: LetterKind::Account.priority() as i64,
            address: (*address).to_owned(),
            language: "zh-CN",
            round_id: None,
            due_at: None,
            step: None,
            resumption: None,
            alert_id: None,
            pass: None,
            details: details.clone(),
            message_id: message_id(&service.deployment, &key),
            ready: 1,
            dedup_key: key,
        }
    };
    let letters: Vec<NewLetter> = addresses.iter().map(letter).collect();
    let mut tx = service.store.begin().await.unwrap();
    tx.add_letters(&letters, service.now()).await.unwrap();
    tx.commit().await.unwrap();
    service.outgoing.notify_one();
}
