//! Holds who is sent a bulletin and who may read it, and that the board tells of one that is missing or that nobody was sent.

use allclear::domain::access::{Actor, Grant, Identity, Role, Scope};
use allclear::domain::ids::{AccountId, UnitId};
use chrono::TimeDelta;

use super::bulletins;
use super::support::{Day, Post, local, on_both};

on_both!(
    one_that_is_not_there_is_told_after_five_minutes,
    |db| async move {
        let day = Day::begin(db).await;
        day.jump("18:00").await;
        let scope = allclear::domain::access::Scope::Whole;
        let lacking = async || {
            let mut conn = day.house.service.store.read().await.unwrap();
            day.house
                .service
                .lacking_bulletins(&mut conn, &scope)
                .await
                .unwrap()
        };
        let late = local("2026-06-01 18:35");
        day.house.clock.set(late - TimeDelta::milliseconds(1));
        assert!(lacking().await.is_empty());
        day.house.clock.set(late);
        assert_eq!(lacking().await[0].office, "清河县");
        day.house.service.tick().await.unwrap();
        assert!(lacking().await.is_empty());
    }
);

/// Gives a township of the county.
async fn town_of(day: &Day) -> UnitId {
    let village = day.unit("东湖镇 · 柳村").await;
    let tree = day.house.service.tree().await.unwrap();
    tree.parent(village).unwrap().id
}

on_both!(it_is_read_in_scope_only, |db| async move {
    let day = Day::begin(db).await;
    day.jump("18:30").await;
    let id = bulletins(&day).await[0].id;
    let county = day.officer().await.grants[0].over().cloned().unwrap();
    let town = county.child(town_of(&day).await);
    let actor = |role: Role, over| Actor {
        identity: Identity::Account(AccountId(1)),
        grants: vec![Grant::new(role, over).unwrap()],
        label: String::new(),
    };
    let service = &day.house.service;
    for (role, over, sees) in [
        (Role::Leader, Some(county.clone()), true),
        (Role::DutyOfficer, Some(county.clone()), true),
        (Role::Head, Some(county.clone()), true),
        (Role::Auditor, None, true),
        (Role::Reporter, Some(county.clone()), false),
        (Role::SystemAdministrator, None, false),
        (Role::DutyOfficer, Some(town.clone()), false),
    ] {
        let actor = actor(role, over);
        assert_eq!(service.bulletin(&actor, id).await.is_ok(), sees, "{role}");
        assert_eq!(
            service
                .bulletins(&actor, None, 10)
                .await
                .is_ok_and(|all| !all.is_empty()),
            sees,
            "{role}"
        );
    }
    let officer = day.officer().await;
    let (now, _) = service
        .bulletin_now(&officer, county.id().unwrap())
        .await
        .unwrap();
    assert_eq!((now.number, now.day.to_string()), (0, "2026-06-02".to_owned()));
    assert_eq!(now.from, local("2026-06-01 18:30"));
    assert!(service.bulletin_now(&officer, town_of(&day).await).await.is_err());
});

on_both!(
    everybody_who_leads_or_is_on_duty_gets_one_letter_in_his_language,
    |db| async move {
        let mut post = Post::begin(db).await;
        let day = &post.day;
        // One is named twice, one reads English, one is locked, one leads a township only.
        day.meddle(
            "INSERT INTO account (login, label, address, language, epoch, created_at, locked_at) VALUES
            ('a', '县长', 'leader@county.example', 'zh-CN', 0, 0, NULL),
            ('b', 'Deputy', 'deputy@county.example', 'en', 0, 0, NULL),
            ('c', '离任', 'gone@county.example', 'en', 0, 0, 1),
            ('d', '镇长', 'town@county.example', 'en', 0, 0, NULL)",
        )
        .await;
        day.meddle(
            "INSERT INTO role_grant (account_id, role, unit_id, granted_at)
            SELECT a.id, 'leader', CASE WHEN a.login = 'd' THEN 2 ELSE 1 END, 0 FROM account a
            UNION SELECT a.id, 'duty_officer', 1, 0 FROM account a WHERE a.login = 'a'",
        )
        .await;
        day.jump("18:30").await;
        let told = bulletins(day).await.pop().unwrap();
        assert_eq!(told.letters, 2);
        let to = |lines: Vec<String>| -> Vec<String> {
            lines
                .into_iter()
                .filter(|line| line.contains("bulletin"))
                .collect()
        };
        assert_eq!(
            to(post.day.all_letters().await),
            [
                "18:30 bulletin deputy@county.example",
                "18:30 bulletin leader@county.example"
            ]
        );
        for _ in 0..3 {
            post.day.house.service.tick().await.unwrap();
        }
        assert_eq!(to(post.day.all_letters().await), Vec::<String>::new());
        post.deliver().await;
        assert_eq!(post.state("deputy@county.example").await, "accepted 1");
        let mails = post.server.accepted();
        let english = mails
            .iter()
            .map(|mail| String::from_utf8_lossy(&mail.bytes).into_owned())
            .find(|mail| mail.contains("deputy@county.example"))
            .unwrap();
        assert!(english.contains("Content-Language: en"), "{english}");
    }
);

on_both!(
    one_that_nobody_was_sent_is_told_until_somebody_reads_the_next,
    |db| async move {
        let day = Day::begin(db).await;
        day.house
            .import("code|parent_code|name|kind\n3611||饶江市|prefecture\n361128|3611|清河县|county")
            .await;
        day.jump("18:30").await;
        let unread = async || {
            let mut conn = day.house.service.store.read().await.unwrap();
            let unread = day.house.service.unread_bulletins(&mut conn, &Scope::Whole).await;
            let names = unread.unwrap().into_iter().map(|one| one.office);
            names.collect::<Vec<String>>()
        };
        // The settings name readers at the top only.
        assert_eq!(unread().await, ["清河县"]);
        day.meddle(
            "INSERT INTO account (login, label, address, language, epoch, created_at) VALUES
            ('a', '县长', 'leader@qinghe.example', 'zh-CN', 0, 0)",
        )
        .await;
        day.meddle(
            "INSERT INTO role_grant (account_id, role, unit_id, granted_at)
            SELECT a.id, 'leader', 1, 0 FROM account a",
        )
        .await;
        day.house.go_to("2026-06-02 18:30");
        day.house.service.tick().await.unwrap();
        assert_eq!(unread().await, Vec::<String>::new());
    }
);
