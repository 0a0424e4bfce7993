use super::*;
use crate::domain::checkin::{Author, Door};
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::incident::{ClassGroup, IncidentClass};
use crate::domain::screen::MASK;
use crate::domain::time::from_millis;
use proptest::prelude::*;
use uuid::Uuid;

const NOW: i64 = 1_790_000_000_000;

fn at(offset: TimeDelta) -> Option<Timestamp> {
    Some(from_millis(NOW).unwrap() + offset)
}

fn classes() -> Classes {
    let class = IncidentClass {
        code: "flood".into(),
        group: ClassGroup::NaturalDisaster,
        zh: "洪水".into(),
        en: "Flood".into(),
        urgent: true,
        retired: false,
    };
    Classes::new(vec![class]).unwrap()
}

fn flood() -> IncidentContent {
    IncidentContent {
        class: "flood".into(),
        place: "三组".into(),
        what: "圩堤渗水".into(),
        ..IncidentContent::default()
    }
}

fn with(content: Content) -> Submission {
    Submission {
        uuid: Uuid::nil(),
        unit: UnitId(1),
        obligation: None,
        follows: None,
        content,
        provenance: Provenance::Own,
        author: Author::Account(AccountId(1)),
        received: from_millis(NOW).unwrap(),
        claimed: None,
        reason: None,
        caller: None,
        via: Door::Page,
    }
}

fn faults(incident: IncidentContent) -> Vec<(Field, Flaw)> {
    let answer = admit(with(Content::Incident(incident)), &classes());
    answer
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|f| (f.field, f.flaw))
        .collect()
}

#[test]
fn an_all_clear_needs_nothing_more() {
    let s = with(Content::AllClear);
    assert_eq!(admit(s.clone(), &classes()), Ok((s, Notice::default())));
}

#[test]
fn an_incident_needs_a_known_class_and_a_place_and_nothing_more() {
    let least = IncidentContent {
        what: String::new(),
        ..flood()
    };
    assert_eq!(faults(least), []);
    let empty = IncidentContent {
        place: " \u{3000}\0\u{200B}".into(),
        class: " ".into(),
        ..flood()
    };
    assert_eq!(
        faults(empty),
        [(Field::Class, Flaw::Empty), (Field::Place, Flaw::Empty)]
    );
    let unknown = IncidentContent {
        class: "ufo".into(),
        ..flood()
    };
    assert_eq!(faults(unknown), [(Field::Class, Flaw::Unknown)]);
}

#[test]
fn texts_end_at_their_limit_in_characters_not_bytes() {
    let long = |n| "𠮷".repeat(n);
    assert_eq!(
        faults(IncidentContent {
            what: long(500),
            place: long(100),
            ..flood()
        }),
        []
    );
    assert_eq!(
        faults(IncidentContent {
            what: long(501),
            place: long(101),
            measures: long(10_000),
            ..flood()
        }),
        [
            (Field::Place, Flaw::TooLong { has: 101, most: 100 }),
            (Field::What, Flaw::TooLong { has: 501, most: 500 }),
            (
                Field::Measures,
                Flaw::TooLong {
                    has: 10_000,
                    most: 500
                }
            ),
        ]
    );
}

#[test]
fn counts_end_at_a_hundred_thousand() {
    assert_eq!(
        faults(IncidentContent {
            dead: Some(100_000),
            ..flood()
        }),
        []
    );
    let more = IncidentContent {
        injured: Some(100_001),
        ..flood()
    };
    assert_eq!(faults(more), [(Field::Injured, Flaw::TooMany { most: COUNT })]);
}

#[test]
fn a_count_is_read_as_people_type_it() {
    assert_eq!(count(" \u{3000}"), Ok(None));
    assert_eq!(count(" １２ "), Ok(Some(12)));
    assert_eq!(count("0"), Ok(Some(0)));
    assert_eq!(count("100001"), Err(Flaw::TooMany { most: COUNT }));
    assert_eq!(count(&"9".repeat(5000)), Err(Flaw::TooMany { most: COUNT }));
    for typed in ["-1", "+1", "1.5", "two", "1e3"] {
        assert_eq!(count(typed), Err(Flaw::NotANumber), "{typed}");
    }
}

