//! What time alone finds in a session: runs that there were not, and alarms whose delay is over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::alarm::Overdue;
use super::auditor::Auditor;
use super::counted::CountedRule;
use super::counters::AuditSession;
use super::outcomes::{Found, RuleOutcomes, Saw};
use super::samples::Looked;
use crate::timestamp;
use theus_lang::audit::message::Seen;
use theus_lang::audit::over_time::{Sample, Sampled};

impl Auditor {
    /// Whether time can find anything: asked wherever a session comes to rest.
    pub(crate) fn goes_by_time(&self) -> bool {
        self.awaits.load(Ordering::Acquire) || self.alarms.has_any()
    }

    /// Finds what time alone has come to by now, and says for how long there is nothing more to be found; `None` where nothing is
    /// waited for. What is found counts, acts and is on record as what a run finds.
    pub(crate) fn look_by_time(&self, session: &AuditSession, version: u64) -> Option<Duration> {
        if !self.goes_by_time() {
            return None;
        }
        let mut recorded = self.alarms_by_now();
        recorded.retain(|record| record.session == *session.name());
        session.has_recorded(&recorded);
        let now = timestamp::nanos(self.clock.now());
        let awaited = match self.awaits.load(Ordering::Acquire) {
            true => self.state.lock().recipe.awaited(),
            false => Vec::new(),
        };
        let mut due = u64::MAX;
        for (rule, process) in &awaited {
            due = due.min(self.await_run(session, (rule, process), (now, version)));
        }
        for Overdue { rule, key, process, seen } in self.alarms.overdue(session.name(), now) {
            self.found(session, process, version, Found { rule, key, saw: Saw::Failed(seen) });
        }
        due = due.min(self.alarms.due_of(session.name()));
        (due < u64::MAX).then(|| Duration::from_nanos(due.saturating_sub(now)))
    }

    /// Whether a process was run: one violation for each time that is over without a run. When the next one is over.
    fn await_run(
        &self,
        session: &AuditSession,
        (rule, process): (&Arc<CountedRule>, &'static str),
        (now, version): (u64, u64),
    ) -> u64 {
        let limit = rule.missing().map_or(u64::MAX, |limit| u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX)).max(1);
        let last = session.sample(rule, &None);
        let looked = |at, told| {
            let sample = Sample { at, value: Sampled::Print(told) };
            Looked { rule: Arc::clone(rule), key: None, sample }
        };
        let (at, told) = match last {
            Some(Sample { at, value: Sampled::Print(told) }) if at <= now => (at, told),
            // From here on: nothing is known of before, or the clock was put back.
            _ => {
                session.samples().keep_beside(last, looked(now, 0));
                return now.saturating_add(limit);
            }
        };
        let over = (now - at) / limit;
        if over > told {
            session.samples().keep_beside(last, looked(at, over));
            let value = format!("no run for {}", shown(now - at)).into();
            let seen = Seen { value, before: None, key: None };
            self.found(session, process, version, Found { rule: Arc::clone(rule), key: None, saw: Saw::Failed(seen) });
        }
        at.saturating_add(limit.saturating_mul(over.max(told).saturating_add(1)))
    }

    /// There is no run that it could refuse: what its level does besides is done.
    fn found(&self, session: &AuditSession, process: &'static str, version: u64, found: Found) {
        let outcomes = RuleOutcomes { found: vec![found], ..RuleOutcomes::default() };
        let _ = self.settle(session, process, version, outcomes, &mut Vec::new());
    }
}

/// Whole seconds of what is longer than one: a timer is never in time to the nanosecond.
fn shown(nanos: u64) -> String {
    const SECOND: u64 = 1_000_000_000;
    let nanos = if nanos >= SECOND { nanos - nanos % SECOND } else { nanos };
    theus_lang::audit::looks::shown_time(Duration::from_nanos(nanos))
}
