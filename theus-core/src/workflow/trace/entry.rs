//! One thing that happened in a session.

use std::time::{Duration, SystemTime};

use super::places::Places;
use crate::signal::{EventName, Origin};
use crate::workflow::chart::{Configuration, StateId, TimerId};

/// One thing that happened in a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its number in the session: 1, 2, 3, without a gap.
    pub number: u64,
    /// When it happened, by the session's clock.
    pub at: SystemTime,
    /// What happened.
    pub what: What,
}

/// What happened in a session.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// The session began.
    Started,
    /// It went on from a position that was kept.
    Resumed,
    /// An event was taken.
    Event {
        /// The event.
        name: EventName,
        /// Where it came from.
        origin: Origin,
    },
    /// The event before had no use in the active states.
    Unused {
        /// The event.
        name: EventName,
    },
    /// The event before is kept: no transition takes it, and an active state defers it.
    Deferred {
        /// The event.
        name: EventName,
    },
    /// An event that was deferred is handled now.
    Recalled {
        /// The event.
        name: EventName,
    },
    /// The event before is not kept, though an active state defers it: as many are kept as may be.
    Dropped {
        /// The event.
        name: EventName,
        /// How many are kept.
        most: usize,
    },
    /// An event that was accepted is not handled: the session is over.
    Discarded {
        /// The event.
        name: EventName,
    },
    /// A time of `after` was over.
    Timer {
        /// The state that waited.
        state: StateId,
        /// The time.
        after: Duration,
        /// When it was due.
        due: SystemTime,
    },
    /// One came of what comes again and again.
    Cycle {
        /// Which, of which state.
        timer: TimerId,
        /// When it was due.
        due: SystemTime,
        /// How late it is.
        late: Duration,
        /// How many after it were due by then too, and are skipped.
        missed: u64,
    },
    /// A state was done: its final child, or all its regions.
    Done {
        /// The state.
        state: StateId,
    },
    /// What a region runs waits: it goes on beside the other regions, which go on too.
    Aside {
        /// The region.
        state: StateId,
    },
    /// What a state invokes has begun.
    Invoked {
        /// The state.
        state: StateId,
        /// What the file calls it.
        id: String,
    },
    /// What a state invokes has ended well.
    InvokeDone {
        /// The state.
        state: StateId,
        /// What the file calls it.
        id: String,
    },
    /// What a state invokes was stopped: the state was left, or the session ends.
    Stopped {
        /// The state.
        state: StateId,
        /// What the file calls it.
        id: String,
    },
    /// A saga is left, and not well: what was committed in it is made good.
    Undoes {
        /// The saga.
        state: StateId,
        /// How many of its commits are to be made good.
        compensating: usize,
    },
    /// Other states are active.
    Moved {
        /// What was active before; `None` at the start.
        from: Option<Configuration>,
        /// What is active after.
        to: Configuration,
        /// The lines that say so: of a transition, or of `on_error`; several where regions move at once, none for the start.
        by: Places,
    },
    /// A transition without a target was taken: no state was left, and none was entered.
    Stayed {
        /// What is active.
        at: Configuration,
        /// The lines that say so: several where it is so in several regions.
        by: Places,
    },
    /// A run of a process ended.
    Run {
        /// The process.
        process: &'static str,
        /// What it ran for.
        role: Role,
        /// Which try it was, counted from 1.
        attempt: u32,
        /// How it ended.
        ended: Ended,
        /// The version of the state after it.
        version: u64,
        /// How long it took.
        took: Duration,
    },
    /// A run that failed is tried again later.
    Retry {
        /// The process.
        process: &'static str,
        /// Which try it will be.
        attempt: u32,
        /// When.
        at: SystemTime,
    },
    /// A chain ended well.
    ChainDone,
    /// A chain failed.
    ChainFailed {
        /// The process that failed, where it was one.
        process: Option<&'static str>,
        /// Why.
        reason: String,
        /// How many of its commits are to be made good.
        compensating: usize,
    },
    /// What the file asks of an error, how long to wait before the next try, is no time: it is waited as the `backoff` says.
    NoRetryAfter {
        /// The process.
        process: &'static str,
        /// The expression and what is wrong with it.
        reason: String,
    },
    /// A guard had no value: the states stay as they are.
    NoValue {
        /// The expression and what is wrong with it.
        reason: String,
    },
    /// More came of one event than the limit allows.
    Runaway {
        /// The limit.
        limit: u32,
    },
    /// The session is kept from going on.
    Paused,
    /// The session may go on.
    Unpaused,
    /// A final state was reached.
    Finished {
        /// The state.
        state: StateId,
    },
    /// A final state was reached, and its chain failed: nobody is left who could hear that.
    Failed {
        /// Why the chain failed.
        reason: String,
    },
    /// A violation of level A ended the session.
    Aborted {
        /// Which.
        reason: String,
    },
    /// The session was cancelled.
    Cancelled {
        /// Why.
        reason: String,
    },
}

/// What a process ran for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// As a step of a chain.
    Step,
    /// To make good what a chain that failed had committed.
    Compensation,
    /// For the program that drives the session, by [`WorkflowManager::run`](crate::workflow::WorkflowManager::run).
    Command,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// What it wrote is the committed state.
    Committed,
    /// It changed nothing.
    RolledBack {
        /// Why.
        error: String,
    },
    /// It was given up after its time and changed nothing.
    TimedOut,
    /// It was let go of, because the session was cancelled or whoever drove it stopped, and changed nothing.
    LetGo,
    /// It was not started: an argument has no value.
    NotStarted {
        /// What is wrong.
        reason: String,
    },
}

impl What {
    /// The word for its kind, as text and JSON have it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Resumed => "resumed",
            Self::Event { .. } => "event",
            Self::Unused { .. } => "unused",
            Self::Deferred { .. } => "deferred",
            Self::Recalled { .. } => "recalled",
            Self::Dropped { .. } => "dropped",
            Self::Discarded { .. } => "discarded",
            Self::Timer { .. } => "timer",
            Self::Cycle { .. } => "cycle",
            Self::Done { .. } => "done",
            Self::Aside { .. } => "aside",
            Self::Invoked { .. } => "invoked",
            Self::InvokeDone { .. } => "invoke done",
            Self::Stopped { .. } => "stopped",
            Self::Undoes { .. } => "undoes",
            Self::Moved { .. } => "moved",
            Self::Stayed { .. } => "stayed",
            Self::Run { role: Role::Step, .. } => "step",
            Self::Run { role: Role::Compensation, .. } => "compensation",
            Self::Run { role: Role::Command, .. } => "command",
            Self::Retry { .. } => "retry",
            Self::NoRetryAfter { .. } => "no retry after",
            Self::ChainDone => "chain done",
            Self::ChainFailed { .. } => "chain failed",
            Self::NoValue { .. } => "no value",
            Self::Runaway { .. } => "runaway",
            Self::Paused => "paused",
            Self::Unpaused => "unpaused",
            Self::Finished { .. } => "finished",
            Self::Failed { .. } => "failed",
            Self::Aborted { .. } => "aborted",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}
