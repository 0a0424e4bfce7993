//! Knows unit.
