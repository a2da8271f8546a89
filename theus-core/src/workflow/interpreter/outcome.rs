//! What handling one event did.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use smallvec::SmallVec;
use thiserror::Error;

use crate::audit::Violation;
use crate::engine::ProcessError;
use crate::process::RunError;
use serde::{Deserialize, Serialize};

use crate::signal::Event;
use crate::telemetry::WatchedSpan;
use crate::workflow::chart::StateId;
use crate::workflow::condition::EvaluationError;

/// How a workflow stands. As JSON it is its kind and, where there is one, the reason: `{"is": "failed", "reason": ".."}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum Status {
    /// It handles events.
    Running,
    /// It has reached a final state.
    Finished,
    /// It has reached a final state whose chain failed, with nothing that leads elsewhere: it is over, and not well. So
    /// ends a file with nothing but `steps` when one of them fails.
    Failed {
        /// Why the chain failed.
        reason: String,
    },
    /// A violation of level A ended it.
    Aborted {
        /// Which.
        reason: String,
    },
    /// It was cancelled, and what it had committed is made good.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// The engine's interlock is latched; it goes on after the reset.
    Halted {
        /// What latched it.
        reason: String,
    },
}

impl Status {
    /// The word for its kind, as JSON has it: `running`, `finished`, `failed`, `aborted`, `cancelled`, `halted`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed { .. } => "failed",
            Self::Aborted { .. } => "aborted",
            Self::Cancelled { .. } => "cancelled",
            Self::Halted { .. } => "halted",
        }
    }
}

/// As it is said in a log: `finished`, `halted: ..`.
impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())?;
        match self {
            Self::Running | Self::Finished => Ok(()),
            Self::Failed { reason }
            | Self::Aborted { reason }
            | Self::Cancelled { reason }
            | Self::Halted { reason } => write!(f, ": {reason}"),
        }
    }
}

/// What made a session do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It began.
    Start,
    /// An event: [`Handled::event`].
    Event,
    /// The guard of a transition without an event held (`always`).
    Always,
    /// So long a time in a state (`after`).
    Timer,
    /// A state was done (`done`).
    Done,
    /// A chain failed with an error that leads somewhere (`on_error`).
    Error,
    /// What a state has invoked has ended, well or not, or was made good after its state was left: [`Handled::steps`] are all of its runs.
    Invoked,
    /// What a region runs had to wait, and went on by itself when the rest of what was being handled was over. Where all of that was the
    /// region's, it is told as what it came of.
    Region,
    /// It went on after a restart with what was being handled before: [`Handled::event`], where it was one. What is told of
    /// its steps is what was done since.
    Restart,
}

impl Cause {
    /// As it is told: `event`, `timer`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Event => "event",
            Self::Always => "always",
            Self::Timer => "timer",
            Self::Done => "done",
            Self::Error => "error",
            Self::Invoked => "invoked",
            Self::Region => "region",
            Self::Restart => "restart",
        }
    }
}

/// One event, or another cause, and what came of it.
#[derive(Debug)]
pub struct Handled {
    /// The event; `None` where it was none, as for the start, which enters the initial state.
    pub event: Option<Event>,
    /// What it was that was handled.
    pub cause: Cause,
    /// The state in which it was handled: of several that are active, the first in the order of the file.
    pub from: StateId,
    /// The state after it, which may be the same; `None` where no active state has a use for the event, or
    /// one defers it.
    pub to: Option<StateId>,
    /// The runs of its chain, as far as it came, each try by itself.
    pub steps: StepOutcomes,
    /// The runs that made good what a chain that failed had committed.
    pub compensations: StepOutcomes,
    /// Whether its chain failed.
    pub failed: bool,
    /// Why its chain failed, where that was no run's result.
    pub fault: Option<Fault>,
    /// The span that it is in while it is handled, where somebody is told of it.
    pub(super) span: Option<Box<WatchedSpan>>,
}

impl Handled {
    pub(super) fn new(event: Option<Event>, cause: Cause, from: StateId) -> Self {
        let (steps, compensations) = (StepOutcomes::default(), StepOutcomes::default());
        Self { event, cause, from, to: None, steps, compensations, failed: false, fault: None, span: None }
    }

