//! Knows how the simulated mail server proves who it is, and how it fails to.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

/// The name under which the server is known.
pub(super) const HOST: &str = "127.0.0.1";

/// A certificate that the service trusts, and one that it does not.
#[derive(Clone)]
pub(super) struct Identity {
    pub(super) good: TlsAcceptor,
    pub(super) bad: TlsAcceptor,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

type Failed = Box<dyn std::error::Error>;

impl Identity {
    /// Makes both, and writes down the authority that is to be trusted.
    pub(super) fn new(authority: &Path) -> Result<Self, Failed> {
        let (good, pem) = under_a_new_authority()?;
        std::fs::write(authority, pem)?;
        let (bad, _) = under_a_new_authority()?;
        Ok(Self { good, bad })
    }
}

fn under_a_new_authority() -> Result<(TlsAcceptor, String), Failed> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key)?.pem();
    let issuer = Issuer::new(params, key);

    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec![HOST.to_owned()])?.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok((TlsAcceptor::from(Arc::new(config)), pem))
}
