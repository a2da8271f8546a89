//! What is counted while the guard runs.

use std::collections::BTreeMap;

use serde::Serialize;
use theus_core::audit::{Action, Level, Text, Violation};

use crate::reading::Reading;
use crate::trend::{Mark, Trend};

/// Everything that the report tells. Readings themselves are not kept.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) readings: u64,
    pub(crate) committed: u64,
    pub(crate) rejected: u64,
    pub(crate) violations: u64,
    pub(crate) warnings: u64,
    pub(crate) actions: Vec<Acted>,
    /// The strongest violation that ended the run: of level S or A.
    pub(crate) stop: Option<Violation>,
    /// What each violated rule found, by where the rule stands.
    pub(crate) rules: BTreeMap<RuleKey, RuleCount>,
    /// Steps that failed without the audit's doing: by process, how often, and what the last one said.
    pub(crate) failures: BTreeMap<String, (u64, String)>,
    pub(crate) trend: Trend,
    /// The timestamps of the first and the last reading.
    pub(crate) span: Option<(String, String)>,
    /// The reading that is being handled.
    current: Option<Reading>,
}

/// A violation whose level acted, and the reading that brought it about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Acted {
    /// Which reading, counted from 1; 0 before the first.
    pub(crate) reading: u64,
    pub(crate) timestamp: Option<String>,
    /// The value of the reading; none where it is not finite.
    pub(crate) value: Option<f64>,
    pub(crate) level: Level,
    pub(crate) process: Text,
    pub(crate) rule: Text,
}

/// A rule, in the order of the report: the strongest level first, then as in the recipe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleKey {
    pub(crate) level: Level,
    pub(crate) process: Text,
    pub(crate) gate: theus_core::audit::Gate,
    pub(crate) rule: Text,
}

/// How often a rule was violated, and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RuleCount {
    pub(crate) found: u64,
    pub(crate) warned: u64,
    pub(crate) acted: u64,
}

impl Tally {
    /// A reading was run: whether it was recorded.
    pub(crate) fn reading(&mut self, reading: Reading, recorded: bool) {
        self.readings += 1;
        if recorded {
            self.committed += 1;
        } else {
            self.rejected += 1;
        }
        self.trend.push(recorded.then_some(reading.value));
        match &mut self.span {
            Some((_, last)) => last.clone_from(&reading.timestamp),
            None => self.span = Some((reading.timestamp.clone(), reading.timestamp.clone())),
        }
        self.current = Some(reading);
    }

    /// What the audit counted in one run.
    pub(crate) fn violations(&mut self, violations: Vec<Violation>) {
        for violation in violations {
            self.violation(violation);
        }
    }

    fn violation(&mut self, violation: Violation) {
        self.violations += 1;
        let (level, gate) = (violation.level, violation.gate);
        let (process, rule) = (violation.process.clone(), violation.rule.clone());
        let count = self.rules.entry(RuleKey { level, process, gate, rule }).or_default();
        count.found += 1;
        if violation.action == Action::Warned {
            count.warned += 1;
            self.warnings += 1;
        }
        if let Some(mark) = Mark::of(&violation) {
            self.trend.mark(mark);
        }
        if violation.action.is_acting() {
            count.acted += 1;
            self.actions.push(Acted {
                reading: self.readings,
                timestamp: self.current.as_ref().map(|reading| reading.timestamp.clone()),
                value: self.current.as_ref().map(|reading| reading.value).filter(|value| value.is_finite()),
                level,
                process: violation.process.clone(),
                rule: violation.rule.clone(),
            });
            let strongest = self.stop.as_ref().is_none_or(|stop| level < stop.level);
            if strongest && matches!(level, Level::S | Level::A) {
                self.stop = Some(violation);
            }
        }
    }

    /// A step failed by itself: its own error, or a panic.
    pub(crate) fn failure(&mut self, process: String, error: String) {
        let failure = self.failures.entry(process).or_default();
        failure.0 += 1;
        failure.1 = error;
    }
}
