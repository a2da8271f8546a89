//! What a run exchanges with the world outside, besides the session's state: hardly any run does.

use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use parking_lot::Mutex;

use crate::effect::{Ended, Parted, Tape};
use crate::panics::tell;
use crate::store::{EffectAnswer, EncodeError};
use crate::sync::apart::LetGo;

/// Of one run.
#[derive(Default)]
pub(crate) struct Exchange {
    sent: Mutex<Sent>,
    tape: Option<Tape>,
    keys: Option<Keys>,
    /// Of the interlock, by which the run was let through.
    epoch: AtomicU64,
    /// Of a body on a thread of its own.
    let_go: Option<LetGo>,
}

/// The messages of a run, or why one cannot be stored.
pub(crate) struct Sent(pub(crate) Result<Vec<Message>, EncodeError>);

/// A message: its topic, and what it says.
pub(crate) type Message = (&'static str, serde_json::Value);

/// What is left of it when the body is done.
pub(crate) struct Exchanged {
    /// The messages.
    pub(crate) sent: Sent,
    /// What it asked its effects, and what they gave; none where that is not recorded.
    pub(crate) answers: Option<Vec<EffectAnswer>>,
    /// Why it could not be made again, if it was.
    pub(crate) parted: Option<Parted>,
}

/// The keys of a run's effects, in order.
pub(crate) struct Keys {
    of: blake3::Hash,
    given: AtomicU32,
}

const CONTEXT: &str = "theus-core key of an effect, format 1";

/// What the keys of a run are made of.
pub(crate) struct KeyParts<'a> {
    /// The store, or this engine where there is none.
    pub(crate) identity: u128,
    pub(crate) session: &'a str,
    /// The step that it would make.
    pub(crate) step: u64,
    /// Which of several runs side by side.
    pub(crate) branch: Option<u32>,
    pub(crate) process: &'a str,
    pub(crate) command: &'a [u8],
}

impl Keys {
    pub(crate) fn of(parts: &KeyParts<'_>) -> Self {
        let KeyParts { identity, session, step, branch, process, command } = parts;
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        hasher.update(&identity.to_le_bytes());
        for text in [session.as_bytes(), process.as_bytes(), command] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
        hasher.update(&step.to_le_bytes());
        hasher.update(&branch.map_or(u64::MAX, u64::from).to_le_bytes());
        Self { of: hasher.finalize(), given: AtomicU32::new(0) }
    }

    fn next(&self) -> String {
        let number = self.given.fetch_add(1, Relaxed);
        let hash = blake3::keyed_hash(self.of.as_bytes(), &number.to_le_bytes());
        let mut text = hash.to_hex().to_string();
        text.truncate(32);
        text
    }
}

impl Exchange {
    pub(crate) fn new(tape: Option<Tape>, keys: Option<Keys>, epoch: u64) -> Self {
        Self { sent: Mutex::default(), tape, keys, epoch: AtomicU64::new(epoch), let_go: None }
    }

    pub(super) fn was_let_through_by(&self, epoch: u64) {
        self.epoch.store(epoch, Relaxed);
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Relaxed)
    }

    pub(super) fn until(&mut self, let_go: LetGo) {
        self.let_go = Some(let_go);
    }

    pub(super) fn is_let_go(&self) -> bool {
        self.let_go.as_ref().is_some_and(LetGo::is_set)
    }

    pub(super) const fn tape(&self) -> Option<&Tape> {
        self.tape.as_ref()
    }

    pub(super) fn key(&self) -> Option<String> {
        self.keys.as_ref().map(Keys::next)
    }

    /// One more message; the first that cannot be stored is what is told.
    pub(super) fn sends(&self, message: Result<Message, EncodeError>) {
        let sent = &mut self.sent.lock().0;
        match (&mut *sent, message) {
            (Ok(sent), Ok(message)) => sent.push(message),
            (sent @ Ok(_), Err(error)) => *sent = Err(error),
            (Err(_), _) => {}
        }
    }

    pub(super) fn ended(self, process: &str) -> Exchanged {
        let (answers, parted) = match self.tape.map(Tape::ended) {
            None => (None, None),
            Some(Ended::Recorded(answers)) => (Some(answers), None),
            Some(Ended::Parted(parted)) => (None, Some(parted)),
            Some(Ended::Replayed) => (None, None),
            Some(Ended::LeftOut(why)) => {
                tell(
                    || tracing::debug!(target: "theus::store", process, why, "what its effects gave is not in the journal"),
                );
                (None, None)
            }
        };
        Exchanged { sent: self.sent.into_inner(), answers, parted }
    }
}

impl Exchanged {
    pub(crate) const fn nothing() -> Self {
        Self { sent: Sent(Ok(Vec::new())), answers: None, parted: None }
    }
}

impl Default for Exchanged {
    fn default() -> Self {
        Self::nothing()
    }
}

impl Default for Sent {
    fn default() -> Self {
        Self(Ok(Vec::new()))
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_makes_another_key_and_the_same_parts_the_same() {
        let parts = |identity, session, step, branch, process, command| {
            Keys::of(&KeyParts { identity, session, step, branch, process, command }).next()
        };
        let all = [
            parts(1, "a", 1, None, "p", &[1][..]),
            parts(2, "a", 1, None, "p", &[1]),
            parts(1, "b", 1, None, "p", &[1]),
            parts(1, "a", 2, None, "p", &[1]),
            parts(1, "a", 1, Some(0), "p", &[1]),
            parts(1, "a", 1, None, "q", &[1]),
            parts(1, "a", 1, None, "p", &[2]),
            parts(1, "ap", 1, None, "", &[1]),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(all[0], parts(1, "a", 1, None, "p", &[1]));
        let keys =
            Keys::of(&KeyParts { identity: 1, session: "a", step: 1, branch: None, process: "p", command: &[1] });
        assert_eq!(keys.next(), all[0]);
        assert_ne!(keys.next(), all[0]);
    }
}
