//! The built program, run as a user runs it, on fixtures of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panicking")]
#![allow(clippy::disallowed_methods, reason = "a test runs the program and writes its files")]

mod books;
mod commands;
mod fixture;
mod kept;
mod levels;
mod oracle;
/// The very orders that the program takes; what must come of them is worked out here.
#[path = "../../src/orders.rs"]
mod orders;
mod refused;
mod report;
mod rules;

/// How many seeds: what `THEUS_CASES` says, else so few.
fn cases(few: u64) -> u64 {
    std::env::var("THEUS_CASES").ok().map_or(few, |text| text.parse().expect("THEUS_CASES is a number"))
}
