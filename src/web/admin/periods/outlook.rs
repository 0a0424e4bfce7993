//! Says what a period will do: whom it asks, its next rounds, and what happens when nobody reports.

use chrono_tz::Tz;

use crate::domain::forecast::{Coming, Rung};
use crate::domain::ladder::Audience;
use crate::i18n::Lang;
use crate::service::forecast::{Forecast, Silence};

/// What a period will do; `admin/outlook.html` reads it as `outlook`.
pub(super) struct Outlook {
    pub(super) asked: String,
    pub(super) warnings: Vec<String>,
    pub(super) rounds: Vec<RoundView>,
    pub(super) silences: Vec<SilenceView>,
}

pub(super) struct RoundView {
    pub(super) day: String,
    pub(super) label: String,
    pub(super) opens: String,
    pub(super) due: String,
    pub(super) closes: String,
    pub(super) units: usize,
}

pub(super) struct SilenceView {
    pub(super) title: String,
    pub(super) rungs: Vec<RungView>,
    pub(super) is_counted: bool,
}

pub(super) struct RungView {
    pub(super) time: String,
    pub(super) act: String,
    pub(super) counts: String,
    /// What is not well with it.
    pub(super) faults: Vec<String>,
}

impl Outlook {
    pub(super) fn of(l: Lang, forecast: &Forecast, zone: Tz) -> Self {
        let (own, above) = forecast.asked;
        let rolls = forecast.period.rules.iter().any(|rule| rule.roll_up);
        let reports = forecast.period.rules.iter().any(|rule| !rule.roll_up);
        let asked = [
            reports.then(|| l.forecast_asked(own)),
            rolls.then(|| l.forecast_rolls(above)),
        ];
        let mut warnings = Vec::new();
        if (reports && own == 0) || (rolls && above == 0) {
            warnings.push(l.forecast_nobody().to_owned());
        }
        warnings.extend(
            forecast
                .unknown_years
                .iter()
                .map(|year| l.forecast_holidays(year)),
        );
        if !forecast.others.is_empty() {
            warnings.push(l.forecast_others(forecast.others.join(l.list_joint())));
        }
        Self {
            asked: asked
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(l.list_joint()),
            warnings,
            rounds: forecast
                .coming
                .iter()
                .map(|round| of_round(l, round, zone))
                .collect(),
            silences: forecast
                .silences
                .iter()
                .map(|one| of_silence(l, one, zone))
                .collect(),
        }
    }
}

fn of_round(l: Lang, round: &Coming, zone: Tz) -> RoundView {
    let time = |at| l.time_for(at, zone, round.day);
    RoundView {
        day: l.short_date(round.day),
        label: round.label.clone(),
        opens: time(round.window.opens()),
        due: time(round.window.due()),
        closes: time(round.window.closes()),
        units: round.units,
    }
}

fn of_silence(l: Lang, silence: &Silence, zone: Tz) -> SilenceView {
    let round = &silence.round;
    let due = l.time_for(round.window.due(), zone, round.day);
    SilenceView {
        title: l.forecast_silence(l.short_date(round.day), &round.label, due),
        rungs: silence
            .rungs
            .iter()
            .map(|rung| of_rung(l, rung, silence, zone))
            .collect(),
        is_counted: silence.is_counted,
    }
}

fn of_rung(l: Lang, rung: &Rung, silence: &Silence, zone: Tz) -> RungView {
    let round = &silence.round;
    let at = round.window.due() + rung.step.offset;
    let whom = l.audience(&rung.step.audience);
    let act = match (&rung.step.audience, rung.step.is_reminder()) {
        (Audience::User(address), _) => l.forecast_chase_address(address.as_str()),
        (_, true) => l.forecast_remind(whom),
        (_, false) => l.forecast_chase(whom),
    };
    let mut faults = Vec::new();
    let is_sent = at < round.window.closes();
    if !is_sent {
        faults.push(l.forecast_too_late().to_owned());
    }
    if is_sent && rung.passed_on > 0 {
        faults.push(l.forecast_passed(rung.passed_on));
    }
    if is_sent && rung.nobody > 0 {
        faults.push(l.forecast_lost(rung.nobody));
    }
    let counts = [l.forecast_units_n(rung.units), l.forecast_letters(rung.letters)];
    RungView {
        time: l.time_for(at, zone, round.day),
        act,
        counts: match silence.is_counted && is_sent {
            true => counts.join(l.list_joint()),
            false => String::new(),
        },
        faults,
    }
}
