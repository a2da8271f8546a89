//! Events from outside for the sessions of a pool.

use std::sync::Arc;

use super::error::SessionError;
use super::handle::Sessions;
use super::shared::SharedPool;
use super::slot::Slot;
use crate::context::Context;
use crate::signal::{EmitError, EventName, Origin, Payload};
use crate::workflow::interpreter::has_use_of;

mod sealed {
    use std::borrow::Cow;

    use crate::signal::{EventName, EventNameError};

    pub trait Sealed {
        /// The event.
        fn named(&self) -> Result<Cow<'_, EventName>, EventNameError>;

        /// The event as it was written.
        fn written(&self) -> String;
    }

    impl Sealed for &str {
        fn named(&self) -> Result<Cow<'_, EventName>, EventNameError> {
            EventName::parse(self).map(Cow::Owned)
        }
        fn written(&self) -> String {
            (*self).to_owned()
        }
    }

    impl Sealed for &EventName {
        fn named(&self) -> Result<Cow<'_, EventName>, EventNameError> {
            Ok(Cow::Borrowed(self))
        }
        fn written(&self) -> String {
            self.to_string()
        }
    }
}

/// An event's name: as text, or prepared once by [`EventName::parse`], which is faster.
pub trait ToEvent: sealed::Sealed {}

impl ToEvent for &str {}
impl ToEvent for &EventName {}

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// Puts an event from outside on the bus of a session.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Door { cmd_open: bool }
    /// # let engine = Engine::builder(Door::default()).build()?;
    /// # let flow = "states: { CLOSED: { events: { CMD_OPEN: OPEN } }, OPEN: { final: true } }";
    /// use theus_core::signal::EventName;
    ///
    /// let doors = Sessions::of_text(&engine, "door.yaml", flow)?.stepped(1).start()?;
    /// let open = EventName::parse("CMD_OPEN")?;
    /// for name in ["front", "back"] {
    ///     doors.open(name, Door::default())?;
    ///     doors.emit(name, &open)?;
    /// }
    /// doors.step_until_idle(100);
    /// assert_eq!(doors.states("back")?, ["OPEN"]);
    /// assert!(doors.emit("back", "CMD_OPEN").is_err(), "it is over");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SessionError::Emit`] where it has not the form of an event's name, no state has a use for it, what it brings along
    /// is too deep or too large, or the bus is full; [`SessionError::Over`] where the session has ended; [`SessionError::ShutDown`].
    pub fn emit(&self, name: &str, event: impl ToEvent) -> Result<(), SessionError> {
        self.bring(name, &event, None, false)
    }

    /// As [`emit`](Self::emit), with something that it brings along: `event.amount` in a guard, or in an argument.
    ///
    /// # Errors
    /// As [`emit`](Self::emit).
    pub fn emit_with(&self, name: &str, event: impl ToEvent, payload: impl Into<Payload>) -> Result<(), SessionError> {
        self.bring(name, &event, Some(payload.into()), false)
    }

    /// As [`emit`](Self::emit), for an event that overtakes all that wait and are not urgent.
    ///
    /// # Errors
    /// As [`emit`](Self::emit).
    pub fn emit_urgent(&self, name: &str, event: impl ToEvent) -> Result<(), SessionError> {
        self.bring(name, &event, None, true)
    }

    fn bring(
        &self,
        name: &str,
        event: &impl ToEvent,
        payload: Option<Payload>,
        urgent: bool,
    ) -> Result<(), SessionError> {
        let slot = self.shared.takes_events(name)?;
        let emit = |source| SessionError::Emit { session: name.to_owned(), source };
        let named = event.named().map_err(|error| emit(error.into()))?;
        self.shared.bring(&slot, &named, || event.written(), (payload, urgent, Origin::External))
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> SharedPool<D, G, E> {
    /// A session that takes events.
    pub(super) fn takes_events(self: &Arc<Self>, name: &str) -> Result<Arc<Slot<D, G, E>>, SessionError> {
        let slot = self.reach(name)?;
        if self.is_closing() {
            return Err(SessionError::ShutDown);
        }
        if slot.is_over.load(std::sync::atomic::Ordering::Acquire) {
            return Err(SessionError::Over { session: name.to_owned() });
        }
        Ok(slot)
    }

    /// Puts an event on the bus of a session. The bus wakes the session. The slot is held meanwhile: what is held is not let go of.
    pub(super) fn bring(
        &self,
        slot: &Slot<D, G, E>,
        event: &EventName,
        written: impl FnOnce() -> String,
        brought: (Option<Payload>, bool, Origin),
    ) -> Result<(), SessionError> {
        self.take_place(slot)?;
        self.bring_with_place(slot, event, written, brought)
    }

    /// The same with a place in the pool that was taken before, where places are counted.
    #[inline]
    pub(super) fn bring_with_place(
        &self,
        slot: &Slot<D, G, E>,
        event: &EventName,
        written: impl FnOnce() -> String,
        (payload, urgent, origin): (Option<Payload>, bool, Origin),
    ) -> Result<(), SessionError> {
        let bring = |name| slot.engine.bus().bring_by(name, payload, urgent, origin);
        let brought = self.event(event, written, slot.home()).and_then(bring);
        self.has_placed(slot, brought.is_ok());
        brought.map_err(|source| refused(slot, source))
    }

    /// As [`bring`](Self::bring), where none has come under the key before, in a store: whether that is so.
    #[cfg(feature = "store")]
    pub(super) fn bring_once(
        &self,
        slot: &Slot<D, G, E>,
        (event, payload): (&EventName, Payload),
        written: impl FnOnce() -> String,
        (key, urgent, origin): (&str, bool, Origin),
    ) -> Result<bool, SessionError> {
        self.take_place(slot)?;
        let bring = |name| slot.engine.bus().bring_once(key, name, Some(payload), urgent, origin);
        let brought = self.event(event, written, slot.home()).and_then(bring);
        self.has_placed(slot, matches!(brought, Ok(true)));
        brought.map_err(|source| refused(slot, source))
    }

    /// A place for an event in the pool, where they are counted.
    #[inline]
    fn take_place(&self, slot: &Slot<D, G, E>) -> Result<(), SessionError> {
        match &self.pending {
            Some(pending) if !pending.try_take() => {
                Err(SessionError::Full { session: slot.name.to_string(), limit: pending.limit() })
            }
            _ => Ok(()),
        }
    }

    /// An event has come into its place, or has not come.
    #[inline]
    fn has_placed(&self, slot: &Slot<D, G, E>, has_come: bool) {
        match &self.pending {
            None => {}
            Some(pending) if has_come => slot.counts(pending, 1),
            Some(pending) => pending.give_back(1),
        }
    }

    /// The event, where the workflow has a use for it.
    fn event(&self, name: &EventName, written: impl FnOnce() -> String, home: usize) -> Result<EventName, EmitError> {
        if let Some(known) = self.names.find(&self.definition, name, home) {
            return Ok(known);
        }
        has_use_of(&self.definition, name, written)?;
        Ok(name.clone())
    }
}

fn refused<D: Context, G: Context, E>(slot: &Slot<D, G, E>, source: EmitError) -> SessionError {
    let session = slot.name.to_string();
    match source {
        // It has ended just now.
        EmitError::Over { .. } => SessionError::Over { session },
        source => SessionError::Emit { session, source },
    }
}
