//! Holds that the wall shows a county to whoever has the key of a link, nothing to anybody else, and no texts unless asked.

use allclear::domain::access::Role;

use super::Office;
use super::support::{Answer, Browser, Day, incident, on_both};

impl Browser {
    /// Asks for what the wall shows, with a key.
    pub(super) async fn wall(&self, key: &str) -> Answer {
        self.clone().says("x-wall-key", key).get("/wall/now").await
    }
}

/// Makes a link, and gives its key.
pub(super) async fn make(officer: &mut Browser, unit: &str, texts: bool) -> String {
    let mut form = vec![("label", "东墙"), ("unit", unit)];
    if texts {
        form.push(("texts", "1"));
    }
    let made = officer.post("/walls", &form).await;
    made.must_be(200).must_say("链接只显示这一次");
    let rest = made.text.split_once("/wall#").unwrap().1;
    rest.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect()
}

on_both!(
    a_wall_shows_the_county_by_its_key_until_it_is_revoked,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        day.all_clear("东湖镇 · 杨村").await;
        let what = day.report("东湖镇 · 柳村", incident("塘坝渗水")).await;
        day.send("东湖镇 · 柳村", what).await.unwrap();
        let office = Office::open(day).await;
        let mut officer = office.officer().await;
        let key = make(&mut officer, "清河县", false).await;
        let mut screen = office.site.browser();
        // The shell holds nothing and is the same for everybody.
        let shell = screen.get("/wall").await;
        shell.must_be(200);
        assert!(!shell.says("东湖镇") && !shell.says(&key));
        let now = screen.wall(&key).await;
        now.must_be(200)
            .must_say("东湖镇")
            .must_say("2/2")
            .must_say("未报 1")
            .must_say("未结束事件 1")
            .must_say("距截止");
        assert!(!now.says("塘坝渗水") && !now.says("tel:") && !now.says("<form"));
        let told = make(&mut officer, "清河县", true).await;
        screen.wall(&told).await.must_say("塘坝渗水");
        let english = screen.clone().says("accept-language", "en").wall(&key).await;
        english.must_say("1 open incident").must_say("To the deadline");
        for wrong in ["", "x", &key[1..], &"k".repeat(500)] {
            let answer = screen.wall(wrong).await;
            answer.must_be(401);
            assert!(!answer.says("东湖镇"));
        }
        // Its key is stored nowhere, and every step is on the record.
        let page = officer.get("/walls").await;
        assert!(!page.says(&key));
        let count = office
            .day
            .count("SELECT COUNT(*) FROM audit WHERE deed = 'make_wall'")
            .await;
        assert_eq!(count, 2);
        let id = office
            .day
            .count("SELECT MIN(id) FROM wall_link")
            .await
            .to_string();
        let revoked = officer.post("/walls", &[("revoke", &id)]).await;
        assert!(revoked.goes_to().ends_with("notice=revoked"));
        screen.wall(&key).await.must_be(401).must_say("这个链接已停用");
        screen.wall(&told).await.must_be(200);
        let again = officer.post("/walls", &[("revoke", &id)]).await;
        assert!(again.goes_to().ends_with("notice=already"));
    }
);

on_both!(a_link_reaches_no_further_than_whoever_made_it, |db| async move {
    let day = Day::begin(db).await;
    day.until("15:00").await;
    let office = Office::open(day).await;
    let mut east = office.signed_in("east", Role::DutyOfficer, "东湖镇").await;
    let key = make(&mut east, "东湖镇", false).await;
    let now = office.site.browser().wall(&key).await;
    now.must_say("东湖镇");
    assert!(!now.says("西山镇"));
    for unit in ["清河县", "西山镇", "没有这个单位", ""] {
        let form = [("label", "东墙"), ("unit", unit)];
        east.post("/walls", &form).await.must_be(422);
    }
    let form = [("label", ""), ("unit", "东湖镇")];
    east.post("/walls", &form).await.must_be(422).must_say("用途");
    let mut west = office.signed_in("west", Role::DutyOfficer, "西山镇").await;
    west.get("/walls").await.must_say("还没有链接");
    let id = office
        .day
        .count("SELECT MAX(id) FROM wall_link")
        .await
        .to_string();
    west.post("/walls", &[("revoke", &id)]).await.must_be(404);
    let mut head = office.signed_in("head", Role::Head, "东湖镇").await;
    head.get("/walls").await.must_be(403);
});
