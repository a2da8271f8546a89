//! What events are called.

mod name;

pub use name::{EventName, EventNameError};
