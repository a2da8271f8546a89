//! What processes, contexts, rules and workflows are described with: layers and zones, values and their shapes, schemas,
//! contracts, event names, levels. Data, next to no dependencies, no engine.
//!
//! # Which construct do I need?
//!
//! | to say | use |
//! |---|---|
//! | what a value is, as rules and conditions see it | [`context::Value`], [`context::Shape`] |
//! | that values of a type can be looked into | [`context::Inspect`], [`context::InspectAs`] |
//! | what a context holds, and where | [`context::Schema`], [`context::Layer`], [`context::Zone`] |
//! | what a process reads, writes and can fail with | [`process::Contract`] |
//! | what an event is called | [`signal::EventName`] |
//! | how grave a violation is | [`audit::Level`] |
//! | sums and means of floats, rounded once | [`exact`] |
//! | a text that many have | [`audit::Text`] |
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
