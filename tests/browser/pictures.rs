//! Makes the pictures in `docs/pictures` from the demonstration, in both languages; takes five minutes:
//! `cargo test --test browser pictures -- --ignored`.
//!
//! A further picture is a line in [`ALL`].
#![expect(clippy::disallowed_methods, reason = "the demonstration takes its real time")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use allclear::domain::language::Lang;

use crate::chrome::Chrome;
use crate::driver::Kind;

/// The most that a picture weighs.
const WEIGHT: usize = 150_000;

/// One picture: its name, when it is taken (seconds after the demonstration began), by whom, in which window.
struct Picture {
    name: &'static str,
    at: u64,
    /// A word of the links that the demonstration prints, or `admin`.
    who: &'static str,
    /// What is pressed first; empty: nothing.
    press: &'static str,
    /// Where the reader goes then; empty: nowhere.
    to: &'static str,
    kind: Kind,
}

const DESK: Kind = Kind {
    width: 1280,
    height: 720,
    ..Kind::OFFICE
};

/// A large screen; its picture is made smaller.
const WALL: Kind = Kind {
    width: 1920,
    height: 1080,
    ..Kind::OFFICE
};

const ALL: [Picture; 6] = [
    picture("village", 10, "village", "", "", Kind::PHONE),
    picture("receipt", 11, "village", ".button.clear", "", Kind::PHONE),
    picture("urgent", 55, "leader", "main a[href^='/alert/']", "", DESK),
    picture("administration", 90, "admin", "", "/admin", DESK),
    picture("wall", 105, "wall#", "", "", WALL),
    picture("board", 190, "board", "", "", DESK),
];

const fn picture(
    name: &'static str,
    at: u64,
    who: &'static str,
    press: &'static str,
    to: &'static str,
    kind: Kind,
) -> Picture {
    Picture {
        name,
        at,
        who,
        press,
        to,
        kind,
    }
}

impl Picture {
    /// Whether it is too large as it is.
    const fn is_light(&self) -> bool {
        self.kind.width > DESK.width
    }
}

/// A running demonstration; it stops when this is dropped.
struct Demo {
    child: Child,
    begun: Instant,
    dir: PathBuf,
    links: Vec<String>,
}

impl Demo {
    fn start(dir: &Path, lang: Lang) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_allclear"))
            .args(["--lang", lang.tag(), "demo", "--listen", "127.0.0.1:0", "--dir"])
            .arg(dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut links = Vec::new();
        for line in lines.map_while(Result::ok) {
            let link = line.split_whitespace().find(|word| word.starts_with("http://"));
            links.extend(link.map(str::to_owned));
            if line.contains("Ctrl-C") {
                break;
            }
        }
        let (begun, dir) = (Instant::now(), dir.to_owned());
        Self {
            child,
            begun,
            dir,
            links,
        }
    }

    /// Gives the link by which somebody comes in; nothing where the demonstration has none such.
    fn link(&self, who: &str) -> Option<String> {
        if who != "admin" {
            return self
                .links
                .iter()
                .find(|link| link.contains(&format!("/{who}")))
                .cloned();
        }
        let base = self.links.first()?.split("/demo/").next()?;
        let set = |key: &str, value: String| ["--set".to_owned(), format!("{key}={value}")];
        let file = |name: &str| self.dir.join(name).display().to_string();
        let said = Command::new(env!("CARGO_BIN_EXE_allclear"))
            .args(set("database.url", format!("sqlite:{}", file("allclear.db"))))
            .args(set("seal.key_file", file("seal.key")))
            .args(set("service.data_dir", self.dir.display().to_string()))
            .args(set("service.base_url", base.to_owned()))
            .args(set("web.plain_http", "true".to_owned()))
            .args([
                "account",
                "add",
                "sysadmin",
                "--role",
                "system_administrator",
                "--post",
                "系统管理员",
            ])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        said.split_whitespace()
            .find(|word| word.contains("/link/"))
            .map(str::to_owned)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn take(demo: &Demo, picture: &Picture, lang: Lang) -> Option<Vec<u8>> {
    let wait = Duration::from_secs(picture.at).saturating_sub(demo.begun.elapsed());
    tokio::time::sleep(wait).await;
    let link = demo.link(picture.who)?;
    let kind = match lang {
        Lang::Zh => picture.kind,
        Lang::En => picture.kind.english(),
    };
    let base = link.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let chrome = Chrome::start(&base, kind).await;
    chrome.open(&link).await;
    if link.contains("/link/") {
        chrome.press_css("main form button").await;
    }
    if !picture.press.is_empty() {
        chrome.press_css(picture.press).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    if !picture.to.is_empty() {
        chrome.open(picture.to).await;
    }
    // What a page fetches for itself is there a moment later.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let taken = match picture.is_light() {
        true => chrome.light_picture(DESK.width).await,
        false => chrome.picture().await,
    };
    chrome.ends_cut().await;
    Some(taken)
}

async fn all(lang: Lang) {
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(&folder.path().join("demo"), lang);
    for picture in &ALL {
        let short = &lang.tag()[..2];
        let Some(taken) = take(&demo, picture, lang).await else {
            println!("left out: the demonstration has no link to {}", picture.name);
            continue;
        };
        assert!(
            taken.len() < WEIGHT,
            "{} weighs {} bytes",
            picture.name,
            taken.len()
        );
        let ending = if picture.is_light() { "webp" } else { "png" };
        std::fs::write(to.join(format!("{}-{short}.{ending}", picture.name)), taken).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes docs/pictures; takes five minutes"]
async fn the_pictures_of_the_documentation_are_taken() {
    tokio::join!(all(Lang::Zh), all(Lang::En));
}
