//! Knows what people do, drawn by a seed: when a clerk reports and how, what readers of letters do, what the office
//! decides.

use chrono::TimeDelta;
use rand::Rng;
use rand::rngs::StdRng;
use uuid::Uuid;

use super::model::{Owed, Rule, Season};
use super::post::{About, Mail};
use super::shifts::Shuffle;
use crate::domain::ids::{AlertId, CheckInId, IncidentId};
use crate::domain::time::Timestamp;

/// By what way a report comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Own,
    Proxy,
    Phone,
    /// Written then, while there was no connection.
    Offline(Timestamp),
}

/// What a report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Clear,
    Quiet,
    Urgent,
    /// How an incident goes on.
    Follow(IncidentId),
    /// That it is over.
    Final(IncidentId),
    /// What the villages of a township said.
    Sum,
}

impl Said {
    /// Gives the incident that it follows up.
    pub(super) fn follows(self) -> Option<IncidentId> {
        match self {
            Self::Follow(id) | Self::Final(id) => Some(id),
            Self::Clear | Self::Quiet | Self::Urgent | Self::Sum => None,
        }
    }
}

impl By {
    /// Tells whether two reports came by the same way.
    pub(super) fn is_like(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

/// A report on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) unit: usize,
    /// What it answers; none for an incident beside every round.
    pub(super) owed: Option<usize>,
    pub(super) by: By,
    pub(super) said: Said,
    pub(super) uuid: Uuid,
}

/// A change of the table of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Rename(usize),
    Close(usize),
    Sister(usize),
    /// Two villages become a new one.
    Merge(usize),
    /// A village goes over into another.
    Join(usize),
}

/// Something that happens at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A round opens or has closed.
    Round,
    Sheet(Sheet),
    /// The office decides about an incident that was taken back.
    Review(CheckInId, bool),
    /// The office decides about a claim.
    Claim(usize, bool),
    Excuse(usize),
    Unexcuse(usize),
    Extend(usize, TimeDelta),
    Phoned(usize),
    /// The reader of a letter opens its link and says that he has it.
    Link {
        token: String,
        urgent: bool,
        named: Vec<usize>,
        receipt: Option<String>,
    },
    /// A leader phones, and the officer enters it.
    LeaderPhones(AlertId),
    /// The office closes an incident for a reason.
    CloseIncident(IncidentId),
    Declare(usize),
    Edit(Edit),
    /// A duty roster changes.
    Shuffle(Shuffle),
    /// The letters of a restored copy are held, and then released.
    Restore,
    /// The duty officer looks at the board.
    Look,
}

/// Events with their instants.
pub(super) type Script = Vec<(Timestamp, Event)>;

pub(super) fn minutes(rng: &mut StdRng, from: i64, until: i64) -> TimeDelta {
    TimeDelta::milliseconds(rng.random_range(from * 60_000..until * 60_000))
}

/// Draws an instant; most of the last quarter of an hour before `until`.
pub(super) fn before(rng: &mut StdRng, from: Timestamp, until: Timestamp) -> Timestamp {
    let span = (until - from).num_milliseconds().max(2);
    let late = span.min(900_000);
    let back = match rng.random_range(0..100) {
        0..60 => rng.random_range(1..=late),
        // The very last and the very first millisecond are drawn now and then.
        60 => 1,
        61 => span,
        _ => rng.random_range(1..=span),
    };
    (until - TimeDelta::milliseconds(back)).max(from)
}

