//! Every shape of context and process that the macros accept, under every lint: what they write must not warn.
//!
//! The tests of this crate run each of them on an engine and look at its contract.
#![deny(warnings, missing_docs, unreachable_pub, clippy::pedantic)]

pub mod attributes;
pub mod contexts;
pub mod everyday;
pub mod everyday_contexts;
pub mod failing;
pub mod generic;
pub mod inspected;
pub mod names;
pub mod renamed;
pub mod scopes;
pub mod several;
pub mod shapes;
