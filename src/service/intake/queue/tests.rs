//! Knows what somebody who waits in the queue may rely on.

use super::*;
use std::sync::Mutex;

/// Thousands are urgent; the last digit is the line.
impl Job for u32 {
    fn is_urgent(&self) -> bool {
        *self >= 1000
    }

    fn line(&self) -> i64 {
        i64::from(self % 10)
    }
}

type Batches = Arc<Mutex<Vec<Vec<u32>>>>;
type Answer = Result<u32, Trouble>;

/// Doubles numbers; `fails` says what goes wrong with a batch.
fn doubler(
    limit: usize,
    most: usize,
    fails: fn(&[u32], usize) -> Option<Trouble>,
) -> (Arc<Queue<u32, Answer>>, Batches, impl Future<Output = ()>) {
    let (queue, inbox) = Queue::new(limit);
    let seen = Batches::default();
    let batches = seen.clone();
    let work = move |jobs: Arc<Vec<u32>>| {
        let batches = batches.clone();
        async move {
            let nth = {
                let mut batches = batches.lock().unwrap();
                batches.push(jobs.to_vec());
                batches.len()
            };
            if jobs.contains(&13) {
                panic!("13");
            }
            match fails(&jobs, nth) {
                Some(trouble) => Err(trouble),
                None => Ok(jobs.iter().map(|n| Ok(n * 2)).collect()),
            }
        }
    };
    let shape = Shape { most, lanes: 1 };
    let served = serve(inbox, shape, Arc::default(), work, Err);
    (Arc::new(queue), seen, served)
}

/// Asks for all of them before anybody works, and gives the answers.
async fn ask(
    queue: Arc<Queue<u32, Answer>>,
    served: impl Future<Output = ()> + Send + 'static,
    jobs: &[u32],
) -> Vec<Option<Answer>> {
    let mut asked = Vec::new();
    for job in jobs.iter().copied() {
        let queue = queue.clone();
        asked.push(tokio::spawn(async move { queue.ask(job).await }));
        tokio::task::yield_now().await;
    }
    drop(queue);
    tokio::spawn(served);
    let mut answers = Vec::new();
    for one in asked {
        answers.push(one.await.unwrap());
    }
    answers
}

#[tokio::test]
async fn all_that_wait_are_taken_together_up_to_the_limit() {
    let (queue, seen, served) = doubler(100, 3, |_, _| None);
    let answers = ask(queue, served, &[1, 2, 3, 4]).await;
    assert_eq!(answers, [2, 4, 6, 8].map(|n| Some(Ok(n))));
    assert_eq!(*seen.lock().unwrap(), [vec![1, 2, 3], vec![4]]);
}

