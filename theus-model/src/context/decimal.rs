//! A decimal number as the audit compares it: exactly.

use std::cmp::Ordering;
use std::fmt;

/// A decimal number, `mantissa` × 10^-`scale`, compared exactly and never through a float.
///
/// An amount that is kept as a whole number of cents shows itself as a decimal of scale 2.
///
/// ```
/// use theus_core::context::Decimal;
/// let price = Decimal::new(1_250, 2);
/// assert_eq!(price, Decimal::parse("12.5"));
/// assert!(Decimal::parse("0.1") < Decimal::parse("0.10000000000000001"));
/// assert_eq!(Decimal::parse("a"), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    mantissa: i128,
    scale: u8,
}

/// The greatest scale: 10 to this power fits `i128`.
const MAX_SCALE: u8 = 38;

const POWERS: [i128; MAX_SCALE as usize + 1] = {
    let mut powers = [1; MAX_SCALE as usize + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

impl Decimal {
    /// `mantissa` × 10^-`scale`; `None` where the scale is above 38.
    #[inline]
    #[must_use]
    pub const fn new(mantissa: i128, scale: u32) -> Option<Self> {
        if scale > MAX_SCALE as u32 { None } else { Some(Self { mantissa, scale: scale as u8 }) }
    }

    /// From parts that came out of a decimal, whose scale is bounded therefore.
    #[doc(hidden)]
    pub const fn of(mantissa: i128, scale: u8) -> Self {
        Self { mantissa, scale: if scale > MAX_SCALE { MAX_SCALE } else { scale } }
    }

    /// The digits, as a whole number.
    #[inline]
    #[must_use]
    pub const fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// How many of the digits are fractional.
    #[inline]
    #[must_use]
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// Reads `-12.50` or `1.5e3`: an optional sign, digits with at most one point, an optional exponent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((text, exponent)) => (text, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let mut mantissa = 0_i128;
        let mut scale = exponent.checked_neg()?;
        let fraction = fraction.trim_end_matches('0');
        for digit in whole.bytes().chain(fraction.bytes()) {
            if !digit.is_ascii_digit() {
                return None;
            }
            let digit = i128::from(digit - b'0');
            let grown = mantissa.checked_mul(10)?;
            mantissa = if negative { grown.checked_sub(digit)? } else { grown.checked_add(digit)? };
        }
        scale = scale.checked_add(i32::try_from(fraction.len()).ok()?)?;
        if mantissa == 0 {
            return Some(Self { mantissa, scale: 0 });
        }
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        while scale < 0 {
            mantissa = mantissa.checked_mul(10)?;
            scale += 1;
        }
        Self::new(mantissa, u32::try_from(scale).ok()?)
    }

    /// The same number without zeros at its end: equal numbers have equal parts.
    #[must_use]
    pub fn normalized(self) -> Self {
        let Self { mut mantissa, mut scale } = self;
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Self { mantissa, scale }
    }

    /// The sum, where 128 bits hold it.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let sum = |a: Self, b: Self| {
            let (one, two, scale) = a.aligned(b)?;
            Some(Self { mantissa: one.checked_add(two)?, scale })
        };
        sum(self, other).or_else(|| sum(self.normalized(), other.normalized()))
    }

    /// The difference without its sign, where 128 bits hold it.
    #[must_use]
    pub fn distance(self, other: Self) -> Option<Self> {
        let minus = Self { mantissa: other.mantissa.checked_neg()?, scale: other.scale };
        let difference = self.checked_add(minus)?;
        Some(Self { mantissa: difference.mantissa.checked_abs()?, ..difference })
    }

    /// Whether it is a whole number of `step`s. Exact at every scale; no number is a multiple of zero.
    #[must_use]
    pub fn is_multiple_of(self, step: Self) -> bool {
        let (value, step) = (self.normalized(), step.normalized());
        let modulus = step.mantissa.unsigned_abs();
        if modulus == 0 {
            return false;
        }
        if value.scale > step.scale {
            // More fractional digits than the step has: normalised, it can only be a multiple of a smaller unit of it.
            let unit = POWERS[usize::from(value.scale - step.scale)];
            return match step.mantissa.checked_mul(unit) {
                Some(step) => value.mantissa % step == 0,
                None => value.mantissa == 0,
            };
        }
        let mut rest = value.mantissa.unsigned_abs() % modulus;
        for _ in value.scale..step.scale {
            rest = times_ten(rest, modulus);
        }
        rest == 0
    }

    /// Both mantissas at the greater of the two scales, where they fit.
    #[inline]
    fn aligned(self, other: Self) -> Option<(i128, i128, u8)> {
        let scale = self.scale.max(other.scale);
        let at = |number: Self| number.mantissa.checked_mul(POWERS[usize::from(scale - number.scale)]);
        Some((at(self)?, at(other)?, scale))
    }

    /// The greatest whole number below, and the fraction that is left, at the scale of 38 digits.
    #[doc(hidden)]
    pub fn split(self) -> (i128, i128) {
        let unit = POWERS[usize::from(self.scale)];
        let rest = self.mantissa.rem_euclid(unit);
        (self.mantissa.div_euclid(unit), rest * POWERS[usize::from(MAX_SCALE - self.scale)])
    }

    /// One, at the scale of 38 digits.
    #[doc(hidden)]
    pub const ONE_AT_MOST_SCALE: u128 = POWERS[MAX_SCALE as usize].unsigned_abs();

    /// What was [`split`](Self::split), in one number again, where 128 bits hold it.
    #[doc(hidden)]
    pub fn joined(whole: i128, fraction: i128) -> Option<Self> {
        let Self { mantissa: fraction, scale } = Self { mantissa: fraction, scale: MAX_SCALE }.normalized();
        let unit = POWERS[usize::from(scale)];
        // Towards zero, so that nothing is further from it on the way than at the end.
        let (whole, fraction) =
            if whole < 0 && fraction > 0 { (whole + 1, fraction - unit) } else { (whole, fraction) };
        Some(Self { mantissa: whole.checked_mul(unit)?.checked_add(fraction)?, scale })
    }
}

