//! The list of accounts: who there is and what each may be; making one and inviting its holder.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::TimeDelta;

use super::super::board::{Asked, when};
use super::super::form::Fields;
use super::super::leaf::{LINES, Leaf};
use super::super::me::roles;
use super::super::page::{Page, html_with};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::units::encoded;
use super::{Frame, Told, pick, typed, wrong};
use crate::domain::access::Role;
use crate::domain::address::Address;
use crate::domain::ids::AccountId;
use crate::domain::time::{Timestamp, local_day};
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::service::{Error, Link};
use crate::store::{Account, Granted, NewAccount};

#[derive(Template)]
#[template(path = "admin/accounts.html")]
struct AccountsPage {
    l: Lang,
    page: Page,
    frame: Frame,
    /// A one-time link, shown once.
    link: Option<String>,
    text: String,
    shown: &'static str,
    filters: Vec<Filter>,
    accounts: Vec<AccountView>,
    leaf: Leaf,
    form: Typed,
    roles: Vec<(&'static str, &'static str)>,
}

/// A choice of which accounts are listed.
struct Filter {
    code: &'static str,
    word: &'static str,
    n: usize,
}

struct AccountView {
    id: AccountId,
    login: String,
    label: String,
    roles: Vec<String>,
    state: String,
    is_locked: bool,
    is_unused: bool,
}

/// What was typed for a new account.
#[derive(Debug, Default)]
struct Typed {
    login: String,
    post: String,
    role: String,
    unit: String,
    address: String,
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        Self {
            login: typed(fields.get("login")),
            post: typed(fields.get("post")),
            role: typed(fields.get("role")),
            unit: typed(fields.get("unit")),
            address: typed(fields.get("address")),
        }
    }

    /// Gives the account that is wanted, or what is wrong.
    fn account(&self, app: &App, tree: &UnitTree, l: Lang) -> Result<(NewAccount, Granted), String> {
        let new = NewAccount {
            login: self.login.clone(),
            label: self.post.clone(),
            address: address(l, &self.address)?.map(String::from),
            language: app.settings.service.language,
        };
        Ok((new, granted(l, tree, &self.role, &self.unit)?))
    }
}

/// Reads a role and the unit over which it is held.
pub(super) fn granted(l: Lang, tree: &UnitTree, role: &str, unit: &str) -> Result<Granted, String> {
    let role: Role = role.parse().map_err(|_| l.admin_role_wanted().to_owned())?;
    let unit = match role.is_whole() {
        true => None,
        false => Some(
            pick::unit(tree, unit)
                .ok_or_else(|| l.admin_unit_unknown().to_owned())?
                .id,
        ),
    };
    Ok(Granted { role, unit })
}

/// Reads an address that may be left out.
pub(super) fn address(l: Lang, text: &str) -> Result<Option<Address>, String> {
    match text {
        "" => Ok(None),
        text => Address::parse(text)
            .map(Some)
            .map_err(|why| l.address_error(why).to_owned()),
    }
}

/// Says the roles that can be chosen.
pub(super) fn choices(l: Lang) -> Vec<(&'static str, &'static str)> {
    Role::ALL.map(|role| (role.code(), l.role(role))).into()
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let told = Told::asked(visit.l, &asked);
    show(&app, visit, &asked, told, None, Typed::default()).await
}

