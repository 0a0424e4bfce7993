//! Map of `worker`.
