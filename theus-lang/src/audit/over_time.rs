//! Conditions on how a value goes over time: what is seen now beside what the rule saw last.

use std::cmp::Ordering;
use std::fmt;
use std::time::Duration;

use crate::context::{Decimal, Value};
use crate::source::duration;

/// A test that goes by the clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OverTime {
    /// A number moves by no more than so much in so long.
    MaxRate { most: Most, per: Duration },
    /// It does not stay the same for so long.
    Stuck(Duration),
    /// A process is run at least so often: what is looked at is that it was, and time finds that it was not.
    Missing(Duration),
}

/// By how much a number may move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Most {
    Exact(Decimal),
    Float(f64),
}

/// What a rule has seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sampled {
    Int(i128),
    Float(f64),
    Decimal(Decimal),
    /// What tells a value from others, of whatever kind it is.
    Print(u64),
}

/// What a rule has seen, and when: for `stuck`, since when it is so. In nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    pub at: u64,
    pub value: Sampled,
}

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Looked {
    pub(super) passes: bool,
    /// What is to be compared with from then on; `None` where it stays what it was.
    pub(super) next: Option<Sample>,
    /// Over how long.
    pub(super) over: Option<Duration>,
}

impl OverTime {
    /// Looks at a value at a time. The first one passes; so does one of which nothing is known beside the last: where no time has gone
    /// by, or the clock was put back.
    pub(super) fn look(&self, value: Value<'_>, last: Option<Sample>, now: u64) -> Looked {
        let (passes, next) = match self {
            Self::Missing(_) => (true, Some(Sample { at: now, value: Sampled::Print(0) })),
            Self::MaxRate { .. } => match Sampled::number(value) {
                None => (false, None),
                Some(number) => self.rate(Sample { at: now, value: number }, last),
            },
            Self::Stuck(limit) => match Sampled::print(value) {
                None => (false, None),
                Some(print) => match last {
                    Some(last) if last.value == print && last.at <= now => {
                        (u128::from(now - last.at) < limit.as_nanos(), None)
                    }
                    _ => (true, Some(Sample { at: now, value: print })),
                },
            },
        };
        let over = last.map(|last| Duration::from_nanos(now.saturating_sub(last.at)));
        Looked { passes, next, over }
    }

    fn rate(&self, now: Sample, last: Option<Sample>) -> (bool, Option<Sample>) {
        let (Some(last), Self::MaxRate { most, per }) = (last, self) else { return (true, Some(now)) };
        match now.at.cmp(&last.at) {
            // What moved in no time has no rate: it is held against the next value that comes later.
            Ordering::Equal => (true, None),
            Ordering::Less => (true, Some(now)),
            Ordering::Greater => (most.allows((now.value, last.value), now.at - last.at, *per), Some(now)),
        }
    }

    /// `Less` is stricter; `None` where they are not alike.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Stuck(one), Self::Stuck(two)) | (Self::Missing(one), Self::Missing(two)) => Some(one.cmp(two)),
            (Self::MaxRate { most, per }, Self::MaxRate { most: other, per: of }) => {
                (most.as_float() * of.as_secs_f64()).partial_cmp(&(other.as_float() * per.as_secs_f64()))
            }
            _ => None,
        }
    }
}

impl Most {
    fn as_float(self) -> f64 {
        match self {
            Self::Exact(decimal) => float(decimal),
            Self::Float(float) => float,
        }
    }

    /// Whether a number may go from one to the other in so many nanoseconds. Exact for integers and decimals as far as 128 bits go.
    fn allows(self, (to, from): (Sampled, Sampled), elapsed: u64, per: Duration) -> bool {
        let exactly = || {
            let (Self::Exact(most), Some((distance, scale))) = (self, distance(to, from)) else { return None };
            let (per, ten) = (per.as_nanos(), |scale: u8| 10_u128.checked_pow(scale.into()));
            let moved = distance.checked_mul(per)?.checked_mul(ten(most.scale())?)?;
            let allowed = most.mantissa().unsigned_abs().checked_mul(elapsed.into())?.checked_mul(ten(scale)?)?;
            Some(moved <= allowed)
        };
        exactly().unwrap_or_else(|| {
            let moved = (to.as_float() - from.as_float()).abs();
            moved * per.as_secs_f64() <= self.as_float() * Duration::from_nanos(elapsed).as_secs_f64()
        })
    }
}

