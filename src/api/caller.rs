//! Learns whose token it is, and in which language he reads.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::{App, Problem};
use crate::auth::Peer;
use crate::domain::access::Actor;
use crate::i18n::Lang;
use crate::service::{Error, Pass};

/// Who calls: an extractor of every address.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) actor: Actor,
    pub(super) l: Lang,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let l = language(&parts.headers, app);
        let token = bearer(&parts.headers).ok_or_else(|| Problem::token(l))?;
        // No cookie opens the API, so no page of another site can use it.
        for pass in [Pass::Token, Pass::Device] {
            let visitor = app.visitor(pass, token).await;
            if let Some(visitor) = visitor.map_err(|error| Problem::of(error, l, app))? {
                let actor = visitor.actor.clone();
                return Ok(Self { actor, l });
            }
        }
        // Whoever has a good token is never kept waiting, whatever others at his address try.
        let address = parts.extensions.get::<Peer>().map(|peer| peer.0.to_string());
        let counted = app.stumble("token", &address.unwrap_or_default()).await;
        Err(counted.map_or_else(|error| Problem::of(error, l, app), |()| Problem::token(l)))
    }
}

impl Caller {
    /// Puts why a deed was not done into words.
    pub(super) fn failed(&self, app: &App) -> impl Fn(Error) -> Problem {
        let (l, app) = (self.l, app.clone());
        move |error| Problem::of(error, l, &app)
    }

    /// Puts why the database did not answer into words.
    pub(super) fn unanswered(&self, app: &App) -> impl Fn(crate::store::Error) -> Problem {
        let failed = self.failed(app);
        move |error| failed(error.into())
    }
}

/// Gives the language that a request asks for.
pub(super) fn language(headers: &HeaderMap, app: &App) -> Lang {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    wanted
        .and_then(Lang::accepted)
        .unwrap_or(app.settings.service.language)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
