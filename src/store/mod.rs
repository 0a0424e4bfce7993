//! Knows all the SQL: one text for SQLite and PostgreSQL.
//!
//! * `conn.rs` — connections, transactions, and the macros that expand one text for both engines
//! * `connect.rs` — opening a database, its settings, its migrations, the lock of the one server
//! * `error.rs` — what can go wrong, in this service's own terms
//! * `measure.rs` — what measurements ask; it costs nothing otherwise
//! * `dialect.rs` — what differs between the engines: batches as one JSON parameter
//! * one file a noun — reads are methods of [`Conn`], writes are methods of [`Tx`], which is a `Conn` too

mod account;
mod acknowledgement;
mod alert;
mod audit;
mod board;
mod bulletin;
mod chase;
mod checkin;
mod class;
mod conn;
mod connect;
mod content;
mod decision;
mod deployment;
mod desk;
mod device;
mod dialect;
mod error;
mod factor;
mod finding;
mod incident;
mod incident_life;
mod letter;
mod link;
mod lock;
mod log;
pub mod measure;
mod missing;
mod named;
mod obligation;
mod outbox;
mod period;
mod plan;
mod post;
mod redaction;
mod relay;
mod retention;
mod roster;
mod round;
mod sealed;
mod session;
mod throttle;
mod token;
mod unit;
mod unit_history;
mod unit_import;
mod upkeep;
mod vitals;
mod wall;

pub use crate::domain::incident::ReportKind;
pub use account::{Account, Granted, NewAccount};
pub use acknowledgement::Acknowledgement;
pub use alert::{NewAlert, StoredAlert};
pub use audit::{AuditFilter, AuditRow};
pub use board::{
    Beneath, BeneathRow, BoardAlert, BoardChase, BoardDelivery, BoardIncident, BoardRound, BoardRow, Count,
    Listing,
};
pub use bulletin::{NewBulletin, StoredBulletin, Tail, TailRound};
pub use chase::{Chase, Firing, Group, NewGap};
pub use checkin::StoredCheckIn;
pub use class::StoredClasses;
pub use conn::{Conn, Tx};
pub use connect::{Engine, Options, Store};
pub use decision::{Decision, NewContact, SpotCheck};
pub use deployment::{Deployment, OutageRow};
pub use desk::RoundName;
pub use device::{Activation, Device, NewSlip, OpenSlip, Way};
pub use error::{Error, Result};
pub use factor::Factor;
pub use finding::{NewFinding, StoredFinding};
pub use incident::{NewIncident, StoredIncident, StoredReport};
pub use incident_life::{IncidentEvent, IncidentLine, NewEvent};
pub use letter::{ChaseLetterRow, DeadLetter, NewAcknowledgement, NewItem, NewLetter};
pub use link::Purpose;
pub use lock::Lock;
pub use log::LogKeeper;
pub use named::Named;
pub use obligation::{
    Added as AddedObligation, Met, NewRow as NewObligationRow, Silent, Stored as StoredObligation,
};
pub use outbox::{Begun, Claimed, Lane, Lease, NewAttempt, Settled};
pub use plan::{NewPlan, StoredPlan, StoredTick};
pub use post::{Attempt, BadContact, NamedUnit, Posted, Tray, moment};
pub use redaction::{NotesOf, Redaction};
pub use relay::RelayState;
pub use roster::{Feed, Handover, Note, OpenDesk, StoredStandIn, StoredSwap};
pub use round::StoredRound;
pub use session::{NewSession, Seen, Session};
pub use token::{ApiToken, NewToken, TokenScope};
pub use unit::{BadAddress, NewVersion};
pub use unit_history::{Descent, PastVersion, Speaker};
pub use unit_import::{NewImport, UnitImport};
pub use upkeep::Schema;
pub use vitals::LaneCount;
pub use wall::{NewWallLink, WallLink};

pub(crate) use conn::on;
pub(crate) use dialect::{batch, held};
