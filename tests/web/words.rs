//! What pages say, in both languages, a file each: no word of a page changes unnoticed.
//!
//! Pages are found by the table of addresses and by the links on pages; what comes in the middle of a deed is done here.
//! `cargo insta review`, or `INSTA_UPDATE=always cargo test --test web words`, takes changed words over.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;

use allclear::domain::access::Role;
use allclear::domain::checkin::{Content, Submission};
use allclear::web::table;

use crate::own::{between, digits, enter, with_password};
use crate::period::typed;
use crate::support::{Answer, Browser, Day, Site, fresh_sqlite, incident, kind_of, outline, urgent};
use crate::units::upload;
use crate::{incident_form, link_in, link_of, press, village};

/// Templates that no walk sees, each with its reason.
const UNSEEN: [(&str, &str); 5] = [
    ("leaf.html", "long lists have tests of their own"),
    ("mail/letter.html", "letters have tests of their own"),
    ("mail_letter.html", "the demonstration's only"),
    ("mailbox.html", "the demonstration's only"),
    (
        "plan.html",
        "it is read; what no other has is said of a withdrawn plan only",
    ),
];

/// What has been read.
#[derive(Default)]
struct Book {
    seen: BTreeSet<String>,
    text: String,
    /// All that came, to know which templates it is of.
    html: String,
}

impl Book {
    fn note(&mut self, name: &str, page: &Answer) {
        self.html.push_str(&page.text);
        let status = page.status.as_u16();
        self.text
            .push_str(&format!("=== {name} {status}\n{}\n\n", outline(&page.text)));
    }

    /// Reads all pages that somebody can reach and nobody before him has read.
    async fn walk(&mut self, browser: &mut Browser, who: &str, first: &[String]) {
        let plain = table().into_iter().map(|route| route.path.to_owned());
        let mut todo: VecDeque<String> = first.iter().cloned().collect();
        todo.extend(plain.filter(|path| !path.contains('{')));
        while let Some(path) = todo.pop_front() {
            let kind = kind_of(&path);
            if self.seen.contains(&kind) {
                continue;
            }
            let page = browser.get(&path).await;
            let is_page = page.status == 200 && page.header("content-type").starts_with("text/html");
            if !is_page {
                continue;
            }
            self.seen.insert(kind.clone());
            self.note(&format!("{who} {}", kind.trim_end_matches('?')), &page);
            let links = page.text.split("href=\"/").skip(1);
            let links = links.filter_map(|rest| rest.split(['"', '#']).next());
            todo.extend(links.map(|link| format!("/{}", link.replace("&#38;", "&").replace("&amp;", "&"))));
        }
    }
}

/// Lets something happen of every kind.
async fn live(day: &Day) -> Vec<String> {
    day.all_clear("东湖镇 · 杨村").await;
    let what = day.report("东湖镇 · 柳村", urgent("圩堤管涌")).await;
    day.send("东湖镇 · 柳村", what).await.unwrap();
    let beside = day.unowed("东湖镇 · 柳村", incident("山路塌方")).await;
    day.send("东湖镇 · 柳村", beside).await.unwrap();
    let letter = format!("/a/{}", day.newest_token("leader@county.example").await);
    day.until("16:25").await;
    let taken_back = Submission {
        reason: Some("误报".to_owned()),
        ..day.report("东湖镇 · 柳村", Content::AllClear).await
    };
    day.send("东湖镇 · 柳村", taken_back).await.unwrap();
    let chase = format!("/a/{}", day.newest_token("xi-b@v.example").await);
    vec![letter, chase]
}

/// A sign-in with its second step, a forgotten password, a link that was used, and a form that outlives a session.
async fn sign_in(book: &mut Book, site: &Site, lang: &str) {
    let speaks = |browser: Browser| browser.says("accept-language", lang);
    let link = link_of(site, "zhiban", Role::DutyOfficer, "清河县").await;
    let mut nobody = speaks(site.browser());
    book.note("a link to sign in", &nobody.get(&link).await);
    with_password(site).await;
    let wrong = [("login", "zhiban"), ("password", "123456")];
    book.note("a wrong password", &nobody.post("/signin", &wrong).await);
    let forgotten = [("login", "zhiban")];
    book.note("a forgotten password", &nobody.post("/recover", &forgotten).await);
    book.note(
        "a code that is none",
        &nobody.post("/slip", &[("code", "ABCD")]).await,
    );
    let (mut officer, _) = enter(site, crate::own::PASSWORD).await;
    let secret = second_factor(book, site, &mut speaks(officer.clone())).await;
    officer.get("/me").await.must_be(200);
    let (officer, _) = enter(site, crate::own::PASSWORD).await;
    let mut officer = speaks(officer);
    book.note("the second step", &officer.get("/signin/code").await);
    let again = [("code", "000000")];
    book.note("a wrong code", &officer.post("/signin/code", &again).await);
    site.house.clock.advance(chrono::TimeDelta::seconds(60));
    let code = digits(site, &secret);
    officer
        .post("/signin/code", &[("code", &code)])
        .await
        .must_be(303);
    let short = [("present", crate::own::PASSWORD), ("new", "1"), ("again", "2")];
    book.note("a bad new password", &officer.post("/me/password", &short).await);
    let mut gone = speaks(site.browser());
    let typed = [("label", "东墙"), ("unit", "清河县")];
    book.note("a form without a session", &gone.post("/walls", &typed).await);
    book.note("a page that is none", &officer.get("/board/unit/999").await);
    book.note("a page of others", &officer.get("/audit").await);
}

