//! The mailbox of the demonstration: every letter as its reader sees it, as text and as HTML.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use serde::Deserialize;

use crate::domain::access::Door;
use crate::i18n::Lang;
use crate::mail::{Mailbox, Received};
use crate::web::{App, Failure, Page, Route, Visit, html};

/// What a letter may do: show its own colours, and lead to another page when a link is pressed.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

/// Gives the pages of a mailbox.
pub(super) fn routes(mailbox: &Mailbox) -> Vec<Route> {
    let (all, one, raw) = (mailbox.clone(), mailbox.clone(), mailbox.clone());
    let route = |path, methods| Route {
        path,
        door: Door::Anyone,
        methods,
    };
    vec![
        route(
            "/mailbox",
            get(
                async move |visit: Visit, State(app): State<App>, Query(only): Query<Only>| {
                    list(&app, &all, visit, only.to)
                },
            ),
        ),
        route(
            "/mailbox/{id}",
            get(async move |visit: Visit, Path(id): Path<u64>| letter(&one, visit, id)),
        ),
        route(
            "/mailbox/{id}/html",
            get(async move |Path(id): Path<u64>| as_html(&raw, id)),
        ),
    ]
}

/// Whose letters are shown; everybody's when it is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Only {
    to: String,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct ListPage {
    l: Lang,
    page: Page,
    /// Whose letters are shown.
    only: Option<String>,
    arrived: u64,
    letters: Vec<Entry>,
}

/// A line of the list.
struct Entry {
    id: u64,
    time: String,
    to: String,
    subject: String,
    urgent: bool,
}

fn list(app: &App, mailbox: &Mailbox, visit: Visit, only: String) -> Result<Response, Failure> {
    let zone = app.settings.service.zone;
    let entry = |mail: &Arc<Received>| Entry {
        id: mail.id,
        time: mail
            .date
            .map(|at| visit.l.time_exact(at, zone))
            .unwrap_or_default(),
        to: mail.envelope_to.join(", "),
        subject: mail.subject.clone(),
        urgent: mail.urgent,
    };
    let letters = match only.as_str() {
        "" => mailbox.list(),
        address => mailbox.to(address),
    };
    html(&ListPage {
        l: visit.l,
        arrived: mailbox.arrived(),
        letters: letters.iter().map(entry).collect(),
        only: (!only.is_empty()).then_some(only),
        page: visit.page,
    })
}

#[derive(Template)]
#[template(path = "mail_letter.html")]
struct LetterPage {
    l: Lang,
    page: Page,
    mail: Arc<Received>,
    to: String,
    lines: Vec<Vec<Piece>>,
    has_html: bool,
}

/// A part of a line of text: words, or a link.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    text: String,
    is_link: bool,
}

fn letter(mailbox: &Mailbox, visit: Visit, id: u64) -> Result<Response, Failure> {
    let mail = mailbox.get(id).ok_or(Failure::NOT_FOUND)?;
    let text = mail.text.clone().unwrap_or_default();
    html(&LetterPage {
        l: visit.l,
        page: visit.page,
        to: mail.envelope_to.join(", "),
        lines: text.lines().map(pieces).collect(),
        has_html: mail.html.is_some(),
        mail,
    })
}

/// Splits a line at its links, as a mail program does.
fn pieces(line: &str) -> Vec<Piece> {
    let piece = |text: &str, is_link| Piece {
        text: text.to_owned(),
        is_link,
    };
    let (mut found, mut rest) = (Vec::new(), line);
    while let Some(at) = rest.find("http://").or_else(|| rest.find("https://")) {
        let (before, link) = rest.split_at(at);
        let end = link.find(|c: char| !c.is_ascii_graphic()).unwrap_or(link.len());
        let (link, after) = link.split_at(end);
        found.extend((!before.is_empty()).then(|| piece(before, false)));
        found.push(piece(link, true));
        rest = after;
    }
    found.extend((!rest.is_empty()).then(|| piece(rest, false)));
    found
}

/// Shows a letter alone, shut in: what it holds comes from reports.
fn as_html(mailbox: &Mailbox, id: u64) -> Result<Response, Failure> {
    let mail = mailbox.get(id).ok_or(Failure::NOT_FOUND)?;
    let text = mail.html.clone().ok_or(Failure::NOT_FOUND)?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    Ok((StatusCode::OK, headers, text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_a_line_can_be_pressed_and_the_rest_is_words() {
        let line = pieces("请打开 http://127.0.0.1:8080/a/x-Y_1 签收");
        let said: Vec<(&str, bool)> = line.iter().map(|p| (p.text.as_str(), p.is_link)).collect();
        assert_eq!(
            said,
            [
                ("请打开 ", false),
                ("http://127.0.0.1:8080/a/x-Y_1", true),
                (" 签收", false)
            ]
        );
        assert_eq!(pieces(""), []);
    }
}
