//! Knows how the demonstration is set up: its settings, the county, the accounts, the round that is due in two minutes.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use chrono::{SubsecRound, TimeDelta};

use super::duty;
use super::script::{self, BULLETIN, CLOSES, DUE, GRACE, PAUSE, Pace, REPEAT};
use crate::cli::context::{Context, clock, full};
use crate::cli::fail::Fail;
use crate::cli::serve;
use crate::config::{Settings, Sources};
use crate::domain::access::{Actor, Grant, Identity, Role};
use crate::domain::calendar::DayKind;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::period::{Hours, Level, LocalTime, Scope};
use crate::domain::time::{Timestamp, local_day};
use crate::domain::unit::{UnitKind, UnitTree};
use crate::service::Service;
use crate::service::period::{Declaration, NewRule};
use crate::sheet;
use crate::store::{Granted, Lock, NewAccount, TokenScope};

/// The county that comes with the program.
const COUNTY: &[u8] = include_bytes!("../../../config/units/poyang.csv");

/// The leader on duty.
pub(super) const LEADER: &str = "leader@poyang.example";
/// The officer on duty.
pub(super) const OFFICER: &str = "officer@poyang.example";
/// The head of a township.
const HEAD: &str = "head@poyang.example";
/// Who is told when an urgent report is not acknowledged.
pub(super) const DEPUTY: &str = "deputy@poyang.example";

/// Everything that the play needs.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) service: Arc<Service>,
    /// Held until the end.
    pub(super) lock: Lock,
    pub(super) tree: Arc<UnitTree>,
    pub(super) officer: AccountId,
    pub(super) leader: AccountId,
    /// The head of a township.
    pub(super) head: AccountId,
    /// Its name.
    pub(super) township: String,
    /// The key of a link to the wall.
    pub(super) wall: String,
    /// A token for every township, good for its villages.
    pub(super) tokens: HashMap<UnitId, String>,
    /// When the round opens.
    pub(super) opens: Timestamp,
    /// When it is due.
    pub(super) due: Timestamp,
}

/// Gives the address that readers of this machine type for where the service listens.
fn base_url(listen: SocketAddr) -> String {
    let host = match listen.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(host, listen.port()))
}

/// Gives the settings: everything that is made up or on this machine, nothing from the environment.
pub(super) fn settings(
    context: &Context,
    dir: &Path,
    listen: SocketAddr,
    relay: SocketAddr,
    pace: Pace,
) -> Result<Settings, Fail> {
    let dir = full(dir);
    let span = |seconds: f64| format!("{}ms", pace.seconds(seconds).num_milliseconds());
    let lang = context.lang;
    let flags = [
        ("service.name", lang.demo_office().to_owned()),
        ("service.mark", lang.demo_mark().to_owned()),
        ("service.base_url", base_url(listen)),
        ("service.listen", listen.to_string()),
        ("service.language", lang.tag().to_owned()),
        ("service.data_dir", dir.display().to_string()),
        ("mail.host", relay.ip().to_string()),
        ("mail.port", relay.port().to_string()),
        ("mail.tls", "plain".to_owned()),
        ("mail.from_address", "duty@poyang.example".to_owned()),
        ("mail.from_name", lang.demo_sender().to_owned()),
        ("duty.phone", "0793-000-0000".to_owned()),
        ("duty.leaders", LEADER.to_owned()),
        ("duty.officers", OFFICER.to_owned()),
        ("urgent.steps", format!("[[\"{DEPUTY}\"]]")),
        ("urgent.repeat_after", span(REPEAT)),
        ("chase.pause", span(PAUSE)),
        // Browsers that keep no secure cookie over plain HTTP take part too.
        ("web.plain_http", "true".to_owned()),
        ("log.level", "warn".to_owned()),
    ];
    let mut flags = flags.map(|(key, value)| (key.to_owned(), value)).to_vec();
    let load = |flags: &[(String, String)]| {
        Settings::load(&Sources {
            flags: flags.iter().chain(&context.sources.flags).cloned().collect(),
            ..Sources::default()
        })
    };
    let zone = load(&flags)?.service.zone;
    flags.push(("bulletin.time".to_owned(), bulletin_time(zone, pace)));
    Ok(load(&flags)?)
}

/// Gives the first full minute after the chase has reached the leader, as a setting has it.
fn bulletin_time(zone: chrono_tz::Tz, pace: Pace) -> String {
    let reached = clock().now() + pace.seconds(DUE + BULLETIN) + TimeDelta::minutes(1);
    reached.with_timezone(&zone).format("%H:%M").to_string()
}

