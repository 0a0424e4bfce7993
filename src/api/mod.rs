//! Map of `api`.
