//! What is computed of every element: sums, means, least and greatest.
//!
//! What is missing in a collection makes the result missing, and NaN makes it NaN: neither satisfies a condition.

use std::any::Any;
use std::cmp::Ordering;
use std::ops::ControlFlow;

use crate::context::{Decimal, Elements, Part, Value};
use crate::exact;

/// What is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    Ints,
    Floats,
    Decimals,
}

/// A sum of integers that no number of them overflows: `high` × 2^128 + `low`.
#[derive(Default)]
pub(crate) struct Wide {
    high: i128,
    low: u128,
}

impl Wide {
    pub(crate) fn add_int(&mut self, value: i128) {
        // Sign extension: a negative number has all its bits above the 128th set.
        let (low, carry) = self.low.overflowing_add(value as u128);
        self.low = low;
        self.high += i128::from(carry) - i128::from(value < 0);
    }

    pub(crate) fn add_huge(&mut self, value: u128) {
        let (low, carry) = self.low.overflowing_add(value);
        self.low = low;
        self.high += i128::from(carry);
    }

    /// The sum, unless it is beyond every integer type.
    pub(crate) fn value<'a>(&self) -> Value<'a> {
        match (self.high, self.low as i128) {
            (0, _) => Value::unsigned(self.low),
            (-1, low) if low < 0 => Value::Int(low),
            _ => Value::OutOfRange,
        }
    }

    /// The float that is nearest to the sum divided by the count of what was added.
    pub(crate) fn divided_by(&self, count: usize) -> f64 {
        let (sum, sign) = match self.value() {
            Value::Int(sum) => (sum.unsigned_abs(), if sum < 0 { -1.0 } else { 1.0 }),
            Value::Huge(sum) => (sum, 1.0),
            _ => return self.divided_beyond(count as u128),
        };
        // With all its bits at the top the quotient has more than a float keeps; what is left decides a tie only.
        let shift = sum.leading_zeros().min(127);
        let (sum, count) = (sum << shift, count as u128);
        let quotient = (sum / count) | u128::from(!sum.is_multiple_of(count));
        sign * quotient as f64 * 2.0_f64.powi(-(shift as i32))
    }

    /// The same beyond 128 bits, by long division. What is divided is above 2^127, and a mean is no greater than the greatest
    /// of the numbers: so the quotient fits, and has more bits than a float keeps.
    fn divided_beyond(&self, count: u128) -> f64 {
        let negative = self.high < 0;
        let (high, low) = match negative {
            true => ((!self.high as u128).wrapping_add(u128::from(self.low == 0)), self.low.wrapping_neg()),
            false => (self.high as u128, self.low),
        };
        let halves = [low >> 64, low & u128::from(u64::MAX)];
        let (quotient, rest) = halves.into_iter().fold((0_u128, high), |(quotient, rest), half| {
            let dividend = (rest << 64) | half;
            ((quotient << 64) | (dividend / count), dividend % count)
        });
        let size = (quotient | u128::from(rest != 0)) as f64;
        if negative { -size } else { size }
    }
}

/// A sum of decimals that no number of them overflows: what is whole, and a fraction at the scale of 38 digits.
#[derive(Default)]
pub(crate) struct WideDecimal {
    whole: Wide,
    fraction: i128,
}

impl WideDecimal {
    pub(crate) fn add(&mut self, value: Decimal) {
        let (whole, fraction) = value.split();
        self.whole.add_int(whole);
        // Both are below 10^38, and twice that fits.
        let sum = self.fraction as u128 + fraction as u128;
        let over = sum >= Decimal::ONE_AT_MOST_SCALE;
        self.fraction = (if over { sum - Decimal::ONE_AT_MOST_SCALE } else { sum }) as i128;
        self.whole.add_int(over.into());
    }

    /// The sum, unless it has more digits than a decimal.
    pub(crate) fn value<'a>(&self) -> Value<'a> {
        match self.whole.value() {
            Value::Int(whole) => Decimal::joined(whole, self.fraction).map_or(Value::OutOfRange, Value::from),
            _ => Value::OutOfRange,
        }
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
        Value::Missing | Value::OutOfRange => value,
        _ => Value::Opaque,
    })
}

