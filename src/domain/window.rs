//! Knows window.
