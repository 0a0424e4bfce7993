//! The pages of the daily bulletin: who reads which, what one says, and the board when one is lacking.

use allclear::domain::access::Role;

use crate::support::local;
use crate::{asked, link_of, signed_in, site, unit, village};

#[tokio::test]
async fn a_leader_reads_the_bulletins_and_what_the_next_would_say() {
    let site = site().await;
    asked(&site).await;
    site.house.clock.set(local("2026-11-25 18:20"));
    let mut leader = signed_in(&site, Role::Leader, "鄱阳县").await;
    leader.get("/bulletins").await.must_be(200).must_say("还没有日报");
    let county = unit(&site, "鄱阳县").await;
    let ahead = leader.get(&format!("/bulletin/now?unit={county}")).await;
    ahead
        .must_be(200)
        .must_say("预览，未存档")
        .must_say("应报2，已报0")
        .must_not_say("校验值");
    site.house.clock.set(local("2026-11-25 18:30"));
    site.house.service.tick().await.unwrap();
    let list = leader.get("/bulletins").await;
    list.must_say("鄱阳县日报 2026年第1期").must_say("应报2，已报0");
    let one = leader.get("/bulletin/1").await;
    one.must_be(200)
        .must_say("应报2，已报0，无情况0，有情况0，未报2")
        .must_say("谢家滩镇（2）")
        .must_say("朱家村、大塘村")
        .must_say("审计链尾")
        .must_say("没有可以寄送的")
        .must_say("story-page bulletin-page")
        .must_not_say("可能被改动");
    let mut english = leader.clone().says("accept-language", "en");
    english.cookies.remove("language");
    english.get("/bulletin/9").await.must_be(404);
    for bad in ["/bulletin/now", "/bulletin/now?unit=x", "/bulletin/now?unit=3"] {
        leader.get(bad).await.must_be(404);
    }
}

#[tokio::test]
async fn below_the_county_nobody_reads_the_bulletin_of_the_county() {
    let site = site().await;
    asked(&site).await;
    site.house.clock.set(local("2026-11-25 18:30"));
    site.house.service.tick().await.unwrap();
    let mut town = signed_in(&site, Role::DutyOfficer, "谢家滩镇").await;
    town.get("/bulletin/1").await.must_be(404);
    town.get("/bulletins").await.must_say("还没有日报");
    let mut clerk = village(&site, "朱家村").await;
    clerk.get("/bulletin/1").await.must_be(403);
    let link = link_of(&site, "shenji", Role::Auditor, "").await;
    let mut auditor = site.browser();
    auditor.post(&link, &[]).await.must_be(303);
    auditor.get("/bulletin/1").await.must_be(200).must_say("审计链尾");
}

#[tokio::test]
async fn the_board_is_red_when_the_bulletin_of_the_day_is_lacking() {
    let site = site().await;
    asked(&site).await;
    site.house.clock.set(local("2026-11-25 18:34"));
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    officer
        .get("/board")
        .await
        .must_be(200)
        .must_not_say("日报没有生成");
    site.house.clock.set(local("2026-11-25 18:35"));
    officer
        .get("/board")
        .await
        .must_say("鄱阳县11月25日的日报没有生成");
    site.house.service.tick().await.unwrap();
    officer.get("/board").await.must_not_say("日报没有生成");
}
