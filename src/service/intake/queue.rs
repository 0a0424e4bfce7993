//! Knows who waits for the writer, how many it takes together, and what happens when that fails.
//!
//! It knows nothing of reports: jobs go in, answers come out.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use crate::store;

/// A commit that takes longer than this is worth waiting for more members.
const SLOW: Duration = Duration::from_millis(1);

/// The longest wait for more members.
const LINGER: Duration = Duration::from_millis(2);

/// What the queue knows of a job.
pub(super) trait Job {
    /// Whether it goes before those that are not.
    fn is_urgent(&self) -> bool;
    /// Jobs of one line never overtake each other.
    fn line(&self) -> i64;
}

/// A job, and who waits for its answer.
#[derive(Debug)]
pub(super) struct Waiting<J, A> {
    job: J,
    answer: oneshot::Sender<A>,
    _place: OwnedSemaphorePermit,
}

/// The end of the queue at which jobs come out.
pub(super) type Inbox<J, A> = mpsc::UnboundedReceiver<Waiting<J, A>>;

/// The end of the queue at which jobs go in.
#[derive(Debug)]
pub(super) struct Queue<J, A> {
    sender: mpsc::UnboundedSender<Waiting<J, A>>,
    places: Arc<Semaphore>,
}

impl<J, A> Queue<J, A> {
    /// Makes a queue in which `limit` can wait.
    pub(super) fn new(limit: usize) -> (Self, Inbox<J, A>) {
        let (sender, inbox) = mpsc::unbounded_channel();
        let places = Arc::new(Semaphore::new(limit));
        (Self { sender, places }, inbox)
    }

    /// Puts a job in and waits for its answer; `None` when the queue is full or nobody works on it.
    pub(super) async fn ask(&self, job: J) -> Option<A> {
        let (answer, answered) = oneshot::channel();
        let place = self.places.clone().try_acquire_owned().ok()?;
        let waiting = Waiting {
            job,
            answer,
            _place: place,
        };
        self.sender.send(waiting).ok()?;
        answered.await.ok()
    }
}

/// Why some jobs were not done. Nothing of them is stored then, or what is will be found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The database cannot answer now.
    Passing,
    /// A rule of the tables refused a row: another instance was faster, or the row is bad.
    Refused,
    /// Anything else, a panic too.
    Broken,
}

impl From<store::Error> for Trouble {
    fn from(error: store::Error) -> Self {
        match &error {
            _ if error.is_passing() => {
                tracing::warn!(%error, "reports could not be saved now: {error}");
                Self::Passing
            }
            store::Error::Constraint(_) => {
                tracing::info!(%error, "reports are decided again: {error}");
                Self::Refused
            }
            _ => {
                tracing::error!(%error, "reports could not be saved: {error}");
                Self::Broken
            }
        }
    }
}

/// How long commits take, as a moving average.
#[derive(Debug, Default)]
pub(super) struct Pace(AtomicU64);

impl Pace {
    /// Notes how long a commit took.
    pub(super) fn note(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let before = self.0.load(Ordering::Relaxed);
        let after = before - before / 8 + took / 8;
        self.0.store(after, Ordering::Relaxed);
    }

    /// Gives how long more members are worth waiting for; none where commits are fast.
    fn linger(&self) -> Option<Duration> {
        let commit = Duration::from_micros(self.0.load(Ordering::Relaxed));
        (commit > SLOW).then(|| LINGER.min(commit))
    }
}

/// How jobs are taken together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// How many at most.
    pub(super) most: usize,
    /// How many batches may be under way at once.
    pub(super) lanes: usize,
}

