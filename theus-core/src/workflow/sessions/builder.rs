//! Puts a pool of sessions together.

use std::path::Path;
use std::sync::Arc;

use super::drive::{Drive, Work};
use super::handle::Sessions;
use super::happening::{Happening, Observer};
use crate::checked::CheckedWorkflow;
use crate::context::Context;
use crate::engine::Engine;
use crate::source::SourceFile;
use crate::workflow::chart::Definition;
use crate::workflow::clock::{Clock, SystemClock};
use crate::workflow::interpreter::{check_program, load};
use crate::workflow::{Program, WorkflowError};

/// How a pool of sessions is driven; made by [`Sessions::of`].
#[must_use]
pub struct SessionsBuilder<D: Context, G: Context = (), E = ()> {
    pub(super) engine: Engine<D, G, E>,
    pub(super) definition: Arc<Definition>,
    pub(super) drive: Drive,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) observer: Option<Observer>,
    pub(super) traced: usize,
    pub(super) seed: u64,
    /// How many events wait in all sessions.
    pub(super) pending: Option<usize>,
    /// How many sessions of a store are kept in memory.
    #[cfg(feature = "store")]
    pub(super) warm: usize,
}

/// So many workers for each processor where they wait for a store: beyond that no more is written together.
const WAITING: usize = 8;

/// Whether a store keeps the sessions of this engine.
#[cfg(feature = "store")]
pub(super) fn is_kept<D: Context, G: Context, E: Send + Sync + 'static>(engine: &Engine<D, G, E>) -> bool {
    engine.has_store()
}

#[cfg(not(feature = "store"))]
pub(super) const fn is_kept<D: Context, G: Context, E>(_: &Engine<D, G, E>) -> bool {
    false
}

