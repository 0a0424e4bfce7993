//! Takes reports in: a receipt means that the report is on disk.
//!
//! There is one path. [`Service::submit`] checks leave and form and puts the report into a bounded queue; one
//! writer takes all that wait, decides each, saves them in one transaction, and answers each.
//!
//! * `queue.rs` — who waits, how many are taken together, and what happens when that fails
//! * `batch.rs` — one transaction: load, decide each, save
//! * `ledger.rs` — the facts of a batch, kept true while its members are decided one after the other
//! * `draft.rs` — what a batch will write
//! * `way.rs` — the next batch lets the letters of an urgent report go first

mod batch;
mod draft;
mod ledger;
mod queue;
mod way;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use self::queue::{Job, Pace, Queue, Shape, Trouble};
use self::way::Way;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, Identity, permit};
use crate::domain::checkin::{Author, Claim, Provenance, Review, Submission};
use crate::domain::form;
use crate::domain::ids::{AlertId, IncidentId, ObligationId, UnitId};
use crate::domain::incident::ReportKind;
use crate::domain::receipt::Receipt;
use crate::domain::screen::Notice;
use crate::domain::standing::Timeliness;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitPath;
use crate::store::Engine;

/// What became of a report that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The proof; of the earlier report where that is what counts.
    pub receipt: Receipt,
    /// Whether it is new.
    pub status: Status,
    /// What it answers; none for an incident beside every round.
    pub obligation: Option<ObligationId>,
    /// Whether the obligation is met in time, by the first report that came.
    pub timeliness: Option<Timeliness>,
    /// Whether the duty office has to confirm it.
    pub review: Review,
    /// Whether its own time waits for the duty office.
    pub claim: Option<Claim>,
    /// The incident that it opened, told of, or takes back.
    pub incident: Option<IncidentId>,
    /// The alert that it raised: leaders are being told.
    pub alert: Option<AlertId>,
    /// What the clerk is told of the texts.
    pub notice: Notice,
}

/// Whether a report is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It is kept.
    Recorded,
    /// It is kept, and supersedes an earlier one.
    Amended,
    /// It was sent twice.
    Same,
    /// The same was reported before.
    Already {
        /// How pages name who reported it; none when that is no longer known.
        by: Option<String>,
        /// When.
        at: Timestamp,
    },
}

/// One report that waits for the writer: it may be stored as it is, if the rules take it.
#[derive(Debug, Clone)]
struct Member {
    submission: Submission,
    notice: Notice,
    /// Where the unit stands.
    path: UnitPath,
    /// Whether the author acts for the duty office over this unit.
    office: bool,
    /// Whether the author may amend what the unit reported.
    amends: bool,
}

impl Job for Member {
    fn is_urgent(&self) -> bool {
        self.submission.content.is_urgent()
    }

    fn line(&self) -> i64 {
        self.submission.unit.0
    }
}

/// What the writer answers, with who sent the earlier report where that is what counts.
type Answer = Result<(Outcome, Option<Author>)>;

/// The way to the writer.
#[derive(Debug)]
pub(super) struct Intake {
    queue: Queue<Member, Answer>,
    pace: Arc<Pace>,
    way: Way,
}

/// The writer's end of the queue, until it is started.
#[derive(Debug)]
pub(super) struct Inbox(queue::Inbox<Member, Answer>);

impl Intake {
    /// Makes a queue for so many reports.
    pub(super) fn new(limit: usize) -> (Self, Inbox) {
        let (queue, inbox) = Queue::new(limit);
        let pace = Arc::new(Pace::default());
        (
            Self {
                queue,
                pace,
                way: Way::default(),
            },
            Inbox(inbox),
        )
    }
}

impl Service {
    /// Starts the writer; it ends with the service.
    pub(super) fn start_intake(self: &Arc<Self>, inbox: Inbox) {
        let service = Arc::downgrade(self);
        let pace = self.intake.pace.clone();
        let shape = Shape {
            most: self.settings.intake.batch,
            lanes: match self.store.engine() {
                Engine::Sqlite => 1,
                // While one batch is on its way to the disk the next is decided.
                Engine::Postgres => 2,
            },
        };
        let work = move |members: Arc<Vec<Member>>| take(service.clone(), members);
        tokio::spawn(queue::serve(inbox.0, shape, pace, work, refused));
    }

