//! What a run works on before it is committed: the cells of the state with their drafts, the guard's views on them, and the
//! lock of a session.

mod cell;
mod draft;
mod each;
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

pub use cell::Cell;
pub use draft::{Draft, Order, Raised};
pub use input::{DeclaredOutput, Input};
pub(crate) use lock::{Held, SessionLock, Turn};
pub use member::Member;
pub use output::Output;
pub(crate) use patience::{Late, Limit, NotHeld, Request};
pub use storage::{FieldValue, Inline, InlineValue, Shared, SignalValue, Storage};
pub use update::Update;
pub(crate) use waits::Circle;
