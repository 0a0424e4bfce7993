//! Holds that the link in a letter shows to whoever looks, and acts only for whoever presses.

use super::Office;
use super::support::{Day, on_both, urgent};

on_both!(a_scanner_that_gets_every_link_changes_nothing, |db| async move {
    let day = Day::begin(db).await;
    day.until("16:00").await;
    let what = day.report("西山镇 · 柳村", urgent("圩堤管涌")).await;
    day.send("西山镇 · 柳村", what).await.unwrap();
    let office = Office::open(day).await;
    for address in ["liu-b@v.example", "leader@county.example"] {
        let token = office.token(address).await;
        for _ in 0..3 {
            office
                .site
                .browser()
                .get(&format!("/a/{token}"))
                .await
                .must_be(200);
        }
    }
    for table in [
        "SELECT COUNT(*) FROM acknowledgement",
        "SELECT COUNT(*) FROM letter WHERE acknowledged_at IS NOT NULL",
        "SELECT COUNT(*) FROM alert WHERE acknowledged_at IS NOT NULL",
        "SELECT COUNT(*) FROM obligation WHERE resumption <> 0",
    ] {
        assert_eq!(office.day.count(table).await, 0, "{table}");
    }
});

on_both!(
    whoever_has_a_chase_letter_says_so_and_reads_when_it_goes_on,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("16:00").await;
        let office = Office::open(day).await;
        let path = format!("/a/{}", office.token("liu-b@v.example").await);
        let mut reader = office.site.browser();
        reader
            .get(&path)
            .await
            .must_say("东湖镇 · 柳村")
            .must_say("我来处理")
            .must_say("30 分钟");
        assert_eq!(reader.post(&path, &[]).await.goes_to(), path);
        let page = reader.get(&path).await;
        page.must_say("催报暂停，16:30 继续").must_say("已于 16:00 签收");
        assert!(!page.says("我来处理</button>"));
        reader.post(&path, &[]).await.must_be(303);
        office.day.all_clear("东湖镇 · 柳村").await;
        reader.get(&path).await.must_say("都已报送或免报");
    }
);

on_both!(
    whoever_has_an_urgent_letter_ends_the_calls_with_one_press,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let what = day.report("东湖镇 · 柳村", urgent("圩堤管涌")).await;
        day.send("东湖镇 · 柳村", what).await.unwrap();
        let office = Office::open(day).await;
        let path = format!("/a/{}", office.token("leader@county.example").await);
        let mut leader = office.site.browser();
        leader.get(&path).await.must_say("圩堤管涌").must_say("我已阅知");
        leader.post(&path, &[]).await.must_be(303);
        let page = leader.get(&path).await;
        page.must_say("leader@county.example 15:00 已阅知")
            .must_say("不再继续通知");
        assert!(!page.says("我已阅知</button>"));
        let other = leader.says("sec-fetch-site", "cross-site").post(&path, &[]).await;
        other.must_be(403);
    }
);

on_both!(
    calling_the_next_ones_from_a_letter_happens_once_and_an_old_letter_calls_nobody,
    |db| async move {
        let day = Day::begin_with(db, &[("urgent.steps", "deputy@county.example")]).await;
        day.until("15:00").await;
        let what = day.report("东湖镇 · 柳村", urgent("圩堤管涌")).await;
        day.send("东湖镇 · 柳村", what).await.unwrap();
        let office = Office::open(day).await;
        let first = format!("/a/{}", office.token("leader@county.example").await);
        let count = "SELECT COUNT(*) FROM letter WHERE kind = 'urgent'";
        let called = office.day.count(count).await;
        let mut leader = office.site.browser();
        leader.get(&first).await.must_say("立即升级");
        let press = format!("{first}/escalate");
        let pressed = leader.post(&press, &[]).await;
        leader.get(pressed.goes_to()).await.must_say("已升级，正在通知");
        office.day.until("15:01").await;
        let after = office.day.count(count).await;
        let deputy = "SELECT COUNT(*) FROM letter WHERE address = 'deputy@county.example'";
        assert_eq!(office.day.count(deputy).await, 1);
        assert!(after > called);
        for _ in 0..2 {
            let again = leader.post(&press, &[]).await;
            leader.get(again.goes_to()).await.must_say("没有变化");
        }
        office.day.until("15:02").await;
        assert_eq!(office.day.count(count).await, after);
        // The old letter offers it no more.
        let old = leader.get(&first).await;
        assert!(!old.says("立即升级</button>"));
    }
);

on_both!(a_link_that_is_not_ours_is_answered_in_words, |db| async move {
    let office = Office::open(Day::begin(db).await).await;
    for token in ["x", "abc-DEF_123", "%F0%A0%AE%B7", "%00", &"a".repeat(5000)] {
        let path = format!("/a/{token}");
        let mut reader = office.site.browser();
        reader.get(&path).await.must_be(404).must_say("链接");
        reader.post(&path, &[]).await.must_be(404);
    }
});

on_both!(a_token_of_one_alert_opens_nothing_else, |db| async move {
    let day = Day::begin(db).await;
    day.until("15:00").await;
    for unit in ["东湖镇 · 柳村", "西山镇 · 柳村"] {
        let what = day.report(unit, urgent("圩堤管涌")).await;
        day.send(unit, what).await.unwrap();
    }
    let office = Office::open(day).await;
    // The newest letter is about the second alert.
    let token = office.token("leader@county.example").await;
    let mut holder = office.site.browser();
    let page = holder.get(&format!("/a/{token}")).await;
    page.must_say("西山镇").must_not_say("东湖镇");
    holder.post(&format!("/a/{token}"), &[]).await.must_be(303);
    let open = "SELECT COUNT(*) FROM alert WHERE acknowledged_at IS NULL";
    assert_eq!(office.day.count(open).await, 1, "only its own alert");
    for path in [
        "/alerts",
        "/alert/1",
        "/alert/2",
        "/incident/1",
        "/incident/2",
        "/board",
        "/desk",
    ] {
        let seen = holder.get(path).await;
        assert_eq!(seen.status.as_u16(), 303, "{path}");
        assert!(seen.goes_to().starts_with("/signin"), "{path}");
    }
    for path in ["/alert/1", "/alert/1/escalate", "/alert/1/phone", "/incident/1"] {
        holder.post(path, &[("reason", "x")]).await.must_be(401);
    }
    let bearer = office
        .site
        .browser()
        .says("authorization", &format!("Bearer {token}"));
    let mut bearer = bearer.says("sec-fetch-site", "");
    bearer.get("/api/v1/incidents").await.must_be(401);
    assert_eq!(office.day.count(open).await, 1);
});
