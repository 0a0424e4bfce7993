//! Holds that people get through: journeys of a clerk, an officer and a leader in a real Chromium, against the real
//! service with a clock that is set by hand.
//!
//! They are left out, and say so, only where `ALLCLEAR_SKIP_BROWSER` is set.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it fails"
)]

mod support;

#[path = "browser/board.rs"]
mod board;
#[path = "browser/chrome.rs"]
mod chrome;
#[path = "browser/desk.rs"]
mod desk;
#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/first_run.rs"]
mod first_run;
#[path = "browser/kept.rs"]
mod kept;
#[path = "browser/leader.rs"]
mod leader;
#[path = "browser/line.rs"]
mod line;
#[path = "browser/office.rs"]
mod office;
#[path = "browser/offline.rs"]
mod offline;
#[path = "browser/pages.rs"]
mod pages;
#[path = "browser/pictures.rs"]
mod pictures;
#[path = "browser/print.rs"]
mod print;
#[path = "browser/units.rs"]
mod units;

use allclear::domain::access::{Actor, Role};
use allclear::domain::language::Lang;
use allclear::store::{Granted, NewAccount};
use chrome::Chrome;
use driver::Kind;
use line::Line;
use support::{Day, Site, fresh_sqlite};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Two scenes at a time, however many threads there are: browsers beside each other make each other late.
static STAGE: Semaphore = Semaphore::const_new(2);

/// A day at the small county, with its pages served.
struct Scene {
    day: Day,
    site: Site,
    _stage: SemaphorePermit<'static>,
}

impl Scene {
    /// Opens the scene at 15:10, when the evening report is open; nothing where browsers are left out.
    async fn open() -> Option<Self> {
        if std::env::var_os("ALLCLEAR_SKIP_BROWSER").is_some() {
            println!("left out: ALLCLEAR_SKIP_BROWSER is set");
            return None;
        }
        let stage = STAGE.acquire().await.unwrap();
        let day = Day::begin(&fresh_sqlite()).await;
        day.until("15:10").await;
        let site = Site::open(day.house.clone()).await;
        Some(Self {
            day,
            site,
            _stage: stage,
        })
    }

    /// Opens the pages of a house without a single unit; nothing where browsers are left out.
    async fn empty() -> Option<Self> {
        if std::env::var_os("ALLCLEAR_SKIP_BROWSER").is_some() {
            println!("left out: ALLCLEAR_SKIP_BROWSER is set");
            return None;
        }
        let stage = STAGE.acquire().await.unwrap();
        let day = Day::over(&fresh_sqlite(), "2026-06-01 08:00").await;
        let site = Site::open(day.house.clone()).await;
        Some(Self {
            day,
            site,
            _stage: stage,
        })
    }

    fn base(&self) -> String {
        format!("http://{}", self.site.at)
    }

    async fn chrome(&self, kind: Kind) -> Chrome {
        Chrome::start(&self.base(), kind).await
    }

    /// Gives the code of a slip for a unit.
    async fn slip(&self, label: &str) -> String {
        let unit = self.day.unit(label).await;
        let service = &self.day.house.service;
        let slips = service.issue_slips(&Actor::console(), &[unit]).await.unwrap();
        slips[0].code.clone()
    }

    /// Starts the workstation of a unit, bound by its slip.
    async fn village(&self, label: &str, kind: Kind) -> Chrome {
        self.village_at(&self.base(), label, kind).await
    }

    /// Lays a line to the service that can be cut, and starts the workstation of a unit at its other end.
    async fn far_village(&self, label: &str, kind: Kind) -> (Line, Chrome) {
        let line = Line::to(self.site.at).await;
        let clerk = self.village_at(&format!("http://{}", line.at), label, kind).await;
        (line, clerk)
    }

    async fn village_at(&self, base: &str, label: &str, kind: Kind) -> Chrome {
        let code = self.slip(label).await;
        let chrome = Chrome::start(base, kind).await;
        chrome.open("/slip").await.types("code", &code).await;
        chrome.press_css("main form button").await.leaves("/slip").await;
        chrome
    }

    /// Gives the path of a sign-in link for a new account.
    async fn link(&self, login: &str, role: Role, over: &str) -> String {
        let tree = self.day.house.service.tree().await.unwrap();
        let unit = tree.iter().find(|unit| unit.name.as_str() == over);
        let new = NewAccount {
            login: login.to_owned(),
            label: format!("{over}值班室"),
            address: None,
            language: Lang::Zh,
        };
        let granted = [Granted {
            role,
            unit: unit.map(|unit| unit.id),
        }];
        let (service, console) = (&self.day.house.service, Actor::console());
        let id = service.create_account(&console, new, &granted).await.unwrap();
        let (link, _) = service.issue_link(&console, id).await.unwrap();
        format!("/link/{}", link.split_once("/link/").unwrap().1)
    }

    /// Starts the browser of somebody who signs in by a link.
    async fn signed_in(&self, role: Role, over: &str, kind: Kind) -> Chrome {
        let link = self.link("zhiban", role, over).await;
        let chrome = self.chrome(kind).await;
        chrome.open(&link).await.press_css("main form button").await;
        chrome.leaves("/link/").await;
        chrome
    }

    async fn officer(&self) -> Chrome {
        self.signed_in(Role::DutyOfficer, "清河县", Kind::OFFICE).await
    }

    /// Gives what is kept of a unit's obligation: how it came, and whether something waits.
    async fn kept(&self, label: &str) -> String {
        let owed = self.day.owed(label).await;
        let mut conn = self.day.house.service.store.read().await.unwrap();
        let stored = conn.obligation(owed).await.unwrap().unwrap();
        let o = &stored.obligation;
        match (o.first_received, o.provenance) {
            (Some(_), Some(way)) => match stored.claim {
                Some(claim) => format!("{} {}", way.code(), claim.code()),
                None => way.code().to_owned(),
            },
            _ if o.excused.is_some() => "excused".to_owned(),
            _ => "nothing".to_owned(),
        }
    }
}
