//! Daily bulletins: written once, read back as they were written; and who reads them.

use allclear::domain::access::Role;
use allclear::domain::digest::Digest;
use allclear::domain::ids::UnitId;
use allclear::domain::language::Lang;
use allclear::domain::unit::UnitPath;
use allclear::store::{Granted, NewAccount, NewBulletin, StoredBulletin};

use super::ground::{account, at, ground};
use crate::support::on_both;

fn bulletin<'a>(unit: UnitId, path: &'a UnitPath, day: &str, number: i64) -> NewBulletin<'a> {
    NewBulletin {
        unit,
        path,
        day: day.parse().unwrap(),
        year: 2026,
        number,
        until: at(number * 10),
        made: at(number * 10 + 1),
        letters: 3,
        content: r#"{"office":"𠮷"}"#,
        digest: Digest([7; 32]),
        duty: r#"["值班室𠮷"]"#,
        salt: "salt",
    }
}

fn ids(all: &[StoredBulletin]) -> Vec<i64> {
    all.iter().map(|one| one.id).collect()
}

on_both!(
    an_office_has_one_bulletin_a_day_and_one_of_each_number,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (county, village) = (g.path(g.county), g.path(g.villages[0]));
        assert_eq!(tx.last_bulletin_number(g.county, 2026).await.unwrap(), 0);
        let one = bulletin(g.county, &county, "2026-06-01", 1);
        let id = tx.add_bulletin(&one).await.unwrap().unwrap();
        let same_day = bulletin(g.county, &county, "2026-06-01", 2);
        assert_eq!(tx.add_bulletin(&same_day).await.unwrap(), None);
        let same_number = bulletin(g.county, &county, "2026-06-02", 1);
        assert_eq!(tx.add_bulletin(&same_number).await.unwrap(), None);
        let kept = tx.bulletin(id).await.unwrap().unwrap();
        let expected = StoredBulletin {
            id,
            unit: g.county,
            path: county.clone(),
            day: one.day,
            number: 1,
            made: at(11),
            letters: 3,
            content: one.content.to_owned(),
            digest: one.digest.to_string(),
            duty: Some(one.duty.to_owned()),
            salt: Some("salt".to_owned()),
        };
        assert_eq!(kept, expected);
        assert_eq!(tx.bulletin(id + 1).await.unwrap(), None);
        let elsewhere = bulletin(g.villages[0], &village, "2026-06-01", 1);
        assert!(tx.add_bulletin(&elsewhere).await.unwrap().is_some(), "its own");
        let next_year = NewBulletin {
            year: 2027,
            ..bulletin(g.county, &county, "2027-01-01", 1)
        };
        assert!(
            tx.add_bulletin(&next_year).await.unwrap().is_some(),
            "from 1 again"
        );
        let ninth = bulletin(g.county, &county, "2026-06-03", 9);
        assert!(tx.add_bulletin(&ninth).await.unwrap().is_some());
        for (unit, year, last) in [
            (g.county, 2026, 9),
            (g.county, 2027, 1),
            (g.county, 2025, 0),
            (g.villages[0], 2026, 1),
        ] {
            assert_eq!(tx.last_bulletin_number(unit, year).await.unwrap(), last, "{year}");
        }
    }
);

