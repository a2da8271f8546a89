//! One run, as data: what it knows from its first stage to its last.

use std::ops::Deref;
use std::sync::Arc;

use super::super::core::{Core, SharedEngine};
use super::super::registry::Registered;
use super::super::report::Report;
use super::super::rules::RuleTable;
use super::super::session::{Committed, State};
use super::super::turn::Turn;
#[cfg(feature = "store")]
use super::kept::Kept;
use super::notes::Notes;
use crate::audit::Violation;
use crate::context::Context;
use crate::process::{Contract, Process, RunError};
#[cfg(feature = "store")]
use crate::transaction::Exchanged;
use crate::transaction::{Limit, Request};

pub(in crate::engine) type CoreOf<P> = Core<<P as Process>::Domain, <P as Process>::Global, <P as Process>::Effects>;
pub(super) type SharedOf<P> = SharedEngine<<P as Process>::Domain, <P as Process>::Global, <P as Process>::Effects>;
pub(super) type RegisteredOf<P> = Registered<<P as Process>::Domain, CoreOf<P>>;
pub(super) type FieldsOf<P> = <<P as Process>::Domain as Context>::Fields;
pub(in crate::engine) type StateOf<P> = State<<P as Process>::Domain>;
pub(super) type CommittedOf<P> = Committed<<P as Process>::Domain>;
pub(super) type ErrorOf<P> = RunError<<P as Process>::Error>;
/// What a body, and the gate after it, would have committed.
pub(super) type Proposed<P> = Result<<P as Process>::Output, Box<ErrorOf<P>>>;
pub(super) type ResultOf<P> = Result<<P as Process>::Output, ErrorOf<P>>;

/// What is asked of a run: by whom, of which session, and until when.
pub(super) struct Asked<'a, P: Process> {
    pub(super) core: &'a CoreOf<P>,
    pub(super) by: By,
    /// By when it has to commit, if the caller has set a limit.
    pub(super) limit: Option<&'a Limit>,
}

/// One run: what it knows from its first stage to its last, however many attempts it takes.
pub(super) struct Run<'a, P: Process> {
    pub(super) asked: Asked<'a, P>,
    /// Its place in the table of rules.
    pub(super) place: usize,
    /// The rules that were in force when it began, if there are any for it.
    pub(super) rules: Option<Arc<RuleTable>>,
    /// There from the moment when the audit has something to keep: a run without rules pays nothing for it.
    pub(super) notes: Option<Box<Notes<P>>>,
    pub(super) version: u64,
    pub(super) attempts: u32,
    /// By which epoch of the interlock it was let through.
    pub(super) epoch: u64,
    /// What goes with the commit of a session that a store keeps.
    #[cfg(feature = "store")]
    pub(super) kept: Kept<'a, P>,
}

/// What is told of a run besides its result.
#[derive(Default)]
pub(super) struct RunSummary {
    pub(super) violations: Vec<Violation>,
    pub(super) version: u64,
    pub(super) attempts: u32,
}

/// Who runs a process: it decides who hears its signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum By {
    /// Somebody, who may be anybody: whoever takes the event off the bus hears it.
    Anyone,
    /// The workflow of the session, as a step: the workflow hears it, before what waits on the bus.
    Workflow {
        /// Which step; none where it is a command that the program runs for it.
        step: Option<Turn>,
    },
}

impl<P: Process> Clone for Asked<'_, P> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Process> Copy for Asked<'_, P> {}

impl<'a, P: Process> Asked<'a, P> {
    #[inline(always)]
    pub(super) const fn new(core: &'a CoreOf<P>, by: By, limit: Option<&'a Limit>) -> Self {
        Self { core, by, limit }
    }

    /// What the run says of itself where it has to wait.
    pub(super) fn request(self) -> Request<'a> {
        let contracts: &'static [&'static Contract] = const { &[&P::CONTRACT] };
        Request {
            contracts: self.is_step().then_some(contracts),
            ..self.core.request(P::CONTRACT.process, self.limit.copied())
        }
    }

    /// Whether it is a step of the session's workflow, which others of its steps may go on beside.
    pub(super) const fn is_step(self) -> bool {
        matches!(self.by, By::Workflow { step: Some(_) })
    }
}

impl<'a, P: Process> Run<'a, P> {
    #[inline(always)]
    pub(super) const fn new(asked: Asked<'a, P>) -> Self {
        Self {
            asked,
            place: 0,
            rules: None,
            notes: None,
            version: 0,
            attempts: 0,
            epoch: 0,
            #[cfg(feature = "store")]
            kept: Kept { command: None, once: None, exchanged: Exchanged::nothing() },
        }
    }

    pub(super) fn tell(self, summary: &mut RunSummary) {
        summary.violations = self.notes.map(|notes| notes.violations).unwrap_or_default();
        (summary.version, summary.attempts) = (self.version, self.attempts);
    }

    pub(super) fn report(self, result: ResultOf<P>) -> Report<P> {
        let mut summary = RunSummary::default();
        self.tell(&mut summary);
        summary.report(result)
    }
}

impl<'a, P: Process> Deref for Run<'a, P> {
    type Target = Asked<'a, P>;
    #[inline(always)]
    fn deref(&self) -> &Asked<'a, P> {
        &self.asked
    }
}

impl RunSummary {
    pub(super) fn report<P: Process>(self, result: ResultOf<P>) -> Report<P> {
        let Self { violations, version, attempts } = self;
        Report { result, violations, version, attempts }
    }
}
