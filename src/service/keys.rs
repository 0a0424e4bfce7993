//! Knows the keys of receipts, links and sealed texts, all derived from one file.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::{Digest as _, Sha256};

use super::{Error, Result, sealed};
use crate::config::Settings;
use crate::domain::receipt::ReceiptKey;

/// The keys of one deployment.
#[derive(Debug)]
pub struct Keys {
    /// Of receipts.
    pub receipt: ReceiptKey,
    link: SecretSlice<u8>,
    seal: SecretSlice<u8>,
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
            seal: SecretSlice::from(derive(master, b"allclear seal 1").to_vec()),
        }
    }

    /// Gives the token in the link of a letter; it needs no row, since its key tells it again.
    pub fn letter_token(&self, dedup_key: &str) -> String {
        let mac = derive(self.link.expose_secret(), dedup_key.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(&mac[..24])
    }

    /// Gives the mark that a browser gets once an account has signed in there; nobody else can make it.
    pub fn browser_mark(&self, login: &str, nonce: &str) -> String {
        self.letter_token(&format!("browser {nonce} {login}"))
    }

    /// Seals a text for one place, such as `factor 7`; it opens nowhere else and only with the key file.
    ///
    /// # Errors
    /// When the cipher fails, which it does not for texts of a sane length.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<String> {
        let sealed = sealed::seal(&self.seal, place, plain);
        sealed.ok_or_else(|| Error::broken("a text could not be sealed"))
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// When it was altered, belongs to another place or was sealed with another key.
    pub fn open(&self, place: &str, text: &str) -> Result<Vec<u8>> {
        let opened = sealed::open(&self.seal, place, text);
        opened.ok_or_else(|| {
            Error::broken(format!(
                "the sealed text of {place} does not open with this key file"
            ))
        })
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
