//! The chain of deeds: what the database itself refuses, and what a walk along it finds when that was got round.

use allclear::domain::access::{Actor, Role};
use allclear::domain::audit::{Break, Head};
use allclear::store::Conn;

use crate::{Fresh, House, Site, on_both};

const NOW: &str = "2026-11-25 15:10";

/// A house in which eight deeds were done.
async fn house(db: &Fresh) -> House {
    let house = House::at(db, NOW, &[("web.plain_http", "true")]).await;
    house
        .import("code | parent_code | name | kind\n361128 | | 鄱阳县 | county")
        .await;
    for n in 2..=8 {
        account(&house, &format!("reader{n}")).await;
    }
    house
}

async fn account(house: &House, login: &str) {
    let new = allclear::store::NewAccount {
        login: login.into(),
        label: "审计室".into(),
        address: None,
        language: allclear::domain::language::Lang::Zh,
    };
    let granted = allclear::store::Granted {
        role: Role::Auditor,
        unit: None,
    };
    let console = Actor::console();
    house
        .service
        .create_account(&console, new, &[granted])
        .await
        .unwrap();
}

/// Runs statements on the database as somebody who owns it would.
async fn tamper(house: &House, statements: &[&'static str]) -> Result<(), String> {
    let mut tx = house.service.store.begin().await.unwrap();
    for statement in statements {
        let done = match &mut *tx {
            Conn::Sqlite(c) => sqlx::query(*statement).execute(&mut **c).await.map(|_| ()),
            Conn::Postgres(c) => sqlx::query(*statement).execute(&mut **c).await.map(|_| ()),
        };
        done.map_err(|error| error.to_string())?;
    }
    tx.commit().await.unwrap();
    Ok(())
}

/// Takes the protection away first, which only the owner of the tables can.
async fn force(house: &House, statements: &[&'static str]) {
    let sqlite = [
        "DROP TRIGGER audit_grows_at_its_end",
        "DROP TRIGGER audit_is_not_rewritten",
        "DROP TRIGGER audit_is_not_removed",
        "DROP TRIGGER audit_head_goes_on",
    ];
    let postgres = [
        "ALTER TABLE audit DISABLE TRIGGER USER",
        "ALTER TABLE audit_head DISABLE TRIGGER USER",
    ];
    match house.service.store.engine() {
        allclear::store::Engine::Sqlite => tamper(house, &sqlite).await.unwrap(),
        allclear::store::Engine::Postgres => tamper(house, &postgres).await.unwrap(),
    }
    tamper(house, statements).await.unwrap();
}

async fn walk(house: &House, noted: Option<Head>) -> Result<Head, Break> {
    let console = Actor::console();
    house.service.verify_chain(&console, noted).await.unwrap()
}

on_both!(the_database_refuses_to_alter_or_remove_a_deed, |db| async move {
    let house = house(db).await;
    let mut refused = vec![
        "UPDATE audit SET actor = 'account:9' WHERE number = 3",
        "UPDATE audit SET number = 90 WHERE number = 3",
        "DELETE FROM audit WHERE number = 8",
        "DELETE FROM audit",
        "INSERT INTO audit SELECT 99, at, actor, deed, subject, detail, hash FROM audit WHERE number = 1",
        "INSERT INTO audit SELECT 0, at, actor, deed, subject, detail, hash FROM audit WHERE number = 1",
        "UPDATE audit_head SET number = 2",
        "UPDATE audit_head SET number = 10",
        "UPDATE audit_head SET hash = 'x'",
        "DELETE FROM audit_head",
    ];
    refused.push(match db.is_postgres() {
        true => "TRUNCATE audit",
        false => "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 3",
    });
    for statement in refused {
        let said = tamper(&house, &[statement]).await;
        assert!(said.is_err_and(|words| words.contains("chain")), "{statement}");
    }
    assert_eq!(walk(&house, None).await.unwrap().number, 8);
    account(&house, "later").await;
    assert_eq!(walk(&house, None).await.unwrap().number, 9);
});

on_both!(an_altered_deed_is_named, |db| async move {
    let house = house(db).await;
    force(&house, &["UPDATE audit SET actor = 'account:9' WHERE number = 3"]).await;
    assert_eq!(walk(&house, None).await, Err(Break::Altered { number: 3 }));
});

on_both!(a_deed_whose_hash_or_time_is_nonsense_is_named, |db| async move {
    let house = house(db).await;
    force(&house, &["UPDATE audit SET hash = 'x' WHERE number = 5"]).await;
    assert_eq!(walk(&house, None).await, Err(Break::Altered { number: 5 }));
    tamper(
        &house,
        &["UPDATE audit SET at = 9223372036854775807 WHERE number = 4"],
    )
    .await
    .unwrap();
    assert_eq!(walk(&house, None).await, Err(Break::Altered { number: 4 }));
});

on_both!(a_removed_deed_is_named, |db| async move {
    let house = house(db).await;
    force(&house, &["DELETE FROM audit WHERE number IN (4, 5)"]).await;
    assert_eq!(
        walk(&house, None).await,
        Err(Break::Removed { first: 4, last: 5 })
    );
});

on_both!(
    a_removed_end_is_named_by_the_end_that_is_stored_and_by_one_that_was_noted,
    |db| async move {
        let house = house(db).await;
        let noted = house.service.chain_head(&Actor::console()).await.unwrap();
        assert_eq!(walk(&house, Some(noted)).await, Ok(noted));
        force(&house, &["DELETE FROM audit WHERE number > 6"]).await;
        let found = Err(Break::Removed { first: 7, last: 8 });
        assert_eq!(walk(&house, None).await, found);
        // Whoever moves the stored end back too is found by the head that lies elsewhere.
        let back = "UPDATE audit_head SET number = 6, hash = (SELECT hash FROM audit WHERE number = 6)";
        tamper(&house, &[back]).await.unwrap();
        assert_eq!(walk(&house, None).await.unwrap().number, 6);
        assert_eq!(walk(&house, Some(noted)).await, found);
    }
);

on_both!(
    a_deed_that_was_put_in_is_named_wherever_it_stands,
    |db| async move {
        let house = house(db).await;
        force(&house, &[
        "INSERT INTO audit SELECT 0, at, actor, deed, subject, detail, hash FROM audit WHERE number = 1",
    ]).await;
        assert_eq!(walk(&house, None).await, Err(Break::Inserted { number: 0 }));
        tamper(&house, &["DELETE FROM audit WHERE number = 0"])
            .await
            .unwrap();
        // Behind the end, with a link that fits: no deed moved the end on.
        let row = &house
            .service
            .store
            .read()
            .await
            .unwrap()
            .audit_after(7, 1)
            .await
            .unwrap()[0];
        let entry = allclear::domain::audit::Entry {
            number: 9,
            at: allclear::domain::time::from_millis(row.at).unwrap(),
            actor: row.actor.clone(),
            deed: row.deed.clone(),
            subject: row.subject.clone(),
            detail: row.detail.clone(),
        };
        let head = Head {
            number: 8,
            hash: row.hash.parse().unwrap(),
        };
        let put =
            "INSERT INTO audit SELECT 9, at, actor, deed, subject, detail, $1 FROM audit WHERE number = 8";
        let mut tx = house.service.store.begin().await.unwrap();
        let hash = head.after(&entry).hash.to_string();
        match &mut *tx {
            Conn::Sqlite(c) => drop(sqlx::query(put).bind(hash).execute(&mut **c).await.unwrap()),
            Conn::Postgres(c) => drop(sqlx::query(put).bind(hash).execute(&mut **c).await.unwrap()),
        }
        tx.commit().await.unwrap();
        assert_eq!(walk(&house, None).await, Err(Break::Inserted { number: 9 }));
    }
);

/// Signs somebody in by a link.
async fn signed_in(site: &Site, login: &str) -> crate::support::Browser {
    let service = &site.house.service;
    let all = service.store.read().await.unwrap().accounts().await.unwrap();
    let id = all.iter().find(|a| a.login == login).unwrap().id;
    let (link, _) = service.issue_link(&Actor::console(), id).await.unwrap();
    let mut browser = site.browser();
    let path = link.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
    browser.post(&path, &[]).await.must_be(303);
    browser
}

on_both!(
    the_auditor_looks_filters_pages_verifies_and_takes_the_deeds_with_him,
    |db| async move {
        let house = house(db).await;
        for n in 0..120 {
            account(&house, &format!("many{n}")).await;
        }
        let site = Site::open(house).await;
        let mut auditor = signed_in(&site, "reader2").await;
        let page = auditor.get("/audit").await;
        page.must_be(200)
            .must_say("新建账号")
            .must_say("服务器命令行")
            .must_say("更早的记录");
        let head = site.house.service.chain_head(&Actor::console()).await.unwrap();
        page.must_say(&head.to_string());
        let older = page
            .text
            .split("href=\"/audit?before=")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let first = auditor.get(&format!("/audit?before={older}")).await;
        first.must_be(200).must_say("导入单位").must_say("回到最新");
        assert!(!first.says("更早的记录"));

        let mine = auditor
            .get("/audit?actor=Reader2&from=2026-11-25&until=2026-11-25")
            .await;
        mine.must_be(200).must_say("审计室");
        assert!(!mine.says("服务器命令行"), "only his own deeds");
        auditor
            .get("/audit?until=2026-11-24")
            .await
            .must_say("没有符合条件的记录");
        auditor
            .get("/audit?actor=nobody-like-that")
            .await
            .must_say("没有符合条件的记录");

        let whole = auditor
            .post("/audit/verify", &[("noted", &head.to_string())])
            .await;
        whole.must_be(200).must_say("审计链完整");
        let foreign = format!("{}:{}", head.number, "0".repeat(64));
        auditor
            .post("/audit/verify", &[("noted", &foreign)])
            .await
            .must_say("被改动");
        auditor
            .post("/audit/verify", &[("noted", "abc")])
            .await
            .must_be(422)
            .must_say("NUMBER:HASH");

        let csv = auditor
            .post("/audit/export", &[("form", "csv"), ("deed", "import_units")])
            .await;
        assert_eq!(
            csv.header("content-disposition"),
            "attachment; filename=\"audit.csv\""
        );
        assert_eq!(csv.text.lines().count(), 2, "{}", csv.text);
        let lines = auditor.post("/audit/export", &[("form", "jsonl")]).await;
        let end = walk(&site.house, None).await.unwrap();
        assert_eq!(lines.text.lines().count() as i64, end.number);
        let newest: serde_json::Value = serde_json::from_str(lines.text.lines().next().unwrap()).unwrap();
        assert_eq!(
            (newest["deed"].as_str(), newest["hash"].as_str()),
            (Some("export_audit"), Some(end.hash.to_string().as_str()))
        );
    }
);
