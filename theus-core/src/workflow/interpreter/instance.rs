//! One run of a workflow, without a thread, a clock or a wait.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Waker};

use thiserror::Error;

use super::chain::Chain;
use super::context::InterpreterContext;
use super::control::Control;
use super::cycles::Cycle;
use super::environment::Environment;
use super::failure::RecoveryTarget;
#[cfg(feature = "store")]
use super::kept::Kept;
use super::outcome::Handled;
use super::seldom::Seldom;
use super::spare::{Spare, keep_for_others};
use super::timers::Timers;
pub(crate) use super::unit::Trouble;
use super::unit::Unit;
use crate::process::Halted;
use crate::signal::{Event, EventName, Payload};
#[cfg(feature = "store")]
use crate::store::StoreError;
use crate::workflow::chart::{Configuration, Definition, StateId};
use crate::workflow::clock::{Moment, Timekeeper};
use crate::workflow::trace::{Trace, What};

/// One run of a workflow. It does nothing by itself: whoever drives it calls [`advance`](Self::advance), lends it an engine
/// and a clock for that, and does what the [`Progress`] says.
pub(crate) struct Interpreter {
    pub(super) definition: Arc<Definition>,
    pub(super) live: Live,
    /// What a store has of it, where one keeps the session.
    #[cfg(feature = "store")]
    pub(super) kept: Option<Box<Kept>>,
}

/// What changes of a session.
pub(super) struct Live {
    pub(super) stage: Stage,
    pub(super) at: Configuration,
    /// What the session tells itself; comes before the bus.
    pub(super) inbox: VecDeque<Internal>,
    pub(super) timers: Timers,
    /// Whether it is noted when events come: as long as a timer runs.
    pub(super) notes_arrivals: bool,
    pub(super) chain: Option<Box<Chain>>,
    pub(super) spare: Spare,
    /// What is being handled.
    pub(super) unit: Option<Unit>,
    /// The payload of the last event, for guards that wait for none.
    pub(super) payload: Option<Payload>,
    /// How many moves and rounds of `while` have come of the last event, command or timer.
    pub(super) spent: u32,
    /// How often that came to the limit, or went beyond it, since then.
    pub(super) overspent: u8,
    /// How many events of its own it has not handled because it was over, since it was asked last.
    pub(super) discarded: u16,
    /// Whether no transition without an event can be taken in this configuration, for all that happened to it.
    pub(super) settled: bool,
    /// The version of the state for which that was found.
    pub(super) settled_at: u64,
    pub(super) paused: bool,
    pub(super) seldom: Option<Box<Seldom>>,
    pub(super) random: fastrand::Rng,
    pub(super) trace: Trace,
    pub(super) control: Option<Control>,
    /// It went on from a position, and has not said so yet.
    pub(super) restored: bool,
    /// Of its timers only the dates are known: from when the clock is known that it goes on by, they count.
    pub(super) is_by_date: bool,
    /// Whether what it has come to since a store had its position follows from that position alone: no event, no time, no failure
    /// has come into it.
    pub(super) follows: bool,
    /// Whether a store keeps it.
    pub(super) is_kept: bool,
}

/// How far a session is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    New,
    Running,
    Finished,
    /// It has come to a final state whose chain failed.
    Failed(Box<str>),
    Aborted(Box<str>),
    Cancelled(Box<str>),
}

/// What a session tells itself.
#[derive(Clone, Debug)]
pub(super) enum Internal {
    /// A step of its own has raised it.
    Raised {
        event: Event,
        /// Whether it overtakes what is not.
        urgent: bool,
    },
    /// A state is done.
    Done(StateId),
    /// What a state has invoked has ended well.
    InvokeDone {
        state: StateId,
        /// Its place among those of the state.
        place: u32,
        /// What it brings along.
        payload: Option<Payload>,
    },
    /// A chain has ended well.
    ChainDone {
        /// The innermost state whose it was, which hears of it, as do those around it; `None` for whoever is active.
        heard_by: Option<StateId>,
    },
    /// A chain has failed.
    ChainFailed {
        /// As for one that has ended well.
        heard_by: Option<StateId>,
        /// What is to be known of it.
        payload: Payload,
    },
    /// Something committed could not be made good.
    NotMadeGood {
        /// What is to be known of it.
        payload: Payload,
    },
    /// A chain has failed with an error that leads somewhere. It comes before everything else.
    Recover {
        /// The state whose chain it was.
        state: StateId,
        /// The state that was entered with it; where that is left first, the error leads nowhere.
        heard_by: Option<StateId>,
        /// Where the step says that it leads; else the states say it.
        target: Option<RecoveryTarget>,
        /// The error's name.
        error: &'static str,
        payload: Payload,
    },
}

