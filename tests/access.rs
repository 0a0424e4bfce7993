//! Holds that accounts, links, slips, sessions and tokens open what they should and nothing else, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use allclear::auth::{self, Place};
use allclear::domain::access::{Actor, Identity, Role};
use allclear::domain::ids::{DeviceId, UnitId};
use allclear::domain::language::Lang;
use allclear::service::{Entry, Error, Pass};
use allclear::store::{Granted, NewAccount, TokenScope};
use chrono::TimeDelta;
use support::{Fresh, House, on_both};

const HERE: Place<'_> = Place {
    address: "192.0.2.1",
    browser: "Chrome, Windows",
    mark: None,
};
const COUNTY: &str = "
    code | parent_code | name | kind
    361128 | | 鄱阳县 | county
    361128101 | 361128 | 谢家滩镇 | township
    361128101201 | 361128101 | 朱家村 | village
";

async fn house(db: &Fresh) -> House {
    let house = House::at(db, "2026-06-01 07:00", &[]).await;
    house.import(COUNTY).await;
    house
}

async fn village(house: &House) -> UnitId {
    let tree = house.service.tree().await.unwrap();
    tree.iter().last().unwrap().id
}

fn officer() -> NewAccount {
    NewAccount {
        login: " ZhiBan ".into(),
        label: "县总值班室".into(),
        address: Some("duty@county.example".into()),
        language: Lang::Zh,
    }
}

on_both!(an_account_is_made_granted_locked_and_unlocked, |db| async move {
    let house = house(db).await;
    let (service, console) = (&house.service, Actor::console());
    let unit = Some(village(&house).await);
    let reporter = Granted {
        role: Role::Reporter,
        unit,
    };
    let id = service
        .create_account(&console, officer(), &[reporter])
        .await
        .unwrap();
    let taken = service.create_account(&console, officer(), &[]).await;
    assert!(matches!(taken, Err(Error::Already(_))), "{taken:?}");
    let head = Granted {
        role: Role::Head,
        unit,
    };
    for _ in 0..2 {
        service.grant_role(&console, id, head).await.unwrap();
    }
    let auditor = Granted {
        role: Role::Auditor,
        unit: None,
    };
    service.grant_role(&console, id, auditor).await.unwrap();
    let both = Granted {
        role: Role::SystemAdministrator,
        unit: None,
    };
    assert!(
        service.grant_role(&console, id, both).await.is_err(),
        "the three are kept apart"
    );
    let mut conn = service.store.read().await.unwrap();
    assert_eq!(conn.grants(id).await.unwrap(), [reporter, head, auditor]);
    assert_eq!(conn.accounts().await.unwrap().len(), 1);
    drop(conn);
    service.revoke_role(&console, id, auditor).await.unwrap();
    assert!(service.revoke_role(&console, id, auditor).await.is_err());
    service.set_lock(&console, id, true).await.unwrap();
    let locked = service.account_by_login("zhiban").await.unwrap().unwrap();
    assert!(locked.locked.is_some() && locked.epoch > 4);
    assert!(service.begin_session(id, "password").await.is_err());
    service.set_lock(&console, id, false).await.unwrap();
    service.begin_session(id, "password").await.unwrap();
});

on_both!(
    a_link_signs_in_once_and_what_ends_the_epoch_ends_it,
    |db| async move {
        let house = house(db).await;
        let (service, console) = (&house.service, Actor::console());
        let id = service.create_account(&console, officer(), &[]).await.unwrap();
        let token = |link: String| link.rsplit('/').next().unwrap().to_owned();
        let (link, _) = service.issue_link(&console, id).await.unwrap();
        let (spare, _) = service.issue_link(&console, id).await.unwrap();
        let (link, spare) = (token(link), token(spare));
        assert_eq!(service.link(&link).await.unwrap().unwrap().id, id);
        let session = auth::follow(service, &link, HERE).await.unwrap().unwrap().token;
        assert_eq!(auth::follow(service, &link, HERE).await.unwrap(), None);
        let visitor = service.visitor(Pass::Session, &session).await.unwrap().unwrap();
        assert_eq!(visitor.actor.identity, Identity::Account(id));
        assert!(service.visitor(Pass::Device, &session).await.unwrap().is_none());
        let set = auth::set_password(service, &console, id, "zhiban", "防汛值班-0793-夜").await;
        set.unwrap().unwrap();
        assert!(service.visitor(Pass::Session, &session).await.unwrap().is_none());
        assert_eq!(auth::follow(service, &spare, HERE).await.unwrap(), None);
        let session = auth::sign_in(service, "ZHIBAN", "防汛值班-0793-夜", HERE)
            .await
            .unwrap()
            .unwrap()
            .token;
        // What was seen is written down now and then, so that another instance knows it too.
        for _ in 0..3 {
            house.clock.advance(TimeDelta::seconds(40));
            assert!(service.visitor(Pass::Session, &session).await.unwrap().is_some());
        }
        let hash = allclear::service::token_hash(&session);
        let stored = service
            .store
            .read()
            .await
            .unwrap()
            .session(&hash)
            .await
            .unwrap()
            .unwrap();
        assert!(stored.seen > stored.began);
        service.end_session(&hash).await.unwrap();
        assert!(service.visitor(Pass::Session, &session).await.unwrap().is_none());
    }
);