/// Works on jobs until nobody can ask any more: all that wait, so many at once, urgent ones before all others.
///
/// What fails together is tried once more together, and then one by one, so that a bad job fails alone.
pub(super) async fn serve<J, A, W, F>(
    mut inbox: Inbox<J, A>,
    shape: Shape,
    pace: Arc<Pace>,
    work: W,
    refused: fn(Trouble) -> A,
) where
    J: Job + Clone + Send + Sync + 'static,
    A: Send + 'static,
    W: Fn(Arc<Vec<J>>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Vec<A>, Trouble>> + Send + 'static,
{
    let work = Arc::new(work);
    let mut desk = Desk::new(shape);
    let mut under_way = JoinSet::new();
    let mut open = true;
    while open || !desk.waiting.is_empty() || !under_way.is_empty() {
        while under_way.len() < shape.lanes {
            desk.gather(&mut inbox);
            if let Some(linger) = desk.linger(&pace) {
                tokio::time::sleep(linger).await;
                desk.gather(&mut inbox);
            }
            let batch = desk.next();
            if batch.is_empty() {
                break;
            }
            let lines = batch.iter().map(|w| w.job.line()).collect();
            let begun = under_way.spawn(answer(batch, work.clone(), refused));
            desk.begun(begun.id(), lines);
        }
        tokio::select! {
            done = under_way.join_next_with_id(), if !under_way.is_empty() => {
                let (id, outage) = match done {
                    Some(Ok(done)) => done,
                    Some(Err(lost)) => (lost.id(), false),
                    None => continue,
                };
                desk.over(id);
                if outage {
                    // They would only wait as long once more.
                    desk.gather(&mut inbox);
                    desk.send_away(refused);
                }
            }
            got = inbox.recv_many(&mut desk.waiting, shape.most),
                if open && under_way.len() < shape.lanes => open = got > 0,
        }
    }
}

/// Works on a batch and answers it; gives whether the database could not be reached.
async fn answer<J, A, W, F>(batch: Vec<Waiting<J, A>>, work: Arc<W>, refused: fn(Trouble) -> A) -> bool
where
    J: Job + Clone + Send + Sync + 'static,
    A: Send + 'static,
    W: Fn(Arc<Vec<J>>) -> F,
    F: Future<Output = Result<Vec<A>, Trouble>> + Send + 'static,
{
    let (jobs, answers): (Vec<J>, Vec<_>) = batch.into_iter().map(|w| (w.job, w.answer)).unzip();
    let (done, outage) = all(jobs, &*work, refused).await;
    for (answer, done) in answers.into_iter().zip(done) {
        // Whoever went away finds the report again by its UUID.
        let _ = answer.send(done);
    }
    outage
}

/// Who waits, and what is being worked on.
#[derive(Debug)]
struct Desk<J, A> {
    shape: Shape,
    waiting: Vec<Waiting<J, A>>,
    /// The lines of the batches that are being worked on.
    under_way: HashMap<Id, HashSet<i64>>,
    /// Whether others came last time too.
    busy: bool,
}

impl<J: Job, A> Desk<J, A> {
    fn new(shape: Shape) -> Self {
        Self {
            shape,
            waiting: Vec::new(),
            under_way: HashMap::new(),
            busy: false,
        }
    }

    /// Takes in all that wait; they are no more than have a place.
    fn gather(&mut self, inbox: &mut Inbox<J, A>) {
        while let Ok(more) = inbox.try_recv() {
            self.waiting.push(more);
        }
    }

    /// Gives how long to wait for company: who is alone does not, nor does who is urgent.
    fn linger(&self, pace: &Pace) -> Option<Duration> {
        let few = !self.waiting.is_empty() && self.waiting.len() < self.shape.most;
        let patient = self.busy && few && !self.waiting.iter().any(|w| w.job.is_urgent());
        pace.linger().filter(|_| patient)
    }

    /// Takes the next batch: urgent jobs with those before them in their lines, where there are any, so that they
    /// wait neither for other batches nor for company in their own; else the first. What is behind a job of its line
    /// that is being worked on waits for that.
    fn next(&mut self) -> Vec<Waiting<J, A>> {
        let under_way = &self.under_way;
        let free = |w: &Waiting<J, A>| !under_way.values().any(|lines| lines.contains(&w.job.line()));
        let urgent = self.waiting.iter().any(|w| w.job.is_urgent() && free(w));
        let mut before_urgent = HashSet::new();
        let mut first: Vec<bool> = Vec::with_capacity(self.waiting.len());
        for w in self.waiting.iter().rev() {
            if w.job.is_urgent() {
                before_urgent.insert(w.job.line());
            }
            let wanted = !urgent || before_urgent.contains(&w.job.line());
            first.push(wanted && free(w));
        }
        let taken = self.waiting.extract_if(.., |_| first.pop().unwrap_or(false));
        let batch: Vec<_> = taken.take(self.shape.most).collect();
        self.busy = batch.len() > 1;
        batch
    }

    /// Notes which lines a batch works on.
    fn begun(&mut self, batch: Id, lines: HashSet<i64>) {
        self.under_way.insert(batch, lines);
    }

    /// Lets go of the lines of a batch that is over.
    fn over(&mut self, batch: Id) {
        self.under_way.remove(&batch);
    }

    /// Tells all who wait that the database is away.
    fn send_away(&mut self, refused: fn(Trouble) -> A) {
        for waiting in self.waiting.drain(..) {
            let _ = waiting.answer.send(refused(Trouble::Passing));
        }
    }
}

/// Gives an answer to every job, and whether the database could not be reached.
async fn all<J, A, W, F>(jobs: Vec<J>, work: &W, refused: fn(Trouble) -> A) -> (Vec<A>, bool)
where
    J: Clone + Send + Sync + 'static,
    A: Send + 'static,
    W: Fn(Arc<Vec<J>>) -> F,
    F: Future<Output = Result<Vec<A>, Trouble>> + Send + 'static,
{
    let jobs = Arc::new(jobs);
    let began = Instant::now();
    let mut tried = guarded(work(jobs.clone()), jobs.len()).await;
    let again = match tried {
        Err(Trouble::Refused) => true,
        // A connection that broke is replaced at once; one that was waited for in vain is not waited for again.
        Err(Trouble::Passing) => began.elapsed() < Duration::from_secs(1),
        _ => false,
    };
    if again {
        tried = guarded(work(jobs.clone()), jobs.len()).await;
    }
    match tried {
        Ok(answers) => (answers, false),
        Err(Trouble::Passing) => (jobs.iter().map(|_| refused(Trouble::Passing)).collect(), true),
        Err(trouble) if jobs.len() == 1 => (vec![refused(trouble)], false),
        Err(_) => one_by_one(&jobs, work, refused).await,
    }
}

async fn one_by_one<J, A, W, F>(jobs: &[J], work: &W, refused: fn(Trouble) -> A) -> (Vec<A>, bool)
where
    J: Clone + Send + Sync + 'static,
    A: Send + 'static,
    W: Fn(Arc<Vec<J>>) -> F,
    F: Future<Output = Result<Vec<A>, Trouble>> + Send + 'static,
{
    let (mut answers, mut outage) = (Vec::with_capacity(jobs.len()), false);
    for job in jobs {
        let tried = match outage {
            true => Err(Trouble::Passing),
            false => guarded(work(Arc::new(vec![job.clone()])), 1).await,
        };
        outage |= matches!(tried, Err(Trouble::Passing));
        let answer = tried.map(|mut one| one.pop());
        answers.push(match answer {
            Ok(Some(answer)) => answer,
            Ok(None) => refused(Trouble::Broken),
            Err(trouble) => refused(trouble),
        });
    }
    (answers, outage)
}

/// Runs work in a task of its own, so that a panic is an answer like any other.
async fn guarded<A: Send + 'static>(
    work: impl Future<Output = Result<Vec<A>, Trouble>> + Send + 'static,
    expected: usize,
) -> Result<Vec<A>, Trouble> {
    match tokio::spawn(work).await {
        Ok(Ok(answers)) if answers.len() != expected => {
            tracing::error!("{} answers to {expected} reports", answers.len());
            Err(Trouble::Broken)
        }
        Ok(tried) => tried,
        Err(error) => {
            tracing::error!(%error, "the writer of reports failed: {error}");
            Err(Trouble::Broken)
        }
    }
}

#[cfg(test)]
mod tests;
