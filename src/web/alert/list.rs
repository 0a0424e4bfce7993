//! A leader's first page: the open incidents, those that wait for him first, and today at a glance.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use crate::domain::access::{Deed, Identity, permit};
use crate::i18n::Lang;
use crate::web::board::glance::{Glance, today};
use crate::web::board::notice::notice;
use crate::web::board::{Asked, IncidentView, Strip};
use crate::web::page::{Page, html};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// How many incidents the list shows.
const LISTED: i64 = 100;

#[derive(Template)]
#[template(path = "alerts.html")]
struct Alerts {
    l: Lang,
    page: Page,
    notice: Option<String>,
    /// Those that nobody has; with the alert to press, if the reader may.
    waiting: Vec<Card>,
    others: Vec<Card>,
    today: Vec<Glance>,
}

struct Card {
    one: IncidentView,
    /// Whether a letter about it went to the reader.
    is_mine: bool,
    /// The alert that the reader may acknowledge at once.
    press: Option<i64>,
}

/// Lists the open incidents, those that nobody has first.
pub(in crate::web) async fn list(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let actor = visit.actor()?;
    let scope = permit(actor, Deed::SeeUrgent)?;
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let address = match actor.identity {
        Identity::Account(id) => conn.account(id).await?.and_then(|account| account.address),
        _ => None,
    };
    let address = address.unwrap_or_default();
    let incidents = conn.incidents_for(&scope.ranges(), &address, LISTED).await?;
    drop(conn);
    let strip = Strip {
        l,
        zone,
        now,
        tree: &tree,
        classes: app.classes(),
        opens_alerts: true,
    };
    let may = permit(actor, Deed::AcknowledgeAlert).is_ok();
    let card = |(incident, is_mine): &(crate::store::BoardIncident, bool)| {
        let one = strip.incident(incident);
        let alert = incident.alert.as_ref().map(|known| known.id.0);
        Card {
            press: alert.filter(|_| one.is_unanswered && may),
            is_mine: *is_mine,
            one,
        }
    };
    let (waiting, others) = incidents
        .iter()
        .map(card)
        .partition(|card| card.one.is_unanswered);
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    html(&Alerts {
        l,
        notice: notice(l, &asked),
        waiting,
        others,
        today: today(&app, actor, l).await?,
        page: visit.page.clone(),
    })
}
