//! A workflow on an engine, as a program holds it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::control::Control;
use super::cycles::Cycle;
use super::environment::Environment;
use super::error::WorkflowError;
use super::instance::{Interpreter, Options};
use super::load;
use super::outcome::Status;
use crate::checked::CheckedWorkflow;
use crate::context::Context;
use crate::engine::Engine;
use crate::signal::{EmitError, Event, EventName, Payload};
use crate::source::{SourceFile, did_you_mean};
use crate::workflow::chart::{Configuration, Definition, State, Trigger};
use crate::workflow::clock::{Clock, SystemClock, Timekeeper};
use crate::workflow::trace::{DEFAULT_ENTRIES, Trace, Watch};

/// How many events may come of handling events where nothing else is said.
const DEFAULT_EVENT_LIMIT: usize = 10_000;
/// What random waits come from where nothing else is said.
const DEFAULT_SEED: u64 = 0x7468_6575;

/// Runs one workflow on one engine: takes events off the engine's bus, moves the state machine, runs chains.
///
/// | what a step ends with | what the workflow does |
/// |---|---|
/// | committed, the last of its chain | `EVT_CHAIN_DONE` |
/// | a declared error that `retry` is for | it is tried again after a while |
/// | a declared error that `on_error` is for, or its time is over | the chain stops; it moves where the error leads |
/// | any other error, level B, a conflict, a panic | the chain stops; `EVT_CHAIN_FAIL` |
/// | any failure that nothing leads away from, in the chain of the final state at the top | the workflow is over, and has [failed](Status::Failed) |
/// | level A | the chain stops; the workflow is aborted |
/// | level S | the chain stops; no event is taken until the interlock is reset, then as before |
///
/// A chain that stops first makes good what it had committed: the `compensate` steps of its commits, the latest first. One
/// that fails is on record, and the others are made all the same.
///
/// What comes first is handled first: a timer and an event that wait for a step that takes long are handled in the order in
/// which the one became due and the other came. The two chain events come before whatever waits on the bus and is not urgent,
/// and after the signals that the chain has raised. A move without a chain tells neither. An event that no
/// active state has a use for is taken and let pass ([`Handled::to`](super::Handled::to) is `None`), as in any state machine.
/// `EVT_CHAIN_FAIL` carries why: `event.process`, `event.error` (the name of a declared error, or `Timeout`), `event.message`.
///
/// An engine has one bus, and whoever takes an event has it alone: drive one workflow at a time on a session of an engine.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::workflow::WorkflowManager;
///
/// #[derive(Clone, Default, Context)]
/// struct Desk { served: u32, cmd_open: bool }
///
/// #[process(inputs = [domain.served], outputs = [domain.served])]
/// fn serve(ctx: Ctx<Desk>) { *ctx.domain.served += 1; }
///
/// let engine = Engine::builder(Desk::default()).process::<Serve>().build()?;
/// let mut desk = WorkflowManager::from_text(&engine, "desk.yaml", "
/// states:
///   CLOSED: { events: { CMD_OPEN: OPEN } }
///   OPEN: { entry: serve, events: { EVT_CHAIN_DONE: DONE } }
///   DONE: {}
/// ")?;
/// desk.emit("CMD_OPEN")?;
/// desk.run_until_final()?;
/// assert_eq!((desk.state(), *engine.snapshot()?.served), ("DONE", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct WorkflowManager<D: Context, G: Context = (), E = ()> {
    pub(super) engine: Engine<D, G, E>,
    pub(super) session: Interpreter,
    /// The events of its definition, by which one is found without making a name; not those of another run of it, on another
    /// thread.
    events: Box<[EventName]>,
    pub(super) keeper: Arc<Timekeeper>,
    /// How long one call may wait, in real time.
    pub(super) limit: Option<Duration>,
    pub(super) event_limit: usize,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Loads a workflow file and checks it against the engine's processes and the domain's signals.
    ///
    /// # Errors
    /// [`WorkflowError::Source`] with everything that is wrong in it, each with file, line, column and a suggestion.
    pub fn from_file(engine: &Engine<D, G, E>, path: impl AsRef<Path>) -> Result<Self, WorkflowError> {
        Ok(Self::new(engine, load::load(engine, SourceFile::read(path)?)?))
    }

    /// As [`from_file`](Self::from_file), from a text; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_text(engine: &Engine<D, G, E>, name: &str, text: &str) -> Result<Self, WorkflowError> {
        Ok(Self::new(engine, load::load(engine, SourceFile::new(name, text))?))
    }

    /// A workflow that `files!` has checked while the program was compiled.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file): where the engine has other processes, or types show something else than the macro was
    /// told.
    pub fn from_checked(engine: &Engine<D, G, E>, workflow: CheckedWorkflow) -> Result<Self, WorkflowError> {
        Ok(Self::new(engine, load::load(engine, workflow.file())?))
    }

    /// Another run of a workflow that was loaded for an engine with the same processes: the definition is shared.
    #[must_use]
    pub fn new(engine: &Engine<D, G, E>, definition: Arc<Definition>) -> Self {
        let events = definition.events().iter().map(EventName::apart).collect();
        let options = Options { traced: DEFAULT_ENTRIES, seed: DEFAULT_SEED, is_kept: engine.is_kept() };
        let session = Interpreter::new(definition, options);
        let keeper = Arc::new(Timekeeper::new(Arc::new(SystemClock)));
        let (engine, event_limit) = (engine.clone(), DEFAULT_EVENT_LIMIT);
        Self { engine, session, events, keeper, limit: None, event_limit }.notes_arrivals()
    }

    /// Beside timers it matters when an event has come.
    fn notes_arrivals(self) -> Self {
        if has_timers(self.definition()) {
            let keeper = Arc::clone(&self.keeper);
            self.engine.bus().arrivals_by(keeper);
        }
        self
    }

    /// How many events [`run_until_idle`](Self::run_until_idle) and [`run_until_final`](Self::run_until_final) handle
    /// beyond those that were waiting when they were called, or when they had waited last: 10,000 where not given. It is for
    /// what chases itself; times that come one after the other do not.
    #[must_use]
    pub const fn event_limit(mut self, events: usize) -> Self {
        self.event_limit = events;
        self
    }

    /// The clock for timers, retries and the trace: the system's where not given. By a
    /// [`VirtualClock`](crate::workflow::clock::VirtualClock) nobody waits for time: where a workflow would, the clock jumps. A step
    /// that awaits something real is waited for in real time.
    ///
    /// Timers run by the monotonic part of the clock, so that setting the wall clock moves none of them; a
    /// [position](Self::position) has them by the wall clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.session.leave_clock(&self.keeper);
        self.keeper = Arc::new(Timekeeper::new(Arc::new(clock)));
        self.notes_arrivals()
    }

    /// How long one call that drives it may wait, blocking or not: for steps that await something, for tries, timers and events.
    /// It is real time, by whatever clock the workflow runs. Where it is over, [`WorkflowError::TimedOut`]: what was under way
    /// stays so. Without it a call waits as long as the workflow does. A `fn` that runs where it is called is not cut short.
    ///
    /// ```
    /// use std::time::Duration;
    /// use theus_core::prelude::*;
    /// use theus_core::workflow::WorkflowError;
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Desk {}
    /// let engine = Engine::builder(Desk::default()).build()?;
    /// let flow = "states: { SHUT: { after: { 1h: OPEN } }, OPEN: { final: true } }";
    /// let mut desk = WorkflowManager::from_text(&engine, "desk.yaml", flow)?.within(Duration::from_millis(20));
    /// let late = desk.run_until_final();
    /// assert!(matches!(late, Err(WorkflowError::TimedOut { .. })));
    /// assert_eq!(desk.state(), "SHUT");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn within(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// How many entries its [`trace`](Self::trace) keeps: 1,024 where not given. With 0 it keeps none and costs nothing.
    #[must_use]
    pub fn traced(mut self, entries: usize) -> Self {
        self.session.trace_mut().keep(entries);
        self
    }

    /// What the waits between tries come from, so that they can be the same in another run.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.session.reseed(seed);
        self
    }

    /// Puts an event from outside on the engine's bus.
    ///
    /// # Errors
    /// Where it has not the form of an event's name, where no state of this workflow has a use for it, the workflow is over,
    /// or the bus is full.
    pub fn emit(&self, event: &str) -> Result<(), EmitError> {
        self.engine.bus().bring_event(self.takes(event)?, None, false)
    }

    /// As [`emit`](Self::emit), with something that it brings along: `event.amount` in a guard, or in an argument.
    ///
    /// # Errors
    /// As [`emit`](Self::emit).
    pub fn emit_with(&self, event: &str, payload: impl Into<Payload>) -> Result<(), EmitError> {
        self.engine.bus().bring_event(self.takes(event)?, Some(payload.into()), false)
    }

    /// As [`emit`](Self::emit), for an event that overtakes all that wait and are not urgent.
    ///
    /// # Errors
    /// As [`emit`](Self::emit).
    pub fn emit_urgent(&self, event: &str) -> Result<(), EmitError> {
        self.engine.bus().bring_event(self.takes(event)?, None, true)
    }

    /// The same with something that it brings along.
    ///
    /// # Errors
    /// As [`emit`](Self::emit).
    pub fn emit_urgent_with(&self, event: &str, payload: impl Into<Payload>) -> Result<(), EmitError> {
        self.engine.bus().bring_event(self.takes(event)?, Some(payload.into()), true)
    }

    fn takes(&self, event: &str) -> Result<EventName, EmitError> {
        let name = match EventName::find(&self.events, event) {
            Some(name) => name.clone(),
            None => has_use(self.definition(), event)?,
        };
        if !self.session.is_over() {
            return Ok(name);
        }
        let how = match self.session.status() {
            Status::Running | Status::Halted { .. } => return Ok(name),
            Status::Finished => format!("has finished in {}", self.state()),
            Status::Failed { reason } => format!("has failed in {}: {reason}", self.state()),
            Status::Aborted { reason } => format!("was aborted: {reason}"),
            Status::Cancelled { reason } => format!("was cancelled: {reason}"),
        };
        Err(EmitError::Over { event: event.to_owned(), how })
    }

    /// The session that it drives.
    #[must_use]
    pub const fn engine(&self) -> &Engine<D, G, E> {
        &self.engine
    }

    /// The workflow as it was loaded.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        self.session.definition()
    }

    /// The same, to be shared with another run of it: see [`new`](Self::new).
    #[must_use]
    pub fn shared_definition(&self) -> Arc<Definition> {
        Arc::clone(self.session.definition())
    }

    /// The name of the present state: of the innermost, and of several that are active the first in the order of the file.
    #[must_use]
    pub fn state(&self) -> &str {
        let leaf = self.session.configuration().leaves().first();
        leaf.and_then(|leaf| self.definition().state(*leaf)).map_or("", |state: &State| state.name.as_str())
    }

    /// All that is active.
    #[must_use]
    pub const fn configuration(&self) -> &Configuration {
        self.session.configuration()
    }

    /// Whether a state of this name is active: the innermost ones, and those around them.
    #[must_use]
    pub fn is_in(&self, state: &str) -> bool {
        let definition = self.definition();
        definition.state_named(state).is_some_and(|state| definition.is_active(self.session.configuration(), state))
    }

    /// What the final state gave, once it is reached and where it gives something.
    #[must_use]
    pub fn result(&self) -> Option<&serde_json::Value> {
        self.session.result()
    }

    /// What it has done, the latest of it.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        self.session.trace()
    }

    /// What it does, as it does it, for somebody who looks on: so many entries wait at most.
    pub fn watch(&mut self, capacity: usize) -> Watch {
        self.session.trace_mut().watch(capacity)
    }

    /// A handle with which another thread can pause it and cancel it.
    pub fn control(&mut self) -> Control {
        self.session.control()
    }

    /// How the workflow stands.
    #[must_use]
    pub fn status(&self) -> Status {
        match (self.session.status(), self.engine.halted()) {
            (Status::Running, Some(halted)) => Status::Halted { reason: halted.reason.into() },
            (status, _) => status,
        }
    }

    /// How its cycles (`every`) keep their time, in the order of the file: how often, how late, how many were missed.
    #[must_use]
    pub fn cycles(&self) -> Vec<Cycle> {
        self.session.cycles()
    }

    /// The events that its states have deferred (`defer`), in the order in which they came: 64 at most.
    pub fn deferred(&self) -> impl Iterator<Item = &Event> {
        self.session.deferred()
    }

    /// Whether it is paused.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.session.is_paused()
    }

    /// Keeps it from going on, between two steps if a chain is under way. Events wait on the bus meanwhile; timers run on,
    /// and those that are due are handled when it goes on.
    pub fn pause(&mut self) {
        self.session.pause(true, &Environment::new(&self.engine, &self.keeper));
    }

    /// Lets it go on. It does so when it is driven.
    pub fn resume(&mut self) {
        self.session.pause(false, &Environment::new(&self.engine, &self.keeper));
    }

    /// Ends it where it is: no exit chain is run. A run that awaits something is dropped, which rolls it back, and what the
    /// chain under way has committed is made good by its compensations, when the workflow is driven next; it is
    /// [`Cancelled`](Status::Cancelled) when that is done, else at once. Events stay on the bus.
    pub fn cancel(&mut self, reason: impl Into<String>) {
        self.session.cancel(reason.into(), &Environment::new(&self.engine, &self.keeper));
    }
}

