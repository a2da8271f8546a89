//! From a session to a position, and back.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::broken::{Broken, Lead};
use super::chain::{Chain, Work};
use super::manager::WorkflowManager;
use super::outcome::{Cause, Fault, Handled};
use super::position::{Ended, Interrupted, Message, Position, PositionError, StoredTimer, StoredUndo};
use super::session::{Ending, Internal, Live, Session, Stage, Unit};
use super::timers::Timer;
use super::undo::Undo;
use super::world::World;
use crate::audit::timestamp;
use crate::context::Context;
use crate::engine::Engine;
use crate::signal::{Event, EventName, Origin, Payload};
use crate::workflow::chart::{Definition, Run, State, StateId, Step, TIMEOUT, TimerId};
use crate::workflow::clock::Timekeeper;
use crate::workflow::trace::What;

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Where it is, to be stored.
    #[must_use]
    pub fn position(&self) -> Position {
        self.session.position(&self.keeper)
    }

    /// Goes on from a position, on an engine whose domain is as it was then. Timers that became due meanwhile are handled at
    /// once, in the order in which they were due.
    ///
    /// # Errors
    /// [`PositionError`] where the workflow cannot be there: a state, a timer or a compensation that is not in it any more.
    pub fn restore(
        engine: &Engine<D, G, E>,
        definition: Arc<Definition>,
        position: &Position,
    ) -> Result<Self, PositionError> {
        let mut manager = Self::new(engine, definition);
        manager.session.restore(position)?;
        Ok(manager)
    }
}

impl Session {
    pub(crate) fn position(&self, keeper: &Timekeeper) -> Position {
        let (definition, live) = (&*self.definition, &self.live);
        let name = |state: StateId| name_of(definition, state);
        let timer = |timer: &Timer| {
            let after = definition.duration(timer.id)?;
            let after_ns = u64::try_from(after.as_nanos()).unwrap_or(u64::MAX);
            Some(StoredTimer { state: name(timer.id.state), after_ns, due: timer.date })
        };
        let message = |internal: &Internal| match internal {
            Internal::Raised { event, urgent } => {
                let (path, process) = match event.origin {
                    Origin::Signal { path, process, .. } => (Some(path.to_owned()), Some(process.to_owned())),
                    Origin::External | Origin::Chain => (None, None),
                };
                let payload = event.payload.as_ref().map(|payload| payload.value().clone());
                Message::Raised { event: event.name.to_string(), payload, urgent: *urgent, path, process }
            }
            Internal::Done(state) => Message::Done { state: name(*state) },
            Internal::ChainDone { heard_by } => Message::ChainDone { heard_by: heard_by.map(name) },
            Internal::ChainFailed { heard_by, payload } => {
                Message::ChainFailed { heard_by: heard_by.map(name), payload: payload.value().clone() }
            }
            Internal::Recover { state, heard_by, target, error, payload } => Message::Error {
                state: name(*state),
                heard_by: heard_by.map(name),
                target: target.as_ref().map(|lead| name(lead.target)),
                error: (*error).to_owned(),
                payload: payload.value().clone(),
            },
        };
        // What the move under way has come to the end of is told after its chain.
        let done =
            live.chain.iter().flat_map(|chain| &chain.completes).map(|state| Message::Done { state: name(*state) });
        let ended = match &live.stage {
            Stage::New | Stage::Running => None,
            Stage::Finished => Some(Ended::Finished { result: live.result.as_deref().cloned() }),
            Stage::Failed(reason) => Some(Ended::Failed { reason: reason.to_string() }),
            Stage::Aborted(reason) => Some(Ended::Aborted { reason: reason.to_string() }),
            Stage::Cancelled(reason) => Some(Ended::Cancelled { reason: reason.to_string() }),
        };
        Position {
            workflow: definition.name().to_owned(),
            configuration: (live.stage != Stage::New).then(|| definition.stored(&live.at)),
            timers: live.timers.dated(keeper).iter().filter_map(timer).collect(),
            inbox: live.inbox.iter().map(message).chain(done).collect(),
            payload: live.payload.as_ref().map(|payload| payload.value().clone()),
            interrupted: live.chain.as_ref().map(|chain| interrupted(definition, live, chain)),
            paused: live.paused,
            ended,
        }
    }

