//! The auditor of an engine: rules, counters, records and the interlock.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use parking_lot::Mutex;

use super::error::{Refusal, ResetError};
use super::findings::Findings;
use super::judge::ProcessRules;
use super::level::Level;
use super::recipe::Recipe;
use super::record::{Action, AuditRecord, Interlock, Violation};
use super::rule::Rule;

/// How many records are kept; the oldest make room.
pub const MAX_RECORDS: usize = 16_384;

type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Counts, records and decides for a whole engine.
///
/// ```
/// use theus_core::audit::{Auditor, Findings, ResetError};
/// let auditor = Auditor::without_rules();
/// assert!(auditor.rules("transfer").is_none() && !auditor.is_latched());
/// assert!(auditor.settle("transfer", Findings::default(), &mut Vec::new()).is_ok());
/// assert_eq!(auditor.reset_interlock("checked the valve"), Err(ResetError::NotLatched));
/// ```
pub struct Auditor {
    recipe: Recipe,
    clock: Clock,
    latched: AtomicBool,
    /// Guards every counter too: they change only under this lock.
    ledger: Mutex<Ledger>,
}

#[derive(Debug, Default)]
struct Ledger {
    sequence: u64,
    records: VecDeque<AuditRecord>,
    dropped: u64,
    interlock: Option<Interlock>,
}

impl Auditor {
    /// An auditor for the rules of a recipe.
    #[must_use]
    pub fn new(recipe: Recipe) -> Self {
        let clock: Clock = Arc::new(SystemTime::now);
        Self { recipe, clock, latched: AtomicBool::new(false), ledger: Mutex::default() }
    }

    /// An auditor that finds nothing.
    #[must_use]
    pub fn without_rules() -> Self {
        Self::new(Recipe::default())
    }

    /// Takes the time of records from `clock`, for tests and replays.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> Self {
        self.clock = clock;
        self
    }

    /// The rules of a process, if it has any. An engine asks once, when it is built.
    #[must_use]
    pub fn rules(&self, process: &str) -> Option<Arc<ProcessRules>> {
        self.recipe.rules(process)
    }

    /// Whether settling these findings now would make a level act that refuses the run: S, A or B.
    #[must_use]
    pub fn would_refuse(&self, findings: &Findings) -> bool {
        if findings.is_empty() {
            return false;
        }
        let _counters = self.ledger.lock();
        let mut counts: Vec<(*const Rule, u32)> = Vec::new();
        for found in &findings.found {
            let rule = Arc::as_ptr(&found.rule);
            let before = counts.iter().rev().find(|(other, _)| *other == rule).map(|(_, count)| *count);
            let (count, acts) = next_count(&found.rule, before.unwrap_or(found.rule.count()), found.failed.is_some());
            if acts && found.rule.level.refuses() {
                return true;
            }
            counts.push((rule, count));
        }
        false
    }

    /// Counts, records and decides: once a run, in one piece, so that a threshold acts exactly once however many threads
    /// violate at the same time. Every violation is appended to `report`, in order, refused or not.
    ///
    /// # Errors
    /// [`Refusal`] by the strongest level that acted, when it is S, A or B. Level S has latched the interlock by then.
    pub fn settle(
        &self,
        process: &'static str,
        findings: Findings,
        report: &mut Vec<Violation>,
    ) -> Result<(), Refusal> {
        if findings.is_empty() {
            return Ok(());
        }
        let first = report.len();
        // Read before the lock: a clock is a stranger's code.
        let time = (self.clock)();
        {
            let mut ledger = self.ledger.lock();
            for found in findings.found {
                let rule = &found.rule;
                let (count, acts) = next_count(rule, rule.count(), found.failed.is_some());
                if let Some(value) = found.failed {
                    let reached = if acts { rule.max_threshold } else { count };
                    report.push(ledger.record(process, rule, value, reached, acts, time));
                }
                rule.count.store(count, Ordering::Release);
            }
            let stop = report[first..].iter().find(|violation| violation.action == Action::Interlocked);
            if let Some(violation) = stop {
                ledger.latch(violation, time);
                self.latched.store(true, Ordering::Release);
            }
        }
        // Logged outside the lock: a subscriber is a stranger's code too.
        report[first..].iter().for_each(log);
        let refusing = |violation: &&Violation| violation.action.is_acting() && violation.level.refuses();
        let acted: Vec<_> = report[first..].iter().filter(refusing).cloned().collect();
        Refusal::of(process, acted).map_or(Ok(()), Err)
    }

    /// Whether level S has stopped the engine: one atomic load.
    #[inline]
    #[must_use]
    pub fn is_latched(&self) -> bool {
        self.latched.load(Ordering::Acquire)
    }

    /// Why the engine is stopped and since when; `None` while it is not.
    #[must_use]
    pub fn interlock(&self) -> Option<Interlock> {
        if !self.is_latched() {
            return None;
        }
        self.ledger.lock().interlock.clone()
    }

    /// Lets the engine go on after an interlock. The reason is recorded.
    ///
    /// # Errors
    /// [`ResetError`] when the reason is empty or the engine is not stopped.
    pub fn reset_interlock(&self, reason: &str) -> Result<(), ResetError> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(ResetError::NoReason);
        }
        let time = (self.clock)();
        let sequence = {
            let mut ledger = self.ledger.lock();
            ledger.interlock.take().ok_or(ResetError::NotLatched)?;
            let sequence = ledger.next();
            ledger.push(AuditRecord::InterlockReset { sequence, time, reason: reason.to_owned() });
            self.latched.store(false, Ordering::Release);
            sequence
        };
        tracing::info!(target: "theus::audit", sequence, reason, "interlock reset");
        Ok(())
    }

    /// The last [`MAX_RECORDS`] records, in order.
    #[must_use]
    pub fn records(&self) -> Vec<AuditRecord> {
        self.ledger.lock().records.iter().cloned().collect()
    }

    /// How many records had to make room for later ones.
    #[must_use]
    pub fn dropped_records(&self) -> u64 {
        self.ledger.lock().dropped
    }
}

