//! Knows who waits for the writer, how many it takes together, and what happens when that fails.
//!
//! It knows nothing of reports: jobs go in, answers come out.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
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

/// Works on jobs until nobody can ask any more: all that wait, `most` at once, urgent ones before all others.
///
/// What fails together is tried once more together, and then one by one, so that a bad job fails alone.
pub(super) async fn serve<J, A, W, F>(
    mut inbox: Inbox<J, A>,
    most: usize,
    pace: Arc<Pace>,
    work: W,
    refused: fn(Trouble) -> A,
) where
    J: Job + Clone + Send + Sync + 'static,
    A: Send + 'static,
    W: Fn(Arc<Vec<J>>) -> F + Send,
    F: Future<Output = Result<Vec<A>, Trouble>> + Send + 'static,
{
    let mut waiting = Vec::new();
    let mut busy = false;
    while !waiting.is_empty() || inbox.recv_many(&mut waiting, most).await > 0 {
        gather(&mut inbox, &mut waiting);
        let mut batch = next(&mut waiting, most);
        // Only where others came last time too: who is alone does not wait for company, nor does who is urgent.
        if let (true, Some(linger)) = (busy && batch.len() < most && waiting.is_empty(), pace.linger())
            && !batch.iter().any(|w| w.job.is_urgent())
        {
            tokio::time::sleep(linger).await;
            waiting = batch;
            gather(&mut inbox, &mut waiting);
            batch = next(&mut waiting, most);
        }
        busy = batch.len() > 1;
        let (jobs, answers): (Vec<J>, Vec<_>) = batch.into_iter().map(|w| (w.job, w.answer)).unzip();
        let (done, outage) = all(jobs, &work, refused).await;
        for (answer, done) in answers.into_iter().zip(done) {
            // Whoever went away finds the report again by its UUID.
            let _ = answer.send(done);
        }
        if outage {
            // They would only wait as long once more.
            gather(&mut inbox, &mut waiting);
            for waiting in waiting.drain(..) {
                let _ = waiting.answer.send(refused(Trouble::Passing));
            }
        }
    }
}

/// Takes in all that wait; they are no more than have a place.
fn gather<J, A>(inbox: &mut Inbox<J, A>, waiting: &mut Vec<Waiting<J, A>>) {
    while let Ok(more) = inbox.try_recv() {
        waiting.push(more);
    }
}

/// Takes the next batch: urgent jobs with those before them in their lines, where there are any, so that they wait
/// neither for other batches nor for company in their own; else the first.
fn next<J: Job, A>(waiting: &mut Vec<Waiting<J, A>>, most: usize) -> Vec<Waiting<J, A>> {
    if !waiting.iter().any(|w| w.job.is_urgent()) {
        return waiting.drain(..most.min(waiting.len())).collect();
    }
    let mut lines = HashSet::new();
    let mut first: Vec<bool> = Vec::with_capacity(waiting.len());
    for w in waiting.iter().rev() {
        if w.job.is_urgent() {
            lines.insert(w.job.line());
        }
        first.push(lines.contains(&w.job.line()));
    }
    let taken = waiting.extract_if(.., |_| first.pop().unwrap_or(false));
    taken.take(most).collect()
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
