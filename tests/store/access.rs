//! Accounts, sessions, links, tokens, workstations, and the delays of doors.

use allclear::domain::access::{Role, Stage};
use allclear::domain::checkin::Author;
use allclear::domain::ids::{AccountId, DeviceId};
use allclear::domain::language::Lang;
use allclear::domain::throttle::Record;
use allclear::store::{
    Error, Granted, NewAccount, NewSession, NewSlip, NewToken, Purpose, Seen, TokenScope, Way,
};

use super::ground::{Ground, account, at, ground, ms, number};
use crate::support::on_both;

fn session(hash: &str) -> NewSession<'_> {
    NewSession {
        hash,
        how: "password",
        browser: "Chrome, Windows",
        awaits: None,
    }
}

fn token<'a>(g: &Ground, hash: &'a str, label: &'a str) -> NewToken<'a> {
    NewToken {
        hash,
        label,
        unit: g.county,
        scope: TokenScope::Report,
        expires: at(10),
    }
}

on_both!(an_account_reads_back_by_id_and_by_login, |db| async move {
    let (g, mut tx) = ground(db).await;
    let new = NewAccount {
        address: None,
        language: Lang::En,
        ..account("zhang")
    };
    let id = tx.add_account(&new, at(1)).await.unwrap();
    let found = tx.account(id).await.unwrap().unwrap();
    assert_eq!(
        (found.login.as_str(), found.label.as_str()),
        ("zhang", "值班员𠮷")
    );
    assert_eq!((found.address, found.language), (None, Lang::En));
    assert_eq!((found.password, found.epoch, found.locked), (None, 1, None));
    assert_eq!(tx.account_by_login("zhang").await.unwrap().unwrap().id, id);
    assert!(tx.account_by_login("Zhang").await.unwrap().is_none());
    assert!(tx.account(AccountId(id.0 + 1)).await.unwrap().is_none());
    // Only those with an address; the officer of the ground has one.
    let languages = tx.languages().await.unwrap();
    assert_eq!(
        languages,
        [("officer@county.example".to_owned(), "zh-CN".to_owned())]
    );
    assert_ne!(id, g.officer);
});

on_both!(
    accounts_come_in_the_order_of_bytes_of_their_logins,
    |db| async move {
        let (_, mut tx) = ground(db).await;
        for login in ["bb", "b-c", "b_d", "𠮷", "b.a", "b1"] {
            tx.add_account(&account(login), at(1)).await.unwrap();
        }
        let all = tx.accounts().await.unwrap();
        let logins: Vec<&str> = all.iter().map(|a| a.login.as_str()).collect();
        assert_eq!(logins, ["b-c", "b.a", "b1", "b_d", "bb", "officer", "𠮷"]);
    }
);

on_both!(a_login_that_is_taken_is_refused_by_name, |db| async move {
    let (_, mut tx) = ground(db).await;
    let error = tx.add_account(&account("officer"), at(1)).await.unwrap_err();
    assert!(error.is_constraint("account_login", "account.login"), "{error}");
    assert!(matches!(error, Error::Constraint(_)) && !error.is_passing());
});

on_both!(a_role_is_granted_once_and_taken_away_once, |db| async move {
    let (g, mut tx) = ground(db).await;
    let id = tx.add_account(&account("zhang"), at(1)).await.unwrap();
    let whole = Granted {
        role: Role::Auditor,
        unit: None,
    };
    let county = Granted {
        role: Role::Leader,
        unit: Some(g.county),
    };
    for granted in [whole, county, whole, county] {
        tx.grant(id, granted, at(1)).await.unwrap();
    }
    assert_eq!(tx.grants(id).await.unwrap(), [whole, county]);
    let all = tx.all_grants().await.unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(&all[1..], [(id, whole), (id, county)]);
    let village = Granted {
        unit: Some(g.villages[0]),
        ..county
    };
    assert!(!tx.revoke(id, village).await.unwrap());
    assert!(tx.revoke(id, whole).await.unwrap() && !tx.revoke(id, whole).await.unwrap());
    assert_eq!(tx.grants(id).await.unwrap(), [county]);
    assert_eq!(
        tx.grants(g.officer).await.unwrap().len(),
        1,
        "another account's stay"
    );
    assert!(tx.grants(AccountId(99_999)).await.unwrap().is_empty());
});

