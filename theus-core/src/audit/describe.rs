//! What every record of a rule says of it, made once a rule.

use super::ledger::{Hash, rule_part};
use super::record::{Action, Violation};
use super::rule::Rule;
use super::text::Text;

/// The parts of a rule's records that stay the same, and the digest by which a record is hashed.
#[derive(Debug)]
pub(super) struct Described {
    rule: Text,
    path: Text,
    condition: Text,
    limit: Text,
    message: Option<Text>,
    source: Text,
    digest: Hash,
}

impl Described {
    fn of(rule: &Rule, session: &str) -> Self {
        let limit = rule.limit();
        let mut described = Self {
            rule: format!("{} {} {limit}", rule.path(), rule.test()).into(),
            path: rule.path().into(),
            condition: Text::from_static(rule.test().as_str()),
            limit: limit.into(),
            message: rule.message.as_deref().map(Text::from),
            source: rule.source().into(),
            digest: Hash::START,
        };
        let (process, value, action) = (Text::default(), Text::default(), Action::Counted);
        let any = described.violation(rule, process, value, 0, action);
        described.digest = rule_part(session, &any);
        described
    }

    fn violation(&self, rule: &Rule, process: Text, value: Text, count: u32, action: Action) -> Violation {
        Violation {
            sequence: 0,
            process,
            gate: rule.gate(),
            rule: self.rule.clone(),
            path: self.path.clone(),
            condition: self.condition.clone(),
            limit: self.limit.clone(),
            value,
            level: rule.level(),
            count,
            min_threshold: rule.min_threshold(),
            max_threshold: rule.max_threshold(),
            action,
            message: self.message.clone(),
            source: self.source.clone(),
        }
    }
}

impl Rule {
    /// A violation of this rule as it will be recorded, and the rule's digest in the session.
    pub(super) fn violated(
        &self,
        session: &str,
        process: &'static str,
        value: Text,
        count: u32,
        acts: bool,
    ) -> (Violation, &Hash) {
        let action = match acts {
            true => Action::of(self.level()),
            false if count >= self.min_threshold() => Action::Warned,
            false => Action::Counted,
        };
        let described = self.described.get_or_init(|| Described::of(self, session));
        (described.violation(self, Text::from_static(process), value, count, action), &described.digest)
    }
}
