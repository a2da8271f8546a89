//! An event that a state keeps for a later one.

use super::source::Place;
use crate::signal::EventName;

/// How many events that were deferred a session keeps at most: the next one is dropped, which is told.
pub const MOST_DEFERRED: usize = 64;

/// An event that a state keeps, as long as it is active and no transition takes the event (`defer`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferred {
    /// The event.
    pub event: EventName,
    /// Where the file says so.
    pub place: Place,
}
