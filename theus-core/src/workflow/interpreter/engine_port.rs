//! What a session needs of an engine, whatever the engine's types.

#[cfg(feature = "store")]
use std::ops::Range;
use std::task::Waker;
use std::time::Duration;
#[cfg(feature = "store")]
use std::time::SystemTime;

use super::session_watch::SessionWatch;
use crate::context::{Context, Fields, Value};
use crate::engine::{ArgumentError, Arguments, Engine, Marks, Snapshot, StepRun, TogetherError, TogetherRun, Turn};
use crate::process::Halted;
use crate::signal::{Event, Origin};
#[cfg(feature = "store")]
use crate::store::{Place, StoreError};
#[cfg(feature = "store")]
use crate::workflow::clock::Timekeeper;

/// What a session needs of an engine. The session itself is compiled once, for all engines.
pub(crate) trait EnginePort {
    /// Starts a registered process.
    fn start(&self, process: &'static str, arguments: Option<Arguments>, turn: Turn) -> Result<StepRun, ArgumentError>;

    /// Who is told of what the session does.
    fn watch(&self) -> Option<SessionWatch<'_>>;

    /// The number of the step that a run would be that began now: for keys of effects.
    fn step_number(&self) -> u64;

    /// Starts several at once.
    fn start_together(
        &self,
        steps: Vec<(&str, Option<Arguments>, bool)>,
        marks: Marks,
        first: Turn,
    ) -> Result<TogetherRun, TogetherError>;

    /// The committed state as it is now, for guards and arguments; `None` from inside a body of the engine.
    fn committed_state(&self) -> Option<Box<dyn CommittedState + '_>>;

    /// Takes the next event off the bus.
    fn next_event(&self) -> Option<Event>;

    /// The same where it is urgent.
    fn next_urgent(&self) -> Option<Event>;

    /// Whether the session's own steps have raised anything that was not taken.
    fn has_raised(&self) -> bool;

    /// Takes what the session's own steps have raised, in the order of their commits, each with whether it is urgent; and how
    /// many of all that it has then are more than there is room for.
    fn take_raised(&self) -> (Vec<(Event, bool)>, usize);

    /// So many of these are handled, or will never be.
    fn let_go_raised(&self, events: usize);

    /// There was no room for one of these.
    fn drop_raised(&self, event: Event);

    /// An event that was taken is dropped: whoever watches the bus is told.
    fn tell_dropped(&self, event: &Event);

    /// The version of the committed state.
    fn version(&self) -> u64;

    /// Has somebody woken by the next change of the state, where it is still at that version; false where it is not.
    fn wake_after(&self, version: u64, waker: &Waker) -> bool;

    /// Whether an event waits on the bus that came before this time.
    fn came_before(&self, time: Duration) -> bool;

    /// The dates at which stored events came are moments by this clock from now on.
    #[cfg(feature = "store")]
    fn count_arrivals(&self, keeper: &Timekeeper);

    /// Whether it is to be noted when events come: a timer runs.
    fn note_arrivals(&self, wanted: bool);

    /// Puts the signal that raised an event back to rest. False from inside a body of the engine.
    fn dispatched(&self, origin: &Origin) -> bool;

    /// Whether events had to make room whose signals are still to be put back to rest: [`dispatched`](Self::dispatched) does.
    fn has_dropped(&self) -> bool;

    /// Where the workflow stands before the runs that it begins now: it goes with their commits.
    #[cfg(feature = "store")]
    fn rides(&self, place: Place, goes_on: &[Range<u32>]);

    /// Where the workflow has come to: stored at once, or with the next commit of whomever where it follows from what is stored.
    #[cfg(feature = "store")]
    fn rests(&self, place: Place, goes_on: &[Range<u32>], follows: bool) -> Result<(), StoreError>;

    /// Whether the store has the workflow there, and nothing that has happened since.
    #[cfg(feature = "store")]
    fn has_stored(&self, place: &Place) -> bool;

    /// Why nothing runs at present, if the interlock is latched.
    fn halted(&self) -> Option<Halted>;

    /// Finds what time alone has come to in the audit. For how long there is nothing more to be found; `None` where nothing is waited for.
    fn looks_by_time(&self) -> Option<Duration>;

    /// The same, for who stores the session with what was found.
    #[cfg(feature = "store")]
    fn left_by_time(&self) -> Option<Duration>;
}

/// The committed state at one version.
pub(crate) trait CommittedState {
    fn domain(&self, path: &[usize]) -> Value<'_>;
    fn global(&self, path: &[usize]) -> Value<'_>;
}

struct CommittedView<'a, D: Context, G: Context> {
    domain: Snapshot<D>,
    global: &'a G::Fields,
}

