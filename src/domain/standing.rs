//! Knows standing.
