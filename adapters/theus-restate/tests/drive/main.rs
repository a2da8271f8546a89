//! The driver without a server.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "tests")]
#![allow(dead_code, missing_docs, unreachable_pub, reason = "a program for several tests")]

mod across;
mod differential;
mod effects;
mod epoch;
mod first;
mod interlock;
mod lease;
mod ledger;
mod places;
#[path = "../program/mod.rs"]
mod program;
mod refusals;
mod saga;
mod size;
mod world;
