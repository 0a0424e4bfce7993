//! Knows the settings themselves; `config/default.toml` explains each.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use secrecy::SecretString;

use super::access::Access;
use super::check;
use super::database::Database;
use super::faults::Faults;
use super::layers::{Layers, Origin, Sources};
use super::preset;
use super::read::{Broken, Reader};
use super::retention::Retention;
use super::show;
use super::value::{Like, LogFormat, Setting, Span, Tls, Within, one_of};
use super::watch::{Heartbeat, Metrics};
use super::web::Web;
use crate::domain::address::Address;
use crate::domain::alert::{Ask, Plan};
use crate::domain::incident::{Limits, Timetable};
use crate::domain::ladder::{Ladder, Step, default_ladder};
use crate::i18n::Lang;

/// Everything that an administrator can set.
#[derive(Debug, Clone)]
pub struct Settings {
    pub service: Service,
    pub database: Database,
    pub mail: Mail,
    pub duty: Duty,
    pub roster: Roster,
    pub urgent: Urgent,
    pub chase: Chase,
    pub incident: Incident,
    pub bulletin: Bulletin,
    pub intake: Intake,
    pub web: Web,
    pub session: Session,
    pub access: Access,
    pub retention: Retention,
    pub metrics: Metrics,
    pub heartbeat: Heartbeat,
    pub log: Log,
    pub seal: Seal,
    pub holidays: Holidays,
    pub classes: Classes,
    /// What was written, without the secrets.
    pub(super) layers: Layers,
}

/// `[service]`
#[derive(Debug, Clone)]
pub struct Service {
    pub name: String,
    /// Without a slash at its end.
    pub base_url: String,
    pub listen: SocketAddr,
    pub zone: Tz,
    pub language: Lang,
    /// Empty when pages and letters carry no mark.
    pub mark: String,
    pub data_dir: PathBuf,
}

/// `[mail]`
#[derive(Debug, Clone)]
pub struct Mail {
    /// `None`: nothing is sent.
    pub host: Option<String>,
    pub port: u16,
    pub tls: Tls,
    pub login: Option<String>,
    pub password: Option<SecretString>,
    pub from_address: Option<Address>,
    pub from_name: String,
    pub helo: String,
    pub ca_file: Option<PathBuf>,
    pub connect_timeout: Span,
    pub command_timeout: Span,
    pub data_timeout: Span,
}

/// `[duty]`
#[derive(Debug, Clone)]
pub struct Duty {
    pub phone: String,
    pub leaders: Vec<Address>,
    pub officers: Vec<Address>,
}

/// `[roster]`
#[derive(Debug, Clone)]
pub struct Roster {
    /// The hour at which one shift hands over to the next.
    pub changes_at: NaiveTime,
}

/// `[urgent]`
#[derive(Debug, Clone)]
pub struct Urgent {
    pub repeat_after: Span,
    pub passes: u32,
    /// How many of those on duty must answer.
    pub ask: Ask,
    /// The steps after those on duty.
    pub steps: Vec<Plan>,
    /// How long after an acknowledgement a word is waited for; `None`: one press is enough.
    pub word_within: Option<Span>,
}

/// `[chase]`
#[derive(Debug, Clone)]
pub struct Chase {
    pub pause: Span,
    /// The ladder of a period that names none.
    pub ladder: Ladder,
}

/// `[incident]`
#[derive(Debug, Clone)]
pub struct Incident {
    /// How rounds of follow-ups are called.
    pub label: String,
    /// The document that follow-ups rest on.
    pub basis: String,
    /// When open incidents are asked how they go on.
    pub follow_up: Timetable,
    /// How long a first report may take from when the unit learned of the event.
    pub report_within: Limits,
    /// How long the first acknowledgement may take from the first report.
    pub answer_within: Limits,
}

/// `[bulletin]`
#[derive(Debug, Clone)]
pub struct Bulletin {
    /// When the bulletin of a day is made, in the zone of the service; `None`: none is made.
    pub time: Option<NaiveTime>,
}

/// `[intake]`
#[derive(Debug, Clone)]
pub struct Intake {
    pub queue: usize,
    pub batch: usize,
}

