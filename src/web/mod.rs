//! Map of `web`.
