//! Sends a reminder now, by an officer's hand, beside the steps of the ladder.

use std::collections::{BTreeMap, HashSet};

use chrono::TimeDelta;
use serde_json::json;

use super::audit::who;
use super::{Result, Service, token_hash};
use crate::domain::access::{Actor, Deed};
use crate::domain::ids::ObligationId;
use crate::domain::ladder::{Audience, Ladder, Step};
use crate::domain::letter::{ChaseLetter, Details, LetterKind, Open, letters, message_id};
use crate::domain::time::Timestamp;
use crate::store::{Group, NewItem, NewLetter, Silent, Tx};

/// For how long nobody is reminded of the same unit by hand again.
const AGAIN: TimeDelta = TimeDelta::minutes(5);

impl Service {
    /// Writes to the reporters of units that have not reported, or where none can be reached to the backup, then the
    /// head: one letter a person, and none about a unit of which he was reminded less than five minutes ago. The chase
    /// goes on as before. Gives how many letters were written.
    ///
    /// # Errors
    /// [`super::Error::Denied`]; [`super::Error::Missing`] for an obligation that the actor may not see;
    /// [`super::Error::Already`] when all have reported.
    pub async fn remind(&self, actor: &Actor, ids: &[ObligationId]) -> Result<usize> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let owed = super::excuse::owed(&mut tx, actor, Deed::Proxy, ids).await?;
        let mut groups: BTreeMap<(i64, i64, i64), Vec<Silent>> = BTreeMap::new();
        for one in owed {
            let o = &one.obligation;
            let open = o.is_unmet() && o.window.opens() <= now && now < o.window.closes();
            let Some(round) = o.round.filter(|_| open) else {
                continue;
            };
            let resumption = o.resumption.map_or(0, |at| at.timestamp_millis());
            let key = (round.0, o.window.due().timestamp_millis(), resumption);
            groups.entry(key).or_default().push(one.into());
        }
        if groups.is_empty() {
            return Err(super::Error::Already("met"));
        }
        let mut written = 0;
        for ((round, due, resumption), open) in &groups {
            let due = crate::domain::time::from_millis(*due).unwrap_or(now);
            let group = Group {
                round: crate::domain::ids::RoundId(*round),
                due,
                resumption: *resumption,
            };
            written += self.remind_group(&mut tx, group, open, now).await?;
        }
        let named: Vec<ObligationId> = groups.values().flatten().map(|o| o.id).collect();
        let detail = json!({ "obligations": named, "letters": written });
        let subject = super::excuse::subject(&named);
        self.audit(&mut tx, &who(actor), "remind", &subject, detail)
            .await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(written)
    }

    async fn remind_group(
        &self,
        tx: &mut Tx,
        group: Group,
        open: &[Silent],
        now: Timestamp,
    ) -> Result<usize> {
        let Some(ladder) = by_hand() else { return Ok(0) };
        let directory = self.directory(tx, open, &ladder).await?;
        let asked: Vec<Open> = open
            .iter()
            .map(|o| Open {
                obligation: o.id,
                path: o.path.clone(),
                failed: Vec::new(),
            })
            .collect();
        // Held, so that two who press the button at once write one letter. It stands at the step that the chase has reached, so that an answer to it pauses what comes after.
        let step = match tx.hold_chase(group).await? {
            Some(chase) => chase.progress.done.unwrap_or(0),
            None => 0,
        };
        let mut told = letters(&ladder, &[0], &asked, &directory).letters;
        leave_out(tx, &mut told, open, now).await?;
        let keyed: Vec<(String, &ChaseLetter)> = told.iter().map(|one| (key(group, one, now), one)).collect();
        let kind = match now < group.due {
            true => LetterKind::Reminder,
            false => LetterKind::Overdue,
        };
        let row = |(key, one): &(String, &ChaseLetter)| NewLetter {
            dedup_key: key.clone(),
            kind: kind.code(),
            priority: kind.priority() as i64,
            address: one.address.as_str().to_owned(),
            language: one.language.tag(),
            round_id: Some(group.round.0),
            due_at: Some(group.due.timestamp_millis()),
            step: i64::try_from(step).ok(),
            resumption: Some(group.resumption),
            alert_id: None,
            pass: None,
            details: Details::Chase {
                passed_on: one.passed_on,
            }
            .to_text(),
            message_id: message_id(&self.deployment, key),
            ready: 1,
        };
        let rows: Vec<NewLetter> = keyed.iter().map(row).collect();
        let written = tx.add_letters(&rows, now).await?;
        let items: Vec<NewItem<'_>> = keyed
            .iter()
            .flat_map(|(key, one)| {
                one.items.iter().map(move |id| NewItem {
                    dedup_key: key,
                    obligation_id: id.0,
                })
            })
            .collect();
        tx.add_items(&items).await?;
        Ok(usize::try_from(written).unwrap_or(usize::MAX))
    }
}

/// Gives whom a reminder by hand goes to: the first of them that can be reached.
fn by_hand() -> Option<Ladder> {
    let audiences = [Audience::Reporters, Audience::Backup, Audience::Head];
    let steps = audiences.into_iter().zip(0..).map(|(audience, minutes)| Step {
        offset: chrono::TimeDelta::minutes(minutes),
        audience,
    });
    Ladder::new(steps.collect()).ok()
}

/// Leaves out of the letters what their recipients were reminded of by hand a moment ago.
async fn leave_out(tx: &mut Tx, told: &mut Vec<ChaseLetter>, open: &[Silent], now: Timestamp) -> Result<()> {
    let ids: Vec<i64> = open.iter().map(|o| o.id.0).collect();
    let reminded: HashSet<(i64, String)> = tx.reminded(&ids, now - AGAIN).await?.into_iter().collect();
    for one in told.iter_mut() {
        let address = one.address.as_str();
        one.items
            .retain(|id| !reminded.contains(&(id.0, address.to_owned())));
    }
    told.retain(|one| !one.items.is_empty());
    Ok(())
}

/// Gives the key of a reminder; its beginning tells it from the letters of the ladder.
fn key(group: Group, one: &ChaseLetter, now: Timestamp) -> String {
    let units: Vec<String> = one.items.iter().map(ToString::to_string).collect();
    let units = token_hash(&units.join(","));
    let (due, now) = (group.due.timestamp_millis(), now.timestamp_millis());
    format!(
        "n/{}/{due}/{now}/{}/{}",
        group.round,
        &units[..12],
        one.address.as_str()
    )
}
