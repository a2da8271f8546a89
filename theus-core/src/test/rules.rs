//! What of a recipe was judged.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::audit::{Gate, ListedRule, Recipe, Violation, in_file, rules_of, write_rule};

/// A rule of a recipe, and what has come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleUse {
    /// The process that it is of; none where it is an invariant, which is of all of them.
    pub process: Option<String>,
    /// The gate.
    pub gate: Gate,
    /// The rule, as in `domain.temperature min 45`.
    pub rule: String,
    /// Where it stands.
    pub place: String,
    /// How many runs have committed, judged by it, without a violation of it.
    pub passed: u64,
    /// How often it was violated.
    pub broken: u64,
    /// At how many of those its level has acted: its threshold was reached.
    pub acted: u64,
    /// The processes after which it is judged.
    processes: Vec<String>,
}

impl RuleUse {
    fn is(&self, violation: &Violation) -> bool {
        let is_of = |process: &String| *process == *violation.process.as_str();
        let is_there = self.place == violation.source.as_str() && self.rule == violation.rule.as_str();
        is_there && self.gate == violation.gate && self.process.as_ref().is_none_or(is_of)
    }

    fn is_same(&self, other: &ListedRule) -> bool {
        (&self.process, self.gate, &self.rule, &self.place) == (&other.process, other.gate, &other.rule, &other.place)
    }
}

impl From<ListedRule> for RuleUse {
    fn from(listed: ListedRule) -> Self {
        let ListedRule { process, gate, rule, place, processes } = listed;
        Self { process, gate, rule, place, passed: 0, broken: 0, acted: 0, processes }
    }
}

/// As in `domain.temperature min 45 of record (output), audit.yaml:4:9`.
impl fmt::Display for RuleUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_rule(f, (self.process.as_deref(), self.gate), &self.rule, &self.place)
    }
}

/// The rules of a recipe, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rules(pub(super) Vec<RuleUse>);

impl Rules {
    /// Takes those of a recipe, where they are not there yet.
    pub(super) fn know(&mut self, recipe: &Recipe) {
        for new in rules_of(recipe) {
            match self.0.iter_mut().find(|known| known.is_same(&new)) {
                Some(known) => {
                    let more = new.processes.into_iter().filter(|process| !known.processes.contains(process));
                    known.processes.extend(more.collect::<Vec<_>>());
                }
                None => self.0.push(RuleUse::from(new)),
            }
        }
        self.0.sort_by_cached_key(|rule| in_file(&rule.place));
    }

    /// Runs of these processes have committed, and these violations were counted.
    pub(super) fn add<'v>(&mut self, committed: &[&str], violations: impl Iterator<Item = &'v Violation> + Clone) {
        for rule in &mut self.0 {
            let of_it = violations.clone().filter(|violation| rule.is(violation));
            let (mut broken, mut acted, mut let_pass) = (0, 0, 0);
            for violation in of_it {
                broken += 1;
                acted += u64::from(violation.action.is_acting());
                let_pass += u64::from(!violation.action.is_acting() || !violation.level.refuses());
            }
            let is_of = |process: &&&str| rule.processes.iter().any(|known| known == **process);
            let judged = committed.iter().filter(is_of).count() as u64;
            rule.broken += broken;
            rule.acted += acted;
            // Of the violations that refuse nothing, each is of a run that may have committed.
            rule.passed += judged.saturating_sub(let_pass);
        }
    }

    pub(super) fn broken(&self) -> usize {
        self.0.iter().filter(|rule| rule.broken > 0).count()
    }
}

/// The figure, and what was never broken, each with its place.
impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        writeln!(f, "rules: {} of {} broken", self.broken(), self.0.len())?;
        for rule in self.0.iter().filter(|rule| rule.broken == 0) {
            let what = if rule.passed == 0 { "never judged" } else { "never broken" };
            writeln!(f, "{what}: {rule}")?;
        }
        Ok(())
    }
}

/// What several [trials](super::Trial) together have made of the rules of a recipe: which of them no trial has broken, and so nobody has seen
/// refuse anything. A handle: clones count together.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::test::{RuleCoverage, Trial};
///
/// #[derive(Clone, Default, Context)]
/// struct Bank { balance: i64 }
///
/// #[process(updates = [domain.balance])]
/// fn withdraw(ctx: Ctx<Bank>, amount: i64) { *ctx.domain.balance -= amount; }
///
/// let recipe = "process_recipes: { withdraw: { inputs: [ { field: amount, min: 1, max: 500, level: B } ] } }";
/// let rules = RuleCoverage::default();
/// for amount in [5, -5] {
///     Trial::of(Bank { balance: 100 }).recipe("audit.yaml", recipe).covering(&rules).run(Withdraw { amount })?;
/// }
/// assert_eq!(
///     rules.to_string(),
///     "rules: 1 of 2 broken\nnever broken: `amount max 500` of withdraw (input), audit.yaml:1:67\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RuleCoverage(Arc<Mutex<Rules>>);

impl RuleCoverage {
    /// Each rule, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleUse> {
        self.0.lock().0.clone()
    }

    /// Those that were never broken.
    #[must_use]
    pub fn missed(&self) -> Vec<RuleUse> {
        let rules = self.0.lock();
        rules.0.iter().filter(|rule| rule.broken == 0).cloned().collect()
    }

    /// One run, under this recipe.
    pub(super) fn ran(&self, recipe: &Recipe, process: &str, is_committed: bool, violations: &[Violation]) {
        let mut rules = self.0.lock();
        rules.know(recipe);
        rules.add(if is_committed { std::slice::from_ref(&process) } else { &[] }, violations.iter());
    }
}

/// The figure, and what was never broken, each with its place.
impl fmt::Display for RuleCoverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.lock().fmt(f)
    }
}
