//! Sums, means and deviations of floats that are rounded once.
//!
//! Added up as they come, floats round at each step: three readings of 98.6 have a mean below 98.6, which `min: 98.6` would
//! refuse. Here all that is added is kept exactly, and the result alone is rounded, to the nearest float. So the mean of equal
//! numbers is that number, no mean is outside of what it is the mean of, and the order of the numbers does not matter.
//!
//! ```
//! use theus_core::exact;
//! assert_eq!(exact::mean([98.6, 98.6, 98.6]), Some(98.6));
//! assert_eq!(exact::sum([1e100, 1.0, -1e100]), 1.0);
//! assert_eq!(exact::deviation([0.1; 6]), Some(0.0));
//! assert_eq!((exact::mean([]), exact::sum([])), (None, 0.0));
//! ```

/// Bits of a limb.
const LIMB: i32 = 32;
/// The lowest bit of the lowest limb is worth two to this power: below the least float, so that its half can be told.
const LOWEST: i32 = -1074 - LIMB;
/// From there to above the greatest float, with room for 2^64 of it.
const LIMBS: usize = 70;
/// A number whose lowest limb is above this one is a normal float.
const LEAST_NORMAL: usize = 4;
/// So many numbers can be added before limbs are full.
const CARRY_AFTER: u32 = 1 << 30;

/// So many numbers are added up side by side.
const LANES: usize = 4;
/// So many are, where that loses nothing, before they are added to what there is.
const CHUNK: usize = 256;
/// So many bits two floats may be from each other to be one integer of 128.
const FARTHEST: u32 = 70;

/// Every float that was added, exactly.
///
/// Two floats hold it as long as that loses nothing, as it is for numbers of about one size; from then on, one number of fixed
/// point.
#[derive(Clone, Debug)]
pub struct Sum {
    /// The rounded sum, and what it was rounded by.
    two: (f64, f64),
    /// All of it, where those do not hold it.
    fixed: Option<Fixed>,
    count: u64,
}

impl Default for Sum {
    fn default() -> Self {
        Self::new()
    }
}

impl Sum {
    /// The sum of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { two: (0.0, 0.0), fixed: None, count: 0 }
    }

    /// Adds a number.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        self.take(value);
    }

    /// Adds all of them.
    pub fn add_all(&mut self, values: &[f64]) {
        for chunk in values.chunks(CHUNK) {
            match in_two_floats(chunk) {
                Some((sum, rest)) => {
                    self.take(sum);
                    self.take(rest);
                }
                None => chunk.iter().for_each(|value| self.take(*value)),
            }
        }
        self.count += values.len() as u64;
    }

    #[inline]
    fn take(&mut self, value: f64) {
        if let Some(fixed) = &mut self.fixed {
            fixed.add(value);
            return;
        }
        let (two, lost) = also(self.two, value);
        if lost == 0.0 {
            self.two = two;
        } else {
            let mut fixed = self.as_fixed();
            fixed.add(value);
            self.fixed = Some(fixed);
        }
    }

    /// What was added, in fixed point.
    #[cold]
    #[inline(never)]
    fn as_fixed(&self) -> Fixed {
        self.fixed.clone().unwrap_or_else(|| {
            let mut fixed = Fixed::new();
            fixed.add(self.two.0);
            fixed.add(self.two.1);
            fixed
        })
    }

    /// How many numbers were added.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The float that is nearest to the sum; 0 of nothing. Infinite where it is beyond every float or an infinity was added,
    /// NaN where one was added or infinities of both signs were.
    #[must_use]
    pub fn value(&self) -> f64 {
        match &self.fixed {
            Some(fixed) => fixed.divided_by(1),
            // The one rounding.
            None => self.two.0 + self.two.1,
        }
    }

    /// The float that is nearest to the mean, which is finite wherever all numbers are; `None` of nothing.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let quotient = if self.fixed.is_none() { quotient(self.two, self.count) } else { None };
        Some(quotient.unwrap_or_else(|| self.as_fixed().divided_by(self.count)))
    }
}

