//! A rule in force: what it says, and what is counted on.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use theus_lang::audit::message::Seen;

use super::counter::Counter;
use super::described::Described;
use super::ledger::Hash;
use super::record::Violation;
use crate::audit::{Rule, Text};

/// A rule of the recipe in force, with a counter in each session ([`AuditSession::count`](super::AuditSession::count)). It
/// dereferences to what it says.
#[derive(Debug)]
pub struct CountedRule {
    rule: Arc<Rule>,
    /// That of the same rule of the recipe before, where there was one, and of all that an invariant is judged after.
    pub(super) counter: Counter,
    /// What records say of it, made for the first of them.
    described: OnceLock<Described>,
}

impl Deref for CountedRule {
    type Target = Rule;
    fn deref(&self) -> &Rule {
        &self.rule
    }
}

impl CountedRule {
    pub(super) const fn new(rule: Arc<Rule>, counter: Counter) -> Self {
        Self { rule, counter, described: OnceLock::new() }
    }

    pub(super) fn violated(
        &self,
        session: &Text,
        process: &'static str,
        seen: Seen,
        count: u32,
        acts: bool,
    ) -> (Violation, Hash) {
        let describe = || Described::of(self.metadata(process), self.message().cloned(), session);
        let described = self.described.get_or_init(describe);
        if described.process() == process {
            described.violation(session, seen, count, acts)
        } else {
            // A rule that another process was the first to violate.
            describe().violation(session, seen, count, acts)
        }
    }
}
