//! Sameness and order, exact whatever kinds of numbers meet.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value as Json;

use super::convert::{decimal_of, text};
use super::{Operand, Problem, Work, walk};
use crate::context::{Decimal, Time, Value, parse_uuid};

/// Whether two values are the same. Values of unlike kinds are not, as CEL has it.
pub(super) fn equal(one: &Operand<'_>, two: &Operand<'_>, work: &mut Work<'_>) -> Result<bool, Problem> {
    if is_list(one) && is_list(two) {
        work.spend(len(one).min(len(two)))?;
    }
    Ok(match (one, two) {
        (Operand::Null, Operand::Null) => true,
        (Operand::Null, _) | (_, Operand::Null) => false,
        (Operand::Bool(one), Operand::Bool(two)) => one == two,
        (Operand::Text(one), Operand::Text(two)) => one == two,
        (Operand::Uuid(one), Operand::Uuid(two)) => one == two,
        (Operand::Uuid(uuid), Operand::Text(text)) | (Operand::Text(text), Operand::Uuid(uuid)) => {
            parse_uuid(text) == Some(*uuid)
        }
        (Operand::Time(time), Operand::Text(text)) | (Operand::Text(text), Operand::Time(time)) => {
            Time::parse(time.kind, text) == Some(*time)
        }
        (Operand::Decimal(decimal), Operand::Text(text)) | (Operand::Text(text), Operand::Decimal(decimal)) => {
            Decimal::parse(text) == Some(*decimal)
        }
        (Operand::Stored(Value::Record(record)), Operand::Text(text))
        | (Operand::Text(text), Operand::Stored(Value::Record(record))) => {
            record.variant().is_some() && record.name() == &**text
        }
        (Operand::Stored(one @ Value::Record(_)), Operand::Stored(two @ Value::Record(_))) => one == two,
        (Operand::Stored(one @ Value::Collection { .. }), Operand::Stored(two @ Value::Collection { .. }))
            if one == two =>
        {
            true
        }
        (Operand::Json(one), Operand::Json(two)) if one == two => true,
        (Operand::Object(one), Operand::Object(two)) => {
            one.len() == two.len()
                && one.iter().zip(two).try_fold(true, |same, (one, two)| {
                    Ok::<_, Problem>(same && one.0 == two.0 && equal(&one.1, &two.1, work)?)
                })?
        }
        (one, two) if is_list(one) && is_list(two) => same_elements(one, two, work)?,
        (one, two) if is_container(one) && is_container(two) => {
            return Err(format!("{} and {} cannot be compared", one.kind(), two.kind()).into());
        }
        (one, two) => matches!(order(one, two), Ok(Some(Ordering::Equal))),
    })
}

const fn is_list(operand: &Operand<'_>) -> bool {
    matches!(operand, Operand::List(_) | Operand::Json(Json::Array(_)) | Operand::Stored(Value::Collection { .. }))
}

fn len(list: &Operand<'_>) -> usize {
    match list {
        Operand::List(elements) => elements.len(),
        Operand::Json(Json::Array(elements)) => elements.len(),
        Operand::Stored(Value::Collection { elements, .. }) => elements.len(),
        _ => 0,
    }
}

const fn is_container(operand: &Operand<'_>) -> bool {
    is_list(operand) || matches!(operand, Operand::Json(_) | Operand::Object(_) | Operand::Stored(_))
}

fn same_elements<'a>(one: &Operand<'a>, two: &Operand<'a>, work: &mut Work<'_>) -> Result<bool, Problem> {
    let mut elements = Vec::new();
    walk(one, &mut |element| {
        elements.push(element);
        true
    })?;
    let mut rest = elements.iter();
    let mut outcome = Ok(true);
    walk(two, &mut |element| {
        outcome = rest.next().map_or(Ok(false), |first| equal(first, &element, work));
        matches!(outcome, Ok(true))
    })?;
    Ok(outcome? && rest.next().is_none())
}

