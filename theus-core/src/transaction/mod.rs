//! What a run works on before it is committed: the cells of the state with their drafts, the guard's views on them, and the
//! lock of a session.

mod cell;
mod draft;
mod each;
mod input;
mod lock;
mod member;
mod output;
mod storage;
mod update;

pub use cell::Cell;
pub use draft::{Draft, Order, Raised};
pub use input::{DeclaredOutput, Input};
pub(crate) use lock::{Held, NestedHold, SessionLock, Turn};
pub use member::Member;
pub use output::Output;
pub use storage::{FieldValue, Inline, InlineValue, Shared, SignalValue, Storage};
pub use update::Update;
