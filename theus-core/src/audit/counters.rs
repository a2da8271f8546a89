//! What the audit keeps of one session: its name, and the counters of the rules that were violated in it.

use std::sync::Arc;

use super::alarm::{AlarmState, Alarms};
use super::counted::CountedRule;
#[cfg(feature = "store")]
use super::elsewhere::Elsewhere;
use super::key::Key;
#[cfg(feature = "store")]
use super::ledger::{OwnLedger, Tail};
use super::record::AuditRecord;
use super::samples::Samples;
use super::tallies::{GaveWay, Tallies};
use super::tally::Tally;
use crate::audit::{Across, Text};
use theus_lang::audit::over_time::Sample;

/// One session, as the audit knows it: a threshold counts for each session by itself, where its rule does not say otherwise.
///
/// ```
/// use theus_core::audit::AuditSession;
/// let desk = AuditSession::new("desk 7");
/// assert_eq!(desk.name(), "desk 7");
/// ```
#[derive(Debug)]
pub struct AuditSession {
    name: Text,
    own: Tallies,
    /// Those of the rules that are counted across the engine: the same in each of its sessions.
    engine: Arc<Tallies>,
    /// Those of all sessions of the engine.
    alarms: Arc<Alarms>,
    samples: Samples,
}

impl AuditSession {
    /// A session in which nothing has been counted, and which is alone: an engine's come of its auditor.
    #[must_use]
    pub fn new(name: impl Into<Text>) -> Self {
        Self::beside(name.into(), Arc::default(), Arc::default())
    }

    pub(super) fn beside(name: Text, engine: Arc<Tallies>, alarms: Arc<Alarms>) -> Self {
        Self { name, own: Tallies::default(), engine, alarms, samples: Samples::default() }
    }

    /// It has a ledger of its own, which goes on behind this record.
    #[cfg(feature = "store")]
    pub(crate) fn with_ledger(mut self, tail: Tail) -> Self {
        self.samples = Samples::beside(OwnLedger::behind(tail));
        self
    }

    /// The counters of all sessions are its own, and what it adds to them is for who keeps them.
    #[cfg(feature = "store")]
    pub(super) fn put_elsewhere(&mut self, elsewhere: Elsewhere) {
        self.engine = Arc::default();
        self.samples.put_elsewhere(elsewhere);
    }

    /// What it adds to counters that are kept elsewhere, where they are.
    #[cfg(feature = "store")]
    pub(super) fn elsewhere(&self) -> Option<&Elsewhere> {
        self.samples.elsewhere()
    }

    /// The counters of the rules that are counted across the engine.
    #[cfg(feature = "store")]
    pub(super) fn counters_of_all(&self) -> &Tallies {
        &self.engine
    }

    /// The end of its own ledger.
    #[cfg(feature = "store")]
    pub(crate) fn recorded(&self) -> Tail {
        self.samples.ledger().map_or(Tail::START, OwnLedger::tail)
    }

    /// The records of its own ledger that were not asked for yet.
    #[cfg(feature = "store")]
    pub(crate) fn take_records(&self) -> Vec<AuditRecord> {
        self.samples.ledger().map(OwnLedger::take).unwrap_or_default()
    }

    /// The engine's ledger has got these, which are of this session.
    pub(super) fn has_recorded(&self, records: &[AuditRecord]) {
        #[cfg(feature = "store")]
        if let Some(ledger) = self.samples.ledger() {
            ledger.copies(records);
        }
        #[cfg(not(feature = "store"))]
        let _ = records;
    }

    /// What records call it.
    #[must_use]
    pub const fn name(&self) -> &Text {
        &self.name
    }

    /// How many violations of a rule have been counted in this session since its level acted, or since it was put back: of a rule that
    /// is counted across the engine, in all sessions. Of a rule with a window, some may have left it since.
    #[inline]
    #[must_use]
    pub fn count(&self, rule: &CountedRule) -> u32 {
        self.of(rule).count(rule)
    }

