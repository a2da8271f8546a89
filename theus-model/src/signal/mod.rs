//! What events are called.

mod name;
mod stem;

pub use name::{EventName, EventNameError};
