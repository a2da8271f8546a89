//! A program's sessions of one kind, whatever their types.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use theus_axum::Problem;
use theus_core::audit::{Counted, Look, SharedInterlock};
use tokio::runtime::Handle;

use super::ask::{Ask, ExplainAsk};
use super::counting::SharedCounters;
use super::entry::Entry;
use super::error::StepError;
use super::outward::{Delivery, Sent};
use super::stepped::Stepped;

/// What a step begins with.
#[derive(Clone, Debug)]
pub struct StepInput {
    /// The session.
    pub session: String,
    /// What is kept of it; none where there is none of that name.
    pub entry: Option<Entry>,
    /// Which invocation it is: a session that begins is told by it.
    pub invocation: String,
    /// The turn that the call began with: how many steps the session had been driven for.
    pub began: u64,
    /// What is asked.
    pub ask: Ask,
    /// What earlier steps of the same call have added to counters that machines share, which is not there yet.
    pub counted: Vec<Counted>,
}

/// What is around a step, on the machine that makes it.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Where what is awaited is waited for.
    pub runtime: &'a Handle,
    /// The interlock that machines share, where they share one.
    pub interlock: Option<&'a dyn SharedInterlock>,
    /// The counters that machines share, where they share some.
    pub counters: Option<&'a Arc<dyn SharedCounters>>,
}

impl Around<'_> {
    /// Whether anything may run.
    #[must_use]
    pub fn look(&self) -> Look {
        self.interlock.map_or(Look::Open, SharedInterlock::look)
    }
}

impl fmt::Debug for Around<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_shared = self.interlock.is_some();
        f.debug_struct("Around")
            .field("is_shared", &is_shared)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

/// Whether a session can go on with a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// It has an earlier version of the context, and is migrated in its next step.
    pub is_earlier: bool,
    /// What of it does not fit; nothing where it can go on.
    pub findings: Vec<String>,
}

/// A program's sessions of one kind, whatever their types.
pub trait Hosted: Send + Sync + 'static {
    /// One step: until something with effects has been done and more may come, or nothing is left to do. It blocks its thread, which is
    /// none of the runtime's workers.
    ///
    /// # Errors
    /// [`StepError`]; that something is refused is none.
    fn step(&self, input: StepInput, around: Around<'_>) -> Result<Stepped, StepError>;

    /// Where a message goes.
    fn deliveries(&self, sent: Sent<'_>) -> Vec<Delivery>;

    /// The session, as people are shown it.
    ///
    /// # Errors
    /// [`StepError::Damaged`].
    fn look(&self, session: &str, entry: Option<Entry>) -> Result<Value, StepError>;

    /// What the rules would say to a run.
    ///
    /// # Errors
    /// [`StepError::Damaged`]; what does not fit is told as a problem.
    fn explain(
        &self,
        session: &str,
        entry: Option<Entry>,
        ask: &ExplainAsk,
    ) -> Result<Result<Value, Problem>, StepError>;

    /// Whether the session can go on with this program: nothing runs. Where nobody says more, it can where it can be looked at.
    ///
    /// # Errors
    /// [`StepError::Defect`]; that something does not fit is none.
    fn check(&self, session: &str, entry: &Entry) -> Result<Checked, StepError> {
        let unfit = self.look(session, Some(entry.clone())).err();
        Ok(Checked { is_earlier: false, findings: unfit.iter().map(ToString::to_string).collect() })
    }
}
