//! How what the audit found becomes the end of a run: judging, counting, refusing.

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
        self.version = state.version();
        self.attempts = 1;
        let rules = state.rules(&self.core.shared.rules, &self.core.audit);
        if rules.is_some_and(|rules| rules.of(registered.place).is_some()) {
            self.begin_under(state, registered.place);
        }
    }

    /// The same where it is known that there are rules, at this place of the table.
    #[inline(always)]
    pub(super) fn begin_under(&mut self, state: &mut StateOf<P>, place: usize) {
        (self.version, self.attempts, self.place) = (state.version(), 1, place);
        self.rules = state.lend_rules();
    }

    /// After a run that held the session throughout: its rules are the session's again.
    #[inline(never)]
    pub(super) fn give_back_rules(&mut self, state: &mut StateOf<P>) {
        if let Some(rules) = self.rules.take() {
            state.give_back(rules);
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

    #[inline(never)]
    pub(super) fn judge(&mut self, gate: Gate, command: Option<&P>, fields: &FieldsOf<P>, local: Option<&P::Local>) {
        let Some(rules) = self.rules() else { return };
        let arguments = command.or_else(|| self.notes.as_ref().and_then(|notes| notes.arguments.get()));
        let (global, defaults) = (&self.core.shared.global, &self.core.shared.defaults);
        let view = GateView::<P> { arguments, domain: fields, global, local, defaults };
        let outcomes = rules.judge(gate, &view, &self.core.audit);
        if !outcomes.is_empty() {
            self.notes.get_or_insert_with(|| Notes::with(None)).outcomes.append(outcomes);
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
        match &mut self.notes {
            Some(notes) if !notes.outcomes.is_empty() => self.settle(),
            _ => Ok(()),
        }
    }

    #[cold]
    fn settle(&mut self) -> Result<(), ErrorOf<P>> {
        let Some(notes) = &mut self.notes else { return Ok(()) };
        let outcomes = std::mem::take(&mut notes.outcomes);
        let (auditor, session) = (&self.asked.core.shared.auditor, &self.asked.core.audit);
        Ok(auditor.settle(session, P::CONTRACT.process, self.version, outcomes, &mut notes.violations)?)
    }

    #[cold]
    pub(super) fn conflict(&mut self) -> ErrorOf<P> {
        let (process, attempts) = (P::CONTRACT.process, self.attempts);
        tell(|| tracing::warn!(target: "theus::engine", process, attempts, "conflict"));
        self.count_outcomes().err().unwrap_or(RunError::Conflict { process, attempts })
    }
}

impl<P: Process> Asked<'_, P> {
    /// What a run is refused for before anything of it is judged or run.
    #[inline(always)]
    pub(super) fn refuse(self, attempts: u32) -> Result<(), ErrorOf<P>> {
        self.refuse_if_halted()?;
        self.refuse_if_over()?;
        self.refuse_if_late(attempts)
    }

    #[inline(always)]
    pub(super) fn refuse_if_halted(self) -> Result<(), ErrorOf<P>> {
        if self.core.shared.auditor.is_latched() { Err(halted::<P>(self.core)) } else { Ok(()) }
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
fn late<P: Process>(limit: &Limit, attempts: u32) -> ErrorOf<P> {
    RunError::TimedOut(TimedOut::run(P::CONTRACT.process, limit.span, attempts))
}

#[cold]
fn halted<P: Process>(core: &CoreOf<P>) -> ErrorOf<P> {
    let reason = core.shared.auditor.interlock().map_or_else(String::new, |interlock| interlock.to_string());
    RunError::Halted(Halted { reason: reason.into() })
}
