//! A changed key: what was given out before still holds, and what is kept sealed opens with the new key only.

use allclear::domain::access::{Actor, Role};
use allclear::domain::ids::{AccountId, RoundId};
use allclear::domain::language::Lang;
use allclear::service::{Error, Proof, Service, token_hash};
use allclear::store::{Conn, Granted, Lane, NewAccount};
use chrono::TimeDelta;

use crate::{Day, incident, on_both};

const LIU: &str = "东湖镇 · 柳村";
const ADDRESS: &str = "audit@county.example";

async fn auditor(service: &Service) -> AccountId {
    let new = NewAccount {
        login: "audit".into(),
        label: "审计室".into(),
        address: Some(ADDRESS.into()),
        language: Lang::Zh,
    };
    let granted = Granted {
        role: Role::Auditor,
        unit: None,
    };
    let console = Actor::console();
    service.create_account(&console, new, &[granted]).await.unwrap()
}

/// Gives the code of a secret at the service's present instant.
fn code(service: &Service, secret: &[u8]) -> String {
    let totp = totp_rs::Builder::new()
        .with_secret(secret.to_vec())
        .build()
        .unwrap();
    let now = u64::try_from(service.now().timestamp()).unwrap();
    totp.generate(now).to_string()
}

async fn prove(service: &Service, account: AccountId, secret: &[u8]) -> bool {
    let session = service.begin_session(account, "password").await.unwrap();
    let code = code(service, secret);
    let proven = service.prove_code(&token_hash(&session), &code).await.unwrap();
    proven.is_some()
}

/// Sets a second factor up and gives its secret.
async fn factor(service: &Service, account: AccountId) -> Vec<u8> {
    service.begin_factor(account).await.unwrap();
    let sealed = sealed_factor(service).await;
    let secret = service.keys.open(&format!("factor {account}"), &sealed).unwrap();
    assert!(prove(service, account, &secret).await);
    secret
}

async fn sealed_factor(service: &Service) -> String {
    let mut conn = service.store.read().await.unwrap();
    conn.sealed_factors().await.unwrap().remove(0).1
}

async fn sealed_letters(service: &Service) -> Vec<(i64, String)> {
    let mut conn = service.store.read().await.unwrap();
    conn.sealed_letters(0, 100).await.unwrap()
}

/// Leaves mails on disk as a delivery that was interrupted does.
async fn interrupt(service: &Service) {
    let span = TimeDelta::minutes(2);
    let taken = service.take_letters(Lane::Routine, "one.1", 9, span).await;
    let allclear::service::deliver::Taken::Hand(mut hand) = taken.unwrap() else {
        panic!("no letter")
    };
    let mails = hand.addresses().into_iter();
    let mails: Vec<(i64, Vec<u8>)> = mails.map(|(id, _)| (id, format!("mail {id}").into())).collect();
    service.begin_letters(&mut hand, &mails, &[], &[]).await.unwrap();
}

