use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::domain::table::Record;

const ZONE: Tz = chrono_tz::Asia::Shanghai;

fn day(text: &str) -> BusinessDate {
    text.parse().unwrap()
}

fn nine() -> NaiveTime {
    NaiveTime::from_hms_opt(9, 0, 0).unwrap()
}

fn at(date: &str, hour: u32, minute: u32) -> Timestamp {
    timestamp(day(date), NaiveTime::from_hms_opt(hour, minute, 0).unwrap(), ZONE)
}

fn post(name: &str) -> Post {
    Post {
        name: name.to_owned(),
        address: address(name),
        phone: None,
    }
}

fn address(name: &str) -> Address {
    Address::parse(&format!("{name}@county.example")).unwrap()
}

fn shift(date: &str, duty: Duty, name: &str) -> Shift {
    Shift {
        day: day(date),
        duty,
        post: post(name),
    }
}

const COUNTY: UnitId = UnitId(1);
const TOWN: UnitId = UnitId(2);

fn village() -> UnitPath {
    UnitPath::root(COUNTY).child(TOWN).child(UnitId(3))
}

fn offices() -> BTreeSet<UnitId> {
    BTreeSet::from([COUNTY])
}

fn now_of(county: &[Shift], town: &[Shift]) -> Now {
    Now {
        shifts: BTreeMap::from([(COUNTY, county.to_vec()), (TOWN, town.to_vec())]),
        leaders: vec![address("set-leader")],
        officers: vec![address("set-officer")],
        ..Now::default()
    }
}

const DAY: &str = "2026-06-01";

#[test]
fn the_shift_changes_at_the_hour_and_not_a_millisecond_before() {
    let change = at("2026-06-02", 9, 0);
    let one = TimeDelta::milliseconds(1);
    assert_eq!(duty_day(change - one, nine(), ZONE), day(DAY));
    assert_eq!(duty_day(change, nine(), ZONE), day("2026-06-02"));
    assert_eq!(duty_day(change + one, nine(), ZONE), day("2026-06-02"));
    assert_eq!(duty_day(at("2026-06-02", 0, 0), nine(), ZONE), day(DAY));
    assert_eq!(
        duty_day(at("2026-06-02", 0, 0), NaiveTime::MIN, ZONE),
        day("2026-06-02")
    );
    assert_eq!(span(day(DAY), nine(), ZONE), (at(DAY, 9, 0), change));
}

#[test]
fn a_village_is_answered_for_by_its_township_and_its_county_and_not_by_itself() {
    let county = [
        shift(DAY, Duty::Leader, "chief"),
        shift(DAY, Duty::Officer, "clerk"),
    ];
    let mut now = now_of(&county, &[shift(DAY, Duty::Officer, "town")]);
    now.shifts
        .insert(UnitId(3), vec![shift(DAY, Duty::Officer, "village")]);
    let told = now.urgent(&village(), &offices(), &BTreeSet::new(), at(DAY, 12, 0));
    assert_eq!(told, [address("chief"), address("clerk"), address("town")]);
    assert_eq!(
        now.offices(&offices(), at(DAY, 12, 0)),
        BTreeMap::from([(COUNTY, vec![address("chief")])])
    );
    let top = now.urgent(
        &UnitPath::root(COUNTY),
        &offices(),
        &BTreeSet::new(),
        at(DAY, 12, 0),
    );
    assert_eq!(top, [address("chief"), address("clerk")]);
}

#[test]
fn a_duty_that_no_desk_fills_falls_to_the_settings() {
    let now = now_of(&[shift(DAY, Duty::Officer, "clerk")], &[]);
    let told = now.urgent(&village(), &offices(), &BTreeSet::new(), at(DAY, 12, 0));
    assert_eq!(told, [address("clerk"), address("set-leader")]);
    assert_eq!(
        now.offices(&offices(), at(DAY, 12, 0))[&COUNTY],
        [address("set-leader")]
    );
    let nobody = Now::default();
    assert!(
        nobody
            .urgent(&village(), &offices(), &BTreeSet::new(), at(DAY, 12, 0))
            .is_empty()
    );
    let officer_only = Now {
        leaders: Vec::new(),
        ..now
    };
    assert_eq!(
        officer_only.offices(&offices(), at(DAY, 12, 0))[&COUNTY],
        [address("clerk")]
    );
    assert_eq!(
        officer_only.without_office(at(DAY, 12, 0)),
        [address("set-officer")]
    );
}

