//! `allclear bench load`: sends reports over kept connections, as fast as they are answered or at a fixed rate.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::wire::{Wire, head, request};
use super::{broken, out};
use crate::cli::Done;
use crate::cli::fail::{Exit, Fail};

/// `allclear bench load …`
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(long)]
    address: SocketAddr,
    /// Where the reports are sent.
    #[arg(long)]
    path: String,
    /// What is owed: a unit and an obligation a line.
    #[arg(long)]
    owed: PathBuf,
    /// The tokens, one a line.
    #[arg(long)]
    tokens: PathBuf,
    /// The first line to report for.
    #[arg(long)]
    from: usize,
    #[arg(long)]
    connections: usize,
    #[arg(long)]
    seconds: f64,
    /// Reports a second; left out, each connection sends as soon as it is answered.
    #[arg(long)]
    rate: Option<f64>,
}

/// What a load client found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Load {
    /// How many reports were taken.
    pub(super) good: usize,
    /// How many were not.
    pub(super) bad: usize,
    /// The first answer that was not what was hoped for.
    pub(super) complaint: Option<String>,
    /// From the first request to the last answer.
    pub(super) seconds: f64,
    /// How long an answer took that took longer than 99 in 100.
    pub(super) p99_ms: f64,
    /// The next line to report for.
    pub(super) next: usize,
}

/// What every connection shares.
#[derive(Debug)]
struct Shared {
    owed: Vec<String>,
    next: AtomicUsize,
    begin: Instant,
    end: Instant,
    rate: Option<f64>,
}

/// What one connection found.
#[derive(Debug, Default)]
struct Tally {
    took: Vec<Duration>,
    bad: usize,
    complaint: Option<String>,
    last: Option<Instant>,
}

/// Sends reports and says what came of it as one line of JSON.
pub(super) async fn run(args: &Args) -> Done {
    let owed = std::fs::read_to_string(&args.owed).map_err(broken)?;
    let tokens = std::fs::read_to_string(&args.tokens).map_err(broken)?;
    let owed = owed.lines().skip(args.from).filter_map(body).collect();
    let mut wires = Vec::with_capacity(args.connections);
    for _ in 0..args.connections {
        wires.push(Wire::connect(args.address).await.map_err(broken)?);
    }
    let begin = Instant::now();
    let shared = Arc::new(Shared {
        owed,
        next: AtomicUsize::new(0),
        begin,
        end: begin + Duration::from_secs_f64(args.seconds),
        rate: args.rate,
    });
    let heads = tokens.lines().map(|token| head(&args.path, token));
    let sending: Vec<_> = wires
        .into_iter()
        .zip(heads.collect::<Vec<_>>().into_iter().cycle())
        .map(|(wire, head)| tokio::spawn(send(wire, head, shared.clone())))
        .collect();
    let mut tallies = Vec::with_capacity(sending.len());
    for one in sending {
        tallies.push(one.await.map_err(broken)?);
    }
    out::say(serde_json::to_string(&sum(args.from, &shared, tallies)).unwrap_or_default());
    Ok(Exit::Good)
}

/// Writes the report that a line asks for.
fn body(line: &str) -> Option<String> {
    let (unit, obligation) = line.split_once(' ')?;
    Some(format!(
        "{{\"unit\":{unit},\"obligation\":{obligation},\"kind\":\"all_clear\"}}"
    ))
}

async fn send(mut wire: Wire, head: String, shared: Arc<Shared>) -> Tally {
    let (mut tally, mut bytes) = (Tally::default(), Vec::with_capacity(1024));
    while Instant::now() < shared.end {
        let turn = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(body) = shared.owed.get(turn) else {
            break;
        };
        request(&mut bytes, &head, body);
        let mut since = Instant::now();
        if let Some(rate) = shared.rate {
            // Counted from when it should have been sent: a server that is behind has every wait counted.
            since = shared.begin + Duration::from_secs_f64(turn as f64 / rate);
            if since >= shared.end {
                break;
            }
            tokio::time::sleep_until(since).await;
        }
        match wire.ask(&bytes).await {
            Ok(answer) if (200..300).contains(&answer.status) => tally.took.push(since.elapsed()),
            Ok(answer) => {
                tally.bad += 1;
                let words = || String::from_utf8_lossy(wire.body(&answer)).into_owned();
                tally
                    .complaint
                    .get_or_insert_with(|| format!("{} {}", answer.status, words()));
            }
            Err(error) => {
                tally.bad += 1;
                tally.complaint.get_or_insert_with(|| error.to_string());
                break;
            }
        }
        tally.last = Some(Instant::now());
    }
    tally
}

fn sum(from: usize, shared: &Shared, tallies: Vec<Tally>) -> Load {
    let last = tallies.iter().filter_map(|tally| tally.last).max();
    let bad = tallies.iter().map(|tally| tally.bad).sum();
    let complaint = tallies.iter().find_map(|tally| tally.complaint.clone());
    let mut took: Vec<Duration> = tallies.into_iter().flat_map(|tally| tally.took).collect();
    took.sort_unstable();
    let at = (took.len() * 99).div_ceil(100).saturating_sub(1);
    Load {
        good: took.len(),
        bad,
        complaint,
        seconds: last.map_or(0.0, |last| (last - shared.begin).as_secs_f64()),
        p99_ms: took.get(at).map_or(0.0, |took| took.as_secs_f64() * 1000.0),
        next: from + shared.next.load(Ordering::Relaxed).min(shared.owed.len()),
    }
}

impl Load {
    /// Gives how many reports were taken a second; an error when some were not taken.
    pub(super) fn rate(&self) -> Result<f64, Fail> {
        match &self.complaint {
            Some(words) => Err(broken(format!("{} refused: {words}", self.bad))),
            None if self.good == 0 => Err(broken("nothing was sent")),
            None => Ok(self.good as f64 / self.seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_but_one_in_a_hundred_counts() {
        let shared = Shared {
            owed: vec![String::new(); 500],
            next: AtomicUsize::new(203),
            begin: Instant::now(),
            end: Instant::now(),
            rate: None,
        };
        let tally = Tally {
            took: (1..=200).map(Duration::from_millis).collect(),
            last: Some(shared.begin + Duration::from_secs(2)),
            ..Tally::default()
        };
        let load = sum(10, &shared, vec![tally]);
        assert_eq!((load.good, load.next, load.p99_ms), (200, 213, 198.0));
        assert_eq!(load.rate().unwrap(), 100.0);
    }
}
