//! Knows how a single setting is written: durations, sizes, networks, and words from a fixed list.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;

use crate::domain::incident::{Severity, Times};
use crate::i18n::Lang;

/// How something is written, in words of a language.
pub type Like = fn(Lang) -> String;

/// Says that it is one of some words.
pub(super) fn one_of(l: Lang, words: &[&str]) -> String {
    l.config_like_one_of(words.join(l.list_joint()))
}

/// A value that is written as one text.
pub trait Setting: Sized {
    /// Says how it is written, to complete "is not …" and "应为…".
    const LIKE: Like;

    /// Reads it.
    fn read(text: &str) -> Option<Self>;
}

/// A length of time, in whole milliseconds, at most a century: `30m`, `5s`, `1h30m`, `250ms`, `2d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(u64);

const CENTURY_MS: u64 = 36_525 * 86_400_000;

impl Span {
    /// Makes it of milliseconds.
    pub const fn millis(n: u64) -> Self {
        Self(n)
    }

    /// Makes it of minutes.
    pub const fn minutes(n: u64) -> Self {
        Self(n * 60_000)
    }

    /// Makes it of days.
    pub const fn days(n: u64) -> Self {
        Self(n * 86_400_000)
    }

    /// Gives it for reckoning with instants.
    pub fn delta(self) -> TimeDelta {
        TimeDelta::milliseconds(i64::try_from(self.0).unwrap_or(i64::MAX))
    }

    /// Gives it for timers.
    pub fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }

    /// Tells whether it is no time at all.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl From<Duration> for Span {
    fn from(d: Duration) -> Self {
        Self(u64::try_from(d.as_millis()).unwrap_or(CENTURY_MS).min(CENTURY_MS))
    }
}

/// Takes a number and the unit behind it from the front of a text.
fn number_and_unit(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, rest) = text.split_at(digits);
    let rest = rest.trim_start();
    let unit = rest
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(unit);
    Some((number.parse().ok()?, unit, rest.trim_start()))
}

impl Setting for Span {
    const LIKE: Like = |l| l.config_like_span().to_owned();

    fn read(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let (mut total, mut last) = (0u64, u64::MAX);
        while !rest.is_empty() || last == u64::MAX {
            let (number, unit, tail) = number_and_unit(rest)?;
            let size = match unit {
                "ms" => 1,
                "s" => 1000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => return None,
            };
            if size >= last {
                return None;
            }
            total = total.checked_add(number.checked_mul(size)?)?;
            (rest, last) = (tail, size);
        }
        (total <= CENTURY_MS).then_some(Self(total))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (size, unit) in [
            (86_400_000, "d"),
            (3_600_000, "h"),
            (60_000, "m"),
            (1000, "s"),
            (1, "ms"),
        ] {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        if self.is_zero() { f.write_str("0s") } else { Ok(()) }
    }
}

/// A number of bytes: `64KiB`, `2MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(usize);

impl Size {
    /// Makes it of units of 1024 bytes.
    pub const fn kib(n: usize) -> Self {
        Self(n << 10)
    }

    /// Gives it in bytes.
    pub fn bytes(self) -> usize {
        self.0
    }
}

impl Setting for NaiveTime {
    const LIKE: Like = |l| l.config_like_hour().to_owned();

    fn read(text: &str) -> Option<Self> {
        Self::parse_from_str(text.trim(), "%H:%M").ok()
    }
}

impl Setting for Size {
    const LIKE: Like = |l| l.config_like_size().to_owned();

    fn read(text: &str) -> Option<Self> {
        let (number, unit, rest) = number_and_unit(text.trim())?;
        let shift = match unit {
            "B" => 0,
            "KiB" => 10,
            "MiB" => 20,
            "GiB" => 30,
            _ => return None,
        };
        let bytes = usize::try_from(number).ok()?.checked_mul(1 << shift)?;
        rest.is_empty().then_some(Self(bytes))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] {
            if self.0 > 0 && self.0.is_multiple_of(1 << shift) {
                return write!(f, "{}{unit}", self.0 >> shift);
            }
        }
        write!(f, "{}B", self.0)
    }
}

/// A range of network addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: u128,
    bits: u8,
    v6: bool,
}

/// Writes an address as a number, with the width of its family; `::ffff:1.2.3.4` is 1.2.3.4.
fn number(address: IpAddr) -> (u128, u8, bool) {
    match address.to_canonical() {
        IpAddr::V4(a) => (u128::from(a.to_bits()), 32, false),
        IpAddr::V6(a) => (a.to_bits(), 128, true),
    }
}

/// Drops the bits of a number that lie behind a prefix.
fn masked(number: u128, width: u8, bits: u8) -> u128 {
    let behind = u32::from(width - bits.min(width));
    number
        .checked_shr(behind)
        .and_then(|n| n.checked_shl(behind))
        .unwrap_or(0)
}

