//! Holds that the open incidents and the refused addresses are read leaf by leaf, and that every one is on a leaf.

use std::collections::BTreeSet;

use super::Office;
use super::support::{Answer, Browser, Day, Fresh, incident, local, on_both};

const VILLAGE: &str = "东湖镇 · 柳村";
const MANY: usize = 60;

/// Gives what a list names, told by a mark before and a mark after it.
fn named(page: &Answer, (before, after): (&str, &str)) -> Vec<String> {
    let parts = page.text.split(before).skip(1);
    parts
        .filter_map(|rest| Some(rest.split_once(after)?.0.to_owned()))
        .collect()
}

/// Reads a list of sixty on its two leaves, by the links beneath them.
async fn both(officer: &mut Browser, first: &str, second: &str, marks: (&str, &str)) -> BTreeSet<String> {
    let page = officer.get(first).await;
    page.must_say("第 1–50 个，共 60 个")
        .must_say(&format!("href=\"{second}\" rel=\"next\""));
    let mut seen = named(&page, marks);
    assert_eq!(seen.len(), 50, "{first}");
    let rest = officer
        .get(&second.replace("&amp;", "&").replace("&#38;", "&"))
        .await;
    rest.must_say("第 51–60 个，共 60 个")
        .must_say("rel=\"prev\"")
        .must_not_say("rel=\"next\"");
    seen.extend(named(&rest, marks));
    assert_eq!(seen.len(), MANY, "no line stands on both");
    seen.into_iter().collect()
}

/// Opens the small county with sixty open incidents.
async fn busy(db: &'static Fresh) -> Office {
    let day = Day::begin(db).await;
    for n in 0..MANY {
        let report = day.unowed(VILLAGE, incident(&format!("渗水 {n}"))).await;
        day.send(VILLAGE, report).await.unwrap();
    }
    Office::open(day).await
}

on_both!(
    many_open_incidents_are_read_leaf_by_leaf_and_counted_as_a_whole,
    |db| async move {
        let office = busy(db).await;
        let mut officer = office.officer().await;
        officer.get("/incidents").await.must_say("未结束的事件 60 起");
        let marks = ("</span> <a href=\"/incident/", "\"");
        let path = ("/incidents", "/incidents?leaf=2");
        let seen = both(&mut officer, path.0, path.1, marks).await;
        assert_eq!(seen.len(), MANY);
        // Past the end it is the last leaf.
        officer
            .get("/incidents?leaf=9")
            .await
            .must_say("第 51–60 个，共 60 个");
    }
);

on_both!(
    many_refused_addresses_are_read_leaf_by_leaf_in_the_tray_that_is_open,
    |db| async move {
        let day = Day::begin(db).await;
        let mut table = String::from("code|parent_code|name|kind|reporter_email\n");
        for n in 0..MANY {
            table.push_str(&format!("|361128101|湾村{n:02}|village|gone{n:02}@v.example\n"));
        }
        day.house.import(&table).await;
        let office = Office::open(day).await;
        let mut tx = office.day.house.service.store.begin().await.unwrap();
        for n in 0..MANY {
            let address = format!("gone{n:02}@v.example");
            tx.mark_bad(&address, local("2026-06-01 08:00"), "550 no such user")
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let mut officer = office.officer().await;
        let marks = ("<strong class=\"num\">gone", "@v.example");
        let path = ("/outbox", "/outbox?tray=accepted&#38;leaf=2");
        let seen = both(&mut officer, path.0, path.1, marks).await;
        assert_eq!(seen.len(), MANY);
    }
);
