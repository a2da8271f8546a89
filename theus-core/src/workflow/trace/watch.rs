//! The entries of a trace as they are made, for somebody who looks on.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Serialize, Serializer};

use super::entry::Entry;
use super::line::Line;
use crate::workflow::chart::Definition;

/// The entries of a session's trace as they are made. Bounded: where it is full, the oldest make room and are counted, so
/// that whoever looks on can never hold up a session. Dropping it ends it.
pub struct Watch {
    definition: Arc<Definition>,
    queue: Arc<Queue>,
}

/// What a session and somebody who watches it share.
pub(super) struct Queue {
    capacity: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    entries: VecDeque<Entry>,
    lost: u64,
    /// Nobody watches any more.
    ended: bool,
}

impl Watch {
    pub(super) fn new(definition: Arc<Definition>, capacity: usize) -> (Arc<Queue>, Self) {
        let queue = Arc::new(Queue { capacity: capacity.max(1), waiting: Mutex::default() });
        (Arc::clone(&queue), Self { definition, queue })
    }

    /// The oldest entry that waits, if there is one.
    #[must_use = "the entry is taken"]
    pub fn try_next(&self) -> Option<Told> {
        let entry = self.queue.waiting.lock().entries.pop_front()?;
        Some(Told { definition: Arc::clone(&self.definition), entry })
    }

    /// How many entries were lost so far because nobody took them in time. Their numbers are missing.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.queue.waiting.lock().lost
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting.lock();
        waiting.ended = true;
        waiting.entries = VecDeque::new();
    }
}

impl Queue {
    /// Adds an entry; false where nobody watches any more.
    pub(super) fn offer(&self, entry: &Entry) -> bool {
        let mut waiting = self.waiting.lock();
        if waiting.ended {
            return false;
        }
        if waiting.entries.len() >= self.capacity {
            waiting.entries.pop_front();
            waiting.lost += 1;
        }
        waiting.entries.push_back(entry.clone());
        true
    }
}

/// An entry that was told to somebody who watches: displays and serialises as a [`Line`] does.
#[derive(Clone)]
pub struct Told {
    definition: Arc<Definition>,
    entry: Entry,
}

impl Told {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// It with the names of the states.
    #[must_use]
    pub fn line(&self) -> Line<'_> {
        Line { definition: &self.definition, entry: &self.entry, begin: None }
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.line().serialize(serializer)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line().fmt(f)
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.entry, f)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("lost", &self.lost()).finish_non_exhaustive()
    }
}
