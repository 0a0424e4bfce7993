//! Knows screen.
