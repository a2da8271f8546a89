//! Ranges of numbers, and those of the fields of a context: what most values are in is said without a look at each rule.

use super::value::Value;

/// A set of numbers that a value is surely in or not.
#[diagnostic::on_unimplemented(message = "`{Self}` is no range of numbers")]
pub trait NumberRange {
    /// Whether the value is a number of this kind and in the range; `false` also where that cannot be told here.
    fn has(&self, value: Value<'_>) -> bool;
}

/// Integers from one to another, without at most one between them.
///
/// Bounds are those of `i64`, which most fields have: what is beyond them is in no such range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntRange {
    least: i64,
    /// How many there are above the least: so one comparison says whether a number is there.
    span: u64,
    /// The one that is not among them; where all are, one that is beside them.
    not: i64,
}

impl IntRange {
    /// From `least` to `most`, but for `not`. `None` where there are none, and for all of `i64`, which is no bound.
    #[must_use]
    pub fn new(least: i128, most: i128, not: Option<i128>) -> Option<Self> {
        let least = i64::try_from(least.max(i64::MIN.into())).ok()?;
        let most = i64::try_from(most.min(i64::MAX.into())).ok()?;
        if least > most {
            return None;
        }
        let span = least.abs_diff(most);
        match not.and_then(|not| i64::try_from(not).ok()) {
            Some(not) => Some(Self { least, span, not }),
            None if span == u64::MAX => None,
            None => Some(Self { least, span, not: least.wrapping_sub(1) }),
        }
    }
}

impl NumberRange for IntRange {
    #[inline(always)]
    fn has(&self, value: Value<'_>) -> bool {
        let Value::Int(value) = value else { return false };
        // What is below the least wraps round to above every span.
        i64::try_from(value).is_ok_and(|value| value.wrapping_sub(self.least) as u64 <= self.span && value != self.not)
    }
}

/// Floats from one to another, without at most one between them. NaN is in no range.
#[derive(Clone, Copy, Debug)]
pub struct FloatRange {
    least: f64,
    most: f64,
    /// The one that is not among them; NaN, which no float is, where all are.
    not: f64,
}

impl FloatRange {
    /// From `least` to `most`, but for `not`.
    #[must_use]
    pub fn new(least: f64, most: f64, not: Option<f64>) -> Self {
        Self { least, most, not: not.unwrap_or(f64::NAN) }
    }
}

impl NumberRange for FloatRange {
    #[inline(always)]
    fn has(&self, value: Value<'_>) -> bool {
        let Value::Float(value) = value else { return false };
        value >= self.least && value <= self.most && value != self.not
    }
}

/// The numbers that satisfy several conditions at once.
#[derive(Clone, Copy, Debug)]
pub enum JoinedRange {
    /// Integers.
    Ints(IntRange),
    /// Floats.
    Floats(FloatRange),
    /// It is no such range: each condition is asked.
    None,
}

impl NumberRange for JoinedRange {
    #[inline(always)]
    fn has(&self, value: Value<'_>) -> bool {
        match self {
            Self::Ints(range) => range.has(value),
            Self::Floats(range) => range.has(value),
            Self::None => false,
        }
    }
}

/// A range for each of some fields of a context, by their positions, and of the contexts that are nested in it.
///
/// Integers and floats stand apart, so that nobody asks which it is for each of them.
#[derive(Clone, Debug, Default)]
pub struct FieldRanges {
    ints: Vec<(usize, IntRange)>,
    floats: Vec<(usize, FloatRange)>,
    nested: Vec<(usize, Self)>,
}

