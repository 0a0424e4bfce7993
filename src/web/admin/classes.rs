//! The classes of incidents, which the system administrator changes here, and the limits of the two clocks, which the
//! configuration has.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::super::board::Asked;
use super::super::form::Fields;
use super::super::page::{Page, html_with, see};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::{Frame, Told, typed};
use crate::domain::access::{Deed, permit};
use crate::domain::incident::{ClassEdit, ClassGroup, Classes, IncidentClass, NAME, Severity};
use crate::i18n::Lang;
use crate::service::Error;

#[derive(Template)]
#[template(path = "admin/classes.html")]
struct ClassesPage {
    l: Lang,
    page: Page,
    frame: Frame,
    /// Whether the reader may change the list.
    may: bool,
    /// The version that is shown, and who wrote it when.
    seen: i64,
    written: Option<String>,
    groups: Vec<GroupView>,
    severities: Vec<SeverityView>,
}

struct GroupView {
    code: &'static str,
    name: &'static str,
    classes: Vec<IncidentClass>,
}

struct SeverityView {
    code: &'static str,
    name: &'static str,
    is_urgent: bool,
    report_within: String,
    answer_within: String,
    follow_up: String,
}

#[derive(Template)]
#[template(path = "admin/class_form.html")]
struct FormPage {
    l: Lang,
    page: Page,
    frame: Frame,
    seen: i64,
    /// Whether it is a further class, whose group and code can be chosen.
    is_new: bool,
    groups: Vec<(&'static str, &'static str)>,
    group: &'static str,
    class: IncidentClass,
    most: usize,
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let told = match asked.get("notice") {
        "class" => Told::notice(visit.l.class_saved()),
        _ => Told::default(),
    };
    show(&app, visit, told).await
}

async fn show(app: &App, visit: Visit, told: Told) -> Result<Response, Failure> {
    let l = visit.l;
    let stored = app.store.read().await?.class_list().await?;
    let stored = stored.ok_or(Failure::NOT_FOUND)?;
    let may = permit(visit.actor()?, Deed::ChangeSettings).is_ok();
    let zone = app.settings.service.zone;
    let written = stored
        .by
        .map(|by| l.classes_written(by, l.moment(stored.at, zone)));
    let group = |group: ClassGroup| GroupView {
        code: group.code(),
        name: l.class_group(group),
        classes: stored
            .classes
            .iter()
            .filter(|one| one.group == group)
            .cloned()
            .collect(),
    };
    let status = told.status();
    let template = ClassesPage {
        l,
        frame: match may {
            true => Frame::guarded(app, &visit, told)?,
            false => Frame::of(&visit, told)?,
        },
        may,
        seen: stored.version,
        written,
        groups: ClassGroup::ALL.map(group).into(),
        severities: severities(app, l, &stored.classes),
        page: visit.page,
    };
    html_with(status, &template)
}

fn severities(app: &App, l: Lang, classes: &Classes) -> Vec<SeverityView> {
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
            code: severity.code(),
            name: l.severity(severity),
            is_urgent: classes.is_grave(severity),
            report_within: l.span(limits.report_within.of(severity)),
            answer_within: l.span(limits.answer_within.of(severity)),
            follow_up: match times.is_empty() {
                true => l.none().to_owned(),
                false => times.join(l.list_joint()),
            },
        }
    };
    Severity::ALL.into_iter().map(view).collect()
}

/// Shows the form of one class, or of a further one in a group.
pub(in crate::web) async fn form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let stored = app.store.read().await?.class_list().await?;
    let stored = stored.ok_or(Failure::NOT_FOUND)?;
    let (is_new, class) = match ClassGroup::parse(asked.get("group")) {
        Some(group) => (true, empty(group)),
        None => {
            let known = stored.classes.get(asked.get("code")).cloned();
            (false, known.ok_or(Failure::NOT_FOUND)?)
        }
    };
    fill(&app, visit, stored.version, is_new, class, Told::default())
}

fn fill(
    app: &App,
    visit: Visit,
    seen: i64,
    is_new: bool,
    class: IncidentClass,
    told: Told,
) -> Result<Response, Failure> {
    let l = visit.l;
    let status = told.status();
    let template = FormPage {
        l,
        frame: Frame::guarded(app, &visit, told)?,
        seen,
        is_new,
        groups: ClassGroup::ALL
            .map(|group| (group.code(), l.class_group(group)))
            .into(),
        group: class.group.code(),
        class,
        most: NAME,
        page: visit.page,
    };
    html_with(status, &template)
}

/// Changes the list.
pub(in crate::web) async fn edit(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let seen = fields.read("seen").unwrap_or_default();
    let edit = read(&fields).ok_or(Failure::NOT_FOUND)?;
    let problem = match app.edit_classes(visit.actor()?, seen, edit.clone()).await {
        Ok(()) => return Ok(see("/admin/classes?notice=class")),
        Err(Error::Class(error)) => visit.l.class_error(&error),
        Err(Error::Already(_)) => visit.l.classes_changed_meanwhile().to_owned(),
        Err(error) => return Err(error.into()),
    };
    let told = Told::problem(problem);
    match edit {
        ClassEdit::Add(class) => fill(&app, visit, seen, true, class, told),
        ClassEdit::Change { code, zh, en, urgent } => {
            let known = app.classes().get(&code).cloned();
            let known = known.ok_or(Failure::NOT_FOUND)?;
            let class = IncidentClass {
                zh,
                en,
                urgent,
                ..known
            };
            fill(&app, visit, seen, false, class, told)
        }
        _ => show(&app, visit, told).await,
    }
}

/// Reads which change a form asks for.
fn read(fields: &Fields) -> Option<ClassEdit> {
    let code = typed(fields.get("code"));
    let (zh, en) = (typed(fields.get("zh")), typed(fields.get("en")));
    let urgent = fields.has("urgent");
    Some(match fields.get("act") {
        "add" => ClassEdit::Add(IncidentClass {
            code,
            zh,
            en,
            urgent,
            ..empty(ClassGroup::parse(fields.get("group"))?)
        }),
        "change" => ClassEdit::Change { code, zh, en, urgent },
        "retire" => ClassEdit::Retire { code, retired: true },
        "offer" => ClassEdit::Retire { code, retired: false },
        "up" => ClassEdit::Move { code, up: true },
        "down" => ClassEdit::Move { code, up: false },
        "grave" => ClassEdit::Grave(fields.all("severity[]").filter_map(Severity::parse).collect()),
        _ => return None,
    })
}

fn empty(group: ClassGroup) -> IncidentClass {
    IncidentClass {
        code: String::new(),
        group,
        zh: String::new(),
        en: String::new(),
        urgent: false,
        retired: false,
    }
}
