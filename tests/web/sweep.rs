//! Every address with every role: the door of the table decides, and `docs/access.md` says the same.

use std::fmt::Write as _;

use crate::{Browser, link_of, site, unit, village};
use allclear::domain::access::{Actor, Deed, Door, Grant, Identity, Reach, Role};
use allclear::domain::ids::{AccountId, DeviceId};
use allclear::domain::unit::UnitPath;
use allclear::web;

/// Whoever may come: nobody's name, a workstation, and each role.
fn visitors() -> Vec<(&'static str, Option<Actor>)> {
    let actor = |identity, role: Role| {
        let over = (!role.is_whole()).then(|| UnitPath::parse("/1/").unwrap());
        Some(Actor {
            identity,
            grants: vec![Grant::new(role, over).unwrap()],
            label: String::new(),
        })
    };
    let device = actor(Identity::Device(DeviceId(1)), Role::Reporter);
    let roles = Role::ALL.map(|role| (role.code(), actor(Identity::Account(AccountId(1)), role)));
    [("nobody", None), ("workstation", device)]
        .into_iter()
        .chain(roles)
        .collect()
}

/// Writes the access table as the documentation has it.
fn document() -> String {
    let mut text = "# Who may do what\n\n\
        Written from the table of addresses (`src/web/router.rs`) and the deeds (`src/domain/access/deed.rs`) by\n\
        `UPDATE=1 cargo test --test web sweep`; a test fails while it is not current. Do not edit it.\n\n\
        ## Addresses\n\n\
        Whoever is not admitted is sent to the sign-in or refused before anything is read. `halfway` addresses admit a sign-in\n\
        that waits for its second step. All of `/api/v1` asks for an API token. What is admitted still sees its own units only.\n\n"
        .to_owned();
    let visitors = visitors();
    let names: Vec<String> = visitors.iter().map(|(name, _)| name.replace('_', " ")).collect();
    writeln!(text, "| address | {} |", names.join(" | ")).unwrap();
    writeln!(text, "|---{}|", "|---".repeat(names.len())).unwrap();
    for route in web::table() {
        let halfway = if route.door == Door::Halfway {
            " (halfway)"
        } else {
            ""
        };
        let marks = visitors.iter().map(|(_, actor)| {
            if route.door.admits(actor.as_ref()) {
                "✓"
            } else {
                ""
            }
        });
        let marks: Vec<&str> = marks.collect();
        writeln!(text, "| `{}`{halfway} | {} |", route.path, marks.join(" | ")).unwrap();
    }
    text.push_str(
        "\n## Deeds\n\nHow far each role reaches: its own unit, that and all below it, or the whole service.\n\n",
    );
    writeln!(text, "| deed | {} |", names[2..].join(" | ")).unwrap();
    writeln!(text, "|---{}|", "|---".repeat(names.len() - 2)).unwrap();
    for deed in Deed::ALL {
        let reach = |role: Role| {
            let leave = deed.leave().iter().find(|(of, _)| *of == role);
            leave.map_or("", |(_, reach)| match reach {
                Reach::Own => "own",
                Reach::Below => "below",
                Reach::Whole => "whole",
            })
        };
        writeln!(text, "| {deed:?} | {} |", Role::ALL.map(reach).join(" | ")).unwrap();
    }
    text
}

#[test]
fn the_access_table_of_the_documentation_is_current() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access.md");
    let now = document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == now,
        "docs/access.md is not current: UPDATE=1 cargo test --test web sweep"
    );
}

#[tokio::test]
async fn every_address_admits_every_role_as_its_door_says() {
    let site = site().await;
    for (name, actor) in visitors() {
        let mut browser = match (&actor, name) {
            (None, _) => site.browser(),
            (_, "workstation") => village(&site, "朱家村").await,
            _ => {
                let role = Role::ALL.into_iter().find(|role| role.code() == name).unwrap();
                let over = if role.is_whole() { "" } else { "鄱阳县" };
                let mut browser = site.browser();
                let link = link_of(&site, name, role, over).await;
                browser.post(&link, &[]).await.must_be(303);
                browser
            }
        };
        for route in web::table() {
            if route.door == Door::Anyone {
                continue;
            }
            let is_in = admitted(&mut browser, route.path).await;
            let expected = route.door.admits(actor.as_ref());
            assert_eq!(is_in, expected, "{name} at {}", route.path);
        }
    }
}

/// Tells whether a door lets a browser in; an address that shows nothing is sent an empty form.
async fn admitted(browser: &mut Browser, path: &str) -> bool {
    let path = path.replace("{id}", "1").replace("{number}", "1");
    let mut answer = browser.get(&path).await;
    if answer.status == 405 {
        answer = browser.post(&path, &[]).await;
    }
    let status = answer.status.as_u16();
    assert!(status < 500 && status != 405, "{path}: {status}");
    let signs_in = status == 303 && answer.goes_to().starts_with("/signin");
    !signs_in && !matches!(status, 401 | 403)
}

#[tokio::test]
async fn the_page_of_a_unit_opens_for_its_own_and_those_above_only() {
    let site = site().await;
    let places = ["鄱阳县", "谢家滩镇", "朱家村", "大塘村"];
    let sees = [
        ("谢家滩镇", [404, 200, 200, 200]),
        ("朱家村", [404, 404, 200, 404]),
    ];
    for role in [Role::Reporter, Role::Head, Role::DutyOfficer, Role::Leader] {
        for (n, (over, expected)) in sees.into_iter().enumerate() {
            let mut browser = site.browser();
            let link = link_of(&site, &format!("{}{n}", role.code()), role, over).await;
            browser.post(&link, &[]).await.must_be(303);
            for (name, status) in places.into_iter().zip(expected) {
                let id = unit(&site, name).await;
                let got = browser.get(&format!("/board/unit/{id}")).await;
                assert_eq!(got.status.as_u16(), status, "{role:?} over {over} at {name}");
            }
        }
    }
}
