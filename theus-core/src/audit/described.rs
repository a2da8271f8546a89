//! What every violation of a rule says of it, made once a rule.

use std::sync::Arc;

use super::ledger::{Hash, rule_digest};
use super::record::{Action, Violation};
use crate::audit::Text;
use theus_lang::audit::facts::RuleFacts;
use theus_lang::audit::message::{Message, Seen};

/// The facts of a rule, its message, and the digest through which its records are hashed.
#[derive(Clone, Debug)]
pub(super) struct Described {
    facts: Arc<RuleFacts>,
    message: Option<Message>,
    /// That of the session in which it was violated first.
    digest: (Text, Hash),
}

impl Described {
    pub(super) fn of(facts: RuleFacts, message: Option<Message>, session: &Text) -> Self {
        let digest = (session.clone(), rule_digest(session, &facts));
        Self { facts: Arc::new(facts), message, digest }
    }

    /// The process that they are of.
    pub(super) fn process(&self) -> &str {
        &self.facts.process
    }

    /// A violation as it will be recorded, and the digest of its facts in the session.
    pub(super) fn violation(&self, session: &Text, seen: Seen, count: u32, acts: bool) -> (Violation, Hash) {
        let action = match acts {
            true => Action::of(self.facts.level),
            false if count >= self.facts.min_threshold => Action::Warned,
            false => Action::Counted,
        };
        let message = self.message.as_ref().map(|message| message.about(&self.facts, &seen, count));
        let Seen { value, before } = seen;
        let violation =
            Violation { sequence: 0, facts: Arc::clone(&self.facts), value, before, count, action, message };
        let digest = match &self.digest {
            (described, digest) if described == session => *digest,
            _ => rule_digest(session, &self.facts),
        };
        (violation, digest)
    }
}
