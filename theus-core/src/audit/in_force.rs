//! The recipe in force: its rules with their counters.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::counted::CountedRule;
use super::counter::Counter;
use super::judge::Gates;
use crate::audit::{Gate, Recipe};

/// A recipe whose rules count.
#[derive(Debug, Default)]
pub(crate) struct InForce {
    recipe: Recipe,
    processes: BTreeMap<&'static str, Arc<Gates>>,
    /// The processes of which time finds that they are not run.
    awaited: Vec<&'static str>,
}

impl InForce {
    /// With counters that no rule has yet: one for each rule, one for all that an invariant is judged after.
    pub(super) fn new(recipe: Recipe) -> Self {
        let mut counters: HashMap<u32, Counter> = HashMap::new();
        let mut processes = BTreeMap::new();
        for rules in recipe.processes() {
            let counted = rules.all().map(|rule| {
                let counter = *counters.entry(rule.identity()).or_insert_with(Counter::new);
                (rule.gate(), Arc::new(CountedRule::new(Arc::clone(rule), counter)))
            });
            let counted: Vec<_> = counted.collect();
            let of = |gate| counted.iter().filter(|(at, _)| *at == gate).map(|(_, rule)| Arc::clone(rule)).collect();
            processes.insert(rules.process(), Arc::new(Gates::new(rules.process(), of)));
        }
        let is_awaited = |gates: &&Arc<Gates>| gates.all().any(|rule| rule.missing().is_some());
        let awaited = processes.values().filter(is_awaited).map(|gates| gates.process()).collect();
        Self { recipe, processes, awaited }
    }

    /// What it says.
    pub(crate) const fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The gates of a process, if it has rules.
    pub(crate) fn gates(&self, process: &str) -> Option<Arc<Gates>> {
        self.processes.get(process).map(Arc::clone)
    }

    /// The gates of every process that has rules, in the order of their names.
    pub(super) fn processes(&self) -> impl Iterator<Item = &Arc<Gates>> {
        self.processes.values()
    }

    /// Whether time finds that a process is not run.
    pub(super) const fn awaits_runs(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// The rules by which it does, each with its process.
    pub(super) fn awaited(&self) -> Vec<(Arc<CountedRule>, &'static str)> {
        let gates = self.awaited.iter().filter_map(|process| self.processes.get(process));
        let rules = gates.flat_map(|gates| gates.rules(Gate::Output).iter().map(|rule| (rule, gates.process())));
        rules.filter(|(rule, _)| rule.missing().is_some()).map(|(rule, process)| (Arc::clone(rule), process)).collect()
    }

    /// The rules themselves, as long as nobody else has them.
    pub(super) fn rules_mut(&mut self) -> impl Iterator<Item = &mut CountedRule> {
        self.processes.values_mut().filter_map(Arc::get_mut).flat_map(Gates::rules_mut)
    }
}