#[test]
fn a_duty_whose_every_address_was_refused_falls_to_the_settings_too() {
    let county = [
        shift(DAY, Duty::Leader, "chief"),
        shift(DAY, Duty::Officer, "clerk"),
    ];
    let now = now_of(&county, &[shift(DAY, Duty::Officer, "town")]);
    let told = |refused: &[&str]| {
        let refused = refused.iter().map(|name| address(name)).collect();
        now.urgent(&village(), &offices(), &refused, at(DAY, 12, 0))
    };
    let on = ["chief", "clerk", "town"].map(address);
    assert_eq!(told(&["clerk"]), on, "the township's officer is reached");
    let leaderless = ["chief", "clerk", "set-leader", "town"].map(address);
    assert_eq!(told(&["chief"]), leaderless);
    let all = ["chief", "clerk", "set-leader", "set-officer", "town"].map(address);
    assert_eq!(told(&["chief", "clerk", "town"]), all, "all are tried again");
}

#[test]
fn who_stands_in_is_told_for_just_that_time() {
    let stand_in = StandIn {
        absent: address("chief"),
        by: post("deputy"),
        from: at(DAY, 12, 0),
        until: at(DAY, 13, 0),
    };
    let mut now = now_of(&[shift(DAY, Duty::Leader, "chief")], &[]);
    now.stand_ins = vec![stand_in];
    let leader = |when: Timestamp| now.at(COUNTY, Duty::Leader, when)[0].name.clone();
    let one = TimeDelta::milliseconds(1);
    assert_eq!(leader(at(DAY, 12, 0) - one), "chief");
    assert_eq!(leader(at(DAY, 12, 0)), "deputy");
    assert_eq!(leader(at(DAY, 13, 0) - one), "deputy");
    assert_eq!(leader(at(DAY, 13, 0)), "chief");
    assert_eq!(now.instead(&address("chief"), at(DAY, 12, 30)), address("deputy"));
}

#[test]
fn a_stand_in_of_a_stand_in_is_found_and_a_circle_ends() {
    let stand_in = |absent: &str, by: &str| StandIn {
        absent: address(absent),
        by: post(by),
        from: at(DAY, 0, 0),
        until: at(DAY, 23, 0),
    };
    let chain = [stand_in("a", "b"), stand_in("b", "c")];
    assert_eq!(relieved(&address("a"), &chain, at(DAY, 1, 0)), Some(&post("c")));
    let circle = [stand_in("a", "b"), stand_in("b", "a")];
    assert_eq!(relieved(&address("a"), &circle, at(DAY, 1, 0)), Some(&post("b")));
    assert_eq!(relieved(&address("z"), &circle, at(DAY, 1, 0)), None);
}

#[test]
fn the_next_days_show_who_is_lacking() {
    let shifts = [
        shift("2026-06-01", Duty::Leader, "chief"),
        shift("2026-06-01", Duty::Officer, "clerk"),
        shift("2026-06-02", Duty::Officer, "clerk"),
    ];
    assert_eq!(
        gaps(&shifts, day("2026-06-01"), 3),
        [
            GapDay {
                day: day("2026-06-02"),
                lacks: vec![Duty::Leader]
            },
            GapDay {
                day: day("2026-06-03"),
                lacks: Duty::ALL.to_vec()
            },
        ]
    );
}

fn swap() -> Swap {
    Swap {
        duty: Duty::Officer,
        day: day("2026-06-02"),
        address: address("a"),
        other_day: day("2026-06-03"),
        other_address: address("b"),
    }
}

