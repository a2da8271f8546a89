//! Conditions on a change: the proposed value against the committed one.

use std::fmt;

use crate::context::{Decimal, Value, compare};

/// A test on a change. Where there was no value before, every value is a first one: it is a change, and nothing that it could
/// be too far from or below. What cannot be compared with was no value: or one NaN would be in the way of all that follows.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Changed,
    Unchanged,
    Monotonic,
    /// An integer moves by at most this.
    IntDelta(u128),
    /// A float moves by at most this.
    FloatDelta(f64),
    /// A decimal moves by at most this.
    DecimalDelta(Decimal),
}

impl Change {
    pub(super) fn passes(&self, proposed: Value<'_>, before: Value<'_>) -> bool {
        if !is_known(proposed) {
            return false;
        }
        let (committed, first) = (before, !self.compares_with(before));
        match self {
            Self::Changed => first || compare(proposed, committed) == Some(false),
            Self::Unchanged => !first && compare(proposed, committed) == Some(true),
            // There is no distance to infinity, whatever was there before.
            Self::FloatDelta(_) if matches!(proposed, Value::Float(float) if float.is_infinite()) => false,
            _ if first => true,
            Self::Monotonic => is_at_least(proposed, committed),
            Self::IntDelta(most) => distance(proposed, committed).is_some_and(|distance| distance <= *most),
            Self::FloatDelta(most) => match (proposed, committed) {
                (Value::Float(now), Value::Float(before)) => (now - before).abs() <= *most,
                _ => false,
            },
            Self::DecimalDelta(most) => match (decimal(proposed), decimal(committed)) {
                (Some(now), Some(before)) => now.distance(before).is_some_and(|distance| distance <= *most),
                _ => false,
            },
        }
    }
}

impl Change {
    /// Whether it asks for what was there at first too, though nobody wrote it: to leave it alone is to leave that alone.
    pub(super) const fn asks_for_first_state(&self) -> bool {
        matches!(self, Self::Unchanged)
    }

    /// Whether what was there before is something to be compared with.
    fn compares_with(&self, before: Value<'_>) -> bool {
        let is_end = matches!(before, Value::Float(float) if float.is_infinite());
        is_known(before) && !(is_end && matches!(self, Self::FloatDelta(_) | Self::Monotonic))
    }
}

/// NaN, what is missing and what cannot be looked into satisfy nothing.
fn is_known(value: Value<'_>) -> bool {
    !matches!(value, Value::Missing | Value::OutOfRange | Value::Opaque)
        && !matches!(value, Value::Float(float) if float.is_nan())
}

fn decimal(value: Value<'_>) -> Option<Decimal> {
    match value {
        Value::Decimal { mantissa, scale } => Some(Decimal::of(mantissa, scale)),
        _ => None,
    }
}

fn is_at_least(proposed: Value<'_>, committed: Value<'_>) -> bool {
    crate::aggregate::order(proposed, committed).is_some_and(std::cmp::Ordering::is_ge)
}

