//! What a store keeps of the audit: records, counters, the interlock.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alarm::{alarms_of, stored_alarms};
use super::auditor::{Auditor, AuditorState};
use super::counted::CountedRule;
use super::counters::AuditSession;
use super::difference::{earlier_names, stable_names, stable_names_of};
use super::key::Key;
use super::ledger::Tail;
use super::record::{AuditRecord, Interlock};
use super::tallies::Tallies;
use super::tally::Tally;
use crate::audit::Across;
use crate::panics::tell;
use crate::store::{Audit, Beginning, StoredCount};

impl Auditor {
    /// Goes on from what a store has: its ledger, its interlock. From now on records are kept until a store has them.
    pub(crate) fn continue_from_store(&mut self, beginning: &Beginning) {
        let state = self.state.get_mut();
        state.log.keep_for_store();
        self.alarms.keep();
        let gone = bring_back(&self.everyone, state.shared_names(), &beginning.counts);
        // As they are in the store.
        self.everyone.take_unsaved();
        self.alarms.follow(alarms_of(&beginning.counts, stable_names(&state.recipe)));
        if let Some(last) = &beginning.last_record {
            state.log.continue_from(Tail { sequence: last.sequence, hash: last.hash });
        }
        if let Some(record) = &beginning.interlock
            && let Some(violation) = record.violation()
        {
            state.interlock = Some(Interlock { since: record.time, violation: violation.clone() });
            self.close();
        }
        tell_of("(engine)", &gone);
    }

    /// Whether something was recorded, or latched, of which a store has not been told.
    pub(crate) fn has_unsaved(&self) -> bool {
        let mut state = self.state.lock();
        state.interlock_unsaved || state.log.unsaved().is_some_and(|unsaved| !unsaved.is_empty())
    }

    /// All of that, oldest first.
    pub(crate) fn take_unsaved(&self) -> Audit {
        let mut state = self.state.lock();
        let records: Vec<AuditRecord> = state.log.unsaved().map(std::mem::take).unwrap_or_default().into();
        let interlock = std::mem::take(&mut state.interlock_unsaved).then(|| {
            let latched = state.interlock.as_ref()?;
            let mut kept = records.iter().chain(state.log.records());
            kept.find(|record| record.sequence == latched.violation.sequence).cloned()
        });
        // With the records of what is counted, so that it shows where another program has counted meanwhile. Passes alone wait for
        // them: until then the store has more than there is, and the level acts sooner after a restart.
        let counts = (!records.is_empty() && (self.everyone.take_unsaved() | self.alarms.take_unsaved())).then(|| {
            state.since.send();
            let mut counts = stored(&self.everyone, state.shared_rules());
            counts.extend(stored_alarms(&self.alarms, stable_names(&state.recipe)));
            counts
        });
        Audit { records, interlock, counts }
    }

    /// The store was not told of it after all.
    pub(crate) fn put_unsaved(&self, audit: Audit) {
        let mut state = self.state.lock();
        state.interlock_unsaved |= audit.interlock.is_some();
        if audit.counts.is_some() {
            state.since.put_back();
            self.everyone.put_unsaved();
            self.alarms.put_unsaved();
        }
        if let Some(unsaved) = state.log.unsaved() {
            audit.records.into_iter().rev().for_each(|record| unsaved.push_front(record));
        }
    }

    /// The store was told of it after all, and it was put back.
    pub(crate) fn are_saved(&self, audit: &Audit) {
        let mut state = self.state.lock();
        let last = audit.records.last().map_or(0, |record| record.sequence);
        if let Some(unsaved) = state.log.unsaved() {
            while unsaved.front().is_some_and(|record| record.sequence <= last) {
                unsaved.pop_front();
            }
        }
        let latched = state.interlock.as_ref().map(|latched| latched.violation.sequence);
        let as_stored = |stored: &Option<AuditRecord>| stored.as_ref().map(|record| record.sequence) == latched;
        if audit.interlock.as_ref().is_some_and(as_stored) {
            state.interlock_unsaved = false;
        }
    }

    /// Another program has written to the store's ledger: what is not stored yet follows that. Where it has latched the interlock, it
    /// is latched here too: also where the operator has reset another stop here, and did not know of that one.
    pub(crate) fn follow_store(&self, beginning: &Beginning) {
        let mut state = self.state.lock();
        // What it has counted, and behind it what was counted here.
        self.everyone.clear();
        let _ = bring_back(&self.everyone, state.shared_names(), &beginning.counts);
        state.since.count_behind(&self.everyone);
        let tail = beginning
            .last_record
            .as_ref()
            .map_or(Tail::START, |last| Tail { sequence: last.sequence, hash: last.hash });
        let numbers = state.log.follow(tail);
        // Its own have the numbers that they have in the store.
        self.alarms.renumber(&numbers);
        self.alarms.follow(alarms_of(&beginning.counts, stable_names(&state.recipe)));
        let is_stop_of = |record: &AuditRecord| record.violation().map(|violation| violation.sequence);
        let is_reset = |record| {
            let reset = state.reset_of.filter(|sequence| state.interlock_unsaved && !numbers.contains_key(sequence));
            reset.is_some() && reset == is_stop_of(record)
        };
        let is_reset = beginning.interlock.as_ref().is_some_and(is_reset);
        match (&mut state.interlock, &beginning.interlock) {
            (Some(latched), _) => {
                let violation = &mut latched.violation;
                violation.sequence = numbers.get(&violation.sequence).copied().unwrap_or(violation.sequence);
            }
            (None, Some(record)) if !is_reset => {
                if let Some(violation) = record.violation() {
                    state.interlock = Some(Interlock { since: record.time, violation: violation.clone() });
                    state.interlock_unsaved = false;
                    self.close();
                }
            }
            (None, _) => {}
        }
    }

