//! Knows what the layout of every page needs, and renders templates.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::Offset as _;

use super::assets::ADDRESSES;
use super::{App, Failure, admin};
use crate::domain::access::{Actor, Deed, Door, Role};
use crate::i18n::Lang;

/// What the layout needs: `templates/base.html` reads it as `page`.
#[derive(Debug, Clone)]
pub struct Page {
    /// The reader's language; templates have it as `l` too.
    pub l: Lang,
    /// The name of the office.
    pub office: String,
    /// A word that marks every page, such as 演示.
    pub mark: Option<String>,
    /// Whether it shows a drill, and bears its watermark.
    pub drill: bool,
    /// Whether the connection is open to listeners, which the page must say.
    pub plain: bool,
    /// The duty phone as people write it; empty when none is set.
    pub phone: String,
    /// The duty phone as a `tel:` link has it.
    pub dial: String,
    /// The post or workstation that is signed in.
    pub who: Option<String>,
    /// Whether there is a session to leave.
    pub leaves: bool,
    /// Whether the reader reports for a unit that has others beneath.
    pub leads: bool,
    /// Where else the reader may go.
    pub ways: Vec<Way>,
    /// When it was made, for whoever prints it.
    pub as_of: String,
    /// The address of this page, for coming back after the language changed.
    pub here: String,
    /// What proves a form of an old browser.
    pub form_token: String,
    /// Seconds by which local time is ahead of UTC, for scripts.
    pub ahead: i32,
    /// Addresses of the style sheet, the script and the icon.
    pub style: &'static str,
    pub script: &'static str,
    /// What the pages of the office load beside.
    pub office_style: &'static str,
    pub office_script: &'static str,
    pub icon: &'static str,
}

/// A place in the navigation.
#[derive(Debug, Clone)]
pub struct Way {
    pub href: &'static str,
    pub text: &'static str,
    pub is_here: bool,
}

impl Page {
    /// Makes the layout of a page that nobody in particular reads.
    pub(super) fn new(app: &App, l: Lang, here: String) -> Self {
        let settings = &app.settings;
        let mark = match settings.service.mark.as_str() {
            "" => None,
            mark if Lang::ALL.iter().any(|l| l.demo_mark() == mark) => Some(l.demo_mark().to_owned()),
            mark => Some(mark.to_owned()),
        };
        Self {
            l,
            office: settings.service.name.clone(),
            mark,
            drill: false,
            plain: settings.web.plain_http,
            phone: settings.duty.phone.clone(),
            dial: dial(&settings.duty.phone),
            who: None,
            leaves: false,
            leads: false,
            ways: Vec::new(),
            as_of: l.data_as_of(l.moment_exact(app.now(), settings.service.zone)),
            here,
            form_token: String::new(),
            ahead: app
                .now()
                .with_timezone(&settings.service.zone)
                .offset()
                .fix()
                .local_minus_utc(),
            style: &ADDRESSES.style,
            script: &ADDRESSES.script,
            office_style: &ADDRESSES.office_style,
            office_script: &ADDRESSES.office_script,
            icon: &ADDRESSES.icon,
        }
    }

    /// Marks the page if what it shows is of a drill.
    pub(super) fn of_drill(self, drill: bool) -> Self {
        Self { drill, ..self }
    }

    /// Says on the page who reads it, and where he may go.
    pub(super) fn of(mut self, actor: &Actor) -> Self {
        // A workstation is called what it is in the reader's language, whatever was read when it was bound.
        let label = match actor.is_person() {
            true => actor.label.clone(),
            false => self.l.slip_device().to_owned(),
        };
        self.who = (!label.is_empty()).then_some(label);
        self.leaves = actor.is_person();
        self.ways = ways(actor, self.leads, self.l, &self.here);
        self
    }
}

/// Gives a phone number as a `tel:` link has it: digits, and a plus in front.
pub fn dial(phone: &str) -> String {
    let kept = |(at, c): (usize, char)| (c.is_ascii_digit() || (at == 0 && c == '+')).then_some(c);
    phone.trim().chars().enumerate().filter_map(kept).collect()
}

/// Gives the pages that an actor may go to from anywhere; nothing for a workstation, which has one.
fn ways(actor: &Actor, leads: bool, l: Lang, here: &str) -> Vec<Way> {
    if !actor.is_person() {
        return Vec::new();
    }
    let all = [
        ("/desk", l.way_desk(), Door::Roles(&[Role::Reporter, Role::Head])),
        ("/township", l.township_title(), Door::May(Deed::SeeBoard)),
        ("/board", l.way_board(), Door::May(Deed::SeeBoard)),
        ("/incidents", l.incidents_title(), Door::May(Deed::SeeBoard)),
        ("/alerts", l.way_alerts(), Door::May(Deed::SeeUrgent)),
        ("/bulletins", l.bulletins_title(), Door::May(Deed::SeeBulletin)),
        ("/roster", l.roster_title(), Door::May(Deed::SeeRoster)),
        ("/plans", l.plans_title(), Door::SignedIn),
        ("/outbox", l.way_outbox(), Door::May(Deed::SeeOutbox)),
        ("/audit", l.audit_title(), Door::May(Deed::ReadAudit)),
        ("/admin", l.way_admin(), admin::ANY),
    ];
    let path = here.split('?').next().unwrap_or_default();
    all.into_iter()
        .filter(|(href, _, door)| door.admits(Some(actor)) && (*href != "/township" || leads))
        .map(|(href, text, _)| Way {
            href,
            text,
            is_here: path == href || (href == "/admin" && path.starts_with("/admin/")),
        })
        .collect()
}

/// Renders a template as a page.
///
/// # Errors
/// When the template fails, which is logged and told as a fault of ours.
pub fn html(template: &impl Template) -> Result<Response, Failure> {
    html_with(StatusCode::OK, template)
}

/// Renders a template as a page with a status.
///
/// # Errors
/// When the template fails.
pub fn html_with(status: StatusCode, template: &impl Template) -> Result<Response, Failure> {
    let text = template.render().map_err(|error| {
        tracing::error!(%error, "a template failed");
        Failure::status(StatusCode::INTERNAL_SERVER_ERROR)
    })?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok((status, [(header::CONTENT_TYPE, kind)], text).into_response())
}

/// Sends the reader on to another page of ours.
pub fn see(address: &str) -> Response {
    // An address with a line break or a foreign host cannot come from here; then the first page will do.
    let local = is_local(address);
    let value = local.then(|| HeaderValue::from_str(address).ok()).flatten();
    let value = value.unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, value)]).into_response()
}

/// Tells whether an address is a path of this service: `next=//evil` and its like are not.
pub fn is_local(address: &str) -> bool {
    address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains('\\')
        && address.len() <= 2000
        && address.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_ours_is_followed_after_sign_in() {
        for good in ["/", "/board?standing=overdue", "/desk"] {
            assert!(is_local(good), "{good}");
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "evil",
            "/a\r\nb: c",
            "/a b",
            "javascript:1",
        ] {
            assert!(!is_local(bad), "{bad}");
        }
    }

    #[test]
    fn a_phone_number_is_dialled_without_its_signs() {
        assert_eq!(dial("0793-621 0000"), "07936210000");
        assert_eq!(dial("+86 (793) 6210000"), "+867936210000");
        assert_eq!(dial(""), "");
    }
}
