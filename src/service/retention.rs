//! Takes away what is past its time: what people wrote goes, what is counted stays.

use serde_json::{Map, Value};

use super::audit::who;
use super::{Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::privacy::Class;
use crate::domain::time::Timestamp;

/// How many rows of each thing go in one transaction, so that no report waits for long.
const CHUNK: i64 = 500;

/// What is old of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Old {
    /// Which.
    pub class: Class,
    /// What is older goes; `None`: it is kept for ever.
    pub before: Option<Timestamp>,
    /// How many texts, mails or rows.
    pub count: u64,
}

impl Service {
    /// Counts what is past its time, and changes nothing.
    ///
    /// # Errors
    /// When whoever asks may not, or the database does not answer.
    pub async fn old(&self, actor: &Actor) -> Result<Vec<Old>> {
        permit(actor, Deed::ChangeSettings)?;
        let mut conn = self.store.read().await?;
        let mut found = Vec::new();
        for class in Class::ALL {
            let before = self.kept_since(class);
            let count = match before {
                Some(before) => conn.count_old(class, before).await?,
                None => 0,
            };
            found.push(Old {
                class,
                before,
                count: count.unsigned_abs(),
            });
        }
        Ok(found)
    }

    /// Takes away what is past its time.
    ///
    /// # Errors
    /// When whoever asks may not, or the database does not answer; what went before that has gone.
    pub async fn drop_old(&self, actor: &Actor) -> Result<Vec<Old>> {
        permit(actor, Deed::ChangeSettings)?;
        self.drop_old_as(&who(actor)).await
    }

    /// Takes away what is past its time, once a day and by itself.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_house(&self) -> Result<Vec<Old>> {
        self.drop_old_as("service").await
    }

    async fn drop_old_as(&self, who: &str) -> Result<Vec<Old>> {
        let mut gone = Vec::new();
        for class in Class::ALL {
            let before = self.kept_since(class);
            let count = match before {
                Some(before) => self.drop_class(class, before).await?,
                None => 0,
            };
            gone.push(Old { class, before, count });
        }
        if gone.iter().any(|old| old.count > 0) {
            let counts = gone
                .iter()
                .map(|old| (old.class.code().to_owned(), Value::from(old.count)));
            let mut tx = self.store.begin().await?;
            let detail = Value::Object(counts.collect::<Map<_, _>>());
            self.audit(&mut tx, who, "drop_old", "retention", detail).await?;
            tx.commit().await?;
        }
        Ok(gone)
    }

    async fn drop_class(&self, class: Class, before: Timestamp) -> Result<u64> {
        let mut all = 0;
        loop {
            let mut tx = self.store.begin().await?;
            let gone = tx.drop_old(class, before, CHUNK).await?;
            tx.commit().await?;
            all += gone;
            if gone == 0 {
                return Ok(all);
            }
        }
    }

    /// Gives the instant before which a class is old.
    fn kept_since(&self, class: Class) -> Option<Timestamp> {
        let span = self.settings.retention.span(class)?;
        Some(self.now() - span.delta())
    }
}
