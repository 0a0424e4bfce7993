//! Knows how one obligation is shown: what is asked, until when, and what came of it.

use uuid::Uuid;

use super::place::Place;
use crate::domain::checkin::{Content, Provenance, Review};
use crate::domain::intake::FREELY;
use crate::domain::obligation::Kind;
use crate::domain::receipt::Number;
use crate::domain::standing::{Standing, standing};
use crate::i18n::{Lang, terms};
use crate::store::{StoredCheckIn, StoredObligation};
use crate::web::App;
use crate::web::board::class_name;

/// One obligation on the page.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub(super) obligation: i64,
    /// The key of the report that its button sends.
    pub(super) uuid: String,
    /// The day on which it is shown, to notice midnight.
    pub(super) today: String,
    pub(super) label: String,
    /// The period and its basis document.
    pub(super) basis: Option<String>,
    pub(super) drill: bool,
    pub(super) day: String,
    pub(super) is_yesterday: bool,
    pub(super) due: String,
    /// Unix milliseconds of the due time, for the countdown of the script.
    pub(super) due_ms: i64,
    pub(super) left: String,
    pub(super) standing: &'static str,
    pub(super) shape: &'static str,
    /// The class of its colour.
    pub(super) tone: &'static str,
    /// Whether a report can be sent with a button now.
    pub(super) is_open: bool,
    /// Whether it is the report of a parent after its units, which has a page of its own.
    pub(super) is_roll_up: bool,
    pub(super) is_late: bool,
    pub(super) is_excused: bool,
    pub(super) is_missed: bool,
    pub(super) panel: Option<Panel>,
}

/// What was received.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub(super) number: String,
    pub(super) received: String,
    pub(super) is_incident: bool,
    pub(super) content: &'static str,
    /// What happened and where, for an incident: class and place.
    pub(super) about: Option<String>,
    /// Who sent it, if not the unit itself.
    pub(super) by: Option<&'static str>,
    pub(super) next: &'static str,
    /// Until when it can be corrected without a reason, or that one is needed.
    pub(super) amend: String,
}

/// Shows all obligations of a unit: what is owed first.
pub(super) fn cards(app: &App, l: Lang, place: &Place) -> Vec<Card> {
    // How an incident goes on is asked beside the incident.
    let shown = place
        .owed
        .iter()
        .filter(|owed| owed.obligation.kind.incident().is_none() && !is_past(place, owed));
    let mut cards: Vec<Card> = shown.map(|owed| card(app, l, place, owed)).collect();
    cards.sort_by_key(|card| (!card.is_open, card.is_missed && card.is_yesterday));
    cards
}

/// Tells whether an obligation of an earlier day is over and done: its receipt is no longer of interest.
fn is_past(place: &Place, owed: &StoredObligation) -> bool {
    let o = &owed.obligation;
    let done = o.is_met() || o.excused.is_some();
    done && o.day < place.today && o.window.closes() <= place.now
}

fn card(app: &App, l: Lang, place: &Place, owed: &StoredObligation) -> Card {
    let o = &owed.obligation;
    let stands = standing(o, place.now);
    let is_open = matches!(stands, Standing::Open | Standing::Overdue);
    let round = place.round(owed);
    Card {
        obligation: o.id.0,
        uuid: Uuid::new_v4().to_string(),
        today: place.today.to_string(),
        label: place.label(owed, l),
        basis: round.map(|round| l.desk_basis(&round.period, &round.basis)),
        drill: owed.drill,
        day: l.date(o.day),
        is_yesterday: place.is_yesterday(o.day),
        due: l.desk_due(l.time_for(o.window.due(), app.settings.service.zone, o.day)),
        due_ms: o.window.due().timestamp_millis(),
        left: if is_open {
            l.until(o.window.due(), place.now)
        } else {
            String::new()
        },
        standing: match (stands, owed.incident) {
            (Standing::Received(_), true) => l.term_incident(),
            _ => l.standing(stands),
        },
        shape: match (stands, owed.incident) {
            (Standing::Received(_), true) => terms::INCIDENT,
            _ => terms::shape(stands),
        },
        tone: tone(stands, owed.incident),
        is_open,
        is_roll_up: o.kind == Kind::RollUp,
        is_late: stands == Standing::Overdue,
        is_excused: stands == Standing::Excused,
        is_missed: stands == Standing::Missing,
        panel: place.report(owed).map(|kept| panel(app, l, place, owed, kept)),
    }
}

pub(super) fn tone(stands: Standing, incident: bool) -> &'static str {
    match stands {
        Standing::Received(_) if incident => "amber",
        Standing::Received(_) => "good",
        Standing::Overdue | Standing::Missing => "bad",
        Standing::Open => "open",
        Standing::Upcoming | Standing::Excused => "calm",
    }
}

/// Shows a report that was received.
pub(super) fn panel(
    app: &App,
    l: Lang,
    place: &Place,
    owed: &StoredObligation,
    kept: &StoredCheckIn,
) -> Panel {
    let zone = app.settings.service.zone;
    let is_incident = kept.check_in.content.incident().is_some();
    let free = kept.check_in.received + FREELY;
    Panel {
        number: Number(kept.check_in.id).to_string(),
        received: l.moment_exact(kept.check_in.received, zone),
        is_incident,
        content: said(l, &kept.check_in.content),
        about: about(app, l, &kept.check_in.content),
        by: (kept.check_in.provenance != Provenance::Own).then(|| l.provenance(kept.check_in.provenance)),
        next: next(l, standing(&owed.obligation, place.now), kept, is_incident),
        amend: match place.now < free {
            true => l.receipt_amend_until(l.time(free, zone)),
            false => l.receipt_amend_reason().to_owned(),
        },
    }
}

/// Says in a word what a report says.
pub(super) fn said(l: Lang, content: &Content) -> &'static str {
    match content {
        Content::AllClear => l.receipt_all_clear(),
        Content::Incident(_) => l.receipt_incident(),
        Content::RollUp(_) => l.receipt_roll_up(),
    }
}

/// Says what happened and where; several receipts of a day are told apart by it.
pub(super) fn about(app: &App, l: Lang, content: &Content) -> Option<String> {
    let incident = content.incident()?;
    let class = class_name(&app.classes(), &incident.class, l);
    let parts = [class.as_str(), incident.place.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Some(parts.join(" · "))
}

fn next(l: Lang, stands: Standing, kept: &StoredCheckIn, is_incident: bool) -> &'static str {
    use crate::domain::standing::Timeliness::Late;
    match (kept.check_in.review, stands) {
        (Review::Awaiting, _) => l.receipt_next_awaiting(),
        (Review::Refused, _) => l.receipt_next_refused(),
        _ if is_incident => l.receipt_next_incident(),
        (_, Standing::Received(Late)) => l.receipt_next_late(),
        _ => l.receipt_next_done(),
    }
}