    /// All of it, out of the place where it stands: nothing has come of anything there.
    #[inline]
    pub(super) fn take(&mut self) -> Self {
        let Self { event, cause, from, to, steps, compensations, failed, fault, span } = self;
        Self {
            event: event.take(),
            cause: *cause,
            from: *from,
            to: to.take(),
            steps: std::mem::take(steps),
            compensations: std::mem::take(compensations),
            failed: std::mem::take(failed),
            fault: fault.take(),
            span: span.take(),
        }
    }

    /// Nothing has come of anything.
    pub(super) fn clear(&mut self) {
        let Self { event, cause: _, from: _, to, steps, compensations, failed, fault, span } = self;
        (*event, *to, *fault, *failed, *span) = (None, None, None, false, None);
        steps.0.clear();
        // Room for more than one is not what the next needs.
        steps.0.shrink_to_fit();
        if !compensations.is_empty() {
            *compensations = StepOutcomes::default();
        }
    }

    /// The step that failed the chain, if one did.
    #[must_use]
    pub fn failure(&self) -> Option<&StepOutcome> {
        let last = || self.steps.iter().rev().find(|step| step.result.is_err());
        if self.failed && self.fault.is_none() { last() } else { None }
    }
}

/// One step of a chain: the run of a process.
#[derive(Debug)]
pub struct StepOutcome {
    /// The process.
    pub process: &'static str,
    /// That it was committed, or why not.
    pub result: Result<(), RunError<ProcessError>>,
    /// The violations that the audit counted, in order.
    pub violations: Vec<Violation>,
    /// The version of the state after it.
    pub version: u64,
}

/// Runs of a chain, in order: a slice of them. One, which is what most events come to, is kept in place.
#[derive(Default)]
pub struct StepOutcomes(SmallVec<[StepOutcome; 1]>);

impl StepOutcomes {
    pub(super) fn push(&mut self, outcome: StepOutcome) {
        self.0.push(outcome);
    }
}

impl fmt::Debug for StepOutcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl Deref for StepOutcomes {
    type Target = [StepOutcome];
    fn deref(&self) -> &[StepOutcome] {
        &self.0
    }
}

impl IntoIterator for StepOutcomes {
    type Item = StepOutcome;
    type IntoIter = IntoOutcomes;
    fn into_iter(self) -> IntoOutcomes {
        IntoOutcomes(self.0.into_iter())
    }
}

impl<'a> IntoIterator for &'a StepOutcomes {
    type Item = &'a StepOutcome;
    type IntoIter = std::slice::Iter<'a, StepOutcome>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The [`StepOutcomes`] of an event, one by one.
#[derive(Debug)]
pub struct IntoOutcomes(smallvec::IntoIter<[StepOutcome; 1]>);

impl Iterator for IntoOutcomes {
    type Item = StepOutcome;
    fn next(&mut self) -> Option<StepOutcome> {
        self.0.next()
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// Why a chain failed, where that was no run's result.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A process was not done in time; it was dropped, which rolled it back.
    #[error("`{process}` was not done in {after:?}")]
    TimedOut {
        /// The process.
        process: &'static str,
        /// The time that it had.
        after: Duration,
    },
    /// An argument is not what the process takes.
    #[error("`{process}` was not started: {problem}")]
    Argument {
        /// The process.
        process: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The expression that an argument is taken from has no value; the process was not started.
    #[error("argument `{argument}` of `{process}`: {error}")]
    NoArgument {
        /// The process.
        process: &'static str,
        /// The argument.
        argument: &'static str,
        /// The expression, and why it has none.
        error: EvaluationError,
    },
    /// An expression has no value, or not one that can be used here.
    #[error(transparent)]
    NoValue(EvaluationError),
    /// What the data say is no time, for a state that waits for one by `after` or `at`.
    #[error("the state `{state}` waits for no time: {error}")]
    NoTime {
        /// The state.
        state: String,
        /// The expression, and why it gives none.
        error: EvaluationError,
    },
    /// More moves and rounds of `while` came of one event than the limit allows.
    #[error("more than {limit} moves and rounds of `while` came of one event")]
    Runaway {
        /// The limit.
        limit: u32,
    },
    /// Whoever drove the session let go of it while the process was under way. It was rolled back; what it had done to the
    /// world outside was not.
    #[error("`{process}` was interrupted")]
    Interrupted {
        /// The process.
        process: &'static str,
    },
    /// The state that had invoked it was left.
    #[error("its state was left")]
    Left,
    /// The session was cancelled.
    #[error("cancelled: {reason}")]
    Cancelled {
        /// Why.
        reason: String,
    },
}
