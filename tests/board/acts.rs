//! Holds that the buttons of the board do what they say, once, and say what to mend.

use allclear::domain::access::Role;
use allclear::domain::checkin::Provenance;
use allclear::domain::ids::ObligationId;

use super::support::{Day, on_both};
use super::{Office, query};

async fn office(db: &'static super::support::Fresh) -> (Office, ObligationId) {
    let day = Day::begin(db).await;
    day.until("16:10").await;
    let owed = day.owed("东湖镇 · 柳村").await;
    (Office::open(day).await, owed)
}

on_both!(a_call_is_recorded_and_the_chase_goes_on, |db| async move {
    let (office, owed) = office(db).await;
    let mut officer = office.officer().await;
    let id = owed.to_string();
    officer
        .get(&format!("/board/contacted?o={id}"))
        .await
        .must_say("东湖镇 · 柳村");
    officer
        .post("/board/contacted", &[("o", &id)])
        .await
        .must_be(422)
        .must_say("请选择结果");
    let long = "说".repeat(3_000);
    let form = [("o", id.as_str()), ("result", "reached"), ("note", &long)];
    officer.post("/board/contacted", &form).await.must_be(422);
    let form = [
        ("o", id.as_str()),
        ("result", "reached"),
        ("note", "十分钟内报"),
        ("back", "/board?standing=unmet"),
    ];
    let answer = officer.post("/board/contacted", &form).await;
    assert!(
        answer
            .goes_to()
            .starts_with("/board?standing=unmet&notice=contacted&n=1&undo=contacted&at=")
    );
    let board = officer.get(answer.goes_to()).await;
    board
        .must_say("已记录 1 个单位的电话联系")
        .must_say("16:10 已联系上");
    assert!(office.day.stored(owed).await.obligation.is_unmet());
    let form = [
        ("o", id.as_str()),
        ("result", "no_answer"),
        ("back", "//evil.example"),
    ];
    let answer = officer.post("/board/contacted", &form).await;
    assert!(answer.goes_to().starts_with("/board?notice=contacted&n=1&undo="));
});

on_both!(an_excusal_needs_a_reason_and_can_be_undone, |db| async move {
    let (office, owed) = office(db).await;
    let mut officer = office.officer().await;
    let id = owed.to_string();
    for reason in ["", "   ", "\u{200b}", &"由".repeat(201)] {
        let form = [("o", id.as_str()), ("reason", reason)];
        officer
            .post("/board/excuse", &form)
            .await
            .must_be(422)
            .must_say("原因");
    }
    officer
        .post("/board/excuse", &[("reason", "x")])
        .await
        .must_be(422)
        .must_say("没有选中单位");
    let form = [("o", id.as_str()), ("reason", "全村已转移")];
    officer.post("/board/excuse", &form).await.must_be(303);
    assert!(office.day.stored(owed).await.obligation.excused.is_some());
    let again = officer.post("/board/excuse", &form).await;
    assert!(again.goes_to().contains("notice=already"));
    let unit = office.day.unit("东湖镇 · 柳村").await;
    let page = officer.get(&format!("/board/unit/{unit}")).await;
    page.must_say("全村已转移")
        .must_say("撤销免报")
        .must_say("清河县值班室");
    officer
        .post("/board/undo-excusal", &[("o", &id)])
        .await
        .must_be(303);
    assert!(office.day.stored(owed).await.obligation.is_unmet());
});

on_both!(many_deadlines_are_extended_at_once, |db| async move {
    let (office, owed) = office(db).await;
    let mut officer = office.officer().await;
    let other = office.day.owed("东湖镇 · 杨村").await;
    let both = format!("{owed},{other}");
    let boxes = query(&[("o[]", &owed.to_string()), ("o[]", &other.to_string())]);
    let form = officer.get(&format!("/board/extend?{boxes}")).await;
    form.must_say("2 个单位").must_say("现在的截止时间：16:00");
    assert_eq!(form.field("o"), both);
    for due in [
        "",
        "25:00",
        "2026-02-30T17:00",
        "2026-06-01T15:00",
        "９９９９９９",
    ] {
        let form = [("o", both.as_str()), ("due", due), ("reason", "停电")];
        officer
            .post("/board/extend", &form)
            .await
            .must_be(422)
            .must_say("role=\"alert\"");
    }
    let form = [
        ("o", both.as_str()),
        ("due", "2026-06-01T17:30"),
        ("reason", "停电"),
    ];
    assert!(
        officer
            .post("/board/extend", &form)
            .await
            .goes_to()
            .contains("notice=extended&n=2&undo=")
    );
    officer
        .get("/board?standing=unmet")
        .await
        .must_say("延期至 17:30");
    let county = office.day.unit("清河县").await;
    let area = format!("/board/extend?round=1&unit={county}");
    officer.get(&area).await.must_say("3 个单位");
    let unit = county.to_string();
    let form = [
        ("round", "1"),
        ("unit", &unit),
        ("due", "2026-06-01T18:00"),
        ("reason", "全县停电"),
    ];
    assert!(
        officer
            .post("/board/extend", &form)
            .await
            .goes_to()
            .contains("notice=extended&n=3&undo=")
    );
});