impl Network {
    /// Tells whether an address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (number, width, v6) = number(address);
        v6 == self.v6 && masked(number, width, self.bits) == self.base
    }
}

impl Setting for Network {
    const LIKE: Like = |l| l.config_like_network().to_owned();

    fn read(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((a, b)) => (a, Some(b.parse::<u8>().ok()?)),
            None => (text.trim(), None),
        };
        let (number, width, v6) = number(address.parse().ok()?);
        let bits = bits.unwrap_or(width);
        let base = masked(number, width, bits);
        (bits <= width).then_some(Self { base, bits, v6 })
    }
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte.
    Implicit,
    /// Plain at first, then TLS or nothing.
    Starttls,
    /// No protection.
    Plain,
}

impl Setting for Tls {
    const LIKE: Like = |l| one_of(l, &["implicit", "starttls", "plain"]);

    fn read(text: &str) -> Option<Self> {
        match text {
            "implicit" => Some(Self::Implicit),
            "starttls" => Some(Self::Starttls),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Setting for LogFormat {
    const LIKE: Like = |l| one_of(l, &["text", "json"]);

    fn read(text: &str) -> Option<Self> {
        match text {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// How long something may take for one severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Within {
    pub(super) severity: Severity,
    pub(super) span: Span,
}

impl Setting for Within {
    const LIKE: Like = |l| l.config_like_within().to_owned();

    fn read(text: &str) -> Option<Self> {
        let (severity, span) = text.trim().split_once(char::is_whitespace)?;
        Some(Self {
            severity: Severity::parse(severity)?,
            span: Span::read(span)?,
        })
    }
}

impl Setting for Times {
    const LIKE: Like = |l| l.config_like_times().to_owned();

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

macro_rules! by_parsing {
    ($($type:ty => $like:expr),* $(,)?) => {$(impl Setting for $type {
        const LIKE: Like = $like;

        fn read(text: &str) -> Option<Self> {
            text.parse().ok()
        }
    })*};
}

by_parsing! {
    u16 => |l| l.config_like_port().to_owned(),
    u32 => |l| l.config_like_number().to_owned(),
    usize => |l| l.config_like_number().to_owned(),
    bool => |l| one_of(l, &["true", "false"]),
    SocketAddr => |l| l.config_like_socket().to_owned(),
    Tz => |l| l.config_like_zone().to_owned(),
    Lang => |l| one_of(l, &["zh-CN", "en"]),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_written_with_their_units() {
        for (text, ms) in [
            ("5s", 5000),
            ("30m", 1_800_000),
            ("1h30m", 5_400_000),
            ("1d 2h", 93_600_000),
            ("250ms", 250),
        ] {
            assert_eq!(
                Span::read(text).map(|s| s.duration().as_millis()),
                Some(ms),
                "{text}"
            );
        }
    }

    #[test]
    fn a_duration_without_a_unit_or_out_of_order_is_refused() {
        for text in [
            "",
            "30",
            "m",
            "30 minutes",
            "5s1m",
            "1m1m",
            "-5m",
            "1.5h",
            "99999999999d",
            "9999999999999999999999s",
        ] {
            assert_eq!(Span::read(text), None, "{text}");
        }
    }

    #[test]
    fn sizes_are_in_powers_of_two() {
        assert_eq!(Size::read("64KiB").map(Size::bytes), Some(65_536));
        assert_eq!(Size::read("2 MiB").map(|s| s.to_string()), Some("2MiB".into()));
        for text in [
            "",
            "64",
            "64KB",
            "1KiB1B",
            "99999999999999999999GiB",
            "18446744073709551615GiB",
        ] {
            assert_eq!(Size::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let ten = Network::read("10.1.2.3/8").unwrap();
        assert!(ten.contains("10.255.0.1".parse().unwrap()));
        assert!(ten.contains("::ffff:10.0.0.1".parse().unwrap()));
        assert!(!ten.contains("11.0.0.1".parse().unwrap()));
        assert!(!ten.contains("::a01:203".parse().unwrap()));
        let one = Network::read("192.0.2.7").unwrap();
        assert!(one.contains("192.0.2.7".parse().unwrap()) && !one.contains("192.0.2.8".parse().unwrap()));
        let all = Network::read("::/0").unwrap();
        assert!(all.contains("2001:db8::1".parse().unwrap()) && !all.contains("192.0.2.8".parse().unwrap()));
        assert_eq!(Network::read("10.0.0.0/33"), None);
        assert_eq!(Network::read("example.org/8"), None);
    }

    proptest! {
        #[test]
        fn a_duration_reads_back_what_it_writes(ms in 0..CENTURY_MS) {
            let span = Span(ms);
            prop_assert_eq!(Span::read(&span.to_string()), Some(span));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,20}") {
            let _ = (Span::read(&text), Size::read(&text), Network::read(&text));
        }
    }
}