impl<D: Context, G: Context, E: Send + Sync + 'static> SessionsBuilder<D, G, E> {
    pub(super) fn new(engine: &Engine<D, G, E>, definition: Arc<Definition>) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = if is_kept(engine) { processors.saturating_mul(WAITING) } else { processors };
        Self {
            engine: engine.clone(),
            definition,
            drive: Drive::Threads(workers),
            clock: Arc::new(SystemClock),
            observer: None,
            traced: 0,
            seed: 0,
            pending: None,
            #[cfg(feature = "store")]
            warm: usize::MAX,
        }
    }

    /// Holds the workflow against what the program sends and waits for: a file is changed by people who do not see the program.
    ///
    /// # Errors
    /// As [`WorkflowManager::program`](crate::workflow::WorkflowManager::program).
    pub fn program(self, program: &Program) -> Result<Self, WorkflowError> {
        check_program(&self.definition, program)?;
        Ok(self)
    }

    /// How many threads drive the sessions, at least one. Where not given, as many as there are processors, and eight times as many where a
    /// store keeps the sessions: who commits waits for it, and what comes meanwhile is written together, so that more threads make fewer
    /// writes to the disk.
    pub fn workers(mut self, threads: usize) -> Self {
        self.drive = Drive::Threads(threads.max(1));
        self
    }

    /// No threads: the sessions go on when [`Sessions::step`] is called, one step of one session each time, in an order that
    /// follows from the seed alone. A `fn` that says `blocking` is done in place, as when it would end follows from no seed. For tests and simulations, with a [`VirtualClock`](crate::workflow::VirtualClock).
    pub fn stepped(mut self, seed: u64) -> Self {
        self.drive = Drive::Steps;
        self.seed = seed;
        self
    }

    /// Workers that are futures: `spawn` is given each, and puts it on an executor. A process that blocks, blocks the
    /// executor's thread, unless it says [`blocking`](macro@crate::process#a-body-that-blocks).
    pub fn spawned(mut self, workers: usize, spawn: impl FnMut(Work) + 'static) -> Self {
        self.drive = Drive::Futures(workers.max(1), Box::new(spawn));
        self
    }

    /// Workers that are tasks of the tokio runtime in which [`start`](Self::start) is called. What an effect asks of tokio (its timers,
    /// sockets, `reqwest`) needs that: threads of a pool of its own have no runtime.
    #[cfg(feature = "tokio")]
    pub fn on_tokio(self, workers: usize) -> Self {
        self.spawned(workers, |work| drop(tokio::spawn(work)))
    }

    /// Where timers, retries and traces take the time from: the system where not given.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Who is told what the sessions do. It is called by the worker, between two steps of the session: keep it short.
    pub fn observe(mut self, observer: impl Fn(&str, &Happening<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// How many entries the trace of each session keeps: none where not given, because each costs memory.
    pub const fn traced(mut self, entries: usize) -> Self {
        self.traced = entries;
        self
    }

    /// What random waits come from: retries of two pools with one seed wait alike.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many events from outside wait in all sessions together at most, besides what the bus of each has room for: so that who emits
    /// fast does not fill the memory of a pool of very many sessions. [`Sessions::emit`] and [`Sessions::ask`] are refused as
    /// [`SessionError::Full`](super::SessionError::Full) by then, [`Sessions::emit_async`] waits. An event waits until its session has taken
    /// it. What steps raise is not counted, nor what is brought to the bus of a session's engine, nor what a store had of the program before.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Door { cmd_open: bool }
    /// # let engine = Engine::builder(Door::default()).build()?;
    /// # let flow = "states: { CLOSED: { events: { CMD_OPEN: OPEN } }, OPEN: { events: { CMD_OPEN: OPEN } } }";
    /// use theus_core::workflow::sessions::SessionError;
    ///
    /// let doors = Sessions::of_text(&engine, "door.yaml", flow)?.stepped(1).pending(2).start()?;
    /// for name in ["front", "back"] {
    ///     doors.open(name, Door::default())?;
    ///     doors.emit(name, "CMD_OPEN")?;
    /// }
    /// assert!(matches!(doors.emit("front", "CMD_OPEN"), Err(SessionError::Full { limit: 2, .. })));
    /// doors.step_until_idle(100);
    /// doors.emit("front", "CMD_OPEN")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn pending(mut self, events: usize) -> Self {
        self.pending = Some(events);
        self
    }

    /// About how many sessions are in memory at most, where a store keeps them: those beyond that have been at rest for longest are
    /// let go of, and opened again when an event comes for them, when a timer of theirs is due, or when they are asked for. All where
    /// not given. A session that somebody waits for, watches or has a handle on stays.
    #[cfg(feature = "store")]
    pub const fn warm(mut self, sessions: usize) -> Self {
        self.warm = sessions;
        self
    }

    /// Starts the workers. Where the engine has a store, sessions that were under way when the last program ended go on, and timers
    /// ring.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub fn start(self) -> std::io::Result<Sessions<D, G, E>> {
        Sessions::start(self)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// A pool of sessions of this workflow, on the processes of this engine. The sessions share its global layer, effects,
    /// recipe, ledger and interlock; each has a domain, signals and counters of its own.
    pub fn of(engine: &Engine<D, G, E>, definition: impl Into<Arc<Definition>>) -> SessionsBuilder<D, G, E> {
        SessionsBuilder::new(engine, definition.into())
    }

    /// As [`of`](Self::of), with a workflow file.
    ///
    /// # Errors
    /// [`WorkflowError::Source`] with everything that is wrong in it.
    pub fn of_file(
        engine: &Engine<D, G, E>,
        path: impl AsRef<Path>,
    ) -> Result<SessionsBuilder<D, G, E>, WorkflowError> {
        Ok(Self::of(engine, load(engine, SourceFile::read(path)?)?))
    }

    /// As [`of`](Self::of), with the text of a workflow file; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`of_file`](Self::of_file).
    pub fn of_text(
        engine: &Engine<D, G, E>,
        name: &str,
        text: &str,
    ) -> Result<SessionsBuilder<D, G, E>, WorkflowError> {
        Ok(Self::of(engine, load(engine, SourceFile::new(name, text))?))
    }

    /// As [`of`](Self::of), with a workflow that `files!` has checked while the program was compiled.
    ///
    /// # Errors
    /// As [`of_file`](Self::of_file).
    pub fn of_checked(
        engine: &Engine<D, G, E>,
        workflow: CheckedWorkflow,
    ) -> Result<SessionsBuilder<D, G, E>, WorkflowError> {
        Ok(Self::of(engine, load(engine, workflow.file())?))
    }
}
