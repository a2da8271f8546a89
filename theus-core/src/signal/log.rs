//! Where events from outside are stored before a bus takes them.

use super::Event;

/// Stores events.
pub(crate) trait EventLog: Send + Sync {
    /// An event from outside comes: its number in the store.
    ///
    /// # Errors
    /// Where it is not stored: it is not taken then.
    fn emitted(&self, event: &Event, urgent: bool) -> Result<u64, EventLogError>;

    /// The same under a key: none where it has come under it before.
    ///
    /// # Errors
    /// As [`emitted`](Self::emitted), and where something else came under the key.
    fn emitted_once(&self, event: &Event, urgent: bool, key: &str) -> Result<Option<u64>, EventLogError>;
}

/// Why an event is not stored.
#[cfg(feature = "store")]
pub(crate) type EventLogError = crate::store::StoreError;
/// There is no store.
#[cfg(not(feature = "store"))]
pub(crate) type EventLogError = std::convert::Infallible;
