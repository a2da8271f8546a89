//! Computed properties that look at every element: sums, means, least and greatest.
//!
//! What is missing in a collection makes the result missing, and NaN makes it NaN: neither satisfies a condition.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use crate::context::{Decimal, Elements, Part, Value};

/// What is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    Ints,
    Floats,
    Decimals,
}

/// A sum of integers that no number of them overflows: `high` × 2^128 + `low`.
#[derive(Default)]
struct Wide {
    high: i128,
    low: u128,
}

impl Wide {
    fn add_int(&mut self, value: i128) {
        // Sign extension: a negative number has all its bits above the 128th set.
        let (low, carry) = self.low.overflowing_add(value as u128);
        self.low = low;
        self.high += i128::from(carry) - i128::from(value < 0);
    }

    fn add_huge(&mut self, value: u128) {
        let (low, carry) = self.low.overflowing_add(value);
        self.low = low;
        self.high += i128::from(carry);
    }

    /// The sum; opaque where it is beyond every integer type.
    fn value<'a>(&self) -> Value<'a> {
        match (self.high, self.low as i128) {
            (0, _) => Value::unsigned(self.low),
            (-1, low) if low < 0 => Value::Int(low),
            _ => Value::Opaque,
        }
    }

    /// The float that is nearest to the sum divided by a count.
    fn divided_by(&self, count: usize) -> f64 {
        let (sum, sign) = match self.value() {
            Value::Int(sum) => (sum.unsigned_abs(), if sum < 0 { -1.0 } else { 1.0 }),
            Value::Huge(sum) => (sum, 1.0),
            _ => return (self.high as f64 * 2.0_f64.powi(128) + self.low as f64) / count as f64,
        };
        // With all its bits at the top the quotient has more than a float keeps; what is left decides a tie only.
        let shift = sum.leading_zeros().min(127);
        let (sum, count) = (sum << shift, count as u128);
        let quotient = (sum / count) | u128::from(!sum.is_multiple_of(count));
        sign * quotient as f64 * 2.0_f64.powi(-(shift as i32))
    }
}

/// Calls `see` for each element until it says what the result is instead.
fn each<'a>(
    elements: &'a dyn Elements,
    part: Part,
    mut see: impl FnMut(Value<'a>) -> ControlFlow<Value<'a>>,
) -> Option<Value<'a>> {
    let mut instead = None;
    elements.each(part, &mut |value| match see(value.seen_through()) {
        ControlFlow::Continue(()) => ControlFlow::Continue(()),
        ControlFlow::Break(value) => {
            instead = Some(value);
            ControlFlow::Break(())
        }
    });
    instead
}

/// What takes the place of a result because of one element.
const fn spoiled<'a>(value: Value<'a>) -> ControlFlow<Value<'a>> {
    ControlFlow::Break(match value {
        Value::Missing => Value::Missing,
        _ => Value::Opaque,
    })
}

/// The sum; of nothing, zero.
pub(super) fn sum(elements: &dyn Elements, part: Part, numbers: Numbers) -> Value<'_> {
    match numbers {
        Numbers::Ints => {
            let mut sum = Wide::default();
            integers(elements, part, &mut sum).unwrap_or_else(|| sum.value())
        }
        Numbers::Floats => {
            let mut sum = 0.0;
            floats(elements, part, &mut sum).unwrap_or(Value::Float(sum))
        }
        Numbers::Decimals => {
            let mut sum = Decimal::of(0, 0);
            let instead = each(elements, part, |value| match value {
                Value::Decimal { mantissa, scale } => match sum.checked_add(Decimal::of(mantissa, scale)) {
                    Some(more) => {
                        sum = more;
                        ControlFlow::Continue(())
                    }
                    None => ControlFlow::Break(Value::Opaque),
                },
                other => spoiled(other),
            });
            instead.unwrap_or_else(|| sum.into())
        }
    }
}

fn integers<'a>(elements: &'a dyn Elements, part: Part, sum: &mut Wide) -> Option<Value<'a>> {
    each(elements, part, |value| {
        match value {
            Value::Int(value) => sum.add_int(value),
            Value::Huge(value) => sum.add_huge(value),
            other => return spoiled(other),
        }
        ControlFlow::Continue(())
    })
}

fn floats<'a>(elements: &'a dyn Elements, part: Part, sum: &mut f64) -> Option<Value<'a>> {
    each(elements, part, |value| match value {
        Value::Float(value) => {
            *sum += value;
            ControlFlow::Continue(())
        }
        other => spoiled(other),
    })
}

/// The mean as a float; missing where there are no elements.
pub(super) fn mean(elements: &dyn Elements, part: Part, numbers: Numbers) -> Value<'_> {
    let count = elements.len();
    if count == 0 {
        return Value::Missing;
    }
    match numbers {
        Numbers::Ints => {
            let mut sum = Wide::default();
            integers(elements, part, &mut sum).unwrap_or_else(|| Value::Float(sum.divided_by(count)))
        }
        Numbers::Floats => {
            let mut sum = 0.0;
            floats(elements, part, &mut sum).unwrap_or_else(|| Value::Float(sum / count as f64))
        }
        Numbers::Decimals => Value::Opaque,
    }
}

