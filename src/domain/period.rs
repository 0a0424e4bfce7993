//! Knows period.
