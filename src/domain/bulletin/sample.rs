//! A bulletin of a day with everything, for tests.

use super::{
    Bulletin, ClockLine, Counts, DutyLine, IncidentLine, RoundLine, SealLine, UnitLine, duty_digest,
};
use crate::domain::audit::Head;
use crate::domain::digest::{Digest, Salt};
use crate::domain::ids::{IncidentId, ObligationId, UnitId};
use crate::domain::incident::Severity;
use crate::domain::roster::Duty;
use crate::domain::time::Timestamp;

fn at(text: &str) -> Timestamp {
    format!("2026-11-{text}:00+08:00").parse().unwrap()
}

fn unit(name: &str, above: &str, received: Option<&str>) -> UnitLine {
    UnitLine {
        obligation: ObligationId(1),
        name: name.into(),
        above: above.into(),
        day: "2026-11-25".parse().unwrap(),
        round: "晚报".into(),
        due: at("25T16:00"),
        received: received.map(at),
        incident: None,
    }
}

fn clock(taken_seconds: i64, runs: bool, late: bool) -> ClockLine {
    ClockLine {
        taken_seconds,
        limit_seconds: 1800,
        runs,
        late,
    }
}

fn incidents() -> Vec<IncidentLine> {
    let event = IncidentLine {
        id: IncidentId(7),
        unit: "龙泉街道 · 柳村".into(),
        class: ("山洪".into(), "Flash flood".into()),
        severity: Severity::III,
        urgent: true,
        opened: at("25T16:40"),
        closed: None,
        is_new: true,
        reports: 2,
        told: at("25T17:50"),
        dead: Some(0),
        injured: Some(2),
        missing: None,
        report: Some(clock(2520, false, true)),
        answer: Some(clock(240, false, false)),
        owes: Some(at("26T08:00")),
    };
    vec![
        event.clone(),
        IncidentLine {
            class: ("房屋火灾".into(), "House fire".into()),
            severity: Severity::IV,
            opened: at("22T09:00"),
            closed: Some(at("25T12:00")),
            is_new: false,
            reports: 1,
            dead: None,
            injured: None,
            report: None,
            answer: Some(clock(3000, true, true)),
            owes: None,
            ..event
        },
    ]
}

fn rounds(counts: Counts) -> Vec<RoundLine> {
    vec![
        RoundLine {
            day: "2026-11-24".parse().unwrap(),
            label: "晚报".into(),
            period: "冬春火灾防控".into(),
            due: at("24T16:00"),
            counts: Counts::default(),
        },
        RoundLine {
            day: "2026-11-25".parse().unwrap(),
            label: "晚报".into(),
            period: "冬春火灾防控".into(),
            due: at("25T16:00"),
            counts,
        },
    ]
}

/// Gives a bulletin, and who is on duty the next day.
pub(crate) fn sample() -> (Bulletin, Vec<DutyLine>) {
    let counts = Counts {
        expected: 503,
        received: 501,
        all_clear: 496,
        incidents: 5,
        late: 2,
        unmet: 2,
        proxy: 1,
        ..Counts::default()
    };
    let bulletin = Bulletin {
        unit: UnitId(1),
        office: "鄱阳县".into(),
        day: "2026-11-25".parse().unwrap(),
        number: 12,
        first: "2026-11-24".parse().unwrap(),
        from: at("23T18:30"),
        until: at("25T18:30"),
        as_of: at("25T19:10"),
        reports: counts,
        roll_ups: Counts::default(),
        follow_ups: Counts {
            expected: 2,
            received: 2,
            incidents: 2,
            ..Counts::default()
        },
        rounds: rounds(counts),
        incidents: incidents(),
        unmet: vec![unit("柳村", "龙泉街道", None), unit("县水利局", "", None)],
        late: vec![
            unit("杨村", "谢家滩镇", Some("25T16:31")),
            unit("朱家村", "谢家滩镇", Some("25T16:50")),
        ],
        caught_up: vec![unit("大塘村", "谢家滩镇", Some("24T21:05"))],
        failed_letters: 1,
        unreached: 2,
        outages: vec![(at("24T17:00"), at("25T09:00"))],
        seals: vec![SealLine {
            day: "2026-11-25".parse().unwrap(),
            label: "晚报".into(),
            seal: Some(Digest([0xab; 32])),
        }],
        audit: Head {
            number: 41,
            hash: Digest([0xcd; 32]),
        },
        duty_day: "2026-11-26".parse().unwrap(),
        duty: duty_digest(&Salt([0; 16]), "[]"),
    };
    let duty = vec![DutyLine {
        duty: Duty::Leader,
        post: "副县长办公室".into(),
        phone: Some("0793-6200001".into()),
    }];
    (bulletin, duty)
}
