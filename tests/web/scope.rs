//! Every address of one thing, with every role over its own unit, a unit below, beside and above.

use crate::{Browser, asked, incident_form, link_of, site_with, unit, village};
use allclear::domain::access::{Actor, Grant, Identity, Role};
use allclear::domain::ids::AccountId;
use allclear::domain::unit::UnitPath;
use allclear::web;

/// Where somebody stands, seen from the village that reported, and whether he reaches it.
const PLACES: [(&str, bool); 4] = [
    ("朱家村", true),
    ("大塘村", false),
    ("谢家滩镇", true),
    ("鄱阳县", true),
];

/// Reports an urgent incident; gives its receipt's number.
async fn report(clerk: &mut Browser) -> String {
    let form = incident_form(clerk).await;
    let (unit, owed, uuid) = (form.field("unit"), form.field("obligation"), form.field("uuid"));
    let fields = [
        ("unit", unit.as_str()),
        ("obligation", &owed),
        ("uuid", &uuid),
        ("class", "flash_flood"),
        ("place", "三组"),
        ("urgent", "1"),
    ];
    let sent = clerk.post("/desk/incident", &fields).await;
    let address = sent.goes_to().to_owned();
    let number = address.rsplit('/').next().unwrap();
    number.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_thing_of_a_unit_is_there_for_its_own_and_those_above_alone() {
    let site = site_with(&[("duty.leaders", "leader@county.example")]).await;
    asked(&site).await;
    let number = report(&mut village(&site, "朱家村").await).await;
    let village = unit(&site, "朱家村").await.to_string();
    let things = [
        ("/board/unit/{id}", village.as_str()),
        ("/incident/{id}", "1"),
        ("/incident/{id}/report", "1"),
        ("/alert/{id}", "1"),
        ("/receipt/{number}", &number),
        ("/redact/{number}", &number),
        ("/desk/follow/{id}", "1"),
    ];
    let doors = web::table();
    for role in [Role::Reporter, Role::Head, Role::DutyOfficer, Role::Leader] {
        for (place, reaches) in PLACES {
            let mut browser = site.browser();
            let login = format!("{}{place}", role.code());
            let link = link_of(&site, &login, role, place).await;
            browser.post(&link, &[]).await.must_be(303);
            let actor = Actor {
                identity: Identity::Account(AccountId(1)),
                grants: vec![Grant::new(role, Some(UnitPath::parse("/1/").unwrap())).unwrap()],
                label: String::new(),
            };
            for (pattern, id) in things {
                let path = pattern.replace("{id}", id).replace("{number}", id);
                let got = browser.get(&path).await.status.as_u16();
                let route = doors.iter().find(|route| route.path == pattern).unwrap();
                let expected = match (route.door.admits(Some(&actor)), reaches) {
                    (false, _) => 403,
                    (true, true) => 200,
                    (true, false) => 404,
                };
                assert_eq!(got, expected, "{role} over {place} at {path}");
                if !reaches {
                    let posted = browser.post(&path, &[]).await.status.as_u16();
                    assert!(
                        (400..500).contains(&posted),
                        "{role} over {place} posts to {path}: {posted}"
                    );
                }
            }
        }
    }
}
