//! What is counted while the bank runs.

use std::collections::BTreeMap;

use serde::Serialize;
use theus_core::audit::{Action, Gate, Level, Text, Violation};
use theus_core::prelude::*;

use crate::context::Fate;
use crate::processes::TransferError;

#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Transfers that were tried.
    pub(crate) transfers: u64,
    pub(crate) committed: u64,
    /// Refused by an audit rule.
    pub(crate) blocked: u64,
    /// Refused by a declared error.
    pub(crate) declined: u64,
    pub(crate) declined_by: BTreeMap<String, u64>,
    /// What each violated rule found, of all processes.
    pub(crate) rules: BTreeMap<RuleKey, RuleCount>,
    /// The violation that stopped the bank or ended its workflow.
    pub(crate) stop: Option<Violation>,
    /// Steps of the workflow that failed by themselves, and what the last one said.
    pub(crate) failures: BTreeMap<String, (u64, String)>,
}

/// A rule, in the order of the report: the strongest level first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct RuleKey {
    pub(crate) level: Level,
    pub(crate) process: Text,
    pub(crate) gate: Gate,
    pub(crate) rule: Text,
}

/// How often a rule was violated, and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct RuleCount {
    pub(crate) found: u64,
    pub(crate) warned: u64,
    pub(crate) acted: u64,
}

impl Tally {
    /// A transfer was tried.
    pub(crate) fn transfer(&mut self, fate: &Fate) {
        match fate {
            Fate::Made => self.committed += 1,
            Fate::Blocked => self.blocked += 1,
            Fate::Declined(name) => {
                self.declined += 1;
                *self.declined_by.entry(name.clone()).or_default() += 1;
            }
        }
        self.transfers += 1;
    }

    /// Violations are counted anew.
    pub(crate) fn forget_violations(&mut self) {
        self.rules.clear();
        self.stop = None;
    }

    /// What the audit counted in one run.
    pub(crate) fn violations(&mut self, violations: Vec<Violation>) {
        for violation in violations {
            let (level, process) = (violation.level, violation.process.clone());
            let key = RuleKey { level, process, gate: violation.gate, rule: violation.rule.clone() };
            let count = self.rules.entry(key).or_default();
            count.found += 1;
            count.warned += u64::from(violation.action == Action::Warned);
            if violation.action.is_acting() {
                count.acted += 1;
                if matches!(level, Level::S | Level::A) && self.stop.as_ref().is_none_or(|stop| level < stop.level) {
                    self.stop = Some(violation);
                }
            }
        }
    }

    /// A step of the workflow failed by itself.
    pub(crate) fn failure(&mut self, process: &str, error: &str) {
        let failure = self.failures.entry(process.to_owned()).or_default();
        *failure = (failure.0 + 1, error.to_owned());
    }
}

/// What came of a transfer. Gives back what is neither the customer's nor the auditor's doing: it is none of the three.
pub(crate) fn fate(result: Result<(), RunError<TransferError>>) -> Result<Fate, RunError<TransferError>> {
    match result {
        Ok(()) => Ok(Fate::Made),
        Err(RunError::Blocked(_) | RunError::Interlocked(_)) => Ok(Fate::Blocked),
        Err(RunError::Process(error)) => Ok(Fate::Declined(error.name().to_owned())),
        Err(error) => Err(error),
    }
}