#[test]
fn two_shifts_change_hands_and_nothing_else_does() {
    let shifts = [
        shift("2026-06-02", Duty::Officer, "a"),
        shift("2026-06-02", Duty::Leader, "chief"),
        shift("2026-06-03", Duty::Officer, "b"),
        shift("2026-06-04", Duty::Officer, "a"),
    ];
    let after = swap().over(&shifts, day("2026-06-01")).unwrap();
    assert_eq!(
        after,
        [
            shift("2026-06-02", Duty::Officer, "b"),
            shift("2026-06-02", Duty::Leader, "chief"),
            shift("2026-06-03", Duty::Officer, "a"),
        ]
    );
    let no = |shifts: &[Shift], today: &str| swap().over(shifts, day(today)).unwrap_err();
    assert_eq!(no(&shifts, "2026-06-02"), SwapError::Begun);
    assert_eq!(no(&shifts[..1], "2026-06-01"), SwapError::Gone);
    let mut twice = shifts.to_vec();
    twice.push(shift("2026-06-03", Duty::Officer, "a"));
    assert_eq!(no(&twice, "2026-06-01"), SwapError::Twice);
    let same = Swap {
        other_day: day("2026-06-02"),
        ..swap()
    };
    assert_eq!(same.over(&shifts, day("2026-06-01")), Err(SwapError::Same));
}

fn table(rows: &[&str]) -> Vec<Record> {
    let record = |(place, row): (usize, &&str)| Record {
        row: place + 1,
        cells: row.split('|').map(|cell| cell.trim().to_owned()).collect(),
    };
    rows.iter().enumerate().map(record).collect()
}

#[test]
fn a_roster_is_read_with_title_free_order_and_several_rows_a_day() {
    let filled = read(
        &table(&[
            "鄱阳县 6 月值班表",
            "星期 | 日期 | 带班领导 | 带班领导邮箱 | 值班员 | 值班员邮箱 | 值班电话",
            "一 | 2026年6月1日 | 副县长岗 | chief@county.example | 值班一岗 | one@county.example | 0793-1",
            "一 | 2026/6/1 | | | 值班二岗 | two@county.example；three@county.example |",
        ]),
        day(DAY),
    )
    .unwrap();
    let first = &filled[&day(DAY)];
    assert_eq!(first.len(), 4);
    let leader = first.iter().next().unwrap();
    assert_eq!(
        (leader.duty, leader.post.name.as_str()),
        (Duty::Leader, "副县长岗")
    );
    assert!(compare(&filled, &first.iter().cloned().collect::<Vec<_>>()).is_empty());
    assert_eq!(compare(&filled, &[])[0].after.len(), 4);
}

#[test]
fn every_fault_of_a_roster_is_named_by_row() {
    let faults = read(
        &table(&[
            "值班日期 | leader | 带班邮箱 | officer | officer_email",
            "2026-02-30 | | | |",
            "2026-05-31 | | | |",
            "2026-06-02 | chief | | clerk | no-address",
        ]),
        day(DAY),
    )
    .unwrap_err();
    let found: Vec<_> = faults.iter().map(|f| (f.row, f.column)).collect();
    assert_eq!(
        found,
        [
            (2, Some(Column::Day)),
            (3, Some(Column::Day)),
            (4, Some(Column::LeaderAddress)),
            (4, Some(Column::OfficerAddress)),
        ]
    );
    let called: Vec<_> = faults.iter().filter_map(|f| f.heading.as_deref()).collect();
    assert_eq!(called, ["值班日期", "值班日期", "带班邮箱", "officer_email"]);
    let none = read(&table(&["甲 | 乙"]), day(DAY)).unwrap_err();
    assert_eq!(none[0].fault, Fault::NoTable);
}

#[test]
fn an_identity_number_beside_a_post_is_masked() {
    let filled = read(
        &table(&[
            "日期 | 值班员 | 值班员邮箱",
            "2026-06-01 | 值班岗11010519491231002X | one@county.example",
        ]),
        day(DAY),
    )
    .unwrap();
    let name = &filled[&day(DAY)].iter().next().unwrap().post.name;
    assert!(!name.contains("110105"), "{name}");
}

proptest! {
    #[test]
    fn every_instant_lies_in_exactly_its_duty_day(ms in 0i64..4_000_000_000_000, minute in 0u32..1440) {
        let changes = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
        let now = crate::domain::time::from_millis(ms).unwrap();
        let (begins, ends) = span(duty_day(now, changes, ZONE), changes, ZONE);
        prop_assert!(begins <= now && now < ends);
    }
}
