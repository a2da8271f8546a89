//! The desk, as its users have it: the program on a port, by a client over HTTP.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests run the program, and wait")]

mod fixture;
mod killed;
mod reload;
mod security;
mod whole;
