//! The entries of a trace as they are made, for somebody who looks on.

use std::fmt;
use std::sync::{Arc, Weak};

use serde::{Serialize, Serializer};

use super::entry::Entry;
use super::line::Line;
use crate::signal::{LossyQueue, Taken};
use crate::workflow::chart::Definition;

/// The entries of a session's trace as they are made. Bounded: where it is full, the oldest make room and are counted, so
/// that whoever looks on can never hold up a session. Dropping it ends it.
pub struct Watch {
    definition: Arc<Definition>,
    entries: Arc<LossyQueue<Entry>>,
}

impl Watch {
    pub(super) fn new(definition: Arc<Definition>, capacity: usize) -> Self {
        Self { definition, entries: LossyQueue::new(capacity) }
    }

    /// What its session puts entries into, for as long as this is there.
    pub(super) fn entries(&self) -> Weak<LossyQueue<Entry>> {
        Arc::downgrade(&self.entries)
    }

    /// The oldest entry that waits, if there is one.
    #[must_use = "the entry is taken"]
    pub fn try_next(&self) -> Option<TraceItem> {
        loop {
            // The number of the next entry tells that others were lost before it.
            if let Taken::Item(entry) = self.entries.try_take()? {
                return Some(TraceItem { definition: Arc::clone(&self.definition), entry });
            }
        }
    }

    /// How many entries were lost so far because nobody took them in time. Their numbers are missing.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.entries.lost()
    }
}

/// An entry that was told to somebody who watches: displays and serialises as a [`Line`] does.
#[derive(Clone)]
pub struct TraceItem {
    definition: Arc<Definition>,
    entry: Entry,
}

impl TraceItem {
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

impl Serialize for TraceItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.line().serialize(serializer)
    }
}

impl fmt::Display for TraceItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line().fmt(f)
    }
}

impl fmt::Debug for TraceItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.entry, f)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("lost", &self.lost()).finish_non_exhaustive()
    }
}
