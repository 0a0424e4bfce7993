//! Holds that a township sees its own villages, sends its roll-up with gaps, and that what comes later is added to it.

use allclear::domain::access::Role;
use allclear::domain::checkin::Content;
use allclear::domain::ids::UnitId;

use super::Office;
use super::support::{Day, Fresh, incident, on_both};

/// Opens the small county, whose townships owe a roll-up at 17:00 after the evening report at 16:00.
async fn office(db: &'static Fresh) -> Office {
    let day = Day::over(db, "2026-06-01 08:00").await;
    day.house.import(super::support::SMALL).await;
    let rounds = ["晚报 08:30 16:00 20:00", "汇总 08:30 17:00 20:00 roll-up"];
    day.declare("2026-06-01 08:00", "2026-06-30 22:00", &rounds).await;
    day.until("15:00").await;
    day.all_clear("东湖镇 · 杨村").await;
    day.until("16:10").await;
    Office::open(day).await
}

impl Office {
    /// Gives the roll-up that a township sent last.
    async fn rolled_up(&self, township: UnitId) -> Option<(Content, Option<String>)> {
        let mut conn = self.day.house.service.store.read().await.unwrap();
        let kept = conn.check_ins_of(township, 5).await.unwrap();
        let kept = kept.into_iter().next()?;
        Some((kept.check_in.content, kept.reason))
    }
}

on_both!(
    a_township_sends_its_roll_up_with_a_gap_and_what_comes_later_is_added,
    |db| async move {
        let office = office(db).await;
        let east = office.day.unit("清河县 · 东湖镇").await;
        let mut head = office.signed_in("east", Role::Head, "东湖镇").await;
        let page = head.get("/township").await;
        page.must_be(200).must_say("东湖镇").must_say("截止 17:00");
        page.must_say("应报 2，已报 1：无情况 1，有情况 0；其中迟报 0。未报 1：柳村。");
        page.must_say("仍有 1 个单位未报，按现有情况上报");
        assert!(!page.says("西山镇"), "another township's villages are not shown");
        let (id, uuid) = (page.field("o"), page.field("uuid"));
        let unit = east.to_string();
        let form = [
            ("o", id.as_str()),
            ("uuid", uuid.as_str()),
            ("unit", unit.as_str()),
            ("note", "柳村停电，电话 13912345678"),
        ];
        let sent = head.post("/township", &form).await;
        sent.must_be(303);
        // Pressed twice, it counts once.
        head.post("/township", &form).await.must_be(303);
        let (content, note) = office.rolled_up(east).await.unwrap();
        let counts = content.roll_up().unwrap().clone();
        let liu = office.day.unit("东湖镇 · 柳村").await;
        assert_eq!(
            (counts.expected, counts.received(), counts.missing.clone()),
            (2, 1, vec![liu])
        );
        assert!(note.unwrap().starts_with("柳村停电"));
        let page = head.get(sent.goes_to()).await;
        page.must_say("已上报，回执").must_say("上报后没有新的情况");
        office.day.until("16:30").await;
        let what = office.day.report("东湖镇 · 柳村", incident("塘坝渗水")).await;
        office.day.send("东湖镇 · 柳村", what).await.unwrap();
        let page = head.get(sent.goes_to()).await;
        page.must_say("16:30 柳村补报：有情况")
            .must_say("未报 1：柳村")
            .must_say("按最新情况重新上报");
        assert_eq!(
            office.rolled_up(east).await.unwrap().0.roll_up(),
            Some(&counts),
            "what was sent stays"
        );
        // The county sees it met and all of it on the township's record.
        let mut officer = office.officer().await;
        officer
            .get(&format!("/board/unit/{east}"))
            .await
            .must_say("未报 1：柳村")
            .must_say("汇总");
        let seen = officer.get(&format!("/township?unit={east}")).await;
        seen.must_say("16:30 柳村补报：有情况");
    }
);

/// A county with so many villages directly beneath it, and two under a township.
fn long(villages: usize) -> String {
    let mut table =
        String::from("code|parent_code|name|kind\n361128||清河县|county\n361128101|361128|东湖镇|township\n");
    for n in 0..villages {
        table.push_str(&format!("|361128|直村{n:03}|village\n"));
    }
    table.push_str("361128101201|361128101|柳村|village\n361128101202|361128101|杨村|village\n");
    table
}