on_both!(a_session_ends_with_lock_epoch_and_sign_out, |db| async move {
    let (g, mut tx) = ground(db).await;
    assert!(tx.add_session(g.officer, session("a"), at(1)).await.unwrap());
    let held = tx.session("a").await.unwrap().unwrap();
    assert_eq!((held.account, held.began, held.seen), (g.officer, at(1), at(1)));
    assert!(tx.session("b").await.unwrap().is_none());
    tx.set_lock(g.officer, Some(at(2))).await.unwrap();
    assert!(tx.session("a").await.unwrap().is_none());
    assert!(
        !tx.add_session(g.officer, session("b"), at(2)).await.unwrap(),
        "locked"
    );
    assert_eq!(tx.account(g.officer).await.unwrap().unwrap().locked, Some(at(2)));
    tx.set_lock(g.officer, None).await.unwrap();
    assert!(tx.session("a").await.unwrap().is_some());
    assert_eq!(tx.end_session("a", at(3)).await.unwrap(), Some(g.officer));
    assert_eq!(tx.end_session("a", at(4)).await.unwrap(), None);
    assert!(tx.session("a").await.unwrap().is_none());
    assert!(tx.add_session(g.officer, session("c"), at(4)).await.unwrap());
    tx.set_password(g.officer, Some("$argon2id$x"), at(4))
        .await
        .unwrap();
    assert!(
        tx.session("c").await.unwrap().is_some(),
        "only a new epoch ends it"
    );
    tx.end_epoch(g.officer, at(5)).await.unwrap();
    assert!(tx.session("c").await.unwrap().is_none());
    let now = tx.account(g.officer).await.unwrap().unwrap();
    assert_eq!((now.epoch, now.password.as_deref()), (2, Some("$argon2id$x")));
    tx.set_password(g.officer, None, at(4)).await.unwrap();
    assert!(tx.account(g.officer).await.unwrap().unwrap().password.is_none());
    assert!(
        !tx.add_session(AccountId(99_999), session("d"), at(5))
            .await
            .unwrap()
    );
});

on_both!(a_link_signs_in_once_before_it_expires, |db| async move {
    let (g, mut tx) = ground(db).await;
    for hash in ["a", "b", "c"] {
        tx.add_link(g.officer, hash, Purpose::Enter, at(0), at(10))
            .await
            .unwrap();
    }
    assert_eq!(tx.link("a", at(9)).await.unwrap(), Some(g.officer));
    assert_eq!(
        tx.link("a", at(10)).await.unwrap(),
        None,
        "expired at that instant"
    );
    assert_eq!(tx.use_link("a", at(10)).await.unwrap(), None);
    let used = tx.use_link("a", at(9)).await.unwrap();
    assert_eq!(used, Some((g.officer, Purpose::Enter)));
    assert_eq!(tx.use_link("a", at(9)).await.unwrap(), None);
    assert_eq!(tx.link("a", at(9)).await.unwrap(), None);
    assert_eq!(tx.link("b", at(9)).await.unwrap(), Some(g.officer));
    tx.end_epoch(g.officer, at(5)).await.unwrap();
    assert_eq!(tx.link("b", at(9)).await.unwrap(), None);
    assert_eq!(tx.use_link("c", at(9)).await.unwrap(), None);
    assert_eq!(tx.use_link("nothing", at(9)).await.unwrap(), None);
});

on_both!(a_token_is_found_until_it_is_ended, |db| async move {
    let (g, mut tx) = ground(db).await;
    let id = tx.add_api_token(token(&g, "h", "气象台𠮷"), at(0)).await.unwrap();
    let other = tx.add_api_token(token(&g, "i", "水文站"), at(0)).await.unwrap();
    let found = tx.api_token("h").await.unwrap().unwrap();
    assert_eq!((found.id, found.unit, found.expires), (id, g.county, at(10)));
    assert_eq!(found.label, "气象台𠮷");
    assert!(tx.api_token("H").await.unwrap().is_none());
    assert!(tx.end_api_token(id, at(1)).await.unwrap());
    assert!(!tx.end_api_token(id, at(2)).await.unwrap());
    assert!(tx.api_token("h").await.unwrap().is_none());
    assert_eq!(tx.api_token("i").await.unwrap().unwrap().id, other);
    let name = tx.author_label(Author::Token(id)).await.unwrap();
    assert_eq!(name.as_deref(), Some("气象台𠮷"), "also of one that was ended");
});

