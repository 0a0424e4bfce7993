//! Map of `auth`.
