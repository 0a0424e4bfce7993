//! What an account holder does for himself: codes, a second factor, his password, his sessions, a forgotten password.

use crate::{link_of, signed_in, site, site_with, unit};
use allclear::auth;
use allclear::domain::access::{Actor, Role};
use allclear::domain::language::Lang;
use allclear::service::Link;
use allclear::store::{Granted, NewAccount};
use chrono::TimeDelta;

use super::support::{Answer, Browser, Site};

pub(crate) const PASSWORD: &str = "防汛值班-0793-夜";
const OTHER: &str = "鄱阳湖 水位 三十 一米";

/// Gives the words between two marks on a page.
pub(crate) fn between<'a>(page: &'a Answer, start: &str, end: &str) -> Vec<&'a str> {
    let parts = page.text.split(start).skip(1);
    parts.filter_map(|rest| rest.split(end).next()).collect()
}

/// Reads base 32, as RFC 4648 has it.
pub(crate) fn bytes_of(secret: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0u32, 0);
    for letter in secret.bytes().filter(|b| *b != b' ') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        held = (held << 5 | u32::from(value)) & 0xFFFF;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xFF).unwrap());
        }
    }
    bytes
}

/// Gives the six digits that an authenticator with the secret of a page shows now.
pub(crate) fn digits(site: &Site, secret: &str) -> String {
    let bytes = bytes_of(secret);
    let seconds = u64::try_from(site.house.service.now().timestamp()).unwrap();
    let known = totp_rs::Builder::new().with_secret(bytes).build().unwrap();
    known.generate(seconds).to_string()
}

/// Gives the account of [`link_of`] a password.
pub(crate) async fn with_password(site: &Site) {
    let service = &site.house.service;
    let account = service.account_by_login("zhiban").await.unwrap().unwrap();
    let console = Actor::console();
    let set = auth::set_password(service, &console, account.id, "zhiban", PASSWORD).await;
    set.unwrap().unwrap();
}

/// Signs in by name and password.
pub(crate) async fn enter(site: &Site, password: &str) -> (Browser, Answer) {
    let mut browser = site.browser();
    let fields = [("login", "zhiban"), ("password", password), ("next", "/me")];
    let answer = browser.post("/signin", &fields).await;
    (browser, answer)
}

