//! Administration: one frame with a tab for each page that the reader may open.
//!
//! * here — the frame: which tabs there are and for whom, and the sentence after an act
//! * `overview.rs` — from an empty database to a running period: what is done, what comes next
//! * `accounts.rs`, `account.rs` — the list of accounts with invitations, and one account
//! * `tokens.rs` — other systems
//! * `mail.rs` — the mail relay and its test
//! * `classes.rs` — the classes of incidents, and the limits of their clocks as the configuration has them
//! * `periods/` — periods: the list, declaring one with a preview, what is done to one
//! * `units.rs`, `unit.rs`, `change.rs` — the tree, one unit, and what becomes of it
//! * `import.rs` — units from a table, with a preview and an undo
//! * `slips.rs` — who can report already, and slips for those who cannot
//! * `pick.rs` — finds the unit that somebody typed
//!
//! A new page: a line in [`TABS`], a route, a template that extends `admin/frame.html`.

pub(super) mod account;
pub(super) mod accounts;
pub(super) mod change;
pub(super) mod classes;
pub(super) mod import;
pub(super) mod mail;
pub(super) mod overview;
pub(super) mod periods;
pub(super) mod pick;
pub(super) mod slips;
pub(super) mod tokens;
pub(super) mod unit;
pub(super) mod units;

use axum::http::StatusCode;

use super::board::Asked;
use super::page::Way;
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Actor, Deed, Door, Role};
use crate::i18n::Lang;
use crate::service::{Error, Fault};

/// Who administers anything.
pub(super) const ANY: Door = Door::Roles(&[
    Role::DutyOfficer,
    Role::Leader,
    Role::SystemAdministrator,
    Role::SecurityAdministrator,
]);

/// A page of administration: its address, what it is called, and whom it admits.
type Tab = (&'static str, fn(Lang) -> &'static str, Door);

const TABS: &[Tab] = &[
    ("/admin", Lang::admin_overview, ANY),
    ("/admin/units", Lang::units_title, Door::May(Deed::SeeUnits)),
    ("/admin/import", Lang::import_title, Door::May(Deed::ImportUnits)),
    ("/admin/slips", Lang::slips_title, Door::May(Deed::ManageDevices)),
    (
        "/admin/periods",
        Lang::periods_title,
        Door::May(Deed::DeclarePeriod),
    ),
    ("/admin/mail", Lang::relay_title, Door::May(Deed::ChangeSettings)),
    ("/admin/classes", Lang::classes_title, ANY),
    (
        "/admin/accounts",
        Lang::admin_accounts,
        Door::May(Deed::ManageAccounts),
    ),
    (
        "/admin/tokens",
        Lang::admin_tokens,
        Door::May(Deed::ManageAccounts),
    ),
];

/// What every page of administration has around it; `admin/frame.html` reads it as `frame`.
#[derive(Debug, Clone)]
struct Frame {
    tabs: Vec<Way>,
    /// Where to sign in anew, when that was too long ago for what the page changes.
    again: Option<String>,
    told: Told,
}

/// What a page says of what was just done, or of why it was not.
#[derive(Debug, Clone, Default)]
struct Told {
    notice: Option<String>,
    problem: Option<String>,
}

impl Told {
    /// Gives the status of a page that says this.
    fn status(&self) -> StatusCode {
        match self.problem {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        }
    }

    fn notice(words: impl Into<String>) -> Self {
        Self {
            notice: Some(words.into()),
            problem: None,
        }
    }

    fn problem(words: impl Into<String>) -> Self {
        Self {
            notice: None,
            problem: Some(words.into()),
        }
    }

    /// Gives what an address asks to be said.
    fn asked(l: Lang, asked: &Asked) -> Self {
        match asked.get("notice") {
            "imported" => Self::notice(counted(asked, |a, b, c| l.import_done(a, b, c))),
            "slips_sent" => Self::notice(counted(asked, |a, b, c| l.slips_sent(a, b, c))),
            _ => said(l, asked).map(Self::notice).unwrap_or_default(),
        }
    }
}

impl Frame {
    /// Makes the frame of a page that changes nothing, or nothing dangerous.
    fn of(visit: &Visit, told: Told) -> Result<Self, Failure> {
        Ok(Self {
            tabs: tabs(visit.actor()?, visit.l, &visit.page.here),
            again: None,
            told,
        })
    }

    /// Makes the frame of a page whose forms ask for a fresh sign-in: better said before something is typed.
    fn guarded(app: &App, visit: &Visit, told: Told) -> Result<Self, Failure> {
        let recent = visit.session.as_ref().is_some_and(|s| s.is_recent(app.now()));
        let here: String = form_urlencoded::byte_serialize(visit.page.here.as_bytes()).collect();
        Ok(Self {
            again: (!recent).then(|| format!("/signin?next={here}&again=1")),
            ..Self::of(visit, told)?
        })
    }
}

/// Gives the pages of administration that an actor may open; `here` is the address of the present one.
fn tabs(actor: &Actor, l: Lang, here: &str) -> Vec<Way> {
    let path = here.split('?').next().unwrap_or_default();
    // The longest address that the present one begins with: `/admin/accounts/3` is of `/admin/accounts`.
    let begins =
        |href: &str| path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    let found = TABS.iter().map(|(href, ..)| *href).filter(|href| begins(href));
    let present = found.max_by_key(|href| href.len());
    let open = TABS.iter().filter(|(.., door)| door.admits(Some(actor)));
    open.map(|(href, text, _)| Way {
        href,
        text: text(l),
        is_here: present == Some(*href),
    })
    .collect()
}

/// Gives the sentence after an act.
fn said(l: Lang, asked: &Asked) -> Option<&'static str> {
    Some(match asked.get("notice") {
        "lock" => l.admin_locked(),
        "unlock" => l.admin_unlocked(),
        "end" => l.admin_ended(),
        "granted" => l.admin_granted(),
        "revoked" => l.admin_revoked(),
        "expiry" => l.admin_expiry_set(),
        "address" => l.admin_address_set(),
        "factor" => l.admin_factor_gone(),
        "token" => l.admin_token_ended(),
        "declared" => l.period_declared(),
        "extended" => l.period_extended(),
        "stopped" => l.period_stopped(),
        "rule" => l.period_rule_saved(),
        "import_undone" => l.import_undone(),
        "contacts" => l.unit_contacts_saved(),
        "unbound" => l.unit_unbound(),
        "unbound_here" => l.unit_unbound_here(),
        "changed" => l.change_done(),
        "no_slips" => l.slips_nothing(),
        "many_slips" => l.slips_many(),
        _ => return None,
    })
}

/// Says something with the three counts of an address: `480-12-3`.
fn counted(asked: &Asked, say: impl Fn(u32, u32, u32) -> String) -> String {
    let mut counts = asked.get("n").split('-').map(|n| n.parse().unwrap_or_default());
    let mut next = || counts.next().unwrap_or_default();
    say(next(), next(), next())
}

/// Says what is wrong with what was typed; a fault of another kind is no matter of the form.
fn wrong(l: Lang, error: Error, name: impl Fn(&str) -> &'static str) -> Result<String, Failure> {
    match error {
        Error::Invalid { field, fault } => {
            Ok(format!("{}{}{}", name(field), l.mail_colon(), of_fault(fault, l)))
        }
        other => Err(other.into()),
    }
}

fn of_fault(fault: Fault, l: Lang) -> String {
    super::failure::of_fault(fault, l)
}

/// Cuts what was typed into a field to what a form can hold.
fn typed(text: &str) -> String {
    text.trim().chars().take(500).collect()
}