/// How far two numbers are from each other, and by which scale; `None` where 128 bits do not hold it, and of floats.
fn distance(one: Sampled, two: Sampled) -> Option<(u128, u8)> {
    match (one, two) {
        (Sampled::Int(one), Sampled::Int(two)) => Some((one.abs_diff(two), 0)),
        (Sampled::Decimal(one), Sampled::Decimal(two)) => {
            let distance = one.distance(two)?;
            Some((distance.mantissa().unsigned_abs(), distance.scale()))
        }
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "what 128 bits do not hold exactly is compared by the nearest float")]
fn float(decimal: Decimal) -> f64 {
    decimal.mantissa() as f64 / 10_f64.powi(decimal.scale().into())
}

impl Sampled {
    /// A number that others can be compared with; `None` of what is none, NaN and infinite.
    #[expect(clippy::cast_precision_loss, reason = "what is above `i128::MAX` is compared by the nearest float")]
    fn number(value: Value<'_>) -> Option<Self> {
        match value.seen_through() {
            Value::Int(value) => Some(Self::Int(value)),
            Value::Huge(value) => Some(Self::Float(value as f64)),
            Value::Float(value) => value.is_finite().then_some(Self::Float(value)),
            Value::Decimal { mantissa, scale } => Some(Self::Decimal(Decimal::of(mantissa, scale))),
            _ => None,
        }
    }

    /// What tells a value from others; `None` of what is not there, NaN and what cannot be looked into.
    fn print(value: Value<'_>) -> Option<Self> {
        let value = value.seen_through();
        let print = match value {
            Value::Missing | Value::OutOfRange | Value::Opaque => return None,
            Value::Float(float) if float.is_nan() => return None,
            Value::Int(value) => Print::of(1, &value.to_le_bytes()),
            // Minus zero is zero.
            Value::Float(value) => Print::of(2, &(value + 0.0).to_bits().to_le_bytes()),
            Value::Text(text) => Print::of(3, text.as_bytes()),
            Value::Record(record) => Print::of(4, record.name().as_bytes()),
            // As they are shown: a decimal however many zeros it is written with.
            Value::Decimal { mantissa, scale } => {
                Print::of(5, Decimal::of(mantissa, scale).normalized().to_string().as_bytes())
            }
            other => Print::of(6, other.to_string().as_bytes()),
        };
        Some(Self::Print(print))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "what 128 bits do not hold exactly is compared by the nearest float"
    )]
    fn as_float(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
            Self::Decimal(value) => float(value),
            Self::Print(_) => f64::NAN,
        }
    }

    /// As a look at the state shows it; `None` of what was not kept as it is.
    pub(super) fn as_value(self) -> Option<Value<'static>> {
        match self {
            Self::Int(value) => Some(Value::Int(value)),
            Self::Float(value) => Some(Value::Float(value)),
            Self::Decimal(value) => Some(value.into()),
            Self::Print(_) => None,
        }
    }

    /// As a store keeps it.
    #[must_use]
    pub fn stored(self) -> String {
        match self {
            Self::Int(value) => format!("i{value}"),
            // The shortest text that is read as the same.
            Self::Float(value) => format!("f{value:?}"),
            Self::Decimal(value) => format!("d{value}"),
            Self::Print(print) => format!("p{print:016x}"),
        }
    }

    /// What a store has kept; `None` where it has something else.
    #[must_use]
    pub fn brought_back(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        match kind {
            "i" => rest.parse().ok().map(Self::Int),
            "f" => rest.parse().ok().filter(|float: &f64| float.is_finite()).map(Self::Float),
            "d" => Decimal::parse(rest).map(Self::Decimal),
            "p" => u64::from_str_radix(rest, 16).ok().map(Self::Print),
            _ => None,
        }
    }
}

