//! Writes letters that are not of a chase.

use std::collections::HashMap;

use super::{Service, token_hash};
use crate::domain::address::Address;
use crate::domain::language::Lang;
use crate::domain::letter::{Details, LetterKind, message_id};
use crate::store::{ChaseLetterRow, Conn, NewLetter, Result};

/// The languages that account holders chose, by address.
pub(super) type Languages = HashMap<String, Lang>;

impl Service {
    /// Gives the languages that account holders chose.
    pub(super) async fn languages(&self, conn: &mut Conn) -> Result<Languages> {
        let chosen = conn.languages().await?.into_iter();
        Ok(chosen
            .filter_map(|(address, code)| Some((address, code.parse().ok()?)))
            .collect())
    }

    /// Finds a letter by the token in its link; none when the token is not right.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn letter_of_link(&self, conn: &mut Conn, token: &str) -> Result<Option<ChaseLetterRow>> {
        let Some((id, _)) = token.split_once('.') else {
            // Links of letters that were written before links named their letter.
            return conn.letter_by_token(&token_hash(token)).await;
        };
        let Ok(id) = id.parse() else { return Ok(None) };
        let letter = conn.letter_row(id).await?;
        Ok(letter.filter(|letter| self.keys.is_link_token(id, &letter.dedup_key, token)))
    }

    /// Writes a letter that may leave at once, with a link of its own.
    pub(super) fn letter(
        &self,
        kind: LetterKind,
        key: String,
        address: &Address,
        languages: &Languages,
        details: &Details,
    ) -> NewLetter {
        let chosen = languages.get(address.as_str()).copied();
        NewLetter {
            kind: kind.code(),
            priority: kind.priority() as i64,
            address: address.as_str().to_owned(),
            language: chosen.unwrap_or(self.settings.service.language).tag(),
            round_id: None,
            due_at: None,
            step: None,
            resumption: None,
            alert_id: None,
            pass: None,
            details: details.to_text(),
            message_id: message_id(&self.deployment, &key),
            ready: 1,
            dedup_key: key,
        }
    }
}
