//! Milder rules that act only after sterner ones have.

use std::cmp::Ordering;

use super::super::super::rule::Rule;
use super::super::catalog::Problems;
use super::super::code;
use super::Weighed;
use crate::source::Problem;

/// More rules than this on one path at one gate are not weighed against each other.
const MOST_WEIGHED: usize = 64;

/// Doubts a rule beside a sterner one that is violated whenever it is, and acts no later.
pub(super) fn check(Weighed { draft, intervals, .. }: &Weighed<'_>, group: &[usize], problems: &mut Problems) {
    if !(2..=MOST_WEIGHED).contains(&group.len()) {
        return;
    }
    for mild in group {
        let rule = &draft.rules[*mild];
        let covers = |other: &usize| {
            matches!(intervals[*other].compare(&intervals[*mild]), Some(Ordering::Less | Ordering::Equal))
                && acts_before(&draft.rules[*other], rule)
        };
        let Some(sterner) = group.iter().find(|other| *other != mild && covers(other)) else { continue };
        let (other, Rule { test, path, level, max_threshold, .. }) = (&draft.rules[*sterner], rule);
        let message = format!(
            "level {level} of {path} {test} {} acts only after level {}: that acts at {} of the same violations, this at {max_threshold}",
            rule.limit(),
            other.level,
            other.max_threshold,
        );
        let problem = Problem::warning(draft.places[*mild].clone(), message).code(code::AFTER_STERNER);
        let problem = problem
            .help("let the milder level act earlier: a lower `max_threshold` for it, or a higher one for the sterner");
        problems.push(problem.other("the sterner rule", draft.places[*sterner].clone()));
    }
}

/// Whether one is sterner and acts no later than the other, which is violated only where it is.
fn acts_before(sterner: &Rule, mild: &Rule) -> bool {
    // An invariant counts for all processes.
    let counts_as_much = sterner.counting == mild.counting
        && sterner.scope == mild.scope
        && (!sterner.reset_on_success || mild.reset_on_success)
        && (!sterner.where_present || mild.where_present);
    let warns_earlier = mild.min_threshold < sterner.min_threshold.min(sterner.max_threshold);
    // A rule that only records may be there for what its message says.
    let says_more = !mild.level.refuses() && (mild.message != sterner.message || mild.about != sterner.about);
    sterner.level < mild.level
        && sterner.level.refuses()
        && sterner.max_threshold <= mild.max_threshold
        && sterner.alarm.is_none()
        && mild.alarm.is_none()
        && counts_as_much
        && !warns_earlier
        && !says_more
}
