//! The classes of incidents and the limits of the two clocks, as the configuration has them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::desk::incident::{Group, groups};
use super::super::page::{Page, html};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::{Frame, Told};
use crate::domain::incident::Severity;
use crate::i18n::Lang;

#[derive(Template)]
#[template(path = "admin/classes.html")]
struct ClassesPage {
    l: Lang,
    page: Page,
    frame: Frame,
    /// The file of the list; `None`: the one that comes with the program.
    file: Option<String>,
    groups: Vec<Group>,
    severities: Vec<SeverityView>,
}

struct SeverityView {
    name: &'static str,
    is_urgent: bool,
    report_within: String,
    answer_within: String,
    follow_up: String,
}

/// Shows the page.
pub(in crate::web) async fn page(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    let l = visit.l;
    let limits = &app.settings.incident;
    let view = |severity: Severity| {
        let asked = limits
            .follow_up
            .times()
            .iter()
            .filter(|one| one.severity == severity);
        let times: Vec<String> = asked
            .flat_map(|one| &one.at)
            .map(|time| time.format("%H:%M").to_string())
            .collect();
        SeverityView {
            name: l.severity(severity),
            is_urgent: app.classes.is_grave(severity),
            report_within: l.span(limits.report_within.of(severity)),
            answer_within: l.span(limits.answer_within.of(severity)),
            follow_up: match times.is_empty() {
                true => l.none().to_owned(),
                false => times.join(l.list_joint()),
            },
        }
    };
    html(&ClassesPage {
        l,
        frame: Frame::of(&visit, Told::default())?,
        file: app
            .settings
            .classes
            .file
            .as_ref()
            .map(|file| file.display().to_string()),
        groups: groups(&app, l),
        severities: Severity::ALL.into_iter().map(view).collect(),
        page: visit.page,
    })
}
