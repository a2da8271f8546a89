//! One task from beginning to end: the agent under its recipe, driven by its workflow, and the human in the loop.

use std::sync::Arc;
use std::time::Duration;

use theus_core::audit::{Level, Query};
use theus_core::effect::Effect;
use theus_core::engine::JournalError;
use theus_core::prelude::*;
use theus_core::signal::EmitError;
use theus_core::store::StoreError;
use theus_core::workflow::trace::{Ended, Trace, What};
use theus_core::workflow::{Clock, ResumeError, Status, WorkflowError};
use theus_sqlite::SqliteStore;
use thiserror::Error;

use crate::cli::Options;
use crate::cli::TASK;
use crate::context::{Agent, Limits, Ports};
use crate::human::Human;
use crate::model::{Model, ScriptedModel};
use crate::world::World;
use crate::{desk, kept};

/// In this state the workflow waits for the human.
const WITH_HUMAN: &str = "WITH_HUMAN";
/// What the session is called.
pub(crate) const NAME: &str = "agent";
/// Longer than this nobody waits for a question.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// All of what happened is kept.
const ENTRIES: usize = 1 << 20;

/// What is wrong: with what was given, or on the way.
#[derive(Debug, Error)]
pub(crate) enum SessionError {
    /// The recipe is wrong.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The workflow is wrong, or went astray.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
    /// The bus has no room for an event.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored does not fit the workflow.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// What was done before cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store has another task.
    #[error("the store has the task `{stored}`, and not `{task}`: leave `--task` out, or use another `--store`")]
    OtherTask { stored: String, task: String },
    /// The state cannot be looked at.
    #[error(transparent)]
    State(#[from] RunError<std::convert::Infallible>),
}

/// The agent at work on one task.
pub(crate) struct Session {
    engine: Engine<Agent, Limits, Ports>,
    desk: WorkflowManager<Agent, Limits, Ports>,
    world: World,
    human: Human,
}

/// How it went.
pub(crate) struct Outcome {
    pub(crate) status: Status,
    /// The state of the workflow.
    pub(crate) state: String,
    /// What the final state gives.
    pub(crate) result: Option<serde_json::Value>,
    pub(crate) memory: Agent,
    pub(crate) world: World,
    pub(crate) trace: Trace,
    pub(crate) events: usize,
    pub(crate) committed: usize,
    pub(crate) rejected: usize,
    /// What rules of level C have put on record.
    pub(crate) recorded: Vec<String>,
}

impl Session {
    /// Builds the engine and loads the workflow. What is wrong with either is told before anything is done.
    pub(crate) fn open(
        options: &Options,
        model: Effect<dyn Model>,
        scripted: &ScriptedModel,
        mut human: Human,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, SessionError> {
        let task = options.task.clone().unwrap_or_else(|| TASK.to_owned());
        let memory = Agent { task, ..Agent::default() };
        let world = World::default();
        let (limits, doors) = (Limits::default(), world.ports(model));
        let builder = match &options.recipe {
            Some(path) => desk::without_recipe(memory, limits, doors).recipe_file(path)?,
            None => desk::builder(memory, limits, doors),
        };
        let builder = builder.session(NAME);
        let builder = match &options.store {
            Some(file) => builder.store(SqliteStore::open(file)?),
            None => builder,
        };
        let now = Arc::clone(clock);
        let engine = builder.clock(move || now.now()).build()?;
        let desk = match &options.workflow {
            Some(path) => WorkflowManager::from_file(&engine, path)?,
            None => WorkflowManager::from_checked(&engine, desk::WORKFLOW)?,
        };
        for warning in desk.definition().warnings() {
            eprintln!("{warning}\n");
        }
        let mut desk = desk.clock(Arc::clone(clock)).traced(ENTRIES);
        if options.store.is_some() {
            let memory = engine.snapshot()?.to_context();
            if let Some(task) = options.task.as_ref().filter(|task| **task != memory.task) {
                return Err(SessionError::OtherTask { stored: memory.task, task: task.clone() });
            }
            scripted.has_said(&kept::go_on(&engine, &world)?);
            desk = desk.hydrate()?;
            // What was heard before is done with before anybody is asked again.
            desk.run_until_idle()?;
            human.has_replied(*engine.snapshot()?.rejections);
        }
        Ok(Self { engine, desk, world, human })
    }

    /// The workflow.
    pub(crate) const fn desk(&self) -> &WorkflowManager<Agent, Limits, Ports> {
        &self.desk
    }

    /// Works on the task until it is done, given up, stopped by a rule, or nobody has anything more to say.
    pub(crate) fn work(&mut self) -> Result<(), SessionError> {
        if self.desk.definition().state_named(WITH_HUMAN).is_some() {
            while self.desk.wait_for(WITH_HUMAN, LONGEST)? {
                let question = self.world.people.told().pop().unwrap_or_default();
                let Some(heard) = self.human.reply(&question) else { break };
                self.desk.run_for(heard.after)?;
                if !self.is_running() {
                    return Ok(());
                }
                self.desk.emit_with(heard.event, heard.payload)?;
                // So that it is not asked in the state that the reply is about to end.
                self.desk.process_event()?;
            }
        }
        if !self.is_running() {
            return Ok(());
        }
        match self.desk.run_until_final() {
            // A workflow that waits for what does not come: that is how it ended.
            Ok(_) | Err(WorkflowError::Idle { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn is_running(&self) -> bool {
        matches!(self.desk.status(), Status::Running)
    }

    fn recorded(&self) -> Vec<String> {
        let (ledger, query) = (self.engine.ledger(), Query::new().level(Level::C));
        let found = ledger.find(&query).filter_map(|record| record.violation());
        found.map(|it| format!("{}: {} found {}", it.process, it.rule, it.value)).collect()
    }

    /// How it went.
    pub(crate) fn finish(self) -> Result<Outcome, SessionError> {
        let trace = self.desk.trace().clone();
        let count = |what: fn(&What) -> bool| trace.entries().filter(|entry| what(&entry.what)).count();
        let committed = |what: &What| matches!(what, What::Run { ended: Ended::Committed, .. });
        Ok(Outcome {
            status: self.desk.status(),
            state: self.desk.state().to_owned(),
            result: self.desk.result().cloned(),
            memory: self.engine.snapshot()?.to_context(),
            events: count(|what| matches!(what, What::Event { .. })),
            committed: count(committed),
            rejected: count(|what| matches!(what, What::Run { .. })) - count(committed),
            recorded: self.recorded(),
            world: self.world,
            trace,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use clap::Parser as _;
    use theus_core::workflow::VirtualClock;

    use super::*;
    use crate::script::Script;

    /// A model that plans a booking and then has too much to do.
    const BUSY: &str = r#"
model:
  plan: [{ query: rooms, formula: 3 * 180, topic: offsite, calls: [{ tool: book, target: Harbour Room }] }]
  draft: [busy, busy, busy, busy]
"#;

    #[test]
    fn it_stops_while_the_model_is_waited_for_and_nothing_stays_booked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("script.yaml");
        #[expect(clippy::disallowed_methods, reason = "a test writes a file of its own")]
        std::fs::write(&file, BUSY).unwrap();
        let mut script = Script::read(Some(&file)).unwrap();
        let scripted = Arc::new(ScriptedModel::new(script.take_model()));
        let options = Options::parse_from(["agent"]);
        let virtual_clock = VirtualClock::new();
        let clock: Arc<dyn Clock> = Arc::new(virtual_clock.clone());
        let model = Effect::shared(Arc::clone(&scripted));
        let human = Human::Scripted(script.human);
        let mut session = Session::open(&options, model, &scripted, human, &clock).unwrap();

        // What asks and books has threads of its own.
        let is_booked = |session: &Session| session.engine.snapshot().unwrap().bookings.len() == 1;
        for _ in 0..10_000 {
            session.desk.run_until_idle().unwrap();
            if is_booked(&session) {
                break;
            }
            #[expect(clippy::disallowed_methods, reason = "a test waits for a thread")]
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert!(is_booked(&session), "it is booked, and the model is asked again later: {}", session.desk.trace());
        assert_eq!(session.desk.state(), "ACTING", "{}", session.desk.trace());
        let before = virtual_clock.now();
        session.desk.emit("CMD_STOP").unwrap();
        session.desk.run_until_final().unwrap();
        let outcome = session.finish().unwrap();
        assert_eq!((outcome.state.as_str(), outcome.memory.bookings.len()), ("GIVEN_UP", 0), "{}", outcome.trace);
        assert_eq!(virtual_clock.now(), before, "at once");
    }
}
