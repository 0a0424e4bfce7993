//! Knows the settings of a mail relay: where it is, how it is trusted, and how long each stage may take.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use secrecy::SecretString;

use crate::config;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tls {
    /// TLS from the first byte (usually port 465).
    #[default]
    Implicit,
    /// STARTTLS, required: a server that does not offer it gets nothing (usually port 587).
    StartTls,
    /// No protection: for a relay on the same machine or a closed network, and only when asked for.
    Plain,
}

/// A login at the relay.
#[derive(Debug, Clone)]
pub struct Login {
    /// The account; many providers want it equal to the sender's address.
    pub name: String,
    /// The password, or the provider's authorisation code.
    pub password: SecretString,
}

/// How long each stage may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Name look-up and TCP, all addresses of the host together.
    pub connect: Duration,
    /// The TLS handshake, and each answer but the last.
    pub command: Duration,
    /// Sending the message and waiting for the verdict.
    pub end_of_data: Duration,
    /// How long an idle session is kept for the next letter.
    pub keep: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            command: Duration::from_secs(30),
            end_of_data: Duration::from_secs(120),
            keep: Duration::from_secs(20),
        }
    }
}

impl Limits {
    /// Gives an upper bound on one whole delivery, if every stage uses its time up: a lease must be longer.
    pub fn longest(&self) -> Duration {
        // A kept session that has gone stale (RSET, MAIL), then TLS, greeting, two EHLO, STARTTLS, three lines of
        // AUTH, MAIL, RCPT, DATA on a new one.
        self.connect + self.command * 13 + self.end_of_data
    }
}

/// A mail relay.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Host name or address; with TLS, the name that its certificate must bear.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub tls: Tls,
    /// Login, if the relay wants one.
    pub login: Option<Login>,
    /// The name that we give at EHLO.
    pub hello: String,
    /// A PEM file of further certificate authorities to trust.
    pub ca_file: Option<PathBuf>,
    /// Time limits.
    pub limits: Limits,
}

/// Tells why the settings of a relay cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The host cannot stand in a certificate.
    #[error("mail relay host {0:?} is neither a host name nor an address")]
    Host(String),
    /// The EHLO name would break the protocol.
    #[error("the EHLO name {0:?} may hold only letters, digits, dots, colons, brackets and hyphens")]
    Hello(String),
    /// The file of authorities cannot be read or holds none.
    #[error("certificate authorities in {path}: {why}")]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// TLS cannot be set up at all.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// What a handshake needs.
#[derive(Clone)]
pub(super) struct Trust {
    pub(super) config: Arc<ClientConfig>,
    pub(super) name: ServerName<'static>,
}

impl Relay {
    /// Takes the relay of the settings; `None` when there is none.
    pub fn of(settings: &config::Mail) -> Option<Self> {
        let login = settings.login.clone().zip(settings.password.clone());
        Some(Self {
            host: settings.host.clone()?,
            port: settings.port,
            tls: match settings.tls {
                config::Tls::Implicit => Tls::Implicit,
                config::Tls::Starttls => Tls::StartTls,
                config::Tls::Plain => Tls::Plain,
            },
            login: login.map(|(name, password)| Login { name, password }),
            hello: settings.helo.clone(),
            ca_file: settings.ca_file.clone(),
            limits: Limits {
                connect: settings.connect_timeout.duration(),
                command: settings.command_timeout.duration(),
                end_of_data: settings.data_timeout.duration(),
                ..Limits::default()
            },
        })
    }

    /// Checks the settings and prepares TLS; `None` if the relay is plain.
    pub(super) fn trust(&self) -> Result<Option<Trust>, RelayError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
        if self.hello.is_empty() || !self.hello.chars().all(allowed) {
            return Err(RelayError::Hello(self.hello.clone()));
        }
        if self.tls == Tls::Plain {
            return Ok(None);
        }
        let name =
            ServerName::try_from(self.host.clone()).map_err(|_| RelayError::Host(self.host.clone()))?;
        Ok(Some(Trust {
            config: authorities(self.ca_file.as_deref())?,
            name,
        }))
    }
}

/// Prepares TLS that trusts the usual authorities, and those of a PEM file beside them.
///
/// # Errors
/// When the file cannot be read or holds none.
pub fn authorities(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, RelayError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(path) = ca_file {
        trust_file(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn trust_file(roots: &mut RootCertStore, path: &Path) -> Result<(), RelayError> {
    let wrong = |why: String| RelayError::Authorities {
        path: path.to_owned(),
        why,
    };
    let pem = std::fs::read(path).map_err(|e| wrong(e.to_string()))?;
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|e| wrong(e.to_string()))?;
        roots.add(certificate).map_err(|e| wrong(e.to_string()))?;
        found = true;
    }
    if found {
        Ok(())
    } else {
        Err(wrong("no certificate in it".to_owned()))
    }
}
