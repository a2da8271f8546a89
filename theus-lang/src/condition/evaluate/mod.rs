//! Evaluation: only what the expression reads is fetched, and nothing is copied that is only asked for its size.

mod compare;
mod compute;
mod convert;
mod each;
mod inside;
mod json;
mod payload;
mod quick;
mod total;
mod work;

use std::borrow::Cow;

use serde_json::Value as Json;

use super::activation::Activation;
use super::foreign::{EVENT_NAMES, WHICH_EVENT};
use super::node::{Node, Ordered, TextTest};
use super::operand::Operand;
use crate::context::{KeyShape, Part, Value};

pub(super) use json::to_json;
pub(super) use payload::{is_not_brought, is_way_into_event};
pub(super) use work::Work;

/// Why there is no value.
pub(super) type Problem = Cow<'static, str>;

type Evaluated<'a> = Result<Operand<'a>, Problem>;

/// The value of a part. Each kind of part is a function of its own, so that a floor of the tree takes little stack.
pub(super) fn evaluate<'a>(node: &'a Node, activation: &'a dyn Activation, work: &mut Work<'a>) -> Evaluated<'a> {
    match node {
        Node::Constant(constant) => Ok(constant.lend()),
        Node::Domain(path) => Ok(Operand::of(activation.domain(path))),
        Node::Global(path) => Ok(Operand::of(activation.global(path))),
        Node::Local(path) => Ok(Operand::of(activation.local(path))),
        Node::Argument(index) => Ok(Operand::of(activation.argument(*index))),
        Node::Payload => Ok(activation.payload().map_or(Operand::Null, Operand::of_json)),
        Node::Now => Ok(Operand::of(activation.now())),
        Node::Active(state) => Ok(Operand::Bool(activation.is_active(*state))),
        Node::Item(name) => item(name, activation),
        Node::Variable(slot) => Ok(work.variable(*slot)),
        Node::Not(of) => truth(of, activation, work).map(|holds| Operand::Bool(!holds)),
        Node::All(parts) => decide(parts, false, activation, work),
        Node::Any(parts) => decide(parts, true, activation, work),
        Node::Choose(parts) => choose(parts, activation, work),
        Node::Equal(sides, _)
        | Node::Order(_, sides)
        | Node::Compute(_, sides)
        | Node::In(sides, _)
        | Node::TextTest(_, sides) => binary(node, sides, activation, work),
        Node::Index(of, index, make) => indexed(of, index, make.as_deref(), activation, work),
        Node::Each(what, parts, typed) => each::each(*what, parts, typed.as_deref(), activation, work),
        Node::Map(parts) => each::map(parts, activation, work),
        Node::List(elements) => list(elements, activation, work),
        Node::Object(entries) => object(entries, activation, work),
        Node::IsThere(of) => is_there(of, activation, work),
        Node::Field(of, ..)
        | Node::Variant(of, _)
        | Node::Entry(of, _)
        | Node::HasEntry(of, _)
        | Node::Keys(of)
        | Node::Read(of, _)
        | Node::Negate(of)
        | Node::Size(of)
        | Node::Total(_, _, of)
        | Node::Matches(of, _)
        | Node::Convert(_, of)
        | Node::Calendar(_, of) => unary(node, of, activation, work),
    }
}

fn item<'a>(name: &str, activation: &'a dyn Activation) -> Evaluated<'a> {
    activation.item(name).map(Operand::of_json).ok_or_else(|| format!("there is no `{name}` here").into())
}

/// What needs one value.
fn unary<'a>(node: &'a Node, of: &'a Node, activation: &'a dyn Activation, work: &mut Work<'a>) -> Evaluated<'a> {
    let of = evaluate(of, activation, work)?;
    apply(node, of, work)
}