/// `10 * rest % modulus` where `rest` is below a modulus that fits 127 bits: no step overflows 128.
fn times_ten(rest: u128, modulus: u128) -> u128 {
    let double = |number: u128| (number + number) % modulus;
    let two = double(rest);
    (double(double(two)) + two) % modulus
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return self.mantissa.cmp(&other.mantissa);
        }
        match self.aligned(*other) {
            Some((one, two, _)) => one.cmp(&two),
            None => self.split().cmp(&other.split()),
        }
    }
}

impl std::hash::Hash for Decimal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let Self { mantissa, scale } = self.normalized();
        (mantissa, scale).hash(state);
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mantissa, scale } = *self;
        if scale == 0 {
            return mantissa.fmt(f);
        }
        let unit = POWERS[usize::from(scale)].unsigned_abs();
        let digits = mantissa.unsigned_abs();
        let sign = if mantissa < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:0width$}", digits / unit, digits % unit, width = usize::from(scale))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn numbers_compare_exactly_whatever_their_scales() {
        let smallest = Decimal::new(1, 38).unwrap();
        let ascending = [
            Decimal::new(i128::MIN, 0).unwrap(),
            decimal("-2"),
            decimal("-1.5"),
            Decimal::new(-1, 38).unwrap(),
            decimal("0"),
            smallest,
            decimal("0.1"),
            decimal("0.10000000000000000000000000000001"),
            decimal("1.49"),
            decimal("1.5"),
            Decimal::new(i128::MAX, 38).unwrap(),
            decimal("3"),
            Decimal::new(i128::MAX, 0).unwrap(),
        ];
        for (one, a) in ascending.iter().enumerate() {
            for (two, b) in ascending.iter().enumerate() {
                assert_eq!(a.cmp(b), one.cmp(&two), "{a} and {b}");
            }
        }
        assert_eq!(decimal("1.50"), Decimal::new(15_000, 4).unwrap());
    }

    #[test]
    fn texts_are_read_whole_or_not_at_all() {
        assert_eq!(decimal("-12.50").to_string(), "-12.5");
        assert_eq!(decimal("1.5e3").to_string(), "1500");
        assert_eq!(decimal("25e-3").to_string(), "0.025");
        assert_eq!(decimal(".5").to_string(), "0.5");
        assert_eq!(decimal("-0.0").to_string(), "0");
        for wrong in ["", "-", ".", "1.2.3", "1,5", "a", "1e", "1e99", "1e-99", "1e999999999999", " 1", "--1"] {
            assert_eq!(Decimal::parse(wrong), None, "{wrong:?}");
        }
        assert_eq!(decimal("1e38").mantissa(), POWERS[38]);
        assert_eq!(Decimal::parse("1e39"), None);
        assert_eq!(Decimal::new(1, 39), None);
        assert_eq!(decimal(&i128::MIN.to_string()).mantissa(), i128::MIN);
    }

    #[test]
    fn multiples_are_exact() {
        assert!(decimal("0.3").is_multiple_of(decimal("0.1")) && !decimal("0.35").is_multiple_of(decimal("0.1")));
        assert!(decimal("10").is_multiple_of(decimal("2.5")) && !decimal("11").is_multiple_of(decimal("2.5")));
        assert!(decimal("0").is_multiple_of(decimal("7")) && !decimal("1").is_multiple_of(decimal("0")));
        let top = Decimal::new(i128::MAX, 0).unwrap();
        assert!(top.is_multiple_of(Decimal::new(i128::MAX, 38).unwrap()));
        assert!(!Decimal::new(i128::MAX - 1, 0).unwrap().is_multiple_of(Decimal::new(i128::MAX, 38).unwrap()));
        assert!(!Decimal::new(1, 38).unwrap().is_multiple_of(top));
        assert!(decimal("-0.25").is_multiple_of(decimal("0.05")));
    }

    #[test]
    fn sums_and_distances_stay_exact_or_are_none() {
        assert_eq!(decimal("0.1").checked_add(decimal("0.2")), Decimal::parse("0.3"));
        assert_eq!(decimal("-1").distance(decimal("1.5")), Decimal::parse("2.5"));
        let top = Decimal::new(i128::MAX, 0).unwrap();
        assert_eq!(top.checked_add(decimal("1")), None);
        assert_eq!(top.distance(Decimal::new(i128::MIN, 0).unwrap()), None);
        assert_eq!(top.checked_add(Decimal::new(0, 38).unwrap()), Some(top), "zeros at the end cost nothing");
    }
}
