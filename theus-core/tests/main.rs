//! The proof that transactions hold.
//!
//! | module | what it shows |
//! |---|---|
//! | [`scenarios`] | one promise each, through the public API, in words |
//! | [`properties`] | random programs give on the engine what they give on the [`reference`], alone and at once |
//! | [`interleavings`] | the lock and the optimistic protocol under every schedule that `shuttle` can think of |
//! | [`simulation`] | whole systems of sessions in virtual time, from a seed: nothing lost, doubled, early or at once |
//! | [`naive_sessions`] | workflows at random do what a naive reading of the documents does: chains, `invoke`, sagas, times
//! | [`audit`] | what rules see and ask, against a naive reading of them; what is refused of them, word by word |
//!
//! Without more said the random programs are few, for the test command. The nightly-sized run, a minute or two:
//! `THEUS_CASES=100000 cargo test --release -p theus-core --test main properties`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod audit;
mod executor;
mod interleavings;
mod naive_sessions;
#[allow(dead_code, unreachable_pub, reason = "the engine uses all of it")]
#[path = "../src/panics.rs"]
mod panics;
mod process {
    pub(crate) use theus_core::Contract;
}
mod programs;
mod properties;
mod random_charts;
mod reference;
mod scenarios;
mod simulation;
mod sync;