    pub(crate) fn restore(&mut self, position: &Position) -> Result<(), PositionError> {
        let definition = Arc::clone(&self.definition);
        if position.workflow != definition.name() {
            let (stored, workflow) = (position.workflow.clone(), definition.name().to_owned());
            return Err(PositionError::Workflow { stored, workflow });
        }
        let live = &mut self.live;
        live.paused = position.paused;
        live.inbox = position.inbox.iter().map(|told| internal(&definition, told)).collect::<Result<_, _>>()?;
        let Some(stored) = &position.configuration else { return Ok(()) };
        live.at = definition.configuration(stored)?;
        live.stage = Stage::Running;
        live.payload = position.payload.clone().map(Payload::from);
        for stored in &position.timers {
            let (date, id) = timer(&definition, stored)?;
            live.timers.restore(date, id);
        }
        if let Some(stored) = &position.interrupted {
            live.take_up(&definition, stored)?;
        }
        match &position.ended {
            None => {}
            Some(Ended::Finished { result }) => {
                (live.stage, live.result) = (Stage::Finished, result.clone().map(Box::new))
            }
            Some(Ended::Failed { reason }) => live.stage = Stage::Failed(reason.as_str().into()),
            Some(Ended::Aborted { reason }) => live.stage = Stage::Aborted(reason.as_str().into()),
            Some(Ended::Cancelled { reason }) => live.stage = Stage::Cancelled(reason.as_str().into()),
        }
        live.restored = true;
        Ok(())
    }
}

impl Live {
    /// Takes up a chain that was interrupted: what it has committed is to be made good.
    fn take_up(&mut self, definition: &Definition, stored: &Interrupted) -> Result<(), PositionError> {
        let state = known(definition, &stored.state)?;
        let heard_by = stored.heard_by.as_deref().map(|name| known(definition, name)).transpose()?;
        let mut chain = Chain::interrupted(state, heard_by, self.payload.clone());
        chain.undo = stored.undo.iter().map(|undo| take_up_undo(definition, undo)).collect::<Result<_, _>>()?;
        let target = stored.target.as_deref().map(|target| known(definition, target)).transpose()?;
        let error = stored.error.as_deref().and_then(|error| error_name(definition, error));
        let process = stored.process.as_deref().and_then(|process| process_name(definition, process));
        chain.broken =
            Some(Broken { process, ..Broken::restored(stored.reason.clone(), error, target, stored.aborts) });
        self.cancelled = stored.cancelled.as_deref().map(Box::from);
        let mut handled = Handled::new(None, Cause::Restart, self.leaf(definition));
        handled.failed = true;
        let ending =
            definition.finished(&self.at).map(|state| Ending { closes: stored.closes, ..*Ending::in_state(state) });
        self.unit = Some(Unit { ending: ending.map(Box::new), ..Unit::of(handled) });
        self.chain = Some(Box::new(chain));
        Ok(())
    }

    /// Says once that it went on from a position; its timers run by the clock that it has now.
    pub(super) fn tell_restored(&mut self, world: &World<'_>) {
        self.timers.count_by(world.keeper);
        if std::mem::take(&mut self.restored) {
            self.trace.tell(world.clock, || What::Resumed);
        }
    }
}

fn interrupted(definition: &Definition, live: &Live, chain: &Chain) -> Interrupted {
    let name = |state: StateId| name_of(definition, state);
    let state = chain.state().unwrap_or_else(|| live.leaf(definition));
    let mut undo: Vec<&Undo> = chain.undo.iter().collect();
    if let Work::Undo(under_way, _) = &chain.work {
        undo.push(under_way);
    }
    let stored =
        |undo: &Undo| StoredUndo { process: undo.run.contract.process.to_owned(), arguments: undo.arguments.clone() };
    let process = chain.process(definition).unwrap_or("a chain");
    let by_now = Broken::fault(Fault::Interrupted { process });
    let broken = chain.broken.as_ref().unwrap_or(&by_now);
    Interrupted {
        state: name(state),
        process: broken.process.map(str::to_owned),
        reason: broken.reason.clone(),
        error: broken.error.map(str::to_owned),
        target: broken.target.as_ref().map(|lead| name(lead.target)),
        aborts: broken.aborts,
        cancelled: live.cancelled.as_deref().map(str::to_owned),
        undo: undo.into_iter().map(stored).collect(),
        heard_by: chain.heard_by(chain.strand()).map(name),
        closes: live.unit.as_ref().and_then(|unit| unit.ending.as_ref()).is_some_and(|ending| ending.closes),
    }
}

