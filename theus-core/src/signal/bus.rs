//! The queue between those who raise events and the workflow that handles them.

use std::fmt;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use thiserror::Error;

use super::beside::{Beside, Now};
use super::log::{EventLog, EventLogError};
use super::payload::PayloadError;
use super::queue::{Bring, Offer, Queue, Refused};
use super::waiters::Waiter;
use super::watch::LossyQueue;
use super::{BusOptions, BusStats, Event, EventName, EventNameError, Origin, Overflow, Payload, Subscription};
use crate::sync::nesting::holds_a_session;

/// The signal bus: thread-safe, bounded, first in, first out, but for urgent events, which overtake all others. A clone is
/// another handle to the same bus.
///
/// What does not fit is refused where nothing else is said ([`Overflow`]), and the sender is told.
///
/// The events of one producer keep their order, those of a transaction come together: the urgent ones among themselves, and
/// the others among themselves. Between an urgent event and others no order is kept.
///
/// ```
/// use theus_core::signal::SignalBus;
///
/// let bus = SignalBus::new(2);
/// bus.emit("CMD_START")?;
/// bus.emit("EVT_DOOR_OPEN")?;
/// assert!(bus.emit("CMD_STOP").is_err(), "it is full");
/// let first = bus.try_next().map(|event| event.name.to_string());
/// assert_eq!(first.as_deref(), Some("CMD_START"));
/// # Ok::<(), theus_core::signal::EmitError>(())
/// ```
#[derive(Clone)]
pub struct SignalBus {
    pub(super) shared: Arc<SharedBus>,
}

pub(super) struct SharedBus {
    pub(super) options: Arc<BusOptions>,
    pub(super) queue: Queue<Event>,
    pub(super) beside: Beside,
}

/// The bus has no room for what was offered; nothing of it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the signal bus has no room: {waiting} of {capacity} places are taken, {offered} wanted; \
     handle the waiting events first, or give the bus a larger capacity"
)]
pub struct BusFull {
    /// How many events it can hold.
    pub capacity: usize,
    /// How many are waiting.
    pub waiting: usize,
    /// How many were offered.
    pub offered: usize,
}

