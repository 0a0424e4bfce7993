//! Seals what the database keeps but must not give away: AES-256-GCM with a key that is not in it.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use secrecy::{ExposeSecret as _, SecretSlice};

/// How a sealed text begins.
const MARK: &str = "sealed1.";
const NONCE: usize = 12;

/// Seals a text for one place, such as `factor 7`; it opens nowhere else. `None` when the cipher fails.
pub(super) fn seal(key: &SecretSlice<u8>, place: &str, plain: &[u8]) -> Option<String> {
    let nonce: [u8; NONCE] = rand::random();
    let cipher = Aes256Gcm::new_from_slice(key.expose_secret()).ok()?;
    let payload = Payload {
        msg: plain,
        aad: place.as_bytes(),
    };
    let mut sealed = nonce.to_vec();
    sealed.extend(cipher.encrypt(&nonce.into(), payload).ok()?);
    Some(format!("{MARK}{}", BASE64_STANDARD_NO_PAD.encode(sealed)))
}

/// Opens a sealed text; `None` when it was altered, belongs to another place or was sealed with another key.
pub(super) fn open(key: &SecretSlice<u8>, place: &str, sealed: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_STANDARD_NO_PAD.decode(sealed.strip_prefix(MARK)?).ok()?;
    let (nonce, text) = bytes.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let payload = Payload {
        msg: text,
        aad: place.as_bytes(),
    };
    let cipher = Aes256Gcm::new_from_slice(key.expose_secret()).ok()?;
    cipher.decrypt(&nonce.into(), payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretSlice<u8> {
        SecretSlice::from(vec![byte; 32])
    }

    #[test]
    fn a_sealed_text_opens_in_its_place_with_its_key_unaltered_and_not_otherwise() {
        let sealed = seal(&key(1), "factor 7", "密钥".as_bytes()).unwrap();
        assert!(sealed.is_ascii() && sealed.starts_with(MARK));
        assert_eq!(
            open(&key(1), "factor 7", &sealed).as_deref(),
            Some("密钥".as_bytes())
        );
        assert_eq!(open(&key(2), "factor 7", &sealed), None);
        assert_eq!(open(&key(1), "factor 8", &sealed), None);
        assert_ne!(seal(&key(1), "factor 7", "密钥".as_bytes()).unwrap(), sealed);
        let mut altered = sealed.into_bytes();
        altered[12] ^= 1;
        assert_eq!(
            open(&key(1), "factor 7", &String::from_utf8(altered).unwrap()),
            None
        );
        for bad in ["", "sealed1.", "sealed1.!", "sealed1.AAAA", "plain"] {
            assert_eq!(open(&key(1), "factor 7", bad), None);
        }
    }
}
