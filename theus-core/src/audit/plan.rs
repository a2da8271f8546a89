//! The rules of one gate, laid out for judging: each value is read once, and numbers are compared without a detour.

use std::sync::Arc;

use super::counted::CountedRule;
use super::counters::AuditSession;
use super::key;
use super::outcomes::RuleOutcomes;
use crate::audit::Subject;
use crate::context::Fields;
use theus_lang::audit::range::{Range, joined};
use theus_lang::audit::rule::{Base, Target};
use theus_model::context::{FieldRanges, JoinedRange};

/// The rules of a gate, in order, and how they are judged.
#[derive(Debug)]
pub(super) struct Plan {
    rules: Box<[Arc<CountedRule>]>,
    reads: Box<[Read]>,
    checks: Box<[Check]>,
    /// What satisfies all checks on the numbers among the fields: most states are in it, and then nothing of them is looked at.
    domain: FieldRanges,
    global: FieldRanges,
    /// The reads of everything else.
    others: Box<[usize]>,
    /// Whether a pass of a field that is in those ranges may put a counter back.
    resets: bool,
    /// Whether the ranges of the domain are all that is judged: where its numbers are in them, nothing else is to be asked.
    is_of_domain_alone: bool,
}

/// One value, and the checks that follow each other on it.
#[derive(Debug)]
struct Read {
    target: Target,
    /// Whether it is one rule that is judged by itself: it looks at more than one value.
    is_of_several: bool,
    /// What satisfies all of them, where that is one range: most values pass here, and the rules are not looked at.
    all: JoinedRange,
    first: usize,
    end: usize,
}

/// What of a rule is needed while it passes.
#[derive(Debug)]
struct Check {
    range: Range,
    /// Whether a pass may put a counter back, is a place in its window, or may be the end of an excursion.
    resets: bool,
}

/// Whether there is something that a pass would change.
fn is_counted(rule: &CountedRule, subject: &(impl Subject + ?Sized), session: &AuditSession) -> bool {
    session.holds(rule)
        && match key::of(rule, subject) {
            None => true,
            key => session.holds_of(rule, &key),
        }
}

fn a_pass_counts(rule: &CountedRule) -> bool {
    rule.resets_on_success() || rule.counting().window().counts_passes() || rule.alarm().is_some()
}

impl Plan {
    pub(super) fn new(rules: Vec<Arc<CountedRule>>) -> Self {
        let check = |rule: &Arc<CountedRule>| Check { range: Range::of(rule.condition()), resets: a_pass_counts(rule) };
        let checks: Box<[Check]> = rules.iter().map(check).collect();
        let mut reads: Vec<Read> = Vec::new();
        let (mut domain, mut global) = (FieldRanges::default(), FieldRanges::default());
        let (mut others, mut resets) = (Vec::new(), false);
        let mut first = 0;
        while let Some(rule) = rules.get(first) {
            // The same path, written the same way, leads to the same value.
            let is_same = |next: &&Arc<CountedRule>| next.is_of_one_value() && next.path() == rule.path();
            let is_of_several = !rule.is_of_one_value();
            let same = if is_of_several { 1 } else { rules[first..].iter().take_while(is_same).count() };
            let end = first + same;
            let (target, checks) = (rule.target().clone(), &checks[first..end]);
            let all = joined(checks.iter().map(|check| &check.range));
            let may_reset = checks.iter().any(|check| check.resets);
            // What need not be there is looked at by itself: where it is not, all others would be too.
            let need_not_be_there = rules[first..end].iter().any(|rule| rule.is_where_present());
            let is_among_the_ranges = target.is_field()
                && !need_not_be_there
                && !is_of_several
                && match target.base() {
                    Base::Domain(path) => domain.add(path, all),
                    Base::Global(path) => global.add(path, all),
                    Base::Argument(_) | Base::Local(_) | Base::Named => false,
                };
            match is_among_the_ranges {
                true => resets |= may_reset,
                false => others.push(reads.len()),
            }
            let all = if may_reset { JoinedRange::None } else { all };
            reads.push(Read { target, is_of_several, all, first, end });
            first = end;
        }
        let is_of_domain_alone = others.is_empty() && global.is_empty() && !resets;
        let (rules, reads, others) = (rules.into(), reads.into(), others.into());
        Self { rules, reads, checks, domain, global, others, resets, is_of_domain_alone }
    }

    /// Whether these fields of the domain pass by a look at their numbers alone, and nothing comes of it. `false` also where
    /// more is to be asked: what fails here is [judged](Self::judge).
    #[inline(always)]
    pub(super) fn passes_by_numbers(&self, domain: &impl Fields) -> bool {
        self.is_of_domain_alone && domain.is_within(&self.domain)
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
        let is_argument = |target: &Target| matches!(target.base(), Base::Argument(_));
        let per = |rule: &Arc<CountedRule>| rule.counting().per().is_some_and(|per| is_argument(per.target()));
        self.rules.iter().any(|rule| rule.reads_arguments() || per(rule))
    }

    #[inline]
    pub(super) fn judge(&self, subject: &(impl Subject + ?Sized), session: &AuditSession) -> RuleOutcomes {
        let mut outcomes = RuleOutcomes::default();
        if self.is_within(subject, session) {
            for read in self.others.iter().filter_map(|read| self.reads.get(*read)) {
                self.judge_one(read, subject, session, &mut outcomes);
            }
        } else {
            self.judge_each(subject, session, &mut outcomes);
        }
        outcomes
    }

    /// Whether all fields that have a range are in it, and that they pass changes nothing.
    #[inline]
    fn is_within(&self, subject: &(impl Subject + ?Sized), session: &AuditSession) -> bool {
        !(self.resets && session.has_counts())
            && (self.domain.is_empty() || subject.domain_is_within(&self.domain))
            && (self.global.is_empty() || subject.global_is_within(&self.global))
    }

    /// Every read by itself, in order: something is broken, or a counter is to be put back.
    #[cold]
    #[inline(never)]
    fn judge_each(&self, subject: &(impl Subject + ?Sized), session: &AuditSession, outcomes: &mut RuleOutcomes) {
        for read in &self.reads {
            self.judge_one(read, subject, session, outcomes);
        }
    }

    #[inline]
    fn judge_one(
        &self,
        read: &Read,
        subject: &(impl Subject + ?Sized),
        session: &AuditSession,
        outcomes: &mut RuleOutcomes,
    ) {
        if read.is_of_several {
            return self.judge_by_itself(read, subject, session, outcomes);
        }
        let Some(value) = read.target.read_outside(&read.all, subject) else { return };
        let (Some(rules), Some(checks)) = (self.rules.get(read.first..read.end), self.checks.get(read.first..read.end))
        else {
            return;
        };
        for (rule, check) in rules.iter().zip(checks) {
            let passes = match check.range.holds(&value) {
                Some(passes) => passes,
                None => rule.passes(value, subject),
            };
            if (!passes || (check.resets && is_counted(rule, subject, session))) && rule.asks(&value) {
                outcomes.note(rule, value, passes, subject);
            }
        }
    }

    #[inline(never)]
    fn judge_by_itself(
        &self,
        read: &Read,
        subject: &(impl Subject + ?Sized),
        session: &AuditSession,
        outcomes: &mut RuleOutcomes,
    ) {
        if let Some(rule) = self.rules.get(read.first) {
            outcomes.judge(rule, subject, session, || a_pass_counts(rule) && is_counted(rule, subject, session));
        }
    }
}
