//! Conditions on numbers as ranges, which are compared without a detour.

use super::condition::{Comparison, Condition};
use crate::context::Value;
use theus_model::context::{FloatRange, IntRange, JoinedRange};

/// A condition on a number as the numbers that satisfy it; with `negated`, all others.
#[derive(Debug, PartialEq)]
pub enum Range {
    Ints {
        least: i128,
        most: i128,
        negated: bool,
    },
    Floats {
        least: f64,
        most: f64,
        negated: bool,
    },
    /// Everything else: the condition itself is asked.
    None,
}

impl Range {
    pub fn of(condition: &Condition) -> Self {
        match condition {
            Condition::Int(comparison, bound) => {
                let (least, most) = match comparison {
                    Comparison::Min => (*bound, i128::MAX),
                    Comparison::Max => (i128::MIN, *bound),
                    Comparison::Eq | Comparison::Neq => (*bound, *bound),
                };
                Self::Ints { least, most, negated: *comparison == Comparison::Neq }
            }
            Condition::Float(comparison, bound) => {
                let (least, most) = match comparison {
                    Comparison::Min => (*bound, f64::INFINITY),
                    Comparison::Max => (f64::NEG_INFINITY, *bound),
                    Comparison::Eq | Comparison::Neq => (*bound, *bound),
                };
                Self::Floats { least, most, negated: *comparison == Comparison::Neq }
            }
            Condition::Between(bounds) => match (Self::of(&bounds[0]), Self::of(&bounds[1])) {
                (Self::Ints { least, .. }, Self::Ints { most, .. }) => Self::Ints { least, most, negated: false },
                (Self::Floats { least, .. }, Self::Floats { most, .. }) => Self::Floats { least, most, negated: false },
                _ => Self::None,
            },
            _ => Self::None,
        }
    }

    /// Whether a value of the same kind is among them; `None` for all others.
    #[inline(always)]
    pub fn holds(&self, value: &Value<'_>) -> Option<bool> {
        match (self, value) {
            (Self::Ints { least, most, negated }, Value::Int(value)) => {
                Some((*value >= *least && *value <= *most) != *negated)
            }
            (Self::Floats { least, most, negated }, Value::Float(value)) => {
                // NaN is in no range; that it is not in one satisfies nothing either.
                Some((*value >= *least && *value <= *most) != (*negated && !value.is_nan()))
            }
            _ => None,
        }
    }
}

/// What satisfies all of these ranges; `JoinedRange::None` where one of them is not of the kind of the first, or that is no one range.
pub fn joined<'a>(ranges: impl Iterator<Item = &'a Range> + Clone) -> JoinedRange {
    match ranges.clone().next() {
        Some(Range::Ints { .. }) => {
            let (mut least, mut most, mut hole) = (i128::MIN, i128::MAX, None);
            for range in ranges {
                match range {
                    Range::Ints { least: low, most: high, negated: false } => {
                        (least, most) = (least.max(*low), most.min(*high));
                    }
                    Range::Ints { least: not, negated: true, .. } if hole.is_none() => hole = Some(*not),
                    _ => return JoinedRange::None,
                }
            }
            IntRange::new(least, most, hole).map_or(JoinedRange::None, JoinedRange::Ints)
        }
        Some(Range::Floats { .. }) => {
            let (mut least, mut most, mut hole) = (f64::NEG_INFINITY, f64::INFINITY, None);
            for range in ranges {
                match range {
                    Range::Floats { least: low, most: high, negated: false } => {
                        (least, most) = (least.max(*low), most.min(*high));
                    }
                    Range::Floats { least: not, negated: true, .. } if hole.is_none() => hole = Some(*not),
                    _ => return JoinedRange::None,
                }
            }
            JoinedRange::Floats(FloatRange::new(least, most, hole))
        }
        _ => JoinedRange::None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::condition::Same;
    use super::*;
    use theus_model::context::NumberRange as _;

    const COMPARISONS: [Comparison; 4] = [Comparison::Min, Comparison::Max, Comparison::Eq, Comparison::Neq];

    #[test]
    fn a_range_says_what_its_condition_says() {
        let ints = [i128::MIN, i128::MIN + 1, -1, 0, 1, i128::MAX - 1, i128::MAX];
        let floats =
            [f64::NEG_INFINITY, f64::MIN, -1.0, -0.0, 0.0, 1.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NAN];
        let values = ints.map(Value::Int).into_iter().chain(floats.map(Value::Float));
        let values: Vec<_> = values.chain([Value::Huge(u128::MAX), Value::Missing, Value::Opaque]).collect();
        let mut conditions = Vec::new();
        for comparison in COMPARISONS {
            conditions.extend(ints.map(|bound| Condition::Int(comparison, bound)));
            conditions.extend(floats.map(|bound| Condition::Float(comparison, bound)).into_iter().take(9));
        }
        for low in ints {
            let bounds = |most| Box::new([Condition::Int(Comparison::Min, low), Condition::Int(Comparison::Max, most)]);
            conditions.extend(ints.map(|most| Condition::Between(bounds(most))));
        }
        for low in floats.into_iter().take(9) {
            let bounds =
                |most| Box::new([Condition::Float(Comparison::Min, low), Condition::Float(Comparison::Max, most)]);
            conditions.extend(floats.into_iter().take(9).map(|most| Condition::Between(bounds(most))));
        }
        let mut compared = 0;
        for condition in &conditions {
            for value in &values {
                if let Some(holds) = Range::of(condition).holds(value) {
                    assert_eq!(holds, condition.passes(*value), "{condition:?} of {value:?}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 1_000, "{compared}");
        assert_eq!(Range::of(&Condition::Bool(Same::Eq, true)), Range::None);
    }

    #[test]
    fn all_of_several_checks_say_what_each_of_them_says() {
        let mut random = fastrand::Rng::with_seed(3);
        let mut asked = 0;
        for _ in 0..2_000 {
            let ints = random.bool();
            let conditions: Vec<Condition> = (0..random.usize(1..5))
                .map(|_| {
                    let (comparison, bound) = (COMPARISONS[random.usize(..4)], random.i8(-3..=3));
                    match ints != (random.u8(..20) == 0) {
                        true => Condition::Int(comparison, bound.into()),
                        false => Condition::Float(comparison, bound.into()),
                    }
                })
                .collect();
            let ranges: Vec<Range> = conditions.iter().map(Range::of).collect();
            let all = joined(ranges.iter());
            let values = (-4..=4).flat_map(|value| [Value::Int(value), Value::Float(value as f64)]);
            for value in values.chain([Value::Float(f64::NAN), Value::Huge(u128::MAX), Value::Missing]) {
                let each = conditions.iter().all(|condition| condition.passes(value));
                let of_its_kind = match all {
                    JoinedRange::Ints(_) => matches!(value, Value::Int(_)),
                    JoinedRange::Floats(_) => matches!(value, Value::Float(_)),
                    JoinedRange::None => false,
                };
                assert_eq!(all.has(value), each && of_its_kind, "{conditions:?} of {value:?}");
                asked += usize::from(of_its_kind);
            }
        }
        assert!(asked > 5_000, "{asked}");
    }
}