/// Floats as one number of fixed point, which is exact.
///
/// The well-known small superaccumulator: a float is its 53 bits at their place, whatever else was added before.
#[derive(Clone, Debug)]
struct Fixed {
    limbs: [i64; LIMBS],
    /// The limbs that were added to, from the first to before the last.
    used: (usize, usize),
    uncarried: u32,
    /// What infinities and NaN make of it; 0 where there was none.
    special: f64,
}

impl Fixed {
    const fn new() -> Self {
        Self { limbs: [0; LIMBS], used: (LIMBS, 0), uncarried: 0, special: 0.0 }
    }

    fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as usize;
        if exponent == 0x7ff {
            self.special += value;
            return;
        }
        // A subnormal has the exponent of the least normal one, and no leading bit.
        let mantissa = bits & ((1 << 52) - 1) | u64::from(exponent != 0) << 52;
        let place = exponent.max(1) - 1 + LIMB as usize;
        let (limb, shifted) = (place / LIMB as usize, u128::from(mantissa) << (place % LIMB as usize));
        let sign = if value.is_sign_negative() { -1 } else { 1 };
        for (limb, part) in self.limbs[limb..limb + 3].iter_mut().zip([shifted, shifted >> LIMB, shifted >> (2 * LIMB)])
        {
            *limb += sign * i64::from(part as u32);
        }
        self.used = (self.used.0.min(limb), self.used.1.max(limb + 3));
        self.uncarried += 1;
        if self.uncarried == CARRY_AFTER {
            carry(&mut self.limbs[self.used.0..]);
            (self.used.1, self.uncarried) = (LIMBS, 0);
        }
    }

    fn divided_by(&self, count: u64) -> f64 {
        if self.special != 0.0 {
            return self.special;
        }
        let (first, end) = self.used;
        if first >= end {
            return 0.0;
        }
        // What is carried out of the limbs that were used fits two more; the last of them has the sign.
        let end = (end + 2).min(LIMBS);
        let mut limbs = self.limbs;
        let used = &mut limbs[first..end];
        carry(used);
        let negative = used.last().is_some_and(|last| *last < 0);
        if negative {
            used.iter_mut().for_each(|limb| *limb = -*limb);
            carry(used);
        }
        // Long division from the top, as far as a float can tell; what is left says that it is a little more.
        let (mut bits, mut lowest, mut rest) = (0_u128, end, 0_u64);
        while lowest > 0 && bits >> (3 * LIMB) == 0 {
            if rest == 0 && lowest <= first && lowest > LEAST_NORMAL {
                break;
            }
            lowest -= 1;
            let limb = limbs[lowest] as u32;
            let quotient = match u32::try_from(rest) {
                Ok(_) => {
                    let dividend = (rest << LIMB) | u64::from(limb);
                    rest = dividend % count;
                    u128::from(dividend / count)
                }
                Err(_) => {
                    let dividend = (u128::from(rest) << LIMB) | u128::from(limb);
                    rest = (dividend % u128::from(count)) as u64;
                    dividend / u128::from(count)
                }
            };
            bits = (bits << LIMB) | quotient;
        }
        let more = rest != 0 || limbs[first.min(lowest)..lowest].iter().any(|limb| *limb != 0);
        let size = rounded(bits | u128::from(more), LOWEST + LIMB * lowest as i32);
        if negative { -size } else { size }
    }
}

