//! A workflow whose session is carried as a value: driven for as long as there is something to do, and put away.

use std::sync::Arc;

use super::answer::Answer;
use super::environment::Environment;
use super::hydrate::ResumeError;
use super::manager::WorkflowManager;
use super::outcome::Handled;
use crate::context::Context;
use crate::engine::{Engine, RunId};
use crate::store::SessionState;
use crate::workflow::chart::Definition;

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Opens the workflow of a session that somebody [carries](Engine::carry) as a value: where that says that it is, at its beginning
    /// where there is none.
    ///
    /// Whoever keeps the value after each step with effects, and not between, has each of them at least once and knows it by its key:
    /// [`advance`](Self::advance) until [the session has touched the world](Engine::has_touched_world), [`dehydrate`](Self::dehydrate), go on.
    ///
    /// ```
    /// use theus_core::engine::RunId;
    /// use theus_core::prelude::*;
    /// use theus_core::workflow::{Progress, WorkflowManager};
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Desk { served: u32, cmd_open: bool }
    /// # #[process(inputs = [domain.served], outputs = [domain.served])]
    /// # fn serve(ctx: Ctx<Desk>) { *ctx.domain.served += 1; }
    /// let engine = Engine::builder(Desk::default()).process::<Serve>().carried().build()?;
    /// let flow = "states: { SHUT: { events: { CMD_OPEN: OPEN } }, OPEN: { entry: [serve, serve], events: { CMD_SHUT: SHUT } } }";
    /// let definition = WorkflowManager::from_text(&engine, "desk.yaml", flow)?.shared_definition();
    /// let open = |state, turn| {
    ///     WorkflowManager::carry(&engine, definition.clone(), "desk 1", Desk::default(), state, RunId { life: 1, turn })
    /// };
    /// let mut state = None;
    /// for turn in 0..2 {
    ///     let mut desk = open(state, turn)?;
    ///     desk.emit(if turn == 0 { "CMD_OPEN" } else { "CMD_SHUT" })?;
    ///     while let Progress::Stepped | Progress::Handled(_) = desk.advance()? {}
    ///     state = Some(desk.dehydrate()?);
    /// }
    /// let desk = open(state, 2)?;
    /// assert_eq!((desk.state(), *desk.engine().snapshot()?.served), ("SHUT", 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ResumeError`]: where the state does not fit this program.
    pub fn carry(
        engine: &Engine<D, G, E>,
        definition: Arc<Definition>,
        name: impl Into<Arc<str>>,
        first: D,
        mut state: Option<SessionState>,
        run: RunId,
    ) -> Result<Self, ResumeError> {
        let name = name.into();
        let position = state.as_mut().and_then(|state| state.position.take());
        let settled = state.as_mut().map(|state| std::mem::take(&mut state.settled)).unwrap_or_default();
        let engine = engine.carry(Arc::clone(&name), first, state, run)?;
        let mut manager = Self::new(&engine, definition);
        if let Some(position) = position {
            manager.session.goes_on(&name, &position, &settled)?;
        }
        Ok(manager)
    }

    /// What is being handled, as far as it has come by now; none between two events.
    #[must_use]
    pub fn being_handled(&self) -> Option<&Handled> {
        self.session.being_handled()
    }

    /// The process that is under way, the first of several: it awaits something.
    #[must_use]
    pub fn under_way(&self) -> Option<&'static str> {
        self.session.under_way()
    }

    /// Where the workflow is now, and what it says by that: its states, how it stands, its reply or its result. What has come of an
    /// event is not in it: see [`Handled`], and [`AnswerFailure::of`](super::AnswerFailure::of).
    #[must_use]
    pub fn where_it_is(&self) -> Answer {
        self.session.where_it_is(&Environment::new(&self.engine, &self.keeper))
    }
}
