//! The trace of a session: a ring of what it did last, and those who watch it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Serialize, Serializer};

use super::entry::{Entry, What};
use super::line::Line;
use super::watch::{Queue, Watch};
use crate::workflow::chart::Definition;
use crate::workflow::clock::Clock;

/// How many entries a trace keeps where nothing else is said.
pub(crate) const DEFAULT_ENTRIES: usize = 1_024;

/// What a session did, oldest first. When it is full, the oldest entries make room.
///
/// It displays as text in columns and serialises as a list of objects.
#[derive(Clone)]
pub struct Trace {
    definition: Arc<Definition>,
    entries: VecDeque<Entry>,
    capacity: usize,
    /// How many entries there were in all.
    told: u64,
    /// When the first of all entries was made: times are shown since then.
    begin: Option<SystemTime>,
    watchers: Vec<Arc<Queue>>,
}

impl Trace {
    pub(crate) fn new(definition: Arc<Definition>, capacity: usize) -> Self {
        Self { definition, entries: VecDeque::new(), capacity, told: 0, begin: None, watchers: Vec::new() }
    }

    /// Keeps so many entries from now on.
    pub(crate) fn keep(&mut self, capacity: usize) {
        self.capacity = capacity;
        let surplus = self.entries.len().saturating_sub(capacity);
        self.entries.drain(..surplus);
    }

    /// Whether anybody wants to know: where not, nothing is made and no clock is asked.
    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.capacity > 0 || !self.watchers.is_empty()
    }

    /// Puts down what has happened just now.
    #[inline]
    pub(crate) fn tell(&mut self, clock: &dyn Clock, what: impl FnOnce() -> What) {
        if self.is_on() {
            self.put(clock.now(), what());
        }
    }

    /// Puts down what happened at this time.
    pub(crate) fn put(&mut self, at: SystemTime, what: What) {
        if !self.is_on() {
            return;
        }
        self.begin.get_or_insert(at);
        self.told += 1;
        let entry = Entry { number: self.told, at, what };
        if !self.watchers.is_empty() {
            self.watchers.retain(|watcher| watcher.offer(&entry));
        }
        if self.capacity == 0 {
            return;
        }
        if self.entries.len() >= self.capacity {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(crate) fn watch(&mut self, capacity: usize) -> Watch {
        let (queue, watch) = Watch::new(Arc::clone(&self.definition), capacity);
        self.watchers.push(queue);
        watch
    }

    /// The entries that are kept, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }

    /// The same with the names of the states: each displays as a line and serialises as an object.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = Line<'_>> {
        self.entries.iter().map(|entry| Line { definition: &self.definition, entry, begin: self.begin })
    }

    /// How many entries there were in all, those that made room included.
    #[must_use]
    pub const fn told(&self) -> u64 {
        self.told
    }

    /// How many entries made room for later ones.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.told - self.entries.len() as u64
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dropped() > 0 {
            writeln!(f, "({} earlier entries are not kept)", self.dropped())?;
        }
        self.lines().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("entries", &self.entries).field("told", &self.told).finish_non_exhaustive()
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.lines())
    }
}
