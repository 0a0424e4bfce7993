//! Knows every page: its address, its door, its handlers. This table is the access matrix.

use axum::http::StatusCode;
use axum::routing::{MethodRouter, get, post};
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;

use super::admin::periods;
use super::board::{self, acts, awaiting, enter, spot};
use super::gate::{self, Gate};
use super::{
    App, Failure, acknowledge, admin, alert, assets, audit, bulletin, desk, halfway, handover, health, home,
    incident, kept, language, link, me, metrics, outbox, plan, redact, reference, roster, signin, slip,
    township, unit, visit, wall, walls,
};
use crate::domain::access::{Deed, Door};

/// One address: who may come, and what happens.
#[derive(Debug)]
pub struct Route {
    /// The address, as axum writes patterns.
    pub path: &'static str,
    /// Whom it admits.
    pub door: Door,
    /// The handlers, by method.
    pub methods: MethodRouter<App>,
}

/// Gives the table of all pages.
pub fn table() -> Vec<Route> {
    [
        ways_in(),
        own(),
        desk(),
        office(),
        letters(),
        bulletins(),
        incidents(),
        duty(),
        leaders(),
        auditor(),
        units(),
        administration(),
        accounts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Open to everybody: the ways in, the links in letters, what pages load, health.
fn ways_in() -> Vec<Route> {
    vec![
        route("/", Door::Anyone, get(home::go)),
        route("/signin", Door::Anyone, get(signin::page).post(signin::enter)),
        route(
            "/signin/code",
            Door::Halfway,
            get(halfway::code_page).post(halfway::code),
        ),
        route(
            "/signin/factor",
            Door::Halfway,
            get(halfway::factor_page).post(halfway::factor),
        ),
        route(
            "/signin/password",
            Door::Halfway,
            get(halfway::password_page).post(halfway::password),
        ),
        route(
            "/recover",
            Door::Anyone,
            get(signin::recover_page).post(signin::recover),
        ),
        route("/signout", Door::Anyone, post(signin::leave)),
        route("/link/{token}", Door::Anyone, get(link::page).post(link::enter)),
        route("/slip", Door::Anyone, get(slip::page).post(slip::bind)),
        route("/language", Door::Anyone, post(language::choose)),
        route("/assets/{name}", Door::Anyone, get(assets::get)),
        route("/worker.js", Door::Anyone, get(assets::worker)),
        // The links in letters: whoever holds one is let in.
        route(
            "/a/{token}",
            Door::Anyone,
            get(acknowledge::page).post(acknowledge::answer),
        ),
        route("/a/{token}/escalate", Door::Anyone, post(acknowledge::escalate)),
        // The calendar of a post's shifts: whoever knows its address.
        route("/calendar/{token}", Door::Anyone, get(roster::calendar)),
        // For those who write programs against the API.
        route("/reference", Door::Anyone, get(reference::page)),
        route("/reference/openapi.json", Door::Anyone, get(reference::document)),
        // The wall: a shell that holds nothing, and what it shows to whoever has the key of a link.
        route("/wall", Door::Anyone, get(wall::shell)),
        route("/wall/now", Door::Anyone, get(wall::now)),
        // For monitors.
        route("/healthz", Door::Anyone, get(health::alive)),
        route("/readyz", Door::Anyone, get(health::ready)),
        route("/metrics", Door::Anyone, get(metrics::page)),
    ]
}

/// What everybody with an account does for himself.
fn own() -> Vec<Route> {
    vec![
        route("/me", Door::SignedIn, get(me::page)),
        route("/signin/done", Door::SignedIn, get(kept::done)),
        route("/me/password", Door::SignedIn, post(me::password)),
        route("/me/sessions", Door::SignedIn, post(me::sessions)),
        route(
            "/me/factor",
            Door::SignedIn,
            get(me::factor_page).post(me::factor),
        ),
    ]
}

/// The desk: a workstation, or a person who reports.
fn desk() -> Vec<Route> {
    vec![
        route("/desk", Door::Device, get(desk::page).post(desk::submit)),
        route(
            "/desk/incident",
            Door::Device,
            get(desk::incident::page).post(desk::incident::submit),
        ),
        route(
            "/desk/follow/{id}",
            Door::Device,
            get(incident::follow::page).post(incident::follow::submit),
        ),
        route("/desk/found/{id}", Door::Device, post(incident::follow::reply)),
        route("/desk/plan", Door::Device, get(plan::card)),
        route("/desk/plan/{id}", Door::Device, post(plan::tick)),
        route(
            "/desk/township",
            Door::Device,
            get(township::page).post(township::send),
        ),
        route("/receipt/{number}", Door::Device, get(desk::receipt::page)),
    ]
}

/// The duty office.
fn office() -> Vec<Route> {
    vec![
        route("/board", Door::May(Deed::SeeBoard), get(board::page)),
        route(
            "/township",
            Door::May(Deed::SeeBoard),
            get(township::page).post(township::send),
        ),
        route("/board/unit/{id}", Door::May(Deed::SeeUnit), get(unit::page)),
        route(
            "/board/contacted",
            Door::May(Deed::Proxy),
            get(acts::contacted_form).post(acts::contacted),
        ),
        route(
            "/board/remind",
            Door::May(Deed::Proxy),
            get(acts::remind_form).post(acts::remind),
        ),
        route("/board/undo", Door::May(Deed::Proxy), post(acts::undo)),
        route(
            "/board/spot-check",
            Door::May(Deed::Judge),
            get(spot::page).post(spot::record),
        ),
        route("/board/decide", Door::May(Deed::Confirm), post(awaiting::decide)),
        route(
            "/board/enter",
            Door::May(Deed::Proxy),
            get(enter::page).post(enter::enter),
        ),
        route(
            "/board/excuse",
            Door::May(Deed::Excuse),
            get(acts::excuse_form).post(acts::excuse),
        ),
        route(
            "/board/undo-excusal",
            Door::May(Deed::Excuse),
            post(acts::undo_excusal),
        ),
        route("/board/awaiting", Door::May(Deed::Confirm), get(awaiting::page)),
        route(
            "/board/confirm",
            Door::May(Deed::Confirm),
            post(awaiting::confirm),
        ),
        route("/board/claim", Door::May(Deed::Confirm), post(awaiting::claim)),
        route(
            "/board/extend",
            Door::May(Deed::Extend),
            get(acts::extend_form).post(acts::extend),
        ),
        route(
            "/walls",
            Door::May(Deed::ShareWall),
            get(walls::page).post(walls::act),
        ),
    ]
}

/// The letters that wait, and those that failed.
fn letters() -> Vec<Route> {
    vec![
        route("/outbox", Door::May(Deed::SeeOutbox), get(outbox::page)),
        route("/outbox/retry", Door::May(Deed::RetryLetter), post(outbox::retry)),
        route(
            "/outbox/handle",
            Door::May(Deed::RetryLetter),
            post(outbox::handle),
        ),
        route("/outbox/trust", Door::May(Deed::RetryLetter), post(outbox::trust)),
    ]
}

/// The daily bulletins.
fn bulletins() -> Vec<Route> {
    vec![
        route("/bulletins", Door::May(Deed::SeeBulletin), get(bulletin::list)),
        route("/bulletin/{id}", Door::May(Deed::SeeBulletin), get(bulletin::one)),
        route("/bulletin/now", Door::May(Deed::SeeUrgent), get(bulletin::now)),
    ]
}

/// Incidents, and the plans for them.
fn incidents() -> Vec<Route> {
    vec![
        route("/incidents", Door::May(Deed::SeeBoard), get(incident::list)),
        route(
            "/incident/{id}",
            Door::May(Deed::SeeUnit),
            get(incident::story::page).post(incident::story::act),
        ),
        route(
            "/incident/new",
            Door::May(Deed::Proxy),
            get(incident::open::page).post(incident::open::submit),
        ),
        route(
            "/board/find",
            Door::May(Deed::Judge),
            get(incident::judge::page).post(incident::judge::find),
        ),
        route(
            "/incident/{id}/report",
            Door::May(Deed::Proxy),
            get(incident::follow::page).post(incident::follow::submit),
        ),
        route("/plans", Door::SignedIn, get(plan::list)),
        route("/plan", Door::SignedIn, get(plan::one)),
        route("/plan/of", Door::SignedIn, get(plan::card)),
        route(
            "/plan/edit",
            Door::May(Deed::ChangeSettings),
            get(plan::form).post(plan::change),
        ),
    ]
}

/// Who is on duty, and the change of shift.
fn duty() -> Vec<Route> {
    vec![
        route("/roster", Door::May(Deed::SeeRoster), get(roster::page)),
        route(
            "/roster/day",
            Door::May(Deed::KeepRoster),
            get(roster::day_form).post(roster::day),
        ),
        route(
            "/roster/import",
            Door::May(Deed::KeepRoster),
            get(roster::import_form).post(roster::import_take),
        ),
        route(
            "/roster/template",
            Door::May(Deed::KeepRoster),
            get(roster::template),
        ),
        route(
            "/roster/stand-in",
            Door::May(Deed::KeepRoster),
            post(roster::stand_in),
        ),
        route("/roster/swap", Door::May(Deed::KeepRoster), post(roster::swap)),
        route(
            "/roster/swap/decide",
            Door::May(Deed::ApproveSwap),
            post(roster::swap_decide),
        ),
        route("/roster/feed", Door::May(Deed::KeepRoster), post(roster::feed)),
        route(
            "/handover",
            Door::May(Deed::KeepRoster),
            get(handover::page).post(handover::act),
        ),
    ]
}

/// Leaders.
fn leaders() -> Vec<Route> {
    vec![
        route("/alerts", Door::May(Deed::SeeUrgent), get(alert::list)),
        route(
            "/alert/{id}",
            Door::May(Deed::SeeUrgent),
            get(alert::page).post(alert::acknowledge),
        ),
        route(
            "/alert/{id}/escalate",
            Door::May(Deed::AcknowledgeAlert),
            post(alert::escalate),
        ),
        route(
            "/alert/{id}/phone",
            Door::May(Deed::AcknowledgeAlert),
            post(alert::phoned),
        ),
    ]
}

/// The auditor, and who takes personal data out.
fn auditor() -> Vec<Route> {
    vec![
        route("/audit", Door::May(Deed::ReadAudit), get(audit::page)),
        route("/audit/verify", Door::May(Deed::ReadAudit), post(audit::verify)),
        route("/audit/export", Door::May(Deed::ReadAudit), post(audit::export)),
        route(
            "/redact/{number}",
            Door::May(Deed::Redact),
            get(redact::page).post(redact::redact),
        ),
    ]
}

/// Administration.
fn administration() -> Vec<Route> {
    vec![
        route("/admin", admin::ANY, get(admin::overview::page)),
        route(
            "/admin/periods",
            Door::May(Deed::DeclarePeriod),
            get(periods::page),
        ),
        route(
            "/admin/periods/new",
            Door::May(Deed::DeclarePeriod),
            get(periods::declare::form).post(periods::declare::submit),
        ),
        route(
            "/admin/periods/{id}",
            Door::May(Deed::DeclarePeriod),
            get(periods::one::page),
        ),
        route(
            "/admin/periods/{id}/extend",
            Door::May(Deed::ExtendPeriod),
            post(periods::one::extend),
        ),
        route(
            "/admin/periods/{id}/stop",
            Door::May(Deed::StopPeriod),
            get(periods::one::stop_form).post(periods::one::stop),
        ),
        route(
            "/admin/periods/{id}/rule",
            Door::May(Deed::DeclarePeriod),
            get(periods::rule::form).post(periods::rule::change),
        ),
        route(
            "/admin/mail",
            Door::May(Deed::ChangeSettings),
            get(admin::mail::page).post(admin::mail::test),
        ),
        route("/admin/classes", admin::ANY, get(admin::classes::page)),
        route(
            "/admin/classes/edit",
            Door::May(Deed::ChangeSettings),
            get(admin::classes::form).post(admin::classes::edit),
        ),
    ]
}

/// Administration of accounts and tokens.
fn accounts() -> Vec<Route> {
    vec![
        route(
            "/admin/accounts",
            Door::May(Deed::ManageAccounts),
            get(admin::accounts::page),
        ),
        route(
            "/admin/accounts/new",
            Door::May(Deed::ManageAccounts),
            post(admin::accounts::add),
        ),
        route(
            "/admin/accounts/{id}",
            Door::May(Deed::ManageAccounts),
            get(admin::account::page).post(admin::account::act),
        ),
        route(
            "/admin/tokens",
            Door::May(Deed::ManageAccounts),
            get(admin::tokens::page).post(admin::tokens::act),
        ),
    ]
}

/// Administration of units.
fn units() -> Vec<Route> {
    vec![
        route("/admin/units", Door::May(Deed::SeeUnits), get(admin::units::page)),
        route(
            "/admin/units/table",
            Door::May(Deed::ImportUnits),
            get(admin::units::table),
        ),
        route(
            "/admin/units/{id}",
            Door::May(Deed::SeeUnits),
            get(admin::unit::page),
        ),
        route(
            "/admin/units/{id}/contacts",
            Door::May(Deed::KeepContacts),
            post(admin::unit::contacts),
        ),
        route(
            "/admin/units/{id}/device",
            Door::May(Deed::ManageDevices),
            post(admin::unit::device),
        ),
        route(
            "/admin/units/{id}/change",
            Door::May(Deed::ImportUnits),
            get(admin::change::page).post(admin::change::act),
        ),
        route(
            "/admin/slips",
            Door::May(Deed::ManageDevices),
            get(admin::slips::page),
        ),
        route(
            "/admin/slips/print",
            Door::May(Deed::ManageDevices),
            post(admin::slips::print),
        ),
        route(
            "/admin/slips/send",
            Door::May(Deed::ManageDevices),
            post(admin::slips::send),
        ),
        route(
            "/admin/import",
            Door::May(Deed::ImportUnits),
            get(admin::import::page).post(admin::import::take),
        ),
        route(
            "/admin/import/undo",
            Door::May(Deed::ImportUnits),
            post(admin::import::undo),
        ),
        route(
            "/admin/import/template",
            Door::May(Deed::ImportUnits),
            get(admin::import::template),
        ),
    ]
}

fn route(path: &'static str, door: Door, methods: MethodRouter<App>) -> Route {
    Route { path, door, methods }
}

/// Builds the pages over a service, and further ones such as the mailbox of the demonstration.
pub fn router(app: &App, further: Vec<Route>) -> Router {
    let mut router = Router::new();
    for Route { path, door, methods } in table().into_iter().chain(further) {
        let gate = Gate {
            app: app.clone(),
            door,
        };
        router = router.route(
            path,
            methods.route_layer(middleware::from_fn_with_state(gate, gate::pass)),
        );
    }
    router
        .fallback(async || Failure::NOT_FOUND)
        .method_not_allowed_fallback(async || Failure::status(StatusCode::METHOD_NOT_ALLOWED))
        .layer(middleware::from_fn_with_state(app.clone(), visit::receive))
        .layer(CompressionLayer::new())
        .with_state(app.clone())
}
