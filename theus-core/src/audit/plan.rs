//! The rules of one gate, laid out for judging: each value is read once, and numbers are compared without a detour.

use std::sync::Arc;

use super::counted::CountedRule;
use super::counters::AuditSession;
use super::outcomes::RuleOutcomes;
use crate::audit::Subject;
use theus_lang::audit::range::{All, Range};
use theus_lang::audit::rule::{Base, Target};

/// The rules of a gate, in order, and how they are judged.
#[derive(Debug)]
pub(super) struct Plan {
    rules: Box<[Arc<CountedRule>]>,
    reads: Box<[Read]>,
    checks: Box<[Check]>,
}

/// One value, and the checks that follow each other on it.
#[derive(Debug)]
struct Read {
    target: Target,
    /// What satisfies all of them, where that is one range: most values pass here, and the rules are not looked at.
    all: All,
    first: usize,
    end: usize,
}

/// What of a rule is needed while it passes.
#[derive(Debug)]
struct Check {
    range: Range,
    /// Whether a pass may put a counter back.
    resets: bool,
}

impl Plan {
    pub(super) fn new(rules: Vec<Arc<CountedRule>>) -> Self {
        let check =
            |rule: &Arc<CountedRule>| Check { range: Range::of(rule.condition()), resets: rule.resets_on_success() };
        let checks: Box<[Check]> = rules.iter().map(check).collect();
        let mut reads: Vec<Read> = Vec::new();
        let mut first = 0;
        while let Some(rule) = rules.get(first) {
            // The same path, written the same way, leads to the same value.
            let same = rules[first..].iter().take_while(|next| next.path() == rule.path()).count();
            let end = first + same;
            reads.push(Read { target: rule.target().clone(), all: all_of(&checks[first..end]), first, end });
            first = end;
        }
        Self { rules: rules.into(), reads: reads.into(), checks }
    }

    #[inline]
    pub(super) fn rules(&self) -> &[Arc<CountedRule>] {
        &self.rules
    }

    /// For their counters: what is laid out of a rule must stay as it is.
    pub(super) fn rules_mut(&mut self) -> &mut [Arc<CountedRule>] {
        &mut self.rules
    }

    pub(super) fn reads_arguments(&self) -> bool {
        self.reads.iter().any(|read| matches!(read.target.base(), Base::Argument(_)))
    }

    #[inline]
    pub(super) fn judge(&self, subject: &(impl Subject + ?Sized), session: &AuditSession) -> RuleOutcomes {
        let mut outcomes = RuleOutcomes::default();
        for read in &self.reads {
            let Some(value) = read.target.read_outside(&read.all, subject) else { continue };
            let (Some(rules), Some(checks)) =
                (self.rules.get(read.first..read.end), self.checks.get(read.first..read.end))
            else {
                continue;
            };
            for (rule, check) in rules.iter().zip(checks) {
                let passes = match check.range.holds(&value) {
                    Some(passes) => passes,
                    None => rule.passes(value, subject),
                };
                if (!passes || (check.resets && session.count(rule) != 0)) && rule.asks(&value) {
                    outcomes.note(rule, value, passes, subject);
                }
            }
        }
        outcomes
    }
}

/// What passes all checks and leaves every counter as it is.
fn all_of(checks: &[Check]) -> All {
    match checks.iter().any(|check| check.resets) {
        true => All::None,
        false => All::of(checks.iter().map(|check| &check.range)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_that_may_put_a_counter_back_is_looked_at() {
        let checks = |resets| [Check { range: Range::Ints { least: 0, most: 1, negated: false }, resets }];
        assert_eq!(all_of(&checks(false)), All::Ints { least: 0, span: 1 });
        assert_eq!(all_of(&checks(true)), All::None);
    }
}
