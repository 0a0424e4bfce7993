//! A leader's pages: the urgent reports, and one of them with who was told and who has it.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono_tz::Tz;

use super::board::acts::said;
use super::board::form::input_time;
use super::board::notice::{notice, with_notice};
use super::board::{Asked, IncidentView, Strip, class_name, colour, when};
use super::form::Fields;
use super::page::{Page, html, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Deed, permit};
use crate::domain::alert::State as AlertState;
use crate::domain::calendar::moment;
use crate::domain::checkin::IncidentContent;
use crate::domain::ids::{AccountId, AlertId};
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::service::{Answer, Error, Fault, Word};
use crate::store::{Acknowledgement, Conn, Posted, StoredAlert, StoredIncident, Tray};

/// How many incidents the list shows.
const LISTED: i64 = 100;

#[derive(Template)]
#[template(path = "alerts.html")]
struct Alerts {
    l: Lang,
    page: Page,
    incidents: Vec<IncidentView>,
}

/// What an urgent report says and how far it has come: the part that the page behind the link shows too.
#[derive(Debug)]
pub(super) struct Urgent {
    pub(super) class: String,
    pub(super) severity: &'static str,
    pub(super) colour: &'static str,
    pub(super) unit: String,
    pub(super) drill: bool,
    pub(super) place: String,
    pub(super) what: String,
    pub(super) measures: String,
    /// Word and count; a count that is not known says so.
    pub(super) counts: Vec<(&'static str, String)>,
    pub(super) times: Vec<(&'static str, String)>,
    /// Whether nobody has it yet.
    pub(super) is_open: bool,
    pub(super) is_red: bool,
    pub(super) state: String,
    pub(super) next: Option<String>,
    pub(super) answers: Vec<AnswerView>,
}

/// Who has it.
#[derive(Debug)]
pub(super) struct AnswerView {
    pub(super) by: String,
    pub(super) via: &'static str,
    pub(super) time: String,
    pub(super) note: Option<String>,
}

#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    l: Lang,
    page: Page,
    notice: Option<String>,
    id: i64,
    urgent: Urgent,
    calls: Vec<CallView>,
    may_acknowledge: bool,
    has_mine: bool,
    may_enter: bool,
    problems: Vec<(&'static str, String)>,
    caller_post: String,
    called_at: String,
    unit_href: String,
}

struct CallView {
    title: String,
    letters: Vec<(String, &'static str, String)>,
}

/// Lists the urgent reports, those that nobody has first.
pub(super) async fn list(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let scope = permit(visit.actor()?, Deed::SeeUrgent)?;
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let incidents = conn.urgent_incidents(&scope.ranges(), LISTED).await?;
    drop(conn);
    let strip = Strip {
        l,
        zone,
        now,
        tree: &tree,
        classes: &app.classes,
        opens_alerts: true,
    };
    html(&Alerts {
        l,
        incidents: incidents.iter().map(|one| strip.incident(one)).collect(),
        page: visit.page.clone(),
    })
}

/// Shows one.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let notice = notice(visit.l, &asked);
    let called_at = input_time(app.now(), app.settings.service.zone);
    show(
        &app,
        visit,
        AlertId(id),
        notice,
        (String::new(), called_at),
        Vec::new(),
    )
    .await
}

/// Says "I have it".
pub(super) async fn acknowledge(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    app.acknowledge_alert(visit.actor()?, AlertId(id), &Answer::Page, &Word::default())
        .await?;
    Ok(see(&with_notice(&format!("/alert/{id}"), "acknowledged", "")))
}

/// Records that a leader said so on the phone.
pub(super) async fn phoned(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (l, zone) = (visit.l, app.settings.service.zone);
    let (post, typed): (String, String) = (
        fields.get("caller_post").chars().take(200).collect(),
        fields.get("called_at").chars().take(40).collect(),
    );
    let problem = match moment(&typed, zone) {
        Err(_) => ("called_at", said(l, "called_at", Fault::Unreadable)),
        Ok(called_at) => {
            let answer = Answer::Phone {
                post: post.clone(),
                called_at,
            };
            match app
                .acknowledge_alert(visit.actor()?, AlertId(id), &answer, &Word::default())
                .await
            {
                Ok(_) => return Ok(see(&with_notice(&format!("/alert/{id}"), "phoned", ""))),
                Err(Error::Invalid { field, fault }) => (field, said(l, field, fault)),
                Err(error) => return Err(error.into()),
            }
        }
    };
    show(&app, visit, AlertId(id), None, (post, typed), vec![problem]).await
}

async fn show(
    app: &App,
    visit: Visit,
    id: AlertId,
    notice: Option<String>,
    (caller_post, called_at): (String, String),
    problems: Vec<(&'static str, String)>,
) -> Result<Response, Failure> {
    let l = visit.l;
    let actor = visit.actor()?;
    let scope = permit(actor, Deed::SeeUrgent)?;
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let known = conn.alert(id).await?.ok_or(Failure::NOT_FOUND)?;
    let incident = conn.incident(known.incident).await?;
    let incident = incident
        .filter(|i| scope.covers(&i.path))
        .ok_or(Failure::NOT_FOUND)?;
    let teller = Teller::of(app, l, &tree);
    let urgent = teller.urgent(&mut conn, &known, &incident).await?;
    let letters = conn.posted_for(id).await?;
    let answers = conn.acknowledgements_of_alert(id).await?;
    drop(conn);
    let me = match actor.identity {
        crate::domain::access::Identity::Account(id) => Some(id.0),
        _ => None,
    };
    let may = permit(actor, Deed::AcknowledgeAlert).is_ok_and(|scope| scope.covers(&incident.path));
    let status = match problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let template = AlertPage {
        l,
        notice,
        id: id.0,
        urgent,
        calls: teller.calls(&letters),
        has_mine: answers
            .iter()
            .any(|a| a.by_account.is_some() && a.by_account == me),
        may_acknowledge: may,
        may_enter: may && actor.is_any(&[crate::domain::access::Role::DutyOfficer]),
        problems,
        caller_post,
        called_at,
        unit_href: format!("/board/unit/{}", incident.unit),
        page: visit.page.clone(),
    };
    html_with(status, &template)
}

/// Says an urgent report to a reader.
pub(super) struct Teller<'a> {
    app: &'a App,
    l: Lang,
    zone: Tz,
    now: Timestamp,
    tree: &'a UnitTree,
}

impl<'a> Teller<'a> {
    pub(super) fn of(app: &'a App, l: Lang, tree: &'a UnitTree) -> Self {
        Self {
            app,
            l,
            zone: app.settings.service.zone,
            now: app.now(),
            tree,
        }
    }

    fn when(&self, at: Timestamp) -> String {
        when(self.l, at, self.now, self.zone)
    }

    /// Reads and says one urgent report.
    pub(super) async fn urgent(
        &self,
        conn: &mut Conn,
        known: &StoredAlert,
        incident: &StoredIncident,
    ) -> Result<Urgent, Failure> {
        let l = self.l;
        let kept = conn.check_in(known.check_in).await?;
        let kept = kept.ok_or(Failure::NOT_FOUND)?;
        let content = kept.check_in.content.incident().cloned().unwrap_or_default();
        let answers = conn.acknowledgements_of_alert(known.id).await?;
        let mut views = Vec::new();
        for answer in &answers {
            views.push(self.answer(conn, answer).await?);
        }
        let state = &known.alert.state;
        let (line, next) = match state {
            AlertState::Acknowledged { by, at, .. } => (l.alert_acknowledged(by, self.when(*at)), None),
            AlertState::Exhausted { .. } => (l.alert_exhausted().to_owned(), None),
            AlertState::Running { next_at } => (
                l.alert_unacknowledged().to_owned(),
                Some(l.alert_next(self.when(*next_at))),
            ),
        };
        let red = known.red.as_deref().map(|reason| match reason {
            "nobody" => l.alert_red_nobody(),
            "failed" => l.alert_red_failed(),
            _ => l.alert_exhausted(),
        });
        let is_open = !matches!(state, AlertState::Acknowledged { .. });
        Ok(Urgent {
            class: class_name(&self.app.classes, &content.class, l),
            severity: l.severity(content.severity),
            colour: colour(content.severity),
            unit: self
                .tree
                .label(incident.unit)
                .map(|label| label.to_string())
                .unwrap_or_default(),
            drill: incident.drill,
            counts: self.counts(&content),
            times: self.times(&content, kept.check_in.received),
            place: content.place,
            what: content.what,
            measures: content.measures,
            is_open,
            is_red: is_open && (red.is_some() || matches!(state, AlertState::Exhausted { .. })),
            state: match red.filter(|words| is_open && *words != line) {
                Some(words) => format!("{line} · {words}"),
                None => line,
            },
            next,
            answers: views,
        })
    }

    fn counts(&self, content: &IncidentContent) -> Vec<(&'static str, String)> {
        let l = self.l;
        let count = |n: Option<u32>| n.map_or(l.alert_not_known().to_owned(), |n| l.alert_people(n));
        vec![
            (l.field_dead(), count(content.dead)),
            (l.field_injured(), count(content.injured)),
            (l.field_missing(), count(content.missing)),
        ]
    }

    fn times(&self, content: &IncidentContent, received: Timestamp) -> Vec<(&'static str, String)> {
        let l = self.l;
        let time =
            |at: Option<Timestamp>| at.map_or(l.alert_not_given().to_owned(), |at| l.moment(at, self.zone));
        vec![
            (l.field_occurred(), time(content.occurred)),
            (l.field_learned(), time(content.learned)),
            (l.alert_received(), l.moment_exact(received, self.zone)),
        ]
    }

    async fn answer(&self, conn: &mut Conn, answer: &Acknowledgement) -> Result<AnswerView, Failure> {
        let l = self.l;
        let mut label = async |id: Option<i64>| -> Result<Option<String>, Failure> {
            match id {
                Some(id) => {
                    let account = conn.account(AccountId(id)).await?;
                    Ok(account.map(|account| account.label))
                }
                None => Ok(None),
            }
        };
        let by = match (&answer.caller_post, answer.by_account) {
            (Some(post), _) => post.clone(),
            (None, Some(_)) => label(answer.by_account).await?.unwrap_or_default(),
            (None, None) => answer.by_address.clone().unwrap_or_default(),
        };
        let note = label(answer.entered_by).await?.map(|who| l.alert_entered_by(who));
        let at = answer.called_at.unwrap_or(answer.at);
        Ok(AnswerView {
            by,
            via: match answer.via.as_str() {
                "link" => l.alert_via_link(),
                "phone" => l.alert_via_phone(),
                _ => l.alert_via_page(),
            },
            time: from_millis(at).map(|at| self.when(at)).unwrap_or_default(),
            note,
        })
    }

    /// Says who was told, by round of calls.
    fn calls(&self, letters: &[Posted]) -> Vec<CallView> {
        let l = self.l;
        let mut calls: Vec<((i64, i64), CallView)> = Vec::new();
        for letter in letters {
            let key = (letter.pass.unwrap_or(0), letter.step.unwrap_or(0));
            let state = match (letter.tray, letter.ended) {
                (Tray::Accepted, Some(at)) => ("good", l.alert_mail_accepted(l.time_exact(at, self.zone))),
                (Tray::Accepted, None) => ("good", l.tray_accepted().to_owned()),
                (Tray::Failed | Tray::Handled, _) => ("bad", l.alert_mail_failed().to_owned()),
                (Tray::Waiting, _) => ("wait", l.alert_mail_waiting().to_owned()),
                (Tray::Obsolete, _) => ("calm", l.alert_mail_obsolete().to_owned()),
                (Tray::Held, _) => ("wait", l.alert_mail_held().to_owned()),
            };
            let line = (letter.address.clone(), state.0, state.1);
            match calls.iter_mut().find(|(known, _)| *known == key) {
                Some((_, call)) => call.letters.push(line),
                None => {
                    let title = l.alert_call(key.0 + 1, key.1 + 1);
                    let title = format!("{title} · {}", self.when(letter.created));
                    calls.push((
                        key,
                        CallView {
                            title,
                            letters: vec![line],
                        },
                    ));
                }
            }
        }
        calls.into_iter().map(|(_, call)| call).collect()
    }
}
