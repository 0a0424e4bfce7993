//! Knows the mark that a browser gets when an account has signed in there: it is counted apart at the door, so that a
//! stranger's tries with the same name elsewhere keep nobody waiting who is known.

use crate::service::Service;

/// Makes the mark of a browser for an account: a random part, and what only this service can add to it.
pub fn mark(service: &Service, login: &str) -> String {
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let proof = service.keys.browser_mark(login, &nonce);
    format!("{nonce}.{proof}")
}

/// Gives the random part of a mark that is genuine for an account.
pub(super) fn known(service: &Service, login: &str, mark: Option<&str>) -> Option<String> {
    let (nonce, proof) = mark?.split_once('.')?;
    let fits = service.keys.is_browser_mark(login, nonce, proof);
    fits.then(|| nonce.to_owned())
}
