//! The macros that go through a list.

use std::ops::ControlFlow;

use super::{Evaluated, Operand, Problem, Work, evaluate, quick, truth, walk};
use crate::condition::activation::Activation;
use crate::condition::element_test::ElementTest;
use crate::condition::node::{Each, Node};
use crate::context::Value;

/// What goes through a list.
struct Walk<'a> {
    what: Each,
    test: &'a Node,
    activation: &'a dyn Activation,
    is_quick: bool,
    /// How many there are so far of what is counted: what fails of `all`, else what holds.
    count: usize,
    failed: Option<Problem>,
}

impl<'a> Walk<'a> {
    /// Looks at one element, by the expression itself. False where it is enough.
    #[inline(never)]
    fn see(&mut self, element: Operand<'a>, work: &mut Work<'a>) -> bool {
        let Self { what, test, activation, .. } = *self;
        let at_once = if self.is_quick { quick::test(test, &element, work) } else { None };
        let holds: Result<bool, Problem> = match at_once {
            Some(holds) => work.spend(1).map(|()| holds),
            None => work.with(element, |work| truth(test, activation, work)),
        };
        match holds {
            Err(problem) if what == Each::ExistsOne || work.is_spent() => {
                self.failed = Some(problem);
                return false;
            }
            // An element that decides makes up for one that failed.
            Err(problem) => self.failed = self.failed.take().or(Some(problem)),
            Ok(holds) if holds == (what != Each::All) => {
                self.count += 1;
                return what == Each::ExistsOne;
            }
            Ok(_) => {}
        }
        true
    }
}

pub(super) fn each<'a>(
    what: Each,
    parts: &'a [Node; 2],
    typed: Option<&ElementTest>,
    activation: &'a dyn Activation,
    work: &mut Work<'a>,
) -> Evaluated<'a> {
    let [list, test] = parts;
    let list = evaluate(list, activation, work)?;
    let mut walked = Walk { what, test, activation, is_quick: quick::fits(test), count: 0, failed: None };
    match (&list, typed) {
        // What most lists and tests are: the elements are asked as they are, and only what that says nothing of is made a value.
        (Operand::Stored(Value::Collection { elements, part }), Some(typed)) => {
            let (counted, is_one_enough) = (what != Each::All, what != Each::ExistsOne);
            elements.each(*part, &mut |value| {
                let at_once = if work.left() > 0 { typed.holds(value) } else { None };
                let is_enough = match at_once {
                    Some(holds) => {
                        work.step();
                        walked.count += usize::from(holds == counted);
                        holds == counted && is_one_enough
                    }
                    None => !walked.see(Operand::of(value), work),
                };
                if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
        }
        (list, _) => walk(list, &mut |element| walked.see(element, work))?,
    }
    match (what, walked.count, walked.failed) {
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
