//! Map of `service`.
