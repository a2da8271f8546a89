//! What the rules that go by time have seen last, in one session.

use std::collections::{BTreeMap, HashSet};
#[cfg(feature = "store")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use super::counted::CountedRule;
use super::counter::Counter;
#[cfg(feature = "store")]
use super::elsewhere::Elsewhere;
use super::key::Key;
#[cfg(feature = "store")]
use super::ledger::OwnLedger;
use super::tallies::MOST_KEYS;
#[cfg(feature = "store")]
use crate::store::{StoredCount, StoredSample};
use theus_lang::audit::over_time::Sample;
#[cfg(feature = "store")]
use theus_lang::audit::over_time::Sampled;

/// What a rule that goes by time has seen.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) rule: Arc<CountedRule>,
    pub(super) key: Key,
    pub(super) sample: Sample,
}

/// Of which rule, of which value of its `per`.
type Place = (Counter, Key);

/// Samples, each by the identity of its rule. Most sessions have no more than a place for them.
#[derive(Debug, Default)]
pub(super) struct Samples(OnceLock<Box<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    table: Mutex<BTreeMap<Place, Sample>>,
    /// Whether a store has not been told of the last change.
    #[cfg(feature = "store")]
    unsaved: AtomicBool,
    /// Whether time alone has changed one, which no run brings to a store.
    #[cfg(feature = "store")]
    looked: AtomicBool,
    /// The session's own ledger, where it is carried as a value: here, so that no other session has a place for it.
    #[cfg(feature = "store")]
    ledger: Option<OwnLedger>,
    /// What it adds to counters that are kept elsewhere, where it is carried and they are: here too.
    #[cfg(feature = "store")]
    elsewhere: Option<Box<Elsewhere>>,
}

impl Samples {
    /// None, of a session that has a ledger of its own.
    #[cfg(feature = "store")]
    pub(super) fn beside(ledger: OwnLedger) -> Self {
        Self(OnceLock::from(Box::new(Kept { ledger: Some(ledger), ..Kept::default() })))
    }

    /// Its counters of all sessions are kept elsewhere.
    #[cfg(feature = "store")]
    pub(super) fn put_elsewhere(&mut self, elsewhere: Elsewhere) {
        let mut kept = self.0.take().unwrap_or_default();
        kept.elsewhere = Some(Box::new(elsewhere));
        self.0 = OnceLock::from(kept);
    }

    /// What it adds to those, where they are.
    #[cfg(feature = "store")]
    pub(super) fn elsewhere(&self) -> Option<&Elsewhere> {
        self.0.get()?.elsewhere.as_deref()
    }

    /// The session's own ledger, where it has one.
    #[cfg(feature = "store")]
    pub(super) fn ledger(&self) -> Option<&OwnLedger> {
        self.0.get()?.ledger.as_ref()
    }

    /// What a rule has seen last.
    pub(super) fn of(&self, rule: &CountedRule, key: &Key) -> Option<Sample> {
        self.0.get()?.table.lock().get(&(rule.counter, key.clone())).copied()
    }

    /// What is to be compared with from now on. Of a rule with `per` there are so many at most: where there is one more, the one that
    /// was seen longest ago gives way, and its next value is a first one.
    pub(super) fn keep(&self, looked: Vec<Looked>) {
        if looked.is_empty() {
            return;
        }
        let kept = self.0.get_or_init(Box::default);
        let mut samples = kept.table.lock();
        for Looked { rule, key, sample } in looked {
            let is_keyed = key.is_some();
            let is_new = samples.insert((rule.counter, key), sample).is_none();
            if is_keyed && is_new {
                make_room(&mut samples, rule.counter);
            }
        }
        #[cfg(feature = "store")]
        kept.unsaved.store(true, Ordering::Release);
    }

    /// The same of one that time has come to, unless a run has come in between.
    pub(super) fn keep_beside(&self, last: Option<Sample>, looked: Looked) {
        if self.of(&looked.rule, &looked.key) == last {
            self.keep(vec![looked]);
            #[cfg(feature = "store")]
            self.put_looked();
        }
    }

