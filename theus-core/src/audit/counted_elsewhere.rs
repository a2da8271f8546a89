//! How a carried session counts on counters that are kept elsewhere, and what an auditor tells of those.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::auditor::Auditor;
use super::counted::CountedRule;
use super::counter::Counter;
use super::counters::AuditSession;
use super::elsewhere::{CountsForAll, Elsewhere, change_of_pass};
use super::for_all::{CountChange, CountForAll, CountStep, Counted, RuleForAll, Uncounted};
use super::key::Key;
use super::outcomes::{Found, Saw};
use super::saved::is_shared;
use super::tally::Tally;
use crate::panics::{DropCaught, caught};
use crate::sync::runtime::blocking;

/// What those that are asked have said of all that one run has found, in order; nothing of what is no concern of theirs.
pub(super) type Decided = Vec<Option<(u32, bool)>>;

impl AuditSession {
    /// It counts by itself what is counted across the engine, on what it is told, and what it adds is asked for.
    pub(super) fn counting_elsewhere(mut self) -> Self {
        self.put_elsewhere(Elsewhere::default());
        self
    }

    /// What those who count for all say of what was found, before anything is counted here.
    pub(super) fn decided(&self, auditor: &Auditor, found: &[Found], now: u64) -> Result<Decided, Uncounted> {
        let Some(elsewhere) = self.elsewhere() else { return Ok(Vec::new()) };
        // The lock is not held while it is called: that is somebody else's code.
        let Some(asked) = elsewhere.asked.lock().clone() else { return Ok(Vec::new()) };
        let Some(asked) = asked.get() else { return Ok(Vec::new()) };
        let decide = |Found { rule, key, saw }: &Found| {
            let (change, violations) = match saw {
                _ if !is_shared(rule) => (None, 0),
                Saw::Failed(_) => (Some(CountChange::Violated(now)), 1),
                Saw::Passed | Saw::Near => (change_of_pass(rule, u64::MAX), 0),
                Saw::Suppressed => (None, 0),
            };
            let Some(change) = change else { return Ok(None) };
            let gone = || Uncounted("its rule is of no recipe any more".to_owned());
            let name = auditor.shared_name(rule.counter).ok_or_else(gone)?;
            let step = CountStep { key: key.as_deref().map(str::to_owned), change };
            let counted = counted(rule, name, violations, vec![step]);
            let number = {
                let mut added = elsewhere.added.lock();
                added.asked += 1;
                added.asked
            };
            // It waits for others: tasks of the same runtime go on meanwhile.
            let said = blocking(|| caught(|| asked.decide(number, &counted)));
            let (verdict, after) =
                said.unwrap_or_else(|panic| Err(Uncounted(format!("it panicked: {}", panic.message()))))?;
            self.knows(rule, &after);
            Ok(Some(verdict.map_or((0, false), |verdict| (verdict.count, verdict.acts))))
        };
        found.iter().map(decide).collect()
    }

    /// What the counter of a rule holds for all sessions.
    fn knows(&self, rule: &Arc<CountedRule>, counter: &CountForAll) {
        let Some(elsewhere) = self.elsewhere() else { return };
        elsewhere.added.lock().seen.insert(rule.counter, counter.changes());
        self.counters_of_all().forget(rule);
        for (key, count, kept) in counter.all(rule.counting().window()) {
            let key: Key = key.map(Into::into);
            // What is not of its rule's kind was not written so.
            if key.is_some() == rule.counting().per().is_some() {
                let brought_back = |tally: &mut Tally| *tally = Tally::brought_back(rule, count, kept);
                let _ = self.counters_of_all().change(rule, &key, 0, brought_back);
            }
        }
    }
}

fn counted(rule: &CountedRule, name: String, violations: u64, steps: Vec<CountStep>) -> Counted {
    let (threshold, window) = (rule.max_threshold(), rule.counting().window().into());
    Counted { rule: name, threshold, window, violations, steps }
}

impl Auditor {
    /// What is counted for all sessions is kept by somebody else, as far as sessions are carried.
    pub(crate) fn count_elsewhere(&self) {
        self.counts_elsewhere.store(true, Ordering::Release);
    }

    /// How a session that is carried counts.
    pub(crate) fn carried(&self, session: AuditSession) -> AuditSession {
        match self.counts_elsewhere.load(Ordering::Acquire) {
            true => session.counting_elsewhere(),
            false => session,
        }
    }

    /// The rules that are counted across the engine.
    pub(crate) fn counted_for_all(&self) -> Vec<RuleForAll> {
        let told = |(rule, counted): (String, &Arc<CountedRule>)| {
            let counts_passes = change_of_pass(counted, 0).is_some();
            RuleForAll { rule, counts_passes }
        };
        self.state.lock().shared_rules().map(told).collect()
    }

    fn shared_name(&self, counter: Counter) -> Option<String> {
        let state = self.state.lock();
        state.shared_rules().find(|(_, rule)| rule.counter == counter).map(|(name, _)| name)
    }

    /// What this counter holds for all sessions; one of a rule that is no more is none of anybody's.
    pub(crate) fn know_for_all(&self, session: &AuditSession, rule: &str, counter: &CountForAll) {
        let state = self.state.lock();
        let known = state.shared_rules().find(|(name, _)| name == rule);
        if let Some((_, rule)) = known {
            session.knows(rule, counter);
        }
    }

    /// A session asks this one for each violation of a rule that is counted across the engine.
    pub(crate) fn asks_for_all(session: &AuditSession, who: Box<dyn CountsForAll>) {
        if let Some(elsewhere) = session.elsewhere() {
            *elsewhere.asked.lock() = Some(Arc::new(DropCaught::new(who)));
        }
    }

    /// What a session has added for all since this was asked last, by rule.
    pub(crate) fn added_for_all(&self, session: &AuditSession) -> Vec<Counted> {
        let Some(elsewhere) = session.elsewhere() else { return Vec::new() };
        let mut found = std::mem::take(&mut elsewhere.added.lock().found);
        if found.is_empty() {
            return Vec::new();
        }
        let state = self.state.lock();
        let added = state.shared_rules().filter_map(|(name, rule)| {
            let (rule, violations, steps) = found.remove(&rule.counter)?;
            Some(counted(&rule, name, violations, steps))
        });
        added.collect()
    }
}
