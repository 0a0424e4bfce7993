//! Map of `mail`.
