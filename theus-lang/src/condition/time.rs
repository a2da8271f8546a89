//! The value of an expression as a time: how long, and when.

use std::time::{Duration, SystemTime};

use super::activation::Activation;
use super::evaluate::Problem;
use super::expression::{EvaluationError, Expression};
use super::operand::Operand;
use crate::context::{Decimal, Shape, Time, TimeKind};

/// Whether values of this shape can be taken for a length of time: numbers are, of seconds, as which a `Duration` looks.
pub(crate) fn is_length(shape: &Shape) -> bool {
    use Shape::{Decimal, Float32, Float64, Int, Opaque};
    matches!(shape.clone().seen_through().innermost(), Int { .. } | Float32 | Float64 | Decimal | Opaque)
}

/// Whether values of this shape can be taken for a moment.
pub(crate) fn is_moment(shape: &Shape) -> bool {
    matches!(shape.clone().seen_through().innermost(), Shape::Time(TimeKind::Instant) | Shape::Opaque)
}

impl Expression {
    /// How long it says, in seconds; `None` where it gives nothing (an `Option` that is `None`).
    ///
    /// # Errors
    /// [`EvaluationError`] where it has no value, or one that is no length of time: negative, not a number, longer than a clock counts.
    pub fn length(&self, activation: &dyn Activation) -> Result<Option<Duration>, EvaluationError> {
        self.seen(activation, length)
    }

    /// When it says; `None` where it gives nothing (an `Option` that is `None`).
    ///
    /// # Errors
    /// [`EvaluationError`] where it has no value, or one that is no moment that the clock can show.
    pub fn moment(&self, activation: &dyn Activation) -> Result<Option<SystemTime>, EvaluationError> {
        self.seen(activation, moment)
    }
}

fn length(of: &Operand<'_>) -> Result<Option<Duration>, Problem> {
    let nanos = match of {
        Operand::Null => return Ok(None),
        Operand::Int(seconds) => seconds.checked_mul(1_000_000_000),
        Operand::Huge(_) => None,
        Operand::Decimal(value) => return decimal(*value).map(Some),
        Operand::Float(value) => {
            let problem = |_| Problem::from(format!("it gives {value}, which is no length of time in seconds"));
            return Duration::try_from_secs_f64(*value).map(Some).map_err(problem);
        }
        other => return Err(format!("it gives {}, which is no number of seconds", other.kind()).into()),
    };
    nanoseconds(nanos).map(Some)
}

fn decimal(value: Decimal) -> Result<Duration, Problem> {
    let scale = u32::from(value.scale());
    // What is less than a nanosecond is nothing.
    let nanos = match scale.checked_sub(9) {
        None => 10_i128.checked_pow(9 - scale).and_then(|factor| value.mantissa().checked_mul(factor)),
        Some(more) => Some(10_i128.checked_pow(more).map_or(0, |factor| value.mantissa() / factor)),
    };
    nanoseconds(nanos)
}

fn nanoseconds(nanos: Option<i128>) -> Result<Duration, Problem> {
    let Some(nanos) = nanos else { return Err("it gives more seconds than a clock counts".into()) };
    let Ok(nanos) = u128::try_from(nanos) else { return Err("it gives a negative length of time".into()) };
    let seconds = u64::try_from(nanos / 1_000_000_000);
    let rest = u32::try_from(nanos % 1_000_000_000).unwrap_or_default();
    seconds.map(|seconds| Duration::new(seconds, rest)).map_err(|_| "it gives more seconds than a clock counts".into())
}

fn moment(of: &Operand<'_>) -> Result<Option<SystemTime>, Problem> {
    let nanos = match of {
        Operand::Null => return Ok(None),
        Operand::Time(Time { kind: TimeKind::Instant, nanos }) => *nanos,
        Operand::Text(text) => match Time::parse(TimeKind::Instant, text) {
            Some(time) => time.nanos,
            None => {
                return Err(
                    format!("it gives {text:?}, which is no time such as {}", TimeKind::Instant.example()).into()
                );
            }
        },
        other => return Err(format!("it gives {}, which is no time", other.kind()).into()),
    };
    let apart = nanoseconds(i128::try_from(nanos.unsigned_abs()).ok());
    let date = apart.ok().and_then(|apart| match nanos < 0 {
        true => SystemTime::UNIX_EPOCH.checked_sub(apart),
        false => SystemTime::UNIX_EPOCH.checked_add(apart),
    });
    date.map(Some).ok_or_else(|| "it gives a time that no clock shows".into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn told<T: std::fmt::Debug>(found: Result<T, Problem>) -> String {
        found.map_or_else(|problem| problem.to_string(), |found| format!("{found:?}"))
    }

    #[test]
    fn numbers_are_seconds() {
        let exactly = |mantissa, scale| Operand::Decimal(Decimal::of(mantissa, scale));
        for (of, expected) in [
            (Operand::Int(90), "Some(90s)"),
            (Operand::Int(0), "Some(0ns)"),
            (Operand::Float(1.5), "Some(1.5s)"),
            (exactly(15, 1), "Some(1.5s)"),
            (exactly(1, 9), "Some(1ns)"),
            (exactly(19, 10), "Some(1ns)"),
            (exactly(1, 200), "Some(0ns)"),
            (Operand::Null, "None"),
            (Operand::Int(-1), "it gives a negative length of time"),
            (exactly(-15, 1), "it gives a negative length of time"),
            (Operand::Float(-0.5), "it gives -0.5, which is no length of time in seconds"),
            (Operand::Float(f64::NAN), "it gives NaN, which is no length of time in seconds"),
            (Operand::Float(f64::INFINITY), "it gives inf, which is no length of time in seconds"),
            (Operand::Float(1e300), "no length of time"),
            (Operand::Int(i128::MAX), "it gives more seconds than a clock counts"),
            (Operand::Int(1 << 80), "it gives more seconds than a clock counts"),
            (Operand::Huge(u128::MAX), "it gives more seconds than a clock counts"),
            (exactly(i128::MAX, 0), "it gives more seconds than a clock counts"),
            (Operand::Bool(true), "it gives a boolean, which is no number of seconds"),
            (Operand::Text("5".into()), "it gives a string, which is no number of seconds"),
        ] {
            let found = told(length(&of));
            assert!(found.contains(expected), "{of:?}: {found}");
        }
    }

    #[test]
    fn moments_are_those_that_a_clock_shows() {
        let at = |text: &str| {
            told(
                moment(&Operand::Text(text.to_owned().into()))
                    .map(|at| at.map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())),
            )
        };
        assert_eq!(at("1970-01-01T00:01:00Z"), "Some(60)");
        assert!(at("tomorrow").contains("which is no time such as"));
        let of = |nanos| moment(&Operand::Time(Time { kind: TimeKind::Instant, nanos }));
        assert_eq!(of(-1_000_000_000).unwrap(), SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(1)));
        assert_eq!(told(of(i128::MIN)), "it gives a time that no clock shows");
        assert_eq!(told(of(i128::MAX)), "it gives a time that no clock shows");
        let date = Operand::Time(Time { kind: TimeKind::Date, nanos: 0 });
        assert_eq!(told(moment(&date)), "it gives a time, which is no time");
        assert_eq!(told(moment(&Operand::Null)), "None");
        assert_eq!(told(moment(&Operand::Int(5))), "it gives an integer, which is no time");
    }
}
