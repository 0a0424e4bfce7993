//! Knows calendar.
