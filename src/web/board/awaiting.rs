//! What waits for the duty office: incidents that were taken back, and offline reports that claim to have been on time.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::notice::{notice, with_notice};
use super::{Asked, when};
use crate::domain::access::{Deed, permit};
use crate::domain::ids::{CheckInId, ObligationId};
use crate::domain::receipt::Number;
use crate::i18n::Lang;
use crate::service::Error;
use crate::store::{StoredCheckIn, StoredObligation};
use crate::web::form::Fields;
use crate::web::page::{Page, html, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

#[derive(Template)]
#[template(path = "board_awaiting.html")]
struct Awaiting {
    l: Lang,
    page: Page,
    notice: Option<String>,
    rows: Vec<Row>,
}

/// One report that waits.
struct Row {
    unit: String,
    href: String,
    number: Option<String>,
    received: String,
    words: String,
    reason: Option<String>,
    /// Where the decision goes, under which name, about which row.
    post: &'static str,
    about: i64,
    yes: &'static str,
    no: &'static str,
}

/// Lists what waits.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let scope = permit(visit.actor()?, Deed::Confirm)?;
    let (mut reviews, mut claims, mut latest) = (Vec::new(), Vec::new(), HashMap::new());
    let mut conn = app.store.read().await?;
    for range in scope.ranges() {
        reviews.extend(conn.awaiting_review(&range).await?);
        claims.extend(conn.pending_claims(&range).await?);
    }
    for claim in &claims {
        let id = claim.latest.unwrap_or(CheckInId(0));
        if let Some(kept) = conn.check_in(id).await? {
            latest.insert(claim.obligation.id, kept);
        }
    }
    drop(conn);
    let tree = app.tree().await?;
    let teller = Teller {
        l: visit.l,
        app: &app,
        tree: &tree,
    };
    let taken_back = reviews.iter().map(|kept| teller.taken_back(kept));
    let claimed = claims
        .iter()
        .map(|claim| teller.claimed(claim, latest.get(&claim.obligation.id)));
    let rows = taken_back.chain(claimed).collect();
    let notice = notice(visit.l, &Asked::read(query.as_deref().unwrap_or_default()));
    html(&Awaiting {
        l: visit.l,
        page: visit.page.clone(),
        notice,
        rows,
    })
}

/// Confirms or refuses that an incident is none.
pub(in crate::web) async fn confirm(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let id = fields
        .read::<i64>("about")
        .map(CheckInId)
        .ok_or(Failure::NOT_FOUND)?;
    let yes = decision(&fields)?;
    back(app.review(visit.actor()?, id, yes).await)
}

/// Accepts or refuses that an offline report was on time.
pub(in crate::web) async fn claim(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let id = fields
        .read::<i64>("about")
        .map(ObligationId)
        .ok_or(Failure::NOT_FOUND)?;
    let yes = decision(&fields)?;
    back(app.decide_claim(visit.actor()?, id, yes).await)
}

/// Decides several at once, each by itself.
pub(in crate::web) async fn decide(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let yes = decision(&fields)?;
    let actor = visit.actor()?;
    let ids = |name| fields.all(name).filter_map(|id| id.parse::<i64>().ok());
    let mut decided = 0;
    for id in ids("/board/confirm[]") {
        decided += count(app.review(actor, CheckInId(id), yes).await)?;
    }
    for id in ids("/board/claim[]") {
        decided += count(app.decide_claim(actor, ObligationId(id), yes).await)?;
    }
    let said = match decided {
        0 => "already",
        _ => "decided_many",
    };
    Ok(see(&with_notice("/board/awaiting", said, &decided.to_string())))
}

/// Counts what was decided; what somebody decided before is nobody's fault.
fn count(done: Result<(), Error>) -> Result<u32, Failure> {
    match done {
        Ok(()) => Ok(1),
        Err(Error::Already(_)) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

fn decision(fields: &Fields) -> Result<bool, Failure> {
    match fields.get("decision") {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Failure::NOT_FOUND),
    }
}

fn back(done: Result<(), Error>) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(see(&with_notice("/board/awaiting", "decided", ""))),
        Err(Error::Already(_)) => Ok(see(&with_notice("/board/awaiting", "already", ""))),
        Err(error) => Err(error.into()),
    }
}

struct Teller<'a> {
    l: Lang,
    app: &'a App,
    tree: &'a crate::domain::unit::UnitTree,
}

impl Teller<'_> {
    fn when(&self, at: crate::domain::time::Timestamp) -> String {
        when(self.l, at, self.app.now(), self.app.settings.service.zone)
    }

    fn label(&self, unit: crate::domain::ids::UnitId) -> String {
        self.tree
            .label(unit)
            .map(|label| label.to_string())
            .unwrap_or_default()
    }

    fn taken_back(&self, kept: &StoredCheckIn) -> Row {
        let (l, check_in) = (self.l, &kept.check_in);
        Row {
            unit: self.label(check_in.unit),
            href: format!("/board/unit/{}", check_in.unit),
            number: Some(Number(check_in.id).to_string()),
            received: self.when(check_in.received),
            words: l.awaiting_taken_back().to_owned(),
            reason: kept.reason.clone(),
            post: "/board/confirm",
            about: check_in.id.0,
            yes: l.awaiting_confirm(),
            no: l.awaiting_refuse(),
        }
    }

    fn claimed(&self, owed: &StoredObligation, kept: Option<&StoredCheckIn>) -> Row {
        let (l, o) = (self.l, &owed.obligation);
        let received = self.when(o.first_received.unwrap_or(o.window.due()));
        let claimed = kept
            .and_then(|kept| kept.claimed)
            .map(|at| self.when(at))
            .unwrap_or_default();
        Row {
            unit: self.label(o.unit),
            href: format!("/board/unit/{}", o.unit),
            number: kept.map(|kept| Number(kept.check_in.id).to_string()),
            words: l.awaiting_claim(claimed, &received),
            received,
            reason: None,
            post: "/board/claim",
            about: o.id.0,
            yes: l.awaiting_accept(),
            no: l.awaiting_late(),
        }
    }
}