/// The sum; of nothing, zero.
pub(crate) fn sum(elements: &dyn Elements, part: Part, numbers: Numbers) -> Value<'_> {
    match numbers {
        Numbers::Ints => {
            let mut sum = Wide::default();
            integers(elements, part, &mut sum).unwrap_or_else(|| sum.value())
        }
        Numbers::Floats => {
            let mut sum = exact::Sum::new();
            floats(elements, part, &mut sum).unwrap_or_else(|| Value::Float(sum.value()))
        }
        Numbers::Decimals => {
            let mut sum = WideDecimal::default();
            let instead = each(elements, part, |value| match value {
                Value::Decimal { mantissa, scale } => {
                    sum.add(Decimal::of(mantissa, scale));
                    ControlFlow::Continue(())
                }
                other => spoiled(other),
            });
            instead.unwrap_or_else(|| sum.value())
        }
    }
}

fn integers<'a>(elements: &'a dyn Elements, part: Part, sum: &mut Wide) -> Option<Value<'a>> {
    if let Some(all) = plain_integers(elements) {
        sum.add_int(all);
        return None;
    }
    each(elements, part, |value| {
        match value {
            Value::Int(value) => sum.add_int(value),
            Value::Huge(value) => sum.add_huge(value),
            other => return spoiled(other),
        }
        ControlFlow::Continue(())
    })
}

/// The sum of what most lists of integers are, without a look at each by itself: 64 bits of each, and no list is so long that
/// 128 did not hold them all.
fn plain_integers(elements: &dyn Elements) -> Option<i128> {
    macro_rules! first_of {
        ($($integer:ty),*) => {$(
            if let Some(list) = (elements as &dyn Any).downcast_ref::<Vec<$integer>>() {
                return Some(list.iter().map(|value| i128::from(*value)).sum());
            }
        )*};
    }
    first_of!(i64, i32, u64, u32, u16, i16, u8, i8);
    None
}

fn floats<'a>(elements: &'a dyn Elements, part: Part, sum: &mut exact::Sum) -> Option<Value<'a>> {
    // What most lists of numbers are, without a look at each by itself.
    if let Some(list) = (elements as &dyn Any).downcast_ref::<Vec<f64>>() {
        sum.add_all(list);
        return None;
    }
    each(elements, part, |value| match value {
        Value::Float(value) => {
            sum.add(value);
            ControlFlow::Continue(())
        }
        other => spoiled(other),
    })
}

/// The mean as the float that is nearest to it; missing where there are no elements.
pub(crate) fn mean(elements: &dyn Elements, part: Part, numbers: Numbers) -> Value<'_> {
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
            let mut sum = exact::Sum::new();
            floats(elements, part, &mut sum).unwrap_or_else(|| sum.mean().map_or(Value::Missing, Value::Float))
        }
        Numbers::Decimals => Value::Opaque,
    }
}

