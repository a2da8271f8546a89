//! The alarms of an engine: of every session, those whose value is outside.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::excursion::{Excursion, Sight, Turn};
use crate::audit::counted::CountedRule;
use crate::audit::counter::Counter;
use crate::audit::key::Key;
use crate::audit::{AlarmSettings, Text};
use crate::panics::tell;

/// So many alarms are kept at a time. Where there is one more, its rule counts every violation, as it would were it none.
pub(super) const MOST: usize = 65_536;

/// The alarms of an engine. Changed only by the auditor, under its lock.
#[derive(Debug, Default)]
pub(in crate::audit) struct Alarms {
    /// Whether there are any: most engines are never asked further.
    any: AtomicBool,
    /// Whether a session that is gone may come back, of a store.
    are_kept: AtomicBool,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// By the name of the session, the rule, and the value of its `per`.
    sessions: BTreeMap<Arc<str>, BTreeMap<(Counter, Key), Excursion>>,
    count: usize,
}

impl Alarms {
    #[inline]
    pub(in crate::audit) fn has_any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// Sessions come back.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn keep(&self) {
        self.are_kept.store(true, Ordering::Release);
    }

    /// Whether the value of a rule is outside in a session, for whatever value of its `per`.
    pub(in crate::audit) fn holds(&self, session: &str, counter: Counter) -> bool {
        let is_there = |of_session: &BTreeMap<(Counter, Key), Excursion>| {
            of_session.range((counter, None)..).next().is_some_and(|((of, _), _)| *of == counter)
        };
        self.has_any() && self.table.lock().sessions.get(session).is_some_and(is_there)
    }

    /// Where the value of a rule is.
    pub(in crate::audit) fn excursion(&self, session: &str, rule: &CountedRule, key: &Key) -> Excursion {
        if !self.has_any() {
            return Excursion::None;
        }
        let table = self.table.lock();
        let of_session = table.sessions.get(session);
        of_session.and_then(|alarms| alarms.get(&(rule.counter, key.clone()))).copied().unwrap_or_default()
    }

    /// The value of a rule was seen.
    pub(in crate::audit) fn saw(
        &self,
        session: &Text,
        (rule, settings): (&CountedRule, &AlarmSettings),
        key: &Key,
        sight: Sight,
        now: u64,
    ) -> Turn {
        let mut excursion = self.excursion(session, rule, key);
        let before = excursion;
        let turn = excursion.seen(settings, sight, now);
        if excursion == before || self.put(session, (rule.counter, key), excursion) {
            return turn;
        }
        tell(|| {
            let source = rule.source();
            tracing::warn!(target: "theus::audit", %session, source, "there are too many alarms: this one counts every violation");
        });
        Turn { begins: sight == Sight::Outside, ..turn }
    }

    /// `false` where there is no room for one more.
    fn put(&self, session: &Text, (counter, key): (Counter, &Key), excursion: Excursion) -> bool {
        let mut table = self.table.lock();
        let Table { sessions, count } = &mut *table;
        let place = (counter, key.clone());
        let mut has_room = true;
        if excursion == Excursion::None {
            if let Some(alarms) = sessions.get_mut(session.as_str()) {
                *count -= usize::from(alarms.remove(&place).is_some());
                if alarms.is_empty() {
                    sessions.remove(session.as_str());
                }
            }
        } else if let Some(there) = sessions.get_mut(session.as_str()).and_then(|alarms| alarms.get_mut(&place)) {
            *there = excursion;
        } else if *count < MOST {
            sessions.entry(session.as_str().into()).or_default().insert(place, excursion);
            *count += 1;
        } else {
            has_room = false;
        }
        self.any.store(*count > 0, Ordering::Release);
        has_room
    }

    /// A session is let go of. Where no store has it, its value is gone.
    pub(in crate::audit) fn forget(&self, session: &str) {
        if !self.has_any() || self.are_kept.load(Ordering::Acquire) {
            return;
        }
        let mut table = self.table.lock();
        let gone = table.sessions.remove(session).map_or(0, |alarms| alarms.len());
        table.count -= gone;
        self.any.store(table.count > 0, Ordering::Release);
    }

    /// Lets go of the alarms of rules that are no more.
    pub(in crate::audit) fn keep_those_of<'a>(&self, rules: impl Iterator<Item = &'a CountedRule>) {
        if !self.has_any() {
            return;
        }
        let live: HashSet<Counter> = rules.map(|rule| rule.counter).collect();
        let mut table = self.table.lock();
        for alarms in table.sessions.values_mut() {
            alarms.retain(|(counter, _), _| live.contains(counter));
        }
        table.sessions.retain(|_, alarms| !alarms.is_empty());
        table.count = table.sessions.values().map(BTreeMap::len).sum();
        self.any.store(table.count > 0, Ordering::Release);
    }
}
