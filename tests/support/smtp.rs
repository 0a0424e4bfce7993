//! Knows how to be a mail server that misbehaves on request, on a real socket.
//!
//! ```ignore
//! let server = Server::start(Setup::plain()).await;
//! server.on(At::Rcpt, Act::say("451 later"));                    // every time
//! server.once(At::End, Act::Stall);                              // once, then as usual
//! server.to("dead@x.example", At::Rcpt, Act::say("550 no"));     // for one recipient
//! ```
//! Rules are tried in the order given; where none fits, the server does what a good one does.

mod talk;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

/// A moment at which the server can be told what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// After the dot.
    End,
    Rset,
}

/// What the server does at a moment.
#[derive(Debug, Clone)]
pub enum Act {
    /// Says these words (a whole reply, lines parted by CRLF, the last CRLF left out).
    Say(String),
    /// Says them after a while.
    Late(Duration, String),
    /// Says these bytes as they are.
    Raw(Vec<u8>),
    /// Says nothing more and keeps the connection open.
    Stall,
    /// Closes the connection.
    Close,
    /// Takes the mail, then closes without a verdict. Only at `End`.
    TakeAndClose,
    /// Takes the mail, then says nothing more. Only at `End`.
    TakeAndStall,
    /// Does what a good server does.
    Usual,
}

impl Act {
    pub fn say(words: &str) -> Self {
        Self::Say(words.to_owned())
    }

    pub fn late(millis: u64, words: &str) -> Self {
        Self::Late(Duration::from_millis(millis), words.to_owned())
    }
}

/// A mail that the server said yes to.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub bytes: Vec<u8>,
    /// When the verdict was given.
    pub at: Instant,
    /// The connection on which it came, from 1.
    pub connection: usize,
}

impl Mail {
    /// Gives a header as it came, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let mail = mail_parser::MessageParser::default().parse(&self.bytes)?;
        let value = mail.header_raw(name.to_owned())?;
        Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    pub fn subject(&self) -> String {
        let mail = mail_parser::MessageParser::default().parse(&self.bytes);
        mail.and_then(|mail| mail.subject().map(str::to_owned))
            .unwrap_or_default()
    }

    pub fn text(&self) -> String {
        let mail = mail_parser::MessageParser::default().parse(&self.bytes);
        mail.and_then(|mail| mail.body_text(0).map(|text| text.into_owned()))
            .unwrap_or_default()
    }
}

/// How the server is reached.
#[derive(Clone, Default)]
pub struct Setup {
    secure: Secure,
    /// Mechanisms of AUTH that EHLO offers.
    auth: Option<&'static str>,
    /// Said right after the answer to STARTTLS, still in the clear.
    injected: Option<&'static str>,
    /// Whether EHLO offers PIPELINING.
    pipelining: bool,
}

#[derive(Clone, Default)]
enum Secure {
    #[default]
    Plain,
    Implicit(Arc<ServerConfig>),
    StartTls(Arc<ServerConfig>),
}

impl Setup {
    pub fn plain() -> Self {
        Self::default()
    }

    pub fn implicit(tls: Arc<ServerConfig>) -> Self {
        Self {
            secure: Secure::Implicit(tls),
            ..Self::default()
        }
    }

    pub fn starttls(tls: Arc<ServerConfig>) -> Self {
        Self {
            secure: Secure::StartTls(tls),
            ..Self::default()
        }
    }

    pub fn offering(self, mechanisms: &'static str) -> Self {
        Self {
            auth: Some(mechanisms),
            ..self
        }
    }

    pub fn pipelining(self) -> Self {
        Self {
            pipelining: true,
            ..self
        }
    }

    pub fn injecting(self, words: &'static str) -> Self {
        Self {
            injected: Some(words),
            ..self
        }
    }
}

#[derive(Debug)]
struct Rule {
    at: At,
    recipient: Option<String>,
    left: Option<usize>,
    act: Act,
}

