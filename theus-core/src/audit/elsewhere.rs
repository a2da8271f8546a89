//! What one carried session adds to the counters of all sessions, where those are kept elsewhere, and what it knows of them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use super::counted::CountedRule;
use super::counter::Counter;
use super::for_all::{CountChange, CountForAll, CountStep, Counted, Uncounted, Verdict};
use super::key::Key;
use crate::panics::DropCaught;

/// Who counts for all sessions, and is asked before a run is judged by it: so a rule that counts `across: engine` counts exactly, on any
/// number of machines. See [`Engine::count_by`](crate::Engine::count_by).
pub trait CountsForAll: Send + Sync + 'static {
    /// Takes one violation of a rule, or one pass, [decides](CountForAll::decide) what the violation comes to, and says what the counter
    /// holds afterwards. It is called in a run, which holds its session meanwhile. `number` tells it from whatever else is asked of the
    /// same session since it was opened.
    ///
    /// # Errors
    /// [`Uncounted`] where that cannot be said: the run is refused as [`Halted`](crate::process::Halted), and nothing of it is kept.
    fn decide(&self, number: u64, counted: &Counted) -> Result<(Option<Verdict>, CountForAll), Uncounted>;
}

/// Somebody else's code.
pub(super) type Who = DropCaught<Box<dyn CountsForAll>>;

/// Of one session, from when it is opened until it is a value again.
#[derive(Default)]
pub(super) struct Elsewhere {
    pub(super) added: Mutex<Added>,
    /// Who is asked for each violation, where somebody is.
    pub(super) asked: Mutex<Option<Arc<Who>>>,
}

#[derive(Default)]
pub(super) struct Added {
    /// Up to which change each counter is known.
    pub(super) seen: BTreeMap<Counter, u64>,
    /// What was found since: how many violations, and what came of them.
    pub(super) found: BTreeMap<Counter, (Arc<CountedRule>, u64, Vec<CountStep>)>,
    /// How often somebody was asked.
    pub(super) asked: u64,
}

impl Elsewhere {
    pub(super) fn violated(&self, rule: &Arc<CountedRule>, key: &Key, now: u64, acts: bool) {
        let mut added = self.added.lock();
        let seen = added.seen_of(rule);
        let change = if acts { CountChange::Cleared(seen) } else { CountChange::Violated(now) };
        added.add(rule, key, change, 1);
    }

    pub(super) fn passed(&self, rule: &Arc<CountedRule>, key: &Key) {
        let mut added = self.added.lock();
        let seen = added.seen_of(rule);
        if let Some(change) = change_of_pass(rule, seen) {
            added.add(rule, key, change, 0);
        }
    }
}

/// What a pass does to a counter, where it does something.
pub(super) fn change_of_pass(rule: &CountedRule, seen: u64) -> Option<CountChange> {
    match rule.resets_on_success() {
        true => Some(CountChange::Cleared(seen)),
        false => rule.counting().window().counts_passes().then_some(CountChange::Passed(1)),
    }
}

impl Added {
    fn seen_of(&self, rule: &CountedRule) -> u64 {
        self.seen.get(&rule.counter).copied().unwrap_or(0)
    }

    fn add(&mut self, rule: &Arc<CountedRule>, key: &Key, change: CountChange, violations: u64) {
        let (_, all, steps) = self.found.entry(rule.counter).or_insert_with(|| (Arc::clone(rule), 0, Vec::new()));
        *all = all.saturating_add(violations);
        let key = key.as_deref();
        let is_of_key = |step: &CountStep| step.key.as_deref() == key;
        if let CountChange::Cleared(_) = change {
            // What was found before is gone with it.
            steps.retain(|step| !is_of_key(step));
        } else if let (CountChange::Passed(more), Some(CountStep { change: CountChange::Passed(passes), .. })) =
            (change, steps.iter_mut().rev().find(|step| is_of_key(step)))
        {
            *passes = passes.saturating_add(more);
            return;
        }
        steps.push(CountStep { key: key.map(str::to_owned), change });
    }
}

impl fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elsewhere").field("seen", &self.added.lock().seen).finish_non_exhaustive()
    }
}