on_both!(
    a_report_on_the_phone_is_entered_and_counted_apart,
    |db| async move {
        let (office, owed) = office(db).await;
        let mut officer = office.officer().await;
        let id = owed.to_string();
        let form = officer.get(&format!("/board/enter?o={id}")).await;
        let uuid = form.field("uuid");
        let base = [("o", id.as_str()), ("uuid", uuid.as_str()), ("how", "phone")];
        let bad: [&[(&str, &str)]; 5] = [
            &[],
            &[("said", "all_clear"), ("called_at", "2026-06-01T16:05")],
            &[
                ("said", "all_clear"),
                ("caller_post", "村值班员"),
                ("called_at", "24:00"),
            ],
            &[
                ("said", "incident"),
                ("caller_post", "村值班员"),
                ("called_at", "2026-06-01T16:05"),
            ],
            &[
                ("said", "incident"),
                ("caller_post", "村值班员"),
                ("called_at", "2026-06-01T16:05"),
                ("class", "flood"),
                ("what", "塘坝渗水"),
                ("dead", "很多"),
            ],
        ];
        for more in bad {
            let form = [&base[..], more].concat();
            officer
                .post("/board/enter", &form)
                .await
                .must_be(422)
                .must_say("role=\"alert\"");
        }
        let good = [
            ("said", "all_clear"),
            ("caller_post", "村值班员"),
            ("called_at", "2026-06-01T16:05"),
        ];
        let form = [&base[..], &good].concat();
        let answer = officer.post("/board/enter", &form).await;
        officer.get(answer.goes_to()).await.must_say("已录入，回执");
        let stored = office.day.stored(owed).await.obligation;
        assert_eq!(stored.provenance, Some(Provenance::Phone));
        officer
            .get("/board?standing=proxy")
            .await
            .must_say("列出 1 个单位")
            .must_say("电话报送");
        // The same form again is the same report.
        officer.post("/board/enter", &form).await.must_be(303);
        assert_eq!(office.day.count("SELECT COUNT(*) FROM check_in").await, 1);
    }
);

on_both!(
    a_failed_letter_is_sent_again_and_its_address_is_trusted,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("16:05").await;
        day.fail("liu-b@v.example").await;
        day.until("16:06").await;
        let office = Office::open(day).await;
        let mut officer = office.officer().await;
        officer.get("/board").await.must_say("封邮件发送失败");
        let outbox = officer.get("/outbox").await;
        outbox
            .must_say("liu-b@v.example")
            .must_say("550 no such user")
            .must_say("重新发送");
        let letter = outbox.field("letter");
        officer
            .post("/outbox/retry", &[("letter", &letter)])
            .await
            .must_be(303);
        let outbox = officer.get("/outbox?tray=waiting").await;
        outbox.must_say("liu-b@v.example").must_say("没有被拒收的地址");
        let again = officer.post("/outbox/retry", &[("letter", &letter)]).await;
        assert!(again.goes_to().contains("already"));
        for odd in ["", "x", "-1", "999999"] {
            officer
                .post("/outbox/retry", &[("letter", odd)])
                .await
                .must_be(404);
        }
        office.day.fail("liu-b@v.example").await;
        officer
            .post("/outbox/trust", &[("address", "liu-b@v.example")])
            .await
            .must_be(303);
        officer
            .post("/outbox/trust", &[("address", "nobody@v.example")])
            .await
            .must_be(404);
        officer
            .post("/outbox/handle", &[("letter", &letter)])
            .await
            .must_be(303);
        officer
            .get("/outbox?tray=handled")
            .await
            .must_say("liu-b@v.example");
    }
);