#[derive(Default)]
struct Shared {
    setup: Setup,
    rules: Mutex<Vec<Rule>>,
    accepted: Mutex<Vec<Mail>>,
    commands: Mutex<Vec<String>>,
    connections: Mutex<usize>,
}

impl Shared {
    fn react(&self, at: At, recipient: Option<&str>) -> Act {
        let mut rules = self.rules.lock().unwrap();
        let fits = |rule: &&mut Rule| {
            rule.at == at
                && rule.left != Some(0)
                && rule
                    .recipient
                    .as_deref()
                    .is_none_or(|wanted| recipient == Some(wanted))
        };
        let Some(rule) = rules.iter_mut().find(fits) else {
            return Act::Usual;
        };
        rule.left = rule.left.map(|left| left - 1);
        rule.act.clone()
    }
}

/// A running server; it ends when dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    running: Option<JoinHandle<()>>,
}

impl Server {
    pub async fn start(setup: Setup) -> Self {
        let shared = Arc::new(Shared {
            setup,
            ..Shared::default()
        });
        let mut server = Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            shared,
            running: None,
        };
        server.restart().await;
        server
    }

    /// Listens again, on the same port, after [`Self::stop`].
    pub async fn restart(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.address = listener.local_addr().unwrap();
        let shared = self.shared.clone();
        self.running = Some(tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let number = {
                    let mut connections = shared.connections.lock().unwrap();
                    *connections += 1;
                    *connections
                };
                open.spawn(talk::serve(stream, shared.clone(), number));
            }
        }));
    }

    /// Ends all connections and refuses new ones.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            let _ = running.await;
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Does this at this moment, every time.
    pub fn on(&self, at: At, act: Act) {
        self.rule(Rule {
            at,
            recipient: None,
            left: None,
            act,
        });
    }

    /// Does this at this moment, once.
    pub fn once(&self, at: At, act: Act) {
        self.times(1, at, act);
    }

    /// Does this at this moment, so many times.
    pub fn times(&self, times: usize, at: At, act: Act) {
        self.rule(Rule {
            at,
            recipient: None,
            left: Some(times),
            act,
        });
    }

    /// Does this at this moment, every time, for one recipient. For `Rcpt`, `Data` and `End`.
    pub fn to(&self, recipient: &str, at: At, act: Act) {
        self.rule(Rule {
            at,
            recipient: Some(recipient.to_owned()),
            left: None,
            act,
        });
    }

    /// Forgets all rules: a good server again.
    pub fn behave(&self) {
        self.shared.rules.lock().unwrap().clear();
    }

    fn rule(&self, rule: Rule) {
        self.shared.rules.lock().unwrap().push(rule);
    }

    /// Gives the mails that were said yes to, in order.
    pub fn accepted(&self) -> Vec<Mail> {
        self.shared.accepted.lock().unwrap().clone()
    }

    /// Gives every command line in order, of all connections, without arguments of AUTH.
    pub fn commands(&self) -> Vec<String> {
        self.commands_guard().clone()
    }

    fn commands_guard(&self) -> MutexGuard<'_, Vec<String>> {
        self.shared.commands.lock().unwrap()
    }

    /// Gives how many connections were ever made.
    pub fn connections(&self) -> usize {
        *self.shared.connections.lock().unwrap()
    }

    /// Waits until so many mails were accepted; fails the test after ten seconds.
    pub async fn wait_for(&self, mails: usize) -> Vec<Mail> {
        for _ in 0..1000 {
            let accepted = self.accepted();
            if accepted.len() >= mails {
                return accepted;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited for {mails} mails, only {} came", self.accepted().len());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

/// Gives a port on which nobody listens.
pub async fn closed_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    listener.local_addr().unwrap().port()
}

/// A certificate authority of the test's own.
pub struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: rcgen::Issuer::new(params, key),
            pem,
        }
    }

    /// Gives the certificate to trust, as PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Gives a certificate that bears this name, and its key, as PEM.
    pub fn files(&self, name: &str) -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// Gives the settings of a server whose certificate bears this name.
    pub fn server(&self, name: &str) -> Arc<ServerConfig> {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }
}
