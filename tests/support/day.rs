//! Knows a day at a small county, told as a conversation: the clock goes from instant to instant, and letters are read.

use std::collections::BTreeMap;

use allclear::domain::access::{Actor, Grant, Identity, Role};
use allclear::domain::ids::{AccountId, LetterId, ObligationId, UnitId};
use allclear::domain::period::{Level, Scope};
use allclear::domain::time::{Timestamp, from_millis};
use allclear::domain::unit::UnitPath;
use allclear::service::period::{Declaration, NewRule};
use allclear::service::{Answer, Held};
use allclear::store::Conn;

use super::{Fresh, House, local};

/// Two townships with three villages; every unit has a reporter, a backup and a head.
pub const SMALL: &str = "code|parent_code|name|kind|reporter_email|backup_email|head_email
    361128||清河县|county|duty@county.example||
    361128101|361128|东湖镇|township|east@county.example||
    361128101201|361128101|柳村|village|liu@v.example|liu-b@v.example|liu-h@v.example
    361128101202|361128101|杨村|village|yang@v.example|yang-b@v.example|yang-h@v.example
    361128102|361128|西山镇|township|west@county.example||
    361128102201|361128102|柳村|village|xi@v.example|xi-b@v.example|xi-h@v.example";

/// A day: the house, and the letters that were read.
#[derive(Debug)]
pub struct Day {
    pub house: House,
    read: i64,
}

impl Day {
    /// Begins on 1 June 2026 at 08:00 in the small county, with an evening report due at 16:00 from every village.
    pub async fn begin(db: &Fresh) -> Self {
        Self::begin_with(db, &[]).await
    }

    /// Begins the same day with further settings.
    pub async fn begin_with(db: &Fresh, settings: &[(&str, &str)]) -> Self {
        let day = Self::over_with(db, "2026-06-01 08:00", settings).await;
        day.house.import(SMALL).await;
        day.declare(
            "2026-06-01 08:00",
            "2026-06-30 22:00",
            &["晚报 08:30 16:00 20:00"],
        )
        .await;
        day
    }

    /// Opens the house over a database at an instant, as after a restart.
    pub async fn over(db: &Fresh, now: &str) -> Self {
        Self::over_with(db, now, &[]).await
    }

    /// Opens the house with further settings.
    pub async fn over_with(db: &Fresh, now: &str, settings: &[(&str, &str)]) -> Self {
        let mut flags = vec![
            ("duty.leaders", "leader@county.example"),
            ("duty.phone", "0793-0000000"),
            ("chase.pause", "30m"),
            ("web.plain_http", "true"),
        ];
        flags.extend(settings);
        Self::of(House::at(db, now, &flags).await)
    }

    /// Tells the days of a house.
    pub fn of(house: House) -> Self {
        Self { house, read: 0 }
    }

    /// Stops the service and starts it again at a later instant; letters read before stay read.
    pub async fn restarted(&self, db: &Fresh, now: &str) -> Self {
        Self {
            read: self.read,
            ..Self::over(db, now).await
        }
    }

    /// Stops the service and starts it again with further settings.
    pub async fn restarted_with(&self, db: &Fresh, now: &str, settings: &[(&str, &str)]) -> Self {
        Self {
            read: self.read,
            ..Self::over_with(db, now, settings).await
        }
    }

    /// Gives all letters written since the last reading, whatever they are about: `02:10 urgent leader@county.example`.
    pub async fn all_letters(&mut self) -> Vec<String> {
        const SQL: &str = "SELECT id, created_at, kind, address FROM letter WHERE id > $1 ORDER BY created_at, kind, address";
        let mut conn = self.house.service.store.read().await.unwrap();
        let rows: Vec<(i64, i64, String, String)> = match &mut conn {
            Conn::Sqlite(c) => sqlx::query_as(SQL)
                .bind(self.read)
                .fetch_all(&mut **c)
                .await
                .unwrap(),
            Conn::Postgres(c) => sqlx::query_as(SQL)
                .bind(self.read)
                .fetch_all(&mut **c)
                .await
                .unwrap(),
        };
        let mut lines = Vec::new();
        for (id, at, kind, address) in rows {
            self.read = self.read.max(id);
            let at = from_millis(at).unwrap().with_timezone(&chrono_tz::Asia::Shanghai);
            lines.push(format!("{} {kind} {address}", at.format("%H:%M")));
        }
        lines
    }

    /// Declares a period over all villages; a round is `label opens due closes`, with `roll-up` after it for one of
    /// the parents.
    pub async fn declare(&self, starts: &str, ends: &str, rounds: &[&str]) {
        self.declare_as(false, starts, ends, rounds).await;
    }

    /// Declares a drill over all villages.
    pub async fn drill(&self, starts: &str, ends: &str, rounds: &[&str]) {
        self.declare_as(true, starts, ends, rounds).await;
    }

