//! What Theus costs, each measurement beside its baseline: `cargo bench -p theus-core`.
//!
//! The groups are named for the claims; compare the medians inside a group.
#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "benches")]

mod audit;
mod bounds;
mod chart;
mod collections;
mod condition;
mod judging;
mod ledger;
mod recipe;
mod sessions;
mod several;
mod shared;
mod store;
mod transactions;
mod wide;
mod workflow;

fn main() {
    divan::main();
}
