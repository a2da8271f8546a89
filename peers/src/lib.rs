//! Theus beside its peers: the same rules on the same state, judged by Theus, Cedar, CEL and by hand; and the state machine of
//! `machine_guard` by statig and by hand. What is measured, and what each of them does that others do not, is in the README.
//!
//! `cargo test` shows that all of them say the same; `cargo bench` measures them in one run.
#![forbid(unsafe_code)]
#![warn(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod by_cedar;
pub mod by_cel;
pub mod by_theus;
pub mod chart;
pub mod plant;

/// What can go wrong while a judge is made: its own parser's error.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
