//! The mail relay: its settings without secrets, how it is, and a test letter whose every stage is told in words.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;

use super::super::board::{Asked, when};
use super::super::form::Fields;
use super::super::outbox::relay_line;
use super::super::page::{Page, html_with, see};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::{Frame, Told, typed};
use crate::config::{Mail, Tls};
use crate::domain::address::Address;
use crate::domain::delivery::{Class, Stage};
use crate::domain::ids::LetterId;
use crate::i18n::Lang;
use crate::store::{Attempt, Posted, RelayState, Tray};

/// How far back failed letters are counted, as the outbox does.
const COUNTED: TimeDelta = TimeDelta::days(3);

#[derive(Template)]
#[template(path = "admin/mail.html")]
struct MailPage {
    l: Lang,
    page: Page,
    frame: Frame,
    /// What the configuration says, each with its key.
    settings: Vec<(&'static str, String)>,
    relay: String,
    relay_words: Option<String>,
    relay_is_bad: bool,
    failed: i64,
    waiting: i64,
    bad: usize,
    address: String,
    address_problem: Option<String>,
    test: Option<TestView>,
}

/// What became of a test letter.
struct TestView {
    address: String,
    verdict: String,
    is_good: bool,
    /// Whether the page should be asked again.
    is_waiting: bool,
    stages: Vec<StageView>,
    words: Option<String>,
    advice: Option<String>,
}

/// One stage of the session.
struct StageView {
    class: &'static str,
    shape: &'static str,
    name: &'static str,
    word: &'static str,
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    show(
        &app,
        visit,
        asked.number("test").map(LetterId),
        String::new(),
        None,
    )
    .await
}

async fn show(
    app: &App,
    visit: Visit,
    test: Option<LetterId>,
    address: String,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let mail = &app.settings.mail;
    let mut conn = app.store.read().await?;
    let counts = conn.posted_counts(&[], true, now - COUNTED).await?;
    let count = |tray: Tray| counts.iter().find(|(t, _)| *t == tray).map_or(0, |(_, n)| *n);
    let relay = conn.relay().await?;
    let bad = conn.bad_addresses().await?.len();
    let mut view = None;
    if let Some(id) = test {
        let letter = conn.posted(id).await?.ok_or(Failure::NOT_FOUND)?;
        let attempts = conn.attempts(&[id]).await?;
        view = Some(test_view(l, mail, &letter, attempts.last()));
    }
    drop(conn);
    let time = |at| when(l, at, now, zone);
    let (relay_line, relay_is_bad) = state(l, mail, &relay, &|state| relay_line(l, state, now, &time));
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let template = MailPage {
        l,
        frame: Frame::guarded(app, &visit, Told::default())?,
        settings: settings(l, mail),
        relay: relay_line,
        relay_words: relay.words.filter(|_| relay_is_bad),
        relay_is_bad,
        failed: count(Tray::Failed),
        waiting: count(Tray::Waiting),
        bad,
        address,
        address_problem: problem,
        test: view,
        page: visit.page,
    };
    html_with(status, &template)
}

fn is_set(mail: &Mail) -> bool {
    mail.host.is_some() && mail.from_address.is_some()
}

fn state(
    l: Lang,
    mail: &Mail,
    relay: &RelayState,
    line: &impl Fn(&RelayState) -> (String, bool),
) -> (String, bool) {
    match is_set(mail) {
        true => line(relay),
        false => (l.mail_relay_unset().to_owned(), true),
    }
}

/// Says what the configuration holds; of secrets only whether they are there.
fn settings(l: Lang, mail: &Mail) -> Vec<(&'static str, String)> {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| l.admin_has_not().to_owned());
    let secret = match mail.password {
        Some(_) => l.mail_secret_set().to_owned(),
        None => l.admin_has_not().to_owned(),
    };
    let tls = match mail.tls {
        Tls::Implicit => l.mail_tls_implicit(),
        Tls::Starttls => l.mail_tls_starttls(),
        Tls::Plain => l.mail_tls_plain(),
    };
    let timeouts = [mail.connect_timeout, mail.command_timeout, mail.data_timeout];
    vec![
        ("host", or_none(mail.host.clone())),
        ("port", mail.port.to_string()),
        ("tls", tls.to_owned()),
        ("login", or_none(mail.login.clone())),
        ("password", secret),
        (
            "from_address",
            or_none(mail.from_address.as_ref().map(ToString::to_string)),
        ),
        ("from_name", mail.from_name.clone()),
        ("helo", mail.helo.clone()),
        (
            "ca_file",
            or_none(mail.ca_file.as_ref().map(|path| path.display().to_string())),
        ),
        ("*_timeout", timeouts.map(|span| l.span(span.delta())).join(" / ")),
    ]
}

fn test_view(l: Lang, mail: &Mail, letter: &Posted, attempt: Option<&Attempt>) -> TestView {
    let class = attempt.and_then(|attempt| Class::parse(&attempt.outcome));
    let reached = attempt.and_then(|attempt| Stage::parse(&attempt.stage));
    let is_good = letter.tray == Tray::Accepted;
    let verdict = match (is_good, class) {
        (true, _) => l.mail_test_accepted().to_owned(),
        (false, None) => l.mail_test_waiting().to_owned(),
        (false, Some(class)) => l.mail_test_failed(l.outcome(class)),
    };
    TestView {
        address: letter.address.clone(),
        verdict,
        is_good,
        is_waiting: attempt.is_none() && letter.ended.is_none(),
        stages: reached.map_or_else(Vec::new, |reached| stages(l, mail, reached, is_good)),
        words: attempt.map(said).filter(|words| !words.is_empty()),
        advice: reached.filter(|_| !is_good).map(|stage| advice(l, mail, stage)),
    }
}

/// Gives the server's own words with their code.
fn said(attempt: &Attempt) -> String {
    let code = attempt.code.map(|code| code.to_string());
    let parts = [code.as_deref().unwrap_or_default(), attempt.words.as_str()];
    parts.join(" ").trim().to_owned()
}

/// Says each stage that a session with these settings has, up to the one that was reached.
fn stages(l: Lang, mail: &Mail, reached: Stage, is_good: bool) -> Vec<StageView> {
    let has = |stage: &Stage| match stage {
        Stage::Tls => mail.tls != Tls::Plain,
        Stage::Auth => mail.login.is_some(),
        _ => true,
    };
    let view = |stage: Stage| {
        let (class, shape, word) = match stage {
            stage if is_good || stage < reached => ("on_time", "✔", l.mail_stage_good()),
            stage if stage == reached => ("overdue", "■", l.mail_stage_failed()),
            _ => ("upcoming", "○", l.mail_stage_not_reached()),
        };
        StageView {
            class,
            shape,
            name: l.stage(stage),
            word,
        }
    };
    Stage::ALL.iter().copied().filter(has).map(view).collect()
}

/// Says what to look at when a session ends at a stage.
fn advice(l: Lang, mail: &Mail, stage: Stage) -> String {
    match stage {
        Stage::Connect => l.mail_advice_connect(mail.host.as_deref().unwrap_or_default(), mail.port),
        Stage::Tls | Stage::Greeting | Stage::Ehlo => l.mail_advice_tls().to_owned(),
        Stage::Auth => l.mail_advice_auth().to_owned(),
        Stage::MailFrom => l.mail_advice_from().to_owned(),
        Stage::RcptTo => l.mail_advice_to().to_owned(),
        Stage::Data | Stage::EndOfData => l.mail_advice_data().to_owned(),
    }
}

/// Sends a test letter.
pub(in crate::web) async fn test(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let l = visit.l;
    let address = typed(fields.get("address"));
    let problem = match Address::parse(&address) {
        Err(why) => l.address_error(why).to_owned(),
        Ok(_) if !is_set(&app.settings.mail) => l.mail_relay_unset().to_owned(),
        Ok(to) => {
            let id = app.test_mail(visit.actor()?, &to).await?;
            return Ok(see(&format!("/admin/mail?test={id}")));
        }
    };
    show(&app, visit, None, address, Some(problem)).await
}
