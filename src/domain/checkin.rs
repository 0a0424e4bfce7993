//! Knows checkin.
