//! Every page that there is, in both languages: found by the table of addresses and by the links on pages, so a new page is
//! looked at without being named here.
//!
//! No barrier of WCAG 2.2 A or AA that axe-core finds, nothing to scroll sideways on a narrow phone, no complaint of
//! the browser, no request to another host. Forms come back with faults too.

use std::collections::{BTreeSet, VecDeque};

use allclear::domain::access::Role;
use allclear::web::table;
use serde_json::{Value, json};

use crate::Scene;
use crate::chrome::Chrome;
use crate::driver::Kind;
use crate::support::{incident, kind_of, urgent};

const AXE: &str = include_str!("axe/axe.min.js");
/// The narrowest window in which a page still fits.
const NARROW: u32 = 320;

const JUDGE: &str = "var done = arguments[arguments.length - 1];
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(function (found) {
        done(found.violations.map(function (v) {
            return v.id + ': ' + v.nodes.slice(0, 4).map(function (n) { return n.target.join(' ') + ' ' +
                (n.any.concat(n.all, n.none)[0] || {}).message; }).join(' | ');
        }));
    }, function (error) { done(['axe: ' + error]); });";
const TOO_WIDE: &str = "var width = document.documentElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= width) return [];
    return Array.prototype.filter.call(document.body.querySelectorAll('*'), function (e) {
        return e.getBoundingClientRect().right > width + 1;
    }).slice(-4).map(function (e) { return e.tagName + '.' + e.className; });";
const IS_PAGE: &str = "var done = arguments[arguments.length - 1];
    fetch(arguments[0], { redirect: 'manual', credentials: 'same-origin' }).then(function (answer) {
        var kind = answer.headers.get('content-type') || '';
        done(answer.status === 200 && kind.indexOf('text/html') === 0);
    }, function () { done(false); });";
const LINKS: &str = "return Array.from(document.querySelectorAll('a[href^=\"/\"]'), function (a) { return a.getAttribute('href'); });";

/// What has been looked at, and what was found.
#[derive(Default)]
struct Walk {
    seen: BTreeSet<String>,
    found: Vec<String>,
}

impl Walk {
    /// Looks at a page as it is shown now.
    async fn look(&mut self, chrome: &Chrome, at: &str) {
        let mut note = |what: &Value| self.found.push(format!("{at}: {}", what.as_str().unwrap_or("?")));
        let narrow = json!({ "width": NARROW, "height": 640, "deviceScaleFactor": 1, "mobile": true });
        chrome
            .devtools("Emulation.setDeviceMetricsOverride", narrow)
            .await;
        let wide = chrome.run(TOO_WIDE, &[]).await;
        for what in wide.as_array().into_iter().flatten() {
            note(&json!(format!("wider than {NARROW} pixels: {what}")));
        }
        chrome
            .devtools("Emulation.clearDeviceMetricsOverride", json!({}))
            .await;
        chrome.run(AXE, &[]).await;
        for what in chrome
            .waits_for(JUDGE, &[])
            .await
            .as_array()
            .into_iter()
            .flatten()
        {
            note(what);
        }
        for what in chrome.complaints().await {
            note(&json!(what));
        }
    }

    /// Looks at a page that comes after a form, once it shows what it should.
    async fn after(&mut self, chrome: &Chrome, shows: &str, name: &str) {
        chrome.shows(shows).await;
        self.look(chrome, name).await;
    }

    /// Goes to all pages that a visitor can reach and nobody before him has seen.
    async fn on(&mut self, chrome: &Chrome, first: &[String]) {
        let plain = table().into_iter().map(|route| route.path.to_owned());
        let mut todo: VecDeque<String> = first.iter().cloned().collect();
        todo.extend(plain.filter(|path| !path.contains('{')));
        while let Some(path) = todo.pop_front() {
            let kind = kind_of(&path);
            if self.seen.contains(&kind) || chrome.waits_for(IS_PAGE, &[json!(path)]).await != true {
                continue;
            }
            self.seen.insert(kind);
            // What was no page answered with a fault of its own.
            chrome.complaints().await;
            chrome.open(&path).await;
            self.look(chrome, &path).await;
            let links = chrome.run(LINKS, &[]).await;
            let links = links.as_array().into_iter().flatten().filter_map(Value::as_str);
            todo.extend(links.map(|link| link.split('#').next().unwrap_or_default().to_owned()));
        }
        // What was asked for and was no page is nothing that the next one is to blame for.
        chrome.complaints().await;
    }
}

/// Lets something happen of every kind, so that pages have something to show.
async fn live(scene: &Scene) -> Vec<String> {
    let day = &scene.day;
    day.all_clear("东湖镇 · 杨村").await;
    let what = day.report("东湖镇 · 柳村", urgent("圩堤管涌")).await;
    day.send("东湖镇 · 柳村", what).await.unwrap();
    let beside = day.unowed("东湖镇 · 柳村", incident("山路塌方")).await;
    day.send("东湖镇 · 柳村", beside).await.unwrap();
    let letter = format!("/a/{}", day.newest_token("leader@county.example").await);
    day.until("16:25").await;
    let chase = format!("/a/{}", day.newest_token("xi-b@v.example").await);
    vec![letter, chase]
}

