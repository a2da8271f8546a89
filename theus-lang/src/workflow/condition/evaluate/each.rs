//! The macros that go through a list.

use std::ops::ControlFlow;

use super::{Evaluated, Operand, Problem, Work, evaluate, quick, truth, walk};
use crate::context::Value;
use crate::workflow::condition::activation::Activation;
use crate::workflow::condition::node::{Each, Node};

pub(super) fn each<'a>(
    what: Each,
    parts: &'a [Node; 2],
    activation: &'a dyn Activation,
    work: &mut Work<'a>,
) -> Evaluated<'a> {
    let [list, test] = parts;
    let list = evaluate(list, activation, work)?;
    let (mut count, mut failed) = (0_usize, None);
    let (is_quick, slot) = (quick::fits(test), work.variables().len());
    let decides = |holds: bool| matches!((what, holds), (Each::All, false) | (Each::Exists, true));
    let mut see = |element: Operand<'a>, count: &mut usize, work: &mut Work<'a>| {
        let at_once = if is_quick { quick::test(test, &element, work) } else { None };
        let holds: Result<bool, Problem> = match at_once {
            Some(holds) => work.spend(1).map(|()| holds),
            None => work.with(element, |work| truth(test, activation, work)),
        };
        match holds {
            Err(problem) if what == Each::ExistsOne || work.is_spent() => {
                failed = Some(problem);
                return false;
            }
            // An element that decides makes up for one that failed.
            Err(problem) => failed = failed.take().or(Some(problem)),
            Ok(holds) if decides(holds) => {
                *count += 1;
                return false;
            }
            Ok(true) if what == Each::ExistsOne => *count += 1,
            Ok(_) => {}
        }
        true
    };
    match &list {
        // What most lists are: the elements are asked as they are, and only what that says nothing of is made a value.
        Operand::Stored(Value::Collection { elements, part }) if is_quick => elements.each(*part, &mut |value| {
            let at_once = match value {
                Value::Int(value) if work.left() > 0 => {
                    i64::try_from(value).ok().and_then(|value| quick::test_of_integer(test, value, slot))
                }
                _ => None,
            };
            let goes_on = match at_once {
                Some(holds) => {
                    work.step();
                    count += usize::from(decides(holds) || (holds && what == Each::ExistsOne));
                    !decides(holds)
                }
                None => see(Operand::of(value), &mut count, work),
            };
            if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        }),
        list => walk(list, &mut |element| see(element, &mut count, work))?,
    }
    match (what, count, failed) {
        (Each::All, 1.., _) => Ok(Operand::Bool(false)),
        (Each::Exists, 1.., _) => Ok(Operand::Bool(true)),
        (_, _, Some(problem)) => Err(problem),
        (Each::All, ..) => Ok(Operand::Bool(true)),
        (Each::Exists, ..) => Ok(Operand::Bool(false)),
        (Each::ExistsOne, count, None) => Ok(Operand::Bool(count == 1)),
    }
}

pub(super) fn map<'a>(parts: &'a [Node; 3], activation: &'a dyn Activation, work: &mut Work<'a>) -> Evaluated<'a> {
    let [list, test, make] = parts;
    let list = evaluate(list, activation, work)?;
    let mut made = Vec::new();
    let mut failed = None;
    let is_quick = quick::fits(test);
    walk(&list, &mut |element| {
        let at_once = if is_quick { quick::test(test, &element, work) } else { None };
        if at_once == Some(false) {
            return work.spend(1).map_err(|problem| failed = Some(problem)).is_ok();
        }
        let outcome = work.with(element, |work| {
            let is_kept = match at_once {
                Some(is_kept) => is_kept,
                None => truth(test, activation, work)?,
            };
            if is_kept { evaluate(make, activation, work).map(Some) } else { Ok(None) }
        });
        match outcome {
            Ok(element) => {
                made.extend(element);
                true
            }
            Err(problem) => {
                failed = Some(problem);
                false
            }
        }
    })?;
    failed.map_or(Ok(Operand::List(made)), Err)
}
