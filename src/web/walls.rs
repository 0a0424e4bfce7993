//! Where the duty office makes the links that open the wall, and revokes them.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::admin::pick;
use super::board::{Asked, when};
use super::form::Fields;
use super::page::{Page, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Deed, Scope, permit};
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::service::{Error, Fault};

#[derive(Template)]
#[template(path = "walls.html")]
struct WallsPage {
    l: Lang,
    page: Page,
    notice: Option<&'static str>,
    problem: Option<String>,
    /// The link that was just made.
    link: Option<String>,
    links: Vec<LinkView>,
    label: String,
    unit: String,
    texts: bool,
}

struct LinkView {
    id: i64,
    label: String,
    unit: String,
    made: String,
    texts: &'static str,
}

/// What was typed.
#[derive(Debug, Default)]
struct Typed {
    label: String,
    unit: String,
    texts: bool,
}

/// Shows the page.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let l = visit.l;
    let notice = match asked.get("notice") {
        "revoked" => Some(l.walls_revoked()),
        "already" => Some(l.notice_already()),
        _ => None,
    };
    let tree = app.tree().await?;
    let scope = permit(visit.actor()?, Deed::ShareWall)?;
    let typed = Typed {
        unit: first(&scope, &tree),
        ..Typed::default()
    };
    show(&app, visit, notice, typed, None).await
}

/// Names the unit that a reader stands for.
fn first(scope: &Scope, tree: &UnitTree) -> String {
    let id = match scope {
        Scope::Whole => tree.roots().next().map(|unit| unit.id),
        Scope::Units { subtrees, .. } => subtrees.first().and_then(crate::domain::unit::UnitPath::id),
    };
    let label = id.and_then(|id| tree.label(id));
    label.map(|label| label.to_string()).unwrap_or_default()
}

/// Makes a link, or revokes one.
pub(super) async fn act(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let l = visit.l;
    if let Some(id) = fields.read::<i64>("revoke") {
        let said = match app.revoke_wall(visit.actor()?, id).await {
            Ok(()) => "revoked",
            Err(Error::Already(_)) => "already",
            Err(error) => return Err(error.into()),
        };
        return Ok(see(&format!("/walls?notice={said}")));
    }
    let typed = |name: &str| fields.get(name).chars().take(200).collect::<String>();
    let typed = Typed {
        label: typed("label"),
        unit: typed("unit"),
        texts: fields.has("texts"),
    };
    let tree = app.tree().await?;
    let Some(unit) = pick::unit(&tree, &typed.unit).map(|unit| unit.id) else {
        let problem = l.admin_unit_unknown().to_owned();
        return show(&app, visit, None, typed, Some(Err(problem))).await;
    };
    let made = app
        .make_wall(visit.actor()?, &typed.label, unit, typed.texts)
        .await;
    let outcome = match made {
        Ok(key) => {
            let base = app.settings.service.base_url.trim_end_matches('/');
            Ok(format!("{base}/wall#{key}"))
        }
        Err(Error::Invalid { fault, .. }) => Err(match fault {
            Fault::TooLong(most) => l.problem_longer(l.walls_label_short(), most),
            _ => l.problem_field_needed(l.walls_label_short()),
        }),
        Err(Error::Missing(_)) => Err(l.admin_unit_unknown().to_owned()),
        Err(error) => return Err(error.into()),
    };
    let typed = match outcome {
        Ok(_) => Typed {
            label: String::new(),
            ..typed
        },
        Err(_) => typed,
    };
    show(&app, visit, None, typed, Some(outcome)).await
}

async fn show(
    app: &App,
    visit: Visit,
    notice: Option<&'static str>,
    typed: Typed,
    outcome: Option<Result<String, String>>,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let scope = permit(visit.actor()?, Deed::ShareWall)?;
    let tree = app.tree().await?;
    let links = app.store.read().await?.wall_links().await?;
    let mine = links.iter().filter(|link| {
        let unit = tree.get(link.unit);
        unit.is_none_or(|unit| scope.covers(&unit.path))
    });
    let view = |link: &crate::store::WallLink| LinkView {
        id: link.id,
        label: link.label.clone(),
        unit: tree
            .label(link.unit)
            .map(|label| label.to_string())
            .unwrap_or_default(),
        made: l.walls_made(&link.by, when(l, link.made, now, zone)),
        texts: match link.texts {
            true => l.walls_with_texts(),
            false => l.walls_without_texts(),
        },
    };
    let (link, problem) = match outcome {
        Some(Ok(link)) => (Some(link), None),
        Some(Err(problem)) => (None, Some(problem)),
        None => (None, None),
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let template = WallsPage {
        l,
        notice,
        problem,
        link,
        links: mine.map(view).collect(),
        label: typed.label,
        unit: typed.unit,
        texts: typed.texts,
        page: visit.page,
    };
    html_with(status, &template)
}
