//! Knows small units, periods and obligations for the tests of this folder and its neighbours.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::{Kind, Obligation};
use crate::domain::calendar::{DayKind, day, moment};
use crate::domain::ids::{LadderId, ObligationId, PeriodId, RoundId, RuleId, UnitId};
use crate::domain::period::{Hours, Level, Period, RoundRule, Scope};
use crate::domain::time::{BusinessDate, Timestamp, from_millis};
use crate::domain::unit::{Unit, UnitKind, UnitName, UnitPath, UnitTree};
use crate::domain::window::Window;

pub(crate) const ZONE: Tz = Tz::Asia__Shanghai;

/// Reads a local instant of the sample zone.
pub(crate) fn t(text: &str) -> Timestamp {
    moment(text, ZONE).unwrap()
}

/// Makes an obligation of a window in Unix milliseconds.
pub(crate) fn sample(opens: i64, due: i64, grace: i64, closes: i64) -> Obligation {
    let at = |ms| from_millis(ms).unwrap();
    Obligation {
        id: ObligationId(1),
        unit: UnitId(1),
        kind: Kind::Routine,
        round: Some(RoundId(1)),
        day: BusinessDate::default(),
        window: Window::new(at(opens), at(due), TimeDelta::milliseconds(grace), at(closes)).unwrap(),
        scheduled_due: at(due),
        first_received: None,
        provenance: None,
        claim_accepted: false,
        excused: None,
        resumption: None,
        paused_step: None,
    }
}

pub(crate) fn unit(id: i64, parent: Option<i64>, kind: UnitKind) -> Unit {
    Unit {
        id: UnitId(id),
        parent: parent.map(UnitId),
        code: None,
        name: UnitName::parse(&format!("单位{id}")).unwrap(),
        kind,
        path: UnitPath::root(UnitId(id)),
        since: Timestamp::UNIX_EPOCH,
    }
}

/// A county (1) with the townships 10 (villages 101, 102) and 11 (village 111), and a department (20).
pub(crate) fn county() -> UnitTree {
    UnitTree::new(vec![
        unit(1, None, UnitKind::County),
        unit(10, Some(1), UnitKind::Township),
        unit(11, Some(1), UnitKind::Township),
        unit(20, Some(1), UnitKind::Department),
        unit(101, Some(10), UnitKind::Village),
        unit(102, Some(10), UnitKind::Village),
        unit(111, Some(11), UnitKind::Village),
    ])
    .unwrap()
}

/// A rule from 2026-06-01 on, every day, without grace; the id is also the ladder's.
pub(crate) fn rule(id: i64, opens: &str, due: &str, closes: &str) -> RoundRule {
    let local = |text: &str| text.parse().unwrap();
    RoundRule {
        id: RuleId(id),
        label: format!("报{id}"),
        hours: Hours::new(local(opens), local(due), TimeDelta::zero(), local(closes)).unwrap(),
        days: DayKind::EveryDay,
        roll_up: false,
        from: day("2026-06-01").unwrap(),
        until: None,
        ladder: LadderId(id),
    }
}

/// A period of level III in June 2026 for the villages of the sample county.
pub(crate) fn june(id: i64, rules: Vec<RoundRule>) -> Period {
    Period {
        id: PeriodId(id),
        name: format!("汛期{id}"),
        basis: "防汛〔2026〕1号".into(),
        level: Level::III,
        scope: Scope {
            subtrees: vec![UnitId(1)],
            kinds: vec![UnitKind::Village],
            except: Vec::new(),
        },
        starts: t("2026-06-01 00:00"),
        ends: t("2026-07-01 00:00"),
        stopped: None,
        drill: false,
        rules,
    }
}
