//! The database as a whole: transactions, tables, the chain of deeds, the deployment, the relay.

use allclear::crash::CrashPlan;
use allclear::domain::time::from_millis;
use allclear::store::{AuditFilter, AuditRow, Engine, Error, Options, RelayState, Schema, Store};

use super::ground::{account, at, ground, ms};
use crate::support::on_both;

on_both!(what_is_not_committed_is_undone, |db| async move {
    let (g, tx) = ground(db).await;
    drop(tx);
    let mut tx = g.store.begin().await.unwrap();
    tx.add_account(&account("dropped"), at(1)).await.unwrap();
    drop(tx);
    let mut tx = g.store.begin().await.unwrap();
    tx.add_account(&account("undone"), at(1)).await.unwrap();
    tx.rollback().await.unwrap();
    let mut tx = g.store.begin().await.unwrap();
    tx.add_account(&account("kept"), at(1)).await.unwrap();
    assert!(
        g.store
            .read()
            .await
            .unwrap()
            .account_by_login("kept")
            .await
            .unwrap()
            .is_none()
    );
    tx.commit().await.unwrap();
    let all = g.store.read().await.unwrap().accounts().await.unwrap();
    let logins: Vec<_> = all.iter().map(|a| a.login.as_str()).collect();
    assert_eq!(logins, ["kept", "officer"]);
    g.store.close().await;
    assert!(g.store.read().await.unwrap_err().is_passing());
});

on_both!(tables_are_brought_up_to_date_once, |db| async move {
    if let Engine::Sqlite = Store::connect(db.url(), Options::default())
        .await
        .unwrap()
        .engine()
    {
        std::fs::remove_dir_all(db.folder()).unwrap();
        std::fs::create_dir_all(db.folder()).unwrap();
        let store = Store::open(db.url(), Options::default()).await.unwrap();
        let mut conn = store.read().await.unwrap();
        assert!(!conn.has_tables().await.unwrap());
        assert!(matches!(conn.schema().await.unwrap(), Schema::Behind(steps) if steps > 0));
        drop(conn);
        store.migrate().await.unwrap();
    }
    let store = Store::connect_until(db.url(), Options::default(), &CrashPlan::default())
        .await
        .unwrap();
    store.migrate().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert!(conn.has_tables().await.unwrap() && store.is_current(&mut conn).await.unwrap());
    assert_eq!(conn.schema().await.unwrap(), Schema::Current);
    assert!(conn.unsound().await.unwrap().is_empty());
    let clock = conn.clock().await.unwrap();
    assert_eq!(clock.is_some(), db.is_postgres(), "a file has no clock");
    assert!(clock.is_none_or(|ms| from_millis(ms).is_some()));
    for wrong in ["mysql://x", "", "allclear.db"] {
        assert!(
            matches!(
                Store::open(wrong, Options::default()).await,
                Err(Error::Address(_))
            ),
            "{wrong}"
        );
    }
});

on_both!(
    a_copy_holds_what_was_committed_and_only_a_file_has_one,
    |db| async move {
        let (g, tx) = ground(db).await;
        tx.commit().await.unwrap();
        let file = db.folder().join("copy𠮷.db");
        let copied = g.store.copy_to(&file).await;
        let keeper = g.store.log_keeper().await.unwrap();
        if db.is_postgres() {
            assert!(matches!(copied, Err(Error::Address(_))) && keeper.is_none());
            return;
        }
        copied.unwrap();
        assert_eq!(keeper.unwrap().write_back().await.unwrap(), 0);
        let url = format!("sqlite:{}", file.display());
        let copy = Store::connect(&url, Options::default()).await.unwrap();
        assert_eq!(copy.read().await.unwrap().accounts().await.unwrap().len(), 1);
        assert!(g.store.copy_to(&file).await.is_err(), "the file is there");
    }
);

