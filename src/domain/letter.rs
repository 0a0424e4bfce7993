//! Knows letter.
