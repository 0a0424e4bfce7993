//! Gathers what letters about one report say: urgent ones, and those that tell a unit what was entered for it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::errand::{Link, Say, Thread, Wanted};
use crate::domain::address::Address;
use crate::domain::ids::{AccountId, AlertId, CheckInId, UnitId};
use crate::domain::language::Lang;
use crate::domain::letter::Details;
use crate::domain::notice::{Entered, Matter, SignIn, Slip, Urgent};
use crate::domain::receipt::Number;
use crate::domain::unit::UnitKind;
use crate::service::{Error, Result, Service};
use crate::store::{Claimed, Conn, StoredAlert, StoredCheckIn};

/// An alert with what its letters say.
pub(super) struct Report {
    alert: StoredAlert,
    check_in: StoredCheckIn,
    drill: bool,
    contact: (Option<String>, Option<String>),
}

impl Service {
    /// Tells whether an urgent letter is still wanted, and what it says.
    pub(super) async fn urgent(
        &self,
        conn: &mut Conn,
        known: &mut HashMap<AlertId, Report>,
        alert: AlertId,
        letter: &Claimed,
    ) -> Result<Wanted> {
        let report = match known.entry(alert) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.report(conn, alert).await?),
        };
        let pass = u32::try_from(letter.pass.unwrap_or_default()).unwrap_or(u32::MAX);
        let step = usize::try_from(letter.step.unwrap_or_default()).unwrap_or(usize::MAX);
        if !report
            .alert
            .alert
            .wants(pass, step, Address::parse(&letter.address).ok().as_ref())
        {
            return Ok(Wanted::No);
        }
        let calls_before = conn.calls_before(alert.0, letter.id).await?;
        let lang = letter.language.parse().unwrap_or_default();
        Ok(Wanted::Yes(Box::new(Say {
            matter: Matter::Urgent(Box::new(
                self.urgent_matter(report, lang, (pass, step), calls_before)
                    .await?,
            )),
            drill: report.drill,
            thread: Thread::Incident(report.alert.incident),
            link: Link::Acknowledge,
        })))
    }

    async fn report(&self, conn: &mut Conn, id: AlertId) -> Result<Report> {
        let alert = conn.alert(id).await?.ok_or(Error::Missing("alert"))?;
        let check_in = conn
            .check_in(alert.check_in)
            .await?
            .ok_or(Error::Missing("report"))?;
        let incident = conn.incident(alert.incident).await?;
        let unit = check_in.check_in.unit;
        let contacts = conn
            .contacts(Some(&[unit]))
            .await?
            .remove(&unit)
            .unwrap_or_default();
        Ok(Report {
            drill: incident.is_some_and(|incident| incident.drill),
            contact: (contacts.duty_post, contacts.phone),
            alert,
            check_in,
        })
    }

    async fn urgent_matter(
        &self,
        report: &Report,
        lang: Lang,
        call: (u32, usize),
        calls_before: u32,
    ) -> Result<Urgent> {
        let check_in = &report.check_in.check_in;
        let said = check_in
            .content
            .incident()
            .ok_or(Error::Missing("incident"))?
            .clone();
        Ok(Urgent {
            unit: self.full_name(check_in.unit).await?,
            class: self.class_name(&said.class, lang),
            severity: said.severity,
            place: said.place,
            what: said.what,
            measures: said.measures,
            dead: said.dead,
            injured: said.injured,
            missing: said.missing,
            occurred: said.occurred,
            learned: said.learned,
            received: check_in.received,
            provenance: check_in.provenance,
            receipt: Number(check_in.id).to_string(),
            post: report.contact.0.clone(),
            unit_phone: report.contact.1.clone(),
            calls_before,
            call,
            silent: report.alert.alert.reopened.as_ref().map(|had| had.by.clone()),
        })
    }

    /// Gives what a letter says that belongs to no round and no alert.
    pub(super) async fn account_letter(&self, conn: &mut Conn, letter: &Claimed) -> Result<Wanted> {
        let lang = letter.language.parse().unwrap_or_default();
        match Details::parse(&letter.details) {
            Some(Details::Entered { check_in }) => {
                let (entered, drill) = self.entered(conn, check_in, lang).await?;
                Ok(Wanted::Yes(Box::new(Say {
                    matter: Matter::Entered(entered),
                    drill,
                    thread: Thread::None,
                    link: Link::Start,
                })))
            }
            Some(Details::SignIn { account, expires }) if expires > self.now() => {
                Ok(Wanted::Yes(Box::new(Say {
                    matter: Matter::SignIn(sign_in(conn, account, expires).await?),
                    drill: false,
                    thread: Thread::None,
                    link: Link::SignIn,
                })))
            }
            Some(Details::Test) => Ok(Wanted::Yes(Box::new(Say {
                matter: Matter::Test,
                drill: false,
                thread: Thread::None,
                link: Link::Start,
            }))),
            Some(Details::Slip { unit, expires }) if expires > self.now() => {
                let unit = self.full_name(unit).await?;
                // Nobody binds a workstation to a unit that has ended.
                if unit.is_empty() {
                    return Ok(Wanted::No);
                }
                Ok(Wanted::Yes(Box::new(Say {
                    matter: Matter::Slip(Slip { unit, expires }),
                    drill: false,
                    thread: Thread::None,
                    link: Link::Slip,
                })))
            }
            Some(Details::SignIn { .. } | Details::Slip { .. }) => Ok(Wanted::No),
            Some(Details::FollowUp { report }) => self.told_letter(conn, report, lang).await,
            Some(Details::Bulletin { bulletin }) => self.bulletin_letter(conn, bulletin).await,
            Some(Details::Finding { finding }) => self.found_letter(conn, finding, lang).await,
            _ => Err(Error::broken("this kind of letter has no words yet")),
        }
    }

    async fn entered(&self, conn: &mut Conn, id: CheckInId, lang: Lang) -> Result<(Entered, bool)> {
        let stored = conn.check_in(id).await?.ok_or(Error::Missing("report"))?;
        let check_in = stored.check_in;
        let owed = match check_in.obligation {
            Some(id) => conn.obligation(id).await?,
            None => None,
        };
        let label = match owed.as_ref().and_then(|owed| owed.obligation.round) {
            Some(round) => conn.round(round).await?.map(|stored| stored.round.label),
            None => None,
        };
        let incident = match check_in.incident {
            Some(id) => conn.incident(id).await?,
            None => None,
        };
        let class = check_in.content.incident().map(|said| said.class.clone());
        let entered = Entered {
            unit: self.full_name(check_in.unit).await?,
            round: owed
                .as_ref()
                .map(|owed| (owed.obligation.day, label.unwrap_or_default())),
            provenance: check_in.provenance,
            received: check_in.received,
            incident: class.map(|class| self.class_name(&class, lang)),
            roll_up: check_in.content.roll_up().is_some(),
            caller: stored.caller.map(|caller| (caller.post, caller.called_at)),
            reason: stored.reason,
            receipt: Number(check_in.id).to_string(),
        };
        let drill = owed.is_some_and(|owed| owed.drill) || incident.is_some_and(|incident| incident.drill);
        Ok((entered, drill))
    }

    pub(super) fn class_name(&self, code: &str, lang: Lang) -> String {
        let classes = self.classes();
        classes
            .get(code)
            .map_or(code, |class| match lang {
                Lang::Zh => &class.zh,
                Lang::En => &class.en,
            })
            .to_owned()
    }

    /// Gives the name of a unit; a village's with that of the unit above it, since names repeat across townships.
    pub(super) async fn full_name(&self, id: UnitId) -> Result<String> {
        let tree = self.tree().await?;
        let Some(unit) = tree.get(id) else {
            return Ok(String::new());
        };
        let small = matches!(unit.kind, UnitKind::Village | UnitKind::Community);
        Ok(match tree.parent(id).filter(|_| small) {
            Some(above) => format!("{} {}", above.name, unit.name),
            None => unit.name.to_string(),
        })
    }
}

async fn sign_in(
    conn: &mut Conn,
    account: AccountId,
    expires: crate::domain::time::Timestamp,
) -> Result<SignIn> {
    let account = conn.account(account).await?.ok_or(Error::Missing("account"))?;
    Ok(SignIn {
        login: account.login,
        post: account.label,
        expires,
    })
}
