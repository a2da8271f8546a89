//! What a run works on before it is committed: drafts, the guard's views on them, and the lock of a session.

mod draft;
mod input;
mod lock;
mod output;
mod shed;
mod update;

pub use draft::{Draft, Order, Raised};
pub use input::Input;
pub(crate) use lock::{Held, NestedHold, SessionLock};
pub use output::Output;
pub(crate) use shed::shed;
pub use update::Update;