on_both!(
    what_waits_for_the_office_is_listed_and_decided_once,
    |db| async move {
        use crate::support::{incident, local};
        use allclear::domain::checkin::{Content, Provenance};
        use chrono::TimeDelta;
        let (office, owed) = office(db).await;
        let village = "东湖镇 · 柳村";
        let told = office.day.report(village, incident("河水上涨")).await;
        office.day.send(village, told).await.unwrap();
        office.day.house.clock.advance(TimeDelta::minutes(1));
        let mut taken_back = office.day.report(village, Content::AllClear).await;
        taken_back.reason = Some("误报，水位正常".to_owned());
        office.day.send(village, taken_back).await.unwrap();
        let mut claim = office.day.report("西山镇 · 柳村", Content::AllClear).await;
        claim.provenance = Provenance::Offline;
        claim.claimed = Some(local("2026-06-01 15:50"));
        office.day.send("西山镇 · 柳村", claim).await.unwrap();

        let mut officer = office.officer().await;
        officer.get("/board").await.must_say("2 份报送等待值班室确认");
        let page = officer.get("/board/awaiting").await;
        page.must_say("误报，水位正常").must_say("离线填报时间");
        // Looking decides nothing, and a decision is one of the two.
        let waiting = office
            .day
            .count("SELECT COUNT(*) FROM check_in WHERE review = 'awaiting'")
            .await;
        assert_eq!(waiting, 1);
        let latest = office.day.stored(owed).await.latest.unwrap().to_string();
        officer
            .post("/board/confirm", &[("about", &latest), ("decision", "perhaps")])
            .await
            .must_be(404);
        let yes = [("about", latest.as_str()), ("decision", "yes")];
        let answer = officer.post("/board/confirm", &yes).await;
        officer.get(answer.goes_to()).await.must_say("已记录您的决定");
        assert_eq!(
            officer.post("/board/confirm", &yes).await.goes_to(),
            "/board/awaiting?notice=already&n="
        );
        let other = office.day.owed("西山镇 · 柳村").await;
        let about = other.to_string();
        officer
            .post("/board/claim", &[("about", &about), ("decision", "yes")])
            .await
            .must_be(303);
        assert!(office.day.stored(other).await.obligation.claim_accepted);
        officer
            .get("/board/awaiting")
            .await
            .must_say("没有等待确认的报送");
    }
);

/// Gives the fields of the button that takes an act back, and where it is shown.
fn undo(page: &super::support::Answer) -> Vec<(&'static str, String)> {
    ["act", "at"].map(|name| (name, page.field(name))).into()
}

async fn press_undo(officer: &mut super::support::Browser, shown: &str) -> super::support::Answer {
    let page = officer.get(shown).await;
    let fields = undo(&page);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    officer.post("/board/undo", &fields).await
}

on_both!(
    what_was_just_done_for_many_is_taken_back_with_one_press,
    |db| async move {
        let (office, owed) = office(db).await;
        let mut officer = office.officer().await;
        let other = office.day.owed("东湖镇 · 杨村").await;
        let both = format!("{owed},{other}");
        let stored = async || office.day.stored(owed).await.obligation;
        let before = stored().await;
        // More time, and not after all.
        let form = [
            ("o", both.as_str()),
            ("due", "2026-06-01T17:30"),
            ("reason", "停电"),
        ];
        let done = officer.post("/board/extend", &form).await;
        assert_ne!(stored().await.window, before.window);
        let back = press_undo(&mut officer, done.goes_to()).await;
        officer
            .get(back.goes_to())
            .await
            .must_say("已撤销，涉及 2 个单位");
        assert_eq!(stored().await.window, before.window);
        // Excused, and not after all.
        let form = [("o", both.as_str()), ("reason", "全村转移")];
        let done = officer.post("/board/excuse", &form).await;
        assert!(stored().await.excused.is_some());
        press_undo(&mut officer, done.goes_to()).await;
        assert!(stored().await.is_unmet());
        // Phoned, and not after all.
        let form = [("o", both.as_str()), ("result", "reached")];
        let done = officer.post("/board/contacted", &form).await;
        officer.get("/board").await.must_say("16:10 已联系上");
        let address = done.goes_to().to_owned();
        press_undo(&mut officer, &address).await;
        assert!(!officer.get("/board").await.says("已联系上"));
        // Twice does nothing, another's act is not taken back, and after ten minutes it is too late.
        let (head, at) = address.rsplit_once("&at=").unwrap();
        assert!(head.ends_with("undo=contacted"));
        let form = [("act", "contacted"), ("at", at)];
        let again = officer.post("/board/undo", &form).await;
        assert!(again.goes_to().contains("notice=undo_nothing"));
        let mut other = office
            .signed_in("other", allclear::domain::access::Role::DutyOfficer, "清河县")
            .await;
        let form = [("o", both.as_str()), ("reason", "全村转移")];
        let done = officer.post("/board/excuse", &form).await;
        let at = done.goes_to().rsplit_once("&at=").unwrap().1;
        let form = [("act", "excuse"), ("at", at)];
        let refused = other.post("/board/undo", &form).await;
        assert!(refused.goes_to().contains("notice=undo_nothing"));
        office.day.until("16:20").await;
        let late = officer.post("/board/undo", &form).await;
        assert!(late.goes_to().contains("notice=undo_late"));
        assert!(stored().await.excused.is_some());
    }
);