fn apply<'a>(node: &'a Node, of: Operand<'a>, work: &mut Work<'a>) -> Evaluated<'a> {
    if let (Operand::Text(text), Node::Size(_) | Node::Matches(..)) = (&of, node) {
        work.read(text.len())?;
    }
    match node {
        Node::Field(_, position, name) => inside::field(of, *position, name),
        Node::Variant(_, name) => Ok(inside::variant(of, name)),
        Node::Entry(from, key) => inside::entry(&of, key)?.ok_or_else(|| no_key(from, &key.name).into()),
        // Of what is not there nothing is: an event that brought nothing, or none at all.
        Node::HasEntry(..) if matches!(of, Operand::Null) => Ok(Operand::Bool(false)),
        Node::HasEntry(_, key) => inside::entry(&of, key).map(|entry| Operand::Bool(entry.is_some())),
        Node::Keys(_) => Ok(match of {
            Operand::Stored(Value::Collection { elements, .. }) => {
                Operand::Stored(Value::Collection { elements, part: Part::Keys })
            }
            other => other,
        }),
        Node::Read(_, written) => convert::read(of, *written),
        Node::Negate(_) => compute::negate(&of),
        Node::Size(_) => inside::size(&of).map(Operand::Int),
        Node::Total(what, numbers, _) => total::total(*what, *numbers, &of, work),
        Node::Matches(_, regex) => Ok(Operand::Bool(regex.is_match(&convert::text(&of)?))),
        Node::Convert(to, _) => convert::convert(*to, of),
        Node::Calendar(asked, _) => convert::calendar(asked.0, &asked.1, &of),
        _ => Ok(of),
    }
}

fn no_key(from: &Node, key: &str) -> String {
    match from {
        Node::Payload if EVENT_NAMES.contains(&key) => format!("there is no key {key:?}: {WHICH_EVENT}"),
        Node::Payload if key == "data" => format!("there is no key {key:?}: `event` itself is what the event brought"),
        _ => format!("there is no key {key:?}"),
    }
}

/// What needs two.
fn binary<'a>(
    node: &'a Node,
    sides: &'a [Node; 2],
    activation: &'a dyn Activation,
    work: &mut Work<'a>,
) -> Evaluated<'a> {
    let one = evaluate(&sides[0], activation, work)?;
    let two = evaluate(&sides[1], activation, work)?;
    combine(node, one, two, work)
}

fn combine<'a>(node: &Node, one: Operand<'a>, two: Operand<'a>, work: &mut Work<'a>) -> Evaluated<'a> {
    if let (Operand::Text(one), Operand::Text(two)) = (&one, &two) {
        work.read(match node {
            Node::Equal(..) | Node::Order(..) => one.len().min(two.len()),
            _ => one.len().saturating_add(two.len()),
        })?;
    }
    match node {
        Node::Equal(_, negated) => Ok(Operand::Bool(compare::equal(&one, &two, work)? != *negated)),
        Node::Order(order, _) => {
            let found = compare::order(&one, &two)?;
            Ok(Operand::Bool(found.is_some_and(|found| match order {
                Ordered::Less => found.is_lt(),
                Ordered::LessOrEqual => found.is_le(),
                Ordered::Greater => found.is_gt(),
                Ordered::GreaterOrEqual => found.is_ge(),
            })))
        }
        Node::Compute(operation, _) => compute::compute(*operation, one, two, work),
        Node::In(_, make) => inside::holds(&two, &one, make.as_deref(), work).map(Operand::Bool),
        Node::TextTest(test, _) => {
            let (one, two) = (convert::text(&one)?, convert::text(&two)?);
            Ok(Operand::Bool(match test {
                TextTest::Contains => one.contains(&*two),
                TextTest::StartsWith => one.starts_with(&*two),
                TextTest::EndsWith => one.ends_with(&*two),
            }))
        }
        _ => Ok(one),
    }
}

fn choose<'a>(parts: &'a [Node; 3], activation: &'a dyn Activation, work: &mut Work<'a>) -> Evaluated<'a> {
    let [when, then, otherwise] = parts;
    let chosen = if truth(when, activation, work)? { then } else { otherwise };
    evaluate(chosen, activation, work)
}

