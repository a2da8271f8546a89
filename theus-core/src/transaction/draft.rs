//! The draft of one field, and the order in which a run wrote its signals.

#[cfg(feature = "store")]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

#[cfg(feature = "store")]
use parking_lot::Mutex;

#[cfg(feature = "store")]
use crate::store::EncodeError;

/// What a run has written to one field and not yet committed.
#[derive(Debug)]
pub struct Draft<T> {
    /// The value, if something was written.
    pub(crate) value: Option<T>,
    /// When it was last written, among the signals of this run.
    pub(crate) order: u32,
}

impl<T> Draft<T> {
    #[inline]
    pub(crate) const fn none() -> Self {
        Self { value: None, order: 0 }
    }
}

/// Counts the writes to signals within one run, so that they leave in the order in which they were written.
///
/// Only one thread at a time works on a run; the atomic makes the views `Send`, and is never contended.
#[derive(Debug, Default)]
pub struct Order {
    last: AtomicU32,
    /// What the run has sent so far: hardly any run has.
    #[cfg(feature = "store")]
    sent: OnceLock<Box<Mutex<Sent>>>,
}

/// The messages of a run, or why one cannot be stored.
#[cfg(feature = "store")]
pub(crate) type Sent = Result<Vec<Message>, EncodeError>;

/// A message: its topic, and what it says.
#[cfg(feature = "store")]
pub(crate) type Message = (&'static str, serde_json::Value);

impl Order {
    #[inline]
    pub(crate) fn next(&self) -> u32 {
        let next = self.last.load(Relaxed).wrapping_add(1);
        self.last.store(next, Relaxed);
        next
    }

    /// One more message; the first that cannot be stored is what is told.
    #[cfg(feature = "store")]
    pub(crate) fn sends(&self, message: Result<Message, EncodeError>) {
        let mut sent = self.sent.get_or_init(|| Box::new(Mutex::new(Ok(Vec::new())))).lock();
        match (&mut *sent, message) {
            (Ok(sent), Ok(message)) => sent.push(message),
            (sent @ Ok(_), Err(error)) => *sent = Err(error),
            (Err(_), _) => {}
        }
    }

    /// What was sent.
    #[cfg(feature = "store")]
    pub(crate) fn sent(self) -> Sent {
        self.sent.into_inner().map_or_else(|| Ok(Vec::new()), |sent| sent.into_inner())
    }
}

/// A signal that a run has raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    /// The field's path, with the layer.
    pub path: &'static str,
    /// When it was written, among the signals of its run.
    pub order: u32,
}