impl fmt::Debug for Auditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { recipe, latched, ledger, .. } = self;
        f.debug_struct("Auditor").field("recipe", recipe).field("latched", latched).field("ledger", ledger).finish()
    }
}

/// The counter after a pass or a violation, and whether the level acts.
fn next_count(rule: &Rule, count: u32, failed: bool) -> (u32, bool) {
    match failed {
        true if count.saturating_add(1) >= rule.max_threshold => (0, true),
        true => (count + 1, false),
        false if rule.reset_on_success => (0, false),
        false => (count, false),
    }
}

impl Ledger {
    fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    fn push(&mut self, record: AuditRecord) {
        if self.records.len() == MAX_RECORDS {
            self.records.pop_front();
            self.dropped += 1;
        }
        self.records.push_back(record);
    }

    fn record(
        &mut self,
        process: &'static str,
        rule: &Rule,
        value: String,
        count: u32,
        acts: bool,
        time: SystemTime,
    ) -> Violation {
        let action = match acts {
            true => Action::of(rule.level),
            false if count >= rule.min_threshold => Action::Warned,
            false => Action::Counted,
        };
        let limit = rule.condition.to_string();
        let mut violation = Violation {
            sequence: self.next(),
            time,
            process,
            gate: rule.gate,
            rule: format!("{} {} {limit}", rule.path, rule.test),
            path: rule.path.clone(),
            condition: rule.test,
            limit,
            value,
            level: rule.level,
            count,
            max_threshold: rule.max_threshold,
            action,
            message: None,
            source: rule.source.clone(),
        };
        violation.message = rule.message.as_ref().map(|message| message.about(&violation));
        self.push(AuditRecord::Violation(violation.clone()));
        violation
    }

    /// The first violation that stops the engine stays its reason.
    fn latch(&mut self, violation: &Violation, time: SystemTime) {
        if self.interlock.is_some() {
            return;
        }
        let sequence = self.next();
        self.push(AuditRecord::Interlock { sequence, time, violation: violation.sequence });
        self.interlock = Some(Interlock { since: time, violation: violation.clone() });
    }
}

fn log(violation: &Violation) {
    let Violation { sequence, process, rule, value, count, action, source, .. } = violation;
    let (gate, level, message) = (violation.gate, violation.level, violation.message.as_deref().unwrap_or(""));
    macro_rules! event {
        ($log:ident) => {
            tracing::$log!(
                target: "theus::audit", sequence, process, %gate, rule, value, %level, count, %action, source, message,
                "rule violated"
            )
        };
    }
    match (action, level) {
        (Action::Counted, _) => event!(debug),
        (_, Level::I) => event!(info),
        (Action::Warned, _) | (Action::Campaign, Level::C) => event!(warn),
        _ => event!(error),
    }
}
