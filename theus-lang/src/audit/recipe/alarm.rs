//! The deadband of an alarm, typed by the value that it is about.

use super::super::alarm::{AlarmSettings, Amount, Deadband};
use super::super::condition::{Condition, Operator};
use super::super::integer::Integer;
use super::catalog::Problems;
use super::code;
use super::item::Item;
use super::number::{self, Number};
use super::parse::instead;
use crate::context::Shape;
use crate::source::Problem;

/// What makes an alarm of the rule that asks this; an error is told.
pub(super) fn resolved(
    item: &Item<'_, '_>,
    condition: &Condition,
    shape: &Shape,
    problems: &mut Problems,
) -> Result<Option<Box<AlarmSettings>>, ()> {
    let Some(written) = item.entry.alarm else { return Ok(None) };
    let mut settings = AlarmSettings {
        deadband: None,
        on_delay: written.on_delay,
        off_delay: written.off_delay,
        latched: written.latched,
    };
    let Some(value) = written.deadband else { return Ok(Some(Box::new(settings))) };
    let field = item.entry.field;
    let mut refused = |message: String, help: String| {
        problems.push(Problem::new(item.entry.at.key("deadband"), message).code(code::ALARM).help(help));
        Err(())
    };
    let wrong = |expected: &str| {
        let message = format!("`deadband` of {field} must be {expected}{}", instead(value));
        (message, "it is by how much the value must be back inside, as in `max: 100, deadband: 3`".to_owned())
    };
    let by = match shape.innermost() {
        Shape::Int { .. } => match number::read(value) {
            Some(Number::Integer(Integer::Small(by))) if by > 0 => Amount::Integer(by),
            _ => {
                let (message, help) = wrong("an integer above 0");
                return refused(message, help);
            }
        },
        Shape::Float32 | Shape::Float64 => match number::read(value).and_then(Number::as_float) {
            Some(by) if by > 0.0 && by.is_finite() => Amount::Float(by),
            _ => {
                let (message, help) = wrong("a finite number above 0");
                return refused(message, help);
            }
        },
        Shape::Decimal => match number::decimal(value) {
            Some(Some(by)) if by.mantissa() > 0 => Amount::Decimal(by),
            Some(None) => {
                let message = format!("`deadband` of {field} is not kept exactly as a number");
                return refused(message, "put the number in quotes: it is then read as a decimal".to_owned());
            }
            _ => {
                let (message, help) = wrong("a number above 0");
                return refused(message, help);
            }
        },
        _ => {
            let message = format!("`deadband` does not fit {field}: it is by how much a number must be back inside");
            return refused(message, "leave it out; `off_delay: 10s` is how long it must be back".to_owned());
        }
    };
    match by.inside(condition).filter(|inside| is_reached(inside, shape.innermost())) {
        Some(inside) => {
            settings.deadband = Some(Deadband { by, inside });
            Ok(Some(Box::new(settings)))
        }
        None => {
            let (test, limit) = (item.bound.test, condition);
            let message =
                format!("no value of {field} is inside {test} {limit} by {by}: the alarm would never be over");
            refused(message, "make it smaller".to_owned())
        }
    }
}

/// Whether a value of the field can be there.
fn is_reached(inside: &Condition, shape: &Shape) -> bool {
    match (inside, shape) {
        (Condition::Between(bounds), _) => {
            !bounds[0].is_above(&bounds[1]) && bounds.iter().all(|bound| is_reached(bound, shape))
        }
        (Condition::Int(..) | Condition::Huge(..), Shape::Int { min, max }) => {
            let (least, most) = (Condition::least(*min), Condition::most(*max));
            !inside.is_above(&most) && !least.is_above(inside)
        }
        (Condition::Float(_, bound), _) => bound.is_finite(),
        _ => true,
    }
}

/// The lower and the upper bound of one entry, where its deadband is so wide that a value cannot be back inside both.
pub(super) fn is_too_wide(lower: &AlarmSettings, upper: &Condition) -> bool {
    lower.deadband.as_ref().is_some_and(|deadband| deadband.inside.is_above(upper))
}

/// The conditions that a deadband goes with.
pub(super) const BOUNDS: [Operator; 3] = [Operator::Min, Operator::Max, Operator::Between];
