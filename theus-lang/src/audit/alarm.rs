//! What makes an alarm of a rule: from when on it counts, and from when on it is over.

use std::cmp::Ordering;
use std::fmt;
use std::time::Duration;

use super::condition::{Comparison, Condition};
use super::integer::Integer;
use crate::context::{Decimal, Value};
use crate::source::duration;

/// By how much a value must be back inside its bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Amount {
    Integer(i128),
    Float(f64),
    Decimal(Decimal),
}

impl Amount {
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(one), Self::Integer(other)) => Some(one.cmp(&other)),
            (Self::Float(one), Self::Float(other)) => one.partial_cmp(&other),
            (Self::Decimal(one), Self::Decimal(other)) => one.partial_cmp(&other),
            _ => None,
        }
    }

    /// The condition that a value satisfies which is back inside; `None` where the condition is on no bound, or beyond all numbers.
    pub(super) fn inside(self, condition: &Condition) -> Option<Condition> {
        Some(match (condition, self) {
            (Condition::Int(Comparison::Min, bound), Self::Integer(by)) => {
                let by = by.unsigned_abs();
                match bound.checked_add_unsigned(by) {
                    Some(inside) => Condition::Int(Comparison::Min, inside),
                    None => Condition::Huge(Comparison::Min, bound.unsigned_abs().checked_add(by)?),
                }
            }
            (Condition::Int(Comparison::Max, bound), Self::Integer(by)) => {
                Condition::Int(Comparison::Max, bound.checked_sub(by)?)
            }
            (Condition::Huge(Comparison::Min, bound), Self::Integer(by)) => {
                Condition::Huge(Comparison::Min, bound.checked_add(by.unsigned_abs())?)
            }
            (Condition::Huge(Comparison::Max, bound), Self::Integer(by)) => {
                Condition::integer(Comparison::Max, Integer::from(bound.checked_sub(by.unsigned_abs())?))
            }
            (Condition::Float(Comparison::Min, bound), Self::Float(by)) => {
                Condition::Float(Comparison::Min, bound + by)
            }
            (Condition::Float(Comparison::Max, bound), Self::Float(by)) => {
                Condition::Float(Comparison::Max, bound - by)
            }
            (Condition::Decimal(Comparison::Min, bound), Self::Decimal(by)) => {
                Condition::Decimal(Comparison::Min, bound.checked_add(by)?)
            }
            (Condition::Decimal(Comparison::Max, bound), Self::Decimal(by)) => {
                let less = Decimal::new(by.mantissa().checked_neg()?, by.scale().into())?;
                Condition::Decimal(Comparison::Max, bound.checked_add(less)?)
            }
            (Condition::Between(bounds), by) => {
                Condition::Between(Box::new([by.inside(&bounds[0])?, by.inside(&bounds[1])?]))
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(by) => by.fmt(f),
            Self::Float(by) => by.fmt(f),
            Self::Decimal(by) => by.fmt(f),
        }
    }
}

/// `deadband`: a value that was outside is back only when it satisfies this.
#[derive(Clone, Debug)]
pub(super) struct Deadband {
    pub(super) by: Amount,
    pub(super) inside: Condition,
}

/// What makes an alarm of a rule: an excursion of its value counts once, from the run in which it begins to the one in which the
/// value is back.
#[derive(Clone, Debug, Default)]
pub struct AlarmSettings {
    pub(super) deadband: Option<Deadband>,
    pub(super) on_delay: Duration,
    pub(super) off_delay: Duration,
    pub(super) latched: bool,
}

impl AlarmSettings {
    /// For how long a value must be outside before that counts: `on_delay`.
    #[must_use]
    pub const fn on_delay(&self) -> Duration {
        self.on_delay
    }

    /// For how long a value must be back inside before the excursion is over: `off_delay`.
    #[must_use]
    pub const fn off_delay(&self) -> Duration {
        self.off_delay
    }

    /// Whether it stands until somebody has acknowledged it, though its value is back: `latched`.
    #[must_use]
    pub const fn is_latched(&self) -> bool {
        self.latched
    }

    /// Whether a value must be further inside than its bound says.
    #[doc(hidden)]
    #[must_use]
    pub const fn has_deadband(&self) -> bool {
        self.deadband.is_some()
    }

    /// Whether a value that passes is back inside by the deadband.
    #[doc(hidden)]
    #[must_use]
    pub fn is_back(&self, value: Value<'_>) -> bool {
        self.deadband.as_ref().is_none_or(|deadband| deadband.inside.passes(value))
    }

    /// `Less` where it is the stricter: an excursion counts as soon as with the other or sooner, and is over as soon or sooner, so
    /// that the next one counts. `None` where that cannot be said.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        let deadband = match (&self.deadband, &other.deadband) {
            (None, None) => Some(Ordering::Equal),
            (None, Some(_)) => Some(Ordering::Less),
            (Some(_), None) => Some(Ordering::Greater),
            (Some(one), Some(other)) => one.by.compare(other.by),
        };
        if self.latched != other.latched {
            return None;
        }
        let delays = [self.on_delay.cmp(&other.on_delay), self.off_delay.cmp(&other.off_delay)];
        let mut orders = [deadband?].into_iter().chain(delays);
        orders.try_fold(Ordering::Equal, |whole, part| match (whole, part) {
            (Ordering::Equal, one) | (one, Ordering::Equal) => Some(one),
            (whole, part) => (whole == part).then_some(whole),
        })
    }
}

/// As records have it: `alarm, deadband 3, on delay 10s`.
impl fmt::Display for AlarmSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("alarm")?;
        if let Some(Deadband { by, .. }) = &self.deadband {
            write!(f, ", deadband {by}")?;
        }
        for (what, time) in [("on", self.on_delay), ("off", self.off_delay)] {
            if !time.is_zero() {
                write!(f, ", {what} delay {}", duration::shown(time))?;
            }
        }
        f.write_str(if self.latched { ", latched" } else { "" })
    }
}