/// `[session]`
#[derive(Debug, Clone)]
pub struct Session {
    pub idle: Span,
    pub absolute: Span,
    pub device: Span,
    pub link: Span,
    pub slip: Span,
}

/// `[log]`
#[derive(Debug, Clone)]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

/// `[seal]`
#[derive(Debug, Clone)]
pub struct Seal {
    pub key_file: PathBuf,
}

/// `[holidays]`
#[derive(Debug, Clone)]
pub struct Holidays {
    /// `None`: the calendar that comes with the program.
    pub file: Option<PathBuf>,
}

/// `[classes]`
#[derive(Debug, Clone)]
pub struct Classes {
    /// `None`: the list that comes with the program.
    pub file: Option<PathBuf>,
}

impl Settings {
    /// Reads all layers; every fault is found at once.
    pub fn load(sources: &Sources) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut layers = Layers::gather(sources, &mut faults);
        preset::lay(&mut layers);
        let mut reader = Reader::new(&layers, faults);
        let settings = Self::read(&mut reader, sources.file.as_deref());
        let mut faults = reader.finish();
        match settings {
            Ok(settings) if faults.is_empty() => Ok(Self {
                layers: show::without_secrets(layers),
                ..settings
            }),
            Ok(_) => Err(faults),
            Err(Broken(key)) => {
                faults.note(|l| l.config_at(&key, l.config_no_default(), ""));
                Err(faults)
            }
        }
    }

    /// Gives the language that the sources ask for, also where something else in them is wrong.
    pub fn language(sources: &Sources) -> Option<Lang> {
        let layers = Layers::gather(sources, &mut Faults::default());
        Lang::read(layers.leaves.get("service.language")?.value.as_str()?.trim())
    }

    /// Tells from which layer a setting comes.
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.layers.leaves.get(key).map(|l| &l.origin)
    }

    /// Takes every setting.
    pub(super) fn read(r: &mut Reader<'_>, file: Option<&Path>) -> Result<Self, Broken> {
        r.base = file.and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let service = Service::read(r)?;
        r.base.clone_from(&service.data_dir);
        let settings = Self {
            database: Database::read(r)?,
            mail: Mail::read(r, &service.base_url)?,
            service,
            duty: Duty::read(r)?,
            roster: Roster {
                changes_at: r.get("roster.changes_at")?,
            },
            urgent: Urgent::read(r)?,
            chase: Chase::read(r)?,
            incident: Incident::read(r)?,
            bulletin: Bulletin {
                time: r.optional("bulletin.time")?,
            },
            intake: Intake::read(r)?,
            web: Web::read(r)?,
            session: Session::read(r)?,
            access: Access::read(r)?,
            retention: Retention::read(r)?,
            metrics: Metrics::read(r)?,
            heartbeat: Heartbeat::read(r)?,
            log: Log::read(r)?,
            seal: Seal::read(r)?,
            holidays: Holidays {
                file: r.path("holidays.file")?,
            },
            classes: Classes {
                file: r.path("classes.file")?,
            },
            layers: Layers::default(),
        };
        check::settings(&settings, r);
        Ok(settings)
    }
}

impl Service {
    fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let base_url = r.line("service.base_url", 200)?;
        Ok(Self {
            name: r.line("service.name", 40)?,
            base_url: base_url.trim_end_matches('/').to_owned(),
            listen: r.get("service.listen")?,
            zone: check::zone(r)?,
            language: r.get("service.language")?,
            mark: r.line("service.mark", 12)?,
            data_dir: r.path("service.data_dir")?.unwrap_or_else(|| r.base.clone()),
        })
    }
}

impl Mail {
    fn read(r: &Reader<'_>, base_url: &str) -> Result<Self, Broken> {
        let set = |text: String| (!text.is_empty()).then_some(text);
        let patience = || Span::millis(100)..=Span::minutes(10);
        let helo = r.line("mail.helo", 253)?;
        preset::known(r)?;
        let login = set(r.line("mail.login", 254)?);
        Ok(Self {
            host: set(r.line("mail.host", 253)?),
            port: r.within("mail.port", 1..=u16::MAX)?,
            tls: r.get("mail.tls")?,
            login,
            password: r.secret("mail.password")?,
            from_address: r.optional("mail.from_address")?,
            from_name: r.line("mail.from_name", 12)?,
            helo: set(helo).unwrap_or_else(|| check::host(base_url).to_owned()),
            ca_file: r.path("mail.ca_file")?,
            connect_timeout: r.within("mail.connect_timeout", patience())?,
            command_timeout: r.within("mail.command_timeout", patience())?,
            data_timeout: r.within("mail.data_timeout", patience())?,
        })
    }
}

