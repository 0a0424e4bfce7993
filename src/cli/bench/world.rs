//! Knows how a database is filled before it is measured: units, a round, tokens; the clock is set by hand meanwhile.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{SubsecRound, TimeDelta};

use tokio_util::sync::{CancellationToken, DropGuard};

use super::broken;
use super::place::Place;
use crate::cli::context::{clock, connect};
use crate::cli::fail::Fail;
use crate::clock::Settable;
use crate::domain::access::{Actor, Role};
use crate::domain::address::Address;
use crate::domain::calendar::DayKind;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::ladder::Ladder;
use crate::domain::language::Lang;
use crate::domain::period::{Hours, Level, LocalTime, Scope};
use crate::domain::time::{Timestamp, local_day};
use crate::domain::unit::{Contacts, UnitKind};
use crate::service::Service;
use crate::service::period::{Declaration, NewRule};
use crate::store::{Engine, Granted, NewAccount, NewVersion, TokenScope};

/// How many villages a township has.
const TOWNSHIP: usize = 20;
/// How many rows one statement writes.
const CHUNK: usize = 20_000;

/// When a round opens, is due and closes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) opens: Timestamp,
    pub(super) due: Timestamp,
    pub(super) closes: Timestamp,
}

impl Window {
    /// A round that opened two hours ago and is due in so long.
    pub(super) fn due_in(span: TimeDelta) -> Self {
        let now = clock().now().trunc_subsecs(0);
        Self {
            opens: now - TimeDelta::hours(2),
            due: now + span,
            closes: now + TimeDelta::hours(6),
        }
    }
}

/// A database that is being filled.
#[derive(Debug)]
pub(super) struct World {
    pub(super) service: Arc<Service>,
    pub(super) clock: Arc<Settable>,
    pub(super) root: UnitId,
    pub(super) villages: Vec<UnitId>,
    folder: PathBuf,
    /// Ends the keeping of the log with the world.
    _keeper: DropGuard,
}

impl World {
    /// Grows one root with townships and so many villages, a minute before the round opens.
    pub(super) async fn grow(place: &Place, villages: usize, window: Window) -> Result<Self, Fail> {
        let settings = place.settings()?;
        let clock = Settable::at(window.opens - TimeDelta::minutes(1));
        let store = connect(&settings).await?;
        let service = Service::open(Arc::new(settings), store, clock.clone()).await?;
        let now = service.now();
        let mut tx = service.store.begin().await?;
        let townships = villages.div_ceil(TOWNSHIP);
        let ids = tx.add_units(1 + townships + villages, now).await?;
        let (root, below) = ids.split_first().ok_or_else(|| broken("no units"))?;
        let (townships, villages) = below.split_at(townships);
        for chunk in versions(*root, townships, villages).chunks(CHUNK) {
            tx.put_versions(chunk, now).await?;
        }
        for chunk in villages.chunks(CHUNK) {
            let contacts: HashMap<_, _> = chunk.iter().filter_map(|id| Some((*id, reach(*id)?))).collect();
            tx.put_contacts(&contacts).await?;
        }
        tx.commit().await?;
        let stop = CancellationToken::new();
        if service.store.engine() == Engine::Sqlite {
            // As `serve` does it: no commit writes the log back.
            tokio::spawn(crate::worker::keep_log(service.clone(), stop.clone()));
        }
        Ok(Self {
            _keeper: stop.drop_guard(),
            root: *root,
            villages: villages.to_vec(),
            folder: place.folder.clone(),
            service,
            clock,
        })
    }

    /// Declares a period with one round that asks every village.
    pub(super) async fn declare(&self, window: Window, ladder: Option<Ladder>) -> Result<(), Fail> {
        self.clock.set(window.opens);
        let zone = self.service.settings.service.zone;
        let day = local_day(window.opens, zone);
        let at = |at| LocalTime::of(at, day, zone).ok_or_else(|| broken("the round does not fit its day"));
        let hours = Hours::new(
            at(window.opens)?,
            at(window.due)?,
            TimeDelta::zero(),
            at(window.closes)?,
        );
        let declaration = Declaration {
            name: "bench".to_owned(),
            basis: "bench".to_owned(),
            level: Level::III,
            scope: Scope {
                subtrees: vec![self.root],
                kinds: vec![UnitKind::Village],
                except: Vec::new(),
            },
            starts: window.opens,
            ends: window.closes,
            drill: false,
            rounds: vec![NewRule {
                label: "bench".to_owned(),
                hours: hours.map_err(broken)?,
                days: DayKind::EveryDay,
                roll_up: false,
            }],
            ladder,
        };
        self.service
            .declare_period(&Actor::console(), &declaration)
            .await?;
        Ok(())
    }

