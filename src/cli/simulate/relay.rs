//! Knows the mail server of the simulation: its weather, the addresses that died, and what it saw. It is a witness
//! that the service does not write to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use chrono_tz::Tz;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

use super::identity::Identity;
use super::post::{Mail, read};
use crate::clock::{Clock, Settable};
use crate::domain::language::Lang;
use crate::domain::time::Timestamp;
use crate::mail::manner::{Answer, Manner, Moment};

/// What the server does to whoever comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weather {
    /// Closes at once.
    Refuses,
    /// 421 in place of a greeting.
    Busy,
    /// Says nothing.
    Silent,
    /// 554 to EHLO.
    NoHello,
    /// 454 to STARTTLS.
    NoTls,
    /// Shows the certificate of an authority that nobody trusts.
    Untrusted,
    /// 535 to the login.
    BadLogin,
    /// 454 to the login.
    NoLogin,
    /// 550 to the sender.
    BadSender,
    /// 421 to the sender.
    Leaves,
    /// 451 to every recipient.
    Greylists,
    /// 421 to the recipient.
    LeavesLater,
    /// 451 to DATA.
    NoData,
    /// Ends the connection at DATA.
    Breaks,
    /// 452 after the dot.
    Full,
    /// Ends the connection after the dot, having kept the mail or not.
    Drops,
    /// Says nothing after the dot, having kept the mail or not.
    Stalls,
}

impl Weather {
    pub(super) const ALL: [Self; 17] = [
        Self::Refuses,
        Self::Busy,
        Self::Silent,
        Self::NoHello,
        Self::NoTls,
        Self::Untrusted,
        Self::BadLogin,
        Self::NoLogin,
        Self::BadSender,
        Self::Leaves,
        Self::Greylists,
        Self::LeavesLater,
        Self::NoData,
        Self::Breaks,
        Self::Full,
        Self::Drops,
        Self::Stalls,
    ];

    /// Tells whether it is met after the dot.
    fn is_last(self) -> bool {
        matches!(self, Self::Full | Self::Drops | Self::Stalls)
    }

    /// Tells whether it is met before any letter: a kept connection has to end first.
    fn is_early(self) -> bool {
        use Weather::{BadLogin, Busy, NoHello, NoLogin, NoTls, Refuses, Silent, Untrusted};
        matches!(
            self,
            Refuses | Busy | Silent | NoHello | NoTls | Untrusted | BadLogin | NoLogin
        )
    }
}

/// What became of a mail at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Kept, and said so.
    Accepted,
    /// Kept, and nothing said.
    KeptInDoubt,
    /// Lost, and nothing said.
    LostInDoubt,
    /// Refused for now.
    Later,
    /// Refused for good.
    Never,
}

impl Verdict {
    /// Tells whether the reader has it.
    pub(super) fn arrived(self) -> bool {
        matches!(self, Self::Accepted | Self::KeptInDoubt)
    }
}

/// One mail that came to the dot.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) at: Timestamp,
    pub(super) to: String,
    pub(super) mail: Mail,
    pub(super) bytes: [u8; 32],
    pub(super) verdict: Verdict,
    /// In which life of the process it was sent.
    pub(super) life: u32,
}

/// What the server saw.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) seen: Vec<Seen>,
    /// Recipients that were refused for good, and when.
    pub(super) refused: Vec<(Timestamp, String)>,
    pub(super) life: u32,
    /// How often each weather was met.
    pub(super) met: BTreeMap<Weather, u32>,
    /// When the login or the sender was last refused for good.
    pub(super) refused_us: Option<Timestamp>,
    /// When a recipient was put off.
    put_off: Vec<Timestamp>,
    rng: Option<StdRng>,
    stalls: u32,
}

/// The server's manner.
#[derive(Debug)]
pub(super) struct Relay {
    clock: Arc<Settable>,
    lang: Lang,
    zone: Tz,
    /// Half-open spans.
    pub(super) weather: Vec<(Timestamp, Timestamp, Weather)>,
    /// When an address dies.
    pub(super) dead: BTreeMap<String, Timestamp>,
    /// Addresses that no mischance befalls, so that a dead letter always has somebody else to go to.
    pub(super) safe: BTreeSet<String>,
    faults: bool,
    identity: Identity,
    book: Mutex<Book>,
}

/// How often the server may keep its client waiting; each costs real time.
const MOST_STALLS: u32 = 3;

