//! Knows the rows that a test of the store stands on: a county with two villages, an officer, a period with a rule.

use allclear::domain::access::Role;
use allclear::domain::calendar::DayKind;
use allclear::domain::checkin::{Author, CheckIn, Content, Door, IncidentContent, Provenance, Review};
use allclear::domain::digest::{Salt, digest, text_digest};
use allclear::domain::ids::{
    AccountId, CheckInId, DeviceId, IncidentId, LadderId, ObligationId, PeriodId, RoundId, RuleId, UnitId,
};
use allclear::domain::ladder::Ladder;
use allclear::domain::language::Lang;
use allclear::domain::obligation::NewRound;
use allclear::domain::period::{Hours, Level, Period, RoundRule, Scope};
use allclear::domain::time::{Timestamp, from_millis};
use allclear::domain::unit::{UnitKind, UnitPath};
use allclear::domain::window::Window;
use allclear::store::{
    Conn, Granted, NewAccount, NewIncident, NewItem, NewLetter, NewObligationRow, NewVersion, Options, Store,
    StoredCheckIn, Tx,
};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::support::Fresh;

/// The name of the first village; its first character lies beyond the basic plane.
pub(crate) const NAME: &str = "𠮷村";

/// What every test of the store finds.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) store: Store,
    pub(crate) county: UnitId,
    pub(crate) villages: [UnitId; 2],
    pub(crate) officer: AccountId,
    pub(crate) ladder: LadderId,
    pub(crate) period: PeriodId,
    pub(crate) rule: RuleId,
}

/// Gives an instant so many minutes after the beginning.
pub(crate) fn at(minutes: i64) -> Timestamp {
    from_millis(1_780_000_000_000 + minutes * 60_000).unwrap()
}

/// Gives such an instant in Unix milliseconds.
pub(crate) fn ms(minutes: i64) -> i64 {
    at(minutes).timestamp_millis()
}

