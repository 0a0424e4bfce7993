//! Knows how units change over time.
