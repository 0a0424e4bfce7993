//! Holds that the buttons of the board do what they say, once, and say what to mend.

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
    assert_eq!(answer.goes_to(), "/board?standing=unmet&notice=contacted&n=1");
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
    assert_eq!(answer.goes_to(), "/board?notice=contacted&n=1");
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
            .ends_with("notice=extended&n=2")
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
            .ends_with("notice=extended&n=3")
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
