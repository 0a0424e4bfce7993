//! What a receipt and a seal prove.

use allclear::domain::checkin::Content;
use allclear::domain::ids::{CheckInId, RoundId};
use allclear::domain::receipt::Number;
use allclear::service::{Error, Proof};

use crate::support::{Day, incident, on_both};

const LIU: &str = "东湖镇 · 柳村";

on_both!(
    a_receipt_is_found_by_its_number_by_those_who_may_see_the_unit,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let outcome = day.all_clear(LIU).await;
        let number: Number = outcome.receipt.number.to_string().parse().unwrap();
        let service = &day.house.service;
        for actor in [day.workstation(LIU).await, day.officer().await] {
            let shown = service.receipt(&actor, number).await.unwrap();
            assert_eq!(shown.receipt, outcome.receipt);
            assert_eq!(shown.kept.check_in.content, Content::AllClear);
        }
        let other = day.workstation("东湖镇 · 杨村").await;
        let hidden = service.receipt(&other, number).await;
        assert!(matches!(hidden, Err(Error::Missing("receipt"))));
        let none = service.receipt(&other, Number(CheckInId(i64::MAX))).await;
        assert!(matches!(none, Err(Error::Missing("receipt"))));
    }
);

on_both!(
    a_receipt_is_proved_by_number_and_seal_and_an_altered_report_is_found,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let report = day.report(LIU, incident("管涌")).await;
        let receipt = day.send(LIU, report).await.unwrap().receipt;
        let other = day.all_clear("东湖镇 · 杨村").await.receipt;
        let service = &day.house.service;
        let prove = |number, mac| service.verify_receipt(number, mac);
        assert_eq!(
            prove(receipt.number, receipt.mac).await.unwrap(),
            Proof::Genuine(receipt.clone())
        );
        assert_eq!(prove(receipt.number, other.mac).await.unwrap(), Proof::Unknown);
        assert_eq!(
            prove(Number(CheckInId(99)), receipt.mac).await.unwrap(),
            Proof::Unknown
        );
        // A redaction takes the texts with their salt, and everything still verifies.
        day.meddle("UPDATE check_in SET narrative = NULL, salt = NULL WHERE kind = 'incident'")
            .await;
        assert_eq!(
            prove(receipt.number, receipt.mac).await.unwrap(),
            Proof::Genuine(receipt.clone())
        );
        day.meddle("UPDATE check_in SET facts = REPLACE(facts, 'flood', 'fire') WHERE kind = 'incident'")
            .await;
        assert_eq!(
            prove(receipt.number, receipt.mac).await.unwrap(),
            Proof::Altered(receipt)
        );
    }
);

on_both!(
    a_round_is_sealed_after_it_closed_and_later_reports_leave_the_seal_as_it_is,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        day.all_clear(LIU).await;
        day.all_clear("东湖镇 · 杨村").await;
        let round = RoundId(day.count("SELECT MIN(id) FROM round").await);
        day.until("20:00").await;
        let unsealed = day.house.service.verify_seal(round).await;
        assert!(matches!(unsealed, Err(Error::Missing("seal"))));
        day.until("20:01").await;
        let (seal, holds) = day.house.service.verify_seal(round).await.unwrap();
        assert!(holds);
        assert_eq!(seal.count, 2);

        let report = day.report(LIU, incident("房屋倒塌")).await;
        day.send(LIU, report).await.unwrap();
        day.until("20:10").await;
        assert_eq!(day.house.service.verify_seal(round).await.unwrap(), (seal, true));

        day.meddle("DELETE FROM check_in WHERE id = (SELECT MIN(id) FROM check_in)")
            .await;
        let (found, holds) = day.house.service.verify_seal(round).await.unwrap();
        assert!(!holds);
        assert_eq!(found.count, 1);
    }
);

on_both!(
    an_extended_deadline_keeps_the_round_unsealed_until_it_has_passed,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("16:10").await;
        let (officer, owed) = (day.officer().await, day.owed(LIU).await);
        let until = crate::support::local("2026-06-01 21:00");
        day.house
            .service
            .extend(&officer, &[owed], until, "停电")
            .await
            .unwrap();
        let closes = day.stored(owed).await.obligation.window.closes();
        assert!(closes > crate::support::local("2026-06-01 20:00"));
        day.until("20:30").await;
        let round = RoundId(day.count("SELECT MIN(id) FROM round").await);
        let unsealed = day.house.service.verify_seal(round).await;
        assert!(matches!(unsealed, Err(Error::Missing("seal"))));
        day.all_clear(LIU).await;
        day.until("2026-06-02 02:00").await;
        let (seal, holds) = day.house.service.verify_seal(round).await.unwrap();
        assert!(holds);
        assert_eq!(seal.count, 1);
    }
);
