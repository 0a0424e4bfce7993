//! Knows every word that a person reads, in Chinese and in English.
