//! What the audit records.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::alarm::AlarmEvent;
use super::change::{RecipeChange, RecipeIdentity};
use super::ledger::{Format, Hash};
use crate::audit::Level;
use crate::audit::Text;
use crate::timestamp;
use theus_lang::audit::metadata::RuleMetadata;

/// What came of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Below `min_threshold`: counted, nothing more.
    Counted,
    /// From `min_threshold` on, below `max_threshold`: an early warning.
    Warned,
    /// Level C acted: recorded, the run goes on.
    Campaign,
    /// Level I acted: recorded as information, the run goes on.
    Informed,
    /// Level B acted: the run is refused.
    Blocked,
    /// Level A acted: the run is refused and its workflow ends.
    Aborted,
    /// Level S acted: the run is refused and the engine is stopped.
    Interlocked,
}

impl Action {
    /// What a level does when it acts.
    pub(super) const fn of(level: Level) -> Self {
        match level {
            Level::S => Self::Interlocked,
            Level::A => Self::Aborted,
            Level::B => Self::Blocked,
            Level::C => Self::Campaign,
            Level::I => Self::Informed,
        }
    }

    /// Whether the level acted: the threshold was reached.
    #[must_use]
    pub const fn is_acting(self) -> bool {
        !matches!(self, Self::Counted | Self::Warned)
    }

    /// The word that records, logs, metrics and answers use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Warned => "warned",
            Self::Campaign => "campaign",
            Self::Informed => "informed",
            Self::Blocked => "blocked",
            Self::Aborted => "aborted",
            Self::Interlocked => "interlocked",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One violation of one rule, and what came of it.
///
/// It dereferences to what its rule says: `violation.rule`, `violation.level`, `violation.source`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Violation {
    /// The number of its record, which has the rest: time, session, version. A record writes it once, itself.
    #[serde(skip)]
    pub sequence: u64,
    /// What its rule says, shared by all violations of the rule.
    #[serde(flatten, with = "theus_lang::audit::metadata::shared")]
    pub metadata: Arc<RuleMetadata>,
    /// The value that was seen.
    pub value: Text,
    /// The committed value, where the rule compares with it or its message names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Text>,
    /// Of a rule with a counter for each value of a field: that value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Text>,
    /// What the counter reached, this violation included.
    pub count: u32,
    /// What came of it.
    pub action: Action,
    /// The message of the recipe, filled in.
    pub message: Option<Text>,
}

impl Deref for Violation {
    type Target = RuleMetadata;
    fn deref(&self) -> &RuleMetadata {
        &self.metadata
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { metadata, value, before, key, count, .. } = self;
        let RuleMetadata { rule, level, max_threshold, source, id, owner, priority, response, .. } = &**metadata;
        f.write_str("rule ")?;
        if let Some(id) = id {
            write!(f, "{id} ")?;
        }
        write!(f, "`{rule}` (level {level}")?;
        if let Some(priority) = priority {
            write!(f, ", priority {priority}")?;
        }
        write!(f, ") found {value}")?;
        if let Some(before) = before {
            write!(f, " after {before}")?;
        }
        write!(f, ", violation {count} of {max_threshold}")?;
        if let Some(counting) = &metadata.counting {
            write!(f, " {counting}")?;
        }
        if let Some(key) = key {
            write!(f, " {key}")?;
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        if let Some(response) = response {
            write!(f, "; response: {response}")?;
        }
        if let Some(owner) = owner {
            write!(f, "; owner: {owner}")?;
        }
        write!(f, " [{source}]")
    }
}

/// Why the engine is stopped, and since when. It can be sent to another engine, which is stopped by it: see [`SharedInterlock`](super::SharedInterlock).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Interlock {
    /// Since when.
    #[serde(with = "timestamp")]
    pub since: SystemTime,
    /// The violation that stopped it.
    pub violation: Violation,
}

impl fmt::Display for Interlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "interlocked by `{}` at its {} gate: {}", self.violation.process, self.violation.gate, self.violation)
    }
}

