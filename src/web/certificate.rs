//! Knows the service's own certificate: read from files at the start, and again whenever they change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::TimeDelta;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, RootCertStore, ServerConfig};
use tokio_util::sync::CancellationToken;

use crate::config::TlsFiles;
use crate::domain::time::Timestamp;
use crate::i18n::Lang;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(2);

/// The certificate that clients are shown.
#[derive(Debug)]
pub struct Certificate {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    shown: RwLock<Arc<CertifiedKey>>,
    /// What the files held when they were last looked at; `None`: they could not be read.
    seen: Mutex<Option<Texts>>,
}

/// What both files hold.
#[derive(Debug, PartialEq, Eq)]
struct Texts {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// Why a certificate cannot be used.
#[derive(Debug)]
pub enum Unusable {
    /// A file cannot be read.
    File(PathBuf, io::Error),
    /// There is no certificate in the file.
    NoCertificate(PathBuf),
    /// There is no private key in the file.
    NoKey(PathBuf),
    /// Key and certificate do not belong together, or are of a kind that is not supported.
    Pair(TlsFiles, rustls::Error),
}

impl Unusable {
    /// Says it.
    pub fn words(&self, l: Lang) -> String {
        match self {
            Self::File(file, error) => l.file_error(file, error),
            Self::NoCertificate(file) => l.tls_no_certificate(file.display()),
            Self::NoKey(file) => l.tls_no_key(file.display()),
            Self::Pair(files, error) => {
                l.tls_no_pair(files.certificate.display(), files.key.display(), error)
            }
        }
    }
}

/// What should be known of a certificate that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is not, or no longer, valid.
    Expired,
    /// It ends within two weeks.
    EndsSoon,
    /// It does not bear the name in the address that readers type.
    OtherName,
}

impl Certificate {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be read or do not fit together.
    pub fn read(files: &TlsFiles) -> Result<Self, Unusable> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let texts = Texts::read(files)?;
        let shown = texts.pair(files, &provider)?;
        Ok(Self {
            files: files.clone(),
            provider,
            shown: RwLock::new(Arc::new(shown)),
            seen: Mutex::new(Some(texts)),
        })
    }

    /// Looks at the files again; a changed pair that fits is shown from now on, any other leaves the old one in place.
    fn look_again(&self) {
        let texts = Texts::read(&self.files);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if texts.as_ref().ok() == seen.as_ref() {
            return;
        }
        let pair = match &texts {
            Ok(texts) => texts
                .pair(&self.files, &self.provider)
                .map_err(|e| e.words(Lang::En)),
            Err(error) => Err(error.words(Lang::En)),
        };
        *seen = texts.ok();
        match pair {
            Ok(pair) => {
                *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
                tracing::info!(file = %self.files.certificate.display(), "the certificate was read anew");
            }
            Err(error) => tracing::error!(
                error,
                "the certificate changed to one that cannot be used; the old one stays"
            ),
        }
    }

    /// Looks at the files again and again until it is told to stop.
    pub(super) async fn watch(self: Arc<Self>, stop: CancellationToken) {
        while stop
            .run_until_cancelled(tokio::time::sleep(EVERY))
            .await
            .is_some()
        {
            let certificate = self.clone();
            // A panic was logged where it happened, and the next look is as good.
            let _ = tokio::task::spawn_blocking(move || certificate.look_again()).await;
        }
    }

    /// Gives how connections are protected: TLS 1.2 or 1.3, with whatever certificate is shown at the time.
    ///
    /// # Errors
    /// When the library knows no version of TLS.
    pub(super) fn config(self: Arc<Self>) -> Result<Arc<ServerConfig>, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    fn shown(&self) -> Arc<CertifiedKey> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }

    /// Says what is doubtful about it for a host, at an instant.
    pub fn doubts(&self, host: &str, now: Timestamp) -> Vec<Doubt> {
        let pair = self.shown();
        let Some(parsed) = pair
            .cert
            .first()
            .and_then(|own| ParsedCertificate::try_from(own).ok())
        else {
            return vec![Doubt::Expired];
        };
        let mut doubts = Vec::new();
        if !self.is_valid(&parsed, now) {
            doubts.push(Doubt::Expired);
        } else if !self.is_valid(&parsed, now + TimeDelta::days(14)) {
            doubts.push(Doubt::EndsSoon);
        }
        let named = ServerName::try_from(host.to_owned())
            .is_ok_and(|name| rustls::client::verify_server_name(&parsed, &name).is_ok());
        if !named {
            doubts.push(Doubt::OtherName);
        }
        doubts
    }

    /// Tells whether it is in its time. Nobody is trusted here, and time is what is looked at first.
    fn is_valid(&self, own: &ParsedCertificate<'_>, at: Timestamp) -> bool {
        let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
        let verified = rustls::client::verify_server_cert_signed_by_trust_anchor(
            own,
            &RootCertStore::empty(),
            &[],
            UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
            self.provider.signature_verification_algorithms.all,
        );
        !matches!(
            verified,
            Err(rustls::Error::InvalidCertificate(
                CertificateError::Expired
                    | CertificateError::ExpiredContext { .. }
                    | CertificateError::NotValidYet
                    | CertificateError::NotValidYetContext { .. }
            ))
        )
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown())
    }
}

impl Texts {
    fn read(files: &TlsFiles) -> Result<Self, Unusable> {
        let read = |file: &Path| fs::read(file).map_err(|error| Unusable::File(file.to_owned(), error));
        Ok(Self {
            certificate: read(&files.certificate)?,
            key: read(&files.key)?,
        })
    }

    fn pair(&self, files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, Unusable> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| Unusable::NoCertificate(files.certificate.clone()))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| Unusable::NoKey(files.key.clone()))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| Unusable::Pair(files.clone(), error))
    }
}