impl FieldRanges {
    /// Adds a range for the field at a path, the position of each name on the way. Says whether it is one that can be asked here.
    pub fn add(&mut self, path: &[usize], range: JoinedRange) -> bool {
        match (path, range) {
            ([], _) | (_, JoinedRange::None) => false,
            ([field], JoinedRange::Ints(range)) => {
                self.ints.push((*field, range));
                true
            }
            ([field], JoinedRange::Floats(range)) => {
                self.floats.push((*field, range));
                true
            }
            ([field, rest @ ..], range) => {
                let at = self.nested.iter().position(|(nested, _)| nested == field).unwrap_or_else(|| {
                    self.nested.push((*field, Self::default()));
                    self.nested.len() - 1
                });
                self.nested.get_mut(at).is_some_and(|(_, nested)| nested.add(rest, range))
            }
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ints.is_empty() && self.floats.is_empty() && self.nested.is_empty()
    }

    /// Those of integers.
    #[must_use]
    pub fn ints(&self) -> &[(usize, IntRange)] {
        &self.ints
    }

    /// Those of floats.
    #[must_use]
    pub fn floats(&self) -> &[(usize, FloatRange)] {
        &self.floats
    }

    /// Those of nested contexts.
    #[must_use]
    pub fn nested(&self) -> &[(usize, Self)] {
        &self.nested
    }
}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_integers_is_exact_at_the_ends_of_64_bits() {
        let (lowest, highest) = (i128::from(i64::MIN), i128::from(i64::MAX));
        let range = |least, most, not| IntRange::new(least, most, not);
        assert_eq!(range(i128::MIN, i128::MAX, None), None, "no bound: each condition is asked");
        assert_eq!(range(lowest, highest, None), None);
        for (least, most) in [(1, 0), (highest + 1, i128::MAX), (i128::MIN, lowest - 1)] {
            assert_eq!(range(least, most, None), None, "there are none");
        }
        let ends = [lowest, lowest + 1, -1, 0, 1, highest - 1, highest];
        let values = || ends.into_iter().chain([lowest - 1, highest + 1, 1 << 64, i128::MIN, i128::MAX]);
        for least in values() {
            for most in values() {
                for not in values().map(Some).chain([None]) {
                    let Some(range) = range(least, most, not) else { continue };
                    for value in values() {
                        let in_64_bits = (lowest..=highest).contains(&value);
                        let is_there = in_64_bits && (least..=most).contains(&value) && Some(value) != not;
                        assert_eq!(range.has(Value::Int(value)), is_there, "{value} in {least}..={most} but {not:?}");
                    }
                }
            }
        }
        let all_but_one = range(i128::MIN, i128::MAX, Some(0)).unwrap();
        assert!(!all_but_one.has(Value::Float(1.0)) && !all_but_one.has(Value::Missing), "of another kind");
        assert!(!all_but_one.has(Value::Huge(u128::MAX)), "beyond what it can tell");
    }

    #[test]
    fn a_range_of_floats_has_no_nan_and_one_zero() {
        let range = FloatRange::new(-1.0, 1.0, None);
        assert!(range.has(Value::Float(-1.0)) && range.has(Value::Float(1.0)) && !range.has(Value::Float(1.5)));
        assert!(!range.has(Value::Float(f64::NAN)) && !range.has(Value::Int(0)));
        let all = FloatRange::new(f64::NEG_INFINITY, f64::INFINITY, Some(0.0));
        assert!(
            !all.has(Value::Float(-0.0)) && !all.has(Value::Float(f64::NAN)) && all.has(Value::Float(f64::INFINITY))
        );
    }

    #[test]
    fn ranges_stand_where_their_fields_are() {
        let (mut ranges, ints) = (FieldRanges::default(), JoinedRange::Ints(IntRange::new(0, 9, None).unwrap()));
        let floats = JoinedRange::Floats(FloatRange::new(0.0, 9.0, None));
        assert!(!ranges.add(&[], ints) && !ranges.add(&[1], JoinedRange::None) && ranges.is_empty());
        assert!(ranges.add(&[1], ints) && ranges.add(&[2, 0], floats) && ranges.add(&[2, 1, 3], ints));
        assert!(!ranges.is_empty() && ranges.floats().is_empty());
        assert_eq!(ranges.ints()[0].0, 1);
        let [(2, nested)] = ranges.nested() else { panic!("one nested context: {ranges:?}") };
        assert_eq!((nested.floats()[0].0, nested.nested()[0].1.ints()[0].0), (0, 3));
    }
}
