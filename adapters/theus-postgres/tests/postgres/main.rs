//! The store in PostgreSQL: the rules of the port, connections that are cut, programs and servers that are
//! killed, other programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, reason = "tests")]

mod cluster;
mod conformance;
mod cuts;
mod killed;
mod program;
mod server_killed;
mod stopped;
