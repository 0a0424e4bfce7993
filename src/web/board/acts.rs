//! The small forms behind the buttons of the board: phoned, reminded, excused, extended; and taking such an act back.

use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::Asked;
use super::form::{Typed, input_time, show, unmet_in};
use super::notice::{board_or, with_notice};
use crate::domain::access::Deed;
use crate::domain::calendar::moment;
use crate::domain::ids::{ObligationId, RoundId, UnitId};
use crate::domain::time::from_millis;
use crate::i18n::Lang;
use crate::service::{Call, Done, Error, Fault, Undo};
use crate::web::form::Fields;
use crate::web::page::see;
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// One of the forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Act {
    Contacted,
    Remind,
    Excuse,
    Extend,
}

impl Act {
    pub(super) const fn deed(self) -> Deed {
        match self {
            Self::Contacted | Self::Remind => Deed::Proxy,
            Self::Excuse => Deed::Excuse,
            Self::Extend => Deed::Extend,
        }
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Contacted => "contacted",
            Self::Remind => "remind",
            Self::Excuse => "excuse",
            Self::Extend => "extend",
        }
    }
}

/// What a form is about: obligations, or all that is unmet in an area.
#[derive(Debug, Clone, Default)]
pub(super) struct Subject {
    pub(super) ids: Vec<ObligationId>,
    pub(super) area: Option<(RoundId, UnitId)>,
    pub(super) back: String,
}

impl Subject {
    fn asked(asked: &Asked) -> Self {
        let area = asked.number("round").zip(asked.number("unit"));
        Self {
            ids: asked.chosen(),
            area: area.map(|(round, unit)| (RoundId(round), UnitId(unit))),
            back: board_or(asked.get("back")),
        }
    }

    fn posted(fields: &Fields) -> Self {
        let number = |name: &str| fields.read::<i64>(name).filter(|n| *n > 0);
        let list = fields.get("o").split(',').filter_map(|id| id.trim().parse().ok());
        Self {
            ids: list.filter(|id| *id > 0).map(ObligationId).collect(),
            area: number("round")
                .zip(number("unit"))
                .map(|(r, u)| (RoundId(r), UnitId(u))),
            back: board_or(fields.get("back")),
        }
    }
}

/// Shows the form of a call.
pub(in crate::web) async fn contacted_form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    form(&app, visit, Act::Contacted, query.as_deref()).await
}

/// Shows the form of a reminder.
pub(in crate::web) async fn remind_form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    form(&app, visit, Act::Remind, query.as_deref()).await
}

/// Shows the form of an excusal.
pub(in crate::web) async fn excuse_form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    form(&app, visit, Act::Excuse, query.as_deref()).await
}

/// Shows the form of an extension.
pub(in crate::web) async fn extend_form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    form(&app, visit, Act::Extend, query.as_deref()).await
}

async fn form(app: &App, visit: Visit, act: Act, query: Option<&str>) -> Result<Response, Failure> {
    let subject = Subject::asked(&Asked::read(query.unwrap_or_default()));
    show(app, visit, act, &subject, Typed::default(), Vec::new()).await
}

/// Records a call.
pub(in crate::web) async fn contacted(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let subject = Subject::posted(&fields);
    let Some(call) = Call::parse(fields.get("result")) else {
        let problem = ("result", visit.l.contacted_choose().to_owned());
        return again(&app, visit, Act::Contacted, &subject, &fields, vec![problem]).await;
    };
    let done = app
        .contacted(visit.actor()?, &subject.ids, call, fields.get("note"))
        .await;
    answer(&app, visit, Act::Contacted, "contacted", &subject, &fields, done).await
}

/// Sends a reminder now.
pub(in crate::web) async fn remind(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let mut subject = Subject::posted(&fields);
    if let Some((round, unit)) = subject.area.filter(|_| subject.ids.is_empty()) {
        subject.ids = unmet_in(&app, &visit, Act::Remind, round, unit).await?;
    }
    match app.remind(visit.actor()?, &subject.ids).await {
        Ok(0) => Ok(see(&with_notice(&subject.back, "reminded_none", ""))),
        Ok(n) => Ok(see(&with_notice(&subject.back, "reminded", &n.to_string()))),
        Err(error) => {
            answer(
                &app,
                visit,
                Act::Remind,
                "reminded",
                &subject,
                &fields,
                Err(error),
            )
            .await
        }
    }
}

/// Excuses.
pub(in crate::web) async fn excuse(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let subject = Subject::posted(&fields);
    let done = app
        .excuse(visit.actor()?, &subject.ids, fields.get("reason"))
        .await;
    answer(&app, visit, Act::Excuse, "excused", &subject, &fields, done).await
}

