//! `allclear account`: adds, invites, resets, locks and lists accounts, and changes what they may do.

use clap::Subcommand;

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, named, out, period};
use crate::domain::access::{Actor, Role};
use crate::domain::address::Address;
use crate::domain::ids::AccountId;
use crate::domain::language::Lang;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitTree;
use crate::service::{Link, Service};
use crate::store::{Account, Granted, NewAccount};

const ADD_HELP: &str = "\
Roles over a unit and all below it: reporter, head, duty_officer, leader.
Roles for the whole service: system_administrator, security_administrator, auditor; one account holds at most one
of these three. Accounts stand for posts, never for persons.

Examples:
  allclear account add duty --post 县总值班室 --role duty_officer@361128
  allclear account add leader --post 带班领导 --role leader@鄱阳县 --address leader@poyang.example
  allclear account add audit --post 审计岗 --role auditor
  allclear account add drill --post 演练值班员 --role duty_officer@361128 --until 2026-12-31";

const ROLES_HELP: &str = "\
Without options it lists the roles. A change ends the sessions of the account.

Examples:
  allclear account roles duty
  allclear account roles duty --revoke leader@361128 --grant duty_officer@361128";

/// `allclear account …`
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add an account and print a one-time link that signs it in. 新增账号。
    #[command(after_help = ADD_HELP)]
    Add {
        /// What is typed to sign in.
        login: String,
        /// The post that it stands for.
        #[arg(long, value_name = "TEXT")]
        post: String,
        /// A role, or ROLE@UNIT; may be repeated.
        #[arg(long, value_name = "ROLE[@UNIT]", required = true)]
        role: Vec<String>,
        /// Where letters about the account go.
        #[arg(long, value_name = "ADDRESS")]
        address: Option<String>,
        /// The language of its pages and letters; that of the settings if left out.
        #[arg(long, value_name = "LANGUAGE")]
        language: Option<Lang>,
        /// The last day on which it is good, or +SPAN; for good if left out.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
    },
    /// Print a one-time link that signs an account in. 一次性登录链接。
    #[command(after_help = "Example:\n  allclear account link duty")]
    Link(Named),
    /// Send a one-time link to set a password; print it if the account has no address. 邀请设置密码。
    #[command(after_help = "Example:\n  allclear account invite leader")]
    Invite(Named),
    /// Take password, second factor and sessions from an account and invite its holder anew. 重置账号。
    #[command(after_help = "Example:\n  allclear account reset duty")]
    Reset(Named),
    #[command(flatten)]
    Change(Change),
    /// List accounts, their roles and last sign-ins. 列出账号。
    #[command(after_help = "Examples:\n  allclear account list\n  allclear account list --unused")]
    List {
        /// Only those with which nobody has signed in for as long as `access.unused_after` says.
        #[arg(long)]
        unused: bool,
    },
}

/// What changes an account.
#[derive(Debug, Subcommand)]
pub(crate) enum Change {
    /// Lock an account; its sessions end. 锁定账号。
    #[command(after_help = "Example:\n  allclear account lock duty")]
    Lock(Named),
    /// Unlock it. 解锁账号。
    #[command(after_help = "Example:\n  allclear account unlock duty")]
    Unlock(Named),
    /// End all sessions of an account. 退出全部登录。
    #[command(after_help = "Example:\n  allclear account sign-out duty")]
    SignOut(Named),
    /// Take the second factor from an account whose holder lost it. 清除动态口令。
    #[command(after_help = "Example:\n  allclear account forget-factor duty")]
    ForgetFactor(Named),
    /// Set until when an account is good. 设置账号有效期。
    #[command(
        after_help = "Examples:\n  allclear account expire drill --until 2026-12-31\n  allclear account expire drill --until +30d"
    )]
    Expire {
        /// What is typed to sign in.
        login: String,
        /// The last day on which it is good, or +SPAN such as +30d; for good if left out.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
    },
    /// List the roles of an account, grant some, take some away. 查看、授予、收回角色。
    #[command(after_help = ROLES_HELP)]
    Roles {
        /// What is typed to sign in.
        login: String,
        /// A role to grant; may be repeated.
        #[arg(long, value_name = "ROLE[@UNIT]")]
        grant: Vec<String>,
        /// A role to take away; may be repeated.
        #[arg(long, value_name = "ROLE[@UNIT]")]
        revoke: Vec<String>,
    },
    /// Set where letters about an account go. 设置账号邮箱。
    #[command(after_help = "Example:\n  allclear account address leader leader@county.example")]
    Address {
        /// What is typed to sign in.
        login: String,
        /// The address; none if left out.
        address: Option<String>,
    },
}

