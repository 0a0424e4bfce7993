//! Knows seal.