on_both!(
    a_reminder_by_hand_writes_to_who_can_be_reached_once_in_five_minutes,
    |db| async move {
        let (mut office, owed) = office(db).await;
        let mut officer = office.officer().await;
        office.day.letters().await;
        let id = owed.to_string();
        officer
            .get(&format!("/board/remind?o={id}"))
            .await
            .must_say("东湖镇 · 柳村")
            .must_say("立即发送提醒");
        let form = [("o", id.as_str())];
        let done = officer.post("/board/remind", &form).await;
        assert!(done.goes_to().ends_with("notice=reminded&n=1"));
        assert_eq!(
            office.day.letters().await,
            ["16:10 overdue liu@v.example: 东湖镇 · 柳村"]
        );
        let board = officer.get("/board").await;
        board.must_say("16:10 人工提醒");
        assert_eq!(
            board.text.matches("人工提醒").count(),
            1,
            "only the unit that was reminded"
        );
        let mut head = office.signed_in("east", Role::Head, "东湖镇").await;
        head.get("/township").await.must_say("16:10 人工提醒");
        let again = officer.post("/board/remind", &form).await;
        assert!(again.goes_to().contains("notice=reminded_none"));
        assert!(office.day.letters().await.is_empty());
        office.day.until("16:16").await;
        office.day.letters().await;
        officer.post("/board/remind", &form).await.must_be(303);
        assert_eq!(office.day.letters().await.len(), 1);
        office.day.all_clear("东湖镇 · 柳村").await;
        let met = officer.post("/board/remind", &form).await;
        assert!(met.goes_to().contains("notice=already"));
    }
);

on_both!(
    a_spot_check_is_drawn_by_lot_and_shows_on_the_units_page,
    |db| async move {
        let (office, _) = office(db).await;
        let mut officer = office.officer().await;
        let drawn = officer.get("/board/spot-check").await;
        let address = drawn.goes_to().to_owned();
        let unit = address.rsplit_once("unit=").unwrap().1;
        let page = officer.get(&address).await;
        page.must_be(200).must_say("值班人员接听");
        let form = [("unit", unit), ("note", "x")];
        officer
            .post("/board/spot-check", &form)
            .await
            .must_be(422)
            .must_say("请选择结果");
        let form = [("unit", unit), ("result", "somebody_else"), ("note", "会计接听")];
        let done = officer.post("/board/spot-check", &form).await;
        officer
            .get(done.goes_to())
            .await
            .must_say("抽查结果已记录")
            .must_say("接听的不是值班人员")
            .must_say("会计接听");
        let mut head = office
            .signed_in("head", allclear::domain::access::Role::Head, "东湖镇")
            .await;
        head.get("/board/spot-check").await.must_be(403);
    }
);

on_both!(units_are_found_by_initials_and_by_kind, |db| async move {
    let (office, _) = office(db).await;
    let mut officer = office.officer().await;
    for (query, units) in [
        ("q=lc", 2),
        ("q=xszlc", 0),
        ("q=xsz", 1),
        ("q=YC", 1),
        ("kind=village", 3),
        ("kind=community", 0),
    ] {
        let page = officer.get(&format!("/board?standing=all&{query}")).await;
        page.must_say(&format!("列出 {units} 个单位"));
    }
    let page = officer.get("/board").await;
    page.must_say("<title>(3) 值班看板");
});

on_both!(
    several_reports_that_wait_are_decided_with_one_press,
    |db| async move {
        use crate::support::local;
        use allclear::domain::checkin::Content;
        let (office, owed) = office(db).await;
        let other = office.day.owed("西山镇 · 柳村").await;
        for village in ["东湖镇 · 柳村", "西山镇 · 柳村"] {
            let mut claim = office.day.report(village, Content::AllClear).await;
            claim.provenance = Provenance::Offline;
            claim.claimed = Some(local("2026-06-01 15:50"));
            office.day.send(village, claim).await.unwrap();
        }
        let mut officer = office.officer().await;
        officer
            .get("/board/awaiting")
            .await
            .must_say("对勾选的报送")
            .must_say("name=\"/board/claim[]\"");
        let (one, two) = (owed.to_string(), other.to_string());
        let mut form = vec![("/board/claim[]", one.as_str()), ("/board/claim[]", two.as_str())];
        officer.post("/board/decide", &form).await.must_be(404);
        form.push(("decision", "yes"));
        let answer = officer.post("/board/decide", &form).await;
        officer
            .get(answer.goes_to())
            .await
            .must_say("已记录对 2 份报送的决定");
        for id in [owed, other] {
            assert!(office.day.stored(id).await.obligation.claim_accepted);
        }
        let again = officer.post("/board/decide", &form).await;
        assert!(again.goes_to().contains("notice=already"));
        let mut head = office
            .signed_in("head", allclear::domain::access::Role::Head, "东湖镇")
            .await;
        head.post("/board/decide", &form).await.must_be(403);
    }
);
