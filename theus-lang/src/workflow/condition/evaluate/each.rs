//! The macros that go through a list.

use super::{Evaluated, Operand, Work, evaluate, truth, walk};
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
    walk(&list, &mut |element| {
        let holds = work.with(element, |work| truth(test, activation, work));
        match (what, holds) {
            (_, Err(problem)) if what == Each::ExistsOne || work.is_spent() => {
                failed = Some(problem);
                return false;
            }
            // An element that decides makes up for one that failed.
            (_, Err(problem)) => failed = failed.take().or(Some(problem)),
            (Each::All, Ok(false)) | (Each::Exists, Ok(true)) => {
                count += 1;
                return false;
            }
            (Each::ExistsOne, Ok(true)) => count += 1,
            _ => {}
        }
        true
    })?;
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
    walk(&list, &mut |element| {
        let outcome = work.with(element, |work| {
            let is_kept = truth(test, activation, work)?;
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
