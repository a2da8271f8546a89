//! A workflow that goes on where a store, or a value, has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use super::beside::of_branch;
use super::chain::Work;
use super::instance::{Interpreter, Options};
use super::manager::WorkflowManager;
use super::position::{Position, PositionError};
use crate::context::{Context, DurableFields};
use crate::engine::{DehydrateError, Engine, StoredCheck};
use crate::store::{SessionState, Settled, StoreError};
use crate::workflow::chart::Definition;

/// Why a workflow does not go on where it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The workflow cannot be there.
    #[error("the session `{session}` cannot go on: {error}")]
    Position {
        /// The session.
        session: String,
        /// Why.
        error: PositionError,
    },
    /// What is stored is no position.
    #[error("the position of the session `{session}` is damaged: {reason}")]
    Damaged {
        /// The session.
        session: String,
        /// What is wrong.
        reason: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// The workflow of a session that a store keeps: where it was when the session was [hydrated](Engine::hydrate), or at its beginning
    /// where it had none. From now on nobody is told what it has come to before that is stored.
    ///
    /// A step that had committed is not run again, with whatever followed from it. One that had not begun, or had begun and touches
    /// nothing outside, or has a `retry`, is run; one with effects that had begun has failed, as
    /// [`Interrupted`](super::Fault::Interrupted): its chain is made good.
    ///
    /// ```
    /// use theus_core::prelude::*;
    /// use theus_core::store::MemoryStore;
    /// use theus_core::workflow::WorkflowManager;
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Door { opened: u32, cmd_open: bool }
    /// # #[process(inputs = [domain.opened], outputs = [domain.opened])]
    /// # fn open(ctx: Ctx<Door>) { *ctx.domain.opened += 1; }
    /// let flow = "
    /// states:
    ///   CLOSED: { events: { CMD_OPEN: OPEN } }
    ///   OPEN: { entry: open, events: { CMD_SHUT: CLOSED } }
    /// ";
    /// let store = MemoryStore::new();
    /// let build = || Engine::builder(Door::default()).process::<Open>().store(store.clone()).build();
    ///
    /// let engine = build()?;
    /// let mut door = WorkflowManager::from_text(&engine, "door.yaml", flow)?.hydrate()?;
    /// door.emit("CMD_OPEN")?;
    /// door.run_until_idle()?;
    /// drop((door, engine)); // or the plug is pulled
    ///
    /// let engine = build()?;
    /// let mut door = WorkflowManager::from_text(&engine, "door.yaml", flow)?.hydrate()?;
    /// door.run_until_idle()?;
    /// assert_eq!((door.state(), *engine.snapshot()?.opened), ("OPEN", 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ResumeError`]: where the session is in no store, or the workflow cannot be where it was.
    pub fn hydrate(mut self) -> Result<Self, ResumeError> {
        let name = self.engine.session().to_owned();
        if let Some(found) = self.engine.workflow_in_store()? {
            self.session.goes_on(&name, &found.position, &found.settled)?;
        }
        self.engine.is_driven()?;
        Ok(self)
    }

    /// Looks whether each session of the engine's store can go on with this program and this workflow: all that
    /// [`Engine::check_stored`] looks at, and whether the workflow can be where each session is, with the timers, the steps and the
    /// compensations that are under way there. Nothing is written, and nothing runs.
    ///
    /// # Errors
    /// Where the store cannot be read, or there is none.
    pub fn check_stored(&self) -> Result<StoredCheck, StoreError> {
        let definition = self.session.definition();
        self.engine.check_each_stored(|name, state| no_place(definition, name, state))
    }

    /// The same of one session that somebody carries as a [value](SessionState): what of it does not fit this program and this workflow.
    /// Nothing where it can go on.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::engine::RunId;
    /// # use theus_core::workflow::{Progress, WorkflowManager};
    /// # #[derive(Clone, Default, Context)]
    /// # struct Desk { served: u32 }
    /// let engine = Engine::builder(Desk::default()).carried().build()?;
    /// let flow = |text: &str| WorkflowManager::from_text(&engine, "desk.yaml", text);
    /// let shut = flow("states: { SHUT: { events: { CMD_OPEN: OPEN } }, OPEN: { final: true } }")?;
    /// let run = RunId { life: 1, turn: 0 };
    /// let mut desk = WorkflowManager::carry(&engine, shut.shared_definition(), "desk 1", Desk::default(), None, run)?;
    /// while let Progress::Stepped | Progress::Handled(_) = desk.advance()? {}
    /// let state = desk.dehydrate()?;
    ///
    /// let text = "states: { CLOSED: { events: { CMD_OPEN: OPEN } }, OPEN: { final: true } }";
    /// assert_eq!(flow(text)?.check_state("desk 1", &state)?.len(), 1);
    /// let moved = format!("moved: {{ SHUT: CLOSED }}\n{text}");
    /// assert!(flow(&moved)?.check_state("desk 1", &state)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Engine::check_state`].
    pub fn check_state(&self, name: &str, state: &SessionState) -> Result<Vec<String>, StoreError> {
        let mut findings = self.engine.check_state(name, state)?;
        findings.extend(no_place(self.session.definition(), name, state));
        Ok(findings)
    }

    /// The session as a value, with where its workflow is: between two steps, or while a run is under way that can be run again.
    ///
    /// # Errors
    /// As [`Engine::dehydrate`].
    pub fn dehydrate(&self) -> Result<SessionState, DehydrateError>
    where
        D::Fields: DurableFields,
    {
        let mut state = self.engine.dehydrate()?;
        let position = serde_json::to_string(&self.position());
        state.position = Some(position.map_err(|error| StoreError::Io {
            store: "the position of a workflow".to_owned(),
            reason: error.to_string(),
        })?);
        Ok(state)
    }

    /// Goes on, in memory, from a session as a value, on another session of this engine. See [`Engine::open_state`].
    ///
    /// # Errors
    /// [`ResumeError`]: where the state does not fit this program.
    pub fn open_state(
        engine: &Engine<D, G, E>,
        definition: Arc<Definition>,
        name: impl Into<Arc<str>>,
        first: D,
        mut state: SessionState,
    ) -> Result<Self, ResumeError>
    where
        D::Fields: DurableFields,
    {
        let name = name.into();
        let (position, settled) = (state.position.take(), std::mem::take(&mut state.settled));
        let engine = engine.open_state(Arc::clone(&name), first, state)?;
        let mut manager = Self::new(&engine, definition);
        if let Some(position) = position {
            manager.session.goes_on(&name, &position, &settled)?;
        }
        Ok(manager)
    }
}

