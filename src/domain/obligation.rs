//! Knows obligation.
