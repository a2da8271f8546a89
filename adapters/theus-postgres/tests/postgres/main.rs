//! The store in PostgreSQL: the rules of the port, random calls beside the store in memory, connections that are cut, programs and
//! servers that are killed, other programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::type_complexity,
    unreachable_pub,
    reason = "tests"
)]

mod cluster;
mod conformance;
mod cuts;
#[cfg(feature = "tls")]
mod encrypted;
mod growth;
mod killed;
mod model;
mod plays;
mod program;
mod server_killed;
mod stopped;
mod writes;
