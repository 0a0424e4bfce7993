//! Knows another system: it holds a token and speaks JSON.

use allclear::domain::access::{Actor, Grant, Identity, Role};
use allclear::store::TokenScope;
use chrono::TimeDelta;
use hyper::Method;
use hyper::body::Bytes;
use serde_json::Value;

use crate::document;
use crate::support::{Answer, Browser, Day, Fresh, Site};

/// A day with the server running.
pub(crate) struct Office {
    pub day: Day,
    pub site: Site,
}

/// Another system.
pub(crate) struct System(Browser);

impl Office {
    /// Opens at 15:00 in the small county, an hour before the evening report is due.
    pub(crate) async fn open(db: &Fresh) -> Self {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let site = Site::open(day.house.clone()).await;
        Self { day, site }
    }

    /// Gives a token that reports for a unit and all below it.
    pub(crate) async fn token(&self, label: &str) -> String {
        self.token_with(label, TokenScope::Report).await
    }

    /// Gives a system whose token has a scope over a unit and all below it.
    pub(crate) async fn system_with(&self, label: &str, scope: TokenScope) -> System {
        let token = self.token_with(label, scope).await;
        self.with_token(&token)
    }

    async fn token_with(&self, label: &str, scope: TokenScope) -> String {
        let officer = self.day.officer().await;
        let administrator = Actor {
            identity: officer.identity,
            grants: vec![Grant::new(Role::SecurityAdministrator, None).unwrap()],
            label: "安全管理员".into(),
        };
        assert!(matches!(administrator.identity, Identity::Account(_)));
        let unit = self.day.unit(label).await;
        let service = &self.day.house.service;
        service
            .issue_token(&administrator, "乡镇平台", (unit, scope), TimeDelta::days(30))
            .await
            .unwrap()
    }

    /// Gives a system that may report for a unit and all below it.
    pub(crate) async fn system(&self, label: &str) -> System {
        let token = self.token(label).await;
        self.with_token(&token)
    }

    /// Gives a system that shows some token.
    pub(crate) fn with_token(&self, token: &str) -> System {
        System(
            self.site
                .browser()
                .says("sec-fetch-site", "")
                .says("authorization", &format!("Bearer {token}")),
        )
    }
}

impl System {
    /// Says something else in a header from now on.
    pub(crate) fn says(self, name: &str, value: &str) -> Self {
        Self(self.0.says(name, value))
    }

    /// Gives the same system once more.
    pub(crate) fn again(&self) -> Self {
        Self(self.0.clone())
    }

    /// Sends a report.
    pub(crate) async fn report(&mut self, report: &Value) -> Answer {
        self.raw(report.to_string().into()).await
    }

    /// Sends bytes as a report.
    pub(crate) async fn raw(&mut self, body: Bytes) -> Answer {
        self.send("/api/v1/check-ins", "application/json", body).await
    }

    /// Sends bytes of some kind anywhere; the answer is held to the document.
    pub(crate) async fn send(&mut self, path: &str, kind: &str, body: Bytes) -> Answer {
        let answer = self.0.send(Method::POST, path, Some(kind), body).await;
        document::holds("post", path, &answer);
        answer
    }

    /// Asks for something; the answer is held to the document.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let answer = self.0.get(path).await;
        document::holds("get", path, &answer);
        answer
    }
}

/// Reads an answer.
pub(crate) fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|e| panic!("{e}: {}", answer.text))
}

/// Holds that an answer is a problem of a kind, told in a form that RFC 9457 has, and gives its places.
pub(crate) fn problem(answer: &Answer, status: u16, kind: &str) -> Vec<String> {
    answer.must_be(status);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let told = json(answer);
    assert_eq!(told["type"], format!("urn:allclear:problem:{kind}"));
    assert_eq!(told["status"], status);
    for name in ["title", "detail"] {
        assert!(!told[name].as_str().unwrap().is_empty(), "{told}");
    }
    let errors = told["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .map(|e| e["pointer"].as_str().unwrap().to_owned())
        .collect()
}