on_both!(
    a_workstation_is_bound_by_a_slip_that_works_once,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let [a, b] = g.villages;
        let slip = NewSlip {
            unit_id: a.0,
            code_hash: "s".to_owned(),
        };
        tx.add_slips(&[slip], Way::Paper, at(0), at(10)).await.unwrap();
        assert_eq!(tx.slip("s", at(9)).await.unwrap(), Some(a));
        assert_eq!(tx.slip("s", at(10)).await.unwrap(), None);
        assert_eq!(tx.use_slip("s", at(10)).await.unwrap(), None);
        assert_eq!(tx.use_slip("s", at(9)).await.unwrap(), Some(a));
        assert_eq!(tx.use_slip("s", at(9)).await.unwrap(), None);
        assert_eq!(tx.slip("s", at(9)).await.unwrap(), None);
        let one = tx.add_device(a, "𠮷台", "d1", at(1)).await.unwrap();
        let two = tx.add_device(b, "二台", "d2", at(2)).await.unwrap();
        let found = tx.device("d1").await.unwrap().unwrap();
        assert_eq!(
            (found.id, found.units, found.bound, found.seen),
            (one, vec![a], at(1), at(1))
        );
        assert_eq!(found.label, "𠮷台");
        let three = tx.add_device(a, "三台", "d3", at(3)).await.unwrap();
        let bound = tx.devices_of(a).await.unwrap();
        let ids: Vec<_> = bound.iter().map(|d| d.id).collect();
        assert_eq!(ids, [three, one], "the last bound first");
        assert!(tx.devices_of(g.county).await.unwrap().is_empty());
        assert_eq!(
            tx.activations(at(9)).await.unwrap().len(),
            2,
            "a unit counts once"
        );
        // It serves a second unit too, which is bound to it once however often it is said.
        tx.add_device_unit(three, b, at(3)).await.unwrap();
        tx.add_device_unit(three, b, at(3)).await.unwrap();
        assert_eq!(tx.device("d3").await.unwrap().unwrap().units, [a, b]);
        assert_eq!(tx.units_of_device(three).await.unwrap(), [a, b]);
        let of_b = tx.devices_of(b).await.unwrap();
        let of_b: Vec<_> = of_b.iter().map(|d| (d.id, d.bound)).collect();
        assert_eq!(of_b, [(three, at(3)), (two, at(2))]);
        assert!(tx.end_device_unit(three, a, at(3)).await.unwrap());
        assert_eq!(tx.device("d3").await.unwrap().unwrap().units, [b]);
        assert!(tx.end_device_unit(three, b, at(4)).await.unwrap());
        assert!(tx.device("d3").await.unwrap().is_none());
        assert!(tx.units_of_device(three).await.unwrap().is_empty());
        tx.add_device_unit(three, a, at(4)).await.unwrap();
        assert_eq!(tx.device("d3").await.unwrap().unwrap().units, [a], "bound again");
        assert!(tx.end_device_unit(three, a, at(5)).await.unwrap());
        assert_eq!(tx.activations(at(9)).await.unwrap().len(), 2);
        assert!(tx.end_device_unit(one, a, at(3)).await.unwrap());
        assert!(!tx.end_device_unit(one, a, at(4)).await.unwrap());
        assert!(tx.device("d1").await.unwrap().is_none());
        assert!(tx.devices_of(a).await.unwrap().is_empty());
        assert_eq!(tx.activations(at(9)).await.unwrap().len(), 1);
        assert_eq!(tx.device("d2").await.unwrap().unwrap().id, two);
        let label = tx.author_label(Author::Device(one)).await.unwrap();
        assert_eq!(label.as_deref(), Some("𠮷台"));
        assert_eq!(
            tx.author_label(Author::Device(DeviceId(99_999))).await.unwrap(),
            None
        );
        let label = tx.author_label(Author::Account(g.officer)).await.unwrap();
        assert_eq!(label.as_deref(), Some("值班员𠮷"));
    }
);