/// What a driver is told.
#[derive(Debug)]
pub(crate) enum Progress {
    /// Something was done, and more can be done at once.
    Stepped,
    /// One event, or another cause, was handled to the end of its chain.
    Handled(Box<Handled>),
    /// A run awaits something: go on when the waker is woken, or at this time at the latest.
    Pending { until: Option<Moment> },
    /// A step is tried again at this time: go on then.
    Wait { until: Moment },
    /// No event waits: go on when there is one, or at this time, when the next timer is due.
    Idle { until: Option<Moment> },
    /// No event waits, and what states have invoked is under way: go on when there is one, when the waker is woken, or at this time.
    Working {
        until: Option<Moment>,
        /// Whether the chain of a region is among that: what is being handled is not over.
        is_chain: bool,
    },
    /// It was paused.
    Paused,
    /// The engine's interlock is latched.
    Halted(Halted),
    /// It is over.
    Over,
    /// The store did not take where it is: it goes on when that is stored.
    #[cfg(feature = "store")]
    Unsaved(StoreError),
}

/// What a driver has to be told about, with what was handled all the same: it may have committed.
#[derive(Debug, Error)]
#[error("{trouble}")]
pub(crate) struct Troubled {
    pub(crate) trouble: Trouble,
    pub(crate) handled: Box<Handled>,
}

/// How a session is set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// How many entries its trace keeps.
    pub(crate) traced: usize,
    /// What its random waits come from.
    pub(crate) seed: u64,
    /// Whether a store keeps it.
    pub(crate) is_kept: bool,
}

impl Interpreter {
    pub(crate) fn new(definition: Arc<Definition>, options: Options) -> Self {
        let live = Live {
            stage: Stage::New,
            at: definition.start().to,
            inbox: VecDeque::new(),
            timers: Timers::default(),
            // As whoever sets it up has it: it may begin with timers of before a restart.
            notes_arrivals: true,
            chain: None,
            spare: Spare::default(),
            unit: None,
            payload: None,
            spent: 0,
            overspent: 0,
            discarded: 0,
            settled: false,
            settled_at: 0,
            paused: false,
            seldom: None,
            random: fastrand::Rng::with_seed(options.seed),
            trace: Trace::new(Arc::clone(&definition), options.traced),
            control: None,
            restored: false,
            is_by_date: false,
            follows: false,
            is_kept: options.is_kept,
        };
        Self {
            definition,
            live,
            #[cfg(feature = "store")]
            kept: None,
        }
    }

    /// Does the next thing there is to do, one step of a chain at most.
    ///
    /// # Errors
    /// [`Troubled`]: what was being handled is over, and the session can go on.
    pub(crate) fn advance(
        &mut self,
        environment: &Environment<'_>,
        task: &mut Context<'_>,
    ) -> Result<Progress, Troubled> {
        let advanced = self.go_on(environment, task);
        if let Ok(Progress::Idle { .. } | Progress::Working { .. } | Progress::Wait { .. } | Progress::Pending { .. }) =
            &advanced
        {
            environment.rests();
        }
        advanced
    }

    #[inline]
    fn go_on(&mut self, environment: &Environment<'_>, task: &mut Context<'_>) -> Result<Progress, Troubled> {
        let context = InterpreterContext { definition: &self.definition, environment };
        #[cfg(feature = "store")]
        if self.live.is_kept {
            let kept = self.kept.get_or_insert_default();
            return kept.advance(&mut self.live, context, task);
        }
        self.live.advance(context, task)
    }

    /// How many events of its own it has not handled because it was over, since this was asked last.
    pub(crate) const fn take_discarded(&mut self) -> u16 {
        std::mem::replace(&mut self.live.discarded, 0)
    }

    /// An event was accepted, and is not handled: the session is over.
    pub(crate) fn discard(&mut self, event: EventName, environment: &Environment<'_>) {
        self.live.trace.tell(environment.clock, || What::Discarded { name: event });
    }

    /// Gives back memory, for it may be idle for long.
    pub(crate) fn rest(&mut self) {
        let Live { spare, inbox, timers, .. } = &mut self.live;
        spare.rest(inbox);
        timers.rest();
    }

