//! Says what is red above the list: open incidents, what delivery could not do, outages.

use std::sync::Arc;

use chrono_tz::Tz;

use super::load::Loaded;
use super::when;
use crate::domain::alert::State;
use crate::domain::board::Filter;
use crate::domain::incident::{Classes, Severity};
use crate::domain::language::Lang;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitTree;
use crate::store::{BoardAlert, BoardIncident, Tray};

/// An open incident on the strip.
#[derive(Debug)]
pub(in crate::web) struct IncidentView {
    /// Where it leads: the alert, else the unit.
    pub(in crate::web) href: String,
    pub(in crate::web) class: String,
    pub(in crate::web) severity: &'static str,
    /// The colour of its severity.
    pub(in crate::web) colour: &'static str,
    pub(in crate::web) unit: String,
    pub(in crate::web) reported: String,
    pub(in crate::web) urgent: bool,
    pub(in crate::web) drill: bool,
    /// Who has it, or that nobody does.
    pub(in crate::web) answer: Option<String>,
    /// Whether nobody has it.
    pub(in crate::web) is_unanswered: bool,
    /// Whether every pass was sent and nobody answered, or nobody could be told.
    pub(in crate::web) is_red: bool,
}

/// One thing that went wrong.
#[derive(Debug)]
pub(in crate::web) struct RedView {
    pub(in crate::web) text: String,
    /// The server's own words.
    pub(in crate::web) words: String,
    pub(in crate::web) href: Option<String>,
}

/// Says incidents, to a reader.
pub(in crate::web) struct Strip<'a> {
    pub(in crate::web) l: Lang,
    pub(in crate::web) zone: Tz,
    pub(in crate::web) now: Timestamp,
    pub(in crate::web) tree: &'a UnitTree,
    pub(in crate::web) classes: Arc<Classes>,
    /// Whether the reader may see alerts.
    pub(in crate::web) opens_alerts: bool,
}

/// Names an incident class in the reader's language.
pub(in crate::web) fn class_name(classes: &Classes, code: &str, l: Lang) -> String {
    let known = classes.get(code);
    known.map_or_else(
        || code.to_owned(),
        |class| match l {
            Lang::Zh => class.zh.clone(),
            Lang::En => class.en.clone(),
        },
    )
}

/// Gives the colour of a severity.
pub(in crate::web) fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::I => "sev-i",
        Severity::II => "sev-ii",
        Severity::III => "sev-iii",
        Severity::IV => "sev-iv",
        Severity::NotGraded => "sev-none",
    }
}

impl Strip<'_> {
    /// Names a unit with the one above it.
    pub(in crate::web) fn unit(&self, one: &BoardIncident) -> String {
        let above = one.path.ancestors().next().and_then(|id| self.tree.get(id));
        match above {
            Some(above) => format!("{} · {}", above.name.as_str(), one.name),
            None => one.name.clone(),
        }
    }

    /// Says one incident.
    pub(in crate::web) fn incident(&self, one: &BoardIncident) -> IncidentView {
        let (l, zone) = (self.l, self.zone);
        let time = |at: Timestamp| when(l, at, self.now, zone);
        let state = one.alert.as_ref().map(|known| &known.alert.state);
        let red = one.alert.as_ref().and_then(|known| known.red.as_deref());
        let answer = one.alert.as_ref().map(|known| stands(l, known, &time));
        let answer = match (answer, one.closed) {
            (Some(words), Some(_)) => Some(l.incident_over_unanswered(words)),
            (answer, _) => answer,
        };
        let is_unanswered = state.is_some_and(|state| !matches!(state, State::Acknowledged { .. }));
        let href = match &one.alert {
            Some(known) if self.opens_alerts => format!("/alert/{}", known.id),
            _ => format!("/incident/{}", one.id),
        };
        IncidentView {
            href,
            class: class_name(&self.classes, &one.class, l),
            severity: l.severity(one.severity),
            colour: colour(one.severity),
            unit: self.unit(one),
            reported: l.incident_reported(time(one.opened)),
            urgent: one.urgent,
            drill: one.drill,
            answer,
            is_unanswered,
            is_red: is_unanswered && (red.is_some() || matches!(state, Some(State::Exhausted { .. }))),
        }
    }
}

