//! Gathers what the letter of a bulletin says: what was frozen, and nothing newer.

use super::errand::{Link, Say, Thread, Wanted};
use crate::domain::notice::{Matter, TheBulletin};
use crate::service::bulletin::shown;
use crate::service::{Error, Result, Service};
use crate::store::Conn;

impl Service {
    /// Gives a bulletin as it was frozen.
    pub(super) async fn bulletin_letter(&self, conn: &mut Conn, id: i64) -> Result<Wanted> {
        let kept = conn.bulletin(id).await?.ok_or(Error::Missing("bulletin"))?;
        let shown = shown(kept)?;
        Ok(Wanted::Yes(Box::new(Say {
            matter: Matter::Bulletin(Box::new(TheBulletin {
                bulletin: shown.bulletin,
                duty: shown.duty,
            })),
            drill: false,
            thread: Thread::None,
            link: Link::Bulletin(id),
        })))
    }
}
