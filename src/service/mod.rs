//! What a button does: one function per deed, one transaction each: load, decide by `domain`, save.
//!
//! * `error.rs` — why a deed was not done, in terms that a door can put into words
//! * `keys.rs`, `sealed.rs` — the keys of receipts, links and sealed texts, derived from one file
//! * `audit.rs` — the link of the chain that every deed writes in its own transaction
//! * `units.rs` — the tree of units, kept in memory
//! * `intake.rs` — the one path of reports, a batch at a time
//! * `letter.rs` — letters that are not of a chase
//! * `deliver/` — letters, from the outbox to the mail server's answer
//! * `bell.rs` — what deeds ring after their commit, and loops answer
//! * `secret.rs` — how tokens, slips and links are made and read
//! * `visitor.rs` — who stands behind a token, kept in memory; `signin.rs`, `link.rs`, `factor.rs`, `bind.rs`,
//!   `token.rs` — how he got it; `account.rs`, `own.rs` — what he and administrators change
//! * one file a deed beyond these

mod account;
mod acknowledge;
mod activate;
mod again;
pub(crate) mod audit;
pub mod backup;
mod bell;
mod bind;
mod bulletin;
mod chase;
mod classes;
mod contacted;
mod contacts;
mod counts;
pub mod deliver;
pub mod disk;
mod error;
mod excuse;
mod factor;
mod finding;
mod follow_up;
pub mod forecast;
mod handover;
mod have;
mod health;
mod import_units;
mod incident;
mod intake;
mod keys;
mod letter;
mod link;
mod open;
mod outage;
mod own;
mod pass_on;
pub mod period;
mod plan;
mod receipt;
mod recipients;
mod redact;
mod remind;
mod retention;
mod retry;
mod review;
mod roll_up;
mod roster;
mod rotate;
mod seal;
mod sealed;
mod secret;
mod signin;
mod spot_check;
mod succession;
mod test_mail;
mod tick;
mod token;
mod undo;
mod undo_import;
mod units;
mod urgent;
pub mod verify;
mod visitor;
mod vitals;
mod wall;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

pub use acknowledge::{Answer, Held};
pub use activate::{AT_ONCE, SlipsSent};
pub use bell::Bell;
pub use bulletin::{LacksBulletin, ShownBulletin};
pub use contacted::Call;
pub use error::{Error, Fault, Result};
pub use excuse::{MOST, REASON};
pub use factor::{Enrolment, Proven};
pub use finding::About;
pub use follow_up::AROUND;
pub(crate) use have::call_of;
pub use have::{Escalated, REMARK, Word};
pub use import_units::Imported;
pub use intake::{Outcome, Status};
pub use keys::{Keys, token_hash};
pub(crate) use plan::ticked;
pub use receipt::{Proof, Shown};
pub use redact::texts;
pub use retention::Old;
pub use spot_check::SpotResult;
pub use tick::LONGEST_SLEEP;
pub use undo::{Done, UNDO, Undo};

pub(crate) use account::normal_login;
pub use bind::Slip;
pub use handover::{Desk, NOTE};
pub use health::Health;
pub use link::Link;
pub use roster::TypedPost;
pub use signin::{Begun, Entry, FirstProof};
pub use succession::{Into, Succession};
pub use visitor::{Pass, Visitor};
pub use vitals::Vitals;

use crate::clock::SharedClock;
use crate::config::Settings;
use crate::crash::CrashPlan;
use crate::domain::calendar::Calendar;
use crate::domain::time::Timestamp;
use crate::store::Store;

/// The deeds, and what they need: the database, the clock, the settings, the keys.
#[derive(Debug)]
pub struct Service {
    /// The database. Doors read from it; they write through deeds alone.
    pub store: Store,
    /// The time.
    pub clock: SharedClock,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The keys of receipts and links.
    pub keys: Keys,
    /// Holidays and make-up workdays.
    pub calendar: Calendar,
    /// The name of this deployment in message ids.
    pub deployment: String,
    /// Rung when letters were written: delivery looks at once.
    pub outgoing: Bell,
    /// Rings when the sending of urgent letters begins.
    begun: Bell,
    /// Rung when a deed changed what is due: the tick looks at once.
    pub changed: Bell,
    /// Where this process stops, in a simulation.
    pub crash: CrashPlan,
    /// How many passwords were tested since the start, right or wrong, of known names or not.
    pub passwords_tested: AtomicU64,
    /// How many reports this process has taken in since it started.
    pub reports_taken: AtomicU64,
    classes: classes::Cache,
    units: units::Cache,
    counts: counts::Cache,
    visitors: visitor::Cache,
    intake: intake::Intake,
    health: health::Cache,
    vitals: vitals::Cache,
    whole: bulletin::Whole,
    read: bulletin::Whole,
}

impl Service {
    /// Puts the deeds together over an open, migrated database, and starts the writer of reports.
    ///
    /// # Errors
    /// When the database does not answer, or the list of classes or holidays cannot be read.
    pub async fn open(settings: Arc<Settings>, store: Store, clock: SharedClock) -> Result<Arc<Self>> {
        Self::open_until(settings, store, clock, CrashPlan::default()).await
    }

    /// Does what [`Service::open`] does; the service stops where a plan says so.
    ///
    /// # Errors
    /// As [`Service::open`].
    pub async fn open_until(
        settings: Arc<Settings>,
        store: Store,
        clock: SharedClock,
        crash: CrashPlan,
    ) -> Result<Arc<Self>> {
        let now = clock.now();
        let mut tx = store.begin().await?;
        tx.begin_deployment(&uuid::Uuid::new_v4().to_string(), now.timestamp_millis())
            .await?;
        let deployment = tx.deployment().await?.map(|d| d.uuid).unwrap_or_default();
        let classes = classes::seed(&mut tx, &settings, now).await?;
        plan::seed(&mut tx, &settings, &classes.1, now).await?;
        tx.commit().await?;
        let (intake, inbox) = intake::Intake::new(settings.intake.queue);
        let service = Arc::new(Self {
            intake,
            keys: Keys::load(&settings)?,
            classes: classes::Cache::new(classes),
            calendar: settings.calendar().map_err(Error::Setting)?,
            store,
            clock,
            settings,
            deployment,
            outgoing: Bell::default(),
            begun: Bell::default(),
            passwords_tested: AtomicU64::new(0),
            reports_taken: AtomicU64::new(0),
            changed: Bell::default(),
            crash,
            units: units::Cache::default(),
            counts: counts::Cache::default(),
            visitors: visitor::Cache::default(),
            health: health::Cache::default(),
            vitals: vitals::Cache::default(),
            whole: bulletin::Whole::default(),
            read: bulletin::Whole::default(),
        });
        service.start_intake(inbox);
        Ok(service)
    }

    /// Gives the present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
