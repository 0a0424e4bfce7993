//! `allclear audit`: walks the chain of deeds.

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::domain::access::Actor;
use crate::domain::audit::{Break, Head};
use crate::domain::language::Lang;

/// Tells whether the chain is whole.
pub(crate) async fn verify(context: &Context, noted: Option<&str>) -> Done {
    let lang = context.lang;
    let noted = noted
        .map(|text| head(text).ok_or_else(|| Fail::Usage(lang.cli_audit_head(text))))
        .transpose()?;
    let service = context.service().await?;
    Ok(match service.verify_chain(&Actor::console(), noted).await? {
        Ok(head) => {
            out::say(lang.cli_audit_whole(head.number, format!("{}:{}", head.number, head.hash)));
            Exit::Good
        }
        Err(found) => {
            out::warn(broken(lang, found));
            Exit::Fault
        }
    })
}

/// Says where a chain is not as it was written.
pub(crate) fn broken(lang: Lang, found: Break) -> String {
    match found {
        Break::Removed { first, last } => lang.cli_audit_removed(first, last),
        Break::Inserted { number } => lang.cli_audit_inserted(number),
        Break::Altered { number } => lang.cli_audit_altered(number),
    }
}

fn head(text: &str) -> Option<Head> {
    let (number, hash) = text.split_once(':')?;
    Some(Head {
        number: number.trim().parse().ok()?,
        hash: hash.trim().parse().ok()?,
    })
}
