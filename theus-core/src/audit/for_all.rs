//! Counters of rules that count `across: engine`, where several machines are the engine: what runs add to one, and what it holds.
//! All of it is data, and no rule is needed to add it up.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::tallies::MOST_KEYS;
use crate::audit::Window;

/// How long a violation counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountWindow {
    /// Until the level acts, or a pass puts it back.
    #[default]
    Endless,
    /// For so many nanoseconds: `within`.
    Within(u64),
    /// For so many judgements: `of`.
    Of(u32),
}

impl From<Window> for CountWindow {
    fn from(window: Window) -> Self {
        match window {
            Window::Within(span) => Self::Within(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)),
            Window::Of(runs) => Self::Of(runs),
            _ => Self::Endless,
        }
    }
}

/// What a run found of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CountChange {
    /// A violation at this time, in nanoseconds since 1970: it counts.
    Violated(u64),
    /// So many passes, which are places in a window `of`.
    Passed(u64),
    /// The level acted, or a pass has put the counter back: what had come to it by its change of this number is gone, and what was added
    /// by the same run. What has come later, which that run did not know of, stays.
    Cleared(u64),
}

/// One step of what is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountStep {
    /// Of a rule with `per`: for which value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What.
    pub change: CountChange,
}

/// What runs of one session have added to the counter of a rule that counts `across: engine`: to be [taken](CountForAll::take) once by
/// whoever keeps the counter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The rule, by what it is called and counts together, or by all that it says: the same on all machines.
    pub rule: String,
    /// At how many violations its level acts.
    pub threshold: u32,
    /// How long a violation counts.
    #[serde(default)]
    pub window: CountWindow,
    /// How many violations are in it: those that count, and those with which the level acted.
    pub violations: u64,
    /// What was found, in order. What nothing is left of is not in it.
    pub steps: Vec<CountStep>,
}

impl Counted {
    /// What the same session has added later, behind it.
    pub fn then(&mut self, later: Self) {
        (self.threshold, self.window) = (later.threshold, later.window);
        self.violations = self.violations.saturating_add(later.violations);
        self.steps.extend(later.steps);
    }
}

/// What rules that say `across: engine` count is not known, and why: nothing that depends on it is done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("what `across: engine` counts is not known: {0}")]
pub struct Uncounted(pub String);

/// A rule that counts `across: engine`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleForAll {
    /// By what is the same on every machine that has the rule: what it is called and counts together, or all that it says.
    pub rule: String,
    /// Whether a pass changes its counter, where that holds something: it puts it back, or is a place in its window.
    pub counts_passes: bool,
}

/// What one violation has come to, beside all that were counted before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// How many there are with it; no more than the threshold.
    pub count: u32,
    /// Whether the level acts.
    pub acts: bool,
}

/// The counter of a rule for all sessions, wherever they are, with one for each value of its `per`.
///
/// ```
/// use theus_core::audit::{CountChange, CountForAll, CountStep, Counted};
/// let violated = Counted {
///     rule: "pay input: amount".to_owned(),
///     threshold: 3,
///     violations: 1,
///     steps: vec![CountStep { key: None, change: CountChange::Violated(0) }],
///     ..Counted::default()
/// };
/// let mut counter = CountForAll::default();
/// counter.take(&violated); // of one machine
/// counter.take(&violated); // of another one
/// assert_eq!((counter.changes(), counter.violations(), counter.count(None)), (2, 2, 2));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountForAll {
    changes: u64,
    violations: u64,
    /// How many counters of a value had to make room for others though they counted something.
    #[serde(default, skip_serializing_if = "is_zero")]
    gave_way: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<OfValue>,
}

/// The counter of one value; each counts something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfValue {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Which change was the last of it.
    changed: u64,
    /// How many judgements there were since its first violation: what places are counted by.
    #[serde(default, skip_serializing_if = "is_zero")]
    judged: u64,
    standing: Vec<Standing>,
}

/// Violations that count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Standing {
    /// The change that they came with.
    change: u64,
    /// How many; one where there is a window.
    count: u32,
    /// When, or which judgement it was; 0 where there is no window.
    #[serde(default, skip_serializing_if = "is_zero")]
    at: u64,
}

