//! The page behind the link in a letter: looking changes nothing, since mail scanners look at all; the button acts.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::alert::{Teller, Urgent, lasting};
use super::board::acts::said;
use super::board::notice::{notice, with_notice};
use super::board::{Asked, StandingView, rests as resting, when};
use super::form::Fields;
use super::page::{Page, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::ids::{AlertId, LetterId, ObligationId};
use crate::domain::obligation::Obligation;
use crate::domain::standing::standing;
use crate::domain::time::from_millis;
use crate::i18n::Lang;
use crate::service::{Error, Escalated, REMARK, Word, call_of};
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
    Urgent(Box<Alerted>),
}

impl About {
    fn is_drill(&self) -> bool {
        match self {
            Self::Nothing | Self::Silent => false,
            Self::Chase(chase) => chase.drill,
            Self::Urgent(alerted) => alerted.urgent.drill,
        }
    }
}

/// An urgent report, as the reader of one letter sees it.
struct Alerted {
    urgent: Urgent,
    /// Whom the letter was sent to: whom an acknowledgement stands for, unless the reader says otherwise.
    who: String,
    /// When the reader had it, and that it still counts.
    had: Option<String>,
    /// Whether this letter is of the last round of calls, and another can follow.
    can_escalate: bool,
    typed: Said,
    remark_most: usize,
}

/// What was typed, and what is wrong with it.
#[derive(Debug, Default)]
struct Said {
    post: String,
    remark: String,
    problem: Option<(&'static str, String)>,
}

impl Said {
    /// Gives the sentence about a field.
    fn fault(&self, field: &str) -> Option<&str> {
        let found = self.problem.as_ref().filter(|(name, _)| *name == field);
        found.map(|(_, words)| words.as_str())
    }
}

struct Chase {
    lead: String,
    units: Vec<(String, StandingView, Option<String>)>,
    /// Whether a unit is still unmet.
    is_open: bool,
    drill: bool,
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
    notice: Option<String>,
    answered: Option<String>,
}

/// Shows what the letter is about and a button.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let notice = notice(visit.l, &asked);
    show(&app, visit, token, notice, Said::default()).await
}

async fn show(
    app: &App,
    visit: Visit,
    token: String,
    notice: Option<String>,
    typed: Said,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let letter = find(app, &token).await?;
    if letter.is_none() {
        app.stumble("letter", &visit.address).await?;
    }
    let answered = letter
        .as_ref()
        .and_then(|letter| letter.acknowledged_at)
        .and_then(from_millis);
    let status = match (&letter, &typed.problem) {
        (None, _) => StatusCode::NOT_FOUND,
        (Some(_), Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(_), None) => StatusCode::OK,
    };
    let about = match &letter {
        None => About::Nothing,
        Some(letter) => about(app, l, letter, typed).await?,
    };
    let template = AnswerPage {
        l,
        page: visit.page.of_drill(about.is_drill()),
        token,
        notice,
        answered: answered.map(|at| l.answer_again(when(l, at, now, zone))),
        about,
    };
    html_with(status, &template)
}

/// Takes the acknowledgement; later a word, or who has really read the letter.
pub(super) async fn answer(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    // Looked up before anything is written: a guessed token costs a read.
    let Some(letter) = find(&app, &token).await? else {
        return show(&app, visit, token, None, Said::default()).await;
    };
    match (letter.alert_id, letter.round_id) {
        (Some(_), _) => {
            let text = |name: &str| fields.get(name).chars().take(4 * REMARK).collect::<String>();
            let (post, remark) = (text("post"), text("remark"));
            let word = Word {
                post: &post,
                remark: &remark,
                from: "",
            };
            match app.acknowledge_alert_by_link(&token, &word).await {
                Ok(_) => {}
                Err(Error::Invalid { field, fault }) => {
                    let name = if field == "remark" { "remark" } else { "post" };
                    let problem = Some((name, said(visit.l, field, fault)));
                    let typed = Said {
                        post,
                        remark,
                        problem,
                    };
                    return show(&app, visit, token, None, typed).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        (None, Some(_)) => app.acknowledge_by_link(&token).await.map(|_| ())?,
        (None, None) => {}
    }
    Ok(see(&format!("/a/{token}")))
}

/// Makes the next round of calls at once.
pub(super) async fn escalate(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    match find(&app, &token).await? {
        Some(letter) if letter.alert_id.is_some() => {
            let notice = match app.escalate_alert_by_link(&token).await? {
                Escalated::Now => "escalated",
                Escalated::Already => "escalated_already",
            };
            Ok(see(&with_notice(&format!("/a/{token}"), notice, "")))
        }
        _ => show(&app, visit, token, None, Said::default()).await,
    }
}

async fn find(app: &App, token: &str) -> Result<Option<ChaseLetterRow>, Failure> {
    let plausible = token.len() <= 64
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !plausible {
        return Ok(None);
    }
    let mut conn = app.store.read().await?;
    Ok(app.letter_of_link(&mut conn, token).await?)
}

async fn about(app: &App, l: Lang, letter: &ChaseLetterRow, typed: Said) -> Result<About, Failure> {
    match (letter.alert_id, letter.round_id) {
        (Some(alert), _) => alerted(app, l, letter, AlertId(alert), typed)
            .await
            .map(|alerted| About::Urgent(Box::new(alerted))),
        (None, Some(_)) => chase(app, l, letter).await.map(About::Chase),
        (None, None) => Ok(About::Silent),
    }
}

async fn alerted(
    app: &App,
    l: Lang,
    letter: &ChaseLetterRow,
    alert: AlertId,
    typed: Said,
) -> Result<Alerted, Failure> {
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let known = conn.alert(alert).await?.ok_or(Failure::NOT_FOUND)?;
    let incident = conn.incident(known.incident).await?;
    let incident = incident.ok_or(Failure::NOT_FOUND)?;
    let teller = Teller::of(app, l, &tree);
    let urgent = teller.urgent(&mut conn, &known, &incident).await?;
    let answers = conn.acknowledgements_of_alert(alert).await?;
    let mine = lasting(&known, &answers).filter(|answer| answer.letter_id == Some(letter.id));
    let had = mine.last();
    let corrected = had.and_then(|answer| answer.caller_post.clone());
    Ok(Alerted {
        who: match corrected {
            Some(post) => post,
            None => teller.post(&mut conn, &letter.address).await?,
        },
        had: had
            .and_then(|answer| from_millis(answer.at))
            .map(|at| when(l, at, app.now(), app.settings.service.zone)),
        can_escalate: urgent.can_escalate && urgent.read == call_of(letter),
        urgent,
        typed,
        remark_most: REMARK,
    })
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
        let rests = rests.map(|at| resting(l, at, o.obligation.window.closes(), when(l, at, now, zone)));
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
        drill: owed.iter().any(|owed| owed.drill),
        lead: l.answer_chase_lead(named.len()),
        is_open: !unmet.is_empty(),
        units: units.into_iter().map(|(_, view)| view).take(NAMED).collect(),
        promise: promise(app, l, &unmet),
        done,
    })
}

/// Says what an acknowledgement would do; a pause that outlasts every round is one until closing.
fn promise(app: &App, l: Lang, unmet: &[&Obligation]) -> String {
    let pause = app.settings.chase.pause.delta();
    let until = app.now() + pause;
    match unmet.iter().all(|o| until >= o.window.closes()) {
        true => l.answer_chase_promise_end().to_owned(),
        false => l.answer_chase_promise(l.span(pause)),
    }
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
