//! `allclear account`: adds one, lists them, makes a one-time sign-in link.

use clap::Subcommand;

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, named, out};
use crate::domain::access::{Actor, Role};
use crate::domain::address::Address;
use crate::domain::ids::AccountId;
use crate::domain::language::Lang;
use crate::domain::unit::UnitTree;
use crate::service::Service;
use crate::store::{Granted, NewAccount};

const ADD_HELP: &str = "\
Roles over a unit and all below it: reporter, head, duty_officer, leader.
Roles for the whole service: system_administrator, security_administrator, auditor; one account holds at most one
of these three. Accounts stand for posts, never for persons.

Examples:
  allclear account add duty --post 县总值班室 --role duty_officer@361128
  allclear account add leader --post 带班领导 --role leader@鄱阳县 --address leader@poyang.example
  allclear account add audit --post 审计岗 --role auditor";

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
    },
    /// Print a one-time link that signs an account in. 一次性登录链接。
    Link {
        /// What is typed to sign in.
        login: String,
    },
    /// List accounts and their roles. 列出账号。
    List,
}

/// Runs it.
pub(crate) async fn run(context: &Context, command: Command) -> Done {
    let lang = context.lang;
    let settings = context.settings()?;
    let service = context.service().await?;
    match command {
        Command::Add {
            login,
            post,
            role,
            address,
            language,
        } => {
            let tree = service.tree().await?;
            let grants = role.iter().map(|text| granted(&tree, text, lang));
            let grants = grants.collect::<Result<Vec<_>, _>>()?;
            let address = address.map(|text| match Address::parse(&text) {
                Ok(address) => Ok(address.as_str().to_owned()),
                Err(why) => Err(Fail::Usage(lang.cli_address(text, lang.address_error(why)))),
            });
            let new = NewAccount {
                login,
                label: post,
                address: address.transpose()?,
                language: language.unwrap_or(settings.service.language),
            };
            let id = service.create_account(&Actor::console(), new, &grants).await?;
            link(context, &service, id).await
        }
        Command::Link { login } => {
            let account = service.account_by_login(&login).await?;
            let account = account.ok_or_else(|| Fail::Refused(lang.cli_account_unknown(&login)))?;
            link(context, &service, account.id).await
        }
        Command::List => list(&service, lang).await,
    }
}

/// Makes a one-time link and prints it.
async fn link(context: &Context, service: &Service, id: AccountId) -> Done {
    let (link, expires) = service.issue_link(&Actor::console(), id).await?;
    let until = context.lang.moment(expires, context.zone());
    out::say(link);
    out::say(context.lang.cli_link_note(until));
    Ok(Exit::Good)
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

async fn list(service: &Service, lang: Lang) -> Done {
    let tree = service.tree().await?;
    let mut conn = service.store.read().await?;
    for account in conn.accounts().await? {
        let roles = conn.grants(account.id).await?;
        let roles = roles.iter().map(|granted| {
            let over = granted.unit.and_then(|unit| tree.label(unit));
            let over = over.map(|label| format!("@{label}")).unwrap_or_default();
            format!("{}{over}", granted.role)
        });
        let roles = roles.collect::<Vec<_>>().join(", ");
        let locked = account.locked.map_or("", |_| lang.cli_account_locked());
        out::say(format!("{}\t{}\t{roles}\t{locked}", account.login, account.label));
    }
    Ok(Exit::Good)
}