/// How far two integers are from each other; `None` where not even 128 bits hold it.
fn distance(one: Value<'_>, two: Value<'_>) -> Option<u128> {
    match (one, two) {
        (Value::Int(one), Value::Int(two)) => Some(one.abs_diff(two)),
        (Value::Huge(one), Value::Huge(two)) => Some(one.abs_diff(two)),
        (Value::Huge(huge), Value::Int(small)) | (Value::Int(small), Value::Huge(huge)) => {
            match u128::try_from(small) {
                Ok(small) => Some(huge.abs_diff(small)),
                Err(_) => huge.checked_add(small.unsigned_abs()),
            }
        }
        _ => None,
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed | Self::Unchanged | Self::Monotonic => f.write_str("true"),
            Self::IntDelta(most) => most.fmt(f),
            Self::FloatDelta(most) => most.fmt(f),
            Self::DecimalDelta(most) => most.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: Value<'_> = Value::Float(f64::NAN);

    #[test]
    fn integers_move_exactly_at_their_extremes() {
        let (least, most, top) = (Value::Int(i128::MIN), Value::Int(i128::MAX), Value::Huge(u128::MAX));
        assert!(
            Change::IntDelta(u128::MAX).passes(least, most) && !Change::IntDelta(u128::MAX - 1).passes(most, least)
        );
        assert!(Change::IntDelta(u128::MAX).passes(top, Value::Int(0)));
        assert!(!Change::IntDelta(u128::MAX).passes(top, Value::Int(-1)), "further than 128 bits can say");
        assert!(
            Change::IntDelta(1).passes(Value::Huge(1 << 127), most)
                && !Change::IntDelta(0).passes(most, Value::Huge(1 << 127))
        );
        assert!(Change::Monotonic.passes(top, most) && !Change::Monotonic.passes(most, top));
        assert!(Change::IntDelta(0).passes(least, least) && Change::Monotonic.passes(least, least));
    }

    #[test]
    fn floats_that_are_no_numbers_pass_nothing() {
        let all = [Change::Changed, Change::Unchanged, Change::Monotonic, Change::FloatDelta(f64::INFINITY)];
        for change in all {
            assert!(!change.passes(NAN, NAN) && !change.passes(NAN, Value::Float(1.0)), "{change:?}");
            assert!(!change.passes(Value::Missing, Value::Float(1.0)));
            assert!(!change.passes(Value::Missing, Value::Missing) && !change.passes(Value::Opaque, Value::Opaque));
        }
        let infinite = Value::Float(f64::INFINITY);
        assert!(!Change::FloatDelta(f64::MAX).passes(infinite, infinite), "no distance between infinities");
        assert!(Change::Monotonic.passes(infinite, infinite) && Change::Unchanged.passes(infinite, infinite));
        assert!(Change::Unchanged.passes(Value::Float(0.0), Value::Float(-0.0)));
    }

    #[test]
    fn what_cannot_be_compared_with_is_in_the_way_of_nothing() {
        let ends = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Value::Float);
        for before in ends.into_iter().chain([Value::OutOfRange, Value::Opaque, Value::Missing]) {
            for change in [Change::Changed, Change::Monotonic, Change::FloatDelta(1.0)] {
                assert!(change.passes(Value::Float(-7.0), before), "{change:?} after {before}");
            }
        }
        let decimal = Value::Decimal { mantissa: 5, scale: 1 };
        assert!(Change::DecimalDelta(Decimal::of(0, 0)).passes(decimal, Value::OutOfRange));
        assert!(Change::IntDelta(0).passes(Value::Int(1), Value::OutOfRange));
        let time = Value::Time { kind: crate::context::TimeKind::Instant, nanos: 1 };
        assert!(Change::Monotonic.passes(time, Value::Missing) && !Change::Monotonic.passes(Value::OutOfRange, time));
        assert!(!Change::Unchanged.passes(Value::Float(1.0), NAN), "it is another");
        let infinite = Value::Float(f64::INFINITY);
        assert!(!Change::FloatDelta(f64::MAX).passes(infinite, Value::Float(1.0)));
        assert!(!Change::FloatDelta(f64::MAX).passes(infinite, Value::Missing), "no distance to it");
    }

    #[test]
    fn a_first_value_is_a_change_and_neither_too_far_nor_too_low() {
        let first = |change: Change| change.passes(Value::Int(5), Value::Missing);
        assert!(first(Change::Changed) && first(Change::Monotonic) && first(Change::IntDelta(0)));
        assert!(!first(Change::Unchanged));
    }

    #[test]
    fn decimals_move_exactly() {
        let decimal = |mantissa, scale| Value::Decimal { mantissa, scale };
        let tenth = Change::DecimalDelta(Decimal::of(1, 1));
        assert!(tenth.passes(decimal(3, 1), decimal(2, 1)) && !tenth.passes(decimal(31, 2), decimal(2, 1)));
        assert!(!tenth.passes(decimal(i128::MAX, 0), decimal(i128::MIN, 0)));
    }
}