/// Draws what comes of one report that is owed.
pub(super) fn clerk(rng: &mut StdRng, place: usize, owed: &Owed, silent: bool) -> Script {
    let mut script = Script::new();
    if silent {
        return script;
    }
    let sheet = |rng: &mut StdRng, by, said| Sheet {
        unit: owed.unit,
        owed: Some(place),
        by,
        said,
        uuid: Uuid::from_u128(rng.random()),
    };
    let timely = owed.due + owed.grace;
    let on_time = before(rng, owed.opens + TimeDelta::milliseconds(1), timely);
    let late = timely
        + TimeDelta::milliseconds(rng.random_range(0..(owed.closes - timely).num_milliseconds().max(1)));
    match rng.random_range(0..100) {
        0..58 => script.push((on_time, Event::Sheet(sheet(rng, By::Own, Said::Clear)))),
        58..66 => script.push((late, Event::Sheet(sheet(rng, By::Own, Said::Clear)))),
        66..74 => {}
        74..78 => {
            let one = sheet(rng, By::Own, Said::Clear);
            // Pressed twice, and once more by another workstation.
            script.push((on_time, Event::Sheet(one)));
            script.push((on_time + TimeDelta::seconds(2), Event::Sheet(one)));
            script.push((
                on_time + TimeDelta::minutes(3),
                Event::Sheet(sheet(rng, By::Own, Said::Clear)),
            ));
        }
        78..82 => {
            script.push((on_time, Event::Sheet(sheet(rng, By::Own, Said::Clear))));
            let later = on_time + minutes(rng, 1, 40);
            script.push((later, Event::Sheet(sheet(rng, By::Own, Said::Urgent))));
        }
        82..84 => {
            script.push((on_time, Event::Sheet(sheet(rng, By::Own, Said::Urgent))));
            let later = on_time + minutes(rng, 1, 30);
            script.push((later, Event::Sheet(sheet(rng, By::Own, Said::Clear))));
        }
        84..86 => script.push((on_time, Event::Sheet(sheet(rng, By::Own, Said::Quiet)))),
        86..89 => {
            script.push((late, Event::Sheet(sheet(rng, By::Proxy, Said::Clear))));
            let later = late + minutes(rng, 1, 20);
            script.push((later, Event::Sheet(sheet(rng, By::Own, Said::Clear))));
        }
        89..92 => script.push((late, Event::Sheet(sheet(rng, By::Phone, Said::Clear)))),
        92..96 => {
            let came = timely + minutes(rng, 0, 600);
            script.push((came, Event::Sheet(sheet(rng, By::Offline(on_time), Said::Clear))));
        }
        // After closing, which only the office may do.
        _ => {
            let by = if rng.random_bool(0.5) { By::Phone } else { By::Own };
            let after = owed.closes + minutes(rng, 0, 90);
            script.push((after, Event::Sheet(sheet(rng, by, Said::Clear))));
        }
    }
    script
}

/// Draws what comes of a follow-up that is owed.
pub(super) fn follower(rng: &mut StdRng, place: usize, owed: &Owed, silent: bool) -> Script {
    let mut script = Script::new();
    let (Some(incident), false) = (owed.follow, silent) else {
        return script;
    };
    let mut sheet = |said| Sheet {
        unit: owed.unit,
        owed: Some(place),
        by: By::Own,
        said,
        uuid: Uuid::from_u128(rng.random()),
    };
    let (follow, end) = (sheet(Said::Follow(incident)), sheet(Said::Final(incident)));
    let on_time = before(rng, owed.opens + TimeDelta::milliseconds(1), owed.due);
    let late = owed.due + minutes(rng, 0, 300);
    match rng.random_range(0..100) {
        0..45 => script.push((on_time, Event::Sheet(follow))),
        45..55 => {
            // Pressed twice.
            script.push((on_time, Event::Sheet(follow)));
            script.push((on_time + TimeDelta::seconds(2), Event::Sheet(follow)));
        }
        55..70 => script.push((late, Event::Sheet(follow))),
        70..85 => script.push((on_time, Event::Sheet(end))),
        _ => {}
    }
    script
}

/// Draws when the office closes an incident, if nobody says before that it is over.
pub(super) fn closing(rng: &mut StdRng, id: IncidentId, now: Timestamp) -> Option<(Timestamp, Event)> {
    let at = now + minutes(rng, 30, 2400);
    rng.random_bool(0.97).then_some((at, Event::CloseIncident(id)))
}

/// Draws what the office decides about one report that is owed.
pub(super) fn office(rng: &mut StdRng, place: usize, owed: &Owed) -> Script {
    let mut script = Script::new();
    let span = (owed.closes - owed.opens).num_milliseconds();
    let at = owed.opens + TimeDelta::milliseconds(rng.random_range(1..span));
    match rng.random_range(0..100) {
        0..3 => {
            script.push((at, Event::Excuse(place)));
            if rng.random_bool(0.3) {
                script.push((at + minutes(rng, 5, 60), Event::Unexcuse(place)));
            }
        }
        3..6 => script.push((at, Event::Extend(place, minutes(rng, 10, 90)))),
        6..8 => script.push((at, Event::Phoned(place))),
        _ => {}
    }
    script
}

/// Gives what the office does by mistake: one report in so many is excused at once, and that is taken back when every step
/// has fired.
pub(super) fn mistaken(place: usize, owed: &Owed) -> Script {
    if place % 23 != 5 || owed.follow.is_some() {
        return Script::new();
    }
    let apart = TimeDelta::seconds((place % 600) as i64);
    let late = (owed.due + TimeDelta::minutes(95)).min(owed.closes - TimeDelta::minutes(25));
    vec![
        (owed.opens + TimeDelta::minutes(2), Event::Excuse(place)),
        (late + apart, Event::Unexcuse(place)),
    ]
}

