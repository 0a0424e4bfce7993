//! Sends whoever comes to the page that is his.

use axum::response::Response;

use super::admin::ANY;
use super::page::see;
use super::visit::Visit;
use crate::domain::access::{Actor, Role};

/// Goes to the page of whoever is signed in, or to the sign-in.
pub(super) async fn go(visit: Visit) -> Response {
    see(visit.actor.as_ref().map_or("/signin", home))
}

/// Gives the first page of an actor.
pub(super) fn home(actor: &Actor) -> &'static str {
    match () {
        () if !actor.is_person() => "/desk",
        () if actor.is_any(&[Role::DutyOfficer]) => "/board",
        () if actor.is_any(&[Role::Leader]) => "/alerts",
        () if actor.is_any(&[Role::Reporter, Role::Head]) => "/desk",
        () if ANY.admits(Some(actor)) => "/admin",
        () => "/me",
    }
}