    /// The counters of a session that are not 0, by the names of their rules.
    pub(crate) fn stored_counts(&self, session: &AuditSession) -> Vec<StoredCount> {
        let state = self.state.lock();
        let mut counts = stored(session.own(), state.own_rules());
        counts.extend(session.samples().stored(stable_names(&state.recipe)));
        counts
    }

    /// Counts on where an earlier life of the session was. What no rule has any more is told, and dropped.
    pub(crate) fn bring_back_counts(&self, session: &AuditSession, counts: &[StoredCount]) {
        if counts.is_empty() {
            return;
        }
        let state = self.state.lock();
        let gone = bring_back(session.own(), state.own_names(), counts);
        session.samples().bring_back(counts, state.own_names().chain(state.shared_names()));
        drop(state);
        // As they are in the store.
        session.take_unsaved();
        tell_of(session.name(), &gone);
    }
}

impl AuditorState {
    /// The rules that each session counts for itself, by their names.
    fn own_rules(&self) -> impl Iterator<Item = (String, &Arc<CountedRule>)> {
        stable_names(&self.recipe).filter(|(_, rule)| !is_shared(rule))
    }

    /// Those that are counted across the engine.
    pub(super) fn shared_rules(&self) -> impl Iterator<Item = (String, &Arc<CountedRule>)> {
        stable_names_of(&self.recipe, is_shared)
    }

    /// By what a store may have them: what a rule was known by before it was called something, and what it is known by.
    fn own_names(&self) -> impl Iterator<Item = (String, &Arc<CountedRule>)> {
        earlier_names(&self.recipe).filter(|(_, rule)| !is_shared(rule)).chain(self.own_rules())
    }

    fn shared_names(&self) -> impl Iterator<Item = (String, &Arc<CountedRule>)> {
        earlier_names(&self.recipe).filter(|(_, rule)| is_shared(rule)).chain(self.shared_rules())
    }

    /// Whoever keeps the counters of all sessions will have to be told of it.
    pub(super) fn was_violated(
        &mut self,
        session: &AuditSession,
        rule: &Arc<CountedRule>,
        key: &Key,
        now: u64,
        acts: bool,
    ) {
        if !is_shared(rule) {
            return;
        }
        if let Some(elsewhere) = session.elsewhere() {
            elsewhere.violated(rule, key, now, acts);
        } else if self.log.unsaved().is_some() {
            self.since.violated(rule, key, now, acts);
        }
    }

    pub(super) fn has_passed(&mut self, session: &AuditSession, rule: &Arc<CountedRule>, key: &Key) {
        if !is_shared(rule) {
            return;
        }
        if let Some(elsewhere) = session.elsewhere() {
            elsewhere.passed(rule, key);
        } else if self.log.unsaved().is_some() {
            self.since.passed(rule, key);
        }
    }
}

pub(super) fn is_shared(rule: &CountedRule) -> bool {
    rule.counting().across() == Across::Engine
}

fn stored<'r>(tallies: &Tallies, rules: impl Iterator<Item = (String, &'r Arc<CountedRule>)>) -> Vec<StoredCount> {
    let counts = rules.flat_map(|(name, rule)| {
        let of_key = |(key, tally): (Key, Tally)| {
            let key = key.map(|key| key.to_string());
            let (rule, count, window) = (name.clone(), tally.len(), tally.stored());
            StoredCount { rule, count, window, key, ..StoredCount::default() }
        };
        tallies.all(rule).into_iter().map(of_key).collect::<Vec<_>>()
    });
    let mut counts: Vec<_> = counts.filter(|stored| stored.count > 0).collect();
    // Of one rule in the order of their changes.
    counts.sort_by(|one, other| one.rule.cmp(&other.rule));
    counts
}

/// Gives back what no rule has any more.
fn bring_back<'r, 'c>(
    tallies: &Tallies,
    rules: impl Iterator<Item = (String, &'r Arc<CountedRule>)>,
    counts: &'c [StoredCount],
) -> Vec<&'c StoredCount> {
    if counts.is_empty() {
        return Vec::new();
    }
    let rules: BTreeMap<String, _> = rules.collect();
    // An alarm is of one session, and is brought back by itself, as is what was seen last.
    let counted = counts.iter().filter(|stored| stored.alarm.is_none() && stored.sample.is_none());
    let (known, gone): (Vec<_>, Vec<_>) = counted.partition(|stored| rules.contains_key(&stored.rule));
    for StoredCount { rule, count, window, key, .. } in known {
        if let Some(rule) = rules.get(rule) {
            // What is not of its rule's kind is not in a store that was written so.
            let key: Key = key.as_deref().filter(|_| rule.counting().per().is_some()).map(Into::into);
            if key.is_some() == rule.counting().per().is_some() {
                let _ =
                    tallies.change(rule, &key, 0, |tally| *tally = Tally::brought_back(rule, *count, window.clone()));
            }
        }
    }
    gone
}

fn tell_of(session: &str, gone: &[&StoredCount]) {
    for StoredCount { rule, count, .. } in gone {
        tell(|| {
            tracing::warn!(target: "theus::audit", session = %session, rule, count, "a counter of a rule that is no more is dropped");
        });
    }
}