/// Says in a line who has an urgent report, or what comes next.
pub(in crate::web) fn stands(l: Lang, known: &BoardAlert, time: &dyn Fn(Timestamp) -> String) -> String {
    match &known.alert.state {
        State::Acknowledged { by, at, .. } => l.alert_acknowledged(by, time(*at)),
        State::Running { .. } => {
            let reaches = match known.red.as_deref() {
                Some("nobody") => l.alert_red_nobody(),
                Some("failed") => l.alert_red_failed(),
                _ => l.alert_unacknowledged(),
            };
            let next = known.alert.coming(&known.policy);
            let next = next.map(|(at, coming)| l.alert_next(coming, time(at)));
            format!("{reaches} · {}", next.unwrap_or_default())
        }
        State::Exhausted { .. } => l.alert_exhausted().to_owned(),
    }
}

/// How many bulletins that are not there are named.
const LACKING: usize = 3;

/// Says what went wrong, the gravest first.
pub(super) fn reds(
    loaded: &Loaded,
    l: Lang,
    zone: Tz,
    (sees_outbox, sees_roster): (bool, bool),
    here: &super::Address,
) -> Vec<RedView> {
    let delivery = &loaded.delivery;
    let time = |at: Timestamp| when(l, at, loaded.now, zone);
    let outbox = |tray: Tray| sees_outbox.then(|| format!("/outbox?tray={}", tray.code()));
    let mut reds = Vec::new();
    let mut add = |text: String, words: &str, href: Option<String>| {
        let words = words.to_owned();
        reds.push(RedView { text, words, href });
    };
    let words = delivery.relay.words.as_deref().unwrap_or_default();
    let (waiting, oldest) = delivery.urgent;
    if let Some(oldest) = oldest.filter(|at| loaded.now - *at > chrono::TimeDelta::seconds(60)) {
        add(
            l.red_urgent_waiting(waiting, time(oldest)),
            "",
            outbox(Tray::Waiting),
        );
    }
    match (delivery.relay.stopped, delivery.relay.paused_until) {
        (Some(_), _) => add(l.red_stopped().to_owned(), words, outbox(Tray::Waiting)),
        (None, Some(until)) if until > loaded.now => {
            add(l.red_paused(time(until)), "", outbox(Tray::Waiting));
        }
        _ => {}
    }
    for gap in &loaded.duty {
        add(
            l.red_duty(l.short_date(gap.day), l.duties(&gap.lacks)),
            "",
            sees_roster.then(|| "/roster".to_owned()),
        );
    }
    for round in loaded.rounds.iter().filter(|round| round.gaps > 0) {
        let gaps = here.of_round(round.stored.round.id).filtered(Filter::Gap);
        let words = l.red_gaps(round.gaps, &round.stored.round.label);
        add(words, "", Some(gaps.to_string()));
    }
    if delivery.failed > 0 {
        add(l.red_failed(delivery.failed), "", outbox(Tray::Failed));
    }
    if delivery.bad > 0 && sees_outbox {
        add(l.red_bad(delivery.bad), "", Some("/outbox#bad".to_owned()));
    }
    if delivery.held > 0 {
        add(l.red_held(delivery.held), "", outbox(Tray::Held));
    }
    if delivery.awaiting > 0 {
        add(
            l.red_awaiting(delivery.awaiting),
            "",
            Some("/board/awaiting".to_owned()),
        );
    }
    if let Some((from, until)) = delivery.outage {
        add(l.red_outage(time(from), time(until)), "", None);
    }
    reds.extend(lacking(loaded, l, sees_roster));
    reds.extend(unread(loaded, l, sees_roster));
    reds
}

/// Says in one line whose last bulletin nobody was sent.
fn unread(loaded: &Loaded, l: Lang, sees_bulletins: bool) -> Option<RedView> {
    let first = loaded.unread.first()?;
    let names: Vec<&str> = loaded
        .unread
        .iter()
        .take(LACKING)
        .map(|one| one.office.as_str())
        .collect();
    let names = names.join(l.names_joint());
    Some(RedView {
        text: l.red_unread(loaded.unread.len(), names, l.short_date(first.day)),
        words: String::new(),
        href: sees_bulletins.then(|| "/bulletins".to_owned()),
    })
}

/// Names the bulletins that should be there and are not.
fn lacking(loaded: &Loaded, l: Lang, sees_bulletins: bool) -> impl Iterator<Item = RedView> {
    loaded.lacking.iter().take(LACKING).map(move |lacks| RedView {
        text: l.red_bulletin(&lacks.office, l.short_date(lacks.day)),
        words: String::new(),
        href: sees_bulletins.then(|| "/bulletins".to_owned()),
    })
}
