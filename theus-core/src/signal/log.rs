//! Where events from outside are stored before a bus takes them.

use super::Event;

/// Stores events.
pub(crate) trait EventLog: Send + Sync {
    /// An event from outside comes, at this date in nanoseconds since 1970, where that is known: its number in the store.
    ///
    /// # Errors
    /// Where it is not stored: it is not taken then.
    fn emitted(&self, event: &Event, urgent: bool, came: Option<u64>) -> Result<u64, EventLogError>;

    /// The same under a key: none where it has come under it before.
    ///
    /// # Errors
    /// As [`emitted`](Self::emitted), and where something else came under the key.
    fn emitted_once(
        &self,
        event: &Event,
        urgent: bool,
        came: Option<u64>,
        key: &str,
    ) -> Result<Option<u64>, EventLogError>;

    /// Whether what comes of an event can be stored, as far as that is known.
    fn is_well(&self) -> bool;

    /// The date, in nanoseconds since 1970: for who has no clock by which events come.
    fn now(&self) -> u64;
}

/// Why an event is not stored.
#[cfg(feature = "store")]
pub(crate) type EventLogError = crate::store::StoreError;
/// There is no store.
#[cfg(not(feature = "store"))]
pub(crate) type EventLogError = std::convert::Infallible;
