//! A letter says what is true when it is sent, and is not sent when nobody needs it any more.

use allclear::domain::access::Actor;
use allclear::domain::checkin::Content;
use chrono::TimeDelta;

use crate::support::smtp::{Act, At};
use crate::support::{Post, local, on_both, urgent};

const LIU: &str = "东湖镇 · 柳村";
const YANG: &str = "东湖镇 · 杨村";

on_both!(
    a_letter_names_the_units_that_are_still_missing_when_it_leaves,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.day.until("16:40").await;
        post.day.all_clear(LIU).await;
        post.deliver().await;
        let mails = post.server.accepted();
        let east = mails
            .iter()
            .find(|mail| mail.to == ["east@county.example"])
            .unwrap();
        assert_eq!(
            east.subject(),
            "【催报】东湖镇杨村逾期未报：晚报 06-01 16:00 截止"
        );
        let text = east.text();
        assert!(text.contains("■ 东湖镇（1 个）\r\n  杨村\r\n"), "{text}");
        assert!(
            text.contains("http://127.0.0.1:8080/a/") && text.contains("值班电话 0793-0000000"),
            "{text}"
        );
        // All units in: obsolete, and no mail.
        assert_eq!(post.state("liu-b@v.example").await, "obsolete 0");
        assert!(!post.took().contains(&"liu-b@v.example".to_owned()));
        // Stale: the time is over.
        assert_eq!(post.state("yang@v.example").await, "obsolete 0");
        assert_eq!(post.state("yang-b@v.example").await, "accepted 1");
    }
);

on_both!(
    a_reminder_names_the_urgent_report_that_came_beside_the_round,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.day.until("14:02").await;
        let report = post.day.unowed(LIU, urgent("漫堤")).await;
        post.day.send(LIU, report).await.unwrap();
        post.day.until("15:31").await;
        post.deliver().await;
        let mails = post.server.accepted();
        let said = |to: &str| mails.iter().find(|mail| mail.to == [to]).unwrap().text();
        let liu = said("liu@v.example");
        assert!(
            liu.contains("最近一次报送：14:02（紧急情况，不算本场次报送）"),
            "{liu}"
        );
        assert!(!liu.contains("此前没有报送记录"), "{liu}");
        assert!(said("yang@v.example").contains("此前没有报送记录"));
    }
);

on_both!(
    what_may_have_arrived_is_sent_again_even_when_all_units_are_in,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.day.until("16:00").await;
        post.server.once(At::End, Act::TakeAndClose);
        post.deliver().await;
        let first = post.server.accepted().remove(0);
        for unit in [LIU, YANG, "西山镇 · 柳村"] {
            post.day.all_clear(unit).await;
        }
        post.until(local("2026-06-01 16:10")).await;
        let again: Vec<_> = post
            .server
            .accepted()
            .into_iter()
            .filter(|mail| mail.to == first.to)
            .collect();
        assert_eq!(again.len(), 2);
        assert!(again[0].bytes == again[1].bytes, "the same bytes");
    }
);

on_both!(
    letters_about_one_round_and_person_form_one_thread_under_ids_of_their_own,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.day
            .house
            .import(
                "code|parent_code|name|kind|reporter_email|backup_email|head_email
            361128101201|361128101|柳村|village|liu@v.example|liu-b@v.example|liu-b@v.example",
            )
            .await;
        post.until(local("2026-06-01 16:20")).await;
        let mails: Vec<_> = post
            .server
            .accepted()
            .into_iter()
            .filter(|mail| mail.to == ["liu-b@v.example"])
            .collect();
        let subjects: Vec<String> = mails.iter().map(crate::support::smtp::Mail::subject).collect();
        assert_eq!(
            subjects,
            [
                "【逾期】东湖镇柳村未报：晚报 06-01 16:00 截止",
                "【催报】东湖镇柳村逾期未报：晚报 06-01 16:00 截止"
            ]
        );
        let root = mails[0].header("References").unwrap();
        assert_eq!(mails[1].header("References"), Some(root.clone()));
        assert_eq!(mails[1].header("In-Reply-To"), Some(root.clone()));
        assert_ne!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
        assert_ne!(mails[0].header("Message-ID"), Some(root));
    }
);