/// Which of two values is the greater; `None` where NaN is among them.
pub(super) fn order(one: &Operand<'_>, two: &Operand<'_>) -> Result<Option<Ordering>, Problem> {
    Ok(Some(match (one, two) {
        (Operand::Int(one), Operand::Int(two)) => one.cmp(two),
        (Operand::Huge(one), Operand::Huge(two)) | (Operand::Uuid(one), Operand::Uuid(two)) => one.cmp(two),
        (Operand::Huge(_), Operand::Int(_) | Operand::Decimal(_)) => Ordering::Greater,
        (Operand::Int(_) | Operand::Decimal(_), Operand::Huge(_)) => Ordering::Less,
        (Operand::Float(one), Operand::Float(two)) => return Ok(one.partial_cmp(two)),
        (Operand::Int(one), Operand::Float(two)) => return Ok(integer_and_float(*one, *two)),
        (Operand::Float(one), Operand::Int(two)) => return Ok(integer_and_float(*two, *one).map(Ordering::reverse)),
        (Operand::Huge(one), Operand::Float(two)) => return Ok(huge_and_float(*one, *two)),
        (Operand::Float(one), Operand::Huge(two)) => return Ok(huge_and_float(*two, *one).map(Ordering::reverse)),
        (Operand::Decimal(one), Operand::Decimal(two)) => one.cmp(two),
        (Operand::Decimal(one), Operand::Int(two)) => one.cmp(&Decimal::of(*two, 0)),
        (Operand::Int(one), Operand::Decimal(two)) => Decimal::of(*one, 0).cmp(two),
        (Operand::Decimal(one), two @ (Operand::Float(_) | Operand::Text(_))) => one.cmp(&decimal_of(two)?),
        (one @ (Operand::Float(_) | Operand::Text(_)), Operand::Decimal(two)) => decimal_of(one)?.cmp(two),
        (Operand::Bool(one), Operand::Bool(two)) => one.cmp(two),
        (Operand::Time(one), Operand::Time(two)) if one.kind == two.kind => one.nanos.cmp(&two.nanos),
        (Operand::Time(one), Operand::Text(two)) => one.nanos.cmp(&time_of(one, two)?),
        (Operand::Text(one), Operand::Time(two)) => time_of(two, one)?.cmp(&two.nanos),
        (Operand::Char(one), Operand::Char(two)) => one.cmp(two),
        (Operand::Text(_) | Operand::Char(_), Operand::Text(_) | Operand::Char(_)) => {
            let (one, two): (Cow<'_, str>, Cow<'_, str>) = (text(one)?, text(two)?);
            one.cmp(&two)
        }
        (one, two) => return Err(format!("{} and {} have no order", one.kind(), two.kind()).into()),
    }))
}

fn time_of(beside: &Time, text: &str) -> Result<i128, Problem> {
    match Time::parse(beside.kind, text) {
        Some(time) => Ok(time.nanos),
        None => Err(format!("{text:?} is not a time").into()),
    }
}

/// 2^127: the first float that is beyond every `i128`.
const TOP: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;

fn integer_and_float(integer: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    if float >= TOP {
        return Some(Ordering::Less);
    }
    if float < -TOP {
        return Some(Ordering::Greater);
    }
    let whole = float.trunc();
    #[expect(clippy::cast_possible_truncation, reason = "a whole number within the bounds of `i128`")]
    let order = integer.cmp(&(whole as i128));
    Some(order.then_with(|| 0.0_f64.total_cmp(&((float - whole) + 0.0))))
}

fn huge_and_float(integer: u128, float: f64) -> Option<Ordering> {
    // Both halves of the range: what is above `i128::MAX` is compared by what it is above.
    if float.is_nan() {
        return None;
    }
    if float < TOP {
        return Some(Ordering::Greater);
    }
    if float >= TOP * 2.0 {
        return Some(Ordering::Less);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number within the bounds of `u128`"
    )]
    let other = float as u128;
    Some(integer.cmp(&other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_compare_exactly_at_the_ends_of_128_bits() {
        let (below, above) = (TOP.next_down(), TOP.next_up());
        assert_eq!(integer_and_float(i128::MAX, TOP), Some(Ordering::Less), "which is one more");
        assert_eq!(integer_and_float(i128::MAX, below), Some(Ordering::Greater));
        assert_eq!(integer_and_float(below as i128, below), Some(Ordering::Equal));
        assert_eq!(integer_and_float(i128::MIN, -TOP), Some(Ordering::Equal));
        assert_eq!(integer_and_float(i128::MIN, (-TOP).next_down()), Some(Ordering::Greater));
        assert_eq!(integer_and_float(i128::MIN, (-TOP).next_up()), Some(Ordering::Less));
        assert_eq!(integer_and_float(i128::MIN + 1, -TOP), Some(Ordering::Greater));
        assert_eq!(integer_and_float(i128::MAX, f64::INFINITY), Some(Ordering::Less));
        assert_eq!(integer_and_float(i128::MIN, f64::NEG_INFINITY), Some(Ordering::Greater));
        assert_eq!(huge_and_float(1 << 127, TOP), Some(Ordering::Equal));
        assert_eq!(huge_and_float(1 << 127, below), Some(Ordering::Greater));
        assert_eq!(huge_and_float(1 << 127, above), Some(Ordering::Less));
        assert_eq!(huge_and_float(u128::MAX, TOP * 2.0), Some(Ordering::Less), "which is one more");
        assert_eq!(huge_and_float(u128::MAX, (TOP * 2.0).next_down()), Some(Ordering::Greater));
        assert_eq!((integer_and_float(1, f64::NAN), huge_and_float(1 << 127, f64::NAN)), (None, None));
    }

    #[test]
    fn a_fraction_is_on_its_side_of_the_integer() {
        for (integer, float, order) in [
            (2, 2.5, Ordering::Less),
            (3, 2.5, Ordering::Greater),
            (-2, -2.5, Ordering::Greater),
            (-3, -2.5, Ordering::Less),
            (0, -0.0, Ordering::Equal),
            (0, 5e-324, Ordering::Less),
            (0, -5e-324, Ordering::Greater),
        ] {
            assert_eq!(integer_and_float(integer, float), Some(order), "{integer} and {float}");
        }
    }
}
