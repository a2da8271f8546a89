//! How what the audit found becomes the end of a run: judging, counting, refusing.

use std::sync::Arc;

use super::catch::catch;
use super::gate_view::GateView;
use super::notes::Notes;
use super::run::{Asked, CoreOf, ErrorOf, FieldsOf, Proposed, RegisteredOf, Run, StateOf};
use crate::audit::{Gate, Gates, RuleOutcomes};
use crate::panics::{drop_caught, tell};
use crate::process::{Halted, Process, RunError, TimedOut};
use crate::transaction::Limit;

impl<P: Process> Run<'_, P> {
    /// The first thing that is done with the session: which rules hold for this run, to its end.
    #[inline(always)]
    pub(super) fn begin_with(&mut self, state: &mut StateOf<P>, registered: &RegisteredOf<P>) {
        (self.version, self.attempts, self.place) = (state.version(), 1, registered.place);
        let rules = state.rules(&self.asked.core.shared.rules, &self.asked.core.audit);
        if rules.of(registered.place).is_some() {
            self.rules = Some(Arc::clone(rules));
        }
    }

    #[inline]
    pub(super) fn rules(&self) -> Option<&Gates> {
        self.rules.as_ref()?.of(self.place)
    }

    /// Whether a rule looks at the state that it leaves.
    #[inline]
    pub(super) fn is_judged_at_its_end(&self) -> bool {
        self.rules().is_some_and(|rules| !rules.is_empty(Gate::Output))
    }

    /// Whether a look at numbers is all that the gate has to do, and they pass.
    #[inline]
    pub(super) fn passes_by_numbers(&self, gate: Gate, fields: &FieldsOf<P>) -> bool {
        self.rules().is_none_or(|gates| gates.passes_by_numbers(gate, fields))
    }

    #[inline(never)]
    pub(super) fn judge(&mut self, gate: Gate, command: Option<&P>, fields: &FieldsOf<P>, local: Option<&P::Local>) {
        if let Some(gates) = self.rules.as_ref().and_then(|rules| rules.of(self.place)) {
            self.asked.judge(gates, gate, &mut self.notes, command, fields, local);
        }
    }

    /// What a gate makes of what a body has returned.
    #[inline(never)]
    pub(super) fn judged(
        &mut self,
        output: P::Output,
        gate: impl FnOnce(&mut Self) -> Result<(), Box<ErrorOf<P>>>,
    ) -> Proposed<P> {
        match catch::<P, _>(|| gate(self)) {
            Ok(()) => Ok(output),
            Err(error) => {
                drop_caught(output);
                Err(error)
            }
        }
    }

    /// What was found is void: the gate judges anew.
    pub(super) fn forget_outcomes(&mut self) {
        if let Some(notes) = &mut self.notes {
            notes.outcomes = RuleOutcomes::default();
            notes.now = None;
        }
    }

    /// Whether something was found that has not been counted yet.
    pub(super) fn has_outcomes(&self) -> bool {
        self.notes.as_ref().is_some_and(|notes| !notes.outcomes.is_empty())
    }

    /// Whether what was found would refuse the run, were it counted now.
    pub(super) fn refuses(&self) -> bool {
        self.notes
            .as_ref()
            .is_some_and(|notes| self.core.shared.auditor.would_refuse(&self.core.audit, &notes.outcomes))
    }

    #[inline(always)]
    pub(super) fn count_outcomes(&mut self) -> Result<(), ErrorOf<P>> {
        self.asked.count_outcomes(&mut self.notes, self.version)
    }

    #[cold]
    pub(super) fn conflict(&mut self) -> ErrorOf<P> {
        let (process, attempts) = (P::CONTRACT.process, self.attempts);
        tell(|| tracing::warn!(target: "theus::engine", process, attempts, "conflict"));
        self.count_outcomes().err().unwrap_or(RunError::Conflict { process, attempts })
    }
}

impl<P: Process> Asked<'_, P> {
    /// What the rules of a gate find is noted. Nothing is, where they pass.
    #[inline(always)]
    pub(super) fn judge(
        self,
        gates: &Gates,
        gate: Gate,
        notes: &mut Option<Box<Notes<P>>>,
        command: Option<&P>,
        fields: &FieldsOf<P>,
        local: Option<&P::Local>,
    ) {
        let now = gates.asks_now(gate).then(|| Notes::now(notes, || self.core.shared.auditor.now()));
        let arguments = command.or_else(|| notes.as_ref().and_then(|notes| notes.arguments.get()));
        let (global, defaults) = (&self.core.shared.global, &self.core.shared.defaults);
        let view = GateView::<P> { arguments, domain: fields, global, local, defaults, now };
        let outcomes = gates.judge(gate, &view, &self.core.audit);
        if !outcomes.is_empty() {
            Notes::add(notes, outcomes);
        }
    }

    /// What was found in a state of this version counts.
    #[inline(always)]
    pub(super) fn count_outcomes(self, notes: &mut Option<Box<Notes<P>>>, version: u64) -> Result<(), ErrorOf<P>> {
        match notes {
            Some(notes) if !notes.outcomes.is_empty() => settle(self.core, notes, version),
            _ => Ok(()),
        }
    }

    /// What a run is refused for before anything of it is judged or run. Of one that is not, by which epoch of the interlock.
    #[inline(always)]
    pub(super) fn refuse(self, attempts: u32) -> Result<u64, ErrorOf<P>> {
        let epoch = self.refuse_if_halted()?;
        self.refuse_if_over()?;
        self.refuse_if_late(attempts)?;
        Ok(epoch)
    }

    #[inline(always)]
    pub(super) fn refuse_if_halted(self) -> Result<u64, ErrorOf<P>> {
        if self.core.shared.auditor.asks() { refuse_where_stopped::<P>(self.core) } else { Ok(0) }
    }

    /// The session may be one whose workflow is over.
    #[inline(always)]
    fn refuse_if_over(self) -> Result<(), ErrorOf<P>> {
        if self.core.is_over() { Err(RunError::Over { process: P::CONTRACT.process }) } else { Ok(()) }
    }

    /// Within its limit a run commits, or nothing of it does.
    #[inline(always)]
    pub(super) fn refuse_if_late(self, attempts: u32) -> Result<(), ErrorOf<P>> {
        match self.limit {
            Some(limit) if limit.is_over() => Err(late::<P>(limit, attempts)),
            _ => Ok(()),
        }
    }
}

#[cold]
#[inline(never)]
fn settle<P: Process>(core: &CoreOf<P>, notes: &mut Notes<P>, version: u64) -> Result<(), ErrorOf<P>> {
    let outcomes = std::mem::take(&mut notes.outcomes);
    let auditor = &core.shared.auditor;
    let settled = auditor.settle(&core.audit, P::CONTRACT.process, version, outcomes, &mut notes.violations);
    #[cfg(feature = "store")]
    if let (Some(durable), None) = (&core.shared.durable, &core.durable) {
        durable.store.write_records(auditor, core.audit.name());
    }
    Ok(settled?)
}

#[cold]
fn late<P: Process>(limit: &Limit, attempts: u32) -> ErrorOf<P> {
    RunError::TimedOut(TimedOut::run(P::CONTRACT.process, limit.span, attempts))
}

#[cold]
fn refuse_where_stopped<P: Process>(core: &CoreOf<P>) -> Result<u64, ErrorOf<P>> {
    core.shared.auditor.let_through().map_err(|stop| RunError::Halted(Halted { reason: format!("{stop}").into() }))
}
