//! Questions to a ledger.

use std::collections::BTreeMap;
use std::ops::{Deref, RangeInclusive};
use std::time::SystemTime;

use super::record_log::RecordLog;
use super::sink::Tail;
use super::verify::{Chain, Place, Tampered, Verified};
use crate::audit::AlarmEvent;
use crate::audit::Gate;
use crate::audit::Level;
use crate::audit::Text;
use crate::audit::record::{AuditEvent, AuditRecord, Violation};

/// Which records one asks for. Everything that is said must hold; a record that has no process, level or rule is in no
/// answer to a question about one.
///
/// ```
/// use theus_core::audit::{Level, Query};
/// let query = Query::new().process("transfer").at_least(Level::A).rule("domain.total min 0");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Query {
    process: Option<String>,
    rule: Option<String>,
    levels: Option<RangeInclusive<Level>>,
    since: Option<SystemTime>,
    before: Option<SystemTime>,
}

/// One rule of one process, or one invariant, as counts name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct RuleName {
    /// The process; none of an invariant, which is one rule whichever process violates it.
    pub process: Option<Text>,
    /// The gate.
    pub gate: Gate,
    /// The rule, as in `domain.total min 0`.
    pub rule: Text,
}

impl Query {
    /// Every record.
    pub fn new() -> Self {
        Self::default()
    }

    /// Violations by this process, and what became of their alarms.
    pub fn process(mut self, process: impl Into<String>) -> Self {
        self.process = Some(process.into());
        self
    }

    /// Violations of this rule, as in `domain.total min 0`, or by its `id`; or of every rule on this path.
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    /// Violations of rules of this level.
    pub fn level(mut self, level: Level) -> Self {
        self.levels = Some(level..=level);
        self
    }

    /// Violations of rules of this level or a stronger one.
    pub fn at_least(mut self, level: Level) -> Self {
        self.levels = Some(Level::S..=level);
        self
    }

    /// Records made at this time or later.
    pub const fn since(mut self, time: SystemTime) -> Self {
        self.since = Some(time);
        self
    }

    /// Records made before this time.
    pub const fn before(mut self, time: SystemTime) -> Self {
        self.before = Some(time);
        self
    }

    /// Whether a record is an answer.
    #[must_use]
    pub fn matches(&self, record: &AuditRecord) -> bool {
        self.since.is_none_or(|since| record.time >= since)
            && self.before.is_none_or(|before| record.time < before)
            && match &record.event {
                AuditEvent::Violation(violation) => self.matches_violation(violation),
                AuditEvent::Alarm(event) => self.matches_alarm(event),
                _ => self.process.is_none() && self.rule.is_none() && self.levels.is_none(),
            }
    }

    fn matches_violation(&self, violation: &Violation) -> bool {
        self.process.as_ref().is_none_or(|process| violation.process == process.as_str())
            && self.rule.as_ref().is_none_or(|rule| {
                let is_it = |text: &Text| text == rule.as_str();
                is_it(&violation.rule) || is_it(&violation.path) || violation.id.as_ref().is_some_and(is_it)
            })
            && self.levels.as_ref().is_none_or(|levels| levels.contains(&violation.level))
    }
}

impl Query {
    fn matches_alarm(&self, event: &AlarmEvent) -> bool {
        self.process.as_ref().is_none_or(|process| event.process == process.as_str())
            && self.rule.as_ref().is_none_or(|rule| event.rule == rule.as_str())
            && self.levels.as_ref().is_none_or(|levels| levels.contains(&event.level))
    }
}

impl RuleName {
    pub(super) fn of(violation: &Violation) -> Self {
        let process = (!violation.invariant).then(|| violation.process.clone());
        Self { process, gate: violation.gate, rule: violation.rule.clone() }
    }
}

/// The records that were in memory at one moment, oldest first. It dereferences to them.
///
/// ```
/// use theus_core::audit::Query;
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Oven { temperature: f64 }
///
/// #[process(outputs = [domain.temperature])]
/// fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
///
/// let recipe = "process_recipes: { record: { outputs: [ { field: domain.temperature, max: 90, level: C } ] } }";
/// let engine = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
/// engine.run(Record { value: 95.0 })?;
///
/// let ledger = engine.ledger();
/// assert_eq!(ledger.len(), 2, "the recipe was loaded; a rule was violated");
/// assert_eq!(ledger.find(&Query::new().process("record")).count(), 1);
/// assert_eq!(ledger.counts_by_rule(&Query::new()).values().sum::<u64>(), 1);
/// assert_eq!(ledger.verify()?.tail.sequence, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Excerpt {
    records: Vec<AuditRecord>,
    dropped: u64,
    tail: Tail,
}

impl Excerpt {
    /// The records of a log as they are now.
    #[must_use]
    pub fn of(log: &RecordLog) -> Self {
        Self { records: log.records().cloned().collect(), dropped: log.dropped(), tail: log.tail() }
    }

    /// The records that answer a question, in order.
    pub fn find<'a>(&'a self, query: &'a Query) -> impl Iterator<Item = &'a AuditRecord> {
        self.records.iter().filter(|record| query.matches(record))
    }

    /// How many violations of each rule answer a question.
    #[must_use]
    pub fn counts_by_rule(&self, query: &Query) -> BTreeMap<RuleName, u64> {
        let mut counts = BTreeMap::new();
        for violation in self.find(query).filter_map(AuditRecord::violation) {
            *counts.entry(RuleName::of(violation)).or_default() += 1;
        }
        counts
    }

    /// How many records had to make room before these.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Whether these are the records that were made, all of them from the first that is kept to the last that was made.
    ///
    /// # Errors
    /// [`Tampered`]: the first that was altered, is missing or is out of its place.
    pub fn verify(&self) -> Result<Verified, Tampered> {
        verify(&self.records, Some(self.tail)).map_err(|fault| Tampered { fault, place: Place::default() })
    }

    /// The records.
    #[must_use]
    pub fn into_records(self) -> Vec<AuditRecord> {
        self.records
    }
}

impl Deref for Excerpt {
    type Target = [AuditRecord];
    fn deref(&self) -> &[AuditRecord] {
        &self.records
    }
}

/// Follows the chain through records that are known already, to where it is known to end.
pub(super) fn verify(records: &[AuditRecord], known: Option<Tail>) -> Result<Verified, super::Fault> {
    let mut chain = Chain::default();
    for (at, record) in records.iter().enumerate() {
        chain.follow(record, |number| records[at..].iter().any(|later| later.sequence == number))?;
    }
    chain.finish(known)
}