impl Duty {
    fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        Ok(Self {
            phone: r.line("duty.phone", 40)?,
            leaders: r.list("duty.leaders")?,
            officers: r.list("duty.officers")?,
        })
    }
}

impl Urgent {
    fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        Ok(Self {
            repeat_after: r.within("urgent.repeat_after", Span::millis(1000)..=Span::days(1))?,
            passes: r.within("urgent.passes", 1..=20)?,
            ask: r.get("urgent.ask")?,
            steps: r.steps("urgent.steps")?,
            word_within: word_within(r)?,
        })
    }
}

impl Incident {
    fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let follow_up = Timetable::new(r.list("incident.follow_up")?).unwrap_or_else(|e| {
            r.fault("incident.follow_up", |l| l.timetable_error(e));
            Timetable::default()
        });
        let limits = |key: &str| -> Result<Limits, Broken> {
            let named: Vec<Within> = r.list(key)?;
            let named: Vec<_> = named.iter().map(|w| (w.severity, w.span.delta())).collect();
            let longest = named.iter().map(|(_, span)| *span).max();
            Ok(Limits::new(&named, longest.unwrap_or(TimeDelta::days(1))))
        };
        Ok(Self {
            label: r.text("incident.label")?,
            basis: r.text("incident.basis")?,
            follow_up,
            report_within: limits("incident.report_within")?,
            answer_within: limits("incident.answer_within")?,
        })
    }
}

/// Takes how long a word is waited for; empty: it is not.
fn word_within(r: &Reader<'_>) -> Result<Option<Span>, Broken> {
    let span: Option<Span> = r.optional("urgent.word_within")?;
    if span.is_some_and(|span| !(Span::millis(1000)..=Span::days(1)).contains(&span)) {
        r.fault("urgent.word_within", |l| l.config_range_or_empty("1s", "1d"));
    }
    Ok(span)
}

impl Chase {
    fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let ladder = Ladder::new(r.list("chase.steps")?).unwrap_or_else(|e| {
            r.fault("chase.steps", |l| l.ladder_error(&e));
            default_ladder()
        });
        Ok(Self {
            pause: r.within("chase.pause", Span::millis(6000)..=Span::days(1))?,
            ladder,
        })
    }
}

impl Intake {
    fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        Ok(Self {
            queue: r.within("intake.queue", 1..=1_000_000)?,
            batch: r.within("intake.batch", 1..=10_000)?,
        })
    }
}

impl Session {
    fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let span = |key: &str| r.within(key, Span::minutes(1)..=Span::days(3650));
        Ok(Self {
            idle: span("session.idle")?,
            absolute: span("session.absolute")?,
            device: span("session.device")?,
            link: span("session.link")?,
            slip: span("session.slip")?,
        })
    }
}

impl Log {
    fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let level = r.line("log.level", 400)?;
        if tracing_subscriber::EnvFilter::from_str(&level).is_err() {
            r.fault("log.level", Lang::config_log_level);
        }
        Ok(Self {
            format: r.get("log.format")?,
            level,
        })
    }
}

impl Seal {
    fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let key_file = r.path("seal.key_file")?.unwrap_or_else(|| {
            r.fault("seal.key_file", Lang::config_key_file);
            PathBuf::new()
        });
        Ok(Self { key_file })
    }
}

impl Setting for Address {
    const LIKE: Like = |l| l.config_like_address().to_owned();

    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl Setting for Ask {
    const LIKE: Like = |l| one_of(l, &["any", "all"]);

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for Plan {
    const LIKE: Like = |l| l.config_like_plan().to_owned();

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for Step {
    const LIKE: Like = |l| l.config_like_step().to_owned();

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
