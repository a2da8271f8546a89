//! What Theus makes of files: YAML with positions, errors that show the line, audit rules, expressions, workflows as charts with
//! what is proved of them, and their pictures. It names no engine: it takes what it checks against as data.
//!
//! # Which construct do I need?
//!
//! | I want to | use |
//! |---|---|
//! | read a file, and say where in it something is wrong | [`source::Document`], [`source::Problem`], [`source::SourceError`] |
//! | make rules of a recipe | [`audit::Recipe::load`], against an [`audit::Catalog`] |
//! | know what a new recipe changes | [`audit::Recipe::compare`] |
//! | make a state machine of a workflow, and prove it | [`workflow::file::load`], against a [`workflow::Catalog`] |
//! | know what is in a workflow | [`workflow::Definition`] |
//! | describe a program in words, without its types | [`described`] |
//! | explain an error | [`errors`]: a page for each |
//!
//! Programs name `theus-core`, which has what they need of it under the same names. `files!` runs it while a program is compiled.

#![forbid(unsafe_code)]

mod aggregate;
pub mod audit;
mod calendar;
pub mod condition;
pub mod described;
pub mod errors;
mod included;
pub mod source;
#[cfg(test)]
mod worked;
pub mod workflow;

use theus_model::{context, exact, panics, process, signal};