/// Sets everything up in an empty folder.
pub(super) async fn set(settings: Settings, pace: Pace) -> Result<Stage, Fail> {
    let lang = settings.service.language;
    let (store, lock) = serve::open(&settings).await?;
    let service = Service::open(Arc::new(settings), store, clock()).await?;
    let me = Actor::console();
    let table = sheet::read(COUNTY).map_err(|why| Fail::Refused(lang.unreadable(&why)))?;
    service.import_units(&me, &table, lang.import_title()).await?;
    let tree = service.tree().await?;
    let county = tree.roots().next().map(|unit| unit.id).unwrap_or(UnitId(0));
    let officer = account(&service, "officer", Role::DutyOfficer, county, OFFICER).await?;
    let leader = account(&service, "leader", Role::Leader, county, LEADER).await?;
    // The township whose village is left to the reader.
    let yours = script::write(&tree).and_then(|script| tree.get(script.yours)?.parent);
    let yours = yours.unwrap_or(county);
    let head = account(&service, "head", Role::Head, yours, HEAD).await?;
    let wall = wall(&service, officer, county).await?;
    if let Some(unit) = tree.get(county) {
        duty::fill(&service, unit, officer).await?;
    }
    let mut tokens = HashMap::new();
    for township in tree.iter().filter(|unit| unit.kind == UnitKind::Township) {
        let token = service
            .issue_token(
                &me,
                lang.demo_system(),
                (township.id, TokenScope::Report),
                TimeDelta::days(2),
            )
            .await?;
        tokens.insert(township.id, token);
    }
    let (opens, due) = declare(&service, county, pace).await?;
    Ok(Stage {
        service,
        lock,
        officer,
        leader,
        head,
        township: tree
            .get(yours)
            .map(|unit| unit.name.to_string())
            .unwrap_or_default(),
        wall,
        tokens,
        tree,
        opens,
        due,
    })
}

/// Makes a link to the wall, as the officer would.
async fn wall(service: &Service, officer: AccountId, county: UnitId) -> Result<String, Fail> {
    let tree = service.tree().await?;
    let path = tree.get(county).map(|unit| unit.path.clone());
    let grant = Grant::new(Role::DutyOfficer, path).map_err(|error| Fail::Refused(error.to_string()))?;
    let language = service.settings.service.language;
    let actor = Actor {
        identity: Identity::Account(officer),
        grants: vec![grant],
        label: language.role(Role::DutyOfficer).to_owned(),
    };
    Ok(service
        .make_wall(&actor, language.wall_title(), county, true)
        .await?)
}

async fn account(
    service: &Service,
    login: &str,
    role: Role,
    county: UnitId,
    address: &str,
) -> Result<AccountId, Fail> {
    let language = service.settings.service.language;
    let new = NewAccount {
        login: login.to_owned(),
        label: language.role(role).to_owned(),
        address: Some(address.to_owned()),
        language,
    };
    let granted = Granted {
        role,
        unit: Some(county),
    };
    Ok(service.create_account(&Actor::console(), new, &[granted]).await?)
}

/// Declares the flood season with its one round; gives when it opens and when it is due.
async fn declare(service: &Service, county: UnitId, pace: Pace) -> Result<(Timestamp, Timestamp), Fail> {
    let (lang, zone) = (service.settings.service.language, service.settings.service.zone);
    let opens = service.now().trunc_subsecs(0);
    let due = (opens + pace.seconds(DUE)).trunc_subsecs(0);
    let closes = (due + pace.seconds(CLOSES)).trunc_subsecs(0);
    let day = local_day(opens, zone);
    let clock = |at| LocalTime::of(at, day, zone).ok_or_else(|| Fail::Refused(lang.demo_speed().to_owned()));
    let hours = Hours::new(clock(opens)?, clock(due)?, pace.seconds(GRACE), clock(closes)?)
        .map_err(|error| Fail::Refused(lang.hours_error(error).to_owned()))?;
    let after = Hours::new(clock(opens)?, clock(closes)?, TimeDelta::zero(), clock(closes)?)
        .map_err(|error| Fail::Refused(lang.hours_error(error).to_owned()))?;
    let declaration = Declaration {
        name: lang.demo_period().to_owned(),
        basis: lang.demo_basis().to_owned(),
        level: Level::III,
        scope: Scope {
            subtrees: vec![county],
            kinds: vec![UnitKind::Village, UnitKind::Community],
            except: Vec::new(),
        },
        starts: opens,
        ends: closes,
        drill: false,
        rounds: vec![
            NewRule {
                label: lang.demo_round().to_owned(),
                hours,
                days: DayKind::EveryDay,
                roll_up: false,
            },
            // The townships' reports come after those of their villages; the round closes with them.
            NewRule {
                label: lang.demo_roll_up().to_owned(),
                hours: after,
                days: DayKind::EveryDay,
                roll_up: true,
            },
        ],
        ladder: Some(script::ladder(pace).map_err(|error| Fail::Refused(error.to_string()))?),
    };
    let declared = service.declare_period(&Actor::console(), &declaration).await?;
    Ok((declared.period.starts, due))
}
