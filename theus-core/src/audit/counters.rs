//! What the audit keeps of one session: its name, and the counters of the rules that were violated in it.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::counted::CountedRule;
use super::counter::Counter;
use crate::audit::Text;

/// One session, as the audit knows it: a threshold counts for each session by itself.
///
/// ```
/// use theus_core::audit::AuditSession;
/// let desk = AuditSession::new("desk 7");
/// assert_eq!(desk.name(), "desk 7");
/// ```
#[derive(Debug)]
pub struct AuditSession {
    name: Text,
    /// Whether any counter is not 0: most sessions are never asked further.
    counted: AtomicBool,
    /// The counters that are not 0. Changed only by the auditor, under its lock.
    counts: Mutex<BTreeMap<Counter, u32>>,
    /// Whether a store has not been told of the last change.
    #[cfg(feature = "store")]
    unsaved: AtomicBool,
}

impl AuditSession {
    /// A session in which nothing has been counted.
    #[must_use]
    pub fn new(name: impl Into<Text>) -> Self {
        Self {
            name: name.into(),
            counted: AtomicBool::new(false),
            counts: Mutex::default(),
            #[cfg(feature = "store")]
            unsaved: AtomicBool::new(false),
        }
    }

    /// What records call it.
    #[must_use]
    pub const fn name(&self) -> &Text {
        &self.name
    }

    /// How many violations of a rule have been counted in this session since its level acted, or since it was put back.
    #[inline]
    #[must_use]
    pub fn count(&self, rule: &CountedRule) -> u32 {
        if self.counted.load(Ordering::Acquire) { self.look_up(rule.counter) } else { 0 }
    }

    /// Whether anything has been counted in this session that was not put back.
    #[inline]
    pub(super) fn has_counts(&self) -> bool {
        self.counted.load(Ordering::Acquire)
    }

    /// The same by the counter itself.
    #[cfg(feature = "store")]
    pub(super) fn of(&self, counter: Counter) -> u32 {
        if self.counted.load(Ordering::Acquire) { self.look_up(counter) } else { 0 }
    }

    #[cold]
    fn look_up(&self, counter: Counter) -> u32 {
        self.counts.lock().get(&counter).copied().unwrap_or(0)
    }

    pub(super) fn set(&self, counter: Counter, count: u32) {
        let mut counts = self.counts.lock();
        match count {
            0 => counts.remove(&counter),
            count => counts.insert(counter, count),
        };
        #[cfg(feature = "store")]
        self.unsaved.store(true, Ordering::Release);
        self.counted.store(!counts.is_empty(), Ordering::Release);
    }

    /// Whether a count has changed since this was asked last.
    #[cfg(feature = "store")]
    pub(crate) fn take_unsaved(&self) -> bool {
        self.unsaved.load(Ordering::Acquire) && self.unsaved.swap(false, Ordering::AcqRel)
    }

    /// The store was not told after all.
    #[cfg(feature = "store")]
    pub(crate) fn put_unsaved(&self) {
        self.unsaved.store(true, Ordering::Release);
    }

    /// Lets go of the counters of rules that are no more.
    pub(crate) fn keep_those_of<'a>(&self, rules: impl Iterator<Item = &'a CountedRule>) {
        if !self.counted.load(Ordering::Acquire) {
            return;
        }
        let live: HashSet<Counter> = rules.map(|rule| rule.counter).collect();
        let mut counts = self.counts.lock();
        counts.retain(|counter, _| live.contains(counter));
        self.counted.store(!counts.is_empty(), Ordering::Release);
    }
}