fn indexed<'a>(
    of: &'a Node,
    index: &'a Node,
    make: Option<&KeyShape>,
    activation: &'a dyn Activation,
    work: &mut Work<'a>,
) -> Evaluated<'a> {
    let of = evaluate(of, activation, work)?;
    let index = evaluate(index, activation, work)?;
    inside::index(&of, &index, make)
}

fn is_there<'a>(of: &'a Node, activation: &'a dyn Activation, work: &mut Work<'a>) -> Evaluated<'a> {
    let found = match of {
        // An entry that is not there is no error here.
        Node::Entry(of, key) => match evaluate(of, activation, work)? {
            Operand::Null => None,
            of => inside::entry(&of, key)?,
        },
        of => Some(evaluate(of, activation, work)?),
    };
    Ok(Operand::Bool(found.is_some_and(|found| !matches!(found, Operand::Null))))
}

fn list<'a>(elements: &'a [Node], activation: &'a dyn Activation, work: &mut Work<'a>) -> Evaluated<'a> {
    let mut made = Vec::with_capacity(elements.len());
    for element in elements {
        made.push(evaluate(element, activation, work)?);
    }
    Ok(Operand::List(made))
}

fn object<'a>(entries: &'a [(Box<str>, Node)], activation: &'a dyn Activation, work: &mut Work<'a>) -> Evaluated<'a> {
    let mut made = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        made.push((&**name, evaluate(value, activation, work)?));
    }
    Ok(Operand::Object(made))
}

pub(super) fn truth<'a>(node: &'a Node, activation: &'a dyn Activation, work: &mut Work<'a>) -> Result<bool, Problem> {
    if let Some(holds) = quick::comparison(node, work) {
        return Ok(holds);
    }
    match evaluate(node, activation, work)? {
        Operand::Bool(holds) => Ok(holds),
        other => Err(format!("{} is neither true nor false", other.kind()).into()),
    }
}

/// `||` (`decisive` is true) or `&&` (false) of several: as CEL has it, a part that decides makes up for one that failed.
fn decide<'a>(parts: &'a [Node], decisive: bool, activation: &'a dyn Activation, work: &mut Work<'a>) -> Evaluated<'a> {
    let mut failed = None;
    for part in parts {
        match truth(part, activation, work) {
            Ok(holds) if holds == decisive => return Ok(Operand::Bool(decisive)),
            Ok(_) => {}
            // Nothing makes up for having done too much.
            Err(problem) if work.is_spent() => return Err(problem),
            Err(problem) => failed = failed.or(Some(problem)),
        }
    }
    failed.map_or(Ok(Operand::Bool(!decisive)), Err)
}

/// Whether it is a list of any kind, and its elements one by one until `see` says that it is enough.
fn walk<'a>(list: &Operand<'a>, see: &mut dyn FnMut(Operand<'a>) -> bool) -> Result<(), Problem> {
    use std::ops::ControlFlow::{Break, Continue};

    match list {
        Operand::List(elements) => {
            elements.iter().all(|element| see(element.clone()));
        }
        Operand::Json(Json::Array(elements)) => {
            elements.iter().all(|element| see(Operand::of_json(element)));
        }
        Operand::Json(Json::Object(entries)) => {
            entries.keys().all(|name| see(Operand::Text(Cow::Borrowed(name))));
        }
        Operand::Object(entries) => {
            entries.iter().all(|(name, _)| see(Operand::Text(Cow::Borrowed(*name))));
        }
        Operand::Stored(Value::Collection { elements, part }) => {
            elements.each(*part, &mut |value| if see(Operand::of(value)) { Continue(()) } else { Break(()) });
        }
        other => return Err(format!("{} has no elements", other.kind()).into()),
    }
    Ok(())
}
