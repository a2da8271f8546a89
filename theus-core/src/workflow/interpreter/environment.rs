//! The environment of a session that goes on.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::SystemTime;

use super::engine_port::EnginePort;
use super::session_watch::SessionWatch;
use crate::workflow::clock::{Clock, Moment, Timekeeper};

/// The environment of a session that goes on: an engine and a clock, which it is lent.
pub(crate) struct Environment<'a> {
    pub(crate) engine: &'a dyn EnginePort,
    pub(crate) clock: &'a dyn Clock,
    pub(super) keeper: &'a Timekeeper,
    /// Who is told of what is handled.
    pub(super) watch: Option<SessionWatch<'a>>,
    /// What the clock said last: it is asked once for what happens in no time.
    seen: Cell<Option<SystemTime>>,
    counted: Cell<Option<Moment>>,
    /// Whether only time can make what was polled last go on.
    is_left_alone: Cell<bool>,
    /// When the audit is to be looked at again, though nothing else is to be done then.
    looks_at: Cell<Option<Moment>>,
}

impl<'a> Environment<'a> {
    pub(crate) fn new(engine: &'a dyn EnginePort, keeper: &'a Timekeeper) -> Self {
        let (seen, counted, is_left_alone) = (Cell::new(None), Cell::new(None), Cell::new(false));
        let (clock, looks_at) = (keeper.clock(), Cell::new(None));
        Self { engine, clock, keeper, watch: engine.watch(), seen, counted, is_left_alone, looks_at }
    }

    /// What the wall clock shows now: for what is told and stored.
    pub(super) fn now(&self) -> SystemTime {
        if let Some(seen) = self.seen.get() {
            return seen;
        }
        let now = self.clock.now();
        self.seen.set(Some(now));
        now
    }

    /// The moment now: for what is waited for.
    pub(super) fn moment(&self) -> Moment {
        if let Some(counted) = self.counted.get() {
            return counted;
        }
        let now = self.keeper.now_by(|| self.now());
        self.counted.set(Some(now));
        now
    }

    /// The moment of a date.
    pub(super) fn moment_of(&self, date: SystemTime) -> Moment {
        self.moment().shifted(self.now(), date)
    }

    /// Time may have gone by: the clock is asked anew.
    pub(crate) fn time_passes(&self) {
        self.seen.set(None);
        self.counted.set(None);
    }

    /// The session rests: what time alone has come to is found, and it is known when to look again.
    pub(super) fn rests(&self) {
        let left = self.engine.looks_by_time();
        self.looks_at.set(left.and_then(|left| self.keeper.now().checked_add(left)));
    }

    /// When to look again what time alone has come to: whoever waits for longer wakes then.
    pub(super) fn looks_at(&self) -> Option<Moment> {
        self.looks_at.get()
    }

    /// The earlier of that time and when to look.
    pub(crate) fn earlier(&self, until: Option<Moment>) -> Option<Moment> {
        until.into_iter().chain(self.looks_at()).min()
    }

    /// The earlier of a date and that at which time alone comes to something next: a store says by it when a session is to be opened,
    /// though nothing else is to be done then.
    #[cfg(feature = "store")]
    pub(super) fn earlier_due(&self, due: Option<SystemTime>) -> Option<SystemTime> {
        let looks = self.engine.left_by_time().and_then(|left| self.now().checked_add(left));
        due.into_iter().chain(looks).min()
    }

    /// Polls what a session awaits. By a clock that jumps it is looked at who could wake it: see
    /// [`is_left_alone`](Self::is_left_alone).
    pub(super) fn poll<T>(&self, task: &mut Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        if !self.keeper.jumps() {
            return poll(task);
        }
        let relay = Arc::new(Relay { to: task.waker().clone(), woken: AtomicBool::new(false) });
        let polled = poll(&mut Context::from_waker(&Waker::from(Arc::clone(&relay))));
        let is_held = Arc::strong_count(&relay) > 1 || relay.woken.load(Ordering::Acquire);
        self.is_left_alone.set(polled.is_pending() && !is_held);
        polled
    }

    /// Of several that were polled one is waited for by somebody real.
    pub(super) fn is_not_left_alone(&self) {
        self.is_left_alone.set(false);
    }

    /// Whether nobody holds the waker of what was polled last, so that only time can make it go on.
    pub(crate) fn is_left_alone(&self) -> bool {
        self.is_left_alone.get()
    }
}

/// Hands on that it was woken; as long as there is more than one, somebody can.
struct Relay {
    to: Waker,
    woken: AtomicBool,
}

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.to.wake_by_ref();
    }
}