/// The least or the greatest; missing where there are no elements.
pub(crate) fn extreme(elements: &dyn Elements, part: Part, wanted: Ordering) -> Value<'_> {
    let mut best = Value::Missing;
    let instead = each(elements, part, |value| {
        match value {
            Value::Missing | Value::OutOfRange | Value::Opaque => return spoiled(value),
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
pub(crate) fn order(one: Value<'_>, two: Value<'_>) -> Option<Ordering> {
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

    fn ints<T: crate::context::Inspect + 'static>(values: Vec<T>) -> (String, String) {
        let one = sum(&values, Part::All, Numbers::Ints).to_string();
        (one, mean(&values, Part::All, Numbers::Ints).to_string())
    }

    #[test]
    fn sums_of_integers_are_exact_whatever_comes_between() {
        assert_eq!(ints(vec![u64::MAX; 4]), ("73786976294838206460".to_owned(), "1.8446744073709552e19".to_owned()));
        assert_eq!(ints(vec![i128::MAX, i128::MAX, i128::MIN, i128::MIN]), ("-2".to_owned(), "-0.5".to_owned()));
        assert_eq!(ints(vec![i128::MIN, i128::MIN]).0, "out of range (beyond 128 bits)");
        assert_eq!(ints(vec![i128::MIN, i128::MIN]).1, "-1.7014118346046923e38");
        assert_eq!(ints(vec![u128::MAX, 0]).0, u128::MAX.to_string());
        assert_eq!(ints(vec![u128::MAX, 1]).0, "out of range (beyond 128 bits)");
        assert_eq!(ints(vec![u128::MAX; 3]).1, "3.402823669209385e38");
        // Just above the middle of two floats, which 256 bits know and a float of the sum would not.
        let middle = (1_u128 << 127) + (1 << 74);
        assert_eq!(ints(vec![middle, middle, middle + 1]).1, format!("{:?}", ((1_u128 << 127) + (1 << 75)) as f64));
        assert_eq!(ints(vec![middle; 3]).1, format!("{:?}", (1_u128 << 127) as f64), "the even one");
        assert_eq!(ints(vec![i128::MIN, i128::MIN, i128::MIN]).1, "-1.7014118346046923e38");
        assert_eq!(ints(vec![i128::MAX, 1]).0, (1_u128 << 127).to_string());
        assert_eq!(ints(vec![9_007_199_254_740_993_i64, 9_007_199_254_740_994]).1, "9007199254740994.0");
        assert_eq!(ints(vec![1_i8, 0, 0]).1, (1.0_f64 / 3.0).to_string());
        assert_eq!(ints(Vec::<u8>::new()), ("0".to_owned(), "none".to_owned()));
    }

    #[test]
    fn a_list_of_plain_integers_has_the_sum_of_any_other() {
        macro_rules! same_as_a_deque {
            ($($integer:ty),*) => {$(
                let list = vec![<$integer>::MAX, <$integer>::MIN, 7, <$integer>::MAX, <$integer>::MAX];
                let deque: std::collections::VecDeque<_> = list.iter().copied().collect();
                let other = (sum(&deque, Part::All, Numbers::Ints), mean(&deque, Part::All, Numbers::Ints));
                assert_eq!(ints(list.clone()), (other.0.to_string(), other.1.to_string()), stringify!($integer));
            )*};
        }
        same_as_a_deque!(i64, i32, u64, u32, u16, i16, u8, i8, u128, i128, usize, isize);
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
        let shown = |parts: &[(i128, u8)]| sum(&decimals(parts), Part::All, Numbers::Decimals).to_string();
        assert_eq!(shown(&[(i128::MAX, 0), (1, 0)]), "out of range (beyond 128 bits)");
        assert_eq!(shown(&[(i128::MAX, 0), (1, 0), (-1, 0)]), i128::MAX.to_string(), "whatever comes between");
        assert_eq!(shown(&[(i128::MIN, 38), (i128::MAX, 38)]), "-0.00000000000000000000000000000000000001");
        assert_eq!(shown(&[(-5, 1), (-5, 1), (-1, 2)]), "-1.01");
        assert_eq!(shown(&[(i128::MIN, 1), (0, 38)]), "-17014118346046923173168730371588410572.8");
        assert_eq!(shown(&[(i128::MAX, 0), (1, 1)]), "out of range (beyond 128 bits)");
        assert_eq!(shown(&[]), "0");
    }

    #[test]
    fn floats_are_rounded_once() {
        let floats = |values: &[f64]| {
            let values = values.to_vec();
            (
                sum(&values, Part::All, Numbers::Floats).to_string(),
                mean(&values, Part::All, Numbers::Floats).to_string(),
            )
        };
        assert_eq!(floats(&[98.6; 3]).1, "98.6");
        assert_eq!(floats(&[1e100, 1.0, -1e100]), ("1.0".to_owned(), (1.0_f64 / 3.0).to_string()));
        assert_eq!(floats(&[f64::MAX, f64::MAX]), ("inf".to_owned(), format!("{:?}", f64::MAX)));
        assert_eq!(floats(&[]), ("0.0".to_owned(), "none".to_owned()));
    }
}
