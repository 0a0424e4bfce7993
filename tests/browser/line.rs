//! Knows the line between a browser and the service, which a test cuts and mends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy, copy_bidirectional, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

const WHOLE: u8 = 0;
const CUT: u8 = 1;
const DEAF: u8 = 2;

/// A line; it is whole at first.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) at: SocketAddr,
    state: Arc<AtomicU8>,
    changed: watch::Sender<()>,
}

impl Line {
    /// Lays a line to the service.
    pub(crate) async fn to(service: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let state = Arc::new(AtomicU8::new(WHOLE));
        let (changed, watched) = watch::channel(());
        let known = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut watched = watched.clone();
                watched.mark_unchanged();
                let now = known.load(Ordering::SeqCst);
                if now != CUT {
                    tokio::spawn(carry(stream, service, now == DEAF, watched));
                }
            }
        });
        Self { at, state, changed }
    }

    /// Cuts it: nothing gets through.
    pub(crate) fn cut(&self) {
        self.becomes(CUT);
    }

    /// Lets requests through and loses every answer.
    pub(crate) fn loses_answers(&self) {
        self.becomes(DEAF);
    }

    /// Makes it whole again.
    pub(crate) fn mend(&self) {
        self.becomes(WHOLE);
    }

    fn becomes(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
        self.changed.send_replace(());
    }
}

/// Carries bytes both ways until an end is closed or the line changes.
async fn carry(mut here: TcpStream, service: SocketAddr, deaf: bool, mut watched: watch::Receiver<()>) {
    let Ok(mut there) = TcpStream::connect(service).await else {
        return;
    };
    if !deaf {
        tokio::select! {
            _ = copy_bidirectional(&mut here, &mut there) => {}
            _ = watched.changed() => {}
        }
        return;
    }
    // The request is given time to be answered; then the line breaks without a byte of the answer.
    let (mut from, _to) = here.split();
    let (mut answer, mut request) = there.split();
    let mut bytes = vec![0; 64 * 1024];
    // A request may come in pieces, its head before its body.
    let mut patience = Duration::from_secs(60);
    while let Ok(Ok(n @ 1..)) = timeout(patience, from.read(&mut bytes)).await {
        if request.write_all(&bytes[..n]).await.is_err() {
            return;
        }
        patience = Duration::from_millis(500);
    }
    let _ = request.shutdown().await;
    let _ = copy(&mut answer, &mut sink()).await;
}