impl Relay {
    pub(super) fn new(
        clock: Arc<Settable>,
        (lang, zone): (Lang, Tz),
        seed: u64,
        faults: bool,
        identity: Identity,
    ) -> Self {
        let book = Book {
            rng: Some(StdRng::seed_from_u64(seed ^ 0x5e1a)),
            ..Book::default()
        };
        Self {
            clock,
            lang,
            zone,
            weather: Vec::new(),
            dead: BTreeMap::new(),
            safe: BTreeSet::new(),
            faults,
            identity,
            book: Mutex::new(book),
        }
    }

    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the weather at an instant.
    fn now(&self) -> Option<Weather> {
        let now = self.clock.now();
        let found = self
            .weather
            .iter()
            .find(|(from, until, _)| *from <= now && now < *until);
        found.map(|(_, _, weather)| *weather)
    }

    /// Tells whether everything that came between two instants was taken at once.
    pub(super) fn was_calm(&self, from: Timestamp, until: Timestamp) -> bool {
        let within = |at: Timestamp| from <= at && at <= until;
        let book = self.book();
        let storm = self
            .weather
            .iter()
            .any(|(began, ended, _)| *began <= until && from < *ended);
        let later = book.seen.iter().rev().skip_while(|seen| seen.at > until);
        let mut later = later.take_while(|seen| seen.at >= from);
        !storm
            && !book.put_off.iter().any(|at| within(*at))
            && later.all(|seen| seen.verdict == Verdict::Accepted)
    }

    /// Gives whom the server refused for good between two instants, both included, before it saw the letter.
    pub(super) fn refused(&self, from: Timestamp, until: Timestamp) -> BTreeSet<String> {
        let book = self.book();
        let within = book.refused.iter().filter(|(at, _)| from <= *at && *at <= until);
        within.map(|(_, to)| to.clone()).collect()
    }

    /// Tells whether no mischance may befall single letters.
    pub(super) fn is_reliable(&self) -> bool {
        !self.faults
    }

    /// Keeps the client waiting, or, when that was done often enough, ends the connection.
    fn stall(&self) -> Answer {
        let mut book = self.book();
        book.stalls += 1;
        match book.stalls <= MOST_STALLS {
            true => Answer::Silence,
            false => Answer::Close,
        }
    }

    fn chance(&self, percent: u32) -> bool {
        self.book()
            .rng
            .as_mut()
            .is_some_and(|rng| rng.random_range(0..100) < percent)
    }

    fn recipient(&self, to: &str) -> Answer {
        let (now, to) = (self.clock.now(), to.to_ascii_lowercase());
        if self.dead.get(&to).is_some_and(|since| *since <= now) {
            self.book().refused.push((now, to));
            return Answer::Words("550 5.1.1 no such user".to_owned());
        }
        let greylists = self.now() == Some(Weather::Greylists);
        if greylists {
            self.meets(Weather::Greylists);
        }
        if greylists || (self.faults && self.chance(2)) {
            self.book().put_off.push(now);
            return Answer::Words("451 4.7.1 come again".to_owned());
        }
        Answer::Usual
    }

    fn letter(&self, to: &str, raw: &[u8]) -> Answer {
        let mischance = match self.faults && !self.safe.contains(to) {
            true => self
                .book()
                .rng
                .as_mut()
                .map_or(100, |rng| rng.random_range(0..100)),
            false => 100,
        };
        let lucky = self.chance(50);
        let doubt = match lucky {
            true => Verdict::KeptInDoubt,
            false => Verdict::LostInDoubt,
        };
        if let Some(weather) = self.now().filter(|weather| weather.is_last()) {
            self.meets(weather);
        }
        let (verdict, answer) = match (self.now(), mischance) {
            (Some(Weather::Full), _) => (Verdict::Later, Answer::Words("452 4.3.1 full".to_owned())),
            (Some(Weather::Drops), _) | (None, 0) => (doubt, Answer::Close),
            (Some(Weather::Stalls), _) => (doubt, self.stall()),
            (None, 1) => (Verdict::Later, Answer::Words("451 4.3.0 try later".to_owned())),
            (None, 2) => (Verdict::Never, Answer::Words("554 5.7.1 not wanted".to_owned())),
            (None, 3) => (
                Verdict::Later,
                Answer::LastWords("421 4.3.2 going down".to_owned()),
            ),
            // As usual, but kept in the book alone.
            _ => (Verdict::Accepted, Answer::Words("250 2.0.0 received".to_owned())),
        };
        let now = self.clock.now();
        let mail = read(raw, self.lang, self.zone, now);
        let mut book = self.book();
        let life = book.life;
        book.seen.push(Seen {
            at: now,
            to: to.to_ascii_lowercase(),
            mail,
            bytes: Sha256::digest(raw).into(),
            verdict,
            life,
        });
        answer
    }
}

