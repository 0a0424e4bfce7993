//! Holds that the duty office's pages count right, act right and show nobody what is not his, through the real server.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use allclear::domain::access::{Actor, Role};
use allclear::domain::ids::AccountId;
use allclear::domain::language::Lang;
use allclear::store::{Granted, NewAccount};
use support::{Browser, Day, Site, incident, on_both, urgent};

#[path = "board/acts.rs"]
mod acts;
#[path = "board/coming.rs"]
mod coming;
#[path = "board/counts.rs"]
mod counts;
#[path = "board/elsewhere.rs"]
mod elsewhere;
#[path = "board/leaves.rs"]
mod leaves;
#[path = "board/links.rs"]
mod links;
#[path = "board/roster.rs"]
mod roster;
#[path = "board/township.rs"]
mod township;
#[path = "board/wall.rs"]
mod wall;

/// A prefecture above the small county, with another county beside it.
const NEIGHBOURS: &str = "code|parent_code|name|kind
    3611||饶江市|prefecture
    361128|3611|清河县|county
    361129|3611|外县|county
    361129101|361129|外镇|township";

/// A day at the small county, with its pages served.
struct Office {
    day: Day,
    site: Site,
}

impl Office {
    async fn open(day: Day) -> Self {
        let site = Site::open(day.house.clone()).await;
        Self { day, site }
    }

    /// Signs somebody in, over a unit.
    async fn signed_in(&self, login: &str, role: Role, over: &str) -> Browser {
        let id = self.account(login, role, over).await;
        let (link, _) = self
            .day
            .house
            .service
            .issue_link(&Actor::console(), id)
            .await
            .unwrap();
        let path = link.split_once("/link/").unwrap().1;
        let mut browser = self.site.browser();
        browser.post(&format!("/link/{path}"), &[]).await.must_be(303);
        browser
    }

    async fn account(&self, login: &str, role: Role, over: &str) -> AccountId {
        let tree = self.day.house.service.tree().await.unwrap();
        let unit = tree
            .iter()
            .find(|unit| unit.name.as_str() == over)
            .map(|unit| unit.id);
        let new = NewAccount {
            login: login.to_owned(),
            label: format!("{over}值班室"),
            address: None,
            language: Lang::Zh,
        };
        let granted = [Granted { role, unit }];
        let service = &self.day.house.service;
        service
            .create_account(&Actor::console(), new, &granted)
            .await
            .unwrap()
    }

    async fn officer(&self) -> Browser {
        self.signed_in("zhiban", Role::DutyOfficer, "清河县").await
    }

    /// Gives the number of the county, as forms have it.
    async fn county(&self) -> String {
        let tree = self.day.house.service.tree().await.unwrap();
        tree.roots().next().unwrap().id.to_string()
    }

    /// Gives the token in the link of the newest letter of a kind to an address.
    async fn token(&self, address: &str) -> String {
        self.day.newest_token(address).await
    }
}

/// Gives what the address of a list ends in.
fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    query.finish()
}

on_both!(
    the_board_says_the_round_the_counts_and_who_is_missing_by_name,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        day.all_clear("东湖镇 · 柳村").await;
        let what = day.report("东湖镇 · 杨村", incident("塘坝渗水")).await;
        day.send("东湖镇 · 杨村", what).await.unwrap();
        day.until("16:10").await;
        let office = Office::open(day).await;
        let mut officer = office.officer().await;
        let board = officer.get("/board").await;
        board.must_be(200).must_say("晚报").must_say("数据截至 16:10:00");
        board.must_say("2/3").must_say("66.6 %").must_say("西山镇");
        board.must_say("tel:").must_say("未结束的事件 1 起");
        assert!(
            !board.says("柳村</a> <span class=\"muted\">东湖镇"),
            "a unit that has reported is no work"
        );
        let all = officer.get("/board?standing=all").await;
        all.must_say("东湖镇").must_say("杨村").must_say("列出 3 个单位");
        let english = office.officer_in_english().await.get("/board").await;
        english
            .must_say("10 minutes overdue")
            .must_say("Data as of 16:10:00");
    }
);

