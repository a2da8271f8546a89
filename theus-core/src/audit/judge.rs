//! The judging of the rules of a process.

use std::sync::Arc;

use super::counted::CountedRule;
use super::counters::AuditSession;
use super::outcomes::RuleOutcomes;
use super::plan::Plan;
use crate::audit::{Gate, Subject};
use crate::context::Fields;

/// The two gates of a process: its rules, in the order of the recipe in force, as they are judged.
#[derive(Debug)]
pub struct Gates {
    process: &'static str,
    input: Plan,
    output: Plan,
    input_reads_arguments: bool,
    output_reads_arguments: bool,
    /// Whether the input gate has anything to do.
    asks_input: bool,
    /// Whether a rule of the input gate, of the output gate, asks what time it is.
    asks_now: [bool; 2],
}

impl Gates {
    pub(super) fn new(process: &'static str, rules: impl Fn(Gate) -> Vec<Arc<CountedRule>>) -> Self {
        let (input, output) = (Plan::new(rules(Gate::Input)), Plan::new(rules(Gate::Output)));
        let (input_reads_arguments, output_reads_arguments) = (input.reads_arguments(), output.reads_arguments());
        let asks_now = [&input, &output].map(|plan| plan.rules().iter().any(|rule| rule.asks_now()));
        let asks_input = output_reads_arguments || !input.rules().is_empty();
        Self { process, input, output, input_reads_arguments, output_reads_arguments, asks_input, asks_now }
    }

    /// The process.
    #[must_use]
    pub const fn process(&self) -> &'static str {
        self.process
    }

    /// The rules of a gate, in order.
    #[inline]
    #[must_use]
    pub fn rules(&self, gate: Gate) -> &[Arc<CountedRule>] {
        self.plan(gate).rules()
    }

    /// The rules of both gates.
    pub(crate) fn all(&self) -> impl Iterator<Item = &CountedRule> {
        Gate::ALL.into_iter().flat_map(|gate| self.rules(gate)).map(Arc::as_ref)
    }

    #[inline]
    const fn plan(&self, gate: Gate) -> &Plan {
        match gate {
            Gate::Input => &self.input,
            Gate::Output => &self.output,
        }
    }

    /// The rules themselves, as long as nobody else has them.
    pub(super) fn rules_mut(&mut self) -> impl Iterator<Item = &mut CountedRule> {
        self.input.rules_mut().iter_mut().chain(self.output.rules_mut()).filter_map(Arc::get_mut)
    }

    /// Judges every rule of a gate. Nothing is changed or counted, and nothing is allocated while the rules pass.
    #[inline]
    pub fn judge(&self, gate: Gate, subject: &(impl Subject + ?Sized), session: &AuditSession) -> RuleOutcomes {
        self.plan(gate).judge(subject, session)
    }

    /// Whether the input gate has anything to do: to judge, or to keep the arguments for the other gate.
    #[inline(always)]
    pub(crate) const fn asks_input(&self) -> bool {
        self.asks_input
    }

    /// Whether a gate has nothing to do but to look at numbers among these fields of the domain, and they pass: then nothing is
    /// found and nothing is kept, as in most runs. `false` says no more than that the gate is to [judge](Self::judge).
    #[inline(always)]
    pub(crate) fn passes_by_numbers(&self, gate: Gate, domain: &impl Fields) -> bool {
        match gate {
            // The arguments may have to be kept for the other gate.
            Gate::Input => !self.asks_input || (!self.output_reads_arguments && self.input.passes_by_numbers(domain)),
            Gate::Output => self.output.passes_by_numbers(domain),
        }
    }

    /// Whether a rule of the gate looks at an argument, so that the arguments must still be there.
    #[inline]
    #[must_use]
    pub const fn reads_arguments(&self, gate: Gate) -> bool {
        match gate {
            Gate::Input => self.input_reads_arguments,
            Gate::Output => self.output_reads_arguments,
        }
    }

    /// Whether a rule of the gate asks what time it is.
    #[inline]
    #[must_use]
    pub const fn asks_now(&self, gate: Gate) -> bool {
        let [input, output] = self.asks_now;
        match gate {
            Gate::Input => input,
            Gate::Output => output,
        }
    }

    /// Whether the gate has no rules.
    #[inline]
    #[must_use]
    pub fn is_empty(&self, gate: Gate) -> bool {
        self.rules(gate).is_empty()
    }
}