on_both!(
    a_new_key_leaves_receipts_seals_links_and_codes_as_they_were,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let old = day.house.service.clone();
        let receipt = day.all_clear(LIU).await.receipt;
        let account = auditor(&old).await;
        let secret = factor(&old, account).await;
        day.until("20:01").await;
        let round = RoundId(day.count("SELECT MIN(id) FROM round").await);
        let seal = old.verify_seal(round).await.unwrap();
        assert!(seal.1);
        interrupt(&old).await;
        // A letter that waits; its link is made again when it is written.
        old.recover("audit").await.unwrap();
        let key = day.newest_letter(ADDRESS).await;
        let token = old.keys.letter_token(&key);
        let letter = day.count("SELECT MAX(id) FROM letter").await;
        let mark = old.keys.browser_mark("audit", "nonce");
        let (factor, mails) = (sealed_factor(&old).await, sealed_letters(&old).await);
        assert!(!mails.is_empty());

        // A rotation that died with its new key on disk, then a whole one.
        let file = &old.settings.seal.key_file;
        let check_in = receipt.number.0.0;
        allclear::config::add_key(file, check_in + 1, letter + 1).unwrap();
        let done = old.rotate_key(&Actor::console()).await.unwrap();
        assert_eq!((done.factors, done.letters), (1, mails.len()));
        assert_eq!(allclear::config::keys(file).unwrap().len(), 3);

        let day = day.restarted(db, "2026-06-01 20:10").await;
        let new = &day.house.service;
        let proof = new.verify_receipt(receipt.number, receipt.mac).await.unwrap();
        assert_eq!(proof, Proof::Genuine(receipt));
        assert_eq!(new.verify_seal(round).await.unwrap(), seal);
        assert_eq!(new.keys.token_of_letter(letter, &key), token);
        assert_ne!(new.keys.letter_token(&key), token, "what is new has the new key");
        assert_eq!(new.link(&token).await.unwrap().unwrap().id, account);
        assert!(new.keys.is_browser_mark("audit", "nonce", &mark));
        assert!(!new.keys.is_browser_mark("other", "nonce", &mark));

        // What is sealed opens with the new key and not with the old one alone.
        assert_ne!(sealed_factor(new).await, factor);
        assert!(prove(new, account, &secret).await);
        for ((id, now), (_, before)) in sealed_letters(new).await.iter().zip(&mails) {
            let place = format!("letter {id}");
            assert_eq!(
                new.keys.open(&place, now).unwrap(),
                format!("mail {id}").into_bytes()
            );
            assert!(now != before && old.keys.open(&place, now).is_err());
        }

        // What is new holds too, and goes on.
        let later = day.report(LIU, incident("房屋倒塌")).await;
        let later = day.send(LIU, later).await.unwrap().receipt;
        let proof = new.verify_receipt(later.number, later.mac).await.unwrap();
        assert_eq!(proof, Proof::Genuine(later.clone()));
        let with_old = old.verify_receipt(later.number, later.mac).await.unwrap();
        assert_eq!(with_old, Proof::Unknown, "the old key proves nothing new");
        assert_eq!(
            day.count("SELECT COUNT(*) FROM audit WHERE deed = 'rotate_key'")
                .await,
            1
        );
    }
);

/// Keeps the hash of a token with the letters to an address, as was done before links named their letter.
async fn keep_hash(service: &Service, address: &str, hash: &str) {
    const SQL: &str =
        "UPDATE letter SET token_hash = $2 WHERE id = (SELECT MAX(id) FROM letter WHERE address = $1)";
    let mut tx = service.store.begin().await.unwrap();
    match &mut *tx {
        Conn::Sqlite(c) => drop(
            sqlx::query(SQL)
                .bind(address)
                .bind(hash)
                .execute(&mut **c)
                .await
                .unwrap(),
        ),
        Conn::Postgres(c) => drop(
            sqlx::query(SQL)
                .bind(address)
                .bind(hash)
                .execute(&mut **c)
                .await
                .unwrap(),
        ),
    }
    tx.commit().await.unwrap();
}

on_both!(a_link_opens_its_own_letter_and_no_other, |db| async move {
    let day = Day::begin(db).await;
    day.until("16:21").await;
    let (one, other) = (
        day.newest_token("liu-h@v.example").await,
        day.newest_token("xi-h@v.example").await,
    );
    let ((id, mac), (_, other_mac)) = (one.split_once('.').unwrap(), other.split_once('.').unwrap());
    let service = &day.house.service;
    let wrong = [
        format!("{id}.{other_mac}"),
        format!("{id}."),
        format!("+{id}.{mac}"),
        format!("0{id}.{mac}"),
        format!("99999.{mac}"),
        format!("x.{mac}"),
        format!("99999999999999999999.{mac}"),
        format!(".{mac}"),
        mac.to_owned(),
        String::new(),
    ];
    for token in wrong {
        let refused = service.acknowledge_by_link(&token).await;
        assert!(matches!(refused, Err(Error::Missing(_))), "{token}: {refused:?}");
    }
    assert!(service.acknowledge_by_link(&one).await.unwrap().units > 0);
});

on_both!(
    a_link_that_does_not_name_its_letter_yet_still_opens_it,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("16:21").await;
        let (service, address) = (&day.house.service, "liu-h@v.example");
        let token = service.keys.letter_token(&day.newest_letter(address).await);
        keep_hash(service, address, &token_hash(&token)).await;
        assert!(service.acknowledge_by_link(&token).await.unwrap().units > 0);
    }
);

on_both!(
    a_letter_sent_before_is_acknowledged_by_its_link,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("16:21").await;
        let service = day.house.service.clone();
        let address = "liu-h@v.example";
        let token = day.newest_token(address).await;
        let refused = service.rotate_key(&day.officer().await).await;
        assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
        service.rotate_key(&Actor::console()).await.unwrap();
        let day = day.restarted(db, "2026-06-01 16:25").await;
        let held = day.house.service.acknowledge_by_link(&token).await.unwrap();
        assert!(held.units > 0);
    }
);