/// Why a workflow cannot be where a session is; none where it can.
fn no_place(definition: &Arc<Definition>, name: &str, state: &SessionState) -> Option<String> {
    let position = state.position.as_ref()?;
    let options = Options { traced: 0, seed: 0, is_kept: true };
    let mut apart = Interpreter::new(Arc::clone(definition), options);
    match apart.goes_on(name, position, &state.settled) {
        Ok(()) => None,
        Err(ResumeError::Position { error, .. }) => Some(error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

impl Interpreter {
    /// Goes on from a position, of which these runs have committed since.
    pub(crate) fn goes_on(&mut self, session: &str, position: &str, settled: &[Settled]) -> Result<(), ResumeError> {
        let damaged = |reason: String| ResumeError::Damaged { session: session.to_owned(), reason };
        let stored: Position = serde_json::from_str(position).map_err(|error| damaged(error.to_string()))?;
        self.restore(&stored).map_err(|error| ResumeError::Position { session: session.to_owned(), error })?;
        if settled.is_empty() {
            return Ok(());
        }
        // By the slot of the chain whose runs they are.
        let mut slots: BTreeMap<u32, Vec<_>> = BTreeMap::new();
        for Settled { branch, version, gave } in settled {
            let (slot, place) = of_branch(*branch);
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            slots.entry(slot).or_default().push((place, *version, gave.clone()));
        }
        let live = &mut self.live;
        for (slot, settled) in slots {
            let own = live.beside().map_or(0, |beside| beside.own);
            let chain = match slot == own {
                true => live.chain.as_deref_mut(),
                false => live.beside_mut().and_then(|beside| beside.settled(slot)),
            };
            let Some(chain) = chain else {
                return Err(damaged("a run has committed of which it knows nothing".to_owned()));
            };
            match &mut chain.work {
                Work::Run(attempt) | Work::Compensation(_, attempt) => {
                    settled.into_iter().for_each(|(_, version, gave)| attempt.has_committed(version, gave));
                }
                Work::Together(together) => together.have_committed(settled),
                Work::Instances(all) => {
                    settled.into_iter().for_each(|(place, version, gave)| all.has_committed(place, version, gave))
                }
                // The file has other steps by now: the chain has failed by that.
                Work::None => {}
            }
        }
        Ok(())
    }
}
