//! The service over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod commands;
mod events;
mod looks;
mod problems;
mod shop;
