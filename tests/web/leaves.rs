//! Holds that no list of the office grows with the county: a long one is read leaf by leaf, and nothing is left out.

use allclear::domain::access::{Actor, Role};
use allclear::domain::language::Lang;
use allclear::store::{Granted, NewAccount};

use crate::admin::{administrator, empty};
use crate::support::{Site, on_both};

const MANY: usize = 120;

/// A county with many villages directly beneath it, and an account for each of some.
async fn crowded(site: &Site) {
    let mut table = String::from("code|parent_code|name|kind\n361128||清河县|county\n");
    for n in 0..MANY {
        table.push_str(&format!("|361128|直村{n:03}|village\n"));
    }
    site.house.import(&table).await;
    let tree = site.house.service.tree().await.unwrap();
    let unit = tree.roots().next().unwrap().id;
    for n in 0..60 {
        let new = NewAccount {
            login: format!("post{n:02}"),
            label: format!("岗位{n:02}"),
            address: None,
            language: Lang::Zh,
        };
        let role = [Granted {
            role: Role::Reporter,
            unit: Some(unit),
        }];
        let made = site
            .house
            .service
            .create_account(&Actor::console(), new, &role)
            .await;
        made.unwrap();
    }
}

on_both!(a_long_list_of_the_office_is_read_leaf_by_leaf, |db| async move {
    let site = empty(db).await;
    crowded(&site).await;
    let mut admin = administrator(&site, "sys", Role::SystemAdministrator).await;
    let page = admin.get("/admin/units").await;
    page.must_say("第 1–100 个，共 120 个")
        .must_say("直村099")
        .must_not_say("直村100");
    page.must_say("href=\"/admin/units?leaf=2\"");
    let page = admin.get("/admin/units?leaf=2").await;
    page.must_say("直村119").must_not_say("直村099");
    let page = admin.get("/admin/units?q=%E7%9B%B4%E6%9D%91&leaf=3").await;
    page.must_say("第 101–120 个")
        .must_say("直村119")
        .must_not_say("直村099");
    let mut security = administrator(&site, "sec", Role::SecurityAdministrator).await;
    let page = security.get("/admin/slips").await;
    page.must_say("直村099").must_not_say("直村100");
    // What a heading counts is the whole of it.
    page.must_say("已开通 0/120");
    security
        .get("/admin/slips?under=0&leaf=2")
        .await
        .must_say("直村119");
    let page = security.get("/admin/accounts").await;
    page.must_say("第 1–50 个")
        .must_say("岗位00")
        .must_not_say("岗位59");
    security
        .get("/admin/accounts?show=all&leaf=2")
        .await
        .must_say("岗位59");
});
