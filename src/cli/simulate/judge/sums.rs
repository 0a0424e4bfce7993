//! Knows what the sums of townships must say: what their villages had said at that moment, gaps and all, for ever.

use std::collections::BTreeMap;

use super::{Case, Facts, Finding};
use crate::cli::simulate::summary::Sum;
use crate::domain::receipt::Number;
use crate::domain::roll_up::RollUp;
use crate::service::Service;

/// Reads what sums say by now.
pub(super) async fn gather(
    service: &Service,
    numbers: &[Number],
) -> crate::service::Result<BTreeMap<Number, RollUp>> {
    let mut conn = service.store.read().await?;
    let mut sums = BTreeMap::new();
    for number in numbers {
        if let Some(kept) = conn.check_in(number.0).await?
            && let Some(said) = kept.check_in.content.roll_up()
        {
            sums.insert(*number, said.clone());
        }
    }
    Ok(sums)
}

/// Rule 15: its counts are frozen when it is sent.
pub(super) fn frozen(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    let play = case.play;
    for (number, place, at) in &play.log.sums {
        finding.look();
        let instant = play.model.beneath(*place, &play.roster, *at);
        let theirs = facts.sums.get(number).map(Sum::of);
        if !theirs.as_ref().is_some_and(|said| instant.allows(said)) {
            finding.wrong(format!(
                "{number} of {} at {} says {theirs:?}, and should say {:?}",
                case.owed(*place),
                case.at(*at),
                instant.end()
            ));
        }
    }
    finding
}