/// An account that is named.
#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// What is typed to sign in.
    login: String,
}

/// What a new account is to be.
struct Wanted {
    new: NewAccount,
    roles: Vec<String>,
    expires: Option<Timestamp>,
}

/// Runs it.
pub(crate) async fn run(context: &Context, command: Command) -> Done {
    let lang = context.lang;
    let me = Actor::console();
    let service = context.service().await?;
    let known = async |login: &str| account(&service, login, lang).await;
    match command {
        Command::Add {
            login,
            post,
            role,
            address,
            language,
            until,
        } => {
            let new = NewAccount {
                login,
                label: post,
                address: address
                    .map(|text| read_address(&text, lang))
                    .transpose()?
                    .map(String::from),
                language: language.unwrap_or(context.settings()?.service.language),
            };
            let expires = until.map(|text| period::end(context, &text)).transpose()?;
            let wanted = Wanted {
                new,
                roles: role,
                expires,
            };
            add(context, &service, wanted).await?;
        }
        Command::Link(named) => link(context, &service, known(&named.login).await?.id).await?,
        Command::Invite(named) => hand_on(context, service.invite(&me, known(&named.login).await?.id).await?),
        Command::Reset(named) => hand_on(context, service.reset(&me, known(&named.login).await?.id).await?),
        Command::Change(wanted) => change(context, &service, wanted).await?,
        Command::List { unused } => list(context, &service, unused).await?,
    }
    Ok(Exit::Good)
}

async fn change(context: &Context, service: &Service, wanted: Change) -> Result<(), Fail> {
    let (lang, me) = (context.lang, Actor::console());
    let known = async |login: &str| account(service, login, lang).await;
    match wanted {
        Change::Lock(named) => {
            service.set_lock(&me, known(&named.login).await?.id, true).await?;
            out::say(lang.cli_account_is_locked(named.login));
        }
        Change::Unlock(named) => {
            service
                .set_lock(&me, known(&named.login).await?.id, false)
                .await?;
            out::say(lang.cli_account_is_unlocked(named.login));
        }
        Change::SignOut(named) => {
            service
                .end_sessions_of(&me, known(&named.login).await?.id)
                .await?;
            out::say(lang.cli_account_signed_out(named.login));
        }
        Change::ForgetFactor(named) => {
            service
                .forget_factor_of(&me, known(&named.login).await?.id)
                .await?;
            out::say(lang.cli_account_without_factor(named.login));
        }
        Change::Expire { login, until } => {
            let expires = until.map(|text| period::end(context, &text)).transpose()?;
            service.set_expiry(&me, known(&login).await?.id, expires).await?;
            out::say(lasting(context, expires));
        }
        Change::Roles { login, grant, revoke } => {
            let known = known(&login).await?;
            change_roles(service, &known, (&grant, &revoke), lang).await?;
        }
        Change::Address { login, address } => {
            let known = known(&login).await?;
            let address = address.map(|text| read_address(&text, lang)).transpose()?;
            service
                .set_address(&me, known.id, address.as_ref(), known.language)
                .await?;
            out::say(address.as_ref().map_or("-", Address::as_str));
        }
    }
    Ok(())
}

/// Finds an account.
async fn account(service: &Service, login: &str, lang: Lang) -> Result<Account, Fail> {
    let found = service.account_by_login(login).await?;
    found.ok_or_else(|| Fail::Refused(lang.cli_account_unknown(login)))
}

fn read_address(text: &str, lang: Lang) -> Result<Address, Fail> {
    Address::parse(text).map_err(|why| Fail::Usage(lang.cli_address(text, lang.address_error(why))))
}

/// Says until when an account is good.
fn lasting(context: &Context, expires: Option<Timestamp>) -> String {
    match expires {
        Some(at) => context
            .lang
            .cli_good_until(context.lang.moment(at, context.zone())),
        None => context.lang.cli_account_for_good().to_owned(),
    }
}