/// One record of the audit, chained to the one before it.
///
/// Serialised, it is one flat object: `format` first, which is 1; what happened is under `record`, and its metadata are beside it.
/// A record of another format is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditRecord {
    pub(super) format: Format,
    /// Its number, counted from 1 and without gaps, for as long as the ledger is continued.
    pub sequence: u64,
    /// When.
    #[serde(with = "timestamp")]
    pub time: SystemTime,
    /// The session.
    pub session: Text,
    /// The version of the state that was looked at.
    pub version: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: AuditEvent,
    /// The hash of the record before it.
    pub previous: Hash,
    /// The hash over `previous` and all of the above.
    pub hash: Hash,
}

/// What a record tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
#[non_exhaustive]
pub enum AuditEvent {
    /// A rule was violated.
    Violation(Violation),
    /// A violation of level S stopped the engine, or keeps it stopped because its reset could not be recorded.
    Interlock {
        /// The number of the violation's record.
        violation: u64,
    },
    /// An operator let the engine go on.
    InterlockReset {
        /// Who.
        operator: Text,
        /// Why, in the operator's words.
        reason: Text,
    },
    /// A recipe came into force where there was none, or stays in force because its change could not be recorded.
    RecipeLoaded(RecipeIdentity),
    /// A running engine took another recipe.
    RecipeChanged(Box<RecipeChange>),
    /// A running engine was offered another recipe and did not take it: what was in force stays so.
    RecipeRefused {
        /// What it is called.
        recipe: Text,
        /// Why.
        reason: Text,
    },
    /// Something has happened to an alarm.
    Alarm(Box<AlarmEvent>),
    /// Records of a session, which are kept with it or elsewhere, are vouched for by this ledger: the record is in the name of that session.
    Anchor {
        /// The number that the last of them has in the session's own ledger.
        position: u64,
        /// Its hash.
        head: Hash,
    },
    /// A sink does not take records; or could not keep one that it had taken, as after a crash.
    SinkFailure {
        /// The sink.
        sink: Text,
        /// What it said.
        message: Text,
        /// The first record that it lacks; 0 where it lacks none that is known.
        first_missing: u64,
    },
}

impl AuditEvent {
    /// Puts the number of its record into it.
    pub(in crate::audit) const fn number(&mut self, sequence: u64) {
        if let Self::Violation(violation) = self {
            violation.sequence = sequence;
        }
    }
}

/// One line: number, time, session, version, and what happened.
impl fmt::Display for AuditRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequence, time, session, version, event, .. } = self;
        write!(f, "#{sequence} {} ", timestamp::text(*time))?;
        if !session.is_empty() {
            write!(f, "[{session}] ")?;
        }
        write!(f, "version {version}: {event}")
    }
}

impl fmt::Display for AuditEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Violation(violation) => {
                let RuleMetadata { process, gate, .. } = &*violation.metadata;
                write!(f, "{} `{process}` at its {gate} gate: {violation}", violation.action)
            }
            Self::Interlock { violation } => write!(f, "the engine is interlocked by #{violation}"),
            Self::InterlockReset { operator, reason } => write!(f, "interlock reset by {operator:?}: {reason:?}"),
            Self::RecipeLoaded(identity) => {
                write!(f, "recipe {} in force, rules: {}, digest {}", identity.recipe, identity.rules, identity.digest)
            }
            Self::RecipeChanged(change) => {
                let RecipeChange { identity, kept, added, removed, changed, omitted, .. } = &**change;
                write!(f, "recipe changed to {}, digest {}: {kept} rules kept", identity.recipe, identity.digest)?;
                let lists = [("added", added), ("removed", removed), ("changed", changed)];
                for (what, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
                    write!(f, "; {what}: {}", list.iter().map(Text::as_str).collect::<Vec<_>>().join(", "))?;
                }
                if *omitted > 0 {
                    write!(f, "; and {omitted} more")?;
                }
                Ok(())
            }
            Self::Alarm(event) => event.fmt(f),
            Self::RecipeRefused { recipe, reason } => write!(f, "recipe {recipe} refused: {reason}"),
            Self::Anchor { position, head } => write!(f, "the session's own ledger has come to #{position}, {head}"),
            Self::SinkFailure { sink, message, first_missing: 0 } => write!(f, "sink `{sink}`: {message}"),
            Self::SinkFailure { sink, message, first_missing } => {
                write!(f, "sink `{sink}` lacks the records from #{first_missing} on: {message}")
            }
        }
    }
}

