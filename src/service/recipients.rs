//! Knows who is told of an urgent report: the one place that turns posts into addresses.

use std::collections::{BTreeMap, BTreeSet};

use super::Service;
use crate::domain::address::Address;
use crate::domain::alert::{Policy, Step};
use crate::domain::letter::Directory;
use crate::domain::roster::Now;
use crate::domain::unit::UnitPath;
use crate::store::{self, Conn, StoredAlert};

impl Service {
    /// Gives the policy of a report: those on duty now, then the configured steps, seen from the unit that reports.
    pub(super) async fn policy(&self, conn: &mut Conn, path: &UnitPath) -> store::Result<Policy> {
        let settings = &self.settings.urgent;
        let ids: Vec<_> = path.ids().collect();
        let duty = self.duty_now(conn, &ids).await?;
        let directory = Directory {
            contacts: conn.contacts(Some(&ids)).await?.into_iter().collect(),
            offices: BTreeMap::new(),
            on_duty: self.on_duty(conn, path, &duty).await?,
            people: BTreeMap::new(),
            language: self.settings.service.language,
        };
        let mut steps = vec![Step {
            ask: settings.ask,
            to: directory.on_duty.clone(),
        }];
        steps.extend(settings.steps.iter().map(|plan| {
            let named = plan.to.iter().flat_map(|to| directory.addresses(to, path));
            let mut to: Vec<Address> = Vec::new();
            for address in named.map(|address| duty.instead(&address, self.now())) {
                if !to.contains(&address) {
                    to.push(address);
                }
            }
            Step { ask: plan.ask, to }
        }));
        Policy::new(steps, settings.repeat_after.delta(), settings.passes)
            .and_then(|policy| policy.wanting_word(settings.word_within.map(crate::config::Span::delta)))
            .map_err(|error| store::Error::Other(error.to_string()))
    }

    /// Gives the policy of a running alert with the people of this moment: the shift may have changed since its last
    /// round of calls.
    pub(super) async fn policy_now(&self, conn: &mut Conn, stored: &StoredAlert) -> store::Result<Policy> {
        let Some(incident) = conn.incident(stored.incident).await? else {
            return Ok(stored.policy.clone());
        };
        let fresh = self.policy(conn, &incident.path).await?;
        Ok(stored.policy.with_people_of(&fresh))
    }

    /// Gives the leaders and officers who are on duty now for a unit: by the roster, else by the settings.
    ///
    /// Where nobody is named whom a letter reaches, whoever holds an account as leader or duty officer over the unit is
    /// told: an urgent report that reaches too many is better than one that reaches nobody.
    async fn on_duty(&self, conn: &mut Conn, path: &UnitPath, duty: &Now) -> store::Result<Vec<Address>> {
        let ids: Vec<_> = path.ids().collect();
        let offices = conn.offices(&ids).await?;
        let refused = conn.bad_addresses().await?;
        let refused = refused.iter().filter_map(|bad| Address::parse(&bad.address).ok());
        let refused: BTreeSet<Address> = refused.collect();
        let mut told = duty.urgent(path, &offices, &refused, self.now());
        if told.iter().all(|address| refused.contains(address)) {
            let held = conn.responsible_for(path).await?;
            let held = held.iter().filter_map(|address| Address::parse(address).ok());
            let more: BTreeSet<Address> = held.filter(|address| !told.contains(address)).collect();
            told.extend(more);
        }
        Ok(told)
    }
}
