//! The draft of one field, and the order in which a run wrote its signals.

#[cfg(feature = "store")]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

#[cfg(feature = "store")]
use super::exchange::{Exchange, Exchanged, Message};
#[cfg(feature = "store")]
use crate::effect::Tape;
#[cfg(feature = "store")]
use crate::store::EncodeError;
use crate::sync::apart::LetGo;

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
    /// What the run exchanges with the world outside: hardly any run does.
    #[cfg(feature = "store")]
    exchange: OnceLock<Box<Exchange>>,
    /// Of a body on a thread of its own.
    #[cfg(not(feature = "store"))]
    let_go: Option<LetGo>,
}

impl Order {
    #[inline]
    pub(crate) fn next(&self) -> u32 {
        let next = self.last.load(Relaxed).wrapping_add(1);
        self.last.store(next, Relaxed);
        next
    }

    /// Of a run whose exchange is looked at.
    #[cfg(feature = "store")]
    pub(crate) fn exchanging(exchange: Exchange) -> Self {
        Self { last: AtomicU32::new(0), exchange: OnceLock::from(Box::new(exchange)) }
    }

    /// Of a run whose body is on a thread of its own: from when it is let go of, no effect is asked any more.
    pub(crate) fn until(&mut self, let_go: LetGo) {
        #[cfg(feature = "store")]
        {
            let mut exchange = self.exchange.take().unwrap_or_default();
            exchange.until(let_go);
            self.exchange = OnceLock::from(exchange);
        }
        #[cfg(not(feature = "store"))]
        {
            self.let_go = Some(let_go);
        }
    }

    /// Whether nothing that the run still does counts. Where a panic ends the program nobody is told so: there is no other way
    /// out of a body.
    #[inline]
    pub(crate) fn is_let_go(&self) -> bool {
        #[cfg(feature = "store")]
        let is_let_go = self.exchange.get().is_some_and(|exchange| exchange.is_let_go());
        #[cfg(not(feature = "store"))]
        let is_let_go = self.let_go.as_ref().is_some_and(LetGo::is_set);
        is_let_go && cfg!(panic = "unwind")
    }

    /// One more message.
    #[cfg(feature = "store")]
    pub(crate) fn sends(&self, message: Result<Message, EncodeError>) {
        self.exchange.get_or_init(Box::default).sends(message);
    }

    /// Where the calls of effects are kept, or given.
    #[cfg(feature = "store")]
    #[inline]
    pub(crate) fn tape(&self) -> Option<&Tape> {
        self.exchange.get()?.tape()
    }

    /// The next key of an effect. A run whose body asks for one has keys.
    #[cfg(feature = "store")]
    pub(crate) fn key(&self) -> String {
        let key = self.exchange.get().and_then(|exchange| exchange.key());
        key.unwrap_or_else(|| format!("{:032x}", crate::store::by_chance()))
    }

    /// The run was let through by this epoch of the interlock.
    #[cfg(feature = "store")]
    pub(crate) fn was_let_through_by(&self, epoch: u64) {
        if let Some(exchange) = self.exchange.get() {
            exchange.was_let_through_by(epoch);
        }
    }

    /// By which epoch of the interlock the run was let through.
    #[cfg(feature = "store")]
    pub(crate) fn epoch(&self) -> u64 {
        self.exchange.get().map_or(0, |exchange| exchange.epoch())
    }

    /// What was exchanged.
    #[cfg(feature = "store")]
    pub(crate) fn exchanged(self, process: &str) -> Exchanged {
        self.exchange.into_inner().map_or_else(Exchanged::default, |exchange| exchange.ended(process))
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
