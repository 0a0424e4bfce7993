//! Knows import.
