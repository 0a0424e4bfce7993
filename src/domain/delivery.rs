//! Knows delivery.
