//! Money: whole cents, so that sums are exact, shown as decimals.

use std::fmt;

use serde::{Deserialize, Serialize};
use theus_core::context::Decimal;
use theus_core::prelude::*;

/// An amount of money, of either sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Money(i64);

impl Money {
    pub(crate) const ZERO: Self = Self(0);

    pub(crate) const fn cents(cents: i64) -> Self {
        Self(cents)
    }

    /// The sum; `None` beyond 92 quadrillion.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` beyond 92 quadrillion.
    pub(crate) fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The exact sum of any number of amounts; `None` beyond 92 quadrillion.
    pub(crate) fn sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, cents) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        f.pad(&format!("{sign}{}.{:02}", cents / 100, cents % 100))
    }
}

/// So that a recipe can ask for it as it is written: `{ field: amount, max: 10000.00 }`.
impl Inspect for Money {
    fn shape() -> Shape {
        Shape::Decimal
    }
    fn inspect(&self) -> Value<'_> {
        Decimal::new(self.0.into(), 2).map_or(Value::Opaque, Value::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_shown_as_decimals() {
        let shown = [0, 5, -5, 100, -12_345, i64::MIN].map(|cents| Money(cents).to_string());
        assert_eq!(shown, ["0.00", "0.05", "-0.05", "1.00", "-123.45", "-92233720368547758.08"]);
        assert_eq!(format!("{:>8}", Money(1_250)), "   12.50");
    }

    #[test]
    fn sums_are_exact_or_none() {
        assert_eq!(Money::sum([Money(10), Money(20), Money(-30)]), Some(Money::ZERO));
        assert_eq!(Money::sum([Money(i64::MAX), Money(1)]), None);
        assert_eq!(
            (Money(i64::MIN).minus(Money(1)), Money(i64::MIN).plus(Money(1))),
            (None, Some(Money(i64::MIN + 1)))
        );
    }

    #[test]
    fn the_audit_sees_a_decimal() {
        assert_eq!(Money(1_250).inspect().to_string(), "12.50");
    }
}