fn internal(definition: &Definition, told: &Message) -> Result<Internal, PositionError> {
    let state = |name: &Option<String>| name.as_deref().map(|name| known(definition, name)).transpose();
    Ok(match told {
        Message::Raised { event, payload, urgent, path, process } => {
            let origin = match (path.as_deref(), process.as_deref()) {
                (Some(path), Some(process)) => raised_by(definition, path, process),
                _ => Origin::External,
            };
            let (name, payload) = (EventName::parse(event)?, payload.clone().map(Payload::from));
            Internal::Raised { event: Event { name, origin, payload }, urgent: *urgent }
        }
        Message::Done { state } => Internal::Done(known(definition, state)?),
        Message::ChainDone { heard_by } => Internal::ChainDone { heard_by: state(heard_by)? },
        Message::ChainFailed { heard_by, payload } => {
            Internal::ChainFailed { heard_by: state(heard_by)?, payload: payload.clone().into() }
        }
        Message::Error { state: of, heard_by, target, error, payload } => Internal::Recover {
            state: known(definition, of)?,
            heard_by: state(heard_by)?,
            target: match target {
                Some(target) => Some(Lead { target: known(definition, target)?, place: None }),
                None => None,
            },
            error: error_name(definition, error).unwrap_or_default(),
            payload: payload.clone().into(),
        },
    })
}

fn timer(definition: &Definition, stored: &StoredTimer) -> Result<(SystemTime, TimerId), PositionError> {
    let state = known(definition, &stored.state)?;
    let after = Duration::from_nanos(stored.after_ns);
    let found = definition.timers(state).find(|(_, time)| *time == after);
    match found {
        Some((id, _)) => Ok((stored.due, id)),
        None => {
            let due = timestamp::text(stored.due);
            Err(PositionError::Timer { state: stored.state.clone(), after, due })
        }
    }
}

fn take_up_undo(definition: &Definition, stored: &StoredUndo) -> Result<Undo, PositionError> {
    let compensation =
        |run: &&Run| run.compensate.as_deref().is_some_and(|undo| undo.contract.process == stored.process);
    let found = runs(definition).find(compensation).and_then(|run| run.compensate.as_deref());
    let Some(run) = found else { return Err(PositionError::Compensation { process: stored.process.clone() }) };
    Ok(Undo { run: run.clone(), arguments: stored.arguments.clone(), strand: 0 })
}

/// Every run of the workflow.
fn runs(definition: &Definition) -> impl Iterator<Item = &Run> {
    definition.states().iter().flat_map(runs_of)
}

fn runs_of(state: &State) -> Vec<&Run> {
    let ways = state.transitions.iter().flat_map(|way| &way.steps);
    state.entry.iter().chain(&state.exit).chain(ways).flat_map(Step::runs).collect()
}

/// The name of an error as the contracts have it; `None` where none of them has it any more, so that it leads nowhere.
fn error_name(definition: &Definition, name: &str) -> Option<&'static str> {
    let mut declared = runs(definition).flat_map(|run| run.contract.errors.iter().copied());
    declared.find(|known| *known == name).or((name == TIMEOUT).then_some(TIMEOUT))
}

/// The name of a process as its contract has it.
fn process_name(definition: &Definition, name: &str) -> Option<&'static str> {
    runs(definition).map(|run| run.contract.process).find(|known| *known == name)
}

/// Where an event of before a restart came from, as far as the workflow still knows it. No commit of this engine has raised
/// the signal, which is not stored.
fn raised_by(definition: &Definition, path: &str, process: &str) -> Origin {
    let contract = runs(definition).map(|run| run.contract).find(|contract| contract.process == process);
    let found = contract.and_then(|contract| {
        let output = contract.outputs.iter().find(|output| output.path == path)?;
        Some(Origin::Signal { path: output.path, version: 0, process: contract.process })
    });
    found.unwrap_or(Origin::External)
}

fn name_of(definition: &Definition, state: StateId) -> String {
    definition.state(state).map(|state| state.name.clone()).unwrap_or_default()
}

fn known(definition: &Definition, name: &str) -> Result<StateId, PositionError> {
    let names = || definition.states().iter().map(|state| state.name.as_str());
    definition.state_named(name).ok_or_else(|| PositionError::state(definition.name(), name, names()))
}
