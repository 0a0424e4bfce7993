//! What is done about a roster: a day is edited, somebody stands in, shifts are swapped, a calendar is opened.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{PostView, Sheet, covers, post_view, unit_of};
use crate::domain::access::Deed;
use crate::domain::address::Address;
use crate::domain::calendar::moment;
use crate::domain::ids::UnitId;
use crate::domain::roster::{Duty, Swap, span};
use crate::domain::time::BusinessDate;
use crate::domain::unit::Unit;
use crate::i18n::Lang;
use crate::service::{Error, Fault, TypedPost};
use crate::web::board::{Asked, with_notice};
use crate::web::failure::of_fault;
use crate::web::form::Fields;
use crate::web::page::{Page, html, html_with, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// How many lines a duty has at least on the form of a day.
const LINES: usize = 3;

#[derive(Template)]
#[template(path = "roster_day.html")]
struct DayPage {
    l: Lang,
    page: Page,
    title: String,
    unit: i64,
    name: String,
    date: String,
    /// The same in words.
    day: String,
    /// From when to when it is: a duty day does not begin at midnight.
    span: String,
    problem: Option<String>,
    duties: Vec<DutyView>,
}

/// Code and name of a duty, and who is on it.
type DutyView = (&'static str, &'static str, Vec<PostView>);

/// Shows the form of a day.
pub(in crate::web) async fn day_form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let unit = kept(&app, &visit, asked.number("unit")).await?;
    let date: BusinessDate = asked.get("day").parse().map_err(|_| Failure::NOT_FOUND)?;
    let shifts = app.store.read().await?.shifts(&[unit.id], date, date).await?;
    let shifts = shifts.get(&unit.id).map_or(&[][..], |all| all);
    let duties = Duty::ALL.map(|duty| {
        let on = shifts.iter().filter(|one| one.duty == duty);
        let mut posts: Vec<PostView> = on.map(|one| post_view(&one.post)).collect();
        let lines = LINES.max(posts.len() + 1);
        posts.resize_with(lines, PostView::blank);
        (duty.code(), visit.l.duty(duty), posts)
    });
    html(&day_page(&app, &visit, &unit, date, (duties.into(), None)))
}

fn day_page(
    app: &App,
    visit: &Visit,
    unit: &Unit,
    date: BusinessDate,
    (duties, problem): (Vec<DutyView>, Option<String>),
) -> DayPage {
    let (l, zone) = (visit.l, app.settings.service.zone);
    let (from, until) = span(date, app.settings.roster.changes_at, zone);
    DayPage {
        l,
        title: l.roster_day_title(l.date(date)),
        unit: unit.id.0,
        name: unit.name.to_string(),
        date: date.to_string(),
        day: l.short_date(date),
        span: l.roster_day_span(l.moment(from, zone), l.moment(until, zone)),
        problem,
        duties,
        page: visit.page.clone(),
    }
}