on_both!(the_chain_of_deeds_grows_at_its_end, |db| async move {
    let (_, mut tx) = ground(db).await;
    assert_eq!(tx.hold_audit_head().await.unwrap(), (0, String::new()));
    assert!(tx.audit_after(0, 9).await.unwrap().is_empty());
    let row = |number: i64| AuditRow {
        number,
        at: ms(number),
        actor: "值班员𠮷".to_owned(),
        deed: "sign_in".to_owned(),
        subject: String::new(),
        detail: "{}".to_owned(),
        hash: format!("hash {number}"),
    };
    for number in 1..=3 {
        tx.add_audit(&row(number)).await.unwrap();
    }
    assert_eq!(tx.audit_head().await.unwrap(), (3, "hash 3".to_owned()));
    assert_eq!(tx.hold_audit_head().await.unwrap(), (3, "hash 3".to_owned()));
    let rows = tx.audit_after(1, 9).await.unwrap();
    assert_eq!(rows.iter().map(|r| r.number).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((rows[0].at, rows[0].actor.as_str()), (ms(2), "值班员𠮷"));
    assert_eq!(tx.audit_after(0, 1).await.unwrap()[0].number, 1);
    assert!(tx.audit_after(3, 9).await.unwrap().is_empty());
});

on_both!(deeds_are_found_by_who_what_to_what_and_when, |db| async move {
    let (_, mut tx) = ground(db).await;
    let deeds = [
        ("account:1", "excuse", "obligation:7"),
        ("account:11", "sign_in", "account:11"),
        ("device:1", "bind", "device:1"),
        ("account:1", "extend", "obligation:71"),
    ];
    for (number, (actor, deed, subject)) in (1..).zip(deeds) {
        let row = AuditRow {
            number,
            at: ms(number),
            actor: actor.to_owned(),
            deed: deed.to_owned(),
            subject: subject.to_owned(),
            detail: "{}".to_owned(),
            hash: format!("hash {number}"),
        };
        tx.add_audit(&row).await.unwrap();
    }
    let all = AuditFilter::default();
    let asks = [
        (all.clone(), vec![4, 3, 2, 1]),
        (
            AuditFilter {
                actor: "account".to_owned(),
                ..all.clone()
            },
            vec![4, 2, 1],
        ),
        (
            AuditFilter {
                actor: "account:1".to_owned(),
                ..all.clone()
            },
            vec![4, 1],
        ),
        (
            AuditFilter {
                deed: "bind".to_owned(),
                ..all.clone()
            },
            vec![3],
        ),
        (
            AuditFilter {
                subject: "obligation".to_owned(),
                ..all.clone()
            },
            vec![4, 1],
        ),
        (
            AuditFilter {
                subject: "obligation:7".to_owned(),
                ..all.clone()
            },
            vec![1],
        ),
        (
            AuditFilter {
                from: Some(ms(2)),
                until: Some(ms(4)),
                ..all.clone()
            },
            vec![3, 2],
        ),
        (
            AuditFilter {
                actor: "%".to_owned(),
                ..all.clone()
            },
            vec![],
        ),
    ];
    for (filter, found) in asks {
        let rows = tx.audit_like(&filter, None, 9).await.unwrap();
        assert_eq!(
            rows.iter().map(|r| r.number).collect::<Vec<_>>(),
            found,
            "{filter:?}"
        );
    }
    let page = tx.audit_like(&all, Some(3), 1).await.unwrap();
    assert_eq!(page.iter().map(|r| r.number).collect::<Vec<_>>(), [2]);
    assert_eq!(
        tx.audit_deeds().await.unwrap(),
        ["bind", "excuse", "extend", "sign_in"]
    );
});

on_both!(
    a_deployment_is_begun_once_and_its_instances_show_that_they_live,
    |db| async move {
        let (_, mut tx) = ground(db).await;
        assert!(tx.deployment().await.unwrap().is_none());
        tx.prove().await.unwrap();
        tx.begin_deployment("one", 1).await.unwrap();
        tx.begin_deployment("two", 2).await.unwrap();
        tx.prove().await.unwrap();
        let found = tx.deployment().await.unwrap().unwrap();
        assert_eq!((found.uuid.as_str(), found.restored_at), ("one", None));
        tx.mark_restored(5).await.unwrap();
        assert_eq!(tx.deployment().await.unwrap().unwrap().restored_at, Some(5));
        assert_eq!(
            (tx.last_beat().await.unwrap(), tx.last_tick().await.unwrap()),
            (None, None)
        );
        tx.beat("a", 3).await.unwrap();
        assert_eq!(tx.last_tick().await.unwrap(), None, "a beat is no tick");
        tx.beat("a", 7).await.unwrap();
        tx.beat("b", 6).await.unwrap();
        tx.ticked("a", 4).await.unwrap();
        assert_eq!(
            (tx.last_beat().await.unwrap(), tx.last_tick().await.unwrap()),
            (Some(7), Some(4))
        );
        tx.ticked("c", 9).await.unwrap();
        assert_eq!(
            (tx.last_beat().await.unwrap(), tx.last_tick().await.unwrap()),
            (Some(9), Some(9))
        );
        tx.add_outage(at(5), at(9), "stopped").await.unwrap();
        tx.add_outage(at(1), at(8), "clock_back").await.unwrap();
        let spans = tx.outages_after(at(7)).await.unwrap();
        assert_eq!(
            spans.iter().map(|o| o.began_at).collect::<Vec<_>>(),
            [ms(1), ms(5)]
        );
        assert_eq!(
            (spans[0].ended_at, spans[0].cause.as_str()),
            (ms(8), "clock_back")
        );
        assert_eq!(tx.outages_after(at(8)).await.unwrap().len(), 1);
        assert!(tx.outages_after(at(9)).await.unwrap().is_empty());
    }
);

on_both!(
    outages_that_touch_are_one_row_in_whatever_order_they_come,
    |db| async move {
        let (_, mut tx) = ground(db).await;
        let mut spans: Vec<(i64, i64, &str)> = Vec::new();
        // A fixed row of numbers that looks like chance.
        let mut seed: i64 = 7;
        let mut draw = |below: i64| {
            seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
            (seed / 65_536) % below
        };
        for _ in 0..60 {
            let from = draw(100);
            let cause = ["stopped", "clock_forward", "clock_back"][draw(3) as usize];
            let new = (from, from + draw(5), cause);
            tx.add_outage(at(new.0), at(new.1), new.2).await.unwrap();
            // All that it touches becomes one with it; hours that came twice stay by themselves.
            let alone = |span: &(i64, i64, &str)| span.2 == "clock_back" || new.2 == "clock_back";
            let touches = |span: &(i64, i64, &str)| span.0 <= new.1 && span.1 >= new.0;
            let (joined, mut kept): (Vec<_>, Vec<_>) =
                spans.into_iter().partition(|span| !alone(span) && touches(span));
            kept.push(joined.into_iter().fold(new, |all, one| {
                (all.0.min(one.0), all.1.max(one.1), all.2.max(one.2))
            }));
            spans = kept;
            spans.sort_unstable();
            let rows = tx.outages_after(at(-1)).await.unwrap();
            let mut rows: Vec<_> = rows
                .iter()
                .map(|o| (o.began_at, o.ended_at, o.cause.as_str()))
                .collect();
            rows.sort_unstable();
            let wanted: Vec<_> = spans.iter().map(|o| (ms(o.0), ms(o.1), o.2)).collect();
            assert_eq!(rows, wanted, "after {new:?}");
        }
        let single = spans.iter().filter(|span| span.2 != "clock_back").count();
        assert!(single > 3 && single < 30, "the chance was poor: {spans:?}");
    }
);

on_both!(
    the_relay_is_paused_stopped_tried_and_well_again,
    |db| async move {
        let (_, mut tx) = ground(db).await;
        assert_eq!(tx.relay().await.unwrap(), RelayState::default());
        tx.pause_relay(at(1), "451 𠮷").await.unwrap();
        tx.stop_relay(at(2), "535", at(1)).await.unwrap();
        tx.stop_relay(at(3), "535 again", at(2)).await.unwrap();
        let stopped = RelayState {
            paused_until: Some(at(3)),
            failures: 3,
            stopped: Some(at(1)),
            words: Some("535 again".to_owned()),
            accepted: None,
        };
        assert_eq!(tx.relay().await.unwrap(), stopped);
        tx.retry_relay().await.unwrap();
        let tried = RelayState {
            paused_until: None,
            ..stopped
        };
        assert_eq!(tx.relay().await.unwrap(), tried);
        tx.relay_answered(Some(at(4))).await.unwrap();
        tx.relay_answered(None).await.unwrap();
        let well = RelayState {
            accepted: Some(at(4)),
            ..RelayState::default()
        };
        assert_eq!(tx.relay().await.unwrap(), well, "when it last accepted is kept");
    }
);
