//! What a store keeps of the audit: records, counters, the interlock.

use std::collections::BTreeMap;

use super::auditor::Auditor;
use super::counters::AuditSession;
use super::difference::stable_names;
use super::ledger::Tail;
use super::record::{AuditRecord, Interlock};
use crate::panics::tell;
use crate::store::{Audit, Beginning, StoredCount};

impl Auditor {
    /// Goes on from what a store has: its ledger, its interlock. From now on records are kept until a store has them.
    pub(crate) fn continue_from_store(&mut self, beginning: &Beginning) {
        let state = self.state.get_mut();
        state.log.keep_for_store();
        if let Some(last) = &beginning.last_record {
            state.log.continue_from(Tail { sequence: last.sequence, hash: last.hash });
        }
        if let Some(record) = &beginning.interlock
            && let Some(violation) = record.violation()
        {
            state.interlock = Some(Interlock { since: record.time, violation: violation.clone() });
            self.close();
        }
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
        Audit { records, interlock }
    }

    /// The store was not told of it after all.
    pub(crate) fn put_unsaved(&self, audit: Audit) {
        let mut state = self.state.lock();
        state.interlock_unsaved |= audit.interlock.is_some();
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
        let tail = beginning
            .last_record
            .as_ref()
            .map_or(Tail::START, |last| Tail { sequence: last.sequence, hash: last.hash });
        let numbers = state.log.follow(tail);
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
        let counts =
            stable_names(&state.recipe).map(|(rule, counter)| StoredCount { rule, count: session.of(counter) });
        let mut counts: Vec<_> = counts.filter(|stored| stored.count > 0).collect();
        counts.sort();
        counts
    }

    /// Counts on where an earlier life of the session was. What no rule has any more is told, and dropped.
    pub(crate) fn bring_back_counts(&self, session: &AuditSession, counts: &[StoredCount]) {
        if counts.is_empty() {
            return;
        }
        let state = self.state.lock();
        let rules: BTreeMap<String, _> = stable_names(&state.recipe).collect();
        let (known, gone): (Vec<_>, Vec<_>) = counts.iter().partition(|stored| rules.contains_key(&stored.rule));
        for StoredCount { rule, count } in known {
            if let Some(counter) = rules.get(rule) {
                session.set(*counter, *count);
            }
        }
        drop(state);
        // As they are in the store.
        session.take_unsaved();
        for StoredCount { rule, count } in gone {
            let name = session.name();
            tell(|| {
                tracing::warn!(target: "theus::audit", session = %name, rule, count, "a counter of a rule that is no more is dropped");
            });
        }
    }
}
