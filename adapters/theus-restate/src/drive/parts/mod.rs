//! A session that is kept in parts: what it is and its short fields in one place, and each long field in places of its own, of which a call
//! writes one for each field that it has changed.
//!
//! They are its value, and what each call since has changed of its entries. Where the latter are many, or long, the value is written anew, and the
//! next call begins at the first of them again: nothing is cleared. Each says in which turn it was written, and in which the one before
//! it, and the entry that they belong to says the last: parts that are not of one time are told, and not believed.

mod change;
mod place;
mod step;
mod warm;

pub use change::{Change, Changed, Written};
pub use place::{Apart, Kept, PartName, Since, fields, together};
pub(crate) use place::{all, of};
pub use step::{SteppedInParts, now, step};
pub use warm::Warm;
