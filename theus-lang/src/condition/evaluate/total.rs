//! What is computed of all elements of a list: their sum, their mean, the least and the greatest. Exact, whatever comes between.

use std::cmp::Ordering;

use super::{Operand, Problem, Work, compare, walk};
use crate::aggregate::{Numbers, Wide, WideDecimal};
use crate::condition::node::Total;
use crate::context::Value;
use crate::exact;

/// `numbers` says what the sum of nothing is a zero of.
pub(super) fn total<'a>(
    what: Total,
    numbers: Numbers,
    list: &Operand<'a>,
    work: &mut Work<'a>,
) -> Result<Operand<'a>, Problem> {
    let mut totals = Totals { count: 0, ints: None, floats: None, decimals: None, extreme: None };
    let mut failed = None;
    walk(list, &mut |element| {
        let seen = work.spend(1).and_then(|()| match what {
            Total::Sum | Total::Mean => totals.add(&element),
            Total::Min => totals.compare(element, Ordering::Less),
            Total::Max => totals.compare(element, Ordering::Greater),
        });
        failed = seen.err();
        failed.is_none()
    })?;
    if let Some(problem) = failed {
        return Err(problem);
    }
    match what {
        Total::Sum => totals.sum(numbers),
        Total::Mean => totals.mean(),
        Total::Min => totals.extreme.ok_or_else(|| "there is no least element of nothing".into()),
        Total::Max => totals.extreme.ok_or_else(|| "there is no greatest element of nothing".into()),
    }
}

struct Totals<'a> {
    count: usize,
    ints: Option<Wide>,
    floats: Option<exact::Sum>,
    decimals: Option<WideDecimal>,
    extreme: Option<Operand<'a>>,
}

impl<'a> Totals<'a> {
    fn add(&mut self, element: &Operand<'a>) -> Result<(), Problem> {
        self.count += 1;
        match element {
            Operand::Int(value) => self.ints.get_or_insert_default().add_int(*value),
            Operand::Huge(value) => self.ints.get_or_insert_default().add_huge(*value),
            Operand::Float(value) => self.floats.get_or_insert_default().add(*value),
            Operand::Decimal(value) => self.decimals.get_or_insert_default().add(*value),
            other => return Err(no_number(other)),
        }
        Ok(())
    }

    fn compare(&mut self, element: Operand<'a>, wanted: Ordering) -> Result<(), Problem> {
        let is_nan = |operand: &Operand<'_>| matches!(operand, Operand::Float(value) if value.is_nan());
        let takes_its_place = match (&self.extreme, &element) {
            (_, Operand::Null | Operand::Text(_) | Operand::Bool(_)) => return Err(no_number(&element)),
            (None, _) => true,
            // NaN stays, and makes whatever is asked of it fail.
            (Some(extreme), element) if is_nan(extreme) || is_nan(element) => !is_nan(extreme),
            (Some(extreme), element) => compare::order(element, extreme)? == Some(wanted),
        };
        if takes_its_place {
            self.extreme = Some(element);
        }
        Ok(())
    }

    fn sum(self, numbers: Numbers) -> Result<Operand<'a>, Problem> {
        let sum = match (self.ints, self.floats, self.decimals) {
            (None, None, None) => match numbers {
                Numbers::Ints => Value::Int(0),
                Numbers::Floats => Value::Float(0.0),
                Numbers::Decimals => WideDecimal::default().value(),
            },
            (Some(ints), None, None) => ints.value(),
            (None, Some(floats), None) => Value::Float(floats.value()),
            (None, None, Some(decimals)) => decimals.value(),
            // JSON does not tell 2 from 2.0.
            (Some(ints), Some(mut floats), None) => {
                floats.add(ints.divided_by(1));
                Value::Float(floats.value())
            }
            _ => return Err("its elements are numbers of several kinds".into()),
        };
        match sum {
            Value::OutOfRange => Err("a number gets too great".into()),
            sum => Ok(Operand::of(sum)),
        }
    }

    fn mean(self) -> Result<Operand<'a>, Problem> {
        match (self.ints, self.floats, self.decimals) {
            (None, None, None) => Err("there is no mean of nothing".into()),
            (Some(ints), None, None) => Ok(Operand::Float(ints.divided_by(self.count))),
            (None, Some(floats), None) => Ok(Operand::Float(floats.mean().unwrap_or(f64::NAN))),
            (None, None, Some(_)) => Err("a decimal cannot be divided without rounding".into()),
            // As in a sum.
            (Some(ints), Some(mut floats), None) => {
                floats.add(ints.divided_by(1));
                Ok(Operand::Float(floats.value() / self.count as f64))
            }
            _ => Err("its elements are numbers of several kinds".into()),
        }
    }
}

fn no_number(element: &Operand<'_>) -> Problem {
    format!("one of its elements is {}", element.kind()).into()
}
