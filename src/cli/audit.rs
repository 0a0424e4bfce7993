//! `allclear audit`: walks the chain of deeds.

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::domain::access::Actor;
use crate::domain::audit::Head;

/// Gives the end of the chain.
pub(crate) async fn end(context: &Context) -> Done {
    let service = context.service().await?;
    out::say(service.chain_head(&Actor::console()).await?);
    Ok(Exit::Good)
}

/// Tells whether the chain is whole.
pub(crate) async fn verify(context: &Context, noted: Option<&str>) -> Done {
    let lang = context.lang;
    let noted = noted
        .map(|text| {
            text.parse::<Head>()
                .map_err(|_| Fail::Usage(lang.cli_audit_head(text)))
        })
        .transpose()?;
    let service = context.service().await?;
    Ok(match service.verify_chain(&Actor::console(), noted).await? {
        Ok(head) => {
            out::say(lang.cli_audit_whole(head.number, head));
            Exit::Good
        }
        Err(found) => {
            out::warn(lang.audit_break(found));
            Exit::Fault
        }
    })
}
