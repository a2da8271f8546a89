//! What processes, contexts, rules and workflows are described with: layers and zones, values and their shapes, schemas,
//! contracts, event names, levels. Data, next to no dependencies, no engine.
//!
//! Programs name `theus-core`, which has all of it under the same names. A crate that only describes, as one that checks files
//! while a program is compiled, can stand on this one.

#![forbid(unsafe_code)]

pub mod audit;
pub mod context;
pub mod exact;
#[doc(hidden)]
pub mod panics;
pub mod process;
pub mod signal;
