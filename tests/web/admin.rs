//! Administration by pages: accounts, tokens, and what each administrator finds first.

use allclear::domain::access::Role;
use chrono::TimeDelta;

use crate::support::{Answer, Browser, Fresh, House, Site, on_both};
use crate::{COUNTY, NOW, link_of};

/// Opens an empty house on a database.
pub(crate) async fn empty(db: &Fresh) -> Site {
    let flags = [("web.plain_http", "true"), ("duty.phone", "0793-6210000")];
    Site::open(House::at(db, NOW, &flags).await).await
}

async fn county(db: &Fresh) -> Site {
    let site = empty(db).await;
    site.house.import(COUNTY).await;
    site
}

/// Signs somebody in who administers the whole service.
pub(crate) async fn administrator(site: &Site, login: &str, role: Role) -> Browser {
    let link = link_of(site, login, role, "").await;
    let mut browser = site.browser();
    browser.post(&link, &[]).await.must_be(303);
    browser
}

/// Gives the path of the one-time link that a page shows.
pub(crate) fn once(page: &Answer) -> String {
    let link = page
        .text
        .split("<code>")
        .nth(1)
        .and_then(|rest| rest.split("</code>").next());
    let link = link.unwrap_or_else(|| panic!("nothing is shown once:\n{}", page.text));
    link.strip_prefix("http://127.0.0.1:8080")
        .unwrap_or(link)
        .to_owned()
}

