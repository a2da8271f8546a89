//! The conductor: joins the signal bus, the state machine and the engine.

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;

use super::outcome::{Handled, Status, StepOutcome};
use super::{Catalog, Definition, Handler, State, StateId, Step, WorkflowError};
use crate::audit::Level;
use crate::context::{Context, Zone};
use crate::engine::{Engine, Report};
use crate::process::{Halted, RunError, SyncProcess};
use crate::signal::{EmitError, Event, EventName, Origin};
use crate::source::{Document, SourceFile, did_you_mean};

/// How many events may come of handling events where nothing else is said.
const DEFAULT_EVENT_LIMIT: usize = 10_000;

/// Runs one workflow on one engine: takes events off the engine's bus, moves the state machine, runs entry chains.
///
/// | what a step ends with | what the workflow does |
/// |---|---|
/// | committed, the last of its chain | `EVT_CHAIN_DONE` |
/// | its own error, level B, a conflict, a panic | the chain stops; `EVT_CHAIN_FAIL` |
/// | level A | the chain stops; the workflow is aborted |
/// | level S | the chain stops; no event is taken until the interlock is reset, then `EVT_CHAIN_FAIL` |
///
/// The two chain events come before whatever waits on the bus. A state without an entry chain tells neither. An event that
/// the present state does not list is taken and let pass ([`Handled::to`] is `None`), as in any state machine.
///
/// An engine has one bus, and whoever takes an event has it alone: drive one workflow at a time on an engine.
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
    engine: Engine<D, G, E>,
    definition: Definition,
    state: StateId,
    started: bool,
    aborted: Option<String>,
    /// What the workflow tells itself; comes before the bus.
    chain_events: VecDeque<EventName>,
    event_limit: usize,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Loads a workflow file and checks it against the engine's processes and the domain's signals.
    ///
    /// # Errors
    /// [`WorkflowError::Source`] with everything that is wrong in it, each with file, line, column and a suggestion.
    pub fn from_file(engine: &Engine<D, G, E>, path: impl AsRef<Path>) -> Result<Self, WorkflowError> {
        Self::load(engine, SourceFile::read(path)?)
    }

    /// As [`from_file`](Self::from_file), from a text; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_text(engine: &Engine<D, G, E>, name: &str, text: &str) -> Result<Self, WorkflowError> {
        Self::load(engine, SourceFile::new(name, text))
    }

    fn load(engine: &Engine<D, G, E>, file: SourceFile) -> Result<Self, WorkflowError> {
        let schema = D::schema();
        let signals: Vec<String> =
            schema.paths().into_iter().filter(|field| field.zone == Zone::Signal).map(|field| field.path).collect();
        let catalog = Catalog { processes: &engine.contracts(), signals: &signals };
        let definition = Definition::load(&Document::parse(file)?, &catalog)?;
        for warning in definition.warnings() {
            tracing::warn!(target: "theus::workflow", workflow = definition.name(), "{warning}");
        }
        Ok(Self {
            engine: engine.clone(),
            state: definition.initial(),
            definition,
            started: false,
            aborted: None,
            chain_events: VecDeque::new(),
            event_limit: DEFAULT_EVENT_LIMIT,
        })
    }

    /// How many events [`run_until_idle`](Self::run_until_idle) and [`run_until_final`](Self::run_until_final) handle
    /// beyond those that were waiting when they were called: 10,000 where not given.
    #[must_use]
    pub fn event_limit(mut self, events: usize) -> Self {
        self.event_limit = events;
        self
    }

    /// Puts an event from outside on the engine's bus.
    ///
    /// # Errors
    /// Where it has not the form of an event's name, where no state of this workflow has a use for it, or the bus is full.
    pub fn emit(&self, event: &str) -> Result<(), EmitError> {
        let name = EventName::parse(event)?;
        if !name.is_builtin() && !self.definition.handles(&name) {
            let known = self.definition.states().iter().flat_map(State::events).map(Handler::written);
            return Err(EmitError::Unhandled {
                event: event.to_owned(),
                help: did_you_mean(event, known).unwrap_or_default(),
            });
        }
        self.engine.bus().emit(event)
    }

    /// The workflow as it was loaded.
    #[must_use]
    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The name of the present state.
    #[must_use]
    pub fn state(&self) -> &str {
        self.definition.state(self.state).map_or("", State::name)
    }

    /// How the workflow stands.
    #[must_use]
    pub fn status(&self) -> Status {
        if let Some(reason) = &self.aborted {
            return Status::Aborted { reason: reason.clone() };
        }
        if let Some(interlock) = self.engine.interlock() {
            return Status::Halted { reason: interlock.to_string() };
        }
        if self.is_final() { Status::Finished } else { Status::Running }
    }

    fn is_final(&self) -> bool {
        self.started && self.definition.state(self.state).is_some_and(State::is_final)
    }

    /// Handles one event: the workflow's own first, then the oldest on the bus. The first call enters the initial state.
    ///
    /// `None` where nothing is waiting, or the workflow is finished.
    ///
    /// # Errors
    /// [`WorkflowError::Aborted`], and [`WorkflowError::Halted`] while the interlock is latched; no event is taken then.
    pub fn process_event(&mut self) -> Result<Option<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        if !self.started {
            self.started = true;
            let state = self.state;
            return Ok(Some(self.enter(None, state, state)));
        }
        if self.is_final() {
            return Ok(None);
        }
        let event = match self.chain_events.pop_front() {
            Some(name) => Event { name, origin: Origin::Chain, payload: None },
            None => match self.engine.bus().try_next() {
                Some(event) => event,
                None => return Ok(None),
            },
        };
        let from = self.state;
        let target = self.definition.transition(from, &event.name).map(|transition| transition.target);
        let origin = event.origin;
        let handled = match target {
            Some(target) => self.enter(Some(event), from, target),
            None => Handled { event: Some(event), from, to: None, steps: Vec::new() },
        };
        if matches!(origin, Origin::Signal { .. }) {
            self.engine.dispatched(&origin).map_err(|_| WorkflowError::Nested)?;
        }
        Ok(Some(handled))
    }

    /// Handles events until none is waiting, the workflow is over, or the engine is halted.
    ///
    /// # Errors
    /// As [`process_event`](Self::process_event); [`WorkflowError::Runaway`] where events keep causing events.
    pub fn run_until_idle(&mut self) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let limit = self.engine.bus().len().saturating_add(self.chain_events.len()).saturating_add(self.event_limit);
        let mut all = Vec::new();
        while matches!(self.status(), Status::Running) {
            let Some(handled) = self.process_event()? else { break };
            all.push(handled);
            if all.len() > limit {
                return Err(WorkflowError::Runaway {
                    workflow: self.definition.name().to_owned(),
                    state: self.state().to_owned(),
                    limit: self.event_limit,
                    handled: all,
                });
            }
        }
        Ok(all)
    }

    /// Handles events until a final state is reached.
    ///
    /// # Errors
    /// As [`run_until_idle`](Self::run_until_idle); [`WorkflowError::Idle`] where no event is left before a final state.
    pub fn run_until_final(&mut self) -> Result<Vec<Handled>, WorkflowError> {
        let all = self.run_until_idle()?;
        if matches!(self.status(), Status::Finished) {
            return Ok(all);
        }
        self.refuse_if_stopped()?;
        Err(WorkflowError::Idle {
            workflow: self.definition.name().to_owned(),
            state: self.state().to_owned(),
            hint: self.waits_for(&all),
            handled: all,
        })
    }

    /// What the present state waits for, and the last failure, which may be why it waits in vain.
    fn waits_for(&self, handled: &[Handled]) -> String {
        let events = self.definition.state(self.state).map(State::events).unwrap_or_default();
        let events: Vec<&str> = events.iter().map(Handler::written).collect();
        let failed = handled.iter().rev().find_map(Handled::failure);
        let failure = failed.and_then(|step| Some((step.process, step.result.as_ref().err()?)));
        match failure {
            Some((process, error)) => {
                format!("it waits for {}, and `{process}` had failed: {error}", events.join(", "))
            }
            None => format!("it waits for {}", events.join(", ")),
        }
    }

    /// Runs a command for this workflow, as a chain of one step: what the audit says of it, the workflow hears.
    ///
    /// # Errors
    /// As [`process_event`](Self::process_event), and [`WorkflowError::Finished`]: the command was not run then. What the
    /// run itself ended with is in the report.
    pub fn run<P>(&mut self, command: P) -> Result<Report<P>, WorkflowError>
    where
        P: SyncProcess<Domain = D, Global = G, Effects = E>,
    {
        self.refuse_if_stopped()?;
        if self.is_final() {
            return Err(WorkflowError::Finished {
                workflow: self.definition.name().to_owned(),
                state: self.state().to_owned(),
            });
        }
        let report = self.engine.run_reported(command);
        self.chain_ended(report.result.as_ref().err());
        Ok(report)
    }

    /// Enters a state and runs its chain.
    fn enter(&mut self, event: Option<Event>, from: StateId, to: StateId) -> Handled {
        self.state = to;
        let chain: Vec<&'static str> = self
            .definition
            .state(to)
            .map(|state| state.entry().iter().map(Step::process).collect())
            .unwrap_or_default();
        let mut steps = Vec::with_capacity(chain.len());
        for process in chain {
            // The definition was checked against the registry, which does not change.
            let Some(step) = self.engine.run_step(process) else { continue };
            let failed = step.result.is_err();
            steps.push(StepOutcome {
                process,
                result: step.result,
                violations: step.violations,
                version: step.version,
            });
            if failed {
                break;
            }
        }
        if let Some(last) = steps.last() {
            self.chain_ended(last.result.as_ref().err());
        }
        Handled { event, from, to: Some(to), steps }
    }

    fn chain_ended<X>(&mut self, failure: Option<&RunError<X>>) {
        let event = match failure {
            None => EventName::CHAIN_DONE,
            Some(RunError::Interlocked(error)) if error.level() == Level::A => {
                let reason = error.to_string();
                tracing::error!(target: "theus::workflow", workflow = self.definition.name(), reason, "aborted");
                self.aborted = Some(reason);
                return;
            }
            Some(_) => EventName::CHAIN_FAIL,
        };
        // A state that has no use for it need not be asked again.
        if self.definition.transition(self.state, &event).is_some() {
            self.chain_events.push_back(event);
        }
    }

    fn refuse_if_stopped(&self) -> Result<(), WorkflowError> {
        if let Some(reason) = &self.aborted {
            return Err(WorkflowError::Aborted {
                workflow: self.definition.name().to_owned(),
                state: self.state().to_owned(),
                reason: reason.clone(),
            });
        }
        match self.engine.interlock() {
            Some(interlock) => Err(Halted { reason: interlock.to_string().into() }.into()),
            None => Ok(()),
        }
    }
}

impl<D: Context, G: Context, E> fmt::Debug for WorkflowManager<D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowManager")
            .field("workflow", &self.definition.name())
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