on_both!(what_was_seen_moves_forward_only, |db| async move {
    let (g, mut tx) = ground(db).await;
    assert!(tx.add_session(g.officer, session("s"), at(5)).await.unwrap());
    tx.add_device(g.villages[0], "台", "d", at(5)).await.unwrap();
    tx.put_seen(&[]).await.unwrap();
    let seen = |hash: &str, minutes| Seen {
        hash: hash.to_owned(),
        at: ms(minutes),
    };
    tx.add_api_token(token(&g, "t", "台"), at(5)).await.unwrap();
    assert_eq!(tx.api_token("t").await.unwrap().unwrap().seen, None);
    tx.put_seen(&[seen("s", 4), seen("d", 7), seen("t", 6), seen("nobody", 9)])
        .await
        .unwrap();
    assert_eq!(tx.session("s").await.unwrap().unwrap().seen, at(5));
    assert_eq!(tx.device("d").await.unwrap().unwrap().seen, at(7));
    assert_eq!(tx.api_token("t").await.unwrap().unwrap().seen, Some(at(6)));
    let mut many: Vec<Seen> = (0..999).map(|n| seen(&format!("x{n}"), 9)).collect();
    many.push(seen("s", 9));
    tx.put_seen(&many).await.unwrap();
    assert_eq!(tx.session("s").await.unwrap().unwrap().seen, at(9));
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM session").await, 1);
});

on_both!(failures_at_a_door_are_kept_and_forgotten, |db| async move {
    let (_, mut tx) = ground(db).await;
    let record = |failures, minutes| Record {
        failures,
        until: at(minutes),
    };
    assert_eq!(tx.hold_throttle("sign_in", "𠮷").await.unwrap(), None);
    tx.put_throttle("sign_in", "𠮷", record(1, 1)).await.unwrap();
    tx.put_throttle("sign_in", "𠮷", record(u32::MAX, 5))
        .await
        .unwrap();
    tx.put_throttle("slip", "𠮷", record(2, 6)).await.unwrap();
    tx.put_throttle("slip", "b", record(3, 7)).await.unwrap();
    assert_eq!(
        tx.hold_throttle("sign_in", "𠮷").await.unwrap(),
        Some(record(u32::MAX, 5))
    );
    tx.drop_old_throttles(at(6)).await.unwrap();
    assert_eq!(tx.hold_throttle("sign_in", "𠮷").await.unwrap(), None);
    assert_eq!(tx.hold_throttle("slip", "𠮷").await.unwrap(), Some(record(2, 6)));
    tx.drop_throttle("slip", "𠮷").await.unwrap();
    assert_eq!(tx.hold_throttle("slip", "𠮷").await.unwrap(), None);
    assert_eq!(tx.hold_throttle("slip", "b").await.unwrap(), Some(record(3, 7)));
});

on_both!(
    an_account_ends_by_its_expiry_and_knows_its_last_sign_in,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let fresh = tx.account(g.officer).await.unwrap().unwrap();
        assert_eq!((fresh.expires, fresh.signed_in), (None, None));
        assert!(fresh.is_open(at(9)));
        tx.set_expiry(g.officer, Some(at(9))).await.unwrap();
        tx.set_address(g.officer, Some("new@county.example"), Lang::En)
            .await
            .unwrap();
        assert!(tx.add_session(g.officer, session("a"), at(8)).await.unwrap());
        assert!(
            !tx.add_session(g.officer, session("b"), at(9)).await.unwrap(),
            "expired at that instant"
        );
        let now = tx.account(g.officer).await.unwrap().unwrap();
        assert_eq!((now.signed_in, now.idle_since()), (Some(at(8)), at(8)));
        assert_eq!(
            (now.address.as_deref(), now.language),
            (Some("new@county.example"), Lang::En)
        );
        assert!(now.is_open(at(8)) && !now.is_open(at(9)));
        tx.set_expiry(g.officer, None).await.unwrap();
        assert!(tx.add_session(g.officer, session("b"), at(9)).await.unwrap());
    }
);

on_both!(a_session_that_awaits_something_is_no_sign_in, |db| async move {
    let (g, mut tx) = ground(db).await;
    let half = NewSession {
        awaits: Some(Stage::Code),
        ..session("half")
    };
    assert!(tx.add_session(g.officer, half, at(1)).await.unwrap());
    assert_eq!(tx.account(g.officer).await.unwrap().unwrap().signed_in, None);
    let found = tx.session("half").await.unwrap().unwrap();
    assert_eq!(
        (found.awaits, found.how.as_str()),
        (Some(Stage::Code), "password")
    );
    for hash in ["a", "b"] {
        assert!(tx.add_session(g.officer, session(hash), at(2)).await.unwrap());
    }
    let all = tx.sessions_of(g.officer).await.unwrap();
    let hashes: Vec<&str> = all.iter().map(|s| s.hash.as_str()).collect();
    assert_eq!(hashes, ["a", "b", "half"]);
    assert_eq!(tx.end_sessions(g.officer, "a", at(3)).await.unwrap(), 2);
    assert_eq!(tx.end_sessions(g.officer, "a", at(3)).await.unwrap(), 0);
    assert_eq!(tx.sessions_of(g.officer).await.unwrap().len(), 1);
});

