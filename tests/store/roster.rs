//! The duty roster: shifts, who stands in, swaps, the change of shifts, calendars.

use allclear::domain::address::Address;
use allclear::domain::roster::{Duty, Post, Shift, StandIn, Swap};
use allclear::domain::time::BusinessDate;

use super::ground::{at, ground, run};
use crate::support::on_both;

fn day(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

fn address(name: &str) -> Address {
    Address::parse(&format!("{name}@county.example")).unwrap()
}

fn post(name: &str) -> Post {
    Post {
        name: format!("{name}岗"),
        address: address(name),
        phone: Some("0793-1".to_owned()),
    }
}

fn shift(date: &str, duty: Duty, name: &str) -> Shift {
    Shift {
        day: day(date),
        duty,
        post: post(name),
    }
}

on_both!(a_day_is_what_was_put_last_and_other_days_stay, |db| async move {
    let (g, mut tx) = ground(db).await;
    let first = [
        shift("2026-06-01", Duty::Officer, "a"),
        shift("2026-06-01", Duty::Leader, "chief"),
        shift("2026-06-01", Duty::Officer, "a"),
        shift("2026-06-02", Duty::Officer, "b"),
    ];
    for date in ["2026-06-01", "2026-06-02"] {
        tx.put_day(g.county, day(date), &first).await.unwrap();
    }
    let (from, to) = (day("2026-06-01"), day("2026-06-02"));
    let all = tx.shifts(&[g.county, g.villages[0]], from, to).await.unwrap();
    assert_eq!(all.keys().collect::<Vec<_>>(), [&g.county]);
    let told = |shifts: &[Shift]| -> Vec<_> {
        let one = |s: &Shift| format!("{} {} {}", s.day, s.duty.code(), s.post.name);
        shifts.iter().map(one).collect()
    };
    assert_eq!(
        told(&all[&g.county]),
        [
            "2026-06-01 officer a岗",
            "2026-06-01 leader chief岗",
            "2026-06-02 officer b岗"
        ]
    );
    assert_eq!(all[&g.county][0].post, post("a"));
    tx.put_day(g.county, from, &[]).await.unwrap();
    let left = tx.shifts(&[g.county], from, to).await.unwrap();
    assert_eq!(told(&left[&g.county]), ["2026-06-02 officer b岗"]);
    assert_eq!(tx.rostered().await.unwrap(), [g.county]);
    let late = (day("2027-01-01"), day("2027-01-02"));
    let units = [g.county, g.villages[0]];
    let kept = tx.shifts_and_one(&units, late.0, late.1).await.unwrap();
    assert_eq!(told(&kept[&g.county]), ["2026-06-02 officer b岗"]);
    assert_eq!(kept.len(), 1, "no unit without a roster");
    let both = tx.shifts_and_one(&units, from, to).await.unwrap();
    assert_eq!(told(&both[&g.county]), ["2026-06-02 officer b岗"], "none twice");
    let own = tx.shifts_of(&address("b"), from).await.unwrap();
    assert_eq!(own, [(g.county, shift("2026-06-02", Duty::Officer, "b"))]);
    assert!(
        tx.shifts_of(&address("b"), day("2026-06-03"))
            .await
            .unwrap()
            .is_empty()
    );
    run(&mut tx, "UPDATE duty_shift SET role = 'cook'").await;
    assert!(tx.shifts(&[g.county], from, to).await.is_err());
});

on_both!(
    the_county_keeps_a_duty_office_and_a_village_does_not,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let among = [g.villages[0], g.county, g.villages[1]];
        let offices = tx.offices(&among).await.unwrap();
        assert_eq!(offices.into_iter().collect::<Vec<_>>(), [g.county]);
        assert!(tx.offices(&[]).await.unwrap().is_empty());
    }
);

