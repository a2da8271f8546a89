//! The built program, run as a user runs it, on scripts of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panicking")]
#![allow(clippy::disallowed_methods, reason = "a test runs the program and writes its files")]

mod commands;
mod fixture;
mod human;
mod kept;
mod levels;
mod model;
mod refused;
mod whole;