impl Relay {
    /// Notes that the weather is met, and that it refuses us, if it does.
    fn meets(&self, weather: Weather) {
        let now = self.clock.now();
        let mut book = self.book();
        *book.met.entry(weather).or_default() += 1;
        if matches!(weather, Weather::BadLogin | Weather::BadSender) {
            book.refused_us = Some(now);
        }
    }

    /// Gives what the weather answers up to DATA.
    fn weathered(&self, moment: Moment<'_>, weather: Weather) -> Answer {
        let words = |words: &str| Answer::Words(words.to_owned());
        match (moment, weather) {
            (Moment::Greeting, Weather::Refuses) => Answer::Close,
            (Moment::Greeting, Weather::Busy) => Answer::LastWords("421 4.3.2 too busy".to_owned()),
            (Moment::Greeting, Weather::Silent) => self.stall(),
            (Moment::Hello, Weather::NoHello) => words("554 5.7.1 not you"),
            (Moment::StartTls, Weather::NoTls) => words("454 4.7.0 no TLS today"),
            (Moment::Login, Weather::BadLogin) => words("535 5.7.8 the code has expired"),
            (Moment::Login, Weather::NoLogin) => words("454 4.7.0 nobody can sign in"),
            (Moment::Sender, Weather::BadSender) => words("550 5.7.1 who are you"),
            // The kept connection ends, and the new one meets what comes before.
            (Moment::Sender, weather) if weather.is_early() => Answer::Close,
            (Moment::Sender, Weather::Leaves) => Answer::LastWords("421 4.3.2 going down".to_owned()),
            (Moment::Recipient(_), Weather::LeavesLater) => {
                Answer::LastWords("421 4.3.2 going down".to_owned())
            }
            (Moment::Data(_), Weather::NoData) => words("451 4.3.0 not now"),
            (Moment::Data(_), Weather::Breaks) => Answer::Close,
            _ => Answer::Usual,
        }
    }

    /// Takes no letter to an address for good, before it has seen it.
    fn unwanted(&self, to: &[String]) -> Answer {
        let to = to.first().map_or("", String::as_str);
        if !self.faults || self.safe.contains(to) || !self.chance(1) {
            return Answer::Usual;
        }
        self.book()
            .refused
            .push((self.clock.now(), to.to_ascii_lowercase()));
        Answer::Words("554 5.7.1 not wanted".to_owned())
    }
}

impl Manner for Relay {
    fn answer(&self, moment: Moment<'_>) -> Answer {
        if let Some(weather) = self.now() {
            if (weather, matches!(moment, Moment::StartTls)) == (Weather::Untrusted, true) {
                self.meets(weather);
            }
            let answer = self.weathered(moment, weather);
            if answer != Answer::Usual {
                self.meets(weather);
                return answer;
            }
        }
        match moment {
            Moment::Recipient(to) => self.recipient(to),
            Moment::Data(to) => self.unwanted(to),
            Moment::Letter(to, raw) => self.letter(to.first().map_or("", String::as_str), raw),
            _ => Answer::Usual,
        }
    }

    fn certificate(&self) -> Option<TlsAcceptor> {
        Some(match self.now() {
            Some(Weather::Untrusted) => self.identity.bad.clone(),
            _ => self.identity.good.clone(),
        })
    }

    fn has_login(&self) -> bool {
        true
    }
}

/// Draws the weather of some days.
pub(super) fn forecast(rng: &mut StdRng, from: Timestamp, days: u32) -> Vec<(Timestamp, Timestamp, Weather)> {
    let minutes = |day: u32, minute: i64| from + TimeDelta::days(day.into()) + TimeDelta::minutes(minute);
    let mut spans = Vec::new();
    if days as usize > Weather::ALL.len() {
        // So long a run meets each of them at a deadline, when letters surely leave.
        let each = (1..).zip(Weather::ALL);
        spans.extend(each.map(|(day, weather)| (minutes(day, 950), minutes(day, 985), weather)));
    }
    let mut deck: Vec<Weather> = Vec::new();
    for day in 0..days {
        for _ in 0..rng.random_range(1..4) {
            // Half of them when most letters leave.
            let minute = match rng.random_range(0..4) {
                0 => rng.random_range(950..1020),
                1 => rng.random_range(380..460),
                _ => rng.random_range(0..1440),
            };
            let began = minutes(day, minute);
            let ended = began + TimeDelta::minutes(rng.random_range(3..100));
            // Each comes once before any comes again.
            if deck.is_empty() {
                deck.extend(Weather::ALL);
            }
            let weather = deck.swap_remove(rng.random_range(0..deck.len()));
            spans.push((began, ended, weather));
        }
    }
    spans
}
