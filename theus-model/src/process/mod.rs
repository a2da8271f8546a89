//! What a process declares.

mod contract;
mod gives;

pub use contract::{Access, AccessConflict, AccessKind, Argument, Contract};
pub use gives::Gives;
