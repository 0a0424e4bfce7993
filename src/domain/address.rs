//! Knows address.
