//! Knows the command line: commands, flags, and the examples in `--help`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueHint};

use super::{account, bench, key, letters, mail, period, simulate, slip, token, units};
use crate::domain::language::Lang;

const HELP: &str = "\
Examples:
  allclear demo
  allclear init --dir /srv/allclear --set service.base_url=https://duty.county.example
  allclear --config /srv/allclear/allclear.toml serve

Exit codes:
  0  all is well
  1  a fault was found, or what was asked was refused; the reason is said in words
  2  the command line cannot be understood

Settings, the later wins: the defaults < --config FILE < ALLCLEAR__SECTION__KEY in the environment < --set.
Without --config the file is $ALLCLEAR_CONFIG, else allclear.toml in this folder if there is one.";

/// The daily zero-report service: who has not reported, by name, before anybody has to ask. 每日零报告。
#[derive(Debug, Parser)]
#[command(name = "allclear", version, after_help = HELP, max_term_width = 110)]
pub(crate) struct Args {
    /// The configuration file. 配置文件。
    #[arg(short, long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// A setting, such as mail.host=smtp.county.example; may be repeated. 单项设置。
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// The language of the answers: zh-CN or en. 语言。
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Lang>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the service until it is told to stop. 启动服务。
    #[command(
        after_help = "Examples:\n  allclear serve\n  allclear --config /etc/allclear/allclear.toml serve\n  allclear serve --listen 127.0.0.1:9000"
    )]
    Serve {
        /// Where to accept connections, instead of service.listen.
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<SocketAddr>,
    },
    /// Show a county's day in five minutes, on made-up reports, in a new folder. 演示。
    #[command(after_help = "Examples:\n  allclear demo\n  allclear demo --listen 127.0.0.1:9000 --speed 2")]
    Demo(super::demo::Options),
    /// Begin: write a commented configuration, make the database, and print sign-in links. 初始化。
    #[command(
        after_help = "Examples:\n  allclear init --dir /srv/allclear\n  allclear init --dir /srv/allclear --set service.name=鄱阳县总值班室 --set service.base_url=https://duty.county.example\n  allclear init --set database.url=postgres://allclear@127.0.0.1/allclear"
    )]
    Init {
        /// The folder; it is made if it is not there.
        #[arg(long, value_name = "FOLDER", default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Units: import a table, undo it, list them. 单位。
    #[command(
        subcommand,
        after_help = "Examples:\n  allclear units import county.xlsx --dry-run\n  allclear units list --under 361128101"
    )]
    Units(units::Command),
    /// Periods: declare, stop, extend, list. 专项期。
    #[command(
        subcommand,
        after_help = "Examples:\n  allclear period list\n  allclear period extend 1 --ends 2026-09-15 --reason '鄱汛〔2026〕9号'"
    )]
    Period(period::Command),
    /// Accounts: add, invite, reset, lock, change roles, list. 账号。
    #[command(
        subcommand,
        after_help = "Examples:\n  allclear account add duty --post 县总值班室 --role duty_officer@361128\n  allclear account link admin"
    )]
    Account(account::Command),
    /// Slips that bind a workstation to its unit. 工作站开通单。
    #[command(subcommand, after_help = "Example:\n  allclear slip issue --under 361128101")]
    Slip(slip::Command),
    /// API tokens for other systems. 接口令牌。
    #[command(
        subcommand,
        after_help = "Examples:\n  allclear token issue --unit 361128101 --label 镇网格系统\n  allclear token list"
    )]
    Token(token::Command),
    /// Mail: try the relay. 邮件。
    #[command(
        subcommand,
        after_help = "Example:\n  allclear mail test --to duty@county.example"
    )]
    Mail(mail::Command),
    /// Letters of a restored copy: how many are held, let them go. 恢复后的邮件。
    #[command(
        subcommand,
        after_help = "Examples:\n  allclear letters hold\n  allclear letters release"
    )]
    Letters(letters::Command),
    /// Tell what would be sent to whom and when, in a simulated county on an empty database. 模拟。
    #[command(after_help = simulate::HELP)]
    Simulate(Box<simulate::Args>),
    /// Tell how fast it is on this machine, as figures with goals. 性能测量。
    #[command(after_help = bench::HELP)]
    Bench(Box<bench::Args>),
    /// Look at configuration, database, relay, clock, key and disk, a line each. 自检。
    #[command(
        after_help = "Examples:\n  allclear check\n  allclear --config /etc/allclear/allclear.toml --lang zh-CN check"
    )]
    Check,
    /// The settings. 设置。
    #[command(
        subcommand,
        after_help = "Examples:\n  allclear config show\n  allclear config defaults"
    )]
    Config(ConfigCommand),
    /// Copy the database and the key while the service runs (SQLite). 备份。
    #[command(after_help = "Example:\n  allclear backup /backup/allclear-2026-11-25.db")]
    Backup {
        /// The copy, which must not be there yet; the key goes to FILE.key.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Put a copy into a new folder; its letters are held until you release them. 恢复。
    #[command(
        after_help = "Example:\n  allclear restore /backup/allclear-2026-11-25.db --dir /srv/allclear-restored"
    )]
    Restore {
        /// The copy that `backup` made.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The new folder.
        #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Receipts. 回执。
    #[command(
        subcommand,
        after_help = "Example:\n  allclear receipt verify 1234-567-X --mac 0a1b2c3d4e5f60718293a4b5c6d7e8f9"
    )]
    Receipt(ReceiptCommand),
    /// The chain of deeds. 审计链。
    #[command(
        subcommand,
        after_help = "Examples:\n  allclear audit head\n  allclear audit verify --head 1204:9f86d081884c7d65"
    )]
    Audit(AuditCommand),
    /// The key of receipts, links and sealed texts. 密钥。
    #[command(subcommand, after_help = "Example:\n  allclear key rotate")]
    Key(key::Command),
    /// Take away what is past its time: old texts, mails, traces of access. Counts stay. 清理过期内容。
    #[command(after_help = "Examples:\n  allclear retention --dry-run\n  allclear retention")]
    Retention {
        /// Only say what would go.
        #[arg(long)]
        dry_run: bool,
    },
    /// What the database holds of persons. 个人信息。
    #[command(subcommand, after_help = "Example:\n  allclear privacy report")]
    Privacy(PrivacyCommand),
    /// Write completions for a shell. 命令补全。
    #[command(after_help = "Examples:\n  allclear completions bash\n  allclear completions zsh")]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// `allclear config …`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show the settings in force and where each comes from, secrets hidden.
    #[command(
        after_help = "Examples:\n  allclear config show\n  allclear --set mail.preset=qq-exmail config show"
    )]
    Show,
    /// Write the defaults with their explanations.
    #[command(after_help = "Example:\n  allclear config defaults")]
    Defaults,
}

