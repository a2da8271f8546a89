//! What of a workflow, and of the recipe beside it, was reached.

use std::collections::BTreeMap;
use std::fmt;

use super::rules::{RuleUse, Rules};
use crate::audit::{Recipe, Violation};
use crate::workflow::chart::{Definition, Place, State, StateKind, Step};
use crate::workflow::trace::{Ended, What};
use crate::workflow::{Configuration, Trace};

/// How often each state was entered, each way out of one was taken, and each rule of the recipe was broken.
#[derive(Clone, Debug)]
pub struct Coverage {
    states: Vec<(String, u64)>,
    ways: Vec<Way>,
    rules: Rules,
}

/// A way from state to state, or something that is done without leaving one: a transition, or where an error leads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Way {
    /// The state that it is of, or in which the step runs whose error leads on.
    pub state: String,
    /// On what: `CMD_PAY`, `after 30m`, `on_error Declined`.
    pub on: String,
    /// Where it stands.
    pub place: String,
    /// How often it was taken.
    pub taken: u64,
}

impl Coverage {
    /// Of a workflow of which nothing was reached, and of a recipe.
    pub(super) fn of(definition: &Definition, recipe: &Recipe) -> Self {
        let real = |state: &&State| !matches!(state.kind, StateKind::History { .. });
        let states = definition.states().iter().filter(real).map(|state| (state.name.clone(), 0)).collect();
        let mut ways: BTreeMap<(usize, usize), Way> = BTreeMap::new();
        let mut add = |place: &Place, state: &str, on: String| {
            let key = (place.line, place.column);
            let way = Way { state: state.to_owned(), on, place: place.to_string(), taken: 0 };
            ways.entry(key).or_insert(way);
        };
        for state in definition.states() {
            let name = state.name.as_str();
            for way in &state.transitions {
                add(&way.place, name, way.trigger.to_string());
            }
            for way in state.on_error.iter().chain(state.invokes.iter().flat_map(|invoke| &invoke.on_error)) {
                add(&way.place, name, format!("on_error {}", way.error.unwrap_or("*")));
            }
        }
        for state in definition.states() {
            let ways = state.transitions.iter().flat_map(|way| &way.steps);
            let invoked = state.invokes.iter().flat_map(|invoke| &invoke.steps);
            let steps = state.entry.iter().chain(&state.exit).chain(ways).chain(invoked);
            for way in steps.flat_map(Step::runs).flat_map(|run| &run.on_error) {
                add(&way.place, &state.name, format!("on_error {}", way.error.unwrap_or("*")));
            }
        }
        let mut rules = Rules::default();
        rules.know(recipe);
        Self { states, ways: ways.into_values().collect(), rules }
    }

    /// What one session has done, and what was violated by it.
    pub(super) fn add(&mut self, definition: &Definition, trace: &Trace, violations: &[Violation]) {
        let committed = trace.entries().filter_map(|entry| match &entry.what {
            What::Run { process, ended: Ended::Committed, .. } => Some(*process),
            _ => None,
        });
        self.rules.add(&committed.collect::<Vec<_>>(), violations.iter());
        for entry in trace.entries() {
            let (from, to, by) = match &entry.what {
                What::Moved { from, to, by } => (from.as_ref(), to, by),
                What::Stayed { at, by } => (Some(at), at, by),
                _ => continue,
            };
            let before = from.map_or_else(Vec::new, |from| active(definition, from));
            for name in active(definition, to).iter().filter(|name| !before.contains(name)) {
                if let Some((_, times)) = self.states.iter_mut().find(|(state, _)| state == name) {
                    *times += 1;
                }
            }
            for place in by.iter().map(ToString::to_string) {
                if let Some(way) = self.ways.iter_mut().find(|way| way.place == place) {
                    way.taken += 1;
                }
            }
        }
    }

    /// Each state, and how often it was entered from without.
    #[must_use]
    pub fn states(&self) -> &[(String, u64)] {
        &self.states
    }

    /// Each way, in the order of the file.
    #[must_use]
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// The states that were never entered.
    pub fn missed_states(&self) -> impl Iterator<Item = &str> {
        self.states.iter().filter(|(_, times)| *times == 0).map(|(state, _)| state.as_str())
    }

    /// The ways that were never taken.
    pub fn missed_ways(&self) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(|way| way.taken == 0)
    }

    /// Each rule of the recipe, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> &[RuleUse] {
        &self.rules.0
    }

    /// The rules that were never broken: nobody has seen what they do.
    pub fn missed_rules(&self) -> impl Iterator<Item = &RuleUse> {
        self.rules.0.iter().filter(|rule| rule.broken == 0)
    }

    /// Whether every state was entered and every way was taken. What of the rules was never broken is told apart.
    ///
    /// A way out of what goes wrong (`EVT_CHAIN_FAIL`: a panic, a refusal by a rule) is one of them: it is taken where an effect of the test
    /// fails so. One that is never taken is no reason to leave it out of the file.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missed_states().next().is_none() && self.missed_ways().next().is_none()
    }
}

fn active(definition: &Definition, at: &Configuration) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for leaf in at.leaves() {
        let line = std::iter::successors(definition.state(*leaf), |state| definition.state(state.parent?));
        names.extend(line.map(|state| state.name.clone()));
    }
    names
}

/// The figures, and what was missed, each with its place.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (states, ways) = (self.missed_states().count(), self.missed_ways().count());
        writeln!(f, "states: {} of {}", self.states.len() - states, self.states.len())?;
        writeln!(f, "ways: {} of {}", self.ways.len() - ways, self.ways.len())?;
        for state in self.missed_states() {
            writeln!(f, "never entered: {state}")?;
        }
        for way in self.missed_ways() {
            writeln!(f, "never taken: {} of {}, {}", way.on, way.state, way.place)?;
        }
        self.rules.fmt(f)
    }
}
