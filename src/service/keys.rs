//! Knows the keys of receipts, links and sealed texts, all derived from one file; a changed key leaves the older ones valid.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Error, Result, sealed};
use crate::config::{MasterKey, Settings};
use crate::domain::ids::CheckInId;
use crate::domain::receipt::ReceiptKey;

/// The keys of one deployment: the newest for what is new, the older ones for what was given out before.
#[derive(Debug)]
pub struct Keys {
    newest: Key,
    /// The next newest first.
    older: Vec<Key>,
}

/// What is derived from one master key.
#[derive(Debug)]
struct Key {
    check_in: CheckInId,
    letter: i64,
    receipt: ReceiptKey,
    link: SecretSlice<u8>,
    seal: SecretSlice<u8>,
}

impl Keys {
    /// Reads the key file, or makes it at the first start.
    ///
    /// # Errors
    /// When the file cannot be read, made or understood.
    pub fn load(settings: &Settings) -> Result<Self> {
        let masters = crate::config::keys(&settings.seal.key_file).map_err(Error::Setting)?;
        let mut keys = masters.iter().rev().map(Key::of);
        Ok(Self {
            newest: keys.next().ok_or_else(|| Error::broken("there is no key"))?,
            older: keys.collect(),
        })
    }

    /// Gives all keys, the newest first.
    fn all(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// Gives the key of the receipt of a check-in.
    pub fn receipt(&self, check_in: CheckInId) -> &ReceiptKey {
        let key = self.all().find(|key| key.check_in <= check_in);
        &key.unwrap_or(&self.newest).receipt
    }

    /// Gives the token in the link of a letter that is being written; it needs no row, since its key tells it again.
    pub fn letter_token(&self, dedup_key: &str) -> String {
        self.newest.token(dedup_key)
    }

    /// Gives the token in the link of a letter that was written before, perhaps with an older key.
    pub fn token_of_letter(&self, letter: i64, dedup_key: &str) -> String {
        let key = self.all().find(|key| key.letter <= letter);
        key.unwrap_or(&self.newest).token(dedup_key)
    }

    /// Gives the token in the link of a letter that can be acknowledged. It names the letter, so that no index is needed to
    /// find it, and proves that the letter was had.
    pub fn link_token(&self, letter: i64, dedup_key: &str) -> String {
        format!("{letter}.{}", self.token_of_letter(letter, dedup_key))
    }

    /// Tells whether a token is that of a letter's link.
    pub fn is_link_token(&self, letter: i64, dedup_key: &str, token: &str) -> bool {
        let right = self.link_token(letter, dedup_key);
        right.as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// Gives the mark that a browser gets once an account has signed in there; nobody else can make it.
    pub fn browser_mark(&self, login: &str, nonce: &str) -> String {
        self.newest.token(&browser(login, nonce))
    }

    /// Tells whether a mark was made here for a browser and an account, also before the key was changed.
    pub fn is_browser_mark(&self, login: &str, nonce: &str, mark: &str) -> bool {
        let text = browser(login, nonce);
        let fits = |key: &Key| key.token(&text).as_bytes().ct_eq(mark.as_bytes()).into();
        self.all().any(fits)
    }

    /// Seals a text for one place, such as `factor 7`; it opens nowhere else and only with the key file.
    ///
    /// # Errors
    /// When the cipher fails, which it does not for texts of a sane length.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<String> {
        let sealed = sealed::seal(&self.newest.seal, place, plain);
        sealed.ok_or_else(|| Error::broken("a text could not be sealed"))
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// When it was altered, belongs to another place or was sealed with another key.
    pub fn open(&self, place: &str, text: &str) -> Result<Vec<u8>> {
        let opened = self.all().find_map(|key| sealed::open(&key.seal, place, text));
        opened.ok_or_else(|| {
            Error::broken(format!(
                "the sealed text of {place} does not open with this key file"
            ))
        })
    }
}

impl Key {
    fn of(master: &MasterKey) -> Self {
        let secret = master.secret.expose_secret();
        Self {
            check_in: CheckInId(master.check_in),
            letter: master.letter,
            receipt: ReceiptKey::new(&derive(secret, b"allclear receipt 1")),
            link: SecretSlice::from(derive(secret, b"allclear link 1").to_vec()),
            seal: SecretSlice::from(derive(secret, b"allclear seal 1").to_vec()),
        }
    }

    fn token(&self, text: &str) -> String {
        let mac = derive(self.link.expose_secret(), text.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(&mac[..24])
    }
}

fn browser(login: &str, nonce: &str) -> String {
    format!("browser {nonce} {login}")
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
