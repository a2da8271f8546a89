//! What every violation of a rule says of it, made once a rule.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::findings::Seen;
use super::gate::Gate;
use super::ledger::{Hash, rule_digest};
use super::level::Level;
use super::message::Message;
use super::record::{Action, Violation};
use super::rule::Rule;
use super::text::Text;

/// What a rule of a process says, as records show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RuleFacts {
    /// The process.
    pub process: Text,
    /// The gate.
    pub gate: Gate,
    /// The rule, as in `domain.temperature min 45`; one with `where_present` says so at its end.
    pub rule: Text,
    /// The path that the rule is on.
    pub path: Text,
    /// What the rule asks, as recipes spell it.
    pub condition: Text,
    /// The bound.
    pub limit: Text,
    /// The level of the rule.
    pub level: Level,
    /// From which count on the rule warns.
    pub min_threshold: u32,
    /// At which count the level acts.
    pub max_threshold: u32,
    /// Where the rule stands: `file:line:column`.
    pub source: Text,
    /// Whether it is an invariant: one rule, of which the process is only the one that violated it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub invariant: bool,
}

impl RuleFacts {
    pub(super) fn of(process: &'static str, rule: &Rule) -> Self {
        let limit = rule.limit();
        Self {
            process: Text::from_static(process),
            gate: rule.gate(),
            rule: rule.name().into(),
            path: rule.path().into(),
            condition: Text::from_static(rule.test().as_str()),
            limit: limit.into(),
            level: rule.level(),
            min_threshold: rule.min_threshold(),
            max_threshold: rule.max_threshold(),
            source: rule.source().into(),
            invariant: rule.is_invariant(),
        }
    }
}

/// The facts of a rule, its message, and the digest through which its records are hashed.
#[derive(Clone, Debug)]
pub(super) struct Described {
    facts: Arc<RuleFacts>,
    message: Option<Message>,
    /// That of the session in which it was violated first.
    digest: (Text, Hash),
}

impl Described {
    fn of(process: &'static str, rule: &Rule, session: &Text) -> Self {
        let facts = RuleFacts::of(process, rule);
        let digest = (session.clone(), rule_digest(session, &facts));
        Self { facts: Arc::new(facts), message: rule.message.clone(), digest }
    }

    fn violation(&self, session: &Text, Seen { value, before }: Seen, count: u32, acts: bool) -> (Violation, Hash) {
        let action = match acts {
            true => Action::of(self.facts.level),
            false if count >= self.facts.min_threshold => Action::Warned,
            false => Action::Counted,
        };
        let mut violation =
            Violation { sequence: 0, facts: Arc::clone(&self.facts), value, before, count, action, message: None };
        violation.message = self.message.as_ref().map(|message| message.about(&violation));
        let digest = match &self.digest {
            (described, digest) if described == session => *digest,
            _ => rule_digest(session, &self.facts),
        };
        (violation, digest)
    }
}

impl Rule {
    /// A violation of this rule as it will be recorded, and the digest of its facts in the session.
    pub(super) fn violated(
        &self,
        session: &Text,
        process: &'static str,
        seen: Seen,
        count: u32,
        acts: bool,
    ) -> (Violation, Hash) {
        let described = self.described.get_or_init(|| Described::of(process, self, session));
        if described.facts.process == process {
            described.violation(session, seen, count, acts)
        } else {
            // A rule that another process was the first to violate.
            Described::of(process, self, session).violation(session, seen, count, acts)
        }
    }
}

/// Facts are written as if each violation had its own.
pub(super) mod shared {
    use super::{Arc, Deserialize, RuleFacts, Serialize};
    use serde::{Deserializer, Serializer};

    pub(in crate::audit) fn serialize<S: Serializer>(facts: &Arc<RuleFacts>, serializer: S) -> Result<S::Ok, S::Error> {
        facts.as_ref().serialize(serializer)
    }

    pub(in crate::audit) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<RuleFacts>, D::Error> {
        RuleFacts::deserialize(deserializer).map(Arc::new)
    }
}
