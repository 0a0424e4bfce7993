//! Knows receipt.
