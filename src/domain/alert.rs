//! Knows alert.
