//! What a process declares.

mod contract;

pub use contract::{Access, AccessConflict, AccessKind, Argument, Contract};
