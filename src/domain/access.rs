//! Knows access.
