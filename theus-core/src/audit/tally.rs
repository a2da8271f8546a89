//! What one counter holds: how many violations, or which ones are in its window.

use std::collections::VecDeque;

use crate::audit::{Rule, Window};

/// The violations that a counter counts at present. At most `max_threshold` of them are kept, and none after the level acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    /// So many.
    Count(u32),
    /// `within`: when each of them was, in nanoseconds since 1970, oldest first.
    Times(VecDeque<u64>),
    /// `of`: which judgement each of them was, and how many there have been. They are numbered while there is one to be kept: a
    /// pass before the first violation is no place that anybody asks about, so that it costs nothing.
    Places { judged: u64, violations: VecDeque<u64> },
}

impl Tally {
    /// Nothing, in this window.
    pub(super) const fn empty(window: Window) -> Self {
        match window {
            Window::Within(_) => Self::Times(VecDeque::new()),
            Window::Of(_) => Self::Places { judged: 0, violations: VecDeque::new() },
            _ => Self::Count(0),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many it holds. Of a time, some of them may have gone by since.
    pub(super) fn len(&self) -> u32 {
        match self {
            Self::Count(count) => *count,
            Self::Times(kept) | Self::Places { violations: kept, .. } => u32::try_from(kept.len()).unwrap_or(u32::MAX),
        }
    }

    /// How many of them count at a time.
    pub(super) fn at(&self, window: Window, now: u64) -> u32 {
        match (self, window) {
            (Self::Times(times), Window::Within(span)) => {
                // The time of a clock that was put back is that of the last violation.
                let now = times.back().map_or(now, |last| now.max(*last));
                let counts = times.iter().filter(|time| now - **time <= nanos(span)).count();
                u32::try_from(counts).unwrap_or(u32::MAX)
            }
            _ => self.len(),
        }
    }

    /// One more. How many there are with it, and whether the level acts: then the counter starts again.
    pub(super) fn violated(&mut self, rule: &Rule, now: u64) -> (u32, bool) {
        self.add(rule, now);
        self.reached(rule)
    }

    fn add(&mut self, rule: &Rule, now: u64) {
        match self {
            Self::Count(count) => *count = count.saturating_add(1),
            Self::Times(times) => {
                // A clock was put back. How long ago the others were is not known; they stay as far from each other as they were,
                // and no time has passed since the last of them: none is lost, and what is guessed makes the level act sooner.
                let back = times.back().map_or(0, |last| last.saturating_sub(now));
                times.iter_mut().for_each(|time| *time = time.saturating_sub(back));
                times.push_back(now);
                if let Window::Within(span) = rule.counting().window() {
                    while times.front().is_some_and(|first| now.saturating_sub(*first) > nanos(span)) {
                        times.pop_front();
                    }
                }
            }
            Self::Places { judged, violations } => {
                *judged = judged.saturating_add(1);
                violations.push_back(*judged);
                leave(rule.counting().window(), *judged, violations);
            }
        }
    }

    fn reached(&mut self, rule: &Rule) -> (u32, bool) {
        let reached = self.len().min(rule.max_threshold());
        let acts = reached >= rule.max_threshold();
        if acts {
            self.clear(rule);
        }
        (reached, acts)
    }

    pub(super) fn clear(&mut self, rule: &Rule) {
        *self = Self::empty(rule.counting().window());
    }

    /// One more, which was decided on already: where it comes to the threshold only beside others, the next one acts.
    #[cfg(feature = "store")]
    pub(super) fn joined(&mut self, rule: &Rule, now: u64) {
        self.add(rule, now);
        while self.len() >= rule.max_threshold() {
            match self {
                Self::Count(count) => *count = rule.max_threshold().saturating_sub(1),
                Self::Times(kept) | Self::Places { violations: kept, .. } => drop(kept.pop_front()),
            }
        }
    }

    /// A pass, where it changes something.
    pub(super) fn passed(&mut self, rule: &Rule) {
        self.passed_times(rule, 1);
    }

    pub(super) fn passed_times(&mut self, rule: &Rule, passes: u64) {
        if rule.resets_on_success() {
            self.clear(rule);
        } else if let Self::Places { judged, violations } = self {
            *judged = judged.saturating_add(passes);
            leave(rule.counting().window(), *judged, violations);
        }
    }

    /// As a store keeps it, besides the number: the times, or how many judgements ago each of them was.
    #[cfg(feature = "store")]
    pub(super) fn stored(&self) -> Vec<u64> {
        match self {
            Self::Count(_) => Vec::new(),
            Self::Times(times) => times.iter().copied().collect(),
            Self::Places { judged, violations } => violations.iter().map(|place| judged - place).collect(),
        }
    }

    /// What a store has kept, as far as it can be: what it says is not trusted to be in order, or to be few.
    #[cfg(feature = "store")]
    pub(super) fn brought_back(rule: &Rule, count: u32, mut kept: Vec<u64>) -> Self {
        let window = rule.counting().window();
        let most = rule.max_threshold().min(theus_lang::audit::counting::MOST_KEPT) as usize;
        kept.sort_unstable();
        match window {
            Window::Within(_) => {
                // The last ones.
                kept.drain(..kept.len().saturating_sub(most));
                Self::Times(kept.into())
            }
            Window::Of(runs) => {
                kept.dedup();
                kept.retain(|ago| *ago < u64::from(runs));
                kept.truncate(most);
                let judged = kept.last().map_or(0, |oldest| oldest + 1);
                Self::Places { judged, violations: kept.iter().rev().map(|ago| judged - ago).collect() }
            }
            _ => Self::Count(count),
        }
    }
}

/// Lets go of the judgements that are no longer among the last ones.
fn leave(window: Window, judged: u64, violations: &mut VecDeque<u64>) {
    let Window::Of(runs) = window else { return };
    while violations.front().is_some_and(|first| judged - first >= u64::from(runs)) {
        violations.pop_front();
    }
}

fn nanos(span: std::time::Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