/// Sets up a second factor. Gives its secret and the recovery codes.
pub(crate) async fn set_up(site: &Site, browser: &mut Browser, path: &str) -> (String, Vec<String>) {
    browser.get(path).await.must_be(200).must_say("开始设置");
    browser.post(path, &[("begin", "1")]).await.must_be(303);
    let page = browser.get(path).await;
    page.must_be(200).must_say("<svg");
    let secret = between(&page, "<strong class=\"code\">", "</strong>")[0].to_owned();
    browser
        .post(path, &[("code", "000000")])
        .await
        .must_be(422)
        .must_say("动态口令不对或已用过");
    let code = digits(site, &secret);
    let shown = browser.post(path, &[("code", &code)]).await;
    shown.must_be(200).must_say("此页只显示这一次");
    let codes = between(&shown, "<li class=\"code\">", "</li>");
    let codes: Vec<String> = codes.into_iter().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

#[tokio::test]
async fn a_role_that_asks_for_codes_gets_nowhere_without_and_a_recovery_code_stands_in_once() {
    let site = site_with(&[("access.second_factor", "duty_officer")]).await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    with_password(&site).await;
    assert_eq!(officer.get("/board").await.goes_to(), "/signin?next=%2Fboard");
    let (mut officer, answer) = enter(&site, PASSWORD).await;
    assert_eq!(answer.goes_to(), "/signin/factor?next=%2Fme");
    for closed in ["/board", "/me", "/me/factor"] {
        assert!(
            officer.get(closed).await.goes_to().starts_with("/signin"),
            "{closed}"
        );
    }
    let (secret, codes) = set_up(&site, &mut officer, "/signin/factor").await;
    officer
        .get("/me")
        .await
        .must_be(200)
        .must_say("已启用动态口令")
        .must_say("不能停用");
    let asked = officer.post("/me/factor", &[("give_up", "1")]).await;
    assert!(asked.status.is_client_error(), "{}", asked.status);

    let (mut again, answer) = enter(&site, PASSWORD).await;
    assert_eq!(answer.goes_to(), "/signin/code?next=%2Fme");
    assert!(again.get("/board").await.goes_to().starts_with("/signin"));
    let used = digits(&site, &secret);
    again.post("/signin/code", &[("code", &used)]).await.must_be(422);
    site.house.clock.advance(TimeDelta::seconds(60));
    let code = digits(&site, &secret);
    let before = again.cookies.clone();
    let fields = [("code", code.as_str()), ("next", "/me")];
    assert_eq!(again.post("/signin/code", &fields).await.goes_to(), "/me");
    assert_ne!(before, again.cookies, "a session of more worth has another token");
    again.get("/board").await.must_be(200);

    for (typed, status) in [(codes[0].to_lowercase(), 303), (codes[0].clone(), 422)] {
        let (mut lost, _) = enter(&site, PASSWORD).await;
        lost.post("/signin/code", &[("code", &typed)])
            .await
            .must_be(status);
    }
    again.get("/me").await.must_say("剩余恢复码 9 个");
}

#[tokio::test]
async fn codes_that_are_guessed_have_to_wait_and_the_next_session_too() {
    let site = site_with(&[("access.second_factor", "leader")]).await;
    link_of(&site, "zhiban", Role::Leader, "鄱阳县").await;
    with_password(&site).await;
    let (mut leader, _) = enter(&site, PASSWORD).await;
    set_up(&site, &mut leader, "/signin/factor").await;
    site.house.clock.advance(TimeDelta::minutes(20));
    let mut answers = Vec::new();
    for _ in 0..4 {
        let (mut guesser, _) = enter(&site, PASSWORD).await;
        for _ in 0..3 {
            let answer = guesser.post("/signin/code", &[("code", "123456")]).await;
            answers.push(answer.status.as_u16());
        }
    }
    assert!(answers.ends_with(&[429, 429, 429]), "{answers:?}");
}

#[tokio::test]
async fn a_second_factor_is_set_up_renewed_and_given_up_on_the_own_page() {
    let site = site().await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    officer.get("/board").await.must_say("href=\"/me\"");
    officer
        .get("/me")
        .await
        .must_be(200)
        .must_say("未启用")
        .must_say("鄱阳县");
    let (_, codes) = set_up(&site, &mut officer, "/me/factor").await;
    assert_eq!(officer.get("/me/factor").await.goes_to(), "/me");
    let renewed = officer.post("/me/factor", &[("renew", "1")]).await;
    assert!(!renewed.must_be(200).says(&codes[0]));
    site.house.clock.advance(TimeDelta::minutes(20));
    let late = officer.post("/me/factor", &[("give_up", "1")]).await;
    assert!(late.goes_to().starts_with("/signin?next=/me/factor&again=1"));
    officer.get("/me").await.must_say("已启用动态口令");
    with_password(&site).await;
    let (mut officer, _) = enter(&site, PASSWORD).await;
    let renewed = between(&renewed, "<li class=\"code\">", "</li>")[1].to_owned();
    officer
        .post("/signin/code", &[("code", &renewed)])
        .await
        .must_be(303);
    officer.post("/me/factor", &[("give_up", "1")]).await.must_be(303);
    officer
        .get("/me?notice=factor")
        .await
        .must_say("已停用动态口令")
        .must_say("未启用");
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_the_present_one_and_ends_the_other_sessions() {
    let site = site().await;
    link_of(&site, "zhiban", Role::DutyOfficer, "鄱阳县").await;
    with_password(&site).await;
    let (mut one, _) = enter(&site, PASSWORD).await;
    let (mut other, _) = enter(&site, PASSWORD).await;
    let change = |present: &'static str, new: &'static str, again: &'static str| {
        [("present", present), ("new", new), ("again", again)]
    };
    for (fields, words) in [
        (change("wrong", OTHER, OTHER), "现在的密码不对"),
        (change(PASSWORD, OTHER, "else"), "两次输入的新密码不一样"),
        (change(PASSWORD, "short", "short"), "密码太短"),
    ] {
        one.post("/me/password", &fields)
            .await
            .must_be(422)
            .must_say(words);
    }
    let answer = one.post("/me/password", &change(PASSWORD, OTHER, OTHER)).await;
    assert_eq!(answer.goes_to(), "/me?notice=password");
    one.get("/me?notice=password")
        .await
        .must_be(200)
        .must_say("密码已修改");
    assert!(other.get("/me").await.goes_to().starts_with("/signin"));
    enter(&site, PASSWORD).await.1.must_be(422);
    enter(&site, OTHER).await.1.must_be(303);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_holder_only() {
    let site = site().await;
    link_of(&site, "zhiban", Role::DutyOfficer, "鄱阳县").await;
    with_password(&site).await;
    let mut browsers = Vec::new();
    for _ in 0..3 {
        browsers.push(enter(&site, PASSWORD).await.0);
        site.house.clock.advance(TimeDelta::seconds(5));
    }
    let mut stranger = site.browser();
    let link = link_of(&site, "leader", Role::Leader, "鄱阳县").await;
    stranger.post(&link, &[]).await.must_be(303);
    let page = browsers[0].get("/me").await;
    let listed = between(&page, "name=\"session\" value=\"", "\"");
    assert_eq!(listed.len(), 2, "his own cannot be ended here by mistake");
    stranger
        .post("/me/sessions", &[("session", listed[0])])
        .await
        .must_be(404);
    browsers[1].get("/me").await.must_be(200);
    browsers[2].get("/me").await.must_be(200);
    browsers[0]
        .post("/me/sessions", &[("session", listed[0])])
        .await
        .must_be(303);
    let mut open = 0;
    for browser in &mut browsers {
        open += u32::from(browser.get("/me").await.status == 200);
    }
    assert_eq!(open, 2);
    browsers[0].post("/me/sessions", &[]).await.must_be(303);
    let ended = browsers[0].get("/me?notice=ended").await;
    assert!(between(&ended, "name=\"session\" value=\"", "\"").is_empty());
    stranger.get("/me").await.must_be(200);
}

#[tokio::test]
async fn an_invitation_opens_nothing_until_a_password_is_set() {
    let site = site().await;
    link_of(&site, "zhiban", Role::DutyOfficer, "鄱阳县").await;
    let service = &site.house.service;
    let account = service.account_by_login("zhiban").await.unwrap().unwrap();
    let invited = service.invite(&Actor::console(), account.id).await.unwrap();
    let Link::Shown { link, .. } = invited else {
        panic!("the account has no address")
    };
    let link = link.strip_prefix("http://127.0.0.1:8080").unwrap();
    let mut officer = site.browser();
    assert_eq!(officer.post(link, &[]).await.goes_to(), "/signin/password");
    assert!(officer.get("/board").await.goes_to().starts_with("/signin"));
    officer
        .get("/signin/password")
        .await
        .must_be(200)
        .must_say("至少");
    let fields = |new: &'static str| [("new", new), ("again", new)];
    officer
        .post("/signin/password", &fields("zhiban"))
        .await
        .must_be(422);
    officer
        .post("/signin/password", &fields(OTHER))
        .await
        .must_be(303);
    officer.get("/board").await.must_be(200);
    enter(&site, OTHER).await.1.must_be(303);
}

#[tokio::test]
async fn a_forgotten_password_is_answered_alike_for_everybody_and_mended_by_letter() {
    let site = site().await;
    let new = NewAccount {
        login: "zhiban".into(),
        label: "县总值班室".into(),
        address: Some("duty@county.example".into()),
        language: Lang::Zh,
    };
    let role = Granted {
        role: Role::DutyOfficer,
        unit: Some(unit(&site, "鄱阳县").await),
    };
    let service = &site.house.service;
    service
        .create_account(&Actor::console(), new, &[role])
        .await
        .unwrap();
    with_password(&site).await;
    let mut texts = Vec::new();
    for login in ["zhiban", "nobody"] {
        let mut browser = site.browser();
        let token = browser.get("/recover").await.field("form_token");
        let answer = browser.post("/recover", &[("login", login)]).await;
        answer.must_be(200).must_say("链接已经发出");
        texts.push(answer.text.replace(&token, ""));
    }
    assert_eq!(texts[0], texts[1]);
    let key = letter_key(&site).await;
    let link = format!("/link/{}", service.keys.letter_token(&key));
    enter(&site, PASSWORD).await.1.must_be(303);
    let mut officer = site.browser();
    officer.get(&link).await.must_be(200);
    assert_eq!(officer.post(&link, &[]).await.goes_to(), "/signin/password");
    let fields = [("new", OTHER), ("again", OTHER)];
    officer.post("/signin/password", &fields).await.must_be(303);
    enter(&site, PASSWORD).await.1.must_be(422);
    site.browser().post(&link, &[]).await.must_be(410);
}

/// Waits for the letter about an account and gives its key.
async fn letter_key(site: &Site) -> String {
    use secrecy::ExposeSecret as _;
    let url = site.house.service.settings.database.engine.url();
    let pool = sqlx::SqlitePool::connect(url.expose_secret()).await.unwrap();
    for _ in 0..100 {
        let key: Option<String> = sqlx::query_scalar("SELECT dedup_key FROM letter WHERE kind = 'account'")
            .fetch_optional(&pool)
            .await
            .unwrap();
        if let Some(key) = key {
            return key;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no letter was written");
}
