//! Driving a workflow on the calling thread.

use std::sync::Arc;
use std::task::{Context as Task, Waker};
use std::thread;
use std::time::{Duration, SystemTime};

use super::error::WorkflowError;
use super::manager::WorkflowManager;
use super::outcome::{Handled, Status};
use super::parked::{LONGEST_REST, Parked};
use super::session::Progress;
use super::world::World;
use crate::context::Context;
use crate::process::Halted;
use crate::source::did_you_mean;
use crate::workflow::chart::State;

/// Why there is nothing to be done at present.
enum Rest {
    /// Until an event comes, or this time.
    Idle(Option<SystemTime>),
    /// Until this time: a step is tried again then.
    Wait(SystemTime),
    Paused,
    Halted(Halted),
    Over,
}

/// What was done, or why nothing was.
enum Turn {
    Handled(Box<Handled>),
    Rest(Rest),
}

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Handles one event to the end of its chain: the workflow's own first, then a timer that is due, then the oldest on the
    /// bus. The first call enters the initial state.
    ///
    /// `None` where nothing is waiting, a step waits to be tried again, or the workflow is finished or paused.
    ///
    /// # Errors
    /// [`WorkflowError::Failed`], [`WorkflowError::Aborted`], [`WorkflowError::Cancelled`], and [`WorkflowError::Halted`] while the interlock is latched;
    /// no event is taken then. [`WorkflowError::NoValue`] and [`WorkflowError::Endless`] where the event could not be handled
    /// as the file says.
    pub fn process_event(&mut self) -> Result<Option<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        match self.turn()? {
            Turn::Handled(handled) => Ok(Some(*handled)),
            Turn::Rest(Rest::Halted(halted)) => Err(halted.into()),
            Turn::Rest(_) => Ok(None),
        }
    }

    /// Handles events until none is waiting and no timer is due, the workflow is over or paused, or the engine is halted.
    ///
    /// # Errors
    /// As [`process_event`](Self::process_event); [`WorkflowError::Runaway`] where events keep causing events;
    /// [`WorkflowError::Failed`] where it came to a final state whose chain failed.
    pub fn run_until_idle(&mut self) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let mut all = Vec::new();
        self.handle_all(&mut all, |_| false).map_err(|error| error.after(std::mem::take(&mut all)))?;
        self.unless_failed(all)
    }

    /// Handles events until a final state is reached. It waits for timers, for tries that are made again and, as long as it
    /// does, for events; not for events alone.
    ///
    /// # Errors
    /// As [`run_until_idle`](Self::run_until_idle); [`WorkflowError::Idle`] where nothing is left to wait for before a final
    /// state, [`WorkflowError::Paused`].
    pub fn run_until_final(&mut self) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let mut all = Vec::new();
        match self.wait_until(&mut all, None, |_| false) {
            Ok(()) => {}
            Err(error) => return Err(error.after(all)),
        }
        self.give_back();
        if matches!(self.status(), Status::Finished) {
            return Ok(all);
        }
        let all = self.unless_failed(all)?;
        self.refuse_if_stopped()?;
        let (workflow, state) = self.names();
        if self.is_paused() {
            return Err(WorkflowError::Paused { workflow, state });
        }
        let hint = self.waits_for(&all);
        Err(WorkflowError::Idle { workflow, state, hint, handled: all })
    }

    /// Handles events until a state is active, at most for this long: whether it is. It waits for events, timers and tries
    /// that are made again. By a virtual clock it waits for no events: where nothing else is left, the time is over.
    ///
    /// # Errors
    /// As [`process_event`](Self::process_event), and [`WorkflowError::UnknownState`].
    pub fn wait_for(&mut self, state: &str, at_most: Duration) -> Result<bool, WorkflowError> {
        if self.definition().state_named(state).is_none() {
            let known = self.definition().states().iter().map(|state: &State| state.name.as_str());
            let help = did_you_mean(state, known).unwrap_or_default();
            let (workflow, _) = self.names();
            return Err(WorkflowError::UnknownState { workflow, state: state.to_owned(), help });
        }
        self.refuse_if_stopped()?;
        let until = self.clock.now().checked_add(at_most);
        let mut all = Vec::new();
        match self.wait_until(&mut all, until, |manager| manager.is_entered() && manager.is_in(state)) {
            Ok(()) => self.unless_failed(all).map(|_| self.is_entered() && self.is_in(state)),
            Err(error) => Err(error.after(all)),
        }
    }

    /// Handles events for so long: those that wait and those that come, timers, and tries that are made again. It ends earlier
    /// where the workflow is over or the engine is halted.
    ///
    /// ```
    /// use std::time::Duration;
    /// use theus_core::prelude::*;
    /// use theus_core::workflow::VirtualClock;
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Desk { cmd_open: bool }
    /// let engine = Engine::builder(Desk::default()).build()?;
    /// let flow = "states: { SHUT: { events: { CMD_OPEN: OPEN } }, OPEN: { events: { CMD_OPEN: SHUT } } }";
    /// let mut desk = WorkflowManager::from_text(&engine, "desk.yaml", flow)?.clock(VirtualClock::new());
    /// desk.emit("CMD_OPEN")?;
    /// desk.run_for(Duration::from_secs(60))?;
    /// assert_eq!(desk.state(), "OPEN");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`run_until_idle`](Self::run_until_idle).
    pub fn run_for(&mut self, time: Duration) -> Result<Vec<Handled>, WorkflowError> {
        self.refuse_if_stopped()?;
        let until = self.clock.now().checked_add(time);
        let mut all = Vec::new();
        match self.wait_until(&mut all, until, |_| false) {
            Ok(()) => self.unless_failed(all),
            Err(error) => Err(error.after(all)),
        }
    }

    /// Handles what there is, until it is enough; why there is no more.
    fn handle_all(
        &mut self,
        all: &mut Vec<Handled>,
        enough: impl Fn(&Self) -> bool,
    ) -> Result<Option<Rest>, WorkflowError> {
        let limit = all.len().saturating_add(self.events_from_now_on());
        while !enough(self) {
            match self.turn()? {
                Turn::Handled(handled) => all.push(*handled),
                Turn::Rest(rest) => return Ok(Some(rest)),
            }
            if all.len() > limit {
                return Err(self.runaway());
            }
        }
        Ok(None)
    }

    /// Handles what there is and waits for what is to come, until it is enough, this time, or nothing can come any more.
    fn wait_until(
        &mut self,
        all: &mut Vec<Handled>,
        until: Option<SystemTime>,
        enough: impl Fn(&Self) -> bool,
    ) -> Result<(), WorkflowError> {
        let mut rested = None;
        loop {
            let (due, hears) = match self.handle_all(all, &enough)? {
                None | Some(Rest::Over | Rest::Halted(_)) => return Ok(()),
                Some(Rest::Paused) if until.is_none() => return Ok(()),
                Some(Rest::Paused) => (None, false),
                Some(Rest::Idle(due)) => (due, true),
                Some(Rest::Wait(due)) => (Some(due), false),
            };
            let at = match (due, until) {
                (Some(due), Some(until)) => due.min(until),
                (Some(at), None) | (None, Some(at)) => at,
                (None, None) => return Ok(()),
            };
            if until.is_some_and(|until| self.clock.now() >= until) {
                return Ok(());
            }
            if self.clock.jump_to(at) {
                continue;
            }
            if rested.replace(all.len()) != Some(all.len()) {
                self.give_back();
            }
            self.rest(at, hears);
        }
    }

    /// Waits until this time at the latest; where it would handle one, until an event is there. It stays on the bus: whoever
    /// goes on may not be the one who takes it.
    fn rest(&self, until: SystemTime, hears: bool) {
        let left = until.duration_since(self.clock.now()).unwrap_or_default().min(LONGEST_REST);
        if hears {
            self.engine.bus().await_event(left);
        } else {
            thread::sleep(left);
        }
    }

    /// Gives back memory, for it may be idle for long.
    pub(super) fn give_back(&mut self) {
        self.session.rest();
        self.engine.rest();
    }

    /// One event, to the end of its chain.
    fn turn(&mut self) -> Result<Turn, WorkflowError> {
        let mut parked: Option<Arc<Parked>> = None;
        let world = World::new(&self.engine, &*self.clock);
        loop {
            let progress = match &parked {
                None => self.session.advance(&world, &mut Task::from_waker(Waker::noop())),
                Some(parked) => self.session.advance(&world, &mut Task::from_waker(&Waker::from(Arc::clone(parked)))),
            };
            match progress {
                Ok(Progress::Stepped) => {}
                Ok(Progress::Handled(handled)) => return Ok(Turn::Handled(handled)),
                Ok(Progress::Pending { until }) => match &parked {
                    // Now that it is known to wait, it is polled with somebody to wake.
                    None => parked = Some(Arc::new(Parked::here())),
                    Some(parked) => {
                        parked.rest(until, &*self.clock);
                        world.time_passes();
                    }
                },
                Ok(Progress::Wait { until }) => return Ok(Turn::Rest(Rest::Wait(until))),
                Ok(Progress::Idle { until }) => return Ok(Turn::Rest(Rest::Idle(until))),
                Ok(Progress::Paused) => return Ok(Turn::Rest(Rest::Paused)),
                Ok(Progress::Over) => return Ok(Turn::Rest(Rest::Over)),
                Ok(Progress::Halted(halted)) => return Ok(Turn::Rest(Rest::Halted(halted))),
                Err(troubled) => return Err(self.explain(troubled)),
            }
        }
    }

    /// How many events may be handled from now on: those that wait, and what may come of them.
    pub(super) fn events_from_now_on(&self) -> usize {
        self.engine.bus().len().saturating_add(self.session.waiting()).saturating_add(self.event_limit)
    }

    fn is_entered(&self) -> bool {
        !self.session.is_new()
    }
}