/// The sum as a float and what that was rounded by, where those two are all of it; `None` where something would be lost, and for
/// infinities and NaN.
fn in_two_floats(values: &[f64]) -> Option<(f64, f64)> {
    // Side by side: the processor adds several at once, and none waits for the one before.
    let (mut sums, mut rests, mut losses) = ([0.0; LANES], [0.0; LANES], [0_u64; LANES]);
    let mut rows = values.chunks_exact(LANES);
    for row in &mut rows {
        for lane in 0..LANES {
            let ((sum, rest), lost) = also((sums[lane], rests[lane]), row[lane]);
            (sums[lane], rests[lane]) = (sum, rest);
            losses[lane] |= lost.to_bits();
        }
    }
    let (mut two, mut losses) = ((sums[0], rests[0]), losses.into_iter().fold(0, |all, lost| all | lost));
    for value in sums[1..].iter().chain(&rests[1..]).chain(rows.remainder()) {
        let (next, lost) = also(two, *value);
        two = next;
        losses |= lost.to_bits();
    }
    // A zero has no bits but its sign; what is no number has some.
    (losses << 1 == 0).then_some(two)
}

/// The two floats with one more, and what they do not hold of it: NaN where something is not finite.
#[inline(always)]
fn also((sum, rest): (f64, f64), value: f64) -> ((f64, f64), f64) {
    let (sum, error) = added(sum, value);
    let (rest, lost) = added(rest, error);
    ((sum, rest), lost)
}

/// The float nearest to the sum of two, divided; `None` where it is too small for a normal float or they are too far from each
/// other for one integer.
fn quotient((sum, rest): (f64, f64), count: u64) -> Option<f64> {
    let (sum, rest) = added(sum, rest);
    let ((high, mut power), (low, below)) = (parts(sum)?, parts(rest)?);
    let mut whole = i128::from(high);
    if low != 0 {
        let distance = u32::try_from(power - below).ok().filter(|distance| *distance <= FARTHEST)?;
        (whole, power) = ((whole << distance) + i128::from(low), below);
    }
    if whole == 0 {
        return Some(0.0);
    }
    // With all its bits at the top the quotient has more than a float keeps; what is left decides a tie only.
    let (size, count) = (whole.unsigned_abs(), u128::from(count));
    let shift = size.leading_zeros();
    let (size, power) = (size << shift, power - shift as i32);
    let quotient = size / count;
    let more = quotient * count != size;
    let bits = quotient | u128::from(more);
    if 128 - bits.leading_zeros() as i32 + power <= -1022 {
        return None;
    }
    let size = rounded(bits, power);
    Some(if whole < 0 { -size } else { size })
}

/// A finite float as a whole number times a power of two.
fn parts(float: f64) -> Option<(i64, i32)> {
    let bits = float.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32;
    if exponent == 0x7ff {
        return None;
    }
    let mantissa = (bits & ((1 << 52) - 1) | u64::from(exponent != 0) << 52) as i64;
    Some((if float.is_sign_negative() { -mantissa } else { mantissa }, exponent.max(1) - 1075))
}

/// The rounded sum of two floats, and exactly what it was rounded by. Of what is not finite something is NaN.
#[inline(always)]
fn added(one: f64, two: f64) -> (f64, f64) {
    let sum = one + two;
    let of_two = sum - one;
    (sum, (one - (sum - of_two)) + (two - of_two))
}

/// Brings each limb but the last into its 32 bits.
fn carry(limbs: &mut [i64]) {
    for at in 1..limbs.len() {
        let over = limbs[at - 1] >> LIMB;
        limbs[at - 1] -= over << LIMB;
        limbs[at] += over;
    }
}

/// The float nearest to `bits` × 2^`power`, of two that are as near the even one.
fn rounded(bits: u128, power: i32) -> f64 {
    let length = 128 - bits.leading_zeros() as i32;
    if length + power > -1022 {
        // The cast rounds; to move a normal float by powers of two does not, whatever is between.
        let half = power / 2;
        return bits as f64 * power_of_two(half) * power_of_two(power - half);
    }
    // Among the subnormals, which lie evenly, one limb above the lowest bit: a quotient so small goes down to it.
    let (whole, rest, half) = (bits >> LIMB, bits & ((1 << LIMB) - 1), 1 << (LIMB - 1));
    let up = rest > half || (rest == half && whole & 1 == 1);
    f64::from_bits(whole as u64 + u64::from(up))
}