/// Opens the store with its ground, and a transaction in which the test does the rest.
pub(crate) async fn ground(db: &Fresh) -> (Ground, Tx) {
    let store = Store::connect(db.url(), Options::default()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let units = tx.add_units(3, at(0)).await.unwrap();
    let (county, a, b) = (units[0], units[1], units[2]);
    let top = UnitPath::root(county);
    let versions = [
        version(county, None, &top, "清河县", UnitKind::County),
        version(a, Some(county), &top.child(a), NAME, UnitKind::Village),
        version(b, Some(county), &top.child(b), "柳村", UnitKind::Village),
    ];
    tx.put_versions(&versions, at(0)).await.unwrap();
    let officer = tx.add_account(&account("officer"), at(0)).await.unwrap();
    let granted = Granted {
        role: Role::DutyOfficer,
        unit: Some(county),
    };
    tx.grant(officer, granted, at(0)).await.unwrap();
    let ladder = tx.pin_ladder("standard", &ladder(), at(0)).await.unwrap();
    let period = tx.add_period(&period(county), at(0)).await.unwrap();
    let rule = tx.add_rule(period, &rule(ladder)).await.unwrap();
    tx.commit().await.unwrap();
    let tx = store.begin().await.unwrap();
    let ground = Ground {
        store,
        county,
        villages: [a, b],
        officer,
        ladder,
        period,
        rule,
    };
    (ground, tx)
}

/// Gives a version of a unit.
pub(crate) fn version(
    id: UnitId,
    parent: Option<UnitId>,
    path: &UnitPath,
    name: &str,
    kind: UnitKind,
) -> NewVersion {
    NewVersion {
        unit_id: id.0,
        parent_id: parent.map(|p| p.0),
        path: path.as_str().to_owned(),
        code: None,
        name: name.to_owned(),
        kind: kind.code().to_owned(),
    }
}

/// Gives an account to be made.
pub(crate) fn account(login: &str) -> NewAccount {
    NewAccount {
        login: login.to_owned(),
        label: "值班员𠮷".to_owned(),
        address: Some(format!("{login}@county.example")),
        language: Lang::Zh,
    }
}

/// Gives a ladder of three steps.
pub(crate) fn ladder() -> Ladder {
    serde_json::from_str(r#"["-30m reporters", "0 backup", "+20m head"]"#).unwrap()
}

/// Gives a period over all villages of a county.
pub(crate) fn period(county: UnitId) -> Period {
    Period {
        id: PeriodId(0),
        name: "汛期𠮷".to_owned(),
        basis: "清防汛〔2026〕1号".to_owned(),
        level: Level::III,
        scope: Scope {
            subtrees: vec![county],
            kinds: vec![UnitKind::Village],
            except: Vec::new(),
        },
        starts: at(0),
        ends: at(10_000),
        stopped: None,
        drill: false,
        rules: Vec::new(),
    }
}

/// Gives an evening report.
pub(crate) fn rule(ladder: LadderId) -> RoundRule {
    let time = |text: &str| text.parse().unwrap();
    RoundRule {
        id: RuleId(0),
        label: "晚报𠮷".to_owned(),
        hours: Hours::new(time("08:30"), time("16:00"), TimeDelta::minutes(5), time("20:00")).unwrap(),
        days: DayKind::EveryDay,
        roll_up: false,
        from: "2026-06-01".parse().unwrap(),
        until: None,
        ladder,
    }
}

/// Gives a letter of no chase and no alert, ready to go.
pub(crate) fn letter(key: &str, priority: i64, address: &str) -> NewLetter {
    NewLetter {
        dedup_key: key.to_owned(),
        kind: "account",
        priority,
        address: address.to_owned(),
        language: "zh-CN",
        round_id: None,
        due_at: None,
        step: None,
        resumption: None,
        alert_id: None,
        pass: None,
        details: r#"{"note":"𠮷"}"#.to_owned(),
        message_id: format!("{key}@allclear.example"),
        ready: 1,
    }
}

/// Gives a letter of a chase.
pub(crate) fn chase_letter(key: &str, round: RoundId, due: i64, step: i64) -> NewLetter {
    NewLetter {
        kind: "overdue",
        round_id: Some(round.0),
        due_at: Some(ms(due)),
        step: Some(step),
        resumption: Some(0),
        ..letter(key, 3, &format!("{key}@v.example"))
    }
}

impl Ground {
    /// Gives the path of a unit of the ground.
    pub(crate) fn path(&self, unit: UnitId) -> UnitPath {
        let top = UnitPath::root(self.county);
        if unit == self.county { top } else { top.child(unit) }
    }

    /// Gives the range of all paths.
    pub(crate) fn everywhere(&self) -> Vec<(String, String)> {
        vec![self.path(self.county).range()]
    }

    /// Gives a round that is due so many minutes after the beginning: opens 60 before, closes 120 after.
    pub(crate) fn new_round(&self, day: &str, due: i64) -> NewRound {
        NewRound {
            id: (),
            rule: self.rule,
            period: self.period,
            day: day.parse().unwrap(),
            label: "晚报𠮷".to_owned(),
            level: Level::III,
            window: Window::new(at(due - 60), at(due), TimeDelta::minutes(5), at(due + 120)).unwrap(),
            ladder: self.ladder,
            drill: false,
            roll_up: false,
        }
    }

    /// Begins such a round.
    pub(crate) async fn round(&self, tx: &mut Tx, day: &str, due: i64) -> RoundId {
        tx.begin_round(&self.new_round(day, due)).await.unwrap()
    }

    /// Gives what a unit owes in such a round.
    pub(crate) fn owes(&self, unit: UnitId, round: RoundId, due: i64) -> NewObligationRow {
        NewObligationRow {
            unit_id: unit.0,
            path: self.path(unit).as_str().to_owned(),
            kind: "routine",
            subject: String::new(),
            round_id: Some(round.0),
            business_date: "2026-06-01".to_owned(),
            opens_at: ms(due - 60),
            due_at: ms(due),
            grace_ms: 5 * 60_000,
            closes_at: ms(due + 120),
            drill: 0,
        }
    }

    /// Writes what both villages owe in a round that is due after 100 minutes.
    pub(crate) async fn owed(&self, tx: &mut Tx) -> (RoundId, [ObligationId; 2]) {
        let round = self.round(tx, "2026-06-01", 100).await;
        (round, self.owed_in(tx, round, 100).await)
    }

    /// Writes what both villages owe in a round.
    pub(crate) async fn owed_in(&self, tx: &mut Tx, round: RoundId, due: i64) -> [ObligationId; 2] {
        let mut ids = Vec::new();
        for unit in self.villages {
            let added = tx.add_obligations(&[self.owes(unit, round, due)]).await.unwrap();
            ids.push(ObligationId(added[0].id));
        }
        let sources: Vec<_> = ids.iter().map(|id| (*id, round)).collect();
        tx.add_sources(&sources).await.unwrap();
        [ids[0], ids[1]]
    }

    /// Writes many villages and what each owes in a round.
    pub(crate) async fn crowd(
        &self,
        tx: &mut Tx,
        round: RoundId,
        due: i64,
        count: usize,
    ) -> Vec<ObligationId> {
        let units = tx.add_units(count, at(0)).await.unwrap();
        let rows: Vec<_> = units.iter().map(|u| self.owes(*u, round, due)).collect();
        let added = tx.add_obligations(&rows).await.unwrap();
        let mut ids: Vec<_> = added.iter().map(|row| ObligationId(row.id)).collect();
        ids.sort();
        ids
    }

    /// Writes a letter that names some obligations, and gives its row.
    pub(crate) async fn letter(&self, tx: &mut Tx, new: &NewLetter, named: &[ObligationId]) -> i64 {
        assert_eq!(tx.add_letters(std::slice::from_ref(new), at(0)).await.unwrap(), 1);
        let items: Vec<_> = named
            .iter()
            .map(|id| NewItem {
                dedup_key: &new.dedup_key,
                obligation_id: id.0,
            })
            .collect();
        tx.add_items(&items).await.unwrap();
        number(tx, "SELECT MAX(id) FROM letter").await
    }

    /// Opens a grave incident of the first village.
    pub(crate) async fn incident(&self, tx: &mut Tx, opened: i64) -> IncidentId {
        let path = self.path(self.villages[0]);
        let new = NewIncident {
            unit: self.villages[0],
            path: &path,
            drill: false,
            content: &flood(),
            urgent: true,
            opened: at(opened),
        };
        tx.open_incident(new).await.unwrap()
    }
}

/// Gives an incident.
pub(crate) fn flood() -> IncidentContent {
    IncidentContent {
        class: "flood".into(),
        place: "𠮷圩堤 \"二\" 段".into(),
        what: "管涌\n一处".into(),
        injured: Some(0),
        learned: Some(at(3)),
        urgent: true,
        ..IncidentContent::default()
    }
}

/// Gives a check-in under a number.
pub(crate) fn said(
    id: CheckInId,
    unit: UnitId,
    obligation: Option<ObligationId>,
    content: Content,
) -> StoredCheckIn {
    let salt = Salt([7; 16]);
    StoredCheckIn {
        text_digest: text_digest(&content, &salt),
        digest: digest(&content, &salt),
        check_in: CheckIn {
            id,
            uuid: Uuid::from_u128(u128::try_from(id.0).unwrap()),
            unit,
            obligation,
            content,
            redacted: false,
            provenance: Provenance::Own,
            received: at(10),
            incident: None,
            review: Review::None,
        },
        author: Author::Device(DeviceId(9)),
        door: Door::Page,
        claimed: None,
        supersedes: None,
        reason: Some("更正𠮷".to_owned()),
        caller: None,
        salt: Some(salt),
    }
}

/// Changes rows behind the store's back.
pub(crate) async fn run(tx: &mut Tx, sql: &'static str) {
    match &mut **tx {
        Conn::Sqlite(c) => drop(sqlx::query(sql).execute(&mut **c).await.unwrap()),
        Conn::Postgres(c) => drop(sqlx::query(sql).execute(&mut **c).await.unwrap()),
    }
}

/// Gives the first number of a query.
pub(crate) async fn number(tx: &mut Tx, sql: &'static str) -> i64 {
    match &mut **tx {
        Conn::Sqlite(c) => sqlx::query_scalar(sql).fetch_one(&mut **c).await.unwrap(),
        Conn::Postgres(c) => sqlx::query_scalar(sql).fetch_one(&mut **c).await.unwrap(),
    }
}
