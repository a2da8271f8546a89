//! Arithmetic: an overflow is an error, and decimals stay decimals.

use super::convert::{decimal_of, text};
use super::{Operand, Problem, Work, walk};
use crate::condition::node::Arithmetic;
use crate::context::{Decimal, Time, Value};

const OVERFLOW: &str = "a number gets too great";
/// Seconds of so many digits behind the point are exact: nanoseconds.
const NANOS: u8 = 9;

pub(super) fn negate<'a>(of: &Operand<'_>) -> Result<Operand<'a>, Problem> {
    match of {
        Operand::Int(value) => value.checked_neg().map(Operand::Int).ok_or(Problem::Borrowed(OVERFLOW)),
        Operand::Float(value) => Ok(Operand::Float(-value)),
        Operand::Decimal(value) => {
            let mantissa = value.mantissa().checked_neg().ok_or(Problem::Borrowed(OVERFLOW))?;
            Ok(Operand::Decimal(Decimal::of(mantissa, value.scale())))
        }
        Operand::Huge(_) => Err(OVERFLOW.into()),
        other => Err(format!("{} is not a number", other.kind()).into()),
    }
}

pub(super) fn compute<'a>(
    operation: Arithmetic,
    one: Operand<'a>,
    two: Operand<'a>,
    work: &mut Work<'a>,
) -> Result<Operand<'a>, Problem> {
    match (&one, &two) {
        (Operand::Int(one), Operand::Int(two)) => integers(operation, *one, *two).map(Operand::Int),
        (Operand::Float(one), Operand::Float(two)) => floats(operation, *one, *two).map(Operand::Float),
        // Only what an event carries can be of two kinds: JSON does not tell 2 from 2.0.
        (Operand::Int(one), Operand::Float(two)) => floats(operation, to_float(*one), *two).map(Operand::Float),
        (Operand::Float(one), Operand::Int(two)) => floats(operation, *one, to_float(*two)).map(Operand::Float),
        (Operand::Decimal(_), Operand::Decimal(_) | Operand::Int(_) | Operand::Float(_))
        | (Operand::Int(_) | Operand::Float(_), Operand::Decimal(_)) => {
            decimals(operation, decimal_of(&one)?, decimal_of(&two)?).map(Operand::Decimal)
        }
        (Operand::Time(one), Operand::Time(two)) if operation == Arithmetic::Subtract && one.kind == two.kind => {
            let nanos = one.nanos.checked_sub(two.nanos).ok_or(Problem::Borrowed(OVERFLOW))?;
            Ok(Operand::Decimal(Decimal::of(nanos, NANOS)))
        }
        (Operand::Time(time), Operand::Int(_) | Operand::Decimal(_)) if operation == Arithmetic::Add => {
            moved(*time, decimal_of(&two)?)
        }
        (Operand::Int(_) | Operand::Decimal(_), Operand::Time(time)) if operation == Arithmetic::Add => {
            moved(*time, decimal_of(&one)?)
        }
        (Operand::Time(time), Operand::Int(_) | Operand::Decimal(_)) if operation == Arithmetic::Subtract => {
            let seconds = decimal_of(&two)?;
            let back = seconds.mantissa().checked_neg().ok_or(Problem::Borrowed(OVERFLOW))?;
            moved(*time, Decimal::of(back, seconds.scale()))
        }
        (Operand::Huge(_), _) | (_, Operand::Huge(_)) => Err(OVERFLOW.into()),
        (Operand::Text(_) | Operand::Char(_), Operand::Text(_) | Operand::Char(_)) if operation == Arithmetic::Add => {
            Ok(Operand::Text((text(&one)?.into_owned() + &*text(&two)?).into()))
        }
        (one, two) if operation == Arithmetic::Add && is_list(one) && is_list(two) => {
            let mut all = Vec::new();
            for list in [one, two] {
                let mut outcome = Ok(());
                walk(list, &mut |element| {
                    all.push(element);
                    outcome = work.spend(1);
                    outcome.is_ok()
                })?;
                outcome?;
            }
            Ok(Operand::List(all))
        }
        (one, two) => Err(format!("nothing can be computed of {} and {}", one.kind(), two.kind()).into()),
    }
}

/// A time so many seconds later. What is less than a nanosecond is nothing.
fn moved<'a>(time: Time, seconds: Decimal) -> Result<Operand<'a>, Problem> {
    let scale = u32::from(seconds.scale());
    let nanos = match scale.checked_sub(NANOS.into()) {
        None => 10_i128.checked_pow(u32::from(NANOS) - scale).and_then(|each| seconds.mantissa().checked_mul(each)),
        Some(more) => Some(10_i128.checked_pow(more).map_or(0, |each| seconds.mantissa() / each)),
    };
    let nanos = nanos.and_then(|nanos| time.nanos.checked_add(nanos)).ok_or("it is a time that no clock shows")?;
    Ok(Operand::Time(Time { nanos, ..time }))
}

const fn is_list(operand: &Operand<'_>) -> bool {
    matches!(
        operand,
        Operand::List(_) | Operand::Json(serde_json::Value::Array(_)) | Operand::Stored(Value::Collection { .. })
    )
}

#[expect(clippy::cast_precision_loss, reason = "the nearest float is what JSON's own 2.0 would have been")]
const fn to_float(value: i128) -> f64 {
    value as f64
}

fn integers(operation: Arithmetic, one: i128, two: i128) -> Result<i128, Problem> {
    let divides = matches!(operation, Arithmetic::Divide | Arithmetic::Remainder);
    if divides && two == 0 {
        return Err("a division by zero".into());
    }
    let result = match operation {
        Arithmetic::Add => one.checked_add(two),
        Arithmetic::Subtract => one.checked_sub(two),
        Arithmetic::Multiply => one.checked_mul(two),
        Arithmetic::Divide => one.checked_div(two),
        Arithmetic::Remainder => one.checked_rem(two),
    };
    result.ok_or(Problem::Borrowed(OVERFLOW))
}

fn floats(operation: Arithmetic, one: f64, two: f64) -> Result<f64, Problem> {
    Ok(match operation {
        Arithmetic::Add => one + two,
        Arithmetic::Subtract => one - two,
        Arithmetic::Multiply => one * two,
        Arithmetic::Divide => one / two,
        Arithmetic::Remainder => return Err("`%` is for integers".into()),
    })
}

fn decimals(operation: Arithmetic, one: Decimal, two: Decimal) -> Result<Decimal, Problem> {
    let minus = |value: Decimal| Some(Decimal::of(value.mantissa().checked_neg()?, value.scale()));
    let result = match operation {
        Arithmetic::Add => one.checked_add(two),
        Arithmetic::Subtract => minus(two).and_then(|two| one.checked_add(two)),
        Arithmetic::Multiply => product(one, two).or_else(|| product(one.normalized(), two.normalized())),
        Arithmetic::Divide | Arithmetic::Remainder => {
            return Err("a decimal cannot be divided without rounding".into());
        }
    };
    result.ok_or(Problem::Borrowed(OVERFLOW))
}

fn product(one: Decimal, two: Decimal) -> Option<Decimal> {
    Decimal::new(one.mantissa().checked_mul(two.mantissa())?, u32::from(one.scale()) + u32::from(two.scale()))
}
