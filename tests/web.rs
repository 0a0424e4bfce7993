//! Holds that the pages do what they say, to whom they should, through the real server on a socket.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod support;

#[path = "web/admin.rs"]
mod admin;
#[path = "web/bulletin.rs"]
mod bulletin;
#[path = "web/classes.rs"]
mod classes;
#[path = "web/desk.rs"]
mod desk;
#[path = "web/doors.rs"]
mod doors;
#[path = "web/incident.rs"]
mod incident;
#[path = "web/input.rs"]
mod input;
#[path = "web/kept.rs"]
mod kept;
#[path = "web/leaves.rs"]
mod leaves;
#[path = "web/offline.rs"]
mod offline;
#[path = "web/own.rs"]
mod own;
#[path = "web/period.rs"]
mod period;
#[path = "web/plan.rs"]
mod plan;
#[path = "web/reach.rs"]
mod reach;
#[path = "web/scope.rs"]
mod scope;
#[path = "web/secrets.rs"]
mod secrets;
#[path = "web/sweep.rs"]
mod sweep;
#[path = "web/units.rs"]
mod units;
#[path = "web/urgent.rs"]
mod urgent;
#[path = "web/ways.rs"]
mod ways;
#[path = "web/words.rs"]
mod words;
#[path = "web/workstation.rs"]
mod workstation;

use allclear::domain::access::{Actor, Role};
use allclear::domain::calendar::DayKind;
use allclear::domain::ids::UnitId;
use allclear::domain::language::Lang;
use allclear::domain::period::{Hours, Level, Scope};
use allclear::domain::unit::UnitKind;
use allclear::service::period::{Declaration, NewRule};
use allclear::store::{Granted, NewAccount};
use chrono::TimeDelta;
use support::{Answer, Browser, House, Site, fresh_sqlite, local};

const COUNTY: &str = "
    code | parent_code | name | kind
    361128 | | 鄱阳县 | county
    361128101 | 361128 | 谢家滩镇 | township
    361128101201 | 361128101 | 朱家村 | village
    361128101202 | 361128101 | 大塘村 | village
";
const NOW: &str = "2026-11-25 15:10";

/// Opens a house with a county, at an afternoon in November.
async fn site() -> Site {
    site_with(&[]).await
}

async fn site_with(flags: &[(&str, &str)]) -> Site {
    let mut all = vec![("web.plain_http", "true"), ("duty.phone", "0793-6210000")];
    all.extend(flags);
    let house = House::at(&fresh_sqlite(), NOW, &all).await;
    house.import(COUNTY).await;
    Site::open(house).await
}

async fn unit(site: &Site, name: &str) -> UnitId {
    let tree = site.house.service.tree().await.unwrap();
    tree.iter().find(|unit| unit.name.as_str() == name).unwrap().id
}

/// Makes an account and gives the path of its first sign-in link.
async fn link_of(site: &Site, login: &str, role: Role, over: &str) -> String {
    let console = Actor::console();
    let unit = match over {
        "" => None,
        name => Some(unit(site, name).await),
    };
    let new = NewAccount {
        login: login.into(),
        label: "县总值班室".into(),
        address: None,
        language: Lang::Zh,
    };
    let service = &site.house.service;
    let id = service
        .create_account(&console, new, &[Granted { role, unit }])
        .await
        .unwrap();
    let (link, _) = service.issue_link(&console, id).await.unwrap();
    link.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

async fn slip_of(site: &Site, name: &str) -> String {
    let unit = unit(site, name).await;
    let slips = site
        .house
        .service
        .issue_slips(&Actor::console(), &[unit])
        .await
        .unwrap();
    slips[0].code.clone()
}

async fn signed_in(site: &Site, role: Role, over: &str) -> Browser {
    let link = link_of(site, "zhiban", role, over).await;
    let mut browser = site.browser();
    browser.post(&link, &[]).await.must_be(303);
    browser
}

/// Declares two rounds a day and a night round, for all villages, and opens what is due.
async fn asked(site: &Site) {
    let rule = |label: &str, opens: &str, due: &str, closes: &str| NewRule {
        label: label.into(),
        hours: Hours::new(
            opens.parse().unwrap(),
            due.parse().unwrap(),
            TimeDelta::minutes(10),
            closes.parse().unwrap(),
        )
        .unwrap(),
        days: DayKind::EveryDay,
        roll_up: false,
    };
    let declaration = Declaration {
        name: "冬春火灾防控".into(),
        basis: "鄱应急〔2026〕18号".into(),
        level: Level::III,
        scope: Scope {
            subtrees: vec![unit(site, "鄱阳县").await],
            kinds: vec![UnitKind::Village],
            except: vec![],
        },
        starts: local("2026-11-25 00:00"),
        ends: local("2026-12-25 00:00"),
        drill: false,
        rounds: vec![rule("晚报", "14:00", "16:00", "+1 02:00")],
        ladder: None,
    };
    let service = &site.house.service;
    service
        .declare_period(&Actor::console(), &declaration)
        .await
        .unwrap();
    service.tick().await.unwrap();
}

/// Binds a workstation of a village by its slip.
async fn village(site: &Site, name: &str) -> Browser {
    let code = slip_of(site, name).await;
    let mut browser = site.browser();
    browser.post("/slip", &[("code", &code)]).await.must_be(303);
    browser
}

/// Opens the form behind the desk's link.
async fn incident_form(browser: &mut Browser) -> Answer {
    let desk = browser.get("/desk").await;
    browser.get(&link_in(&desk, "/desk/incident")).await
}

/// Presses the one button of a desk.
async fn press(browser: &mut Browser, desk: &Answer) -> Answer {
    let fields = ["unit", "obligation", "uuid", "day"].map(|name| (name, desk.field(name)));
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    browser.post("/desk", &fields).await
}

/// Gives the first address on a page that begins so.
fn link_in(page: &Answer, start: &str) -> String {
    let mut links = page
        .text
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let found = links.find(|link| link.starts_with(start));
    found
        .unwrap_or_else(|| panic!("no link to {start}:\n{}", page.text))
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}
