//! A rule as a violation of it tells of it.

use super::described::Described;
use super::facts::RuleFacts;
use super::ledger::Hash;
use super::message::Seen;
use super::record::Violation;
use super::rule::Rule;
use super::text::Text;

impl Rule {
    /// What every violation of this rule by a process says of it.
    pub(super) fn facts(&self, process: &'static str) -> RuleFacts {
        RuleFacts {
            process: Text::from_static(process),
            gate: self.gate(),
            rule: self.name().into(),
            path: self.path().into(),
            condition: Text::from_static(self.test().as_str()),
            limit: self.limit().into(),
            level: self.level(),
            min_threshold: self.min_threshold(),
            max_threshold: self.max_threshold(),
            source: self.source().into(),
            invariant: self.is_invariant(),
        }
    }

    /// A violation of this rule as it will be recorded, and the digest of its facts in the session.
    pub(super) fn violated(
        &self,
        session: &Text,
        process: &'static str,
        seen: Seen,
        count: u32,
        acts: bool,
    ) -> (Violation, Hash) {
        let describe = || Described::of(self.facts(process), self.message.clone(), session);
        let described = self.described.get_or_init(describe);
        if described.process() == process {
            described.violation(session, seen, count, acts)
        } else {
            // A rule that another process was the first to violate.
            describe().violation(session, seen, count, acts)
        }
    }
}
