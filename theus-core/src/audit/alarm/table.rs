//! The alarms of an engine: of every session, those that are not at rest.

#[cfg(feature = "store")]
use std::collections::BTreeSet;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use super::excursion::Sight;
use super::standing::Standing;
use crate::audit::counted::CountedRule;
use crate::audit::counter::Counter;
use crate::audit::key::Key;
use crate::audit::{AlarmSettings, Text};
use theus_lang::audit::message::Seen;

/// So many alarms are kept at a time. Where there is one more, its rule counts every violation, as it would were it none.
pub(in crate::audit) const MOST: usize = 65_536;

/// An alarm whose value has been outside for its `on_delay`, and that no run has seen since.
pub(in crate::audit) struct Overdue {
    pub(in crate::audit) rule: Arc<CountedRule>,
    pub(in crate::audit) key: Key,
    pub(in crate::audit) process: &'static str,
    pub(in crate::audit) seen: Seen,
}

/// Of which session, of which rule, of which value of its `per`.
pub(in crate::audit) type Place = (Arc<str>, Counter, Key);

/// The alarms of an engine. Changed only by the auditor, under its lock.
#[derive(Debug)]
pub(in crate::audit) struct Alarms {
    /// Whether there are any: most engines are never asked further.
    any: AtomicBool,
    /// When time alone changes one of them next, in nanoseconds since 1970.
    next_due: AtomicU64,
    /// Whether there was no room for one since this was asked last.
    refused: AtomicBool,
    /// Whether a session that is gone may come back, of a store.
    are_kept: AtomicBool,
    table: Mutex<Table>,
}

impl Default for Alarms {
    fn default() -> Self {
        Self {
            any: AtomicBool::new(false),
            next_due: AtomicU64::new(u64::MAX),
            refused: AtomicBool::new(false),
            are_kept: AtomicBool::new(false),
            table: Mutex::default(),
        }
    }
}

type OfSession = BTreeMap<(Counter, Key), Standing>;

#[derive(Debug, Default)]
struct Table {
    sessions: BTreeMap<Arc<str>, OfSession>,
    count: usize,
    /// Those that have changed since a store was told, where there is one.
    #[cfg(feature = "store")]
    unsaved: BTreeSet<Place>,
    /// Those that are on their way to it.
    #[cfg(feature = "store")]
    sent: BTreeSet<Place>,
}

impl Alarms {
    #[inline]
    pub(in crate::audit) fn has_any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// Whether a look at the value of a rule can change its alarm in a session, for whatever value of its `per`, though it passes.
    pub(in crate::audit) fn holds(&self, session: &str, counter: Counter) -> bool {
        let is_watched = |alarms: &OfSession| {
            let of_rule = alarms.range((counter, None)..).take_while(|((of, _), _)| *of == counter);
            of_rule.into_iter().any(|(_, standing)| standing.is_watched())
        };
        self.has_any() && self.table.lock().sessions.get(session).is_some_and(is_watched)
    }

    /// The alarm of a rule, where it is not at rest.
    pub(in crate::audit) fn get(&self, session: &str, rule: &CountedRule, key: &Key) -> Option<Standing> {
        if !self.has_any() {
            return None;
        }
        self.table.lock().sessions.get(session)?.get(&(rule.counter, key.clone())).cloned()
    }

    /// Whether a violation of a rule that is seen now would count.
    pub(in crate::audit) fn would_count(
        &self,
        session: &str,
        (rule, settings): (&Arc<CountedRule>, &AlarmSettings),
        key: &Key,
        now: u64,
    ) -> bool {
        let standing = self.get(session, rule, key);
        let mut standing = standing.unwrap_or_else(|| Standing::normal(Arc::clone(rule)));
        standing.saw(settings, Sight::Outside, now).1
    }

    /// Changes the alarm of a rule. `None` where it was at rest, and there is no room for one more.
    pub(in crate::audit) fn change<R>(
        &self,
        session: &Text,
        rule: &Arc<CountedRule>,
        key: &Key,
        change: impl FnOnce(&mut Standing) -> R,
    ) -> Option<R> {
        let mut table = self.table.lock();
        let Table { sessions, count, .. } = &mut *table;
        let place = (rule.counter, key.clone());
        let there = sessions.get_mut(session.as_str()).and_then(|alarms| alarms.remove(&place));
        let was_there = there.is_some();
        let mut standing = there.unwrap_or_else(|| Standing::normal(Arc::clone(rule)));
        // A rule that takes the place of another says where it stands itself.
        standing.rule = Arc::clone(rule);
        #[cfg(feature = "store")]
        let before = standing.seen();
        let changed = change(&mut standing);
        let is_new = !was_there && !standing.is_over();
        if is_new && *count >= MOST {
            self.refused.store(true, Ordering::Release);
            return None;
        }
        let name: Arc<str> = session.as_str().into();
        #[cfg(feature = "store")]
        let is_unsaved = self.are_kept.load(Ordering::Acquire) && standing.seen() != before;
        #[cfg(feature = "store")]
        let saved_as = is_unsaved.then(|| (Arc::clone(&name), place.0, place.1.clone()));
        *count += usize::from(is_new);
        *count -= usize::from(was_there && standing.is_over());
        if standing.is_over() {
            if sessions.get(session.as_str()).is_some_and(BTreeMap::is_empty) {
                sessions.remove(session.as_str());
            }
        } else {
            self.next_due.fetch_min(standing.due(), Ordering::AcqRel);
            sessions.entry(name).or_default().insert(place, standing);
        }
        self.any.store(*count > 0, Ordering::Release);
        #[cfg(feature = "store")]
        table.unsaved.extend(saved_as);
        Some(changed)
    }

