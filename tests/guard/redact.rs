//! What is taken out of a report is nowhere any more, and everything that was proved still is.

use allclear::domain::access::{Actor, Grant, Role};
use allclear::domain::form::Field;
use allclear::domain::incident::FindingKind;
use allclear::service::{About, Error, Proof};
use allclear::store::{Conn, Engine, Lane};
use chrono::TimeDelta;

use crate::{Day, incident, on_both, urgent};

const NAME: &str = "柳某甲之子";

/// Tells whether a text stands in any column of texts of any table.
pub(crate) async fn stands_somewhere(day: &Day, text: &str) -> Vec<String> {
    let store = &day.house.service.store;
    let columns = store.read().await.unwrap().text_columns().await.unwrap();
    let mut found = Vec::new();
    for (table, column) in columns {
        let Some(column) = column else { continue };
        let sql = format!("SELECT COUNT(*) FROM \"{table}\" WHERE \"{column}\" LIKE '%{text}%'");
        #[expect(
            clippy::disallowed_methods,
            reason = "the names of columns cannot be parameters; they come from the tables themselves"
        )]
        let sql = sqlx::AssertSqlSafe(sql);
        let n: i64 = match store.read().await.unwrap() {
            Conn::Sqlite(mut c) => sqlx::query_scalar(sql).fetch_one(&mut *c).await.unwrap(),
            Conn::Postgres(mut c) => sqlx::query_scalar(sql).fetch_one(&mut *c).await.unwrap(),
        };
        if n > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found.sort_unstable();
    found
}

on_both!(
    what_is_hidden_is_gone_and_receipt_seal_and_chain_still_hold,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("09:00").await;
        let report = day
            .report("东湖镇 · 柳村", urgent(&format!("{NAME}落水，已救起")))
            .await;
        let sent = day.send("东湖镇 · 柳村", report.clone()).await.unwrap();
        let id = sent.receipt.number.0;
        let service = day.house.service.clone();
        assert_eq!(stands_somewhere(&day, NAME).await, ["check_in.narrative"]);

        // Its letters are on their way: one has its bytes on disk, as a delivery that was interrupted leaves it.
        let span = TimeDelta::minutes(2);
        let taken = service
            .take_letters(Lane::Urgent, "one.1", 9, span)
            .await
            .unwrap();
        let allclear::service::deliver::Taken::Hand(mut hand) = taken else {
            panic!("no letter")
        };
        let mails: Vec<(i64, Vec<u8>)> = hand
            .addresses()
            .into_iter()
            .map(|(id, _)| (id, NAME.as_bytes().to_vec()))
            .collect();
        service.begin_letters(&mut hand, &mails, &[], &[]).await.unwrap();

        let officer = day.officer().await;
        let nothing = service.redact(&officer, id, &[], &["王某"], "误填姓名").await;
        assert!(
            matches!(nothing, Err(Error::Invalid { field: "words", .. })),
            "{nothing:?}"
        );
        let without = service.redact(&officer, id, &[], &[NAME], " ").await;
        assert!(
            matches!(without, Err(Error::Invalid { field: "reason", .. })),
            "{without:?}"
        );
        let why = format!("误填{NAME}");
        let hidden = service
            .redact(&officer, id, &[Field::Place], &[NAME], &why)
            .await
            .unwrap();
        assert_eq!(hidden, [Field::Place, Field::What]);

        assert!(
            stands_somewhere(&day, NAME).await.is_empty(),
            "also the reason does not keep it"
        );
        let kept = service
            .store
            .read()
            .await
            .unwrap()
            .check_in(id)
            .await
            .unwrap()
            .unwrap();
        let content = kept.check_in.content.incident().unwrap();
        assert_eq!(
            (content.what.as_str(), content.place.as_str()),
            ("■■■落水，已救起", "■■■")
        );
        assert!(kept.check_in.redacted && kept.salt.is_none());
        let frozen = "SELECT COUNT(*) FROM letter WHERE frozen IS NOT NULL";
        let n: i64 = match service.store.read().await.unwrap() {
            Conn::Sqlite(mut c) => sqlx::query_scalar(frozen).fetch_one(&mut *c).await.unwrap(),
            Conn::Postgres(mut c) => sqlx::query_scalar(frozen).fetch_one(&mut *c).await.unwrap(),
        };
        assert_eq!(n, 0, "no mail that may quote it is kept");

        // The same report once more is still the same report.
        let again = day.send("东湖镇 · 柳村", report).await.unwrap();
        assert_eq!(again.receipt.number, sent.receipt.number);
        let proof = service
            .verify_receipt(sent.receipt.number, sent.receipt.mac)
            .await
            .unwrap();
        assert!(matches!(proof, Proof::Genuine(_)), "{proof:?}");
        assert!(
            service
                .verify_chain(&Actor::console(), None)
                .await
                .unwrap()
                .is_ok()
        );
        let deed = service
            .store
            .read()
            .await
            .unwrap()
            .audit_like(&Default::default(), None, 1)
            .await
            .unwrap();
        assert_eq!(
            (deed[0].deed.as_str(), deed[0].subject.as_str()),
            ("redact", format!("check_in:{id}").as_str())
        );
        if service.store.engine() == Engine::Sqlite {
            for file in std::fs::read_dir(db.folder()).unwrap() {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                assert!(
                    !bytes.windows(NAME.len()).any(|w| w == NAME.as_bytes()),
                    "a page still holds it"
                );
            }
        }
    }
);