/// Takes a day.
pub(in crate::web) async fn day(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let unit = kept(&app, &visit, fields.read("unit")).await?;
    let date: BusinessDate = fields.read("day").ok_or(Failure::NOT_FOUND)?;
    let mut typed = Vec::new();
    for duty in Duty::ALL {
        let all = |field: &str| {
            let name = format!("{}_{field}[]", duty.code());
            fields
                .all(&name)
                .take(20)
                .map(str::to_owned)
                .collect::<Vec<String>>()
        };
        let (names, phones) = (all("name"), all("phone"));
        for (place, address) in all("address").into_iter().enumerate() {
            let at = |list: &[String]| list.get(place).cloned().unwrap_or_default();
            typed.push((duty, at(&names), address, at(&phones)));
        }
    }
    let posts: Vec<(Duty, TypedPost<'_>)> = typed
        .iter()
        .map(|(duty, name, address, phone)| (*duty, TypedPost { name, address, phone }))
        .collect();
    let problem = match app.put_duty_day(visit.actor()?, unit.id, date, &posts).await {
        Ok(()) => return Ok(done(unit.id, Some(date), "roster_saved")),
        Err(Error::Invalid { field, fault }) => wrong(visit.l, field, fault),
        Err(error) => return Err(error.into()),
    };
    let duties = Duty::ALL.map(|duty| {
        let on = typed.iter().filter(|(one, ..)| *one == duty);
        let view = |(_, name, address, phone): &(Duty, String, String, String)| PostView {
            name: name.clone(),
            address: address.clone(),
            phone: phone.clone(),
            dial: String::new(),
        };
        (duty.code(), visit.l.duty(duty), on.map(view).collect())
    });
    let page = day_page(&app, &visit, &unit, date, (duties.into(), Some(problem)));
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Lets somebody stand in, or takes that back.
pub(in crate::web) async fn stand_in(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let unit = kept(&app, &visit, fields.read("unit")).await?;
    let actor = visit.actor()?;
    let result = match fields.read("end") {
        Some(id) => app.end_stand_in(actor, unit.id, id).await,
        None => {
            let zone = app.settings.service.zone;
            let at = |field: &'static str| {
                moment(fields.get(field), zone).map_err(|_| Error::invalid(field, Fault::Unreadable))
            };
            let by = TypedPost {
                name: fields.get("name"),
                address: fields.get("address"),
                phone: fields.get("phone"),
            };
            match (at("from"), at("until")) {
                (Ok(from), Ok(until)) => app
                    .stand_in(actor, unit.id, fields.get("absent"), by, (from, until))
                    .await
                    .map(|_| ()),
                (Err(error), _) | (_, Err(error)) => Err(error),
            }
        }
    };
    answer(&app, &visit, unit, result).await
}

/// Asks for a swap.
pub(in crate::web) async fn swap(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let unit = kept(&app, &visit, fields.read("unit")).await?;
    let chosen = shift(fields.get("one")).zip(shift(fields.get("other")));
    let Some(((duty, day, address), (other_duty, other_day, other_address))) = chosen else {
        return Err(Failure::status(StatusCode::BAD_REQUEST));
    };
    let swap = Swap {
        duty,
        day,
        address,
        other_day,
        other_address,
    };
    let result = match duty == other_duty {
        true => app
            .ask_swap(visit.actor()?, unit.id, &swap, fields.get("reason"))
            .await
            .map(|_| ()),
        false => Err(Error::Swap(crate::domain::roster::SwapError::Same)),
    };
    answer(&app, &visit, unit, result).await
}

/// Reads a shift as the form names it.
fn shift(text: &str) -> Option<(Duty, BusinessDate, Address)> {
    let mut words = text.split(' ');
    let duty = Duty::parse(words.next()?)?;
    let day = words.next()?.parse().ok()?;
    Some((duty, day, Address::parse(words.next()?).ok()?))
}

/// Decides a swap.
pub(in crate::web) async fn swap_decide(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let unit = unit_of(&app, visit.actor()?, fields.read("unit")).await?;
    let id = fields.read("swap").ok_or(Failure::NOT_FOUND)?;
    let result = app
        .decide_swap(visit.actor()?, id, fields.get("decision") == "yes")
        .await;
    answer(&app, &visit, unit, result).await
}

/// Opens or closes a calendar.
pub(in crate::web) async fn feed(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let unit = kept(&app, &visit, fields.read("unit")).await?;
    let actor = visit.actor()?;
    if let Some(id) = fields.read("close") {
        let result = app.close_feed(actor, unit.id, id).await;
        return answer(&app, &visit, unit, result).await;
    }
    match app.open_feed(actor, unit.id, fields.get("address")).await {
        Ok(secret) => {
            let base = &app.settings.service.base_url;
            let mut sheet = Sheet::new(&app, &visit, unit, None);
            sheet.fresh = Some(format!("{base}/calendar/{secret}"));
            html(&sheet.page(None, None).await?)
        }
        Err(error) => answer(&app, &visit, unit, Err(error)).await,
    }
}

/// Goes back to the roster, or shows it with what was wrong.
async fn answer(
    app: &App,
    visit: &Visit,
    unit: Unit,
    result: Result<(), Error>,
) -> Result<Response, Failure> {
    let l = visit.l;
    let problem = match result {
        Ok(()) => return Ok(done(unit.id, None, "roster_saved")),
        Err(Error::Already(_)) => return Ok(done(unit.id, None, "already")),
        Err(Error::Invalid { field, fault }) => wrong(l, field, fault),
        Err(Error::Swap(error)) => l.swap_error(error).to_owned(),
        Err(error) => return Err(error.into()),
    };
    let page = Sheet::new(app, visit, unit, None)
        .page(None, Some(problem))
        .await?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Says what is wrong with a field, by its name.
fn wrong(l: Lang, field: &str, fault: Fault) -> String {
    let name = match field {
        "name" => l.post_name(),
        "address" => l.post_address(),
        "phone" => l.post_phone(),
        "absent" => l.stand_in_absent(),
        "from" => l.stand_in_from(),
        "until" => l.stand_in_until(),
        "reason" => l.field_reason(),
        _ => l.roster_day(),
    };
    l.named_fault(name, of_fault(fault, l))
}

fn done(unit: UnitId, week: Option<BusinessDate>, notice: &str) -> Response {
    let week = week.map(|day| format!("&week={day}")).unwrap_or_default();
    see(&with_notice(&format!("/roster?unit={unit}{week}"), notice, ""))
}

/// Gives a unit whose roster the reader keeps.
pub(in crate::web) async fn kept(app: &App, visit: &Visit, unit: Option<i64>) -> Result<Unit, Failure> {
    let actor = visit.actor()?;
    let unit = unit_of(app, actor, unit).await?;
    match covers(actor, Deed::KeepRoster, &unit) {
        true => Ok(unit),
        false => Err(Failure::NOT_FOUND),
    }
}

impl PostView {
    fn blank() -> Self {
        Self {
            name: String::new(),
            address: String::new(),
            phone: String::new(),
            dial: String::new(),
        }
    }
}