/// Opens a form of which the browser does not check anything, so that the service has to.
async fn unchecked<'a>(chrome: &'a Chrome, path: &str) -> &'a Chrome {
    chrome.open(path).await;
    let script = "document.querySelectorAll('form').forEach(function (f) { f.noValidate = true; });";
    chrome.run(script, &[]).await;
    chrome
}

/// Looks at what comes in the middle of a sign-in, and at forms that come back with faults.
async fn between(walk: &mut Walk, chrome: &Chrome) {
    unchecked(chrome, "/signin").await.types("login", "nobody").await;
    chrome
        .types("password", "123456")
        .await
        .press_css("main form button")
        .await;
    walk.after(chrome, "#problem", "a wrong password").await;
    unchecked(chrome, "/recover").await.types("login", "nobody").await;
    chrome.press_css("main form button").await;
    walk.after(chrome, ".notice", "a forgotten password").await;
    unchecked(chrome, "/slip").await.types("code", "ABCD").await;
    chrome.press_css("main form button").await;
    walk.after(chrome, ".notice.bad", "a code that is none").await;
}

/// Looks at what an officer meets when he errs.
async fn erring(walk: &mut Walk, chrome: &Chrome) {
    chrome
        .open("/me/factor")
        .await
        .press_css("main form button")
        .await;
    walk.after(chrome, ".qr", "one-time codes to be set up").await;
    unchecked(chrome, "/me")
        .await
        .types("new", "1")
        .await
        .types("again", "2")
        .await;
    chrome.press_css("form[action='/me/password'] button").await;
    walk.after(chrome, ".notice.bad", "a bad new password").await;
    unchecked(chrome, "/admin/periods/new")
        .await
        .press_css("button[value=preview]")
        .await;
    walk.after(chrome, "#summary", "a period with faults").await;
}

/// Looks at the pages of a village's workstation.
async fn at_the_desk(walk: &mut Walk, scene: &Scene, chrome: &Chrome) {
    let code = scene.slip("东湖镇 · 柳村").await;
    unchecked(chrome, "/slip").await.types("code", &code).await;
    chrome.press_css("main form button").await.leaves("/slip").await;
    walk.on(chrome, &[]).await;
    unchecked(chrome, "/desk/incident")
        .await
        .types("dead", "abc")
        .await;
    chrome.press_css(".acts .big").await;
    walk.after(chrome, "#summary", "an incident with faults").await;
}

/// Looks at the pages of every role in turn.
async fn of_all_roles(walk: &mut Walk, scene: &Scene, chrome: &Chrome) {
    for role in Role::ALL {
        let over = if role.is_whole() { "" } else { "清河县" };
        let link = scene.link(role.code(), role, over).await;
        chrome.forget().await;
        chrome.open(&link).await;
        walk.look(chrome, "/link/{token}").await;
        chrome.press_css("main form button").await.leaves("/link/").await;
        walk.on(chrome, &[]).await;
        if role == Role::DutyOfficer {
            erring(walk, chrome).await;
        }
    }
}

async fn all(kind: Kind) {
    let Some(scene) = Scene::open().await else { return };
    let letters = live(&scene).await;
    let mut walk = Walk::default();
    // One browser for all: whoever comes next begins with nothing.
    let chrome = scene.chrome(kind).await;
    unchecked(&chrome, "/signin").await;
    walk.on(&chrome, &letters).await;
    between(&mut walk, &chrome).await;
    at_the_desk(&mut walk, &scene, &chrome).await;
    of_all_roles(&mut walk, &scene, &chrome).await;
    chrome.ends_cut().await;
    println!("looked at {} kinds of pages: {:#?}", walk.seen.len(), walk.seen);
    assert!(
        walk.seen.len() >= 30,
        "only {} kinds of pages were found",
        walk.seen.len()
    );
    assert!(walk.found.is_empty(), "{:#?}", walk.found);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_a_barrier_in_chinese() {
    all(Kind::OFFICE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_a_barrier_in_english() {
    all(Kind::OFFICE.english()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_page_is_found() {
    let Some(scene) = Scene::open().await else { return };
    let chrome = scene.chrome(Kind::OFFICE).await;
    chrome.open("/signin").await;
    let spoil =
        "var bad = document.createElement('div'); bad.style.width = '400px'; bad.appendChild(new Image());
        document.querySelector('main').appendChild(bad);";
    chrome.run(spoil, &[]).await;
    let mut walk = Walk::default();
    walk.look(&chrome, "/signin").await;
    let found = walk.found.join("\n");
    assert!(
        found.contains("wider than 320") && found.contains("image-alt"),
        "{found}"
    );
    chrome.ends_cut().await;
}

#[test]
fn pages_of_one_kind_are_looked_at_once() {
    assert_eq!(kind_of("/incident/7"), kind_of("/incident/12"));
    assert_eq!(kind_of("/incident/new"), "/incident/new?");
    assert_eq!(kind_of("/board?standing=late&q=1"), "/board?q&standing");
}
