//! The state machine.
//!
//! | module | what it shows |
//! |---|---|
//! | [`cases`], [`regions`] | what SCXML's own tests are about, one idea each, in words |
//! | [`random`] | random charts and events: the machine does what a [`naive`] reading of the semantics does |
//! | [`storing`] | configurations by names, and what is refused of them, word by word |
//! | [`cost`] | what is known beforehand, and that it allocates nothing |
//! | [`garbage`] | parts that do not fit together make no panic |
//!
//! Few charts in the test command; the long run is
//! `THEUS_CASES=100000 cargo test --release -p theus-core --lib workflow::chart`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cases;
mod cost;
mod garbage;
mod naive;
mod random;
mod regions;
mod sketch;
mod storing;
mod walker;
