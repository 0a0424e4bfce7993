//! Knows ladder.
