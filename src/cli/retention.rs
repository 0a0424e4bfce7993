//! `allclear retention`: takes away what is past its time, or says what would go.

use super::context::Context;
use super::fail::Exit;
use super::{Done, out};
use crate::domain::access::Actor;

/// Takes it away, or counts it.
pub(crate) async fn run(context: &Context, dry: bool) -> Done {
    let lang = context.lang;
    let service = context.service().await?;
    let me = Actor::console();
    let found = match dry {
        true => service.old(&me).await?,
        false => service.drop_old(&me).await?,
    };
    for old in found {
        let what = lang.retention_class(old.class);
        out::say(match old.before {
            None => lang.retention_for_ever(what),
            Some(before) => {
                let before = before
                    .with_timezone(&context.zone())
                    .format("%Y-%m-%d")
                    .to_string();
                match dry {
                    true => lang.retention_would_go(what, &before, old.count),
                    false => lang.retention_gone(what, &before, old.count),
                }
            }
        });
    }
    out::say(lang.retention_stays());
    Ok(Exit::Good)
}
