//! What was counted across the engine since a store was told of it: where another program has told the store of its own meanwhile,
//! this is counted behind that.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::counted::CountedRule;
use super::key::Key;
use super::tallies::Tallies;

/// What has become of one counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Its level acted, or a pass has put it back: what was counted before is gone.
    Empty,
    /// A violation at this time.
    Violated(u64),
    /// So many passes that are places in its window.
    Passed(u64),
}

type Steps = BTreeMap<(u64, Key), (Arc<CountedRule>, Vec<Step>)>;

/// The steps that no store has; bounded by the thresholds of the rules.
#[derive(Debug, Default)]
pub(super) struct Since {
    /// Those that are on their way.
    sent: Steps,
    steps: Steps,
}

impl Since {
    pub(super) fn violated(&mut self, rule: &Arc<CountedRule>, key: &Key, now: u64, acts: bool) {
        let steps = self.of(rule, key);
        if acts {
            *steps = vec![Step::Empty];
        } else {
            steps.push(Step::Violated(now));
        }
    }

    pub(super) fn passed(&mut self, rule: &Arc<CountedRule>, key: &Key) {
        let resets = rule.resets_on_success();
        let steps = self.of(rule, key);
        match steps.last_mut() {
            _ if resets => *steps = vec![Step::Empty],
            Some(Step::Passed(passes)) => *passes += 1,
            _ => steps.push(Step::Passed(1)),
        }
    }

    fn of(&mut self, rule: &Arc<CountedRule>, key: &Key) -> &mut Vec<Step> {
        &mut self.steps.entry((rule.counter.number(), key.clone())).or_insert_with(|| (Arc::clone(rule), Vec::new())).1
    }

    /// A store is told of all of them.
    pub(super) fn send(&mut self) {
        self.sent = std::mem::take(&mut self.steps);
    }

    /// It was not told after all.
    pub(super) fn put_back(&mut self) {
        for (place, (rule, mut steps)) in std::mem::take(&mut self.sent) {
            let later = self.steps.remove(&place).map_or_else(Vec::new, |(_, later)| later);
            if later.first() == Some(&Step::Empty) {
                steps = later;
            } else {
                steps.extend(later);
            }
            self.steps.insert(place, (rule, steps));
        }
    }

    /// Counts them behind what is there. Where both programs together have come to a threshold that neither has come to, the next
    /// violation is the one that acts.
    pub(super) fn count_behind(&self, tallies: &Tallies) {
        for ((_, key), (rule, steps)) in &self.steps {
            for step in steps {
                let now = if let Step::Violated(now) = step { *now } else { 0 };
                let _ = tallies.change(rule, key, now, |tally| match step {
                    Step::Empty => tally.clear(rule),
                    Step::Violated(now) => tally.joined(rule, *now),
                    Step::Passed(passes) => tally.passed_times(rule, *passes),
                });
            }
        }
    }
}
