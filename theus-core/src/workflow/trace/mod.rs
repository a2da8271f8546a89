//! What a session did, in order: for people, as JSON, and as a stream.
//!
//! | construct | for |
//! |---|---|
//! | [`Trace`] | what a session remembers of what it did; displays as a text in columns, serialises as a list |
//! | [`Line`] | one entry of it with the names of the states, in words or as JSON |
//! | [`Entry`], [`What`], [`Role`], [`Ended`] | the same as data |
//! | [`Watch`] | the same as it happens, for a dashboard: bounded, and it tells how many it lost |

mod entry;
mod json;
mod line;
mod places;
mod recorder;
mod watch;

pub use entry::{Ended, Entry, Role, What};
pub use line::Line;
pub use places::Places;
pub use recorder::Trace;
pub use watch::{TraceItem, Watch};

pub(crate) use recorder::DEFAULT_ENTRIES;
