//! What a shard does with what it is sent: as a function of what it has, apart from the SDK.

use serde::{Deserialize, Serialize};
use theus_core::audit::{AuditEvent, AuditRecord, Chain, RecordLog, Tail};
use thiserror::Error;

use super::told::TakeAsk;
use crate::drive::Recorded;

/// So many forks of one session are known by their numbers; of more it is known that they are.
const MOST_FORKS: usize = 16;

/// What a shard has, apart from records and anchors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// The last anchor.
    pub tail: Tail,
}

/// What a shard knows of a session, apart from its records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// Before the first record that it was sent.
    pub(super) first: Tail,
    /// The last record.
    pub(super) tail: Tail,
    /// The anchors of what does not go on from there: records in the place of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) forks: Vec<u64>,
}

/// Records as they are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block {
    /// The number of their anchor.
    pub(super) anchor: u64,
    pub(super) recorded: Recorded,
}

/// An entry that is to be written.
pub type Write = (String, Vec<u8>);

/// What has become of what a shard was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is new: all of this is to be written at once.
    New(Vec<Write>),
    /// It is there already.
    Known,
}

/// Why a shard does not take what it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TakeError {
    /// It is no part of a ledger.
    #[error("what was sent of the session `{session}` is no part of its ledger: {reason}")]
    Wrong {
        /// The session.
        session: String,
        /// What is wrong.
        reason: String,
    },
    /// What the shard has cannot be read.
    #[error("the entry `{key}` of this shard cannot be read: {reason}")]
    Damaged {
        /// The entry.
        key: String,
        /// What is wrong.
        reason: String,
    },
}

/// Where the end of the anchors is kept.
pub(super) const SHARD: &str = "shard";

pub(super) fn head_key(session: &str) -> String {
    format!("head/{session}")
}

pub(super) fn block_key(session: &str, first: u64) -> String {
    format!("records/{session}/{first}")
}

pub(super) fn anchor_key(number: u64) -> String {
    format!("anchor/{number}")
}

fn fork_key(session: &str, recorded: &Recorded) -> String {
    format!("fork/{session}/{}", recorded.after.hash)
}

impl Shard {
    /// The entries that are looked at before [`take`](Self::take): all that it needs to know, where they are.
    #[must_use]
    pub fn looks_at(ask: &TakeAsk) -> [String; 4] {
        let TakeAsk { session, recorded } = ask;
        let first = recorded.before.sequence.saturating_add(1);
        [SHARD.to_owned(), head_key(session), block_key(session, first), fork_key(session, recorded)]
    }

    /// Whether what was sent goes on from what the second of those says: then nobody needs to look at the last two.
    #[must_use]
    pub fn goes_on(ask: &TakeAsk, head: Option<&[u8]>) -> bool {
        let head: Option<Head> = head.and_then(|head| serde_json::from_slice(head).ok());
        head.is_some_and(|head| head.tail == ask.recorded.before)
    }

    /// Takes what it was sent, where [those entries](Self::looks_at) are as given.
    ///
    /// # Errors
    /// [`TakeError`]: nothing is to be written then.
    pub fn take(ask: &TakeAsk, there: [Option<&[u8]>; 4]) -> Result<Taken, TakeError> {
        let TakeAsk { session, recorded } = ask;
        let [shard_key, head_key, block_key, fork_key] = Self::looks_at(ask);
        let [shard, head, block, fork] = there;
        let shard: Self = read(&shard_key, shard)?.unwrap_or_default();
        let head: Option<Head> = read(&head_key, head)?;
        let block: Option<Block> = read(&block_key, block)?;
        let fork: Option<Block> = read(&fork_key, fork)?;
        let last = follows(recorded).map_err(|reason| TakeError::Wrong { session: session.clone(), reason })?;
        if block.iter().chain(&fork).any(|block| block.recorded == *recorded) {
            return Ok(Taken::Known);
        }
        let mut head = head.unwrap_or(Head { first: recorded.before, tail: recorded.before, forks: Vec::new() });
        let mut log = RecordLog::behind(session.as_str(), shard.tail);
        let event = AuditEvent::Anchor { position: recorded.after.sequence, head: recorded.after.hash };
        let anchor = log.append(last.time, last.version, event).clone();
        let shard = Self { tail: log.tail() };
        let kept = Block { anchor: anchor.sequence, recorded: recorded.clone() };
        let line = anchor.to_line().map_err(|error| damaged(SHARD, &error))?;
        let mut writes = vec![(anchor_key(anchor.sequence), line.into_bytes())];
        // A gap is no fork: what it lacks is told to be missing.
        if recorded.before == head.tail || block.is_none() && recorded.before.sequence > head.tail.sequence {
            head.tail = recorded.after;
            writes.push((block_key, written(&kept)?));
        } else {
            head.forks.push(anchor.sequence);
            head.forks.truncate(MOST_FORKS);
            writes.push((fork_key, written(&kept)?));
        }
        writes.push((head_key, written(&head)?));
        writes.push((shard_key, written(&shard)?));
        Ok(Taken::New(writes))
    }
}

/// The last of what follows each other, and is what it says.
fn follows(recorded: &Recorded) -> Result<AuditRecord, String> {
    let mut chain = Chain::behind(recorded.before);
    let mut last = None;
    for line in &recorded.lines {
        let expected = chain.tail().sequence.saturating_add(1);
        let record = AuditRecord::from_line(line, expected).map_err(|fault| fault.to_string())?;
        chain.next(&record).map_err(|fault| fault.to_string())?;
        last = Some(record);
    }
    chain.finish(Some(recorded.after)).map_err(|fault| fault.to_string())?;
    last.ok_or_else(|| "there is no record in it".to_owned())
}

/// An entry, where it is the one way to write what it says: not a byte of it can be another.
pub(super) fn read<T: Serialize + for<'de> Deserialize<'de>>(
    key: &str,
    kept: Option<&[u8]>,
) -> Result<Option<T>, TakeError> {
    let Some(kept) = kept else { return Ok(None) };
    let read: T = serde_json::from_slice(kept).map_err(|error| damaged(key, &error))?;
    if written(&read)? != kept {
        let reason = "it was not written so".to_owned();
        return Err(TakeError::Damaged { key: key.to_owned(), reason });
    }
    Ok(Some(read))
}

fn written(kept: &impl Serialize) -> Result<Vec<u8>, TakeError> {
    serde_json::to_vec(kept).map_err(|error| damaged(SHARD, &error))
}

fn damaged(key: &str, error: &dyn std::error::Error) -> TakeError {
    TakeError::Damaged { key: key.to_owned(), reason: error.to_string() }
}