/// Tells whether nobody ever answers the urgent reports of a unit, and the office does not close its incidents.
pub(super) fn is_unheard(unit: usize) -> bool {
    unit % 13 == 7
}

/// Draws what the reader of a letter does.
pub(super) fn reader(
    rng: &mut StdRng,
    mail: &Mail,
    named: &[(usize, usize)],
    now: Timestamp,
    deaf: &[usize],
) -> Script {
    let mut script = Script::new();
    let urgent = mail.about == About::Urgent;
    let answers = match mail.about {
        About::Urgent => 45,
        About::Overdue | About::Escalated => 12,
        About::Reminder | About::FollowUp | About::Bulletin | About::Other => 0,
    };
    if let Some(token) = &mail.token
        && rng.random_range(0..100) < answers
    {
        let link = Event::Link {
            token: token.clone(),
            urgent,
            named: named.iter().map(|(owed, _)| *owed).collect(),
            receipt: mail.receipt.clone(),
        };
        let at = now + TimeDelta::milliseconds(rng.random_range(20_000..1_200_000));
        if rng.random_bool(0.2) {
            script.push((at + TimeDelta::seconds(40), link.clone()));
        }
        script.push((at, link));
    }
    if matches!(mail.about, About::Reminder | About::Overdue) {
        for (owed, unit) in named.iter().filter(|(_, unit)| !deaf.contains(unit)) {
            if rng.random_range(0..100) < 30 {
                let sheet = Sheet {
                    unit: *unit,
                    owed: Some(*owed),
                    by: By::Own,
                    said: Said::Clear,
                    uuid: Uuid::from_u128(rng.random()),
                };
                script.push((now + minutes(rng, 1, 15), Event::Sheet(sheet)));
            }
        }
    }
    script
}

/// The words of the periods and their rounds, in the reader's language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) season: &'static str,
    pub(super) alarm: &'static str,
    pub(super) evening: &'static str,
    pub(super) night: &'static str,
    pub(super) extra: &'static str,
    pub(super) summary: &'static str,
}

/// Gives the periods: one for all days, and a graver one over part of them.
pub(super) fn seasons(rng: &mut StdRng, from: Timestamp, days: u32, words: Words) -> Vec<Season> {
    let grace = [0, 0, 5, 10][rng.random_range(0..4)];
    let all = Season {
        name: words.season.to_owned(),
        level: 2,
        drill: false,
        starts: from,
        ends: from + TimeDelta::days(days.into()) + clock(7, 0),
        rules: vec![
            rule(words.evening, (clock(8, 30), clock(16, 0)), grace, clock(20, 0)),
            rule(words.night, (clock(20, 0), clock(30, 30)), 10, clock(32, 0)),
        ],
    };
    let mut seasons = vec![all];
    if days > 1 {
        let begins = from + TimeDelta::days(1) + clock(10, 0);
        let near = clock(16, rng.random_range(5..=30));
        seasons.push(Season {
            name: words.alarm.to_owned(),
            level: 0,
            drill: false,
            starts: begins,
            ends: begins + TimeDelta::days(i64::from(days - 1).min(3)),
            rules: vec![
                rule(words.extra, (clock(14, 0), near), 0, clock(19, 0)),
                rule(words.extra, (clock(9, 0), clock(11, 0)), 5, clock(12, 30)),
                summed(words.summary),
            ],
        });
    }
    seasons
}

/// Gives a drill of two days: reports of the very due times of those in earnest, which it is never mixed with.
pub(super) fn drill(name: &str, from: Timestamp, days: u32, words: Words) -> Season {
    let begins = from + TimeDelta::days(1) + clock(10, 10);
    Season {
        name: name.to_owned(),
        level: 1,
        drill: true,
        starts: begins,
        ends: begins + TimeDelta::days(i64::from(days - 1).min(2)),
        rules: vec![
            rule(words.evening, (clock(13, 0), clock(16, 0)), 0, clock(19, 0)),
            rule(words.extra, (clock(9, 0), clock(11, 0)), 5, clock(12, 30)),
            summed(words.summary),
        ],
    }
}

fn clock(hours: i64, minutes: i64) -> TimeDelta {
    TimeDelta::minutes(hours * 60 + minutes)
}

fn rule(label: &str, (opens, due): (TimeDelta, TimeDelta), grace: i64, closes: TimeDelta) -> Rule {
    Rule {
        label: label.to_owned(),
        opens,
        due,
        grace: TimeDelta::minutes(grace),
        closes,
        roll_up: false,
    }
}

/// Gives the round in which townships sum up.
fn summed(label: &str) -> Rule {
    Rule {
        roll_up: true,
        ..rule(label, (clock(16, 0), clock(17, 30)), 5, clock(20, 0))
    }
}