/// The least or the greatest; missing where there are no elements.
pub(super) fn extreme(elements: &dyn Elements, part: Part, wanted: Ordering) -> Value<'_> {
    let mut best = Value::Missing;
    let instead = each(elements, part, |value| {
        match value {
            Value::Missing | Value::Opaque => return spoiled(value),
            Value::Float(float) if float.is_nan() => return ControlFlow::Break(value),
            _ => {}
        }
        if matches!(best, Value::Missing) || order(value, best) == Some(wanted) {
            best = value;
        }
        ControlFlow::Continue(())
    });
    instead.unwrap_or(best)
}

/// The order of two values of one kind.
pub(super) fn order(one: Value<'_>, two: Value<'_>) -> Option<Ordering> {
    match (one, two) {
        (Value::Int(one), Value::Int(two)) => Some(one.cmp(&two)),
        (Value::Huge(one), Value::Huge(two)) => Some(one.cmp(&two)),
        (Value::Huge(_), Value::Int(_)) => Some(Ordering::Greater),
        (Value::Int(_), Value::Huge(_)) => Some(Ordering::Less),
        (Value::Float(one), Value::Float(two)) => one.partial_cmp(&two),
        (Value::Decimal { mantissa, scale }, Value::Decimal { mantissa: other, scale: at }) => {
            Some(Decimal::of(mantissa, scale).cmp(&Decimal::of(other, at)))
        }
        (Value::Time { kind, nanos }, Value::Time { kind: of, nanos: other }) if kind == of => Some(nanos.cmp(&other)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints<T: crate::Inspect + 'static>(values: Vec<T>) -> (String, String) {
        let one = sum(&values, Part::All, Numbers::Ints).to_string();
        (one, mean(&values, Part::All, Numbers::Ints).to_string())
    }

    #[test]
    fn sums_of_integers_are_exact_whatever_comes_between() {
        assert_eq!(ints(vec![u64::MAX; 4]), ("73786976294838206460".to_owned(), "1.8446744073709552e19".to_owned()));
        assert_eq!(ints(vec![i128::MAX, i128::MAX, i128::MIN, i128::MIN]), ("-2".to_owned(), "-0.5".to_owned()));
        assert_eq!(ints(vec![i128::MIN, i128::MIN]).0, "(opaque)");
        assert_eq!(ints(vec![i128::MIN, i128::MIN]).1, "-1.7014118346046923e38");
        assert_eq!(ints(vec![u128::MAX, 0]).0, u128::MAX.to_string());
        assert_eq!(ints(vec![u128::MAX, 1]).0, "(opaque)");
        assert_eq!(ints(vec![i128::MAX, 1]).0, (1_u128 << 127).to_string());
        assert_eq!(ints(vec![9_007_199_254_740_993_i64, 9_007_199_254_740_994]).1, "9007199254740994.0");
        assert_eq!(ints(vec![1_i8, 0, 0]).1, (1.0_f64 / 3.0).to_string());
        assert_eq!(ints(Vec::<u8>::new()), ("0".to_owned(), "none".to_owned()));
    }

    #[test]
    fn what_is_missing_or_no_number_spoils_the_result() {
        let some = vec![Some(1_i64), None, Some(3)];
        assert_eq!(ints(some.clone()), ("none".to_owned(), "none".to_owned()));
        assert_eq!(extreme(&some, Part::All, Ordering::Less), Value::Missing);
        let floats = vec![1.0, f64::NAN, 0.5];
        assert!(matches!(sum(&floats, Part::All, Numbers::Floats), Value::Float(sum) if sum.is_nan()));
        assert!(matches!(extreme(&floats, Part::All, Ordering::Less), Value::Float(least) if least.is_nan()));
        assert_eq!(extreme(&vec![2.0, -0.5, 9.0], Part::All, Ordering::Less), Value::Float(-0.5));
        assert_eq!(extreme(&vec![2.0, -0.5, 9.0], Part::All, Ordering::Greater), Value::Float(9.0));
    }

    #[test]
    fn decimals_add_up_exactly_or_not_at_all() {
        let decimals = |parts: &[(i128, u8)]| parts.iter().map(|(m, s)| Decimal::of(*m, *s)).collect::<Vec<_>>();
        assert_eq!(sum(&decimals(&[(1, 1), (2, 1), (-3, 1)]), Part::All, Numbers::Decimals), Decimal::of(0, 0).into());
        assert_eq!(sum(&decimals(&[(i128::MAX, 0), (1, 0)]), Part::All, Numbers::Decimals).to_string(), "(opaque)");
    }
}
