//! The duty roster and the change of shift, as the office sees them.

use allclear::domain::access::Role;

use axum::http::Method;

use crate::Office;
use crate::support::{Day, incident, on_both};

on_both!(
    an_officer_fills_a_day_and_the_board_stops_saying_that_nobody_is_on_duty,
    |db| async move {
        let day = Day::begin(db).await;
        let office = Office::open(day).await;
        let mut officer = office.signed_in("zhiban", Role::DutyOfficer, "清河县").await;
        officer.get("/roster").await.must_be(200).must_say("还没有排班");
        let filled = [
            ("unit", office.county().await),
            ("day", "2026-06-01".to_owned()),
            ("leader_name[]", "副县长一岗".to_owned()),
            ("leader_address[]", "chief@county.example".to_owned()),
            ("leader_phone[]", "0793-0000001".to_owned()),
        ];
        let fields: Vec<(&str, &str)> = filled.iter().map(|(k, v)| (*k, v.as_str())).collect();
        officer.post("/roster/day", &fields).await.must_be(303);
        officer
            .get("/roster")
            .await
            .must_say("副县长一岗")
            .must_say("缺值班员");
        officer.get("/board").await.must_say("值班表缺值班员");
        // A post that no letter reaches is not taken, and what was typed stays.
        let mut wrong = fields.clone();
        wrong[3].1 = "";
        officer
            .post("/roster/day", &wrong)
            .await
            .must_be(422)
            .must_say("副县长一岗");
        // Who leads a village has no roster to see, and another county's is not there.
        let mut village = office.signed_in("cun", Role::Reporter, "柳村").await;
        village.get("/roster").await.must_be(403);
    }
);

on_both!(
    a_calendar_opens_to_whoever_knows_its_address_until_it_is_closed,
    |db| async move {
        let day = Day::begin(db).await;
        let office = Office::open(day).await;
        let mut officer = office.signed_in("zhiban", Role::DutyOfficer, "清河县").await;
        let unit = office.county().await;
        let fields = [
            ("unit", unit.as_str()),
            ("day", "2026-06-02"),
            ("officer_name[]", "值班一岗"),
            ("officer_address[]", "one@county.example"),
            ("officer_phone[]", ""),
        ];
        officer.post("/roster/day", &fields).await.must_be(303);
        let opened = officer
            .post(
                "/roster/feed",
                &[("unit", &unit), ("address", "one@county.example")],
            )
            .await;
        let address = opened.text.split("/calendar/").nth(1).unwrap();
        let path = format!("/calendar/{}", address.split('<').next().unwrap());
        let calendar = office.site.browser().get(&path).await;
        calendar
            .must_be(200)
            .must_say("DTSTART:20260602T010000Z")
            .must_say("DTEND:20260603T010000Z");
        officer
            .post("/roster/feed", &[("unit", &unit), ("close", "1")])
            .await
            .must_be(303);
        office.site.browser().get(&path).await.must_be(404);
        office.site.browser().get("/calendar/guess").await.must_be(404);
    }
);

on_both!(
    whoever_takes_over_finds_the_note_and_leaves_his_name,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let office = Office::open(day).await;
        let mut officer = office.signed_in("zhiban", Role::DutyOfficer, "清河县").await;
        let unit = office.county().await;
        let what = office.day.report("东湖镇 · 杨村", incident("塘坝渗水")).await;
        office.day.send("东湖镇 · 杨村", what).await.unwrap();
        officer
            .get("/handover")
            .await
            .must_say("东湖镇 · 杨村")
            .must_say("洪水漫溢")
            .must_say("/incident/1");
        officer
            .post("/handover", &[("unit", &unit), ("note", "泵站待修")])
            .await
            .must_be(303);
        officer.get("/handover").await.must_be(200).must_say("泵站待修");
        officer
            .post("/handover", &[("unit", &unit), ("note", " ")])
            .await
            .must_be(422);
        let mut next = office.signed_in("jieban", Role::DutyOfficer, "清河县").await;
        let taken = next.post("/handover", &[("unit", &unit), ("take", "1")]).await;
        assert!(taken.goes_to().contains("notice=handover_done"));
        next.get("/handover").await.must_say("接班").must_say("泵站待修");
        let mut leader = office.signed_in("lingdao", Role::Leader, "清河县").await;
        leader.get("/handover").await.must_be(403);
        leader.get("/roster").await.must_be(200);
    }
);

/// Writes a form that carries a file.
fn upload(unit: &str, fields: &[(&str, &str)]) -> String {
    let unit = [("unit", unit)];
    let fields = unit.iter().chain(fields).map(|(name, value)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    fields.collect::<String>() + "--x--\r\n"
}

on_both!(
    a_table_is_shown_before_it_counts_and_then_taken_as_shown,
    |db| async move {
        const KIND: Option<&str> = Some("multipart/form-data; boundary=x");
        let day = Day::begin(db).await;
        let office = Office::open(day).await;
        let mut officer = office.signed_in("zhiban", Role::DutyOfficer, "清河县").await;
        let unit = office.county().await;
        officer.get("/roster/import").await.must_be(200);
        let table = "六月值班表\n日期;值班员;值班员邮箱\n2026/6/2;值班一岗;one@county.example\n";
        let body = upload(&unit, &[("file", table)]);
        let preview = officer
            .send(Method::POST, "/roster/import", KIND, body.into())
            .await;
        preview
            .must_be(200)
            .must_say("1 天将有变化")
            .must_say("one@county.example");
        officer
            .get("/roster?week=2026-06-02")
            .await
            .must_not_say("值班一岗");
        let shown = preview
            .text
            .split("<textarea name=\"text\" hidden>")
            .nth(1)
            .unwrap();
        let shown = shown.split("</textarea>").next().unwrap();
        let body = upload(&unit, &[("text", shown), ("confirm", "1")]);
        let taken = officer
            .send(Method::POST, "/roster/import", KIND, body.into())
            .await;
        assert!(taken.goes_to().contains("notice=roster_imported"));
        officer.get("/roster?week=2026-06-02").await.must_say("值班一岗");
        let wrong = upload(&unit, &[("file", "日期,值班员邮箱\n2026-06-31,x\n")]);
        officer
            .send(Method::POST, "/roster/import", KIND, wrong.into())
            .await
            .must_be(422)
            .must_say("第 2 行");
        let nothing = upload(&unit, &[("file", "")]);
        let nothing = officer.send(Method::POST, "/roster/import", KIND, nothing.into());
        nothing.await.must_be(422).must_say("请选择文件");
        let template = officer.get("/roster/template").await;
        template.must_be(200);
        assert!(template.header("content-type").contains("spreadsheetml"));
    }
);
