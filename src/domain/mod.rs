//! The rules: functions of facts and `now`. No I/O, no async, no clock.
//!
//! One noun a file; a rule of the field is in the file of its noun.

pub mod access;
pub mod address;
pub mod alert;
pub mod audit;
pub mod board;
pub mod bulletin;
pub mod calendar;
pub mod check;
pub mod checkin;
pub mod delivery;
pub mod digest;
pub mod forecast;
pub mod form;
pub mod ids;
pub mod import;
pub mod incident;
pub mod initials;
pub mod intake;
pub mod ladder;
pub mod language;
pub mod letter;
pub mod notice;
pub mod obligation;
pub mod password;
pub mod period;
pub mod plan;
pub mod privacy;
pub mod progress;
pub mod receipt;
pub mod redaction;
pub mod roll_up;
pub mod roster;
pub mod screen;
pub mod seal;
pub mod standing;
pub mod table;
pub mod tally;
pub mod text;
pub mod throttle;
pub mod time;
pub mod unit;
pub mod window;