    /// Takes a report in, and answers when it is on disk.
    ///
    /// The author is the actor, whatever the submission says; `received` is when its body had been read completely.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not report for the unit, [`Error::Form`] with all
    /// that is wrong with its fields, [`Error::Refused`] by a rule, [`Error::Busy`] when the queue is full or the
    /// database cannot answer. Nothing is stored then.
    pub async fn submit(&self, actor: &Actor, submission: Submission) -> Result<Outcome> {
        let member = self.admit(actor, submission).await?;
        let Some(answer) = self.intake.queue.ask(member).await else {
            return Err(busy());
        };
        let (mut outcome, earlier) = answer?;
        if matches!(outcome.status, Status::Recorded | Status::Amended) {
            self.reports_taken.fetch_add(1, Ordering::Relaxed);
            return Ok(outcome);
        }
        let mut conn = self.store.read().await?;
        if let (Status::Already { by, .. }, Some(author)) = (&mut outcome.status, earlier) {
            *by = conn.author_label(author).await?;
        }
        if outcome.incident.is_some() {
            outcome.alert = conn.alert_by(outcome.receipt.number.0).await?;
        }
        Ok(outcome)
    }

    /// Gives where a unit stands. One that has left still owes what was opened before, and stands where it stood then.
    async fn place_of(&self, unit: UnitId, owed: Option<ObligationId>) -> Result<UnitPath> {
        if let Some(unit) = self.tree().await?.get(unit) {
            return Ok(unit.path.clone());
        }
        let missing = Error::Missing("unit");
        let Some(owed) = owed else { return Err(missing) };
        let owed = self.store.read().await?.obligation(owed).await?;
        owed.filter(|owed| owed.obligation.unit == unit)
            .map(|owed| owed.path)
            .ok_or(missing)
    }

    /// Checks leave and form.
    async fn admit(&self, actor: &Actor, mut submission: Submission) -> Result<Member> {
        let deed = match submission.provenance {
            Provenance::Own | Provenance::Offline => Deed::Report,
            Provenance::Proxy => Deed::Proxy,
            Provenance::Phone => Deed::RecordPhone,
        };
        let scope = permit(actor, deed)?;
        let verifies = submission
            .follows
            .is_some_and(|f| f.kind == ReportKind::Verification);
        if verifies && submission.provenance.is_units_own() {
            // What a unit reports is verified by the office.
            return Err(crate::domain::access::Denied(Deed::KeepIncident).into());
        }
        let path = self.place_of(submission.unit, submission.obligation).await?;
        if !scope.covers(&path) {
            return Err(Error::Missing("unit"));
        }
        submission.author = match actor.identity {
            Identity::Account(id) => Author::Account(id),
            Identity::Device(id) => Author::Device(id),
            Identity::Token(id) => Author::Token(id),
            Identity::Console => return Err(crate::domain::access::Denied(deed).into()),
        };
        let may = |deed| permit(actor, deed).is_ok_and(|scope| scope.covers(&path));
        let (submission, notice) = form::admit(submission, &self.classes()).map_err(Error::Form)?;
        Ok(Member {
            office: may(Deed::Supplement),
            amends: !submission.provenance.is_units_own() || may(Deed::Amend),
            path,
            submission,
            notice,
        })
    }
}

/// Takes some reports in together, if the service still lives.
async fn take(service: Weak<Service>, members: Arc<Vec<Member>>) -> Result<Vec<Answer>, Trouble> {
    match service.upgrade() {
        Some(service) => {
            service.intake.way.give(&service.begun).await;
            batch::save(&service, &members).await.map_err(Trouble::from)
        }
        None => Err(Trouble::Passing),
    }
}

/// Gives what the sender hears when a report could not be taken.
fn refused(trouble: Trouble) -> Answer {
    Err(match trouble {
        Trouble::Passing => busy(),
        Trouble::Refused | Trouble::Broken => Error::broken("the report could not be saved"),
    })
}

/// Gives an answer that does not call everybody back in the same second.
fn busy() -> Error {
    Error::Busy {
        retry_after: rand::random_range(1..=5),
    }
}
