//! The course of the temperature, in bounded memory however many readings there are.

use theus_core::audit::{Action, Level, Violation};

/// At most so many stretches are kept: many times what a chart is wide.
const MOST: usize = 4_096;

/// What the audit did, the strongest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// An early warning.
    Warned,
    /// Level C or I acted.
    Recorded,
    /// Level B acted.
    Blocked,
    /// Level A acted.
    Aborted,
    /// Level S acted.
    Stopped,
}

impl Mark {
    /// The mark that a violation leaves; none if it was only counted.
    pub(crate) fn of(violation: &Violation) -> Option<Self> {
        match (violation.action, violation.level) {
            (Action::Counted, _) => None,
            (Action::Warned, _) => Some(Self::Warned),
            (_, Level::C | Level::I) => Some(Self::Recorded),
            (_, Level::B) => Some(Self::Blocked),
            (_, Level::A) => Some(Self::Aborted),
            (_, Level::S) => Some(Self::Stopped),
        }
    }
}

/// Some readings in a row: between which values they were, and the strongest mark on them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Stretch {
    /// The least and the greatest value; none where no reading of it was recorded.
    pub(crate) range: Option<(f64, f64)>,
    pub(crate) mark: Option<Mark>,
}

impl Stretch {
    /// Both together.
    pub(crate) fn join(self, other: Self) -> Self {
        let range = match (self.range, other.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
        Self { range, mark: self.mark.max(other.mark) }
    }
}

/// The readings so far, as stretches of the same length each; the last may be shorter.
#[derive(Clone, Debug)]
pub(crate) struct Trend {
    stretches: Vec<Stretch>,
    /// How many readings a stretch holds.
    length: u64,
    readings: u64,
}

impl Default for Trend {
    fn default() -> Self {
        Self { stretches: Vec::new(), length: 1, readings: 0 }
    }
}

impl Trend {
    /// Adds a reading; one that was refused has no value.
    pub(crate) fn push(&mut self, value: Option<f64>) {
        let range = value.filter(|value| value.is_finite()).map(|value| (value, value));
        let stretch = Stretch { range, mark: None };
        let begins = self.readings.is_multiple_of(self.length);
        self.readings += 1;
        if begins {
            if self.stretches.len() == MOST {
                self.halve();
            }
            self.stretches.push(stretch);
        } else if let Some(last) = self.stretches.last_mut() {
            *last = last.join(stretch);
        }
    }

    /// Marks the last reading.
    pub(crate) fn mark(&mut self, mark: Mark) {
        if let Some(last) = self.stretches.last_mut() {
            last.mark = last.mark.max(Some(mark));
        }
    }

    fn halve(&mut self) {
        self.stretches = self
            .stretches
            .chunks(2)
            .map(|pair| pair.iter().copied().reduce(Stretch::join).unwrap_or_default())
            .collect();
        self.length *= 2;
    }

    /// The whole course in so many columns, each a stretch of its own.
    pub(crate) fn columns(&self, columns: usize) -> Vec<Stretch> {
        let count = self.stretches.len();
        if count == 0 {
            return Vec::new();
        }
        let column = |at: usize| {
            let from = at * count / columns;
            let to = ((at + 1) * count / columns).clamp(from + 1, count);
            self.stretches[from..to].iter().copied().reduce(Stretch::join).unwrap_or_default()
        };
        (0..columns).map(column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_however_long_it_is() {
        let mut trend = Trend::default();
        let total = 5 * MOST + 77;
        for at in 0..total {
            trend.push(Some(if at == 12_345 { -7.0 } else { at as f64 }));
            if at == 9_000 {
                trend.mark(Mark::Blocked);
                trend.mark(Mark::Warned);
            }
        }
        assert!(trend.stretches.len() <= MOST, "{}", trend.stretches.len());
        let columns = trend.columns(10);
        let all = columns.iter().copied().reduce(Stretch::join).unwrap_or_default();
        assert_eq!(all.range, Some((-7.0, (total - 1) as f64)));
        let marked: Vec<_> = (0..10).filter(|at| columns[*at].mark == Some(Mark::Blocked)).collect();
        assert_eq!(marked, [9_000 * 10 / total]);
    }

    #[test]
    fn few_readings_are_stretched_and_refused_ones_are_gaps() {
        let mut trend = Trend::default();
        for value in [Some(1.0), None, Some(3.0), Some(f64::NAN)] {
            trend.push(value);
        }
        let ranges: Vec<_> = trend.columns(8).iter().map(|stretch| stretch.range.map(|(low, _)| low)).collect();
        assert_eq!(ranges, [Some(1.0), Some(1.0), None, None, Some(3.0), Some(3.0), None, None]);
        assert!(Trend::default().columns(8).is_empty());
    }
}
