//! The service over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod alarms;
mod commands;
mod ending;
mod events;
mod happenings;
mod holders;
mod hostile;
mod looks;
mod openapi;
mod problems;
mod served;
mod shop;
