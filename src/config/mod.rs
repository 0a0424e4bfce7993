//! Map of `config`.
