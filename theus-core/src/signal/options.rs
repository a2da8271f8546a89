//! What a bus is like: its size, what it does when it is full, which events overtake.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{EventName, TraceContext};

/// What a bus does with what has no room on it. Nothing is lost silently: see [`BusStats`](super::BusStats).
///
/// | | [`emit`](super::SignalBus::emit), from outside | the signals of a transaction |
/// |---|---|---|
/// | `Refuse` | is refused | the run fails, nothing is committed |
/// | `Wait` | waits for room, then is refused | the run fails, nothing is committed |
/// | `DropOldest` | the oldest make room | the oldest make room |
///
/// A commit never waits: who takes events off the bus may need the session that it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Whoever brings it is told.
    #[default]
    Refuse,
    /// Whoever brings it from outside waits, by blocking the thread. A thread that holds a session does not.
    Wait {
        /// For so long at most.
        at_most: Duration,
    },
    /// The oldest event makes room. An urgent one never does so for one that is not; where only urgent ones wait, it is the
    /// new one that is dropped.
    DropOldest,
}

/// What a bus is like.
///
/// ```
/// use theus_core::signal::{BusOptions, Overflow, SignalBus};
///
/// let options = BusOptions::new(2).overflow(Overflow::DropOldest).urgent(["CMD_EMERGENCY_STOP"])?;
/// let bus = SignalBus::with(options);
/// for event in ["CMD_A", "CMD_EMERGENCY_STOP", "CMD_B"] {
///     bus.emit(event)?;
/// }
/// let names: Vec<_> = std::iter::from_fn(|| bus.try_next()).map(|event| event.name.to_string()).collect();
/// assert_eq!(names, ["CMD_EMERGENCY_STOP", "CMD_B"]);
/// assert_eq!(bus.stats().dropped, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct BusOptions {
    pub(super) capacity: usize,
    pub(super) overflow: Overflow,
    pub(super) urgent: Option<Arc<[EventName]>>,
    here: Option<Here>,
}

/// Knows where in a trace an event is sent.
#[derive(Clone)]
struct Here(Arc<dyn Fn() -> Option<TraceContext> + Send + Sync>);

impl fmt::Debug for Here {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Here")
    }
}

impl BusOptions {
    /// At most `capacity` events wait; one that does not fit is refused.
    pub const fn new(capacity: usize) -> Self {
        Self { capacity, overflow: Overflow::Refuse, urgent: None, here: None }
    }

    /// Another capacity.
    pub const fn capacity(mut self, events: usize) -> Self {
        self.capacity = events;
        self
    }

    /// What happens with an event that does not fit.
    pub const fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// The events that overtake all others, wherever they come from.
    ///
    /// # Errors
    /// Where one of them is not the name of an event.
    pub fn urgent<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Result<Self, super::EventNameError> {
        let mut names = names.into_iter().map(EventName::parse).collect::<Result<Vec<_>, _>>()?;
        names.sort();
        self.urgent = (!names.is_empty()).then(|| names.into());
        Ok(self)
    }

    /// Events are in a trace, of which this knows where in it the thread is.
    pub(crate) fn traced(&mut self, here: impl Fn() -> Option<TraceContext> + Send + Sync + 'static) {
        self.here = Some(Here(Arc::new(here)));
    }

    /// Where in a trace what is sent now is sent.
    #[inline]
    pub(super) fn here(&self) -> Option<TraceContext> {
        self.here.as_ref().and_then(|here| (here.0)())
    }

    /// Whether an event of that name overtakes.
    #[inline]
    pub(super) fn is_urgent(&self, name: &EventName) -> bool {
        self.urgent.as_ref().is_some_and(|urgent| urgent.binary_search(name).is_ok())
    }
}
