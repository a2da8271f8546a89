//! The trace of a session: a ring of what it did last, and those who watch it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use serde::{Serialize, Serializer};

use super::entry::{Entry, What};
use super::line::Line;
use super::watch::Watch;
use crate::signal::LossyQueue;
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
    /// None where nobody wants to know, as in most of very many sessions.
    kept: Option<Box<Kept>>,
}

#[derive(Clone, Default)]
struct Kept {
    entries: VecDeque<Entry>,
    capacity: usize,
    /// How many entries there were in all.
    told: u64,
    /// When the first of all entries was made: times are shown since then.
    begin: Option<SystemTime>,
    watchers: Vec<Weak<LossyQueue<Entry>>>,
}

impl Trace {
    pub(crate) fn new(definition: Arc<Definition>, capacity: usize) -> Self {
        let kept = (capacity > 0).then(|| Box::new(Kept { capacity, ..Kept::default() }));
        Self { definition, kept }
    }

    /// Keeps so many entries from now on.
    pub(crate) fn keep(&mut self, capacity: usize) {
        let kept = self.kept.get_or_insert_default();
        kept.capacity = capacity;
        let surplus = kept.entries.len().saturating_sub(capacity);
        kept.entries.drain(..surplus);
    }

    /// Whether anybody wants to know: where not, nothing is made and no clock is asked.
    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.capacity > 0 || !kept.watchers.is_empty())
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
        let Some(kept) = &mut self.kept else { return };
        kept.begin.get_or_insert(at);
        kept.told += 1;
        let entry = Entry { number: kept.told, at, what };
        if !kept.watchers.is_empty() {
            kept.watchers.retain(|watcher| {
                let Some(watcher) = watcher.upgrade() else { return false };
                // Nobody waits at it: who watches looks whether there is something.
                watcher.put(entry.clone(), &mut Vec::new());
                true
            });
        }
        if kept.capacity == 0 {
            return;
        }
        let is_full = kept.entries.len() >= kept.capacity;
        match kept.entries.front_mut() {
            // In its place, which becomes the last: where the ring is full, nothing is moved for that.
            Some(oldest) if is_full => {
                *oldest = entry;
                kept.entries.rotate_left(1);
            }
            _ => kept.entries.push_back(entry),
        }
    }

    pub(crate) fn watch(&mut self, capacity: usize) -> Watch {
        let watch = Watch::new(Arc::clone(&self.definition), capacity);
        self.kept.get_or_insert_default().watchers.push(watch.entries());
        watch
    }

    /// The entries that are kept, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        static NONE: VecDeque<Entry> = VecDeque::new();
        self.kept.as_ref().map_or(&NONE, |kept| &kept.entries).iter()
    }

    /// The same with the names of the states: each displays as a line and serialises as an object.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = Line<'_>> {
        let begin = self.kept.as_ref().and_then(|kept| kept.begin);
        self.entries().map(move |entry| Line { definition: &self.definition, entry, begin })
    }

    /// How many entries there were in all, those that made room included.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.kept.as_ref().map_or(0, |kept| kept.told)
    }

    /// How many entries made room for later ones.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.told() - self.entries().len() as u64
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
        f.debug_struct("Trace")
            .field("entries", &self.entries().collect::<Vec<_>>())
            .field("told", &self.told())
            .finish_non_exhaustive()
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.lines())
    }
}
