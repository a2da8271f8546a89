//! What Theus makes of files: YAML with positions, errors that show the line, audit rules, expressions, workflows as charts with
//! what is proved of them, and their pictures. It names no engine: it takes what it checks against as data.
//!
//! Programs name `theus-core`, which has what they need of it under the same names. `files!` runs it while a program is compiled.

#![forbid(unsafe_code)]

pub mod audit;
pub mod described;
pub mod errors;
pub mod source;
pub mod workflow;

use theus_model::{context, exact, panics, process, signal};
