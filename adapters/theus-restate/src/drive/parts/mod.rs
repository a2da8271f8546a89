//! A session that is kept in parts: what it is in one place, and each field of its state in places of its own, of which a call writes those
//! that it has changed.
//!
//! A field has two: its value, and the entries that are another since. Where the latter have become many, the value is written anew. Both say
//! in which turn they were written, and so does the entry that they belong to: parts that are not of one time are told, and not believed.

mod change;
mod place;
mod step;
mod warm;

pub use change::{Change, Changed, Written};
pub use place::{Kept, PartName, fields};
pub(crate) use place::{all, of};
pub use step::{SteppedInParts, now, step};
pub use warm::Warm;
