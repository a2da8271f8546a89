//! Where events from outside are stored before a bus takes them.

use super::Event;

/// Stores events.
pub(crate) trait EventLog: Send + Sync {
    /// An event from outside comes: its number in the store.
    ///
    /// # Errors
    /// Where it is not stored: it is not taken then.
    fn emitted(&self, event: &Event, urgent: bool) -> Result<u64, EventLogError>;
}

/// Why an event is not stored.
#[cfg(feature = "store")]
pub(crate) type EventLogError = crate::store::StoreError;
/// There is no store.
#[cfg(not(feature = "store"))]
pub(crate) type EventLogError = std::convert::Infallible;
