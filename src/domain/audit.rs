//! Knows audit.