    /// What was handled, for whoever takes it with him. Its box stays here.
    #[inline]
    pub(crate) fn hand_out(&mut self, handled: Box<Handled>) -> Handled {
        self.live.spare.emptied(handled)
    }

    /// What was handled is of no more use to anybody. Its box stays with this thread.
    pub(crate) fn done_with(handled: Box<Handled>) {
        keep_for_others(handled);
    }

    /// How many events of its own wait.
    pub(crate) fn waiting(&self) -> usize {
        self.live.inbox.len()
    }

    /// The process that is under way, the first of several: it may commit when it is polled next.
    pub(crate) fn under_way(&self) -> Option<&'static str> {
        match self.live.chain.as_ref().filter(|chain| !chain.is_between_steps()) {
            Some(chain) => Some(chain.process(&self.definition).unwrap_or("a compensation")),
            None => self.live.beside_under_way(&self.definition),
        }
    }

    /// The process of the step that is under way or comes next, where that is certain.
    pub(super) fn next_process(&self) -> Option<&'static str> {
        self.live.chain.as_ref()?.next_process(&self.definition)
    }

    /// What is being handled, as far as it has come.
    #[cfg(feature = "store")]
    pub(super) fn being_handled(&self) -> Option<&Handled> {
        self.live.unit.as_ref().map(|unit| &*unit.handled)
    }

    /// Whether nothing is being handled.
    pub(crate) fn is_between_events(&self) -> bool {
        self.live.chain.is_none() && self.live.unit.is_none() && !self.live.is_any_region_busy()
    }

    /// Whether what its states have invoked is under way.
    #[cfg(feature = "store")]
    pub(crate) fn has_work_beside(&self) -> bool {
        self.live.beside().is_some()
    }

    /// Whether it has not begun.
    pub(crate) fn is_new(&self) -> bool {
        self.live.stage == Stage::New
    }

    /// Whether it handles no more events, whatever happens.
    pub(crate) fn is_over(&self) -> bool {
        self.live.is_over()
    }

    /// Whether it has entered this state, and has not left it.
    pub(crate) fn is_in(&self, state: StateId) -> bool {
        !self.is_new() && self.definition.is_active(&self.live.at, state)
    }

    pub(crate) const fn is_paused(&self) -> bool {
        self.live.paused
    }

    pub(crate) fn definition(&self) -> &Arc<Definition> {
        &self.definition
    }

    pub(crate) const fn configuration(&self) -> &Configuration {
        &self.live.at
    }

    pub(crate) const fn trace(&self) -> &Trace {
        &self.live.trace
    }

    pub(crate) fn trace_mut(&mut self) -> &mut Trace {
        &mut self.live.trace
    }

    /// What its states have deferred, in the order in which it came.
    pub(crate) fn deferred(&self) -> impl Iterator<Item = &Event> {
        self.live.deferred().into_iter().flat_map(|kept| &kept.events)
    }

    pub(crate) fn cycles(&self) -> Vec<Cycle> {
        self.live.timers.cycles(&self.definition)
    }

    pub(crate) fn result(&self) -> Option<&serde_json::Value> {
        self.live.result()
    }

    /// The handle by which another thread holds it up.
    pub(crate) fn control(&mut self) -> Control {
        self.live.control.get_or_insert_default().clone()
    }

    /// Whoever drives it as a task is woken when something is said by its [`control`](Self::control).
    pub(crate) fn heed(&self, waker: &Waker) {
        if let Some(control) = &self.live.control {
            control.wakes(waker);
        }
    }

    /// Another clock takes over.
    pub(crate) fn leave_clock(&mut self, keeper: &Timekeeper) {
        if !self.live.is_by_date {
            self.live.timers = self.live.timers.dated(keeper, &self.definition);
            self.live.is_by_date = true;
        }
    }

    pub(crate) fn reseed(&mut self, seed: u64) {
        self.live.random = fastrand::Rng::with_seed(seed);
    }
}

impl Live {
    pub(super) const fn is_over(&self) -> bool {
        !matches!(self.stage, Stage::New | Stage::Running)
    }

    /// The innermost active state, the first of several in the order of the file.
    pub(super) fn leaf(&self, definition: &Definition) -> StateId {
        self.at.leaves().first().copied().unwrap_or(definition.initial())
    }
}