on_both!(a_second_factor_takes_each_step_once, |db| async move {
    let (g, mut tx) = ground(db).await;
    assert_eq!(tx.factor(g.officer).await.unwrap(), None);
    tx.begin_factor(g.officer, "sealed one", at(1)).await.unwrap();
    tx.begin_factor(g.officer, "sealed two", at(2)).await.unwrap();
    let begun = tx.factor(g.officer).await.unwrap().unwrap();
    assert_eq!(
        (begun.secret.as_str(), begun.begun, begun.is_confirmed),
        ("sealed two", at(2), false)
    );
    assert!(tx.accounts_with_factor().await.unwrap().is_empty());
    assert!(tx.take_step(g.officer, 70, at(3)).await.unwrap());
    for step in [70, 69] {
        assert!(!tx.take_step(g.officer, step, at(3)).await.unwrap(), "{step}");
    }
    assert!(tx.take_step(g.officer, 71, at(3)).await.unwrap());
    tx.begin_factor(g.officer, "sealed three", at(4)).await.unwrap();
    let kept = tx.factor(g.officer).await.unwrap().unwrap();
    assert_eq!(
        (kept.secret.as_str(), kept.last_step),
        ("sealed two", 71),
        "confirmed ones stay"
    );
    assert_eq!(tx.accounts_with_factor().await.unwrap(), [g.officer]);
    for (old, new, now) in [
        ("sealed one", "x", "sealed two"),
        ("sealed two", "anew", "anew"),
        ("anew", "sealed two", "sealed two"),
    ] {
        tx.reseal_factor(g.officer, old, new).await.unwrap();
        let sealed = tx.sealed_factors().await.unwrap();
        assert_eq!(sealed, [(g.officer, now.to_owned())]);
    }
    tx.put_recovery_codes(g.officer, &["x".into(), "y".into()])
        .await
        .unwrap();
    tx.put_recovery_codes(g.officer, &["y".into(), "z".into()])
        .await
        .unwrap();
    assert_eq!(tx.recovery_codes_left(g.officer).await.unwrap(), 2);
    assert!(!tx.use_recovery_code(g.officer, "x", at(5)).await.unwrap());
    assert!(tx.use_recovery_code(g.officer, "y", at(5)).await.unwrap());
    assert!(!tx.use_recovery_code(g.officer, "y", at(5)).await.unwrap());
    assert_eq!(tx.recovery_codes_left(g.officer).await.unwrap(), 1);
    tx.drop_factor(g.officer).await.unwrap();
    assert_eq!(tx.factor(g.officer).await.unwrap(), None);
    assert_eq!(tx.recovery_codes_left(g.officer).await.unwrap(), 0);
    assert!(!tx.take_step(g.officer, 99, at(6)).await.unwrap());
});

on_both!(former_passwords_are_kept_as_far_as_they_count, |db| async move {
    let (g, mut tx) = ground(db).await;
    for n in 1..=6 {
        tx.add_former_password(g.officer, &format!("h{n}"), 4, at(n))
            .await
            .unwrap();
    }
    assert_eq!(
        tx.former_passwords(g.officer, 9).await.unwrap(),
        ["h6", "h5", "h4", "h3"]
    );
    assert_eq!(tx.former_passwords(g.officer, 1).await.unwrap(), ["h6"]);
});

on_both!(tokens_and_workstations_are_listed, |db| async move {
    let (g, mut tx) = ground(db).await;
    let read = NewToken {
        scope: TokenScope::Read,
        ..token(&g, "r", "平台")
    };
    let one = tx.add_api_token(token(&g, "h", "站"), at(0)).await.unwrap();
    let two = tx.add_api_token(read, at(1)).await.unwrap();
    let listed = tx.api_tokens().await.unwrap();
    let seen: Vec<_> = listed.iter().map(|t| (t.id, t.scope, t.issued)).collect();
    assert_eq!(
        seen,
        [(two, TokenScope::Read, at(1)), (one, TokenScope::Report, at(0))]
    );
    assert!(tx.end_api_token(one, at(2)).await.unwrap());
    assert_eq!(tx.api_tokens().await.unwrap().len(), 1);
});