    async fn declare_as(&self, drill: bool, starts: &str, ends: &str, rounds: &[&str]) {
        let tree = self.house.service.tree().await.unwrap();
        let county = tree.roots().next().unwrap().id;
        let kinds = ["village", "community"].map(|k| allclear::domain::unit::UnitKind::parse(k).unwrap());
        let declaration = Declaration {
            name: "汛期".to_owned(),
            basis: "清防汛〔2026〕1号".to_owned(),
            level: Level::III,
            scope: Scope {
                subtrees: vec![county],
                kinds: kinds.to_vec(),
                except: Vec::new(),
            },
            starts: local(starts),
            ends: local(ends),
            drill,
            rounds: rounds.iter().map(|text| rule(text)).collect(),
            ladder: None,
        };
        self.house
            .service
            .declare_period(&Actor::console(), &declaration)
            .await
            .unwrap();
    }

    /// Lets time pass until a time of the day (`16:00`) or a full instant, with a tick whenever one is due.
    pub async fn until(&self, when: &str) {
        let target = self.instant(when);
        loop {
            let next = self.house.service.tick().await.unwrap();
            if next > target {
                break;
            }
            self.house.clock.set(next);
        }
        self.house.clock.set(target);
        self.house.service.tick().await.unwrap();
    }

    /// Jumps to an instant without a tick in between, as after downtime.
    pub async fn jump(&self, when: &str) {
        self.house.clock.set(self.instant(when));
        self.house.service.tick().await.unwrap();
    }

    fn instant(&self, when: &str) -> Timestamp {
        if when.len() > 8 {
            return local(when);
        }
        let now = self.house.service.now().with_timezone(&chrono_tz::Asia::Shanghai);
        local(&format!("{} {when}", now.date_naive()))
    }

    /// Gives the letters written since the last reading: `16:00 overdue liu-b@v.example: 东湖镇 · 柳村`.
    pub async fn letters(&mut self) -> Vec<String> {
        let tree = self.house.service.tree().await.unwrap();
        let rows = letters_after(&mut self.house.service.store.read().await.unwrap(), self.read).await;
        let mut lines: BTreeMap<(i64, String, String), Vec<String>> = BTreeMap::new();
        for (id, at, kind, address, unit) in rows {
            self.read = self.read.max(id);
            let label = tree
                .label(UnitId(unit))
                .map(|l| l.to_string())
                .unwrap_or_default();
            lines.entry((at, kind, address)).or_default().push(label);
        }
        let line = |((at, kind, address), mut units): ((i64, String, String), Vec<String>)| {
            units.sort();
            let at = from_millis(at)
                .unwrap()
                .with_timezone(&chrono_tz::Asia::Shanghai)
                .format("%H:%M");
            format!("{at} {kind} {address}: {}", units.join("、"))
        };
        lines.into_iter().map(line).collect()
    }

    /// Gives the unit of a label such as `东湖镇 · 柳村`.
    pub async fn unit(&self, label: &str) -> UnitId {
        let tree = self.house.service.tree().await.unwrap();
        let found = tree
            .iter()
            .find(|u| tree.label(u.id).is_some_and(|l| l.to_string() == label));
        found.unwrap_or_else(|| panic!("no unit {label}")).id
    }

    /// Gives the obligation of a unit that was opened last.
    pub async fn owed(&self, label: &str) -> ObligationId {
        let unit = self.unit(label).await;
        let now = self.house.service.now();
        let mut conn = self.house.service.store.read().await.unwrap();
        let long_ago = from_millis(0).unwrap();
        let owed = conn.obligations_of_unit(unit, now, long_ago).await.unwrap();
        owed.last()
            .unwrap_or_else(|| panic!("{label} owes nothing"))
            .obligation
            .id
    }

    /// Gives the officer on duty, who may decide for the whole county.
    pub async fn officer(&self) -> Actor {
        let (account, root) = officer(self).await;
        Actor {
            identity: Identity::Account(account),
            grants: vec![Grant::new(Role::DutyOfficer, Some(root)).unwrap()],
            label: "值班员".to_owned(),
        }
    }

    /// Gives the key of the newest letter to an address.
    pub async fn newest_letter(&self, address: &str) -> String {
        newest(&mut self.house.service.store.read().await.unwrap(), address)
            .await
            .1
    }

    /// Gives the token in the link of the newest letter to an address.
    pub async fn newest_token(&self, address: &str) -> String {
        let (id, key) = newest(&mut self.house.service.store.read().await.unwrap(), address).await;
        self.house.service.keys.link_token(id, &key)
    }