    /// Lets the service do what is due at an instant.
    pub(super) async fn tick_at(&self, instant: Timestamp) -> Result<(), Fail> {
        self.clock.set(instant);
        self.service.tick().await?;
        Ok(())
    }

    /// Has all but one village in so many report.
    pub(super) async fn meet_all_but_one_in(&self, one_in: i64) -> Result<(), Fail> {
        let mut tx = self.service.store.begin().await?;
        tx.meet_all_but_one_in(one_in, self.service.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes what is owed and so many tokens to files, for the load client.
    pub(super) async fn jobs(&self, tokens: usize) -> Result<Jobs, Fail> {
        let owed = self.service.store.read().await?.all_unmet().await?;
        let mut list = String::with_capacity(owed.len() * 16);
        for (unit, obligation) in &owed {
            let _ = writeln!(list, "{unit} {obligation}");
        }
        let mut held = String::new();
        self.clock.set(clock().now());
        for _ in 0..tokens {
            let me = Actor::console();
            let token =
                self.service
                    .issue_token(&me, "bench", (self.root, TokenScope::Report), TimeDelta::days(1));
            let _ = writeln!(held, "{}", token.await?);
        }
        let write = |name: &str, text: &str| {
            let path = self.folder.join(name);
            std::fs::write(&path, text).map_err(broken).map(|()| path)
        };
        Ok(Jobs {
            owed: write("owed", &list)?,
            tokens: write("tokens", &held)?,
            token: held.lines().next().unwrap_or_default().to_owned(),
        })
    }

    /// Makes an officer with a session. Gives the session's cookie.
    pub(super) async fn officer(&self) -> Result<(AccountId, String), Fail> {
        let new = NewAccount {
            login: "officer".to_owned(),
            label: "officer".to_owned(),
            address: None,
            language: Lang::default(),
        };
        let granted = Granted {
            role: Role::DutyOfficer,
            unit: Some(self.root),
        };
        self.clock.set(clock().now());
        let me = Actor::console();
        let account = self.service.create_account(&me, new, &[granted]).await?;
        let token = self.service.begin_session(account, "bench").await?;
        let cookie = crate::web::Cookie::Session.write(&token, &self.service.settings);
        let cookie = cookie.and_then(|cookie| cookie.to_str().ok().map(str::to_owned));
        let cookie = cookie.unwrap_or_default();
        let pair = cookie.split(';').next().unwrap_or_default();
        Ok((account, pair.to_owned()))
    }

    /// Lets go of the database, so that a server can have it.
    pub(super) async fn end(self) {
        self.service.store.close().await;
    }
}

/// What the load client works on.
#[derive(Debug)]
pub(super) struct Jobs {
    owed: PathBuf,
    tokens: PathBuf,
    /// One of the tokens.
    pub(super) token: String,
}

impl Jobs {
    pub(super) fn owed(&self) -> &Path {
        &self.owed
    }

    pub(super) fn tokens(&self) -> &Path {
        &self.tokens
    }
}

fn versions(root: UnitId, townships: &[UnitId], villages: &[UnitId]) -> Vec<NewVersion> {
    let version = |id: UnitId, parent: Option<UnitId>, path: String, kind: UnitKind| NewVersion {
        unit_id: id.0,
        parent_id: parent.map(|parent| parent.0),
        path,
        code: None,
        name: format!("unit {id}"),
        kind: kind.code().to_owned(),
    };
    let mut all = vec![version(root, None, format!("/{root}/"), UnitKind::County)];
    for (township, villages) in townships.iter().zip(villages.chunks(TOWNSHIP)) {
        let path = format!("/{root}/{township}/");
        all.push(version(*township, Some(root), path.clone(), UnitKind::Township));
        let of_village = |id: &UnitId| {
            let path = format!("{path}{id}/");
            version(*id, Some(*township), path, UnitKind::Village)
        };
        all.extend(villages.iter().map(of_village));
    }
    all
}

/// Gives how a village is reached: three posts with an address each.
fn reach(id: UnitId) -> Option<Contacts> {
    let post = |what: &str| Some(vec![Address::parse(&format!("{what}{id}@v.example")).ok()?]);
    Some(Contacts {
        reporter: post("r")?,
        backup: post("b")?,
        head: post("h")?,
        ..Contacts::default()
    })
}
