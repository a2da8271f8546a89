//! The adapter on a server of Restate, which the script `ci` starts: without it these tests say that they were not run.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]
#![allow(dead_code, missing_docs, unreachable_pub, reason = "a program for several tests")]

mod across;
mod differential;
mod exactly_once;
mod in_parts;
mod interlock;
mod ledger;
#[path = "../program/mod.rs"]
mod program;
mod remote;
mod server;
#[path = "../upgrade/mod.rs"]
mod two_versions;
mod upgrade;