/// Whether a state of the workflow waits for a time.
pub(in crate::workflow) fn has_timers(definition: &Definition) -> bool {
    let mut ways = definition.states().iter().flat_map(|state| &state.transitions);
    ways.any(|way| way.trigger.is_time())
}

/// The event of this name, where the workflow has a use for it.
///
/// # Errors
/// Where it has not, or where it is no name of an event.
fn has_use(definition: &Definition, event: &str) -> Result<EventName, EmitError> {
    let name = EventName::parse(event)?;
    has_use_of(definition, &name, || event.to_owned())?;
    Ok(name)
}

/// As [`has_use`], for a name that was made before; `written` is how errors call it.
pub(in crate::workflow) fn has_use_of(
    definition: &Definition,
    name: &EventName,
    written: impl FnOnce() -> String,
) -> Result<(), EmitError> {
    if name.is_builtin() || definition.event(name).is_some() || definition.external().contains(name) {
        return Ok(());
    }
    let triggers = || definition.states().iter().flat_map(|state| &state.transitions).map(|way| &way.trigger);
    if triggers().any(|trigger| *trigger == Trigger::Any) {
        return Ok(());
    }
    let known = triggers().filter_map(|trigger| match trigger {
        Trigger::Event { written, .. } => Some(written.as_str()),
        _ => None,
    });
    let event = written();
    let help = did_you_mean(&event, known).unwrap_or_default();
    Err(EmitError::Unhandled { event, help })
}

impl<D: Context, G: Context, E> fmt::Debug for WorkflowManager<D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowManager")
            .field("workflow", &self.session.definition().name())
            .field("state", self.session.configuration())
            .finish_non_exhaustive()
    }
}