on_both!(
    bulletins_are_found_by_day_by_office_and_by_place,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let [x, y] = g.villages;
        let (county, village) = (g.path(g.county), g.path(x));
        let mut rows = Vec::new();
        for new in [
            bulletin(g.county, &county, "2026-06-02", 1),
            bulletin(g.county, &county, "2026-06-01", 2),
            bulletin(x, &village, "2026-06-03", 1),
        ] {
            rows.push(tx.add_bulletin(&new).await.unwrap().unwrap());
        }
        let day = |text: &str| text.parse().unwrap();
        for (before, found) in [
            ("2026-06-01", None),
            ("2026-06-02", Some(rows[1])),
            ("2026-06-03", Some(rows[0])),
        ] {
            let one = tx.bulletin_before(g.county, day(before)).await.unwrap();
            assert_eq!(one.map(|b| b.id), found, "before {before}");
        }
        assert_eq!(tx.bulletin_before(y, day("2027-01-01")).await.unwrap(), None);
        let mut last = tx.last_bulletins(&[g.county, x, y]).await.unwrap();
        last.sort_by_key(|(unit, _)| *unit);
        let told: Vec<_> = last.iter().map(|(u, p)| (*u, p.day, p.until)).collect();
        let expected = [
            (g.county, day("2026-06-02"), at(10)),
            (x, day("2026-06-03"), at(10)),
        ];
        assert_eq!(told, expected, "by the day, not by when it was made");
        assert!(tx.last_bulletins(&[]).await.unwrap().is_empty());
        let all = tx.bulletins(&g.everywhere(), None, 9).await.unwrap();
        assert_eq!(ids(&all), [rows[2], rows[1], rows[0]]);
        let page = tx.bulletins(&g.everywhere(), Some(rows[2]), 1).await.unwrap();
        assert_eq!(ids(&page), [rows[1]]);
        let own = tx.bulletins(&[village.range()], None, 9).await.unwrap();
        assert_eq!(ids(&own), [rows[2]]);
        assert!(tx.bulletins(&[], None, 9).await.unwrap().is_empty());
    }
);

on_both!(
    leaders_and_duty_officers_of_the_office_read_its_bulletin,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let mut named = Vec::new();
        for (login, role, unit) in [
            ("leader", Role::Leader, g.county),
            ("reporter", Role::Reporter, g.county),
            ("below", Role::DutyOfficer, g.villages[0]),
            ("locked", Role::Leader, g.county),
            ("ends", Role::Leader, g.county),
        ] {
            let id = tx.add_account(&account(login), at(0)).await.unwrap();
            let unit = Some(unit);
            tx.grant(id, Granted { role, unit }, at(0)).await.unwrap();
            named.push(id);
        }
        let silent = NewAccount {
            address: None,
            language: Lang::En,
            ..account("silent")
        };
        let silent = tx.add_account(&silent, at(0)).await.unwrap();
        for account in [silent, g.officer] {
            let granted = Granted {
                role: Role::Leader,
                unit: Some(g.county),
            };
            tx.grant(account, granted, at(0)).await.unwrap();
        }
        tx.set_lock(named[3], Some(at(1))).await.unwrap();
        tx.set_expiry(named[4], Some(at(9))).await.unwrap();
        let address = |login: &str| format!("{login}@county.example");
        let all = ["ends", "leader", "officer"].map(address);
        assert_eq!(tx.readers_of(g.county, at(8)).await.unwrap(), all);
        assert_eq!(tx.readers_of(g.county, at(9)).await.unwrap(), all[1..]);
        let below = [address("below")];
        assert_eq!(tx.readers_of(g.villages[0], at(9)).await.unwrap(), below);
        assert!(tx.readers_of(g.villages[1], at(9)).await.unwrap().is_empty());
    }
);

on_both!(what_nobody_was_sent_is_found_by_day_and_place, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (county, village) = (g.path(g.county), g.path(g.villages[0]));
    let unread = NewBulletin {
        letters: 0,
        ..bulletin(g.county, &county, "2026-06-01", 1)
    };
    tx.add_bulletin(&unread).await.unwrap().unwrap();
    let read = bulletin(g.villages[0], &village, "2026-06-01", 1);
    tx.add_bulletin(&read).await.unwrap().unwrap();
    let day = unread.day;
    // A range that is named twice finds it once.
    let whole = [county.range(), county.range()];
    assert_eq!(tx.unread_bulletins(&whole, day).await.unwrap(), [g.county]);
    assert!(
        tx.unread_bulletins(&[village.range()], day)
            .await
            .unwrap()
            .is_empty()
    );
    let next = day.succ_opt().unwrap();
    assert!(tx.unread_bulletins(&whole, next).await.unwrap().is_empty());
});