on_both!(
    a_slip_binds_once_until_it_expires_and_a_workstation_is_unbound,
    |db| async move {
        let house = house(db).await;
        let (service, console) = (&house.service, Actor::console());
        let unit = village(&house).await;
        let slips = service.issue_slips(&console, &[unit, unit]).await.unwrap();
        assert!(slips[0].link.ends_with(&format!("/slip?c={}", slips[0].code)));
        assert_eq!(service.slip(&slips[0].code).await.unwrap(), Some(unit));
        let token = auth::bind(service, &slips[0].code, "工作站", None, "192.0.2.1")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            auth::bind(service, &slips[0].code, "工作站", None, "192.0.2.1")
                .await
                .unwrap(),
            None
        );
        let actor = auth::device(service, &token).await.unwrap().unwrap();
        let Identity::Device(DeviceId(id)) = actor.identity else {
            unreachable!()
        };
        let now = service.now();
        let activations = service
            .store
            .read()
            .await
            .unwrap()
            .activations(now)
            .await
            .unwrap();
        assert!(activations[&unit].is_active());
        assert_eq!(
            service
                .store
                .read()
                .await
                .unwrap()
                .devices_of(unit)
                .await
                .unwrap()
                .len(),
            1
        );
        house.clock.advance(TimeDelta::days(31));
        assert_eq!(
            auth::bind(service, &slips[1].code, "工作站", None, "192.0.2.1")
                .await
                .unwrap(),
            None
        );
        assert!(
            auth::device(service, &token).await.unwrap().is_some(),
            "a slip expires, a workstation does not"
        );
        service.unbind(&console, DeviceId(id), None).await.unwrap();
        assert!(auth::device(service, &token).await.unwrap().is_none());
        assert!(service.unbind(&console, DeviceId(id), None).await.is_err());
    }
);

on_both!(
    a_token_of_another_system_ends_by_time_and_by_hand,
    |db| async move {
        let house = house(db).await;
        let (service, console) = (&house.service, Actor::console());
        let unit = village(&house).await;
        let token = service
            .issue_token(
                &console,
                "城运平台",
                (unit, TokenScope::Report),
                TimeDelta::days(10),
            )
            .await
            .unwrap();
        let actor = auth::token(service, &token).await.unwrap().unwrap();
        assert_eq!(actor.label, "城运平台");
        assert!(auth::token(service, &token[..40]).await.unwrap().is_none());
        house.clock.advance(TimeDelta::days(10));
        assert!(auth::token(service, &token).await.unwrap().is_none());
        let token = service
            .issue_token(
                &console,
                "城运平台",
                (unit, TokenScope::Report),
                TimeDelta::days(10),
            )
            .await
            .unwrap();
        let actor = auth::token(service, &token).await.unwrap().unwrap();
        let Identity::Token(id) = actor.identity else {
            unreachable!()
        };
        service.end_token(&console, id).await.unwrap();
        assert!(auth::token(service, &token).await.unwrap().is_none());
        assert!(service.end_token(&console, id).await.is_err());
    }
);

on_both!(
    many_tries_at_once_gain_nothing_and_delays_outlive_a_restart,
    |db| async move {
        let house = house(db).await;
        let entry = Entry {
            door: "password",
            address: "192.0.2.1".into(),
            account: Some("zhiban".into()),
            browser: None,
        };
        let mut taken = 0;
        let tries: Vec<_> = (0..12)
            .map(|_| {
                let (service, entry) = (house.service.clone(), entry.clone());
                tokio::spawn(async move { service.knock(&entry).await.is_ok() })
            })
            .collect();
        for one in tries {
            taken += u32::from(one.await.unwrap());
        }
        assert!((4..=6).contains(&taken), "{taken} of 12 tries were taken");
        let again = House::at(db, "2026-06-01 07:00", &[]).await;
        assert!(matches!(
            again.service.knock(&entry).await,
            Err(Error::Wait { .. })
        ));
        again.clock.advance(TimeDelta::minutes(6));
        again.service.knock(&entry).await.unwrap();
        again.service.let_in(&entry).await.unwrap();
        for _ in 0..4 {
            again.service.knock(&entry).await.unwrap();
        }
    }
);