    /// Whether anything has been counted that was not put back.
    #[inline]
    pub(super) fn has_counts(&self) -> bool {
        self.own.has_counts() || self.engine.has_counts() || self.alarms.has_any()
    }

    /// Whether anything is counted of a rule, or it is an alarm whose value is outside, for whatever value of its `per`.
    #[inline]
    pub(super) fn holds(&self, rule: &CountedRule) -> bool {
        self.of(rule).holds(rule) || (rule.alarm().is_some() && self.alarms.holds(&self.name, rule.counter))
    }

    /// The same for one value of its `per`.
    pub(super) fn holds_of(&self, rule: &CountedRule, key: &Key) -> bool {
        !self.tally(rule, key).is_empty()
            || (rule.alarm().is_some()
                && self.alarms.get(&self.name, rule, key).is_some_and(|standing| standing.is_watched()))
    }

    /// Whether a violation would count.
    pub(super) fn would_count(&self, rule: &Arc<CountedRule>, key: &Key, now: u64) -> bool {
        match rule.alarm() {
            Some(settings) if rule.counts_excursions() => {
                self.alarms.would_count(&self.name, (rule, settings), key, now)
            }
            _ => true,
        }
    }

    /// What the counter of a rule holds.
    pub(super) fn tally(&self, rule: &CountedRule, key: &Key) -> Tally {
        self.of(rule).tally(rule, key)
    }

    /// How the alarm of a rule stands, where it is one.
    pub(super) fn alarm(&self, rule: &CountedRule, key: &Key) -> Option<AlarmState> {
        rule.alarm()?;
        Some(self.alarms.get(&self.name, rule, key).map_or(AlarmState::Normal, |standing| standing.state()))
    }

    /// What a rule that goes by time has seen last.
    pub(super) fn sample(&self, rule: &CountedRule, key: &Key) -> Option<Sample> {
        self.samples.of(rule, key)
    }

    /// What rules that go by time have seen, in a run that was not refused.
    pub(super) const fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Counts on the counter of a rule.
    pub(super) fn change<R>(
        &self,
        rule: &CountedRule,
        key: &Key,
        now: u64,
        change: impl FnOnce(&mut Tally) -> R,
    ) -> (R, Option<GaveWay>) {
        self.of(rule).change(rule, key, now, change)
    }

    /// The counters of its own.
    #[cfg(feature = "store")]
    pub(super) const fn own(&self) -> &Tallies {
        &self.own
    }

    #[inline]
    fn of(&self, rule: &CountedRule) -> &Tallies {
        match rule.counting().across() {
            Across::Engine => &self.engine,
            _ => &self.own,
        }
    }

    /// Whether a count of its own has changed since this was asked last.
    #[cfg(feature = "store")]
    pub(crate) fn take_unsaved(&self) -> bool {
        self.own.take_unsaved() | self.samples.take_unsaved()
    }

    /// The store was not told after all.
    #[cfg(feature = "store")]
    pub(crate) fn put_unsaved(&self) {
        self.own.put_unsaved();
        self.samples.put_unsaved();
    }

    /// Whether time alone has found something of it that a store has not been told of; asked once.
    #[cfg(feature = "store")]
    pub(crate) fn take_looked(&self) -> bool {
        self.samples.take_looked()
    }

    /// The store is still to be told of it.
    #[cfg(feature = "store")]
    pub(crate) fn put_looked(&self) {
        self.samples.put_looked();
    }

    /// Lets go of the counters of rules that are no more.
    pub(crate) fn keep_those_of<'a>(&self, rules: impl Iterator<Item = &'a CountedRule>) {
        if self.samples.has_any() {
            let rules: Vec<_> = rules.collect();
            self.samples.keep_those_of(&rules.iter().map(|rule| rule.counter).collect());
            return self.own.keep_those_of(rules.into_iter());
        }
        self.own.keep_those_of(rules);
    }
}

impl Drop for AuditSession {
    fn drop(&mut self) {
        self.alarms.forget(&self.name);
    }
}
