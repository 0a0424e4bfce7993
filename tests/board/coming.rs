//! What the board says when there is nothing to do now: what comes, and what rests.

use allclear::domain::access::Role;

use super::Office;
use super::support::{Day, on_both};

on_both!(
    a_board_without_a_period_says_what_to_do_to_whoever_may,
    |db| async move {
        let office = Office::open(Day::over(db, "2026-06-01 08:00").await).await;
        office
            .day
            .house
            .import("code | parent_code | name | kind\n361128 | | 清河县 | county")
            .await;
        let mut officer = office.officer().await;
        officer
            .get("/board")
            .await
            .must_say("还没有进行中的专项期")
            .must_say("href=\"/admin/periods/new\"");
        let mut head = office.signed_in("fuze", Role::Head, "清河县").await;
        head.get("/board")
            .await
            .must_say("还没有进行中的专项期")
            .must_not_say("/admin/periods/new");
    }
);

on_both!(
    between_rounds_the_board_says_when_the_next_one_is_and_reminds_nobody_of_the_last,
    |db| async move {
        let day = Day::begin(db).await;
        let office = Office::open(day).await;
        let mut officer = office.officer().await;
        officer.get("/board").await.must_say("下一场次：");
        office.day.until("15:00").await;
        let mut officer = office.signed_in("er", Role::DutyOfficer, "清河县").await;
        officer
            .get("/board")
            .await
            .must_not_say("下一场次：")
            .must_say("/board/remind?o=");
        office.day.until("20:00").await;
        let mut officer = office.signed_in("san", Role::DutyOfficer, "清河县").await;
        let board = officer.get("/board").await;
        board
            .must_say("已于 ")
            .must_say("下一场次：")
            .must_not_say("/board/remind?o=");
    }
);

on_both!(
    a_pause_that_outlasts_the_round_promises_no_further_letter,
    |db| async move {
        let day = Day::begin_with(db, &[("chase.pause", "12h")]).await;
        day.until("16:00").await;
        let office = Office::open(day).await;
        let path = format!("/a/{}", office.token("liu-b@v.example").await);
        let mut reader = office.site.browser();
        reader
            .get(&path)
            .await
            .must_say("这些单位本场次不再催报，请在关闭前督促报送")
            .must_not_say("到时仍未报送会继续催报");
        reader.post(&path, &[]).await.must_be(303);
        let rests = "已签收，本场次不再催报";
        reader.get(&path).await.must_say(rests).must_not_say("继续催报");
        let mut officer = office.officer().await;
        officer
            .get("/board?q=361128101201")
            .await
            .must_say(rests)
            .must_not_say("继续催报");
        let unit = office.day.unit("东湖镇 · 柳村").await;
        officer
            .get(&format!("/board/unit/{unit}"))
            .await
            .must_say(rests)
            .must_not_say("继续催报");
    }
);

on_both!(
    the_form_of_a_duty_day_says_for_whom_and_from_when_to_when_it_is,
    |db| async move {
        let office = Office::open(Day::begin(db).await).await;
        let mut officer = office.officer().await;
        let county = office.county().await;
        officer
            .get(&format!("/roster/day?unit={county}&day=2026-06-02"))
            .await
            .must_say("值班表 · 清河县")
            .must_say("6月2日 09:00 至 6月3日 09:00")
            .must_not_say("› 2026-06-02");
    }
);
