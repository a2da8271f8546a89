//! What every violation of a rule says of it, as data.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::audit::Level;
use theus_model::audit::Gate;
use theus_model::audit::Text;

/// What a rule of a process says, as records show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RuleMetadata {
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
    /// What the rule is called, where its recipe says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// Whose it is, where its recipe says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Text>,
    /// How urgent a violation is, where its recipe says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Text>,
    /// What to do about a violation, where its recipe says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Text>,
    /// Which violations are counted together, where that is said: `within 1h`, `in 10 runs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counting: Option<Text>,
    /// What makes an alarm of it, where it is one: `alarm, deadband 3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Text>,
}

/// Metadata is written as if each violation had its own.
pub mod shared {
    use super::{Arc, Deserialize, RuleMetadata, Serialize};
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(metadata: &Arc<RuleMetadata>, serializer: S) -> Result<S::Ok, S::Error> {
        metadata.as_ref().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<RuleMetadata>, D::Error> {
        RuleMetadata::deserialize(deserializer).map(Arc::new)
    }
}
