//! The counters of one session, or of all sessions together.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::counted::CountedRule;
use super::counter::Counter;
use super::key::Key;
use super::tally::Tally;

/// So many values has a rule with `per` a counter for, in each session or in the engine: where there is one more, another gives way.
pub(super) const MOST_KEYS: usize = 1_024;

/// Counters, each by the identity of its rule. Changed only by the auditor, under its lock.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    /// Whether any counter holds something: most sessions are never asked further.
    counted: AtomicBool,
    /// The counters that hold something; made for the first of them, so that most sessions have no more than a place for it.
    counts: Mutex<Option<Box<Counts>>>,
    /// Whether a store has not been told of the last change.
    #[cfg(feature = "store")]
    unsaved: AtomicBool,
}

/// Of each rule of which something is counted.
type Counts = BTreeMap<Counter, Kept>;

/// What is counted of one rule.
#[derive(Debug)]
enum Kept {
    One(Tally),
    /// Of each value of its `per`, and which change of them was the last.
    Each {
        tallies: BTreeMap<Arc<str>, (u64, Tally)>,
        changes: u64,
    },
}

/// A counter that gave way to another one of its rule, though it counted something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct GaveWay {
    pub(super) key: Arc<str>,
    pub(super) count: u32,
}

impl Tallies {
    #[inline]
    pub(super) fn has_counts(&self) -> bool {
        self.counted.load(Ordering::Acquire)
    }

    /// How many violations are counted, for whatever value.
    #[inline]
    pub(super) fn count(&self, rule: &CountedRule) -> u32 {
        if self.has_counts() { self.look_up(rule.counter) } else { 0 }
    }

    /// Whether anything is counted, for whatever value.
    #[inline]
    pub(super) fn holds(&self, rule: &CountedRule) -> bool {
        self.has_counts() && self.counts.lock().as_ref().is_some_and(|counts| counts.contains_key(&rule.counter))
    }

    #[cold]
    fn look_up(&self, counter: Counter) -> u32 {
        match self.counts.lock().as_ref().and_then(|counts| counts.get(&counter)) {
            None => 0,
            Some(Kept::One(tally)) => tally.len(),
            Some(Kept::Each { tallies, .. }) => {
                tallies.values().fold(0, |sum, (_, tally)| sum.saturating_add(tally.len()))
            }
        }
    }

    /// What the counter of a rule holds.
    pub(super) fn tally(&self, rule: &CountedRule, key: &Key) -> Tally {
        let kept = || match (self.counts.lock().as_ref()?.get(&rule.counter)?, key) {
            (Kept::One(tally), _) => Some(tally.clone()),
            (Kept::Each { tallies, .. }, key) => tallies.get(key.as_ref()?).map(|(_, tally)| tally.clone()),
        };
        let kept = if self.has_counts() { kept() } else { None };
        kept.unwrap_or_else(|| Tally::empty(rule.counting().window()))
    }

    /// All that the counters of a rule hold, that which was changed last behind the others.
    #[cfg(feature = "store")]
    pub(super) fn all(&self, rule: &CountedRule) -> Vec<(Key, Tally)> {
        match self.counts.lock().as_ref().and_then(|counts| counts.get(&rule.counter)) {
            None => Vec::new(),
            Some(Kept::One(tally)) => vec![(None, tally.clone())],
            Some(Kept::Each { tallies, .. }) => {
                let mut all: Vec<_> = tallies.iter().collect();
                all.sort_by_key(|(_, (change, _))| *change);
                all.into_iter().map(|(key, (_, tally))| (Some(Arc::clone(key)), tally.clone())).collect()
            }
        }
    }

    /// Counts on the counter of a rule, at this time. Where there are too many values, another counter gives way: one whose window is
    /// empty, or else the one that was not changed for longest.
    pub(super) fn change<R>(
        &self,
        rule: &CountedRule,
        key: &Key,
        now: u64,
        change: impl FnOnce(&mut Tally) -> R,
    ) -> (R, Option<GaveWay>) {
        let window = rule.counting().window();
        let mut counts = self.counts.lock();
        let kept = counts.as_mut().and_then(|counts| counts.remove(&rule.counter));
        let (kept, changed, gave_way) = match (kept, key) {
            (kept, None) => {
                let mut tally = match kept {
                    Some(Kept::One(tally)) => tally,
                    _ => Tally::empty(window),
                };
                let changed = change(&mut tally);
                ((!tally.is_empty()).then_some(Kept::One(tally)), changed, None)
            }
            (kept, Some(key)) => {
                let (mut tallies, mut changes) = match kept {
                    Some(Kept::Each { tallies, changes }) => (tallies, changes),
                    _ => (BTreeMap::new(), 0),
                };
                let mut tally = tallies.remove(key).map_or_else(|| Tally::empty(window), |(_, tally)| tally);
                let changed = change(&mut tally);
                changes += 1;
                let mut gave_way = None;
                if !tally.is_empty() {
                    if tallies.len() >= MOST_KEYS {
                        tallies.retain(|_, (_, tally)| tally.at(window, now) > 0);
                    }
                    if tallies.len() >= MOST_KEYS {
                        let oldest =
                            tallies.iter().min_by_key(|(_, (change, _))| *change).map(|(key, _)| Arc::clone(key));
                        let gone = oldest.and_then(|key| tallies.remove_entry(&key));
                        gave_way = gone.map(|(key, (_, tally))| GaveWay { key, count: tally.at(window, now) });
                    }
                    tallies.insert(Arc::clone(key), (changes, tally));
                }
                ((!tallies.is_empty()).then_some(Kept::Each { tallies, changes }), changed, gave_way)
            }
        };
        if let Some(kept) = kept {
            counts.get_or_insert_default().insert(rule.counter, kept);
        }
        #[cfg(feature = "store")]
        self.unsaved.store(true, Ordering::Release);
        self.counted.store(counts.as_ref().is_some_and(|counts| !counts.is_empty()), Ordering::Release);
        (changed, gave_way)
    }

    /// Whether a count has changed since this was asked last.
    #[cfg(feature = "store")]
    pub(super) fn take_unsaved(&self) -> bool {
        self.unsaved.load(Ordering::Acquire) && self.unsaved.swap(false, Ordering::AcqRel)
    }

    /// The store was not told after all.
    #[cfg(feature = "store")]
    pub(super) fn put_unsaved(&self) {
        self.unsaved.store(true, Ordering::Release);
    }

    /// Lets go of the counters of one rule.
    #[cfg(feature = "store")]
    pub(super) fn forget(&self, rule: &CountedRule) {
        let mut counts = self.counts.lock();
        let is_left = counts.as_mut().is_some_and(|counts| {
            counts.remove(&rule.counter);
            !counts.is_empty()
        });
        self.counted.store(is_left, Ordering::Release);
    }

    /// Lets go of all of them.
    #[cfg(feature = "store")]
    pub(super) fn clear(&self) {
        let mut counts = self.counts.lock();
        *counts = None;
        self.counted.store(false, Ordering::Release);
    }

    /// Lets go of the counters of rules that are no more.
    pub(super) fn keep_those_of<'a>(&self, rules: impl Iterator<Item = &'a CountedRule>) {
        if !self.has_counts() {
            return;
        }
        let live: HashSet<Counter> = rules.map(|rule| rule.counter).collect();
        let mut counts = self.counts.lock();
        let Some(counts) = counts.as_mut() else { return };
        counts.retain(|counter, _| live.contains(counter));
        self.counted.store(!counts.is_empty(), Ordering::Release);
    }
}
