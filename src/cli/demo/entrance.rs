//! The links that the demonstration prints: each signs the browser in and opens the page, as often as it is pressed.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::domain::access::{Actor, Door};
use crate::domain::ids::{AccountId, UnitId};
use crate::service::Service;
use crate::web::{App, Cookie, Failure, Route};

/// Who may come in, and by which word.
#[derive(Debug, Clone)]
pub(super) struct Entrance {
    /// Makes the links unknown to other users of this machine.
    pub(super) secret: String,
    pub(super) officer: AccountId,
    pub(super) leader: AccountId,
    pub(super) head: AccountId,
    /// The token of the workstation of a village.
    pub(super) device: String,
}

impl Entrance {
    /// Gives the address of a page for one of `board`, `village`, `township`, `leader`.
    pub(super) fn link(&self, base_url: &str, who: &str) -> String {
        format!("{base_url}/demo/{}/{who}", self.secret)
    }

    /// Gives the page that signs in.
    pub(super) fn route(self) -> Route {
        let enter = async move |State(app): State<App>, Path((secret, who)): Path<(String, String)>| {
            self.enter(&app, &secret, &who).await
        };
        Route {
            path: "/demo/{secret}/{who}",
            door: Door::Anyone,
            methods: get(enter),
        }
    }

    async fn enter(&self, app: &App, secret: &str, who: &str) -> Result<Response, Failure> {
        if secret != self.secret {
            return Err(Failure::NOT_FOUND);
        }
        let (cookie, page) = match who {
            "village" => (Cookie::Device.write(&self.device, &app.settings), "/desk"),
            "board" => (session(app, self.officer).await?, "/board"),
            "township" => (session(app, self.head).await?, "/township"),
            "leader" => (session(app, self.leader).await?, "/alerts"),
            _ => return Err(Failure::NOT_FOUND),
        };
        let to = (header::LOCATION, HeaderValue::from_static(page));
        let mut response = (StatusCode::SEE_OTHER, [to]).into_response();
        response
            .headers_mut()
            .extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
        Ok(response)
    }
}

async fn session(app: &App, account: AccountId) -> Result<Option<HeaderValue>, Failure> {
    let token = app.begin_session(account, "demo").await?;
    Ok(Cookie::Session.write(&token, &app.settings))
}

/// Binds a workstation to a village, as its clerk would by a slip. Gives its token.
pub(super) async fn bind(service: &Service, village: UnitId, label: &str) -> crate::service::Result<String> {
    let slips = service.issue_slips(&Actor::console(), &[village]).await?;
    let code = slips.first().map(|slip| slip.code.as_str()).unwrap_or_default();
    let bound = service.bind(code, label, None).await?;
    bound.ok_or(crate::service::Error::Missing("slip"))
}
