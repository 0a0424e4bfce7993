//! Doors that test a secret: the same answer and the same work for every name, and delays that outlive a restart.

use std::sync::atomic::Ordering;

use allclear::auth::set_password;
use allclear::domain::access::Actor;
use allclear::domain::language::Lang;
use allclear::store::NewAccount;

use crate::support::Answer;
use crate::{Fresh, House, Site, on_both};

const PASSWORD: &str = "防汛值班-0793-夜";

async fn site(db: &Fresh) -> Site {
    let house = House::at(db, "2026-06-01 08:00", &[("web.plain_http", "true")]).await;
    Site::open(house).await
}

/// Makes an account, with a password or without.
async fn account(site: &Site, login: &str, password: Option<&str>) {
    let (service, console) = (&site.house.service, Actor::console());
    let new = NewAccount {
        login: login.into(),
        label: "县总值班室".into(),
        address: Some(format!("{login}@county.example")),
        language: Lang::Zh,
    };
    let id = service.create_account(&console, new, &[]).await.unwrap();
    if let Some(password) = password {
        let set = set_password(service, &console, id, login, password).await;
        set.unwrap().unwrap();
    }
}

/// Gives a page without what differs from browser to browser and from name to name.
fn same(answer: &Answer, login: &str) -> String {
    let token = answer.field("form_token");
    answer.text.replace(&token, "TOKEN").replace(login, "LOGIN")
}

on_both!(
    a_known_and_an_unknown_name_get_the_same_answer_for_the_same_work,
    |db| async move {
        let site = site(db).await;
        let (service, console) = (site.house.service.clone(), Actor::console());
        account(&site, "zhiban", Some(PASSWORD)).await;
        account(&site, "wumima", None).await;
        account(&site, "yisuo", Some(PASSWORD)).await;
        let locked = service.account_by_login("yisuo").await.unwrap().unwrap();
        service.set_lock(&console, locked.id, true).await.unwrap();
        let mut said = Vec::new();
        // The right password of a locked account says no more than a wrong one.
        for (login, password) in [
            ("zhiban", "wrong-but-long"),
            ("wuciren", "wrong-but-long"),
            ("wumima", "wrong-but-long"),
            ("yisuo", PASSWORD),
        ] {
            let before = service.passwords_tested.load(Ordering::Relaxed);
            let fields = [("login", login), ("password", password)];
            let answer = site.browser().post("/signin", &fields).await;
            answer.must_be(422);
            let tested = service.passwords_tested.load(Ordering::Relaxed) - before;
            assert_eq!(tested, 1, "{login}: one password is tested, whoever it is");
            said.push(same(&answer, login));
        }
        assert!(said.iter().all(|page| *page == said[0]), "the answers differ");
        // Each is in the audit log; of an unknown name nothing but that it was refused.
        let mut conn = service.store.read().await.unwrap();
        let deeds = conn.audit_like(&Default::default(), None, 9).await.unwrap();
        let refused = deeds.iter().filter(|entry| entry.deed == "refuse_sign_in");
        let subjects: Vec<&str> = refused.map(|entry| entry.subject.as_str()).collect();
        assert_eq!(subjects.len(), 4, "{subjects:?}");
        assert_eq!(
            subjects
                .iter()
                .filter(|subject| **subject == "account:unknown")
                .count(),
            1
        );
        assert!(deeds.iter().all(|entry| !entry.detail.contains("wuciren")));
        drop(conn);
        let mut asked = Vec::new();
        for login in ["zhiban", "wuciren", "yisuo"] {
            let answer = site.browser().post("/recover", &[("login", login)]).await;
            answer.must_be(200);
            asked.push(answer.text.split("<h1>").nth(1).unwrap().to_owned());
        }
        assert!(asked.iter().all(|page| *page == asked[0]), "the answers differ");
    }
);

on_both!(
    a_delay_holds_at_every_instance_and_after_a_restart,
    |db| async move {
        let (one, other) = (site(db).await, site(db).await);
        account(&one, "zhiban", Some(PASSWORD)).await;
        let wrong = [("login", "zhiban"), ("password", "wrong-but-long")];
        for n in 0..5 {
            let at = if n % 2 == 0 { &one } else { &other };
            at.browser().post("/signin", &wrong).await.must_be(422);
        }
        for at in [&one, &other] {
            at.browser().post("/signin", &wrong).await.must_be(429);
        }
        drop((one, other));
        let again = site(db).await;
        let right = [("login", "zhiban"), ("password", PASSWORD)];
        again
            .browser()
            .post("/signin", &right)
            .await
            .must_be(429)
            .must_say("秒");
        again.house.clock.advance(chrono::TimeDelta::minutes(6));
        again.browser().post("/signin", &right).await.must_be(303);
    }
);

on_both!(
    whoever_guesses_at_links_has_to_wait_at_each_door_of_its_own,
    |db| async move {
        let site = site(db).await;
        for (path, missing) in [("/calendar/guess", 404), ("/link/guess", 410), ("/a/guess", 404)] {
            let mut guesser = site.browser();
            for _ in 0..60 {
                guesser.get(path).await.must_be(missing);
            }
            guesser.get(path).await;
            let waits = guesser.get(path).await;
            assert!(waits.must_be(429).header("retry-after").parse::<u32>().unwrap() > 0);
        }
        site.browser().get("/signin").await.must_be(200);
    }
);
