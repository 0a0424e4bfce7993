//! Who may report for whom, and what is not stored.

use allclear::domain::checkin::{Author, Content, Provenance};
use allclear::domain::form::{Field, Flaw};
use allclear::domain::ids::{DeviceId, ObligationId};
use allclear::domain::intake::Refusal;
use allclear::domain::standing::Timeliness;
use allclear::service::Error;

use crate::support::{Day, caller, incident, on_both};

const LIU: &str = "东湖镇 · 柳村";

on_both!(
    a_report_by_phone_counts_is_marked_and_the_unit_is_told,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("20:30").await;
        let officer = day.officer().await;
        let mut report = day.report(LIU, Content::AllClear).await;
        report.provenance = Provenance::Phone;
        let owed = report.obligation.unwrap();
        let bare = day.house.service.submit(&officer, report.clone()).await;
        assert!(matches!(bare, Err(Error::Refused(Refusal::CallerNeeded))));
        report.caller = caller(day.house.service.now());
        let outcome = day.house.service.submit(&officer, report).await.unwrap();
        assert_eq!(outcome.timeliness, Some(Timeliness::Late));
        let stored = day.stored(owed).await.obligation;
        assert_eq!(stored.provenance, Some(Provenance::Phone));
        let told = day.calls().await;
        assert_eq!(told, ["account liu@v.example 0/0 waiting"]);
        let kept = {
            let mut conn = day.house.service.store.read().await.unwrap();
            conn.check_in(outcome.receipt.number.0).await.unwrap().unwrap()
        };
        assert!(
            matches!(kept.author, Author::Account(_)),
            "not what the form said"
        );
        assert_eq!(kept.caller.unwrap().post, "村值班岗");
    }
);

on_both!(
    a_workstation_reports_for_its_own_unit_and_under_its_own_name,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let other = day.report("东湖镇 · 杨村", Content::AllClear).await;
        let refused = day.send(LIU, other.clone()).await;
        assert!(matches!(refused, Err(Error::Missing("unit"))));
        // The right unit, but an obligation of another.
        let mut mixed = day.report(LIU, Content::AllClear).await;
        mixed.obligation = other.obligation;
        let refused = day.send(LIU, mixed).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::OtherUnit))));
        for provenance in [Provenance::Proxy, Provenance::Phone] {
            let mut report = day.report(LIU, Content::AllClear).await;
            report.provenance = provenance;
            assert!(matches!(day.send(LIU, report).await, Err(Error::Denied(_))));
        }
        let mut forged = day.report(LIU, Content::AllClear).await;
        forged.author = Author::Device(DeviceId(999));
        let outcome = day.send(LIU, forged).await.unwrap();
        let mut conn = day.house.service.store.read().await.unwrap();
        let kept = conn.check_in(outcome.receipt.number.0).await.unwrap().unwrap();
        assert_ne!(kept.author, Author::Device(DeviceId(999)));
    }
);

on_both!(
    an_identity_number_is_never_stored_and_the_clerk_is_told,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let report = day
            .report(LIU, incident("村民 11010519491231002X 转移，电话 13800138000"))
            .await;
        let outcome = day.send(LIU, report).await.unwrap();
        assert_eq!((outcome.notice.masked, outcome.notice.mobile), (1, true));
        let stored = day
            .count("SELECT COUNT(*) FROM check_in WHERE narrative LIKE '%19491231%'")
            .await;
        assert_eq!(stored, 0);
        let masked = day
            .count("SELECT COUNT(*) FROM check_in WHERE narrative LIKE '%[身份证号已隐去]%'")
            .await;
        assert_eq!(masked, 1);
    }
);

on_both!(
    everything_that_is_wrong_with_a_form_is_said_at_once,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("15:00").await;
        let mut report = day.report(LIU, incident(&"水".repeat(10_000))).await;
        if let Content::Incident(i) = &mut report.content {
            i.class = "weather".into();
            i.dead = Some(u32::MAX);
        }
        let Err(Error::Form(faults)) = day.send(LIU, report).await else {
            panic!("a form with faults was taken");
        };
        let fields: Vec<Field> = faults.iter().map(|f| f.field).collect();
        assert_eq!(fields, [Field::Class, Field::What, Field::Dead]);
        assert!(matches!(faults[1].flaw, Flaw::TooLong { has: 10_000, .. }));
        assert_eq!(day.count("SELECT COUNT(*) FROM check_in").await, 0);
    }
);

on_both!(what_does_not_exist_is_refused_in_words, |db| async move {
    let day = Day::begin(db).await;
    day.until("15:00").await;
    for id in [0, -1, i64::MAX, i64::MIN] {
        let mut report = day.report(LIU, Content::AllClear).await;
        report.obligation = Some(ObligationId(id));
        let refused = day.send(LIU, report).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::UnknownObligation))));
    }
    let nothing = day.unowed(LIU, Content::AllClear).await;
    let refused = day.send(LIU, nothing).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::NothingOwed))));
});
