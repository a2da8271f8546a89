//! What every violation of a rule says of it, made once a rule.

use std::sync::Arc;

use super::ledger::{Hash, rule_digest};
use super::record::{Action, Violation};
use crate::audit::Text;
use theus_lang::audit::message::{Message, Seen};
use theus_lang::audit::metadata::RuleMetadata;

/// The metadata of a rule, its message, and the digest through which its records are hashed.
#[derive(Clone, Debug)]
pub(super) struct Described {
    metadata: Arc<RuleMetadata>,
    message: Option<Message>,
    /// That of the session in which it was violated first.
    digest: (Text, Hash),
}

impl Described {
    pub(super) fn of(metadata: RuleMetadata, message: Option<Message>, session: &Text) -> Self {
        let digest = (session.clone(), rule_digest(session, &metadata));
        Self { metadata: Arc::new(metadata), message, digest }
    }

    /// The process that they are of.
    pub(super) fn process(&self) -> &str {
        &self.metadata.process
    }

    /// A violation as it will be recorded, and the digest of its metadata in the session.
    pub(super) fn violation(&self, session: &Text, seen: Seen, count: u32, acts: bool) -> (Violation, Hash) {
        let action = match acts {
            true => Action::of(self.metadata.level),
            false if count >= self.metadata.min_threshold => Action::Warned,
            false => Action::Counted,
        };
        let message = self.message.as_ref().map(|message| message.about(&self.metadata, &seen, count));
        let Seen { value, before, key } = seen;
        let violation =
            Violation { sequence: 0, metadata: Arc::clone(&self.metadata), value, before, key, count, action, message };
        let digest = match &self.digest {
            (described, digest) if described == session => *digest,
            _ => rule_digest(session, &self.metadata),
        };
        (violation, digest)
    }
}