impl Office {
    async fn officer_in_english(&self) -> Browser {
        let browser = self.signed_in("english", Role::DutyOfficer, "清河县").await;
        browser.says("accept-language", "en")
    }
}

on_both!(
    a_filter_in_the_address_narrows_the_list_and_not_the_counts,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        day.all_clear("东湖镇 · 柳村").await;
        day.until("16:10").await;
        let office = Office::open(day).await;
        let mut officer = office.officer().await;
        for (pairs, units) in [
            (vec![("standing", "unmet")], 2),
            (vec![("standing", "all_clear")], 1),
            (vec![("standing", "excused")], 0),
            (vec![("standing", "all"), ("q", "柳村")], 2),
            (vec![("standing", "all"), ("q", "361128102")], 1),
            (vec![("standing", "all"), ("q", "没有这个村")], 0),
            (vec![("standing", "all"), ("q", "%_'\";--")], 0),
            (vec![("standing", "all"), ("q", "𠮷𬭎鿍")], 0),
        ] {
            let page = officer.get(&format!("/board?{}", query(&pairs))).await;
            page.must_be(200).must_say(&format!("列出 {units} 个单位"));
            page.must_say("<span>应报</span><b class=\"num\">3</b>");
        }
        let east = office.day.unit("清河县 · 东湖镇").await;
        let page = officer.get(&format!("/board?standing=all&unit={east}")).await;
        page.must_say("列出 2 个单位")
            .must_say("<span>应报</span><b class=\"num\">2</b>");
        for odd in [
            "unit=999999",
            "round=999999",
            "page=7",
            "standing=nonsense",
            "unit=-1&round=x&page=x",
        ] {
            officer.get(&format!("/board?{odd}")).await.must_be(200);
        }
    }
);

on_both!(
    a_poll_that_finds_nothing_new_is_answered_in_a_few_bytes,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let office = Office::open(day).await;
        let mut officer = office.officer().await;
        let clock = &office.day.house.clock;
        clock.advance(chrono::TimeDelta::seconds(20));
        let tag = officer.get("/board").await.header("etag").to_owned();
        clock.advance(chrono::TimeDelta::seconds(10));
        let mut poll = officer.clone().says("if-none-match", &tag);
        let same = poll.get("/board").await;
        same.must_be(304);
        assert!(same.text.is_empty() && same.header("x-as-of").contains("15%3A00%3A30"));
        office.day.all_clear("东湖镇 · 柳村").await;
        poll.get("/board").await.must_be(200);
    }
);