/// Gives the page of the first account whose post is this.
async fn account_page(browser: &mut Browser, post: &str) -> String {
    let list = browser.get("/admin/accounts").await;
    let before = list
        .text
        .split(&format!("<strong>{post}</strong>"))
        .next()
        .unwrap();
    before
        .rsplit("href=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

on_both!(
    an_account_is_made_invited_changed_and_locked_by_pages,
    |db| async move {
        let site = county(db).await;
        let mut security = administrator(&site, "anquan", Role::SecurityAdministrator).await;
        let new = |unit: &'static str, role: &'static str| {
            [
                ("login", " Duty-1 "),
                ("post", "县总值班室一岗"),
                ("role", role),
                ("unit", unit),
                ("address", ""),
            ]
        };
        for (unit, words) in [("某村", "没有找到这个单位"), ("", "没有找到这个单位")] {
            let answer = security
                .post("/admin/accounts/new", &new(unit, "duty_officer"))
                .await;
            answer.must_be(422).must_say(words).must_say("value=\"Duty-1\"");
        }
        let made = security
            .post("/admin/accounts/new", &new("鄱阳县", "duty_officer"))
            .await;
        made.must_be(200)
            .must_say("它只显示这一次")
            .must_say("值班员 · 鄱阳县")
            .must_say("从未登录");
        security
            .post("/admin/accounts/new", &new("鄱阳县", "leader"))
            .await
            .must_be(422)
            .must_say("已有人用");
        let mut officer = site.browser();
        officer.post(&once(&made), &[]).await.must_be(303);

        let page = account_page(&mut security, "县总值班室一岗").await;
        security
            .get(&page)
            .await
            .must_be(200)
            .must_say("duty-1")
            .must_say("值班员 · 鄱阳县");
        let grant = [("act", "grant"), ("role", "leader"), ("unit", "谢家滩镇")];
        security.post(&page, &grant).await.must_be(303);
        security.get(&page).await.must_say("带班领导 · 鄱阳县 · 谢家滩镇");
        security
            .post(&page, &[("act", "grant"), ("role", "auditor")])
            .await
            .must_be(303);
        let both = security
            .post(&page, &[("act", "grant"), ("role", "system_administrator")])
            .await;
        both.must_be(422).must_say("不能由同一账号兼任");
        let late = security
            .post(&page, &[("act", "expiry"), ("until", "2026-02-30")])
            .await;
        late.must_be(422);
        security
            .post(&page, &[("act", "expiry"), ("until", "2026-12-31")])
            .await
            .must_be(303);
        security
            .get(&page)
            .await
            .must_say("value=\"2026-12-31\"")
            .must_say("有效至");
        let mailed = [("act", "address"), ("address", "Duty@County.example")];
        security.post(&page, &mailed).await.must_be(303);
        security
            .post(&page, &[("act", "invite")])
            .await
            .must_be(200)
            .must_say("已发往 duty@county.example");
        security.post(&page, &[("act", "lock")]).await.must_be(303);
        security
            .get("/admin/accounts?show=locked")
            .await
            .must_say("县总值班室一岗");
        security.post(&page, &[("act", "unlock")]).await.must_be(303);
        let none = security.get("/admin/accounts?show=locked").await;
        assert!(!none.says("县总值班室一岗"));
        security
            .get("/admin/accounts?q=一岗")
            .await
            .must_say("县总值班室一岗");
    }
);

#[tokio::test]
async fn an_administrator_neither_manages_himself_nor_opens_what_is_anothers() {
    let site = crate::site().await;
    let mut security = administrator(&site, "anquan", Role::SecurityAdministrator).await;
    let mut system = administrator(&site, "xitong", Role::SystemAdministrator).await;
    assert_eq!(security.get("/").await.goes_to(), "/admin");
    assert_eq!(system.get("/").await.goes_to(), "/admin");
    system
        .get("/admin")
        .await
        .must_be(200)
        .must_say("由安全管理员办理");
    system.get("/admin/accounts").await.must_be(403);
    let account = site
        .house
        .service
        .account_by_login("anquan")
        .await
        .unwrap()
        .unwrap();
    let page = format!("/admin/accounts/{}", account.id);
    security.get(&page).await.must_be(200).must_say("您自己的账号");
    security.post(&page, &[("act", "lock")]).await.must_be(403);
    security.get("/admin/accounts/999").await.must_be(404);
}

#[tokio::test]
async fn a_step_that_is_done_for_some_units_is_not_called_done() {
    let site = crate::site().await;
    let mut security = administrator(&site, "anquan", Role::SecurityAdministrator).await;
    let step = |page: &crate::support::Answer| {
        let (_, rest) = page.text.split_once("<ol class=\"checklist\">").unwrap();
        let item = rest.split("<li").find(|item| item.contains("开通工作站"));
        item.unwrap().to_owned()
    };
    crate::village(&site, "朱家村").await;
    let page = security.get("/admin").await;
    let some = step(&page);
    assert!(
        some.contains("已开通 1/3 个单位") && some.contains("部分完成"),
        "{some}"
    );
    assert!(!some.contains("已完成"), "{some}");
    for name in ["大塘村", "谢家滩镇"] {
        crate::village(&site, name).await;
    }
    let all = step(&security.get("/admin").await);
    assert!(
        all.contains("已开通 3/3 个单位") && all.contains("已完成"),
        "{all}"
    );
}

#[tokio::test]
async fn a_sign_in_of_long_ago_may_look_and_is_told_before_it_types() {
    let site = crate::site().await;
    let mut security = administrator(&site, "anquan", Role::SecurityAdministrator).await;
    assert!(!security.get("/admin/accounts").await.says("身份确认已超过"));
    site.house.clock.advance(TimeDelta::minutes(11));
    let page = security.get("/admin/accounts").await;
    page.must_be(200)
        .must_say("身份确认已超过")
        .must_say("/signin?next=%2Fadmin%2Faccounts&#38;again=1");
    let mut from = security.says("referer", "http://evil.example/admin/accounts");
    let kept = from.post("/admin/accounts/new", &[("login", "x")]).await;
    kept.must_be(401)
        .must_say("/signin?next=/signin/done&amp;again=1")
        .must_say("name=\"login\" value=\"x\"")
        .must_not_say("evil.example");
}

on_both!(a_token_is_shown_once_listed_and_revoked, |db| async move {
    let site = county(db).await;
    let mut security = administrator(&site, "anquan", Role::SecurityAdministrator).await;
    security.get("/admin/tokens").await.must_say("没有令牌");
    let new = [
        ("label", "镇网格系统"),
        ("unit", "361128101"),
        ("scope", "read"),
        ("days", "90"),
    ];
    let made = security.post("/admin/tokens", &new).await;
    made.must_be(200)
        .must_say("只显示这一次")
        .must_say("只读")
        .must_say("从未使用");
    let token = once(&made);
    assert!(token.len() > 32, "{token}");
    let list = security.get("/admin/tokens").await;
    assert!(!list.says(&token));
    list.must_say("鄱阳县 · 谢家滩镇").must_say("有效至 2027");
    let id = list.field("end");
    let nameless = [("label", " "), ("unit", "361128101")];
    security
        .post("/admin/tokens", &nameless)
        .await
        .must_be(422)
        .must_say("使用系统");
    security.post("/admin/tokens", &[("end", &id)]).await.must_be(303);
    security.get("/admin/tokens").await.must_say("没有令牌");
});