#[tokio::test]
async fn an_urgent_job_goes_before_the_others_but_never_before_its_own_line() {
    let (queue, seen, served) = doubler(100, 3, |_, _| None);
    let answers = ask(queue, served, &[1, 2, 12, 3, 4, 1002, 1009, 22, 5]).await;
    assert!(answers.iter().all(|answer| matches!(answer, Some(Ok(_)))));
    let expected: [&[u32]; 4] = [&[2, 12, 1002], &[1009], &[1, 3, 4], &[22, 5]];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn an_urgent_job_behind_more_than_a_batch_is_seen() {
    let (queue, seen, served) = doubler(100, 2, |_, _| None);
    ask(queue, served, &[1, 2, 3, 4, 1005]).await;
    assert_eq!(*seen.lock().unwrap(), [vec![1005], vec![1, 2], vec![3, 4]]);
}

#[tokio::test]
async fn batches_go_side_by_side_but_no_line_is_in_two_of_them() {
    let (queue, inbox) = Queue::new(100);
    let (begun, mut begins) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let opened = gate.clone();
    let work = move |jobs: Arc<Vec<u32>>| {
        let (begun, gate) = (begun.clone(), opened.clone());
        async move {
            begun.send(jobs.to_vec()).unwrap();
            gate.acquire().await.unwrap().forget();
            if jobs.contains(&13) {
                panic!("13");
            }
            Ok(jobs.iter().map(|n| Ok(n * 2)).collect())
        }
    };
    let shape = Shape { most: 2, lanes: 2 };
    tokio::spawn(serve(inbox, shape, Arc::default(), work, Err));
    let queue: Arc<Queue<u32, Answer>> = Arc::new(queue);
    let asked = |job: u32| {
        let queue = queue.clone();
        tokio::spawn(async move { queue.ask(job).await })
    };
    let (first, _second) = (asked(13), asked(2));
    assert_eq!(begins.recv().await, Some(vec![13, 2]));
    let (behind, beside) = (asked(23), asked(4));
    assert_eq!(begins.recv().await, Some(vec![4]), "not behind 13 in its line");
    gate.add_permits(1);
    // Whichever batch was over, what was behind it in its line goes on; a panic holds no line for ever.
    gate.add_permits(20);
    assert_eq!(first.await.unwrap(), Some(Err(Trouble::Broken)));
    assert_eq!(behind.await.unwrap(), Some(Ok(46)));
    assert_eq!(beside.await.unwrap(), Some(Ok(8)));
}

#[tokio::test]
async fn whoever_finds_the_queue_full_is_told_at_once() {
    let (queue, _, served) = doubler(2, 8, |_, _| None);
    let answers = ask(queue, served, &[1, 2, 3]).await;
    assert_eq!(answers, [Some(Ok(2)), Some(Ok(4)), None]);
}

#[tokio::test]
async fn a_panic_in_one_job_fails_that_job_alone_and_the_work_goes_on() {
    let (queue, _, served) = doubler(100, 8, |_, _| None);
    let later = queue.clone();
    let answers = ask(queue, served, &[1, 13, 3]).await;
    assert_eq!(answers, [Some(Ok(2)), Some(Err(Trouble::Broken)), Some(Ok(6))]);
    assert_eq!(later.ask(4).await, Some(Ok(8)));
}

#[tokio::test]
async fn a_batch_that_lost_a_race_is_tried_again_together() {
    let (queue, seen, served) = doubler(100, 8, |_, nth| (nth == 1).then_some(Trouble::Refused));
    let answers = ask(queue, served, &[1, 2]).await;
    assert_eq!(answers, [Some(Ok(2)), Some(Ok(4))]);
    assert_eq!(*seen.lock().unwrap(), [vec![1, 2], vec![1, 2]]);
}

#[tokio::test]
async fn a_row_that_the_tables_never_take_is_found_one_by_one() {
    let (queue, seen, served) = doubler(100, 8, |jobs, _| jobs.contains(&7).then_some(Trouble::Refused));
    let answers = ask(queue, served, &[1, 7, 2]).await;
    assert_eq!(answers, [Some(Ok(2)), Some(Err(Trouble::Refused)), Some(Ok(4))]);
    assert_eq!(seen.lock().unwrap().len(), 5);
}

#[tokio::test]
async fn a_connection_that_broke_once_is_not_noticed() {
    let (queue, _, served) = doubler(100, 8, |_, nth| (nth == 1).then_some(Trouble::Passing));
    assert_eq!(ask(queue, served, &[1]).await, [Some(Ok(2))]);
}

#[tokio::test]
async fn when_the_database_is_away_everybody_who_waits_is_told_without_waiting_again() {
    let (queue, seen, served) = doubler(100, 2, |_, _| Some(Trouble::Passing));
    let answers = ask(queue, served, &[1, 2, 3, 4, 5]).await;
    assert!(answers.iter().all(|a| *a == Some(Err(Trouble::Passing))));
    assert_eq!(*seen.lock().unwrap(), [vec![1, 2], vec![1, 2]]);
}

#[test]
fn only_slow_commits_make_the_writer_wait_for_company() {
    let pace = Pace::default();
    assert_eq!(pace.linger(), None);
    for _ in 0..40 {
        pace.note(Duration::from_micros(300));
    }
    assert_eq!(pace.linger(), None);
    for _ in 0..40 {
        pace.note(Duration::from_millis(9));
    }
    assert_eq!(pace.linger(), Some(LINGER));
}