on_both!(
    only_an_officer_above_the_unit_or_the_administrator_takes_words_out,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("09:00").await;
        let report = day.report("东湖镇 · 柳村", incident(NAME)).await;
        let id = day.send("东湖镇 · 柳村", report).await.unwrap().receipt.number.0;
        let service = day.house.service.clone();
        let officer = day.officer().await;
        let tree = service.tree().await.unwrap();
        let over = |label: &'static str| {
            let tree = tree.clone();
            let path = tree
                .iter()
                .find(|u| tree.label(u.id).is_some_and(|l| l.to_string() == label))
                .unwrap()
                .path
                .clone();
            Some(path)
        };
        let beside = over("西山镇 · 柳村");
        let own = over("东湖镇 · 柳村");
        let as_one = |role: Role, over| Actor {
            grants: vec![Grant::new(role, over).unwrap()],
            ..officer.clone()
        };
        let tried = service
            .redact(&as_one(Role::DutyOfficer, beside), id, &[], &[NAME], "误填")
            .await;
        assert!(matches!(tried, Err(Error::Missing(_))), "{tried:?}");
        for role in [Role::Reporter, Role::Head, Role::Leader] {
            let tried = service
                .redact(&as_one(role, own.clone()), id, &[], &[NAME], "误填")
                .await;
            assert!(matches!(tried, Err(Error::Denied(_))), "{role}: {tried:?}");
        }
        for role in [Role::Auditor, Role::SecurityAdministrator] {
            let tried = service
                .redact(&as_one(role, None), id, &[], &[NAME], "误填")
                .await;
            assert!(matches!(tried, Err(Error::Denied(_))), "{role}: {tried:?}");
        }
        let administrator = as_one(Role::SystemAdministrator, None);
        service
            .redact(&administrator, id, &[], &[NAME], "误填")
            .await
            .unwrap();
    }
);

on_both!(
    words_leave_the_notes_and_remarks_about_the_report_too,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("09:00").await;
        let (service, officer) = (day.house.service.clone(), day.officer().await);
        let owed = day.owed("东湖镇 · 柳村").await;
        let other = day.owed("西山镇 · 柳村").await;
        let report = day.report("东湖镇 · 柳村", urgent("圩堤渗水")).await;
        let id = day.send("东湖镇 · 柳村", report).await.unwrap().receipt.number.0;
        let incident = service
            .store
            .read()
            .await
            .unwrap()
            .check_in(id)
            .await
            .unwrap()
            .unwrap();
        let incident = incident.check_in.incident.unwrap();
        let county = day.unit("清河县").await;
        let says = format!("{NAME}家有险情");
        for about in [About::Incident(incident), About::Obligation(owed)] {
            service
                .find(&officer, about, FindingKind::Omitted, &says)
                .await
                .unwrap();
        }
        service
            .find(&officer, About::Obligation(other), FindingKind::Omitted, &says)
            .await
            .unwrap();
        service.note_for_next(&officer, county, &says).await.unwrap();
        service.take_over(&officer, county).await.unwrap();
        service.close_incident(&officer, incident, &says).await.unwrap();
        let before = stands_somewhere(&day, NAME).await;
        assert_eq!(
            before,
            [
                "duty_handover.desk",
                "duty_note.text",
                "finding.note",
                "incident_event.reason"
            ]
        );
        let changed = service.redact(&officer, id, &[], &[NAME], "误填").await.unwrap();
        assert!(changed.is_empty(), "the report itself does not say it");
        // What was noted about another unit stays, for it was not asked for.
        assert_eq!(stands_somewhere(&day, NAME).await, ["finding.note"]);
        let left = day
            .count("SELECT COUNT(*) FROM finding WHERE note LIKE '%■■■%'")
            .await;
        assert_eq!(left, 2);
        let again = service.redact(&officer, id, &[], &[NAME], "误填").await;
        assert!(
            matches!(again, Err(Error::Invalid { field: "words", .. })),
            "{again:?}"
        );
    }
);
