//! What a process is to the engine: its contract, its command, its errors.

mod accesses;
mod argument;
mod cells;
mod error;
mod fits;
mod outcome;
#[cfg(feature = "store")]
mod outgoing;
mod scope;
mod traits;
mod values;
mod wait;

#[doc(hidden)]
pub use accesses::accesses;
pub use argument::ArgumentValue;
#[doc(hidden)]
pub use cells::{OnEach, OnPairs};
pub use error::{Halted, Panicked, RunError};
#[doc(hidden)]
pub use fits::{OnDomain, OnGlobal, WithEffects};
pub use outcome::Outcome;
#[cfg(feature = "store")]
#[doc(hidden)]
pub use outgoing::{Nothing, Outgoing, Sends, outgoing};
#[doc(hidden)]
pub use scope::Scope;
pub use traits::{AsyncProcess, Process, SyncProcess};
#[doc(hidden)]
pub use traits::{Asynchronous, Blocking, BlockingProcess, DeclaredError, ErrorValue, Plain};
#[doc(hidden)]
pub use values::{Source, Values};
pub use wait::{Deadlock, TimedOut};

pub use theus_model::process::{Access, AccessConflict, AccessKind, Argument, Contract, Gives};
