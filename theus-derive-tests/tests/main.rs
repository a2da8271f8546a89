//! What the macros refuse, accept and write, and what the accepted shapes do when they run.
//!
//! | folder | what it holds |
//! |---|---|
//! | `fail/` | programs with one mistake each, and beside each the one error that the compiler gives |
//! | `pass/` | the nearest program that compiles, under the same name or the part of it before a `_` |
//! | `snapshots/` | what the macros write for a matrix of shapes, to be read as one reads `cargo expand` |
//! | `shapes/` | every shape of this crate's library, run on an engine |
//! | `versions/` | a program of crates that were built with two versions of Theus |
//! | `house.rs` | which files of the whole repository name each other: no new circles |
// A test that fails panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

// The macros' sources: a proc-macro crate gives nobody its functions.
extern crate proc_macro;
/// What is looked at here is what is written without `files!`.
const WITH_ANSWERS: bool = false;
#[path = "../../theus-macros/src/answer.rs"]
mod answer;
#[path = "../../theus-macros/src/context/mod.rs"]
mod context;
#[path = "../../theus-macros/src/effect/mod.rs"]
mod effect;
#[path = "../../theus-macros/src/errors.rs"]
mod errors;
#[path = "../../theus-macros/src/inspect/mod.rs"]
mod inspect;
#[path = "../../theus-macros/src/names.rs"]
mod names;
#[path = "../../theus-macros/src/process/mod.rs"]
mod process;
#[path = "../../theus-macros/src/tokens.rs"]
mod tokens;
#[path = "../../theus-macros/src/unit.rs"]
mod unit;

mod compile;
mod expansion;
mod house;
mod pass;
mod shapes;
mod versions;
