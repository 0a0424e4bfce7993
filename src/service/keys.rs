//! Knows the keys of receipts and links, all derived from one file.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::{Digest as _, Sha256};

use super::{Error, Result};
use crate::config::Settings;
use crate::domain::receipt::ReceiptKey;

/// The keys of one deployment.
#[derive(Debug)]
pub struct Keys {
    /// Of receipts.
    pub receipt: ReceiptKey,
    link: SecretSlice<u8>,
}

impl Keys {
    /// Reads the key file, or makes it at the first start.
    ///
    /// # Errors
    /// When the file cannot be read, made or understood.
    pub fn load(settings: &Settings) -> Result<Self> {
        let master = crate::config::key(&settings.seal.key_file).map_err(Error::setting)?;
        Ok(Self::of(master.expose_secret()))
    }

    /// Derives the keys of a master key.
    pub fn of(master: &[u8]) -> Self {
        Self {
            receipt: ReceiptKey::new(&derive(master, b"allclear receipt 1")),
            link: SecretSlice::from(derive(master, b"allclear link 1").to_vec()),
        }
    }

    /// Gives the token in the link of a letter; it needs no row, since its key tells it again.
    pub fn letter_token(&self, dedup_key: &str) -> String {
        let mac = derive(self.link.expose_secret(), dedup_key.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(&mac[..24])
    }
}

/// Gives how a token is stored: its SHA-256 in hex. A copy of the database opens nothing.
pub fn token_hash(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn derive(key: &[u8], label: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length; the error cannot come.
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => return [0; 32],
    };
    mac.update(label);
    mac.finalize().into_bytes().into()
}