/// Takes an excusal back.
pub(in crate::web) async fn undo_excusal(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let subject = Subject::posted(&fields);
    let id = subject.ids.first().ok_or(Failure::NOT_FOUND)?;
    match app.undo_excusal(visit.actor()?, *id).await {
        Ok(()) => Ok(see(&with_notice(&subject.back, "undone", ""))),
        Err(Error::Already(_)) => Ok(see(&with_notice(&subject.back, "already", ""))),
        Err(error) => Err(error.into()),
    }
}

/// Takes back what the reader just did.
pub(in crate::web) async fn undo(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let back = board_or(fields.get("back"));
    let what = Undo::parse(fields.get("act")).ok_or(Failure::NOT_FOUND)?;
    let at = fields.read::<i64>("at").and_then(from_millis);
    let at = at.ok_or(Failure::NOT_FOUND)?;
    let said = match app.undo(visit.actor()?, what, at).await {
        Ok(n) => with_notice(&back, "taken_back", &n.to_string()),
        Err(Error::Already("late")) => with_notice(&back, "undo_late", ""),
        Err(Error::Already(_)) => with_notice(&back, "undo_nothing", ""),
        Err(error) => return Err(error.into()),
    };
    Ok(see(&said))
}

/// Extends.
pub(in crate::web) async fn extend(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let mut subject = Subject::posted(&fields);
    let zone = app.settings.service.zone;
    let Ok(due) = moment(fields.get("due"), zone) else {
        let example = visit
            .l
            .problem_time(input_time(app.now(), zone).replace('T', " "));
        return again(
            &app,
            visit,
            Act::Extend,
            &subject,
            &fields,
            vec![("due", example)],
        )
        .await;
    };
    if let Some((round, unit)) = subject.area.filter(|_| subject.ids.is_empty()) {
        subject.ids = unmet_in(&app, &visit, Act::Extend, round, unit).await?;
    }
    let done = app
        .extend(visit.actor()?, &subject.ids, due, fields.get("reason"))
        .await;
    answer(&app, visit, Act::Extend, "extended", &subject, &fields, done).await
}

/// Goes back with a notice, or shows the form again with what is to be mended.
async fn answer(
    app: &App,
    visit: Visit,
    act: Act,
    notice: &str,
    subject: &Subject,
    fields: &Fields,
    done: Result<Done, Error>,
) -> Result<Response, Failure> {
    let l = visit.l;
    let problem = match done {
        Ok(done) => {
            let said = with_notice(&subject.back, notice, &done.count.to_string());
            let at = done.at.timestamp_millis();
            return Ok(see(&format!("{said}&undo={}&at={at}", act.code())));
        }
        Err(Error::Already("closed")) => ("due", l.extend_closed().to_owned()),
        Err(Error::Already(_)) => return Ok(see(&with_notice(&subject.back, "already", ""))),
        Err(Error::Invalid {
            field: "obligation", ..
        }) => ("o", l.act_nobody().to_owned()),
        Err(Error::Invalid { field, fault }) => (field, said(l, field, fault)),
        Err(error) => return Err(error.into()),
    };
    again(app, visit, act, subject, fields, vec![problem]).await
}

/// Says what is wrong with a field.
pub(in crate::web) fn said(l: Lang, field: &str, fault: Fault) -> String {
    let name = match field {
        "caller_post" => l.field_caller_post(),
        "called_at" => l.field_called_at(),
        "due" => l.extend_due(),
        "note" => l.contacted_note(),
        "remark" => l.alert_remark(),
        _ => l.field_reason(),
    };
    match (fault, field) {
        (Fault::TooLong(most), _) => l.problem_longer(name, most),
        (Fault::TooEarly, "due") => l.extend_too_early().to_owned(),
        (Fault::TooEarly, _) => l.problem_long_ago(name),
        (Fault::TooLate, _) => l.problem_in_future(name),
        _ => l.problem_field_needed(name),
    }
}

async fn again(
    app: &App,
    visit: Visit,
    act: Act,
    subject: &Subject,
    fields: &Fields,
    problems: Vec<(&'static str, String)>,
) -> Result<Response, Failure> {
    let typed = |name: &str| fields.get(name).chars().take(500).collect();
    let typed = Typed {
        result: typed("result"),
        note: typed("note"),
        reason: typed("reason"),
        due: typed("due"),
    };
    show(app, visit, act, subject, typed, problems).await
}
