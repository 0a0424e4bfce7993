//! Knows intake.