on_both!(
    a_long_list_is_read_leaf_by_leaf_what_needs_action_first,
    |db| async move {
        let day = Day::over(db, "2026-06-01 08:00").await;
        day.house.import(&long(120)).await;
        day.declare(
            "2026-06-01 08:00",
            "2026-06-30 22:00",
            &["晚报 08:30 16:00 20:00"],
        )
        .await;
        day.until("15:00").await;
        for n in 0..70 {
            day.all_clear(&format!("清河县 · 直村{n:03}")).await;
        }
        day.all_clear("东湖镇 · 柳村").await;
        let office = Office::open(day).await;
        let mut head = office.signed_in("head", Role::Head, "清河县").await;
        let page = head.get("/township").await;
        page.must_say("第 1–40 个，共 51 个").must_say("直村070");
        page.must_not_say("直村001").must_not_say("直村119");
        page.must_say("未报和有情况 <b class=\"num\">51</b>")
            .must_say("全部 <b class=\"num\">122</b>");
        assert!(page.text.len() < 60_000, "{} bytes", page.text.len());
        let east = office.day.unit("清河县 · 东湖镇").await;
        page.must_say(&format!(
            "<a href=\"/township?unit={east}\">东湖镇</a> <span class=\"num\">1/2</span>"
        ));
        let unit = office.day.unit("清河县").await;
        let second = head.get(&format!("/township?unit={unit}&leaf=2")).await;
        second
            .must_say("直村119")
            .must_say("第 41–51 个")
            .must_not_say("直村070");
        page.must_say("杨村</a> <span class=\"muted\">东湖镇</span>");
        let all = head.get(&format!("/township?unit={unit}&show=all&leaf=4")).await;
        all.must_say("第 121–122 个，共 122 个").must_not_say("直村119");
        // A short list stays whole.
        head.get(&format!("/township?unit={east}"))
            .await
            .must_say("柳村")
            .must_say("杨村")
            .must_not_say("第 1–");
    }
);

on_both!(
    a_roll_up_with_many_missing_names_the_first_and_counts_the_rest,
    |db| async move {
        let day = Day::over(db, "2026-06-01 08:00").await;
        day.house
            .import(&long(120).replace("|361128|直村", "|361128101|直村"))
            .await;
        let rounds = ["晚报 08:30 16:00 20:00", "汇总 08:30 17:00 20:00 roll-up"];
        day.declare("2026-06-01 08:00", "2026-06-30 22:00", &rounds).await;
        day.until("16:10").await;
        let office = Office::open(day).await;
        let mut head = office.signed_in("head", Role::Head, "东湖镇").await;
        let page = head.get("/township").await;
        page.must_say("未报 122：")
            .must_say("直村017、直村018、直村019等。");
        let (o, uuid, unit) = (page.field("o"), page.field("uuid"), page.field("unit"));
        let form = [
            ("o", o.as_str()),
            ("uuid", uuid.as_str()),
            ("unit", unit.as_str()),
            ("note", ""),
        ];
        head.post("/township", &form).await.must_be(303);
        office.day.until("16:30").await;
        for n in 0..25 {
            office.day.all_clear(&format!("东湖镇 · 直村{n:03}")).await;
        }
        let page = head.get("/township").await;
        page.must_say("更早的补充 5 条")
            .must_say("16:30 直村024补报：无情况");
    }
);

on_both!(
    a_roll_up_answers_nothing_else_and_nobody_sends_that_of_another,
    |db| async move {
        let office = office(db).await;
        let west = office.day.unit("清河县 · 西山镇").await;
        let mut head = office.signed_in("east", Role::Head, "东湖镇").await;
        head.get(&format!("/township?unit={west}")).await.must_be(404);
        let foreign = office.day.owed("清河县 · 西山镇").await.to_string();
        head.post("/township", &[("o", &foreign)]).await.must_be(404);
        // The obligation of a village is no roll-up.
        let village = office.day.owed("东湖镇 · 柳村").await.to_string();
        head.post("/township", &[("o", &village)]).await.must_be(404);
        assert!(office.rolled_up(west).await.is_none());
        // The duty office sends it on the township's behalf, and says why.
        let mut officer = office.officer().await;
        let form = [("o", foreign.as_str())];
        officer
            .post("/township", &form)
            .await
            .must_be(422)
            .must_say("role=\"alert\"");
        let form = [("o", foreign.as_str()), ("note", "镇里断网，电话汇总")];
        officer.post("/township", &form).await.must_be(303);
        let (content, _) = office.rolled_up(west).await.unwrap();
        assert_eq!(content.roll_up().unwrap().missing.len(), 1);
        let mut leader = office.signed_in("lingdao", Role::Leader, "清河县").await;
        let east = office.day.unit("清河县 · 东湖镇").await;
        let page = leader.get(&format!("/township?unit={east}")).await;
        page.must_be(200);
        assert!(!page.says("<button class=\"button\">"), "a leader looks on");
    }
);

on_both!(
    a_workstation_of_a_township_sends_its_roll_up_from_its_desk,
    |db| async move {
        let office = office(db).await;
        let east = office.day.unit("清河县 · 东湖镇").await;
        let service = &office.day.house.service;
        let slips = service
            .issue_slips(&allclear::domain::access::Actor::console(), &[east])
            .await
            .unwrap();
        let mut desk = office.site.browser();
        desk.post("/slip", &[("code", &slips[0].code)]).await.must_be(303);
        let page = desk.get("/desk").await;
        page.must_say("查看并上报汇总").must_say("/desk/township?unit=");
        assert!(!page.says("今日无情况"), "a township's roll-up is no all clear");
        let page = desk.get("/desk/township").await;
        page.must_say("未报 1：柳村");
        let form = [
            ("o", page.field("o")),
            ("uuid", page.field("uuid")),
            ("unit", east.to_string()),
        ];
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let sent = desk.post("/desk/township", &form).await;
        assert!(sent.goes_to().starts_with("/desk/township?"));
        desk.get(sent.goes_to()).await.must_say("已上报，回执");
        desk.get("/township").await.must_be(403);
        let english = desk.says("accept-language", "en").get("/desk/township").await;
        english
            .must_say("Expected 2, reported 1")
            .must_say("1 missing: 柳村.");
    }
);