/// `allclear receipt …`
#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptCommand {
    /// Tell whether a receipt is genuine.
    #[command(
        after_help = "Example:\n  allclear receipt verify 1234-567-X --mac 0a1b2c3d4e5f60718293a4b5c6d7e8f9"
    )]
    Verify {
        /// Its number, such as 1234-567-X.
        number: String,
        /// The proof that is printed on it, 32 hexadecimal digits.
        #[arg(long, value_name = "PROOF")]
        mac: String,
    },
}

/// `allclear privacy …`
#[derive(Debug, Subcommand)]
pub(crate) enum PrivacyCommand {
    /// Say what is held of persons, column by column, and whether a column is there that nobody has classified.
    #[command(after_help = "Example:\n  allclear privacy report")]
    Report,
}

/// `allclear audit …`
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Give the end of the chain as NUMBER:HASH, to be kept elsewhere for `verify --head`.
    #[command(after_help = "Example:\n  allclear audit head")]
    Head,
    /// Walk the chain and tell whether a link was altered, removed or put in.
    #[command(
        after_help = "Examples:\n  allclear audit verify\n  allclear audit verify --head 1204:9f86d081884c7d65"
    )]
    Verify {
        /// A head noted elsewhere that the chain must still hold, as NUMBER:HASH.
        #[arg(long, value_name = "NUMBER:HASH")]
        head: Option<String>,
    },
}
