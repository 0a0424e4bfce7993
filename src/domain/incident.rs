//! Knows incident.