/// Sets up one-time codes on the own page; gives their secret.
async fn second_factor(book: &mut Book, site: &Site, officer: &mut Browser) -> String {
    officer.post("/me/factor", &[("begin", "1")]).await.must_be(303);
    let page = officer.get("/me/factor").await;
    book.note("one-time codes to be set up", &page);
    let secret = between(&page, "<strong class=\"code\">", "</strong>")[0].to_owned();
    let code = digits(site, &secret);
    let shown = officer.post("/me/factor", &[("code", &code)]).await;
    book.note("recovery codes", &shown);
    secret
}

/// What a village does and is told.
async fn clerk(book: &mut Book, day: &Day, site: &Site, lang: &str) {
    let mut clerk = village(site, "柳村").await.says("accept-language", lang);
    let form = incident_form(&mut clerk).await;
    let (unit, uuid) = (form.field("unit"), form.field("uuid"));
    let base = [("unit", unit.as_str()), ("uuid", &uuid)];
    let bad = [("dead", "abc"), ("occurred", "2026-13-01")];
    let answer = clerk.post("/desk/incident", &[&base[..], &bad].concat()).await;
    book.note("an incident with faults", &answer);
    let good = [("class", "flash_flood"), ("place", "三组"), ("urgent", "1")];
    let sent = clerk.post("/desk/incident", &[&base[..], &good].concat()).await;
    book.note("an urgent receipt", &clerk.get(sent.goes_to()).await);
    site.house.clock.advance(chrono::TimeDelta::seconds(61));
    book.note(
        "an urgent receipt that reaches nobody",
        &clerk.get(sent.goes_to()).await,
    );
    let mut late = village(site, "杨村").await.says("accept-language", lang);
    day.until("2026-06-02 08:40").await;
    let desk = late.get("/desk").await;
    book.note("the next morning", &desk);
    let sent = press(&mut late, &desk).await;
    book.note("a receipt of an all clear", &late.get(sent.goes_to()).await);
    book.walk(&mut clerk, "workstation", &[]).await;
}

/// What administrators do in several steps.
async fn tables(book: &mut Book, system: &mut Browser, security: &mut Browser) {
    let faulty = "编码,上级编码,名称,类别,报送邮箱\n36112810,,坏村,村,x\n,361128,,什么,\n";
    let page = upload(system, "/admin/import", &[("text", faulty.as_bytes())]).await;
    book.note("units with faults", &page.must_be(422).clone());
    let good = "编码,上级编码,名称,类别\n361128103,361128,南湖镇,乡镇\n361128103201,361128103,新村,村\n";
    let page = upload(system, "/admin/import", &[("text", good.as_bytes())]).await;
    book.note("units that would come in", &page.must_be(200).clone());
    let page = system.get("/admin/classes/edit?code=flood").await;
    book.note("a class to change", &page.must_be(200).clone());
    let page = system.get("/admin/classes/edit?group=natural_disaster").await;
    book.note("a further class", &page.must_be(200).clone());
    let printed = security.post("/admin/slips/print", &[]).await;
    book.note("slips", &printed);
}

/// What an officer does in several steps.
async fn office(book: &mut Book, officer: &mut Browser) {
    let roster = "日期,带班领导,带班邮箱\n2026-13-01,甲,a@b.example\n";
    let page = upload(officer, "/roster/import", &[("text", roster.as_bytes())]).await;
    book.note("a roster with faults", &page);
    let page = officer
        .post("/admin/periods/new", &[("preview", "1"), ("act", "preview")])
        .await;
    book.note("a period with faults", &page);
    let fields = typed(&[("scope", "清河县"), ("ends", "2026-07-25T00:00")]);
    let page = officer.post("/admin/periods/new", &fields).await;
    book.note("a period that would be declared", &page.must_be(200).clone());
    let board = officer.get("/board").await;
    let enter = link_in(&board, "/board/enter");
    let form = officer.get(&enter).await;
    let owed = form.field("o");
    let faulty = [
        ("o", owed.as_str()),
        ("how", "phone"),
        ("said", "incident"),
        ("dead", "x"),
    ];
    book.note(
        "a report by phone with faults",
        &officer.post("/board/enter", &faulty).await,
    );
    let named = [("label", "东墙"), ("unit", "清河县")];
    let made = officer.post("/walls", &named).await;
    book.note("a link to the wall", &made);
    let key = made.text.split("/wall#").nth(1).unwrap_or_default();
    let key = key.split('"').next().unwrap_or_default();
    let mut wall = officer.clone().says("x-wall-key", key);
    book.note("the wall", &wall.get("/wall/now").await);
    let mut wall = wall.says("x-wall-key", "none");
    book.note("a wall that is gone", &wall.get("/wall/now").await);
}