on_both!(
    a_township_sees_its_own_subtree_and_another_county_nothing,
    |db| async move {
        let day = Day::begin(db).await;
        day.house.import(NEIGHBOURS).await;
        day.until("16:10").await;
        let owed = day.owed("西山镇 · 柳村").await;
        let unit = day.unit("西山镇 · 柳村").await;
        let office = Office::open(day).await;
        let mut head = office.signed_in("east", Role::Head, "东湖镇").await;
        let page = head.get("/board?standing=all").await;
        page.must_say("列出 2 个单位")
            .must_say("<span>应报</span><b class=\"num\">2</b>");
        assert!(!page.says("西山镇"));
        head.get(&format!("/board/unit/{unit}")).await.must_be(404);
        // Whom a unit belongs to is a link as far as the reader may open it; a column says its name once.
        let (east, own) = (
            office.day.unit("清河县 · 东湖镇").await,
            office.day.unit("东湖镇 · 柳村").await,
        );
        let page = head.get(&format!("/board/unit/{own}")).await;
        page.must_say(&format!("› 清河县 › <a href=\"/board/unit/{east}\">东湖镇</a>"));
        page.must_say("截止时间").must_not_say("<td class=\"num\">截止");
        head.get(&format!("/board/contacted?o={owed}")).await.must_be(404);
        head.get(&format!("/board/enter?o={owed}")).await.must_be(404);
        head.get(&format!("/board/excuse?o={owed}")).await.must_be(403);
        head.get("/outbox").await.must_be(403);
        let west = office.day.unit("清河县 · 西山镇").await;
        head.get(&format!("/board?standing=all&unit={west}"))
            .await
            .must_say("列出 2 个单位");
        let mut stranger = office.signed_in("waixian", Role::DutyOfficer, "外县").await;
        let page = stranger.get("/board?standing=all").await;
        page.must_be(200).must_say("现在没有正在进行的场次");
        assert!(!page.says("清河") && !page.says("柳村") && !page.says("汛期"));
        for path in [
            "/board/excuse",
            "/board/extend",
            "/board/contacted",
            "/board/enter",
        ] {
            stranger.get(&format!("{path}?o={owed}")).await.must_be(404);
        }
        let form = [("o", owed.to_string()), ("reason", "x".to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        stranger.post("/board/excuse", &form).await.must_be(404);
        assert!(office.day.stored(owed).await.obligation.is_unmet());
        stranger
            .get("/alerts")
            .await
            .must_be(200)
            .must_say("没有待签收的紧急信息");
        let outbox = stranger.get("/outbox?tray=waiting").await;
        assert!(!outbox.says("v.example"));
    }
);

on_both!(
    a_leader_sees_who_was_told_and_has_it_with_one_press,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let what = day.report("东湖镇 · 柳村", urgent("圩堤管涌")).await;
        let alert = day.send("东湖镇 · 柳村", what).await.unwrap().alert.unwrap();
        let office = Office::open(day).await;
        let mut leader = office.signed_in("lingdao", Role::Leader, "清河县").await;
        leader
            .get("/alerts")
            .await
            .must_say("待签收")
            .must_say("柳村")
            .must_say("应报 3，已报 1，无情况 0，有情况 1")
            .must_say("▲ 未报 2");
        let page = leader.get(&format!("/alert/{alert}")).await;
        page.must_say("圩堤管涌")
            .must_say("尚不清楚")
            .must_say("leader@county.example")
            .must_say("我已阅知");
        leader.get("/alert/999").await.must_be(404);
        let mut head = office.signed_in("head", Role::Head, "东湖镇").await;
        head.get(&format!("/alert/{alert}")).await.must_be(403);
        leader.post(&format!("/alert/{alert}"), &[]).await.must_be(303);
        let page = leader.get(&format!("/alert/{alert}")).await;
        page.must_say("清河县值班室 15:00 已阅知");
        assert!(!page.says("我已阅知</button>"));
        office.day.until("16:00").await;
        let mut later = office.signed_in("lingdao2", Role::Leader, "清河县").await;
        later.get("/alerts").await.must_say("■ 未报 2");
    }
);

on_both!(an_officer_enters_a_leaders_answer_by_phone, |db| async move {
    let day = Day::begin(db).await;
    day.until("15:00").await;
    let what = day.report("东湖镇 · 柳村", urgent("圩堤管涌")).await;
    let alert = day.send("东湖镇 · 柳村", what).await.unwrap().alert.unwrap();
    let office = Office::open(day).await;
    let mut officer = office.officer().await;
    let path = format!("/alert/{alert}/phone");
    for (post, time) in [
        ("", "2026-06-01T15:00"),
        ("带班副县长", "2026-06-01T23:00"),
        ("带班副县长", "24:00"),
        ("带班副县长", "2026-02-30T15:00"),
        (&"长".repeat(3_000), "2026-06-01T15:00"),
    ] {
        let form = [("caller_post", post), ("called_at", time)];
        officer
            .post(&path, &form)
            .await
            .must_be(422)
            .must_say("role=\"alert\"");
    }
    let form = [("caller_post", "带班副县长"), ("called_at", "2026-06-01T14:58")];
    officer.post(&path, &form).await.must_be(303);
    let page = officer.get(&format!("/alert/{alert}")).await;
    page.must_say("带班副县长")
        .must_say("14:58")
        .must_say("清河县值班室 录入");
});
