//! Knows tally.