impl<D: Context, G: Context> CommittedState for CommittedView<'_, D, G> {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.domain.inspect_committed(path)
    }
    fn global(&self, path: &[usize]) -> Value<'_> {
        self.global.inspect_committed(path)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> EnginePort for Engine<D, G, E> {
    fn start(&self, process: &'static str, arguments: Option<Arguments>, turn: Turn) -> Result<StepRun, ArgumentError> {
        self.start_step(process, arguments, turn)
    }

    fn watch(&self) -> Option<SessionWatch<'_>> {
        self.told().map(|(watch, session)| SessionWatch { watch, session })
    }

    fn step_number(&self) -> u64 {
        Engine::step_number(self)
    }

    fn start_together(
        &self,
        steps: Vec<(&str, Option<Arguments>, bool)>,
        marks: Marks,
        first: Turn,
    ) -> Result<TogetherRun, TogetherError> {
        Engine::start_together(self, steps, marks, first)
    }

    fn committed_state(&self) -> Option<Box<dyn CommittedState + '_>> {
        let domain = self.snapshot().ok()?;
        Some(Box::new(CommittedView::<D, G> { domain, global: self.global_fields() }))
    }

    fn next_event(&self) -> Option<Event> {
        self.bus().try_next()
    }

    fn next_urgent(&self) -> Option<Event> {
        self.bus().try_next_urgent()
    }

    fn has_raised(&self) -> bool {
        self.bus().has_raised()
    }

    fn take_raised(&self) -> (Vec<(Event, bool)>, usize) {
        self.bus().take_raised()
    }

    fn let_go_raised(&self, events: usize) {
        self.bus().let_go_raised(events);
    }

    fn drop_raised(&self, event: Event) {
        self.bus().drop_raised(event);
    }

    fn tell_dropped(&self, event: &Event) {
        self.bus().tell_dropped(event);
    }

    fn version(&self) -> u64 {
        Engine::version(self)
    }

    fn wake_after(&self, version: u64, waker: &Waker) -> bool {
        Engine::wake_after(self, version, waker)
    }

    fn came_before(&self, time: Duration) -> bool {
        self.bus().came_before(time)
    }

    #[cfg(feature = "store")]
    fn count_arrivals(&self, keeper: &Timekeeper) {
        let now = keeper.now();
        let Some(wall) = keeper.date(now) else { return };
        self.bus().count_arrivals(|date| {
            let date = SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(date))?;
            Some(now.shifted(wall, date).counted())
        });
    }

    fn note_arrivals(&self, wanted: bool) {
        self.bus().note_arrivals(wanted);
    }

    fn dispatched(&self, origin: &Origin) -> bool {
        Engine::dispatched(self, origin).is_ok()
    }

    fn has_dropped(&self) -> bool {
        self.bus().has_dropped()
    }

    #[cfg(feature = "store")]
    fn rides(&self, place: Place, goes_on: &[Range<u32>]) {
        Engine::rides(self, place, goes_on);
    }

    #[cfg(feature = "store")]
    fn has_stored(&self, place: &Place) -> bool {
        Engine::has_stored(self, place)
    }

    #[cfg(feature = "store")]
    fn rests(&self, place: Place, goes_on: &[Range<u32>], follows: bool) -> Result<(), StoreError> {
        Engine::rests(self, place, goes_on, follows)
    }

    fn halted(&self) -> Option<Halted> {
        Engine::halted(self)
    }

    #[cfg(feature = "recipes")]
    fn looks_by_time(&self) -> Option<Duration> {
        self.drives_by_time()
    }

    #[cfg(not(feature = "recipes"))]
    fn looks_by_time(&self) -> Option<Duration> {
        None
    }

    #[cfg(feature = "store")]
    fn left_by_time(&self) -> Option<Duration> {
        self.look_by_time()
    }
}