async fn show(
    app: &App,
    visit: Visit,
    asked: &Asked,
    told: Told,
    link: Option<String>,
    form: Typed,
) -> Result<Response, Failure> {
    let l = visit.l;
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let all = conn.accounts().await?;
    let mut grants: HashMap<AccountId, Vec<Granted>> = HashMap::new();
    for (account, granted) in conn.all_grants().await? {
        grants.entry(account).or_default().push(granted);
    }
    drop(conn);
    let text: String = asked.get("q").trim().chars().take(60).collect();
    let wanted = text.to_lowercase();
    let filters = filters(app, l, &all);
    let shown = filters
        .iter()
        .map(|f| f.code)
        .find(|code| *code == asked.get("show"));
    let shown = shown.unwrap_or("all");
    let fits = |account: &&Account| {
        let named = account.login.contains(&wanted) || account.label.to_lowercase().contains(&wanted);
        named && is_shown(app, account, shown)
    };
    let found: Vec<&Account> = all.iter().filter(fits).collect();
    let here = format!(
        "/admin/accounts?show={shown}{}",
        match text.as_str() {
            "" => String::new(),
            text => format!("&q={}", encoded(text)),
        }
    );
    let leaf = Leaf::of(asked, (found.len(), LINES), &here, l);
    let none = Vec::new();
    let view = |account: &&Account| AccountView {
        id: account.id,
        roles: roles(l, &tree, grants.get(&account.id).unwrap_or(&none)),
        state: state(app, l, account),
        is_locked: account.locked.is_some(),
        is_unused: is_shown(app, account, "unused"),
        login: account.login.clone(),
        label: account.label.clone(),
    };
    let status = told.status();
    let template = AccountsPage {
        l,
        frame: Frame::guarded(app, &visit, told)?,
        page: visit.page,
        link,
        shown,
        filters,
        accounts: leaf.cut(&found).iter().map(view).collect(),
        leaf,
        text,
        form,
        roles: choices(l),
    };
    html_with(status, &template)
}

fn filters(app: &App, l: Lang, all: &[Account]) -> Vec<Filter> {
    let filter = |(code, word)| Filter {
        code,
        word,
        n: all.iter().filter(|account| is_shown(app, account, code)).count(),
    };
    [
        ("all", l.admin_show_all()),
        ("unused", l.admin_unused()),
        ("locked", l.admin_is_locked()),
        ("expired", l.admin_is_expired()),
    ]
    .map(filter)
    .into()
}

fn is_shown(app: &App, account: &Account, filter: &str) -> bool {
    let now = app.now();
    match filter {
        "unused" => now - account.idle_since() >= app.settings.access.unused_after.delta(),
        "locked" => account.locked.is_some(),
        "expired" => account.expires.is_some_and(|end| end <= now),
        _ => true,
    }
}

/// Says when somebody last signed in with an account, and until when it is good.
pub(super) fn state(app: &App, l: Lang, account: &Account) -> String {
    let (now, zone) = (app.now(), app.settings.service.zone);
    let say = |at: Timestamp| when(l, at, now, zone);
    let seen = match account.signed_in {
        Some(at) => l.admin_seen(say(at)),
        None => l.admin_never_seen().to_owned(),
    };
    let end = match account.expires {
        Some(end) if end <= now => Some(l.admin_is_expired().to_owned()),
        Some(end) => Some(good_until(app, l, end)),
        None => None,
    };
    [Some(seen), end]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Says the last day on which something is good, with its year.
pub(super) fn good_until(app: &App, l: Lang, end: Timestamp) -> String {
    let last = local_day(end - TimeDelta::milliseconds(1), app.settings.service.zone);
    l.admin_good_until(l.date(last))
}

/// Says where a link went, or shows it.
pub(super) fn handed(l: Lang, link: Link) -> (Told, Option<String>) {
    match link {
        Link::Mailed(address) => (Told::notice(l.admin_mailed(address)), None),
        Link::Shown { link, .. } => (Told::notice(l.admin_hand_on()), Some(link)),
    }
}

/// Makes an account and invites its holder.
pub(in crate::web) async fn add(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let (l, form) = (visit.l, Typed::read(&fields));
    let tree = app.tree().await?;
    let made = match form.account(&app, &tree, l) {
        Ok((new, role)) => app.create_account(visit.actor()?, new, &[role]).await,
        Err(problem) => {
            return show(&app, visit, &Asked::default(), Told::problem(problem), None, form).await;
        }
    };
    let problem = match made {
        Ok(id) => {
            let (told, link) = handed(l, app.invite(visit.actor()?, id).await?);
            return show(&app, visit, &Asked::default(), told, link, Typed::default()).await;
        }
        Err(Error::Already(_)) => l.admin_taken().to_owned(),
        Err(error) => wrong(l, error, |field| match field {
            "label" => l.me_post(),
            _ => l.signin_login(),
        })?,
    };
    show(&app, visit, &Asked::default(), Told::problem(problem), None, form).await
}
