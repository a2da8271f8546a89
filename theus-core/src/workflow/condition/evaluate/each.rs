//! The macros that go through a list.

use super::{Evaluated, Operand, Variables, evaluate, truth, walk};
use crate::workflow::condition::facts::Facts;
use crate::workflow::condition::node::{Each, Node};

pub(super) fn each<'a>(
    what: Each,
    parts: &'a [Node; 2],
    facts: &'a dyn Facts,
    variables: &mut Variables<'a>,
) -> Evaluated<'a> {
    let [list, test] = parts;
    let list = evaluate(list, facts, variables)?;
    let (mut count, mut failed) = (0_usize, None);
    walk(&list, &mut |element| {
        variables.push(element);
        let holds = truth(test, facts, variables);
        variables.pop();
        match (what, holds) {
            (Each::ExistsOne, Err(problem)) => {
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

pub(super) fn map<'a>(parts: &'a [Node; 3], facts: &'a dyn Facts, variables: &mut Variables<'a>) -> Evaluated<'a> {
    let [list, test, make] = parts;
    let list = evaluate(list, facts, variables)?;
    let mut made = Vec::new();
    let mut failed = None;
    walk(&list, &mut |element| {
        variables.push(element);
        let outcome = truth(test, facts, variables)
            .and_then(|kept| if kept { evaluate(make, facts, variables).map(Some) } else { Ok(None) });
        variables.pop();
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
