//! What a run works on before it is committed: the cells of the state with their drafts, the guard's views on them, and the
//! lock of a session.

mod cell;
mod draft;
mod each;
#[cfg(feature = "store")]
mod exchange;
mod gate;
mod input;
mod line;
mod lock;
mod member;
mod output;
mod patience;
mod storage;
mod update;
mod waiter;
mod waits;

#[doc(hidden)]
pub use cell::Cell;
#[doc(hidden)]
pub use draft::{Draft, Order, Raised};
#[cfg(feature = "store")]
pub(crate) use exchange::{Exchange, Exchanged, KeyParts, Keys, Message};
#[doc(hidden)]
pub use input::DeclaredOutput;
pub use input::Input;
pub(crate) use lock::{Held, Lease, SessionLock};
#[doc(hidden)]
pub use member::Member;
pub use output::Output;
pub(crate) use patience::{Late, Limit, NotHeld, Request};
pub use storage::{FieldValue, SignalValue};
#[doc(hidden)]
pub use storage::{Inline, InlineValue, Shared, Storage};
pub use update::Update;
pub(crate) use waits::Circle;