    /// Whether time alone has changed one of them by now.
    pub(in crate::audit) fn is_due(&self, now: u64) -> bool {
        self.next_due.load(Ordering::Acquire) <= now
    }

    /// The same: then all are looked at, and say anew when they are due.
    pub(in crate::audit) fn take_due(&self, now: u64) -> bool {
        let is_due = self.next_due.load(Ordering::Acquire) <= now;
        if is_due {
            self.next_due.store(u64::MAX, Ordering::Release);
        }
        is_due
    }

    /// Whether there was no room for one since this was asked last.
    pub(in crate::audit) fn take_refused(&self) -> bool {
        self.refused.load(Ordering::Acquire) && self.refused.swap(false, Ordering::AcqRel)
    }

    /// When time alone changes one of a session's next.
    pub(in crate::audit) fn due_of(&self, session: &str) -> u64 {
        if !self.has_any() {
            return u64::MAX;
        }
        let table = self.table.lock();
        let standings = table.sessions.get(session).into_iter().flat_map(BTreeMap::values);
        standings.map(|one| one.due().min(one.begins().unwrap_or(u64::MAX))).min().unwrap_or(u64::MAX)
    }

    /// Those of a session whose `on_delay` is over by now, and that no run has seen since.
    pub(in crate::audit) fn overdue(&self, session: &str, now: u64) -> Vec<Overdue> {
        if !self.has_any() {
            return Vec::new();
        }
        let table = self.table.lock();
        let standings = table.sessions.get(session).into_iter().flatten();
        let is_over = |one: &Standing| one.begins().is_some_and(|end| end <= now);
        let overdue = standings.filter(|(_, one)| is_over(one)).filter_map(|((_, key), one)| {
            let (process, seen) = one.outside.as_deref()?;
            Some(Overdue { rule: Arc::clone(&one.rule), key: key.clone(), process, seen: seen.clone() })
        });
        overdue.collect()
    }

    /// All of them, in the order of their sessions.
    pub(in crate::audit) fn all(&self) -> Vec<(Place, Standing)> {
        if !self.has_any() {
            return Vec::new();
        }
        let table = self.table.lock();
        let of_session = |(session, alarms): (&Arc<str>, &OfSession)| {
            let one = |((counter, key), standing): (&(Counter, Key), &Standing)| {
                ((Arc::clone(session), *counter, key.clone()), standing.clone())
            };
            alarms.iter().map(one).collect::<Vec<_>>()
        };
        table.sessions.iter().flat_map(of_session).collect()
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
        table.settle();
        self.any.store(table.count > 0, Ordering::Release);
    }

    /// Sessions come back.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn keep(&self) {
        self.are_kept.store(true, Ordering::Release);
    }

    /// Whether any has changed since this was asked last; those are on their way to a store then.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn take_unsaved(&self) -> bool {
        let mut table = self.table.lock();
        table.sent = std::mem::take(&mut table.unsaved);
        !table.sent.is_empty()
    }

    /// The store was not told after all.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn put_unsaved(&self) {
        let mut table = self.table.lock();
        let mut sent = std::mem::take(&mut table.sent);
        table.unsaved.append(&mut sent);
    }

    /// What a store has of them, in the place of what was known here but for what has changed here since.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn follow(&self, stored: Vec<(Place, Standing)>) {
        let mut table = self.table.lock();
        let Table { sessions, unsaved, .. } = &mut *table;
        for (session, alarms) in sessions.iter_mut() {
            alarms.retain(|(counter, key), standing| {
                !standing.is_seen() || unsaved.contains(&(Arc::clone(session), *counter, key.clone()))
            });
        }
        for (place, standing) in stored.into_iter().take(MOST) {
            if !unsaved.contains(&place) {
                let (session, counter, key) = place;
                self.next_due.fetch_min(standing.due(), Ordering::AcqRel);
                sessions.entry(session).or_default().insert((counter, key), standing);
            }
        }
        table.settle();
        self.any.store(table.count > 0, Ordering::Release);
    }

    /// Other numbers of the records of violations.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn renumber(&self, numbers: &BTreeMap<u64, u64>) {
        for standing in self.table.lock().sessions.values_mut().flat_map(BTreeMap::values_mut) {
            let raised = standing.raised.as_mut().map(|raised| &mut raised.violation);
            for violation in raised.into_iter().chain([&mut standing.origin.1]) {
                *violation = numbers.get(violation).copied().unwrap_or(*violation);
            }
        }
    }
}

impl Table {
    fn settle(&mut self) {
        self.sessions.retain(|_, alarms| !alarms.is_empty());
        self.count = self.sessions.values().map(BTreeMap::len).sum();
    }
}
