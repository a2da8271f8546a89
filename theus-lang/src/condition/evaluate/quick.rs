//! What compares numbers, short texts and booleans, which is most of what is asked of the elements of a list, without a value on
//! the way that could be anything else. It says nothing where it is not that: then the part is evaluated, and what is wrong is
//! told there.

use super::{Operand, Work};
use crate::condition::bounds::TEXT;
use crate::condition::node::{Arithmetic, Constant, Node};
use crate::context::{Record, Value};

/// A value that is compared with others of its kind at once.
#[derive(Clone, Copy)]
pub(super) enum Plain<'a> {
    Int(i64),
    Float(f64),
    Bool(bool),
    /// A text that is short: to look through it is no step.
    Text(&'a str),
    Record(&'a dyn Record),
}

impl<'a> Plain<'a> {
    /// `None` where it is none of these.
    #[inline]
    pub(super) fn of(operand: &'a Operand<'_>) -> Option<Self> {
        match operand {
            Operand::Int(value) => i64::try_from(*value).ok().map(Self::Int),
            Operand::Float(value) => Some(Self::Float(*value)),
            Operand::Bool(value) => Some(Self::Bool(*value)),
            Operand::Text(text) => Self::text(text),
            Operand::Stored(Value::Record(record)) => Some(Self::Record(*record)),
            _ => None,
        }
    }

    #[inline]
    fn of_look(value: Value<'a>) -> Option<Self> {
        match value.seen_through() {
            Value::Int(value) => i64::try_from(value).ok().map(Self::Int),
            Value::Float(value) => Some(Self::Float(value)),
            Value::Bool(value) => Some(Self::Bool(value)),
            Value::Text(text) => Self::text(text),
            Value::Record(record) => Some(Self::Record(record)),
            _ => None,
        }
    }

    #[inline]
    fn text(text: &'a str) -> Option<Self> {
        (text.len() < TEXT).then_some(Self::Text(text))
    }

    #[inline]
    fn of_constant(constant: &'a Constant) -> Option<Self> {
        match constant {
            Constant::Int(value) => i64::try_from(*value).ok().map(Self::Int),
            Constant::Float(value) => Some(Self::Float(*value)),
            Constant::Bool(value) => Some(Self::Bool(*value)),
            Constant::Text(text) => Self::text(text),
            _ => None,
        }
    }
}

/// What the parts of a test are asked beside: the variables around it, and the element in question, which is not among them.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    variables: &'a [Operand<'a>],
    element: Option<Plain<'a>>,
}

/// Whether a test of an element can be asked here at all: else nobody tries it for each of them.
pub(super) fn fits(test: &Node) -> bool {
    match test {
        Node::Order(_, sides) | Node::Equal(sides, _) | Node::Compute(_, sides) => sides.iter().all(fits),
        Node::All(parts) | Node::Any(parts) => parts.iter().all(fits),
        Node::Not(of) | Node::Field(of, ..) => fits(of),
        Node::Constant(constant) => Plain::of_constant(constant).is_some(),
        Node::Variable(_) => true,
        _ => false,
    }
}

/// Whether the test of an element holds, which stands for the variable after those that there are.
pub(super) fn test<'a>(test: &'a Node, element: &'a Operand<'_>, work: &'a Work<'_>) -> Option<bool> {
    truth(test, Scene { variables: work.variables(), element: Plain::of(element) })
}

/// Whether a comparison holds.
#[inline]
pub(super) fn comparison(node: &Node, work: &Work<'_>) -> Option<bool> {
    compares(node, Scene { variables: work.variables(), element: None })
}

/// What is true or false. A part that says nothing here ends it: what makes up for what is told where everything is.
fn truth<'a>(node: &'a Node, scene: Scene<'a>) -> Option<bool> {
    match node {
        Node::Order(..) | Node::Equal(..) => compares(node, scene),
        Node::All(parts) => decide(parts, false, scene),
        Node::Any(parts) => decide(parts, true, scene),
        Node::Not(of) => truth(of, scene).map(|holds| !holds),
        _ => match value(node, scene)? {
            Plain::Bool(holds) => Some(holds),
            _ => None,
        },
    }
}

fn decide<'a>(parts: &'a [Node], decisive: bool, scene: Scene<'a>) -> Option<bool> {
    for part in parts {
        if truth(part, scene)? == decisive {
            return Some(decisive);
        }
    }
    Some(!decisive)
}

#[inline]
fn compares<'a>(node: &'a Node, scene: Scene<'a>) -> Option<bool> {
    match node {
        Node::Order(order, sides) => match (value(&sides[0], scene)?, value(&sides[1], scene)?) {
            (Plain::Int(one), Plain::Int(two)) => Some(order.holds(&one, &two)),
            (Plain::Float(one), Plain::Float(two)) => Some(order.holds(&one, &two)),
            (Plain::Text(one), Plain::Text(two)) => Some(order.holds(one, two)),
            _ => None,
        },
        Node::Equal(sides, negated) => {
            let same = match (value(&sides[0], scene)?, value(&sides[1], scene)?) {
                (Plain::Int(one), Plain::Int(two)) => one == two,
                (Plain::Float(one), Plain::Float(two)) => one == two,
                (Plain::Bool(one), Plain::Bool(two)) => one == two,
                (Plain::Text(one), Plain::Text(two)) => one == two,
                (Plain::Record(record), Plain::Text(text)) | (Plain::Text(text), Plain::Record(record)) => {
                    record.variant().is_some() && record.name() == text
                }
                _ => return None,
            };
            Some(same != *negated)
        }
        _ => None,
    }
}

/// A constant, a variable, a field of one, or what is computed of them.
#[inline]
fn value<'a>(node: &'a Node, scene: Scene<'a>) -> Option<Plain<'a>> {
    match node {
        Node::Constant(constant) => Plain::of_constant(constant),
        Node::Variable(slot) => match scene.variables.get(*slot) {
            Some(variable) => Plain::of(variable),
            None if *slot == scene.variables.len() => scene.element,
            None => None,
        },
        Node::Field(of, position, _) => field(of, *position, scene),
        Node::Compute(operation, sides) => compute(*operation, sides, scene),
        _ => None,
    }
}

fn field<'a>(of: &'a Node, position: usize, scene: Scene<'a>) -> Option<Plain<'a>> {
    match value(of, scene)? {
        Plain::Record(record) => Plain::of_look(record.field(position)),
        _ => None,
    }
}

fn compute<'a>(operation: Arithmetic, sides: &'a [Node; 2], scene: Scene<'a>) -> Option<Plain<'a>> {
    match (value(&sides[0], scene)?, value(&sides[1], scene)?) {
        (Plain::Int(one), Plain::Int(two)) => operation.of_integers(one, two).map(Plain::Int),
        (Plain::Float(one), Plain::Float(two)) => match operation {
            Arithmetic::Add => Some(one + two),
            Arithmetic::Subtract => Some(one - two),
            Arithmetic::Multiply => Some(one * two),
            Arithmetic::Divide => Some(one / two),
            Arithmetic::Remainder => None,
        }
        .map(Plain::Float),
        _ => None,
    }
}