    /// Lets go of those of rules that are no more.
    pub(super) fn keep_those_of(&self, live: &HashSet<Counter>) {
        if let Some(kept) = self.0.get() {
            kept.table.lock().retain(|(counter, _), _| live.contains(counter));
        }
    }

    pub(super) fn has_any(&self) -> bool {
        self.0.get().is_some_and(|kept| !kept.table.lock().is_empty())
    }

    /// Whether one has changed since this was asked last.
    #[cfg(feature = "store")]
    pub(super) fn take_unsaved(&self) -> bool {
        self.0.get().is_some_and(|kept| kept.unsaved.swap(false, Ordering::AcqRel))
    }

    /// The store was not told after all.
    #[cfg(feature = "store")]
    pub(super) fn put_unsaved(&self) {
        if let Some(kept) = self.0.get() {
            kept.unsaved.store(true, Ordering::Release);
        }
    }

    /// Whether time alone has changed one since this was asked last.
    #[cfg(feature = "store")]
    pub(super) fn take_looked(&self) -> bool {
        self.0.get().is_some_and(|kept| kept.looked.swap(false, Ordering::AcqRel))
    }

    /// The store is still to be told of it.
    #[cfg(feature = "store")]
    pub(super) fn put_looked(&self) {
        if let Some(kept) = self.0.get() {
            kept.looked.store(true, Ordering::Release);
        }
    }

    /// As a store keeps them, by the names of their rules.
    #[cfg(feature = "store")]
    pub(super) fn stored<'r>(&self, rules: impl Iterator<Item = (String, &'r Arc<CountedRule>)>) -> Vec<StoredCount> {
        let Some(kept) = self.0.get() else { return Vec::new() };
        let names: BTreeMap<Counter, String> =
            rules.filter(|(_, rule)| rule.goes_by_time()).map(|(name, rule)| (rule.counter, name)).collect();
        let samples = kept.table.lock();
        let mut stored: Vec<_> = samples
            .iter()
            .filter_map(|((counter, key), sample)| {
                let seen = StoredSample { at: sample.at, value: sample.value.stored() };
                let (rule, key) = (names.get(counter)?.clone(), key.as_ref().map(ToString::to_string));
                Some(StoredCount { rule, key, sample: Some(Box::new(seen)), ..StoredCount::default() })
            })
            .collect();
        stored.sort();
        stored
    }

    /// What a store has kept, of rules that there are and that go by time.
    #[cfg(feature = "store")]
    pub(super) fn bring_back<'r>(
        &self,
        counts: &[StoredCount],
        rules: impl Iterator<Item = (String, &'r Arc<CountedRule>)>,
    ) {
        if !counts.iter().any(|stored| stored.sample.is_some()) {
            return;
        }
        let rules: BTreeMap<String, &Arc<CountedRule>> = rules.filter(|(_, rule)| rule.goes_by_time()).collect();
        let looked = counts.iter().filter_map(|stored| {
            let (seen, rule) = (stored.sample.as_ref()?, *rules.get(&stored.rule)?);
            // What is not of its rule's kind is not in a store that was written so.
            if stored.key.is_some() != rule.counting().per().is_some() {
                return None;
            }
            let sample = Sample { at: seen.at, value: Sampled::brought_back(&seen.value)? };
            Some(Looked { rule: Arc::clone(rule), key: stored.key.as_deref().map(Into::into), sample })
        });
        self.keep(looked.collect());
    }
}

fn make_room(samples: &mut BTreeMap<Place, Sample>, counter: Counter) {
    let of_rule = || samples.range((counter, None)..).take_while(|((other, _), _)| *other == counter);
    if of_rule().count() > MOST_KEYS {
        let oldest = of_rule().min_by_key(|(_, sample)| sample.at).map(|(place, _)| place.clone());
        oldest.and_then(|place| samples.remove(&place));
    }
}
