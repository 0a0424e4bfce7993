//! Map of `cli`.
