//! The store in a file: the rules of the port, restarts, damage, crashes, other programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::type_complexity,
    unreachable_pub,
    reason = "tests"
)]

mod child;
mod conformance;
mod damage;
mod desk;
mod images;
mod model;
mod processes;
mod recovery;
mod rules;
mod stopped;
