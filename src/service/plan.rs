//! Keeps plans: writes new versions, finds the one that counts for an incident, and records which steps are done.

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::config::Settings;
use crate::domain::access::{Actor, Deed, Denied, Identity, permit};
use crate::domain::checkin::Author;
use crate::domain::ids::IncidentId;
use crate::domain::incident::{Classes, Severity};
use crate::domain::plan::{For, Plan, PlanError, both};
use crate::domain::time::Timestamp;
use crate::store::{Conn, NewPlan, StoredPlan, StoredTick, Tx};

impl Service {
    /// Gives the plan that counts for an incident: the closest that says something.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn plan_for(
        &self,
        conn: &mut Conn,
        class: &str,
        severity: Severity,
    ) -> Result<Option<StoredPlan>> {
        let plans = conn.plans().await?;
        let fits = plans.into_iter().filter(|plan| !plan.zh.is_empty());
        let ranked = fits.filter_map(|plan| Some((plan.of.fits(class, severity)?, plan)));
        Ok(ranked.max_by_key(|(close, _)| *close).map(|(_, plan)| plan))
    }

    /// Writes the next version of a plan; an empty one withdraws it. Gives its version.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Plan`] for a text that is no plan, [`Error::Missing`] for a class that there is
    /// not, [`Error::Already`] when somebody else has changed it since `seen` was read.
    pub async fn edit_plan(&self, actor: &Actor, of: &For, seen: i64, zh: &str, en: &str) -> Result<i64> {
        permit(actor, Deed::ChangeSettings)?;
        let Identity::Account(account) = actor.identity else {
            return Err(Denied(Deed::ChangeSettings).into());
        };
        if of
            .class
            .as_ref()
            .is_some_and(|class| self.classes().get(class).is_none())
        {
            return Err(Error::Missing("class"));
        }
        let (zh_plan, en_plan) = both(zh, en)?;
        if zh_plan.is_empty() && !en_plan.is_empty() {
            return Err(PlanError::Differ.into());
        }
        let (zh, en) = (zh_plan.to_string(), en_plan.to_string());
        let mut tx = self.store.begin().await?;
        let last = tx.plan_versions(of).await?.into_iter().next();
        if last.as_ref().map_or(0, |last| last.version) != seen {
            return Err(Error::Already("changed"));
        }
        if last.is_some_and(|last| last.zh == zh && last.en == en) {
            return Ok(seen);
        }
        let version = seen + 1;
        let new = NewPlan {
            of,
            version,
            zh: &zh,
            en: &en,
            by: Some(account),
        };
        if !tx.add_plan(new, self.now()).await? {
            return Err(Error::Already("changed"));
        }
        let subject = format!(
            "plan:{}/{}",
            of.class.as_deref().unwrap_or("*"),
            of.severity.unwrap_or("*")
        );
        let detail = json!({ "version": version, "steps": zh_plan.steps.len() });
        self.audit(&mut tx, &who(actor), "edit_plan", &subject, detail)
            .await?;
        tx.commit().await?;
        Ok(version)
    }

    /// Records that a step of a plan was done for an incident, or was not after all. Saying it twice changes nothing.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor neither keeps the incident nor reports for its unit.
    pub async fn tick_step(
        &self,
        actor: &Actor,
        incident: IncidentId,
        (plan, step): (i64, usize),
        done: bool,
    ) -> Result<()> {
        let author = match actor.identity {
            Identity::Account(id) => Author::Account(id),
            Identity::Device(id) => Author::Device(id),
            _ => return Err(Denied(Deed::KeepIncident).into()),
        };
        let scopes = [Deed::KeepIncident, Deed::Proxy, Deed::Report].map(|deed| permit(actor, deed));
        let mut tx = self.store.begin().await?;
        let one = tx.hold_incidents(&[incident]).await?.pop();
        let covers = |path: &_| scopes.iter().flatten().any(|scope| scope.covers(path));
        one.filter(|one| covers(&one.path))
            .ok_or(Error::Missing("incident"))?;
        let stored = tx.plan(plan).await?.ok_or(Error::Missing("plan"))?;
        let read = Plan::parse(&stored.zh)?;
        let words = read
            .steps
            .get(step)
            .map(|step| step.words.clone())
            .ok_or(Error::Missing("step"))?;
        let ticks = ticked(&mut tx, incident).await?;
        let before = ticks.iter().rev().find(|(said, _)| *said == words);
        if before.is_some_and(|(_, tick)| tick.done) == done {
            return Ok(());
        }
        tx.add_plan_tick(incident, (plan, step), done, author, self.now())
            .await?;
        let deed = if done { "tick_step" } else { "untick_step" };
        let detail = json!({ "plan": plan, "step": step });
        self.audit(
            &mut tx,
            &who(actor),
            deed,
            &format!("incident:{incident}"),
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Gives what was ticked for an incident with the Chinese words of each step: a step that a new version keeps stays
/// done.
pub(crate) async fn ticked(conn: &mut Conn, incident: IncidentId) -> Result<Vec<(String, StoredTick)>> {
    let mut known: Vec<StoredPlan> = Vec::new();
    let mut ticked = Vec::new();
    for tick in conn.plan_ticks(incident).await? {
        if known.iter().all(|plan| plan.id != tick.plan) {
            known.extend(conn.plan(tick.plan).await?);
        }
        let plan = known.iter().find(|plan| plan.id == tick.plan);
        let read = plan.and_then(|plan| Plan::parse(&plan.zh).ok());
        if let Some(step) = read.and_then(|read| read.steps.into_iter().nth(tick.step)) {
            ticked.push((step.words, tick));
        }
    }
    Ok(ticked)
}

/// Writes the plans that come with the program, where there is none for the same incidents.
pub(super) async fn seed(tx: &mut Tx, settings: &Settings, classes: &Classes, now: Timestamp) -> Result<()> {
    let known = tx.plans().await?;
    for shipped in settings.shipped_plans().map_err(Error::Setting)? {
        let of = For::parse(&shipped.class, &shipped.severity).ok_or(Error::Missing("severity"))?;
        let unknown = of
            .class
            .as_ref()
            .is_some_and(|class| classes.get(class).is_none());
        if unknown || known.iter().any(|plan| plan.of == of) {
            continue;
        }
        let new = NewPlan {
            of: &of,
            version: 1,
            zh: shipped.zh.trim(),
            en: shipped.en.trim(),
            by: None,
        };
        tx.add_plan(new, now).await?;
    }
    Ok(())
}
