//! The rules of one process.

use std::sync::Arc;

use super::super::rule::Rule;
use theus_model::audit::Gate;

/// The rules of one process, in the order of its recipe.
#[derive(Clone, Debug)]
pub struct ProcessRules {
    process: &'static str,
    input: Vec<Arc<Rule>>,
    output: Vec<Arc<Rule>>,
}

impl ProcessRules {
    pub(super) fn new(process: &'static str, rules: Vec<Rule>) -> Self {
        let (input, output) = rules.into_iter().map(Arc::new).partition(|rule| rule.gate() == Gate::Input);
        Self { process, input, output }
    }

    /// The process.
    #[must_use]
    pub const fn process(&self) -> &'static str {
        self.process
    }

    /// The rules of a gate, in order.
    #[must_use]
    pub fn rules(&self, gate: Gate) -> &[Arc<Rule>] {
        match gate {
            Gate::Input => &self.input,
            Gate::Output => &self.output,
        }
    }

    /// The rules of both gates.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Rule>> {
        Gate::ALL.into_iter().flat_map(|gate| self.rules(gate))
    }
}
