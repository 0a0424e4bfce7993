//! The page behind the link in a letter: looking changes nothing, since mail scanners look at all; the button acts.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::alert::{Teller, Urgent};
use super::board::{StandingView, when};
use super::page::{Page, html, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::ids::{AlertId, LetterId, ObligationId};
use crate::domain::obligation::Obligation;
use crate::domain::standing::standing;
use crate::domain::time::from_millis;
use crate::i18n::Lang;
use crate::service::{Word, token_hash};
use crate::store::{ChaseLetterRow, NamedUnit};

/// How many units the page names.
const NAMED: usize = 600;

/// What the letter is about.
enum About {
    /// No letter has this link.
    Nothing,
    /// A letter that wants no answer.
    Silent,
    Chase(Chase),
    Urgent(Box<Urgent>),
}

struct Chase {
    lead: String,
    units: Vec<(String, StandingView, Option<String>)>,
    /// Whether a unit is still unmet.
    is_open: bool,
    promise: String,
    /// What the acknowledgement did, once it is given.
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "acknowledge.html")]
struct AnswerPage {
    l: Lang,
    page: Page,
    token: String,
    about: About,
    answered: Option<String>,
}

/// Shows what the letter is about and a button.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let letter = find(&app, &token).await?;
    let answered = letter
        .as_ref()
        .and_then(|letter| letter.acknowledged_at)
        .and_then(from_millis);
    let about = match &letter {
        None => About::Nothing,
        Some(letter) => about(&app, l, letter).await?,
    };
    let template = AnswerPage {
        l,
        page: visit.page,
        token,
        answered: answered.map(|at| l.answer_again(when(l, at, now, zone))),
        about,
    };
    match letter {
        Some(_) => html(&template),
        None => html_with(StatusCode::NOT_FOUND, &template),
    }
}

/// Takes the acknowledgement.
pub(super) async fn answer(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    // Looked up before anything is written: a guessed token costs a read.
    let Some(letter) = find(&app, &token).await? else {
        return page(State(app), visit, Path(token)).await;
    };
    match (letter.alert_id, letter.round_id) {
        (Some(_), _) => app
            .acknowledge_alert_by_link(&token, &Word::default())
            .await
            .map(|_| ())?,
        (None, Some(_)) => app.acknowledge_by_link(&token).await.map(|_| ())?,
        (None, None) => {}
    }
    Ok(see(&format!("/a/{token}")))
}

async fn find(app: &App, token: &str) -> Result<Option<ChaseLetterRow>, Failure> {
    let plausible = token.len() <= 64
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !plausible {
        return Ok(None);
    }
    let mut conn = app.store.read().await?;
    Ok(conn.letter_by_token(&token_hash(token)).await?)
}

async fn about(app: &App, l: Lang, letter: &ChaseLetterRow) -> Result<About, Failure> {
    let tree = app.tree().await?;
    if let Some(alert) = letter.alert_id {
        let mut conn = app.store.read().await?;
        let known = conn.alert(AlertId(alert)).await?.ok_or(Failure::NOT_FOUND)?;
        let incident = conn.incident(known.incident).await?;
        let incident = incident.ok_or(Failure::NOT_FOUND)?;
        let urgent = Teller::of(app, l, &tree)
            .urgent(&mut conn, &known, &incident)
            .await?;
        return Ok(About::Urgent(Box::new(urgent)));
    }
    match letter.round_id {
        Some(_) => chase(app, l, letter).await.map(About::Chase),
        None => Ok(About::Silent),
    }
}

async fn chase(app: &App, l: Lang, letter: &ChaseLetterRow) -> Result<Chase, Failure> {
    let (zone, now, tree) = (app.settings.service.zone, app.now(), app.tree().await?);
    let mut conn = app.store.read().await?;
    let ids = conn.letter_items(letter.id).await?;
    let ids: Vec<ObligationId> = ids.into_iter().map(ObligationId).collect();
    let owed = conn.obligations(&ids).await?;
    let named = conn.named_units(&[LetterId(letter.id)], i64::MAX).await?;
    drop(conn);
    let clerk = super::letters::Clerk {
        l,
        zone,
        now,
        tree: &tree,
    };
    let teller = |unit: &NamedUnit| {
        let o = owed.iter().find(|o| o.obligation.id.0 == unit.obligation_id)?;
        let met = o.obligation.is_met() && o.incident;
        let view = StandingView::of(l, standing(&o.obligation, now).code(), met);
        let rests = o
            .obligation
            .resumption
            .filter(|at| *at > now && o.obligation.is_unmet());
        let rests = rests.map(|at| l.row_paused(when(l, at, now, zone)));
        Some((!o.obligation.is_unmet(), (clerk.unit(unit), view, rests)))
    };
    let mut units: Vec<_> = named.iter().filter_map(teller).collect();
    // Those that are still missing first.
    units.sort_by_key(|(is_done, _)| *is_done);
    let unmet: Vec<_> = owed
        .iter()
        .map(|o| &o.obligation)
        .filter(|o| o.is_unmet())
        .collect();
    let done = letter.acknowledged_at.map(|_| outcome(app, l, &unmet));
    Ok(Chase {
        lead: l.answer_chase_lead(named.len()),
        is_open: !unmet.is_empty(),
        units: units.into_iter().map(|(_, view)| view).take(NAMED).collect(),
        promise: l.answer_chase_promise(l.span(app.settings.chase.pause.delta())),
        done,
    })
}

/// Says what an acknowledgement did: until when the chase rests.
fn outcome(app: &App, l: Lang, unmet: &[&Obligation]) -> String {
    let (now, zone) = (app.now(), app.settings.service.zone);
    let resting: Vec<_> = unmet
        .iter()
        .filter_map(|o| o.resumption)
        .filter(|at| *at > now)
        .collect();
    let ends = unmet
        .iter()
        .any(|o| o.resumption.is_some_and(|at| at >= o.window.closes()));
    match resting.iter().max() {
        Some(_) if ends => l.answer_chase_done_end(resting.len()),
        Some(at) => l.answer_chase_done(resting.len(), when(l, *at, now, zone)),
        None => l.answer_chase_nothing().to_owned(),
    }
}
