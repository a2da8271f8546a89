//! Every integer that a field can hold, from `i128::MIN` to `u128::MAX`, compared exactly.

use std::fmt;

/// An integer. The order of the variants is the order of the numbers: a huge one is above every small one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Integer {
    Small(i128),
    /// Above `i128::MAX`.
    Huge(u128),
}

impl Integer {
    /// The integer that a float without fraction is; `None` outside the range of 128 bits.
    pub(super) fn from_whole(float: f64) -> Option<Self> {
        // Both powers of two are floats exactly, and between them a cast of a whole float is exact.
        const TWO_127: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
        if float.fract() != 0.0 || !(-TWO_127..TWO_127 * 2.0).contains(&float) {
            None
        } else if float < TWO_127 {
            Some(Self::Small(float as i128))
        } else {
            Some(Self::Huge(float as u128))
        }
    }

    /// The float that is exactly this integer, if there is one.
    pub(super) fn to_float(self) -> Option<f64> {
        let float = match self {
            Self::Small(value) => value as f64,
            Self::Huge(value) => value as f64,
        };
        (Self::from_whole(float) == Some(self)).then_some(float)
    }
}

impl From<u128> for Integer {
    fn from(value: u128) -> Self {
        i128::try_from(value).map_or(Self::Huge(value), Self::Small)
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Small(value) => value.fmt(f),
            Self::Huge(value) => value.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extremes_compare_exactly() {
        let huge = Integer::from(u128::MAX);
        assert!(Integer::Small(i128::MIN) < Integer::Small(i128::MAX));
        assert!(Integer::Small(i128::MAX) < Integer::from(i128::MAX as u128 + 1));
        assert!(Integer::from(u128::MAX - 1) < huge);
    }

    #[test]
    fn floats_become_integers_only_exactly() {
        assert_eq!(Integer::from_whole(1e300), None);
        assert_eq!(Integer::from_whole(f64::NAN), None);
        assert_eq!(Integer::from_whole(0.5), None);
        assert_eq!(Integer::from_whole(-(2.0_f64.powi(127))), Some(Integer::Small(i128::MIN)));
        assert_eq!(Integer::from_whole(2.0_f64.powi(127)), Some(Integer::Huge(1 << 127)));
        assert_eq!(Integer::from_whole(2.0_f64.powi(128)), None);
        assert_eq!(Integer::Small(1 << 53).to_float(), Some(9_007_199_254_740_992.0));
        assert_eq!(Integer::Small((1 << 53) + 1).to_float(), None);
        assert_eq!(Integer::Small(i128::MAX).to_float(), None);
        assert_eq!(Integer::from(u128::MAX).to_float(), None);
    }
}
