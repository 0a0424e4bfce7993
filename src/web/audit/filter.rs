//! Knows what an auditor asks for, and how his address bar holds it.

use chrono::{Days, NaiveTime};
use chrono_tz::Tz;

use crate::domain::time::{BusinessDate, timestamp};
use crate::service::normal_login;
use crate::store::{AuditFilter, Conn, Result};

/// The longest text of a filter, in characters.
const LONGEST: usize = 80;

/// What is asked for, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) actor: String,
    pub(super) deed: String,
    pub(super) subject: String,
    pub(super) from: String,
    pub(super) until: String,
}

impl Filter {
    /// The names of its fields, in the order in which [`Filter::values`] gives them.
    const NAMES: [&'static str; 5] = ["actor", "deed", "subject", "from", "until"];

    /// Reads the fields of a form or an address.
    pub(super) fn read<'a>(get: impl Fn(&'a str) -> &'a str) -> Self {
        let [actor, deed, subject, from, until] = Self::NAMES.map(|name| {
            let typed = get(name).trim().chars();
            typed.filter(|c| !c.is_control()).take(LONGEST).collect()
        });
        let day = |text: String| match text.parse::<BusinessDate>() {
            Ok(_) => text,
            Err(_) => String::new(),
        };
        Self {
            actor,
            deed,
            subject,
            from: day(from),
            until: day(until),
        }
    }

    fn values(&self) -> [&str; 5] {
        [&self.actor, &self.deed, &self.subject, &self.from, &self.until]
    }

    /// Gives what is asked for by name, without what is empty.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        Self::NAMES
            .into_iter()
            .zip(self.values())
            .filter(|(_, value)| !value.is_empty())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs().next().is_none()
    }

    /// Gives the address of a page of it.
    pub(super) fn address(&self, before: Option<i64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs());
        if let Some(number) = before {
            query.append_pair("before", &number.to_string());
        }
        match query.finish() {
            query if query.is_empty() => "/audit".to_owned(),
            query => format!("/audit?{query}"),
        }
    }

    /// Gives what to look for: a login by its account, days by their first and last instants.
    pub(super) async fn wanted(&self, conn: &mut Conn, zone: Tz) -> Result<AuditFilter> {
        let known = ["account", "device", "token", "service", "console"];
        let kind = self.actor.split(':').next().unwrap_or_default();
        let actor = match self.actor.is_empty() || known.contains(&kind) {
            true => self.actor.clone(),
            false => {
                let account = conn.account_by_login(&normal_login(&self.actor)).await?;
                // Nobody of that name did anything.
                account.map_or_else(|| "nobody".to_owned(), |found| format!("account:{}", found.id))
            }
        };
        let begins = |day: BusinessDate| timestamp(day, NaiveTime::MIN, zone).timestamp_millis();
        let until = self.until.parse::<BusinessDate>().ok();
        Ok(AuditFilter {
            actor,
            deed: self.deed.clone(),
            subject: self.subject.clone(),
            from: self.from.parse().ok().map(begins),
            until: until
                .and_then(|day| day.checked_add_days(Days::new(1)))
                .map(begins),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_back_and_a_day_that_does_not_exist_is_not_asked_for() {
        let filter = Filter::read(|name| match name {
            "actor" => " zhiban\0 ",
            "from" => "2026-02-30",
            "until" => "2026-02-28",
            _ => "",
        });
        assert_eq!((filter.actor.as_str(), filter.from.as_str()), ("zhiban", ""));
        assert_eq!(
            filter.address(Some(7)),
            "/audit?actor=zhiban&until=2026-02-28&before=7"
        );
        assert_eq!(Filter::default().address(None), "/audit");
        assert!(Filter::default().is_empty() && !filter.is_empty());
    }
}
