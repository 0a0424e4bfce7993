//! Knows who is told of an urgent report: the one place that turns posts into addresses.

use std::collections::BTreeMap;

use super::Service;
use crate::domain::address::Address;
use crate::domain::alert::{Policy, Step};
use crate::domain::letter::Directory;
use crate::domain::unit::UnitPath;
use crate::store::{self, Conn};

impl Service {
    /// Gives the policy of a report: those on duty now, then the configured steps, seen from the unit that reports.
    pub(super) async fn policy(&self, conn: &mut Conn, path: &UnitPath) -> store::Result<Policy> {
        let settings = &self.settings.urgent;
        let ids: Vec<_> = path.ids().collect();
        let directory = Directory {
            contacts: conn.contacts(Some(&ids)).await?.into_iter().collect(),
            on_duty: self.on_duty(conn, path).await?,
            people: BTreeMap::new(),
            language: self.settings.service.language,
        };
        let mut steps = vec![Step {
            ask: settings.ask,
            to: directory.on_duty.clone(),
        }];
        steps.extend(settings.steps.iter().map(|plan| {
            let named = plan.to.iter();
            Step {
                ask: plan.ask,
                to: named.flat_map(|to| directory.addresses(to, path)).collect(),
            }
        }));
        Policy::new(steps, settings.repeat_after.delta(), settings.passes)
            .and_then(|policy| policy.wanting_word(settings.word_within.map(crate::config::Span::delta)))
            .map_err(|error| store::Error::Other(error.to_string()))
    }

    /// Gives the leaders and officers who are on duty now for a unit.
    ///
    /// Where nobody is named, whoever holds an account as leader or duty officer over the unit is told: an urgent
    /// report that reaches too many is better than one that reaches nobody.
    pub(super) async fn on_duty(&self, conn: &mut Conn, path: &UnitPath) -> store::Result<Vec<Address>> {
        let duty = &self.settings.duty;
        let named: Vec<Address> = duty.leaders.iter().chain(&duty.officers).cloned().collect();
        if !named.is_empty() {
            return Ok(named);
        }
        let held = conn.responsible_for(path).await?;
        Ok(held
            .iter()
            .filter_map(|address| Address::parse(address).ok())
            .collect())
    }
}
