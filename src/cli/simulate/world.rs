//! Knows how a world is set up: where it lives, its settings, its weather, its units, and what will happen in any case.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeDelta;
use rand::Rng;
use rand::rngs::StdRng;

use super::play::Play;
use super::relay::{Relay, forecast};
use super::roster::Roster;
use super::story::{Edit, Event, Words, drill, seasons};
use super::watch::Watch;
use super::{Plan, Refusal};
use crate::config::{Settings, Sources};
use crate::crash::Aim;
use crate::domain::access::Actor;
use crate::domain::address::Address;
use crate::domain::incident::Severity;
use crate::domain::language::Lang;
use crate::domain::roster::Duty;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitKind;
use crate::store::{NewAccount, Options, Store};

/// Who leads and who is on duty where the settings name nobody.
pub(super) const LEADER: &str = "leader@county.example";
pub(super) const OFFICER: &str = "officer@county.example";

/// When the duty officer looks at the board, by the clock on the wall: between rounds, and soon after deadlines.
const LOOKS: [(i64, i64); 5] = [(6, 41), (11, 10), (16, 11), (17, 40), (21, 0)];

/// A folder that goes when this does.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("allclear-simulate-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// Gives where the authority of the mail server is written down.
    pub(super) fn authority(&self) -> PathBuf {
        self.0.join("relay.pem")
    }

    pub(super) fn url(&self) -> String {
        format!("sqlite:{}", self.0.join("simulated.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Refuses a database that holds anything.
pub(super) fn refuse_full(runtime: &tokio::runtime::Runtime, url: &str) -> Result<(), Refusal> {
    let full = runtime.block_on(async {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let file = std::path::Path::new(file.trim_start_matches("//"));
            return Ok(file.metadata().is_ok_and(|it| it.len() > 0));
        }
        let store = Store::open(
            url,
            Options {
                connections: 1,
                ..Options::default()
            },
        )
        .await?;
        let full = store.read().await?.has_tables().await;
        store.close().await;
        full
    });
    match full {
        Ok(false) => Ok(()),
        Ok(true) => Err(Refusal::NotEmpty),
        Err(error) => Err(Refusal::Broken(crate::store::Error::to_string(&error))),
    }
}

pub(super) fn settings(plan: &Plan, folder: &Folder, port: u16) -> Result<Settings, Refusal> {
    let has = |settings: &Settings| !settings.duty.leaders.is_empty();
    let mut flags = plan.sources.flags.clone();
    let port = port.to_string();
    let (authority, folder) = (
        folder.authority().display().to_string(),
        folder.0.display().to_string(),
    );
    let mut set = vec![
        ("database.url", plan.database.as_str()),
        ("database.url_file", ""),
        ("service.data_dir", &folder),
        ("service.zone", "Asia/Shanghai"),
        ("service.mark", ""),
        ("seal.key_file", "seal.key"),
        ("bulletin.time", "18:30"),
        ("mail.host", super::identity::HOST),
        ("mail.port", &port),
        ("mail.tls", "starttls"),
        ("mail.ca_file", &authority),
        ("mail.login", "duty@county.example"),
        ("mail.password", "code"),
        ("mail.password_file", ""),
        ("mail.from_address", "duty@county.example"),
        ("mail.connect_timeout", "2s"),
        // Longer than a handshake takes on a busy machine, so that only the weather decides.
        ("mail.command_timeout", "4s"),
        ("mail.data_timeout", "4s"),
    ];
    let load = |flags: &Vec<(String, String)>| {
        let sources = Sources {
            flags: flags.clone(),
            ..plan.sources.clone()
        };
        Settings::load(&sources).map_err(|faults| Refusal::Broken(faults.sentences(plan.lang).join("\n")))
    };
    flags.extend(
        set.drain(..)
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    let settings = load(&flags)?;
    if has(&settings) {
        return Ok(settings);
    }
    flags.push(("duty.leaders".to_owned(), LEADER.to_owned()));
    flags.push(("duty.officers".to_owned(), OFFICER.to_owned()));
    load(&flags)
}

/// Draws the weather, and which addresses die.
pub(super) fn prepare_relay(
    relay: &mut Relay,
    plan: &Plan,
    roster: &Roster,
    settings: &Settings,
    begin: Timestamp,
    rng: &mut StdRng,
) {
    if plan.relay_faults {
        relay.weather = forecast(rng, begin, plan.days);
    }
    relay.safe = settings
        .duty
        .leaders
        .iter()
        .map(|address| address.as_str().to_owned())
        .collect();
    for member in villages(roster).map(|place| &roster.members[place]) {
        for address in member.reporter.iter().chain(&member.backup).chain(&member.head) {
            if rng.random_range(0..100) < 4 {
                let died = begin + TimeDelta::minutes(rng.random_range(0..i64::from(plan.days) * 1440));
                relay.dead.insert(address.clone(), died);
            }
        }
    }
}

/// Makes the accounts and imports the units, as before any period.
pub(super) fn settle_in(play: &mut Play, plan: &Plan) -> Result<(), Refusal> {
    for (place, login) in ["officer", "clerk"].into_iter().enumerate() {
        let made = play.act(|service| async move {
            let new = NewAccount {
                login: login.to_owned(),
                label: login.to_owned(),
                address: None,
                language: Lang::default(),
            };
            service.create_account(&Actor::console(), new, &[]).await
        })?;
        play.accounts[place] = made.map_err(|error| Refusal::Broken(error.to_string()))?;
    }
    play.import()?;
    play.give_board()?;
    play.watch = watch(&play.ground.settings, play.zone);
    if plan.rosters {
        play.fill_rosters(plan.days)?;
    }
    for code in &plan.silent {
        let found = play.roster.members.iter().position(|m| m.code == *code);
        play.silent
            .insert(found.ok_or_else(|| Refusal::NoSuchUnit(code.clone()))?);
    }
    Ok(())
}

/// Gives the yardstick of duty before any roster is filled.
fn watch(settings: &Settings, zone: chrono_tz::Tz) -> Watch {
    let texts = |list: &[Address]| list.iter().map(|one| one.as_str().to_owned()).collect();
    let duty = &settings.duty;
    Watch {
        hour: settings
            .roster
            .changes_at
            .signed_duration_since(chrono::NaiveTime::MIN),
        zone,
        spare: BTreeMap::from([
            (Duty::Leader, texts(&duty.leaders)),
            (Duty::Officer, texts(&duty.officers)),
        ]),
        ..Watch::default()
    }
}

/// Gives the times of the rounds of follow-ups, and whether the simulated incidents, all of one severity, are asked.
fn asking(settings: &Settings) -> Vec<(TimeDelta, bool)> {
    let mut times: BTreeMap<TimeDelta, bool> = BTreeMap::new();
    for of in settings.incident.follow_up.times() {
        for at in &of.at {
            *times
                .entry(at.signed_duration_since(chrono::NaiveTime::MIN))
                .or_default() |= of.severity == Severity::III;
        }
    }
    times.into_iter().collect()
}

/// Puts down what will happen in any case.
pub(super) fn story(play: &mut Play, plan: &Plan, begin: Timestamp, rng: &mut StdRng) -> Result<(), Refusal> {
    let lang = play.ground.settings.service.language;
    let words = Words {
        season: lang.simulate_season(),
        alarm: lang.simulate_alarm(),
        evening: lang.simulate_evening(),
        night: lang.simulate_night(),
        extra: lang.simulate_extra(),
        summary: lang.simulate_summary(),
    };
    play.model.asking = asking(&play.ground.settings);
    for day in 0..i64::from(plan.days) + 3 {
        let day = (begin + TimeDelta::days(day))
            .with_timezone(&play.zone)
            .date_naive();
        for opens in play.model.follow_up_openings(day, play.zone) {
            play.later(opens, Event::Round);
        }
    }
    for day in 0..i64::from(plan.days) + 1 {
        let looks = LOOKS
            .iter()
            .map(|(hour, minute)| TimeDelta::minutes(hour * 60 + minute));
        for at in looks.map(|time| begin + TimeDelta::days(day) + time) {
            play.later(at, Event::Look);
        }
    }
    play.planned = seasons(rng, begin, plan.days, words);
    if plan.drills && plan.days > 1 {
        let drill = drill(lang.simulate_drill(), begin, plan.days, words);
        play.planned.push(drill);
    }
    play.declare(0)?;
    let noon = |day: i64, rng: &mut StdRng| {
        begin + TimeDelta::days(day) + TimeDelta::minutes(rng.random_range(690..830))
    };
    for season in 1..play.planned.len() {
        let starts = play.planned[season].starts;
        // Known only when it is declared.
        play.later(starts, Event::Declare(season));
    }
    let villages: Vec<usize> = villages(&play.roster).collect();
    let edits = [
        Edit::Rename as fn(usize) -> Edit,
        Edit::Close,
        Edit::Sister,
        Edit::Merge,
        Edit::Join,
    ];
    for (day, edit) in (1..i64::from(plan.days)).zip(edits.into_iter().cycle()) {
        if let Some(place) = villages.get(rng.random_range(0..villages.len().max(1))) {
            let at = noon(day, rng);
            play.later(at, Event::Edit(edit(*place)));
        }
    }
    if plan.restarts || plan.aim != Aim::Nowhere {
        let at = noon(0, rng) + TimeDelta::hours(5);
        play.later(at, Event::Restore);
    }
    Ok(())
}

/// Gives the places of villages and communities.
pub(super) fn villages(roster: &Roster) -> impl Iterator<Item = usize> {
    let is = |kind| matches!(kind, UnitKind::Village | UnitKind::Community);
    let members = roster.members.iter().enumerate();
    members.filter(move |(_, m)| is(m.kind)).map(|(place, _)| place)
}