on_both!(
    a_substitution_holds_until_it_ends_or_is_taken_back,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let what = StandIn {
            absent: address("chief"),
            by: post("deputy"),
            from: at(10),
            until: at(20),
        };
        let id = tx.add_stand_in(g.county, &what, g.officer, at(0)).await.unwrap();
        let known = tx.stand_ins(&[g.county], at(19)).await.unwrap();
        assert_eq!((known.len(), known[0].id, &known[0].what), (1, id, &what));
        assert!(tx.stand_ins(&[g.county], at(20)).await.unwrap().is_empty());
        assert!(tx.stand_ins(&[g.villages[0]], at(0)).await.unwrap().is_empty());
        assert!(!tx.end_stand_in(g.villages[0], id, at(5)).await.unwrap());
        assert!(tx.end_stand_in(g.county, id, at(5)).await.unwrap());
        assert!(!tx.end_stand_in(g.county, id, at(6)).await.unwrap());
        assert!(tx.stand_ins(&[g.county], at(5)).await.unwrap().is_empty());
    }
);

on_both!(a_swap_is_decided_once, |db| async move {
    let (g, mut tx) = ground(db).await;
    let what = Swap {
        duty: Duty::Officer,
        day: day("2026-06-01"),
        address: address("a"),
        other_day: day("2026-06-02"),
        other_address: address("b"),
    };
    let id = tx
        .add_swap(g.county, &what, "开会", g.officer, at(0))
        .await
        .unwrap();
    let later = tx
        .add_swap(g.county, &what, "培训", g.officer, at(1))
        .await
        .unwrap();
    let stored = tx.swap(id).await.unwrap().unwrap();
    assert_eq!((&stored.what, stored.reason.as_str()), (&what, "开会"));
    assert_eq!((stored.asked_by, stored.asked.1), (g.officer, at(0)));
    assert_eq!(stored.decided, None);
    assert!(tx.decide_swap(later, true, g.officer, at(2)).await.unwrap());
    assert!(!tx.decide_swap(later, false, g.officer, at(3)).await.unwrap());
    let all = tx.swaps(g.county).await.unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|s| (s.id, s.decided.as_ref().map(|d| (d.1, d.2))))
        .collect();
    assert_eq!(told, [(id, None), (later, Some((at(2), true)))]);
    assert_eq!(tx.swap(99).await.unwrap(), None);
});

on_both!(a_shift_hands_over_what_lies_on_the_desk, |db| async move {
    let (g, mut tx) = ground(db).await;
    tx.add_duty_note(g.county, "水位上涨", g.officer, at(1))
        .await
        .unwrap();
    tx.add_duty_note(g.county, "泵站待修", g.officer, at(5))
        .await
        .unwrap();
    let notes = tx.duty_notes(g.county, Some(at(1))).await.unwrap();
    assert_eq!(
        notes.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(),
        ["泵站待修"]
    );
    assert_eq!(tx.duty_notes(g.county, None).await.unwrap().len(), 2);
    let id = tx.add_handover(g.county, "{}", g.officer, at(6)).await.unwrap();
    let last = tx.handovers(g.county).await.unwrap();
    assert_eq!((last.len(), last[0].id, last[0].at), (1, id, at(6)));
    assert!(tx.handovers(g.villages[0]).await.unwrap().is_empty());

    let incident = g.incident(&mut tx, 5).await;
    let county = tx.unit(g.county).await.unwrap().unwrap();
    let desk = tx.open_desk(&county.path, at(10)).await.unwrap();
    assert_eq!((desk.incidents, desk.failed), (vec![incident.0], 0));
    assert!(desk.unmet.is_empty());
});

on_both!(
    a_calendar_opens_by_its_secret_until_it_is_closed,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let chief = address("chief");
        tx.add_feed(g.county, &chief, "one", g.officer, at(0))
            .await
            .unwrap();
        assert_eq!(tx.feed_by("one").await.unwrap().unwrap().address, chief);
        tx.add_feed(g.county, &chief, "two", g.officer, at(1))
            .await
            .unwrap();
        assert_eq!(tx.feed_by("one").await.unwrap(), None);
        let feeds = tx.feeds(g.county).await.unwrap();
        assert_eq!((feeds.len(), feeds[0].at, feeds[0].unit), (1, at(1), g.county));
        assert!(!tx.end_feed(g.villages[0], feeds[0].id, at(2)).await.unwrap());
        assert!(tx.end_feed(g.county, feeds[0].id, at(2)).await.unwrap());
        assert_eq!(tx.feed_by("two").await.unwrap(), None);
    }
);