#[test]
fn times_are_neither_ahead_nor_ages_ago_nor_backwards() {
    let minute = TimeDelta::minutes(1);
    assert_eq!(
        faults(IncidentContent {
            occurred: at(minute * 10),
            ..flood()
        }),
        []
    );
    let ahead = IncidentContent {
        occurred: at(minute * 11),
        ..flood()
    };
    assert_eq!(faults(ahead), [(Field::Occurred, Flaw::Future)]);
    let ages = IncidentContent {
        learned: Some(Timestamp::MIN_UTC),
        ..flood()
    };
    assert_eq!(faults(ages), [(Field::Learned, Flaw::TooLongAgo)]);
    let never = IncidentContent {
        occurred: Some(Timestamp::MAX_UTC),
        ..flood()
    };
    assert_eq!(faults(never), [(Field::Occurred, Flaw::Future)]);
    let backwards = IncidentContent {
        occurred: at(-minute),
        learned: at(-minute * 2),
        ..flood()
    };
    assert_eq!(faults(backwards), [(Field::Learned, Flaw::BeforeItHappened)]);
}

#[test]
fn every_text_is_screened_and_the_clerk_is_told_once_for_all() {
    let id = "361128195003070009";
    let body: Vec<u8> = id.bytes().take(17).map(|b| b - b'0').collect();
    let check = crate::domain::check::check_char(crate::domain::check::check_value(body));
    let id = format!("{}{check}", &id[..17]);
    let incident = IncidentContent {
        place: id.clone(),
        what: id.clone(),
        measures: "电13800138000".into(),
        ..flood()
    };
    let mut s = with(Content::Incident(incident));
    s.reason = Some(id.clone());
    s.caller = Some(Caller {
        post: id,
        called_at: s.received,
    });
    let (s, notice) = admit(s, &classes()).unwrap();
    let incident = s.content.incident().unwrap().clone();
    assert_eq!([&incident.place, &incident.what], [MASK, MASK]);
    assert_eq!(
        (s.reason.as_deref(), s.caller.unwrap().post.as_str()),
        (Some(MASK), MASK)
    );
    assert_eq!(
        notice,
        Notice {
            masked: 4,
            mobile: true,
            ..Notice::default()
        }
    );
}

#[test]
fn an_offline_report_needs_its_own_time_and_no_other_keeps_one() {
    let offline = Submission {
        provenance: Provenance::Offline,
        ..with(Content::AllClear)
    };
    assert_eq!(
        admit(offline, &classes()),
        Err(vec![Fault {
            field: Field::Claimed,
            flaw: Flaw::Empty
        }])
    );
    let own = Submission {
        claimed: at(TimeDelta::zero()),
        ..with(Content::AllClear)
    };
    assert_eq!(admit(own, &classes()).unwrap().0.claimed, None);
}

#[test]
fn a_call_needs_a_post_and_lies_in_the_past() {
    let caller = |post: &str, offset| {
        let caller = Caller {
            post: post.into(),
            called_at: at(offset).unwrap(),
        };
        admit(
            Submission {
                caller: Some(caller),
                ..with(Content::AllClear)
            },
            &classes(),
        )
        .err()
    };
    assert_eq!(caller("村值班员", TimeDelta::zero()), None);
    assert_eq!(
        caller(" ", TimeDelta::hours(1)).unwrap(),
        [
            Fault {
                field: Field::CallerPost,
                flaw: Flaw::Empty
            },
            Fault {
                field: Field::CalledAt,
                flaw: Flaw::Future
            }
        ]
    );
}

proptest! {
    #[test]
    fn what_was_admitted_is_admitted_again_unchanged(what in any::<String>(), place in any::<String>()) {
        let s = with(Content::Incident(IncidentContent { what, place, ..flood() }));
        if let Ok((once, _)) = admit(s, &classes()) {
            let (twice, _) = admit(once.clone(), &classes()).unwrap();
            prop_assert_eq!(twice, once);
        }
    }
}
