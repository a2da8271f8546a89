//! What a process is to the engine: its contract, its command, its errors.

mod argument;
mod contract;
mod error;
mod scope;
mod traits;

pub use argument::ArgumentValue;
pub use contract::{Access, AccessConflict, AccessKind, Argument, Contract};
pub use error::{Halted, Panicked, RunError};
pub use scope::Scope;
pub use traits::{AsyncProcess, Asynchronous, DeclaredError, ErrorValue, Plain, Process, SyncProcess};
