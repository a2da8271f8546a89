//! The interlock across machines, by lease.
//!
//! One object of Restate, `Interlock/all`, has whether it is latched. Each process asks it every so often, and an answer is good for so long
//! *from when it was asked*, by that process's monotonic clock: without a good answer nothing runs. Who latches it is answered when one such
//! time has passed since it was set. So after a latch is acknowledged nothing begins anywhere, whatever is cut off; and a lease that cannot be
//! renewed stops its process by itself.

mod handle;
mod object;
mod seen;
mod status;

pub use handle::Lease;
pub use seen::{Found, Seen};
pub use status::{ResetAsk, ResetRecord, Status};

pub(crate) use object::definition;
