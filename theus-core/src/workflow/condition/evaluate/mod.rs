//! Evaluation: only what the expression reads is fetched, and nothing is copied that is only asked for its size.

mod compare;
mod compute;
mod convert;
mod each;
mod inside;
mod json;

use std::borrow::Cow;

use serde_json::Value as Json;

use super::facts::Facts;
use super::node::{Node, Ordered, TextTest};
use super::operand::Operand;
use crate::context::{Part, Value};

pub(super) use json::to_json;

/// Why there is no value.
pub(super) type Problem = Cow<'static, str>;

/// What macros' variables stand for, outermost first.
pub(super) type Variables<'a> = Vec<Operand<'a>>;

pub(super) fn evaluate<'a>(
    node: &'a Node,
    facts: &'a dyn Facts,
    variables: &mut Variables<'a>,
) -> Result<Operand<'a>, Problem> {
    Ok(match node {
        Node::Constant(constant) => constant.lend(),
        Node::Domain(path) => Operand::of(facts.domain(path)),
        Node::Global(path) => Operand::of(facts.global(path)),
        Node::Payload => facts.payload().map_or(Operand::Null, Operand::of_json),
        Node::Item(name) => match facts.item(name) {
            Some(item) => Operand::of_json(item),
            None => return Err(format!("there is no `{name}` here").into()),
        },
        Node::Variable(slot) => variables.get(*slot).cloned().unwrap_or(Operand::Null),
        Node::Field(of, position, name) => inside::field(evaluate(of, facts, variables)?, *position, name)?,
        Node::Variant(of, name) => inside::variant(evaluate(of, facts, variables)?, name),
        Node::Entry(of, key) => match inside::entry(&evaluate(of, facts, variables)?, key)? {
            Some(entry) => entry,
            None => return Err(format!("there is no key {:?}", key.name).into()),
        },
        Node::Index(of, index, make) => {
            let of = evaluate(of, facts, variables)?;
            let index = evaluate(index, facts, variables)?;
            inside::index(&of, &index, *make)?
        }
        Node::HasEntry(of, key) => Operand::Bool(inside::entry(&evaluate(of, facts, variables)?, key)?.is_some()),
        Node::IsThere(of) => Operand::Bool(match &**of {
            Node::Entry(of, key) => {
                let entry = inside::entry(&evaluate(of, facts, variables)?, key)?;
                entry.is_some_and(|entry| !matches!(entry, Operand::Null))
            }
            of => !matches!(evaluate(of, facts, variables)?, Operand::Null),
        }),
        Node::Keys(of) => match evaluate(of, facts, variables)? {
            Operand::Look(Value::Collection { elements, .. }) => {
                Operand::Look(Value::Collection { elements, part: Part::Keys })
            }
            other => other,
        },
        Node::Read(of, written) => convert::read(evaluate(of, facts, variables)?, *written)?,
        Node::Not(of) => Operand::Bool(!truth(of, facts, variables)?),
        Node::Negate(of) => compute::negate(&evaluate(of, facts, variables)?)?,
        Node::All(parts) => Operand::Bool(decide(parts, false, facts, variables)?),
        Node::Any(parts) => Operand::Bool(decide(parts, true, facts, variables)?),
        Node::Choose(parts) => {
            let [when, then, otherwise] = &**parts;
            let chosen = if truth(when, facts, variables)? { then } else { otherwise };
            evaluate(chosen, facts, variables)?
        }
        Node::Equal(sides, negated) => {
            let (one, two) = both(sides, facts, variables)?;
            Operand::Bool(compare::equal(&one, &two)? != *negated)
        }
        Node::Order(order, sides) => {
            let (one, two) = both(sides, facts, variables)?;
            let found = compare::order(&one, &two)?;
            Operand::Bool(found.is_some_and(|found| match order {
                Ordered::Less => found.is_lt(),
                Ordered::LessOrEqual => found.is_le(),
                Ordered::Greater => found.is_gt(),
                Ordered::GreaterOrEqual => found.is_ge(),
            }))
        }
        Node::Compute(operation, sides) => {
            let (one, two) = both(sides, facts, variables)?;
            compute::compute(*operation, one, two)?
        }
        Node::In(sides, make) => {
            let (one, two) = both(sides, facts, variables)?;
            Operand::Bool(inside::holds(&two, &one, *make)?)
        }
        Node::Size(of) => Operand::Int(inside::size(&evaluate(of, facts, variables)?)?),
        Node::TextTest(test, sides) => {
            let (one, two) = both(sides, facts, variables)?;
            let (one, two) = (convert::text(&one)?, convert::text(&two)?);
            Operand::Bool(match test {
                TextTest::Contains => one.contains(&*two),
                TextTest::StartsWith => one.starts_with(&*two),
                TextTest::EndsWith => one.ends_with(&*two),
            })
        }
        Node::Matches(of, regex) => Operand::Bool(regex.is_match(&convert::text(&evaluate(of, facts, variables)?)?)),
        Node::Convert(to, of) => convert::convert(*to, evaluate(of, facts, variables)?)?,
        Node::Each(what, parts) => Operand::Bool(each::each(*what, parts, facts, variables)?),
        Node::Map(parts) => Operand::List(each::map(parts, facts, variables)?),
        Node::List(elements) => {
            let made: Result<Vec<_>, Problem> =
                elements.iter().map(|element| evaluate(element, facts, variables)).collect();
            Operand::List(made?)
        }
        Node::Object(entries) => {
            let mut made = Vec::with_capacity(entries.len());
            for (name, value) in entries {
                made.push((&**name, evaluate(value, facts, variables)?));
            }
            Operand::Object(made)
        }
    })
}

fn both<'a>(
    sides: &'a [Node; 2],
    facts: &'a dyn Facts,
    variables: &mut Variables<'a>,
) -> Result<(Operand<'a>, Operand<'a>), Problem> {
    Ok((evaluate(&sides[0], facts, variables)?, evaluate(&sides[1], facts, variables)?))
}

pub(super) fn truth<'a>(node: &'a Node, facts: &'a dyn Facts, variables: &mut Variables<'a>) -> Result<bool, Problem> {
    match evaluate(node, facts, variables)? {
        Operand::Bool(holds) => Ok(holds),
        other => Err(format!("{} is neither true nor false", other.kind()).into()),
    }
}

/// `||` (`decisive` is true) or `&&` (false) of several: as CEL has it, a part that decides makes up for one that failed.
fn decide<'a>(
    parts: &'a [Node],
    decisive: bool,
    facts: &'a dyn Facts,
    variables: &mut Variables<'a>,
) -> Result<bool, Problem> {
    let mut failed = None;
    for part in parts {
        match truth(part, facts, variables) {
            Ok(holds) if holds == decisive => return Ok(decisive),
            Ok(_) => {}
            Err(problem) => failed = failed.or(Some(problem)),
        }
    }
    failed.map_or(Ok(!decisive), Err)
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
        Operand::Look(Value::Collection { elements, part }) => {
            elements.each(*part, &mut |value| if see(Operand::of(value)) { Continue(()) } else { Break(()) });
        }
        other => return Err(format!("{} has no elements", other.kind()).into()),
    }
    Ok(())
}