const fn power_of_two(power: i32) -> f64 {
    f64::from_bits(((power + 1023) as u64) << 52)
}

impl Extend<f64> for Sum {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, values: T) {
        values.into_iter().for_each(|value| self.add(value));
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        let mut sum = Self::new();
        sum.extend(values);
        sum
    }
}

/// The sum; 0 of nothing. See [`Sum::value`].
#[must_use]
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().collect::<Sum>().value()
}

/// The mean; `None` of nothing. See [`Sum::mean`].
#[must_use]
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    values.into_iter().collect::<Sum>().mean()
}

/// The standard deviation of all there are (the root of the mean of the squared distances from the mean); `None` of nothing.
///
/// 0 for equal numbers, never below it, and of any size that the numbers have: squares neither overflow nor vanish. NaN where
/// a number is infinite or NaN.
#[must_use]
pub fn deviation<I: IntoIterator<Item = f64, IntoIter: Clone>>(values: I) -> Option<f64> {
    let values = values.into_iter();
    let mean = mean(values.clone())?;
    if !mean.is_finite() {
        return Some(f64::NAN);
    }
    // The distance of two large floats may be none; halves of small ones may not be.
    let greatest = values.clone().fold(0.0, |greatest: f64, value| greatest.max(value.abs()));
    let scale = if greatest > f64::MAX / 4.0 { 0.25 } else { 1.0 };
    let distances = values.map(|value| value * scale - mean * scale);
    let farthest = distances.clone().fold(0.0, |far: f64, distance| far.max(distance.abs()));
    if farthest == 0.0 {
        return Some(0.0);
    }
    // The mean was rounded: of numbers that are next to each other that is as much as their distance. What it is off by is
    // the mean of the distances.
    let distances = distances.map(|distance| distance / farthest);
    let off = self::mean(distances.clone())?;
    let squares = distances.map(|distance| (distance - off).powi(2));
    Some(self::mean(squares)?.sqrt() * farthest / scale)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use num_rational::BigRational;

    fn exactly(value: f64) -> BigRational {
        BigRational::from_float(value).unwrap()
    }

    /// Whether no float is nearer to a rational than this one, and of two as near it is the even one.
    fn is_nearest(found: f64, exact: &BigRational) -> bool {
        let two = BigRational::from_integer(2.into());
        let beyond = exactly(f64::MAX) + exactly(2.0_f64.powi(970)) / &two * &two / &two;
        if found.is_infinite() {
            return if found > 0.0 { *exact >= beyond } else { *exact <= -beyond };
        }
        let even = found.to_bits() & 1 == 0;
        let (below, above) = (found.next_down(), found.next_up());
        let fits_below = below.is_infinite() || {
            let middle = (exactly(below) + exactly(found)) / &two;
            *exact > middle || (*exact == middle && even)
        };
        let fits_above = above.is_infinite() || {
            let middle = (exactly(above) + exactly(found)) / &two;
            *exact < middle || (*exact == middle && even)
        };
        fits_below && fits_above
    }

    fn check(values: &[f64]) {
        let total = values.iter().map(|value| exactly(*value)).fold(exactly(0.0), |sum, value| sum + value);
        assert!(is_nearest(sum(values.iter().copied()), &total), "{values:?}");
        let count = BigRational::from_integer(BigInt::from(values.len()));
        let mean = mean(values.iter().copied()).unwrap();
        assert!(is_nearest(mean, &(total / count)), "{values:?}");
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        assert!((least..=most).contains(&mean), "{values:?}");
    }

    fn any(random: &mut fastrand::Rng) -> f64 {
        let float = match random.u8(..6) {
            0 => f64::from_bits(random.u64(..)),
            1 => f64::from_bits(random.u64(..1 << 53)) * if random.bool() { 1.0 } else { -1.0 },
            2 => f64::from(random.i16(..)) / 10.0,
            3 => *random.choice(&[f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -5e-324, 0.0, -0.0]).unwrap(),
            4 => 2.0_f64.powi(random.i32(-1074..=1023)),
            _ => random.f64() - 0.5,
        };
        if float.is_finite() { float } else { 1.0 }
    }

    #[test]
    fn a_sum_and_a_mean_are_the_floats_nearest_to_the_exact_ones() {
        let mut random = fastrand::Rng::with_seed(8);
        for _ in 0..500 {
            let length = random.usize(1..9);
            let mut values: Vec<f64> = (0..length).map(|_| any(&mut random)).collect();
            if random.bool() {
                let again = *random.choice(&values).unwrap();
                values.push(-again);
            }
            check(&values);
        }
        check(&[5e-324, 0.0]);
        check(&[5e-324, 5e-324, 5e-324, 0.0]);
        check(&[f64::MAX, f64::MAX]);
        check(&[f64::MAX, 2.0_f64.powi(970)]);
        check(&[f64::MAX, 2.0_f64.powi(969)]);
        check(&[0.1; 1_000]);
    }

    #[test]
    fn all_at_once_is_one_by_one() {
        let mut random = fastrand::Rng::with_seed(10);
        let special = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MAX, f64::MIN, -0.0, 5e-324];
        for round in 0..600 {
            let length = random.usize(..3 * CHUNK);
            let mut values: Vec<f64> = match round % 3 {
                0 => (0..length).map(|_| any(&mut random)).collect(),
                1 => (0..length).map(|_| 98.6 + random.f64()).collect(),
                _ => (0..length).map(|_| f64::from(random.i16(..)) / 10.0).collect(),
            };
            if round % 5 == 0 && length > 0 {
                values[random.usize(..length)] = *random.choice(&special).unwrap();
            }
            let one_by_one: Sum = values.iter().copied().collect();
            let mut all = Sum::new();
            all.add_all(&values);
            let bits = |sum: &Sum| (sum.count(), sum.value().to_bits(), sum.mean().map(f64::to_bits));
            if one_by_one.value().is_nan() {
                assert!(all.value().is_nan() && all.count() == one_by_one.count());
            } else {
                assert_eq!(bits(&all), bits(&one_by_one), "{values:?}");
            }
        }
    }

    #[test]
    fn what_two_floats_hold_is_rounded_as_in_fixed_point() {
        let mut random = fastrand::Rng::with_seed(12);
        let mut held = 0;
        for round in 0..3_000 {
            let scale = 2.0_f64.powi(random.i32(-1074..=1010));
            let values: Vec<f64> = (0..random.usize(1..40))
                .map(|_| match round % 4 {
                    0 => random.f64() * scale,
                    1 => (98.6 + random.f64()) * scale,
                    2 => f64::from(random.i16(-3..3)) * scale,
                    _ => random.f64() * 2.0_f64.powi(random.i32(-60..60)),
                })
                .collect();
            let sum: Sum = values.iter().copied().collect();
            let mut fixed = Fixed::new();
            values.iter().for_each(|value| fixed.add(*value));
            held += usize::from(sum.fixed.is_none());
            let many = [1, 2, 3, 10, 97, u64::from(u32::MAX), u64::MAX, random.u64(1..)];
            for count in many.into_iter().chain([values.len() as u64]) {
                let Some(quotient) = quotient(sum.two, count).filter(|_| sum.fixed.is_none()) else { continue };
                assert_eq!(quotient.to_bits(), fixed.divided_by(count).to_bits(), "{values:?} / {count}");
            }
            assert_eq!(sum.value().to_bits(), fixed.divided_by(1).to_bits(), "{values:?}");
            assert_eq!(sum.mean(), Some(fixed.divided_by(values.len() as u64)), "{values:?}");
        }
        assert!(held > 1_000, "{held}");
    }

    #[test]
    fn numbers_of_one_size_fit_two_floats_and_others_are_told() {
        assert!(in_two_floats(&[98.6; CHUNK]).is_some() && in_two_floats(&[]) == Some((0.0, 0.0)));
        for lost in [&[1e100, 1.0, 1e-100][..], &[f64::MAX, f64::MAX, f64::MIN], &[f64::NAN], &[f64::INFINITY]] {
            assert_eq!(in_two_floats(lost), None, "{lost:?}");
        }
    }

    #[test]
    fn the_mean_of_equal_numbers_is_that_number() {
        let mut random = fastrand::Rng::with_seed(9);
        for length in (1..200).chain([1_440]) {
            for value in [98.6, 55.0, 0.1, f64::MAX, -5e-324, any(&mut random), any(&mut random)] {
                let values = std::iter::repeat_n(value, length);
                assert_eq!(mean(values.clone()), Some(value), "{length} of {value}");
                assert_eq!(deviation(values), Some(0.0), "{length} of {value}");
            }
        }
    }

    #[test]
    fn infinities_and_nan_are_what_they_are_to_an_addition() {
        assert_eq!(sum([1.0, f64::INFINITY, 2.0]), f64::INFINITY);
        assert_eq!(mean([f64::NEG_INFINITY, 2.0]), Some(f64::NEG_INFINITY));
        assert!(sum([f64::INFINITY, f64::NEG_INFINITY]).is_nan() && mean([f64::NAN, 1.0]).unwrap().is_nan());
        assert_eq!(sum([f64::MAX, f64::MAX]), f64::INFINITY, "beyond every float");
        assert_eq!(sum([f64::MAX, f64::MAX, -f64::MAX]), f64::MAX, "whatever comes between");
        assert!(deviation([f64::INFINITY, 1.0]).unwrap().is_nan() && deviation([]).is_none());
        assert_eq!(sum([-0.0, -0.0]), 0.0);
    }

    #[test]
    fn deviations_have_the_size_of_their_numbers() {
        assert_eq!(deviation([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]), Some(2.0));
        for size in [1e-300, 1.0, 1e300] {
            let found = deviation([size, -size]).unwrap();
            assert!((found / size - 1.0).abs() < 1e-15, "{found}");
        }
        assert_eq!(deviation([f64::MAX, f64::MIN]), Some(f64::MAX));
        assert_eq!(deviation([5e-324, -5e-324]), Some(5e-324), "the least that there is");
        let mut random = fastrand::Rng::with_seed(10);
        for _ in 0..500 {
            let values: Vec<f64> = (0..random.usize(1..9)).map(|_| any(&mut random)).collect();
            assert!(deviation(values.iter().copied()).unwrap() >= 0.0, "{values:?}");
        }
    }

    #[test]
    fn the_deviation_of_neighbours_is_half_of_what_is_between_them() {
        for value in [0.1, 1.0, 98.6, 1e-290, 1e300, f64::MAX.next_down(), -7.0, 1.0_f64.next_up()] {
            let apart = value.next_up() - value;
            assert_eq!(deviation([value, value.next_up()]), Some(apart / 2.0), "{value}");
            let of_three = deviation([value, value, value.next_up()]).unwrap();
            assert!((of_three / apart - 2.0_f64.sqrt() / 3.0).abs() < 1e-15, "{value}: {of_three}");
        }
        assert_eq!(deviation([1.0, 2.0]), Some(0.5), "and of others");
    }

    #[test]
    fn full_limbs_are_carried_in_time() {
        let mut sum = Fixed::new();
        sum.uncarried = CARRY_AFTER - 2;
        for _ in 0..4 {
            sum.add(1.5);
        }
        assert_eq!((sum.divided_by(1), sum.divided_by(4)), (6.0, 1.5));
    }
}