on_both!(
    after_six_hours_without_a_relay_urgent_goes_first_and_each_person_gets_one_letter,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.day
            .house
            .import(
                "code|parent_code|name|kind|reporter_email|backup_email|head_email
            361128101201|361128101|柳村|village|liu@v.example|liu-b@v.example|liu-b@v.example",
            )
            .await;
        post.day.until("15:29").await;
        post.server.stop().await;
        post.until_by(local("2026-06-01 21:28"), TimeDelta::minutes(10))
            .await;
        let report = post.day.unowed(YANG, urgent("管涌")).await;
        post.day.send(YANG, report).await.unwrap();
        assert_eq!(post.took(), Vec::<String>::new());
        post.server.restart().await;
        post.until(local("2026-06-01 21:31")).await;
        let took = post.took();
        assert_eq!(took[0], "leader@county.example", "{took:?}");
        assert!(post.server.accepted()[0].subject().starts_with("【紧急】"));
        let mut rest = took[1..].to_vec();
        rest.sort();
        assert_eq!(
            rest,
            [
                "east@county.example",
                "leader@county.example",
                "leader@county.example",
                "liu-b@v.example",
                "west@county.example",
                "xi-b@v.example",
                "xi-h@v.example",
                "yang-b@v.example",
                "yang-h@v.example",
            ],
            "one letter a person, no reminder, and the bulletin of the evening"
        );
        let attempts = post.day.count("SELECT COUNT(*) FROM letter_attempt").await;
        assert!(attempts < 60, "{attempts} attempts in six hours, one at a time");
        let liu = post
            .server
            .accepted()
            .into_iter()
            .find(|mail| mail.to == ["liu-b@v.example"])
            .unwrap();
        assert!(liu.text().contains("本场次已过补报时间"), "{}", liu.text());
    }
);

on_both!(
    a_bad_address_is_marked_and_the_next_step_is_told_at_once,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.server
            .to("liu-b@v.example", At::Rcpt, Act::say("550 no such user"));
        post.until(local("2026-06-01 16:00")).await;
        assert_eq!(post.state("liu-b@v.example").await, "dead 1 recipient_refused");
        post.until(local("2026-06-01 16:01")).await;
        let told = post
            .server
            .accepted()
            .into_iter()
            .find(|mail| mail.to == ["liu-h@v.example"])
            .unwrap();
        assert!(
            told.text().contains("应当先收到通知的人员没有可用的邮箱"),
            "{}",
            told.text()
        );
        // Reported meanwhile: everything ends.
        let report = post.day.report(LIU, Content::AllClear).await;
        post.day.send(LIU, report).await.unwrap();
    }
);

on_both!(
    a_letter_is_in_its_reader_s_language_and_names_a_stop_of_the_service,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.day.officer().await;
        post.day
            .meddle(
                "UPDATE account SET address = 'west@county.example', language = 'en' WHERE login = 'officer'",
            )
            .await;
        post.day.until("14:00").await;
        post.service().beat("one", None).await.unwrap();
        post.day.jump("15:00").await;
        post.service().beat("two", None).await.unwrap();
        post.day.until("16:40").await;
        post.deliver().await;
        let mails = post.server.accepted();
        let to = |address: &str| mails.iter().find(|mail| mail.to == [address]).unwrap();
        let west = to("west@county.example");
        assert_eq!(
            west.subject(),
            "[Escalated] 柳村 (西山镇) has not reported: 晚报, due 06-01 16:00"
        );
        assert!(
            west.text()
                .contains("From 1 June, 14:00 to 1 June, 15:00 the service was down"),
            "{}",
            west.text()
        );
        assert_eq!(west.header("Content-Language").as_deref(), Some("en"));
        let east = to("east@county.example").text();
        assert!(east.contains("6月1日 14:00 至 6月1日 15:00 系统停机"), "{east}");
    }
);

on_both!(
    a_letter_that_sets_a_workstation_up_does_so_once_and_only_the_last_one,
    |db| async move {
        let mut post = Post::begin(db).await;
        let unit = post.day.unit(LIU).await;
        let service = post.service().clone();
        let send = async || service.send_slips(&Actor::console(), &[unit]).await.unwrap();
        assert_eq!(send().await.units, 1);
        post.deliver().await;
        assert_eq!(send().await.units, 1);
        post.deliver().await;
        let mails = post.server.accepted();
        let mails: Vec<_> = mails.iter().filter(|mail| mail.to == ["liu@v.example"]).collect();
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[1].subject(), "请开通东湖镇 柳村的报送工作站");
        let code = |text: String| {
            let rest = text
                .split_once("http://127.0.0.1:8080/slip?c=")
                .unwrap()
                .1
                .to_owned();
            rest[..19].to_owned()
        };
        let (first, last) = (code(mails[0].text()), code(mails[1].text()));
        assert!(
            service.bind(&first, "电脑", None).await.unwrap().is_none(),
            "a later letter took its place"
        );
        assert!(service.bind(&last, "电脑", None).await.unwrap().is_some());
        assert!(service.bind(&last, "电脑", None).await.unwrap().is_none());
        // One that is past its time is not sent at all.
        assert_eq!(send().await.units, 1);
        post.deliver_after(TimeDelta::days(40)).await;
        assert_eq!(post.state("liu@v.example").await, "obsolete 0");
    }
);
