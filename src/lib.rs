//! allclear, the daily zero-report service (每日零报告).
//!
//! Doors (`web`, `api`, `cli`, `worker`) call deeds (`service`), which load facts from `store`, decide by the
//! pure rules of `domain`, and save. See `ARCHITECTURE.md`.

pub mod api;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crash;
pub mod domain;
pub mod i18n;
pub mod mail;
pub mod service;
pub mod sheet;
pub mod store;
pub mod web;
pub mod worker;