async fn add(context: &Context, service: &Service, wanted: Wanted) -> Result<(), Fail> {
    let tree = service.tree().await?;
    let grants = wanted.roles.iter().map(|text| granted(&tree, text, context.lang));
    let grants = grants.collect::<Result<Vec<_>, _>>()?;
    let me = Actor::console();
    let id = service.create_account(&me, wanted.new, &grants).await?;
    if wanted.expires.is_some() {
        service.set_expiry(&me, id, wanted.expires).await?;
        out::warn(lasting(context, wanted.expires));
    }
    link(context, service, id).await
}

/// Says where a link went, or prints it.
fn hand_on(context: &Context, link: Link) {
    match link {
        Link::Mailed(address) => out::say(context.lang.cli_account_mailed(address)),
        Link::Shown { link, expires } => say_link(context, &link, expires),
    }
}

fn say_link(context: &Context, link: &str, expires: Timestamp) {
    out::say(link);
    out::say(
        context
            .lang
            .cli_link_note(context.lang.moment(expires, context.zone())),
    );
}

/// Makes a one-time link and prints it.
async fn link(context: &Context, service: &Service, id: AccountId) -> Result<(), Fail> {
    let (link, expires) = service.issue_link(&Actor::console(), id).await?;
    say_link(context, &link, expires);
    Ok(())
}

async fn change_roles(
    service: &Service,
    account: &Account,
    (grant, revoke): (&[String], &[String]),
    lang: Lang,
) -> Result<(), Fail> {
    let tree = service.tree().await?;
    let read = |texts: &[String]| -> Result<Vec<Granted>, Fail> {
        texts.iter().map(|text| granted(&tree, text, lang)).collect()
    };
    // All are read before one is changed.
    let (grant, revoke) = (read(grant)?, read(revoke)?);
    for role in revoke {
        service.revoke_role(&Actor::console(), account.id, role).await?;
    }
    for role in grant {
        service.grant_role(&Actor::console(), account.id, role).await?;
    }
    for role in service.store.read().await?.grants(account.id).await? {
        out::say(say_role(&tree, &role));
    }
    Ok(())
}

/// Reads `role` or `role@unit`.
fn granted(tree: &UnitTree, text: &str, lang: Lang) -> Result<Granted, Fail> {
    let (role, unit) = match text.split_once('@') {
        Some((role, unit)) => (role, Some(unit)),
        None => (text, None),
    };
    let role: Role = role
        .trim()
        .replace('-', "_")
        .parse()
        .map_err(|_| Fail::Usage(lang.cli_role(role)))?;
    match (role.is_whole(), unit) {
        (true, Some(_)) => Err(Fail::Usage(lang.cli_role_whole(role))),
        (false, None) => Err(Fail::Usage(lang.cli_role_over(role))),
        (_, unit) => Ok(Granted {
            role,
            unit: unit
                .map(|text| named::unit(tree, text, lang).map(|unit| unit.id))
                .transpose()?,
        }),
    }
}

fn say_role(tree: &UnitTree, granted: &Granted) -> String {
    let over = granted.unit.and_then(|unit| tree.label(unit));
    let over = over.map(|label| format!("@{label}")).unwrap_or_default();
    format!("{}{over}", granted.role)
}

async fn list(context: &Context, service: &Service, only_unused: bool) -> Result<(), Fail> {
    let (lang, now) = (context.lang, service.clock.now());
    let idle = service.settings.access.unused_after.delta();
    let tree = service.tree().await?;
    let mut conn = service.store.read().await?;
    for account in conn.accounts().await? {
        if only_unused && now - account.idle_since() < idle {
            continue;
        }
        let roles = conn.grants(account.id).await?;
        let roles: Vec<String> = roles.iter().map(|granted| say_role(&tree, granted)).collect();
        let seen = account.signed_in.map(|at| lang.moment(at, context.zone()));
        let state = match (account.locked, account.expires) {
            (Some(_), _) => lang.cli_account_locked().to_owned(),
            (None, Some(end)) if end <= now => lang.cli_account_expired().to_owned(),
            (None, Some(_)) => lasting(context, account.expires),
            (None, None) => String::new(),
        };
        out::say(format!(
            "{}\t{}\t{}\t{}\t{state}",
            account.login,
            account.label,
            roles.join(", "),
            seen.unwrap_or_else(|| "-".to_owned())
        ));
    }
    Ok(())
}