/// FNV-1a, which is the same in every program: what a store has of it is held against what another one sees.
struct Print;

impl Print {
    fn of(kind: u8, bytes: &[u8]) -> u64 {
        let step = |print: u64, byte: &u8| (print ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        [kind].iter().chain(bytes).fold(0xcbf2_9ce4_8422_2325, step)
    }
}

impl fmt::Display for Most {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(decimal) => decimal.fmt(f),
            Self::Float(float) => float.fmt(f),
        }
    }
}

/// The bound as records show it.
impl fmt::Display for OverTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxRate { most, per } => write!(f, "{most} per {}", duration::shown(*per)),
            Self::Stuck(limit) | Self::Missing(limit) => f.write_str(&duration::shown(*limit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn rate(most: Most, per: u64) -> OverTime {
        OverTime::MaxRate { most, per: Duration::from_secs(per) }
    }

    fn passes(rule: OverTime, from: Value<'_>, to: Value<'_>, elapsed: u64) -> bool {
        let first = rule.look(from, None, SECOND);
        assert!(first.passes, "the first value has no rate");
        rule.look(to, first.next, SECOND + elapsed).passes
    }

    #[test]
    fn a_rate_is_exact_to_the_nanosecond() {
        let two = rate(Most::Exact(Decimal::of(2, 0)), 1);
        let (zero, ten) = (Value::Int(0), Value::Int(10));
        assert!(passes(two, zero, ten, 5 * SECOND) && !passes(two, zero, ten, 5 * SECOND - 1));
        assert!(passes(two, ten, zero, 5 * SECOND) && !passes(two, ten, zero, 5 * SECOND - 1), "down as up");
        let half_a_minute = rate(Most::Exact(Decimal::of(5, 1)), 60);
        assert!(passes(half_a_minute, zero, Value::Int(1), 120 * SECOND));
        assert!(!passes(half_a_minute, zero, Value::Int(1), 120 * SECOND - 1));
        let cents = |mantissa| Value::Decimal { mantissa, scale: 2 };
        assert!(passes(two, cents(0), cents(1_000), 5 * SECOND) && !passes(two, cents(0), cents(1_001), 5 * SECOND));
        let float = rate(Most::Float(2.5), 1);
        assert!(passes(float, Value::Float(1.0), Value::Float(6.0), 2 * SECOND));
        assert!(!passes(float, Value::Float(1.0), Value::Float(6.1), 2 * SECOND));
    }

    #[test]
    fn the_ends_of_128_bits_are_no_overflow() {
        let most = rate(Most::Exact(Decimal::of(i128::MAX, 0)), 1);
        let (low, high) = (Value::Int(i128::MIN), Value::Int(i128::MAX));
        assert!(!passes(most, low, high, SECOND) && passes(most, low, high, 3 * SECOND));
        let slow = rate(Most::Exact(Decimal::of(1, 0)), 1);
        assert!(!passes(slow, low, high, u64::MAX - SECOND));
        assert!(!passes(slow, Value::Huge(u128::MAX), Value::Int(0), SECOND));
    }

    #[test]
    fn no_time_and_a_clock_that_is_put_back_say_nothing() {
        let two = rate(Most::Exact(Decimal::of(2, 0)), 1);
        let first = two.look(Value::Int(0), None, 10 * SECOND);
        let same = two.look(Value::Int(1_000), first.next, 10 * SECOND);
        assert!(same.passes && same.next.is_none(), "what is compared with stays");
        assert!(!two.look(Value::Int(1_000), first.next, 11 * SECOND).passes, "so that it is found with the next");
        let back = two.look(Value::Int(1_000), first.next, 5 * SECOND);
        assert!(back.passes && back.next == Some(Sample { at: 5 * SECOND, value: Sampled::Int(1_000) }));
        let stuck = OverTime::Stuck(Duration::from_secs(10));
        let first = stuck.look(Value::Int(1), None, 100 * SECOND);
        let back = stuck.look(Value::Int(1), first.next, 50 * SECOND);
        assert!(back.passes && back.next.is_some_and(|sample| sample.at == 50 * SECOND));
    }

    #[test]
    fn what_is_no_number_satisfies_nothing_and_is_compared_with_nothing() {
        let two = rate(Most::Float(2.0), 1);
        let stuck = OverTime::Stuck(Duration::from_secs(10));
        for value in [Value::Missing, Value::Opaque, Value::OutOfRange, Value::Float(f64::NAN)] {
            for rule in [two, stuck] {
                let looked = rule.look(value, None, SECOND);
                assert!(!looked.passes && looked.next.is_none(), "{value}");
            }
        }
        assert!(!two.look(Value::Float(f64::INFINITY), None, SECOND).passes, "no distance to it");
    }

    #[test]
    fn it_is_stuck_from_the_end_of_the_time_on_until_it_moves() {
        let stuck = OverTime::Stuck(Duration::from_secs(10));
        for (one, other) in [
            (Value::Int(1), Value::Int(2)),
            (Value::Float(1.0), Value::Float(1.5)),
            (Value::Text("a"), Value::Text("b")),
            (Value::Bool(true), Value::Bool(false)),
            (Value::Decimal { mantissa: 15, scale: 1 }, Value::Decimal { mantissa: 16, scale: 1 }),
            (Value::Int(1), Value::Float(1.0)),
        ] {
            let first = stuck.look(one, None, 0);
            assert!(stuck.look(one, first.next, 10 * SECOND - 1).passes);
            let found = stuck.look(one, first.next, 10 * SECOND);
            assert!(!found.passes && found.next.is_none() && found.over == Some(Duration::from_secs(10)));
            let moved = stuck.look(other, first.next, 10 * SECOND);
            assert!(moved.passes && stuck.look(other, moved.next, 19 * SECOND).passes);
            assert!(!stuck.look(other, moved.next, 20 * SECOND).passes);
        }
        let first = stuck.look(Value::Decimal { mantissa: 150, scale: 2 }, None, 0);
        assert!(!stuck.look(Value::Decimal { mantissa: 15, scale: 1 }, first.next, 10 * SECOND).passes, "the same");
        let first = stuck.look(Value::Float(0.0), None, 0);
        assert!(!stuck.look(Value::Float(-0.0), first.next, 10 * SECOND).passes, "the same");
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let decimal = Decimal::of(-1_250, 3);
        for value in [
            Sampled::Int(i128::MIN),
            Sampled::Float(0.1 + 0.2),
            Sampled::Float(-0.0),
            Sampled::Decimal(decimal),
            Sampled::Print(7),
            Sampled::Print(u64::MAX),
        ] {
            assert_eq!(Sampled::brought_back(&value.stored()), Some(value), "{}", value.stored());
        }
        for wrong in ["", "i", "x1", "fNaN", "finf", "pxyz", "ü1", "d"] {
            assert_eq!(Sampled::brought_back(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn stricter_is_less() {
        let exact = |most, per| rate(Most::Exact(Decimal::of(most, 0)), per);
        assert_eq!(exact(1, 1).compare(&exact(60, 60)), Some(Ordering::Equal));
        assert_eq!(exact(1, 2).compare(&exact(1, 1)), Some(Ordering::Less));
        assert_eq!(exact(3, 1).compare(&exact(2, 1)), Some(Ordering::Greater));
        let stuck = |seconds| OverTime::Stuck(Duration::from_secs(seconds));
        assert_eq!(stuck(1).compare(&stuck(2)), Some(Ordering::Less));
        assert_eq!(stuck(1).compare(&exact(1, 1)), None);
    }
}