    /// Acknowledges, by its link, the newest letter to an address.
    pub async fn acknowledge(&self, address: &str) -> Held {
        let token = self.newest_token(address).await;
        self.house.service.acknowledge_by_link(&token).await.unwrap()
    }

    /// Has every waiting letter to an address fail for good, as a mail server's refusal would.
    pub async fn fail(&self, address: &str) {
        const SQL: &str =
            "UPDATE letter SET state = 'dead', ended_at = $2 WHERE address = $1 AND state = 'waiting'";
        let at = self.house.service.now().timestamp_millis();
        let mut tx = self.house.service.store.begin().await.unwrap();
        match &mut *tx {
            Conn::Sqlite(c) => drop(
                sqlx::query(SQL)
                    .bind(address)
                    .bind(at)
                    .execute(&mut **c)
                    .await
                    .unwrap(),
            ),
            Conn::Postgres(c) => drop(
                sqlx::query(SQL)
                    .bind(address)
                    .bind(at)
                    .execute(&mut **c)
                    .await
                    .unwrap(),
            ),
        }
        tx.mark_bad(address, self.house.service.now(), "550 no such user")
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Acknowledges a letter by phone, entered by the officer.
    pub async fn acknowledge_by_phone(&self, letter: LetterId) -> Held {
        let answer = Answer::Phone {
            post: "镇值班室".to_owned(),
            called_at: self.house.service.now(),
        };
        self.house
            .service
            .acknowledge_chase(&self.officer().await, letter, &answer)
            .await
            .unwrap()
    }
}

fn rule(text: &str) -> NewRule {
    use allclear::domain::calendar::DayKind;
    use allclear::domain::period::Hours;
    let parts: Vec<&str> = text.split(' ').collect();
    let (roll_up, parts) = match parts[..] {
        [label, opens, due, closes] => (false, [label, opens, due, closes]),
        [label, opens, due, closes, "roll-up"] => (true, [label, opens, due, closes]),
        _ => panic!("a round is `label opens due closes [roll-up]`"),
    };
    let [label, opens, due, closes] = parts;
    // A time of the next day is written +16:00 here, since blanks separate.
    let time = |text: &str| text.replace('+', "+1 ").parse().unwrap();
    let hours = Hours::new(time(opens), time(due), chrono::TimeDelta::zero(), time(closes)).unwrap();
    NewRule {
        label: label.to_owned(),
        hours,
        days: DayKind::EveryDay,
        roll_up,
    }
}

type LetterLine = (i64, i64, String, String, i64);

async fn letters_after(conn: &mut Conn, after: i64) -> Vec<LetterLine> {
    const SQL: &str = "SELECT l.id, l.created_at, l.kind, l.address, o.unit_id FROM letter l
        JOIN letter_item i ON i.letter_id = l.id JOIN obligation o ON o.id = i.obligation_id
        WHERE l.id > $1 AND l.ready = 1 ORDER BY l.id";
    match conn {
        Conn::Sqlite(c) => sqlx::query_as(SQL).bind(after).fetch_all(&mut **c).await.unwrap(),
        Conn::Postgres(c) => sqlx::query_as(SQL).bind(after).fetch_all(&mut **c).await.unwrap(),
    }
}

async fn newest(conn: &mut Conn, address: &str) -> (i64, String) {
    const SQL: &str = "SELECT id, dedup_key FROM letter WHERE address = $1 ORDER BY id DESC LIMIT 1";
    match conn {
        Conn::Sqlite(c) => sqlx::query_as(SQL)
            .bind(address)
            .fetch_one(&mut **c)
            .await
            .unwrap(),
        Conn::Postgres(c) => sqlx::query_as(SQL)
            .bind(address)
            .fetch_one(&mut **c)
            .await
            .unwrap(),
    }
}

/// Writes the officer's account, once.
async fn officer(day: &Day) -> (AccountId, UnitPath) {
    const ADD: &str = "INSERT INTO account (login, label, language, epoch, created_at)
        VALUES ('officer', '值班员', 'zh-CN', 0, 0) ON CONFLICT DO NOTHING";
    const FIND: &str = "SELECT id FROM account WHERE login = 'officer'";
    let mut tx = day.house.service.store.begin().await.unwrap();
    let id: i64 = match &mut *tx {
        Conn::Sqlite(c) => {
            sqlx::query(ADD).execute(&mut **c).await.unwrap();
            sqlx::query_scalar(FIND).fetch_one(&mut **c).await.unwrap()
        }
        Conn::Postgres(c) => {
            sqlx::query(ADD).execute(&mut **c).await.unwrap();
            sqlx::query_scalar(FIND).fetch_one(&mut **c).await.unwrap()
        }
    };
    tx.commit().await.unwrap();
    let tree = day.house.service.tree().await.unwrap();
    (AccountId(id), tree.roots().next().unwrap().path.clone())
}