/// So many changes of one counter are told apart where there is no window; of more, the oldest go as one.
const MOST_STANDING: usize = 64;

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl CountForAll {
    /// How often something was taken: whoever knows this number knows what the counter holds.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.changes
    }

    /// How many violations have come to it in all, those that count no longer among them.
    #[must_use]
    pub const fn violations(&self) -> u64 {
        self.violations
    }

    /// How many counters of a value had to make room for others though they counted something.
    #[must_use]
    pub const fn gave_way(&self) -> u64 {
        self.gave_way
    }

    /// How many violations count for this value of its `per`; of a window of time, as of the last of them.
    #[must_use]
    pub fn count(&self, key: Option<&str>) -> u32 {
        self.of(key).map_or(0, OfValue::count)
    }

    /// Takes what a session has added.
    pub fn take(&mut self, counted: &Counted) {
        self.changes = self.changes.saturating_add(1);
        self.violations = self.violations.saturating_add(counted.violations);
        for step in &counted.steps {
            self.change(step, counted);
        }
    }

    /// The same with what is on its way to it, for who knows of that: the number of its [changes](Self::changes) is as before.
    #[must_use]
    pub fn expecting(&self, counted: &Counted) -> Self {
        let mut counter = Self { changes: u64::MAX, ..self.clone() };
        counter.violations = counter.violations.saturating_add(counted.violations);
        counted.steps.iter().for_each(|step| counter.change(step, counted));
        Self { changes: self.changes, ..counter }
    }

    /// Takes the same, and says of each violation in it what it comes to beside all that have come before: those that come to the
    /// threshold are not counted any further. A pass puts back all that it finds.
    #[must_use]
    pub fn decide(&mut self, counted: &Counted) -> Vec<Verdict> {
        self.changes = self.changes.saturating_add(1);
        self.violations = self.violations.saturating_add(counted.violations);
        let mut verdicts = Vec::new();
        for CountStep { key, change } in &counted.steps {
            let change = match change {
                CountChange::Cleared(_) => CountChange::Cleared(u64::MAX),
                change => *change,
            };
            self.change(&CountStep { key: key.clone(), change }, counted);
            if let CountChange::Violated(_) = change {
                let count = self.count(key.as_deref()).clamp(1, counted.threshold.max(1));
                let acts = count >= counted.threshold;
                if acts {
                    self.change(&CountStep { key: key.clone(), change: CountChange::Cleared(u64::MAX) }, counted);
                }
                verdicts.push(Verdict { count, acts });
            }
        }
        verdicts
    }

    /// The values for which something is counted, how many violations, and what is in the window of each, as a store has it.
    pub(super) fn all(&self, window: Window) -> impl Iterator<Item = (Option<&str>, u32, Vec<u64>)> {
        self.values.iter().map(move |of| {
            let kept = match window {
                Window::Within(_) => of.standing.iter().map(|one| one.at).collect(),
                Window::Of(_) => of.standing.iter().map(|one| of.judged.saturating_sub(one.at)).collect(),
                _ => Vec::new(),
            };
            (of.key.as_deref(), of.count(), kept)
        })
    }

    fn of(&self, key: Option<&str>) -> Option<&OfValue> {
        self.values.iter().find(|of| of.key.as_deref() == key)
    }

    fn change(&mut self, CountStep { key, change }: &CountStep, counted: &Counted) {
        let number = self.changes;
        let place = self.values.iter().position(|of| of.key == *key);
        // That which was changed last is behind the others.
        let mut of =
            place.map_or_else(|| OfValue { key: key.clone(), ..OfValue::default() }, |at| self.values.remove(at));
        of.changed = number;
        match change {
            CountChange::Violated(at) => of.adds(number, *at, counted),
            CountChange::Passed(passes) => of.passes(*passes, counted.window),
            CountChange::Cleared(seen) => {
                of.standing.retain(|one| one.change > *seen && one.change != number);
                of.passes(1, counted.window);
            }
        }
        if of.standing.is_empty() {
            return;
        }
        if key.is_some() && self.values.len() >= MOST_KEYS {
            self.values.remove(0);
            self.gave_way = self.gave_way.saturating_add(1);
        }
        self.values.push(of);
    }
}

impl OfValue {
    fn count(&self) -> u32 {
        self.standing.iter().fold(0, |sum, one| sum.saturating_add(one.count))
    }

    fn adds(&mut self, change: u64, at: u64, counted: &Counted) {
        let most = counted.threshold.max(1) as usize;
        match counted.window {
            CountWindow::Endless => match self.standing.last_mut() {
                Some(last) if last.change == change => last.count = last.count.saturating_add(1),
                _ => self.standing.push(Standing { change, count: 1, at: 0 }),
            },
            CountWindow::Within(span) => {
                self.standing.push(Standing { change, count: 1, at });
                // Clocks are apart, and what is sent overtakes each other.
                self.standing.sort_by_key(|one| one.at);
                let last = self.standing.last().map_or(at, |one| one.at);
                self.standing.retain(|one| last.saturating_sub(one.at) <= span);
                self.standing.drain(..self.standing.len().saturating_sub(most));
            }
            CountWindow::Of(_) => {
                self.judged = self.judged.saturating_add(1);
                self.standing.push(Standing { change, count: 1, at: self.judged });
                self.leave(counted.window);
                self.standing.drain(..self.standing.len().saturating_sub(most));
            }
        }
        if self.standing.len() > MOST_STANDING && counted.window == CountWindow::Endless {
            // The two go with the later one: what nobody has seen is not put back.
            let oldest = self.standing.remove(0);
            if let Some(next) = self.standing.first_mut() {
                next.count = next.count.saturating_add(oldest.count);
            }
        }
    }

    fn passes(&mut self, passes: u64, window: CountWindow) {
        if let CountWindow::Of(_) = window {
            self.judged = self.judged.saturating_add(passes);
            self.leave(window);
        }
    }

    fn leave(&mut self, window: CountWindow) {
        let CountWindow::Of(runs) = window else { return };
        let judged = self.judged;
        self.standing.retain(|one| judged.saturating_sub(one.at) < u64::from(runs));
    }
}
