//! Map of `store`.
