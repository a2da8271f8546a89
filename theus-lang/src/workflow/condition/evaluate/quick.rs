//! What compares small integers, which is most of what is asked of the elements of a list, without a value on the way that
//! could be anything else. It says nothing where it is not that: then the part is evaluated, and what is wrong is told there.

use super::Work;
use crate::workflow::condition::node::{Arithmetic, Constant, Node, Ordered};

/// Whether a comparison holds.
#[inline]
pub(super) fn truth(node: &Node, work: &Work<'_>) -> Option<bool> {
    match node {
        Node::Order(order, sides) => {
            let (one, two) = (integer(&sides[0], work)?, integer(&sides[1], work)?);
            Some(match order {
                Ordered::Less => one < two,
                Ordered::LessOrEqual => one <= two,
                Ordered::Greater => one > two,
                Ordered::GreaterOrEqual => one >= two,
            })
        }
        Node::Equal(sides, negated) => Some((integer(&sides[0], work)? == integer(&sides[1], work)?) != *negated),
        _ => None,
    }
}

/// A constant, a variable, or what is computed of them.
fn integer(node: &Node, work: &Work<'_>) -> Option<i64> {
    match node {
        Node::Constant(Constant::Int(value)) => i64::try_from(*value).ok(),
        Node::Variable(slot) => work.small(*slot),
        Node::Compute(operation, sides) => {
            let (one, two) = (integer(&sides[0], work)?, integer(&sides[1], work)?);
            match operation {
                Arithmetic::Add => one.checked_add(two),
                Arithmetic::Subtract => one.checked_sub(two),
                Arithmetic::Multiply => one.checked_mul(two),
                Arithmetic::Divide => one.checked_div(two),
                Arithmetic::Remainder => one.checked_rem(two),
            }
        }
        _ => None,
    }
}
