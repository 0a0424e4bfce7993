//! Knows clients that load a running server, and what it acknowledged to them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};
use uuid::Uuid;

use super::office::{Answer, Server, owed, report};

/// A report that was acknowledged.
#[derive(Debug, Clone)]
pub struct Kept {
    pub body: Value,
    pub number: String,
    pub mac: String,
}

/// Clients that report for one village after the other, and remember what was acknowledged.
#[derive(Debug)]
pub struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<Vec<Kept>>>,
}

/// The id of the first village of [`Office::with_villages`].
const FIRST_VILLAGE: usize = 3;

impl Load {
    /// Begins to load a server; `next` counts the villages that have reported.
    pub fn begin(server: &Server, token: &str, next: &Arc<AtomicUsize>, clients: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let client = |_| {
            let (stop, next, token, address) = (stop.clone(), next.clone(), token.to_owned(), server.address);
            std::thread::spawn(move || {
                let mut kept = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    let village = FIRST_VILLAGE + next.fetch_add(1, Ordering::SeqCst);
                    let Some(owed) = owed(address, &token, village) else {
                        return kept;
                    };
                    let body = json!({
                        "id": Uuid::new_v4(), "unit": village, "obligation": owed, "kind": "all_clear",
                    });
                    match report(address, &token, &body) {
                        Some(answer) if answer.status == 201 => kept.push(Kept::of(&answer, body)),
                        Some(answer) if answer.status == 503 => {}
                        Some(answer) => panic!("{} {}", answer.status, answer.body),
                        None => return kept,
                    }
                }
                kept
            })
        };
        Self {
            threads: (0..clients).map(client).collect(),
            stop,
        }
    }

    /// Ends, and gives what was acknowledged.
    pub fn end(self) -> Vec<Kept> {
        self.stop.store(true, Ordering::SeqCst);
        self.threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    }
}

impl Kept {
    /// Reads an acknowledgement.
    pub fn of(answer: &Answer, body: Value) -> Self {
        let receipt = &answer.json()["receipt"];
        let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
        Self {
            number: text("number"),
            mac: text("mac"),
            body,
        }
    }
}