/// Why an event from outside was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EmitError {
    /// The name does not have the form of an event's name.
    #[error(transparent)]
    Name(#[from] EventNameError),
    /// No state of the workflow has a use for this event.
    #[error("no state of this workflow handles the event `{event}`; {help}")]
    Unhandled {
        /// The event, as given.
        event: String,
        /// The one that was probably meant, or those that there are.
        help: String,
    },
    /// The workflow has ended: nobody would ever hear of it.
    #[error("`{event}` is not taken: the workflow is over, it {how}")]
    Over {
        /// The event, as given.
        event: String,
        /// How it ended.
        how: String,
    },
    /// What it brings along is too deep or too large.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// Only the runtime tells this event.
    #[error("{}", .0.cannot_come_from_outside())]
    Builtin(EventName),
    /// The bus is full.
    #[error(transparent)]
    Full(#[from] BusFull),
    /// The store did not take it, and so the bus did not.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Store(crate::store::StoreError),
}

impl SignalBus {
    /// A bus that holds at most `capacity` events and refuses what does not fit; one of capacity 0 refuses every event.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self::with(BusOptions::new(capacity))
    }

    /// A bus as the options say.
    #[must_use]
    pub fn with(options: BusOptions) -> Self {
        Self::sharing(Arc::new(options))
    }

    /// As [`with`](Self::with), with options that other buses have too.
    pub(crate) fn sharing(options: Arc<BusOptions>) -> Self {
        Self { shared: Arc::new(SharedBus { options, queue: Queue::new(), beside: Beside::default() }) }
    }

    /// Adds an event from outside.
    ///
    /// # Errors
    /// [`EmitError`] where the name has not the form of an event's name, belongs to the runtime, the bus is full, or the
    /// session is over whose bus it is.
    pub fn emit(&self, name: &str) -> Result<(), EmitError> {
        self.bring(name, None, false)
    }

    /// Adds an event from outside that brings something along.
    ///
    /// # Errors
    /// As [`emit`](Self::emit), and [`EmitError::Payload`] for one that is deeper or larger than a [`Payload`] may be.
    #[cfg(feature = "json")]
    pub fn emit_with(&self, name: &str, payload: impl Into<Payload>) -> Result<(), EmitError> {
        self.bring(name, Some(payload.into()), false)
    }

    /// Adds an event from outside that overtakes all that are not urgent, whatever its name.
    ///
    /// # Errors
    /// As [`emit`](Self::emit).
    pub fn emit_urgent(&self, name: &str) -> Result<(), EmitError> {
        self.bring(name, None, true)
    }

    fn bring(&self, name: &str, payload: Option<Payload>, urgent: bool) -> Result<(), EmitError> {
        self.bring_event(EventName::parse(name)?, payload, urgent)
    }

    /// As the ways to emit, for a name that was made before.
    pub(crate) fn bring_event(&self, name: EventName, payload: Option<Payload>, urgent: bool) -> Result<(), EmitError> {
        self.bring_by(name, payload, urgent, Origin::External)
    }

    /// The same from somebody who may wait for what comes of it.
    #[inline]
    pub(crate) fn bring_by(
        &self,
        name: EventName,
        payload: Option<Payload>,
        urgent: bool,
        origin: Origin,
    ) -> Result<(), EmitError> {
        if name.is_builtin() {
            return Err(EmitError::Builtin(name));
        }
        let payload = payload.map(Payload::checked).transpose()?;
        let options = &*self.shared.options;
        let urgent = urgent || options.is_urgent(&name);
        let trace = options.here();
        let (came, event) = (self.shared.beside.arrival(), Event { name, origin, payload, trace });
        let is_asked = matches!(event.origin, Origin::Asked { .. });
        // Who waits for what comes of it is told nothing before that is stored: until then the event need not be. But where nothing can
        // be stored it is refused now, and not when its steps are to be.
        let log = self.shared.beside.log().filter(|log| !is_asked || !log.is_well());
        if log.is_some() {
            return self.bring_with_care(event, urgent, came, log, None).map(drop);
        }
        match self.shared.queue.bring_simply(options.capacity, event, urgent, came) {
            None => Ok(()),
            Some(event) => self.bring_with_care(event, urgent, came, None, None).map(drop),
        }
    }

    /// As [`bring_by`](Self::bring_by), where none has come under the key before: whether that is so.
    #[cfg(feature = "store")]
    pub(crate) fn bring_once(
        &self,
        key: &str,
        name: EventName,
        payload: Option<Payload>,
        urgent: bool,
        origin: Origin,
    ) -> Result<bool, EmitError> {
        if name.is_builtin() {
            return Err(EmitError::Builtin(name));
        }
        let payload = payload.map(Payload::checked).transpose()?;
        let urgent = urgent || self.shared.options.is_urgent(&name);
        let trace = self.shared.options.here();
        let event = Event { name, origin, payload, trace };
        self.bring_with_care(event, urgent, self.shared.beside.arrival(), self.shared.beside.log(), Some(key))
    }

    /// An event from outside for which there is no room, which somebody waits for or looks at, or which is stored first, in this log.
    /// False where one has come under the key before.
    #[inline(never)]
    fn bring_with_care(
        &self,
        event: Event,
        urgent: bool,
        came: Option<Duration>,
        log: Option<Arc<dyn EventLog>>,
        key: Option<&str>,
    ) -> Result<bool, EmitError> {
        let options = &*self.shared.options;
        let how = match options.overflow {
            Overflow::Refuse => Bring::OrRefuse,
            // Who would take events off the bus may need the session that this thread holds.
            Overflow::Wait { .. } if holds_a_session() => Bring::OrRefuse,
            Overflow::Wait { at_most } => Bring::OrWait(at_most),
            Overflow::DropOldest => Bring::DropOldest,
        };
        let mut offer = Offer { how, came, from_outside: true, number: 0 };
        if let Some(log) = log {
            self.room_in_store(&event, how)?;
            let came = self.shared.beside.date_or(came, || log.now());
            let number = match key {
                None => log.emitted(&event, urgent, came).map(Some),
                Some(key) => log.emitted_once(&event, urgent, came, key),
            };
            let Some(number) = number.map_err(not_stored)? else { return Ok(false) };
            offer.number = number;
            if !matches!(how, Bring::DropOldest) {
                offer.how = Bring::Stored;
            }
        }
        let mut event = std::iter::once((event, urgent));
        let brought = self.shared.queue.bring(options.capacity, &mut event, offer, || ());
        let ((), dropped) = brought.map_err(|refused| match refused {
            Refused::Full(waiting) => EmitError::Full(self.full(waiting, 1)),
            Refused::Closed => {
                let event = event.next().map_or_else(String::new, |(event, _)| event.name.to_string());
                EmitError::Over { event, how: "takes no more events".to_owned() }
            }
        })?;
        self.note_dropped(dropped);
        Ok(true)
    }

    /// What cannot be taken is refused before a store has it.
    #[cold]
    fn room_in_store(&self, event: &Event, how: Bring) -> Result<(), EmitError> {
        if self.shared.queue.is_closed() {
            return Err(EmitError::Over { event: event.name.to_string(), how: "takes no more events".to_owned() });
        }
        let at_most = match how {
            Bring::OrWait(at_most) => at_most,
            Bring::OrRefuse => Duration::ZERO,
            Bring::DropOldest | Bring::Stored => return Ok(()),
        };
        let room = self.shared.queue.wait_for_room(self.shared.options.capacity, at_most);
        room.map_err(|waiting| EmitError::Full(self.full(waiting, 1)))
    }

    /// Adds all the events of a transaction, in order and with no other between them; or none. It does not wait for room.
    ///
    /// # Errors
    /// [`BusFull`] where there is no room for all of them, and the oldest do not make room.
    pub fn publish(&self, events: impl IntoIterator<Item = Event>) -> Result<(), BusFull> {
        self.publish_with(events, || ())
    }

    /// As [`publish`](Self::publish), with a commit in between: where there is room for all events, `commit` runs, and
    /// only then are they added. So no event is seen before the commit, and none is lost after it.
    ///
    /// The bus is locked meanwhile: `commit` must not use it. A panic of it, or of the iterator, adds nothing.
    ///
    /// # Errors
    /// As [`publish`](Self::publish); `commit` has not run then.
    pub fn publish_with<R>(
        &self,
        events: impl IntoIterator<Item = Event>,
        commit: impl FnOnce() -> R,
    ) -> Result<R, BusFull> {
        let options = &*self.shared.options;
        let with_urgency = |event: Event| {
            let urgent = options.is_urgent(&event.name);
            (event, urgent)
        };
        let events: Vec<_> = events.into_iter().map(with_urgency).collect();
        let offered = events.len();
        let how = match options.overflow {
            Overflow::DropOldest => Bring::DropOldest,
            Overflow::Refuse | Overflow::Wait { .. } => Bring::OrRefuse,
        };
        let offer = Offer { how, came: self.shared.beside.arrival(), from_outside: false, number: 0 };
        let brought = self.shared.queue.bring(options.capacity, events.into_iter(), offer, commit);
        let (done, dropped) = brought.map_err(|refused| match refused {
            Refused::Full(waiting) => self.full(waiting, offered),
            Refused::Closed => self.full(0, offered),
        })?;
        self.note_dropped(dropped);
        Ok(done)
    }

    /// As [`publish_with`](Self::publish_with), for what a step of the session's own workflow has raised: that workflow takes
    /// it by [`take_raised`](Self::take_raised), and nobody else. It needs no room among those that wait for anybody, and has
    /// as much itself.
    pub(crate) fn raise_with<R>(&self, events: Vec<Event>, commit: impl FnOnce() -> R) -> Result<R, BusFull> {
        let options = &*self.shared.options;
        let with_urgency = |event: Event| {
            let urgent = options.is_urgent(&event.name);
            (event, urgent)
        };
        let events: Vec<_> = events.into_iter().map(with_urgency).collect();
        let (offered, or_refuse) = (events.len(), !matches!(options.overflow, Overflow::DropOldest));
        let raised = self.shared.queue.raise(options.capacity, events, or_refuse, 0, commit);
        raised.map_err(|waiting| self.full(waiting, offered))
    }

    /// Whether the workflow's own steps have raised anything that it has not taken.
    #[inline]
    pub(crate) fn has_raised(&self) -> bool {
        self.shared.queue.has_raised()
    }

    /// What the workflow's own steps have raised, each with whether it is urgent; and how many of all that the workflow has
    /// by then it has no room for.
    pub(crate) fn take_raised(&self) -> (Vec<(Event, bool)>, usize) {
        self.shared.queue.take_raised(self.shared.options.capacity)
    }

    /// The workflow has handled so many of these, or has ended.
    pub(crate) fn let_go_raised(&self, events: usize) {
        self.shared.queue.let_go(events);
    }

    /// The workflow had no room for one of these.
    pub(crate) fn drop_raised(&self, event: Event) {
        self.shared.queue.drop_raised(&event);
        self.note_dropped(vec![event]);
    }

    /// An event that was taken off is dropped.
    pub(crate) fn tell_dropped(&self, event: &Event) {
        self.shared.queue.tell_dropped(event);
    }

    /// How many more events there is room for.
    #[cfg(feature = "workflow")]
    pub(crate) fn room(&self) -> usize {
        self.shared.options.capacity.saturating_sub(self.shared.queue.len())
    }

    /// Takes the oldest urgent event, if there is one.
    pub(crate) fn try_next_urgent(&self) -> Option<Event> {
        self.shared.queue.try_take_urgent()
    }

    pub(super) fn full(&self, waiting: usize, offered: usize) -> BusFull {
        BusFull { capacity: self.shared.options.capacity, waiting, offered }
    }

    #[inline]
    pub(super) fn note_dropped(&self, dropped: Vec<Event>) {
        if !dropped.is_empty() {
            self.shared.beside.note_dropped(&dropped);
        }
    }

    /// Where dropped events came from: their signals are to be put back to rest by whoever holds the session.
    pub(crate) fn take_dropped(&self) -> Vec<Origin> {
        self.shared.beside.take_dropped()
    }

    /// Whether signals of dropped events are still to be put back to rest.
    pub(crate) fn has_dropped(&self) -> bool {
        self.shared.beside.has_dropped()
    }

    /// From now on it is noted when events come, by this clock, as long as somebody [needs](Self::note_arrivals) to know.
    pub(crate) fn arrivals_by(&self, now: Now) {
        self.shared.beside.arrivals_by(now);
    }

    /// Whether somebody needs to know when events come: a timer runs that an event may come before.
    pub(crate) fn note_arrivals(&self, wanted: bool) {
        self.shared.beside.note_arrivals(wanted);
    }

    /// Whether an event waits that came before this time.
    pub(crate) fn came_before(&self, time: Duration) -> bool {
        self.shared.queue.came_before(time)
    }

    /// The session is over whose bus it is: events from outside are refused from now on. What waits, waits on.
    pub(crate) fn close(&self) {
        self.shared.queue.close();
    }

    /// Nothing is run on the session any more: to be said by who holds it.
    pub(crate) fn end_runs(&self) {
        self.shared.beside.end();
    }

    /// Whether nothing is run on the session any more.
    #[inline]
    pub(crate) fn refuses_runs(&self) -> bool {
        self.shared.beside.is_over()
    }

    /// What was accepted and is not handled because the session is over, as far as it was not asked for yet.
    pub(crate) fn take_unheard(&self) -> Vec<Event> {
        self.shared.queue.take_unheard()
    }

    /// Takes the next event, if there is one: the oldest urgent one, else the oldest.
    #[must_use = "the event is taken off the bus"]
    pub fn try_next(&self) -> Option<Event> {
        self.shared.queue.try_take()
    }

    /// Takes the next event, waited for with the thread blocked; `None` when the time is over.
    #[must_use = "the event is taken off the bus"]
    pub fn next_timeout(&self, at_most: Duration) -> Option<Event> {
        self.shared.queue.take_within(at_most)
    }

    /// Takes the next event, waited for without blocking. It assumes no runtime; dropped before it is ready, it takes none.
    pub async fn next(&self) -> Event {
        self.shared.queue.take_async().await
    }

    /// Waits until there is an event, with the thread blocked, and takes none: what is not taken is not lost where nobody
    /// comes to handle it. False when the time is over.
    pub(crate) fn await_event(&self, at_most: Duration) -> bool {
        self.shared.queue.await_one(at_most)
    }

    /// The same as a task.
    pub(crate) fn poll_event(&self, waiter: &mut Waiter, waker: &Waker) -> Poll<()> {
        self.shared.queue.poll_one(waiter, waker)
    }

    /// Who was polled so waits no longer.
    pub(crate) fn leave(&self, waiter: &Waiter) {
        self.shared.queue.leave(waiter);
    }

    #[cfg(test)]
    pub(super) fn waiting_tasks(&self) -> usize {
        self.shared.queue.waiting()
    }

    /// Looks on from now on. At most `capacity` of what was seen waits for the observer, and at least one.
    #[must_use]
    pub fn subscribe(&self, capacity: usize) -> Subscription {
        let watch = LossyQueue::new(capacity);
        self.shared.queue.watch(Arc::clone(&watch));
        Subscription::new(watch)
    }

    /// What has come of the events so far.
    #[must_use]
    pub fn stats(&self) -> BusStats {
        self.shared.queue.stats()
    }

    /// How many events are waiting.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.queue.len()
    }

    /// Whether no event is waiting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many events it can hold.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.shared.options.capacity
    }

    /// Has this waker woken whenever an event comes, as long as there is the bus.
    pub(crate) fn listen(&self, waker: Waker) {
        self.shared.queue.listen(waker);
    }

    /// Gives back memory that the waiting events do not need.
    pub(crate) fn rest(&self) {
        self.shared.queue.rest();
    }
}

impl fmt::Debug for SignalBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (options, stats) = (&self.shared.options, self.stats());
        f.debug_struct("SignalBus")
            .field("options", options)
            .field("waiting", &self.len())
            .field("stats", &stats)
            .finish()
    }
}

#[cfg(feature = "store")]
const fn not_stored(error: EventLogError) -> EmitError {
    EmitError::Store(error)
}

#[cfg(not(feature = "store"))]
const fn not_stored(never: EventLogError) -> EmitError {
    match never {}
}