async fn read(lang: &str) -> Book {
    let day = Day::begin(&fresh_sqlite()).await;
    day.until("15:10").await;
    let site = Site::open(day.house.clone()).await;
    let letters = live(&day).await;
    let mut book = Book::default();
    let mut nobody = site.browser().says("accept-language", lang);
    book.walk(&mut nobody, "nobody", &letters).await;
    let mut signed = Vec::new();
    for role in Role::ALL {
        let over = if role.is_whole() { "" } else { "清河县" };
        let link = link_of(&site, role.code(), role, over).await;
        let mut browser = site.browser().says("accept-language", lang);
        browser.post(&link, &[]).await.must_be(303);
        book.walk(&mut browser, role.code(), &[]).await;
        signed.push(browser);
    }
    let at = |role: Role| Role::ALL.iter().position(|other| *other == role).unwrap();
    office(&mut book, &mut signed[at(Role::DutyOfficer)].clone()).await;
    let mut security = signed[at(Role::SecurityAdministrator)].clone();
    tables(
        &mut book,
        &mut signed[at(Role::SystemAdministrator)].clone(),
        &mut security,
    )
    .await;
    sign_in(&mut book, &site, lang).await;
    clerk(&mut book, &day, &site, lang).await;
    let page = nobody.post(&letters[0], &[]).await;
    book.note("a letter is acknowledged", &page);
    book.note("a letter that was acknowledged", &nobody.get(&letters[0]).await);
    let link = link_of(&site, "daiban", Role::Leader, "清河县").await;
    let mut leader = site.browser().says("accept-language", lang);
    leader.post(&link, &[]).await.must_be(303);
    let list = leader.get("/bulletins").await;
    book.note("the bulletins", &list);
    let frozen = leader.get(&link_in(&list, "/bulletin/")).await;
    book.note("a bulletin", &frozen);
    book
}

#[tokio::test]
async fn no_page_changes_its_words_unnoticed_in_chinese() {
    insta::assert_snapshot!("zh", read("zh-CN").await.text);
}

#[tokio::test]
async fn no_page_changes_its_words_unnoticed_in_english() {
    let book = read("en").await;
    unseen(&book.html);
    insta::assert_snapshot!("en", book.text);
}

/// Names the templates of which nothing was read but what stands in others too.
fn unseen(html: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut all: Vec<(String, BTreeSet<String>)> = Vec::new();
    for folder in ["", "admin", "mail"] {
        for file in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|e| e == "html") {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                all.push((name, literals(&std::fs::read_to_string(&path).unwrap())));
            }
        }
    }
    all.sort();
    let of_one = |piece: &String| all.iter().filter(|(_, pieces)| pieces.contains(piece)).count() == 1;
    let is_seen = |pieces: &BTreeSet<String>| {
        let seen = |piece: &&String| html.contains(piece.as_str());
        let own: Vec<&String> = pieces.iter().filter(|piece| of_one(piece)).collect();
        // One that has no words of its own is judged by half of what it shares.
        let shared = pieces.iter().filter(|piece| seen(piece)).count() * 2 >= pieces.len();
        own.iter().any(seen) || (own.is_empty() && shared)
    };
    let missing: Vec<&str> = all
        .iter()
        .filter(|(_, pieces)| !is_seen(pieces))
        .map(|(name, _)| name.as_str())
        .collect();
    let excused: Vec<&str> = UNSEEN.iter().map(|(name, _)| *name).collect();
    assert_eq!(missing, excused, "templates that no page was read of; {UNSEEN:?}");
}

/// Gives the pieces of a template that it writes as they are.
fn literals(template: &str) -> BTreeSet<String> {
    let mut pieces = BTreeSet::new();
    for part in template.split(['{', '}']) {
        let is_code = part.starts_with(['%', '#']) || part.starts_with("{");
        for line in part.lines() {
            let line = line.trim();
            if !is_code && line.len() >= 12 && line.contains('<') {
                pieces.insert(line.to_owned());
            }
        }
    }
    pieces
}
