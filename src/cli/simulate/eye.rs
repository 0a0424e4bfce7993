//! Lets the duty officer look at the board, as a browser does, and holds what stands on it against the plain model.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use chrono::TimeDelta;
use tower::ServiceExt as _;

use super::play::{Broken, Play};
use crate::domain::access::{Actor, Role};
use crate::domain::ids::AccountId;
use crate::service::Service;
use crate::store::Granted;
use crate::web::{Cookie, router};

/// For how long after its closing a round surely has its tab.
const RECENT: TimeDelta = TimeDelta::hours(23);
/// How many incidents a page names at most.
const NAMED: usize = 30;
/// No page is longer.
const LONGEST: usize = 16 << 20;

/// The tabs of the board, one text.
type Pages = String;

impl Play {
    /// Lets the officer see the board of the county.
    pub(super) fn give_board(&mut self) -> Result<(), Broken> {
        let root = self.roster.members.iter().find(|m| m.above.is_none());
        let (account, unit) = (self.accounts[0], root.map(|root| root.id));
        let role = Role::DutyOfficer;
        let given = self.act(|service| async move {
            let granted = Granted { role, unit };
            service.grant_role(&Actor::console(), account, granted).await
        })?;
        given.map_err(|error| error.to_string())
    }

    /// Looks: whoever is silent must stand there, and whatever urgent nobody has.
    pub(super) fn look(&mut self) -> Result<(), Broken> {
        let account = self.accounts[0];
        let Some(pages) = self.attempt(|service| async move { tabs(service, account).await })? else {
            return Ok(()); // It was killed meanwhile.
        };
        let (pages, now) = (pages?, self.now());
        self.log.looks += 1;
        for place in self.silent_now() {
            let Some(number) = self.number(place)? else {
                continue;
            };
            if !pages.contains(&format!("id=\"o-{}\"", number.0)) {
                let owed = &self.model.owed[place];
                let (name, due) = (self.roster.label(owed.unit), owed.due_at(now));
                let words = format!("{now}: {name} owes a report due {due} and is not on the board");
                self.log.unseen.push(words);
            }
        }
        let named: BTreeSet<&str> = pages
            .split("href=\"/alert/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        // A page full of what nobody has links to the list of the rest.
        if named.len() < NAMED {
            let open = self.log.raised.iter().filter(|one| one.ended.is_none());
            let open: BTreeSet<_> = open.map(|one| one.id).collect();
            let hidden = open.iter().filter(|id| !named.contains(id.to_string().as_str()));
            let words = hidden.map(|id| format!("{now}: nobody has alert {id}, and it is not on the board"));
            self.log.unseen.extend(words);
        }
        Ok(())
    }

    /// Gives the places of what is overdue, or missing since not long ago.
    fn silent_now(&self) -> Vec<usize> {
        let now = self.now();
        let owed = self.model.owed.iter().enumerate();
        owed.filter(|(_, one)| one.due_at(now) + one.grace < now && now < one.closes + RECENT)
            .filter(|(_, one)| one.is_wanted(now))
            .map(|(place, _)| place)
            .collect()
    }
}

/// Signs in, and opens the board and each of its tabs.
async fn tabs(service: Arc<Service>, account: AccountId) -> Result<Pages, Broken> {
    let token = service.begin_session(account, "simulated").await;
    let token = token.map_err(|error| error.to_string())?;
    let cookie = Cookie::Session.write(&token, &service.settings);
    let cookie = cookie.as_ref().and_then(|cookie| cookie.to_str().ok());
    let cookie = cookie
        .and_then(|cookie| cookie.split(';').next())
        .unwrap_or_default();
    let router = router(&service, Vec::new());
    let mut pages = page(&router, cookie, "/board").await?;
    let rounds: BTreeSet<String> = pages
        .split("href=\"/board?round=")
        .skip(1)
        .filter_map(|rest| rest.split(['"', '&']).next())
        .map(str::to_owned)
        .collect();
    for round in rounds {
        pages += &page(&router, cookie, &format!("/board?round={round}")).await?;
    }
    Ok(pages)
}

async fn page(router: &Router, cookie: &str, address: &str) -> Result<Pages, Broken> {
    let request = Request::get(address).header(header::COOKIE, cookie);
    let request = request.body(Body::empty()).map_err(|error| error.to_string())?;
    let Ok(answer) = router.clone().oneshot(request).await;
    if !answer.status().is_success() {
        return Err(format!("{address} is answered with {}", answer.status()));
    }
    let body = to_bytes(answer.into_body(), LONGEST).await;
    let body = body.map_err(|error| error.to_string())?;
    String::from_utf8(body.into()).map_err(|error| error.to_string())
}
