//! An ID number is masked or refused on every way in, and stands nowhere afterwards.

use allclear::domain::access::Actor;
use allclear::domain::checkin::{Content, Provenance};
use allclear::domain::incident::FindingKind;
use allclear::service::{About, Error};
use serde_json::json;
use uuid::Uuid;

use super::redact::stands_somewhere;
use crate::support::caller;
use crate::{Day, Site, incident, on_both};

const ID: &str = "11010519491231002X";

on_both!(
    an_id_number_stands_nowhere_whichever_way_it_came,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("09:00").await;
        let (service, officer) = (day.house.service.clone(), day.officer().await);
        let says = format!("联系人 {ID}");
        let (liu, yang) = ("东湖镇 · 柳村", "东湖镇 · 杨村");

        // Pages and phone notes: the report, why it is late, who phoned.
        let mut report = day.report(liu, incident(&says)).await;
        report.reason = Some(says.clone());
        let sent = day.send(liu, report).await.unwrap();
        let owed = day.owed(yang).await;
        let mut phoned = day.report(yang, Content::AllClear).await;
        phoned.provenance = Provenance::Phone;
        phoned.caller = caller(service.now()).map(|mut caller| {
            caller.post = format!("值班岗{ID}");
            caller
        });
        phoned.reason = Some(says.clone());
        service.submit(&officer, phoned).await.unwrap();

        // The API.
        let unit = day.unit("清河县 · 西山镇").await;
        let reach = (unit, allclear::store::TokenScope::Report);
        let span = chrono::TimeDelta::days(9);
        let token = service
            .issue_token(&Actor::console(), &format!("平台{ID}"), reach, span)
            .await;
        let token = match token {
            Ok(token) => token,
            Err(_) => service
                .issue_token(&Actor::console(), "平台", reach, span)
                .await
                .unwrap(),
        };
        let site = Site::open(day.house.clone()).await;
        let body = json!({ "id": Uuid::new_v4(), "unit": "361128102201", "kind": "incident", "reason": says,
        "incident": { "class": "flood", "place": says, "what": says, "measures": format!("１１０１０５１９４９１２３１００２Ｘ {ID}") } });
        let mut system = site
            .browser()
            .says("sec-fetch-site", "")
            .says("authorization", &format!("Bearer {token}"));
        let kind = Some("application/json");
        let answer = system
            .send(
                hyper::Method::POST,
                "/api/v1/check-ins",
                kind,
                body.to_string().into(),
            )
            .await;
        answer.must_be(201);

        // Notes, reasons, remarks.
        let report = service
            .store
            .read()
            .await
            .unwrap()
            .check_in(sent.receipt.number.0)
            .await
            .unwrap()
            .unwrap();
        let one = report.check_in.incident.unwrap();
        service
            .find(&officer, About::Obligation(owed), FindingKind::Omitted, &says)
            .await
            .unwrap();
        service
            .note_for_next(&officer, day.unit("清河县").await, &says)
            .await
            .unwrap();
        service.close_incident(&officer, one, &says).await.unwrap();
        service.reopen_incident(&officer, one, &says).await.unwrap();
        let other = day.owed("西山镇 · 柳村").await;
        service.excuse(&officer, &[other], &says).await.unwrap();
        service
            .redact(&officer, sent.receipt.number.0, &[], &["联系人"], &says)
            .await
            .unwrap();

        // Import: why, and what is in the table.
        let table = crate::support::table("code|parent_code|name|kind\n361128103|361128|南港镇|township");
        service
            .import_units(&Actor::console(), &table, &says)
            .await
            .unwrap();
        let table = crate::support::table(&format!(
            "code|parent_code|name|kind\n361128104|361128|{ID}镇|township"
        ));
        let refused = service.import_units(&Actor::console(), &table, "导入").await;
        assert!(matches!(refused, Err(Error::Rows(_))), "{refused:?}");

        for part in [ID, "11010519491231002", "１１０１０５"] {
            assert_eq!(stands_somewhere(&day, part).await, [""; 0], "{part}");
        }
    }
);