impl AuditRecord {
    /// The violation, where it is one.
    #[must_use]
    pub const fn violation(&self) -> Option<&Violation> {
        match &self.event {
            AuditEvent::Violation(violation) => Some(violation),
            _ => None,
        }
    }

    /// The violation's level. What is no violation weighs as much as the strongest: it says what was done to the audit.
    pub(super) fn weight(&self) -> Level {
        match &self.event {
            AuditEvent::Violation(violation) => violation.level,
            // The violation that it follows from is on record, or is not.
            AuditEvent::Alarm(event) if !event.change.is_an_operators() => Level::I,
            _ => Level::S,
        }
    }

    /// About how many bytes of memory are its own: what rules bring along is shared.
    pub(super) fn size(&self) -> usize {
        let texts = |texts: &[Text]| texts.iter().map(|text| size_of::<Text>() + text.len()).sum::<usize>();
        size_of::<Self>()
            + match &self.event {
                AuditEvent::Violation(Violation { value, before, message, .. }) => {
                    let shown = value.len() + before.as_ref().map_or(0, |before| before.len());
                    shown + message.as_ref().map_or(0, |message| message.len())
                }
                AuditEvent::InterlockReset { operator, reason } => operator.len() + reason.len(),
                AuditEvent::RecipeLoaded(identity) => identity.recipe.len(),
                AuditEvent::RecipeChanged(change) => {
                    size_of::<RecipeChange>() + texts(&change.added) + texts(&change.removed) + texts(&change.changed)
                }
                AuditEvent::RecipeRefused { recipe, reason } => recipe.len() + reason.len(),
                AuditEvent::SinkFailure { sink, message, .. } => sink.len() + message.len(),
                AuditEvent::Alarm(event) => event.size(),
                AuditEvent::Interlock { .. } | AuditEvent::Anchor { .. } => 0,
            }
    }

    /// Puts its own number into what it tells.
    pub(super) fn numbered(mut self) -> Self {
        self.event.number(self.sequence);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_keeps_in_memory_counts_every_text_of_its_own() {
        let record = |event| AuditRecord {
            format: Format,
            sequence: 1,
            time: SystemTime::UNIX_EPOCH,
            session: Text::default(),
            version: 0,
            previous: Hash::START,
            hash: Hash::START,
            event,
        };
        let change = |lists: [usize; 3]| {
            let texts = |count| vec![Text::from("x".repeat(100).as_str()); count];
            let identity = RecipeIdentity { recipe: Text::default(), rules: 0, digest: Hash::START };
            let [added, removed, changed] = lists.map(texts);
            let change = RecipeChange { identity, before: None, kept: 0, added, removed, changed, omitted: 0 };
            record(AuditEvent::RecipeChanged(Box::new(change))).size()
        };
        let none = change([0; 3]);
        for lists in [[1, 0, 0], [0, 1, 0], [0, 0, 1]] {
            assert!(change(lists) >= none + 100, "{lists:?}");
        }
        assert!(change([2, 3, 4]) >= none + 900);
        let told = |text: &str| {
            let text = Text::from(text);
            let both = AuditEvent::InterlockReset { operator: text.clone(), reason: text.clone() };
            let refused = AuditEvent::RecipeRefused { recipe: text.clone(), reason: text.clone() };
            let failure = AuditEvent::SinkFailure { sink: text.clone(), message: text, first_missing: 1 };
            [both, refused, failure].map(|event| record(event).size())
        };
        assert_eq!(told("").map(|size| size + 14), told("seven b"), "two texts each");
    }
}
