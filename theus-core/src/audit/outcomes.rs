//! What judging found, to be settled once a run.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::alarm::Sight;
use super::counted::CountedRule;
use super::counters::AuditSession;
use super::key::{self, Key};
use super::samples::Looked;
use crate::audit::Subject;
use crate::context::Value;
use theus_lang::audit::message::Seen;
use theus_lang::audit::rule::Verdict;

/// What judging a gate found: the rules that failed, with the value seen, and those whose pass puts a counter back.
///
/// Nothing has been counted yet: [`Auditor::settle`](super::Auditor::settle) does that, once a run.
#[derive(Debug, Default)]
#[must_use = "outcomes count only when they are settled"]
pub struct RuleOutcomes {
    pub(super) found: Vec<Found>,
    /// What rules that go by time have seen, and are to be held against from then on: where the run is not refused.
    #[allow(clippy::box_collection, reason = "hardly any judgement has some, and each is dropped")]
    pub(super) looked: Option<Box<Vec<Looked>>>,
    /// When it was asked what would come of them, in nanoseconds since 1970; 0 where nobody has. What is counted by the clock is
    /// counted by this: the question and the deed agree.
    pub(super) asked: AtomicU64,
}

#[derive(Debug)]
pub(super) struct Found {
    pub(super) rule: Arc<CountedRule>,
    /// For which value it counts, where it has a counter for each.
    pub(super) key: Key,
    pub(super) saw: Saw,
}

/// What a rule found.
#[derive(Debug)]
pub(super) enum Saw {
    Failed(Seen),
    Passed,
    /// It passes, and is not back inside by the deadband of its alarm.
    Near,
    /// It is an alarm that is raised, and its `when` does not hold.
    Suppressed,
}

impl Saw {
    pub(super) const fn sight(&self) -> Sight {
        match self {
            Self::Failed(_) => Sight::Outside,
            Self::Near | Self::Suppressed => Sight::Near,
            Self::Passed => Sight::Inside,
        }
    }
}

impl RuleOutcomes {
    /// Whether there is nothing to settle.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.found.is_empty() && self.looked.is_none()
    }

    /// Adds the outcomes of a later gate of the same run.
    pub fn append(&mut self, mut later: Self) {
        self.found.append(&mut later.found);
        if let Some(mut looked) = later.looked.take() {
            self.looked.get_or_insert_default().append(&mut looked);
        }
    }

    #[cold]
    pub(super) fn note(
        &mut self,
        rule: &Arc<CountedRule>,
        value: Value<'_>,
        passes: bool,
        subject: &(impl Subject + ?Sized),
    ) {
        let key = key::of(rule, subject);
        let saw = match passes {
            false => Saw::Failed(Seen { key: key::shown(rule, &key), ..rule.seen(value, subject) }),
            true if rule.alarm().is_none_or(|alarm| alarm.is_back(value)) => Saw::Passed,
            true => Saw::Near,
        };
        self.found.push(Found { rule: Arc::clone(rule), key, saw });
    }

    /// Judges a rule that is judged by itself. Its pass is of interest where it puts a counter back.
    pub(super) fn judge(
        &mut self,
        rule: &Arc<CountedRule>,
        subject: &(impl Subject + ?Sized),
        session: &AuditSession,
        resets: impl FnOnce() -> bool,
    ) {
        let verdict = if rule.goes_by_time() { self.look(rule, subject, session) } else { rule.judge(subject) };
        let is_of_interest = match &verdict {
            Verdict::Failed(_) => true,
            Verdict::Passed => resets(),
            Verdict::Elsewhere => rule.alarm().is_some() && resets(),
            Verdict::NotAsked => false,
        };
        if !is_of_interest {
            return;
        }
        let key = key::of(rule, subject);
        let saw = match verdict {
            Verdict::Failed(seen) => Saw::Failed(Seen { key: key::shown(rule, &key), ..seen }),
            Verdict::Passed if rule.is_back(subject) => Saw::Passed,
            Verdict::Passed => Saw::Near,
            Verdict::NotAsked | Verdict::Elsewhere => Saw::Suppressed,
        };
        self.found.push(Found { rule: Arc::clone(rule), key, saw });
    }

    /// Judges one beside what it has seen last.
    fn look(&mut self, rule: &Arc<CountedRule>, subject: &(impl Subject + ?Sized), session: &AuditSession) -> Verdict {
        let key = key::of(rule, subject);
        let (verdict, sample) = rule.judge_beside(subject, session.sample(rule, &key));
        if let Some(sample) = sample {
            self.looked.get_or_insert_default().push(Looked { rule: Arc::clone(rule), key, sample });
        }
        verdict
    }
}
