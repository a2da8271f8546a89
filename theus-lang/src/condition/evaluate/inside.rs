//! Fields, entries, elements, sizes.

use std::any::Any;
use std::sync::Arc;

use serde_json::Value as Json;

use super::{Operand, Problem, Work, compare, walk};
use crate::condition::node::Key;
use crate::context::{KeyShape, Value};

/// A field of a struct, of a tuple or of what a variant holds.
pub(super) fn field<'a>(of: Operand<'a>, position: usize, name: &str) -> Result<Operand<'a>, Problem> {
    match of {
        Operand::Stored(Value::Record(record)) => Ok(Operand::of(record.field(position))),
        Operand::Json(Json::Object(entries)) => match entries.get(name) {
            Some(entry) => Ok(Operand::of_json(entry)),
            None => Err(format!("there is no field `{name}`").into()),
        },
        Operand::Json(Json::Array(elements)) => match elements.get(position) {
            Some(element) => Ok(Operand::of_json(element)),
            None => Err(format!("there is no position {position}").into()),
        },
        // JSON of a newtype variant: what it holds stands for its only field.
        other => Ok(other),
    }
}

/// What a variant holds; null of any other variant.
pub(super) fn variant<'a>(of: Operand<'a>, name: &str) -> Operand<'a> {
    match of {
        Operand::Stored(Value::Record(record)) if record.variant().is_some() && record.name() == name => of,
        Operand::Json(Json::Object(entries)) => entries.get(name).map_or(Operand::Null, Operand::of_json),
        _ => Operand::Null,
    }
}

/// The entry of a map under a name that is written out.
pub(super) fn entry<'a>(of: &Operand<'a>, key: &Key) -> Result<Option<Operand<'a>>, Problem> {
    match (of, &key.made) {
        (Operand::Stored(Value::Collection { elements, .. }), Some(made)) => Ok(find(*elements, made)),
        (Operand::Json(Json::Object(entries)), _) => Ok(entries.get(&*key.name).map(Operand::of_json)),
        (Operand::Object(entries), _) => {
            Ok(entries.iter().find(|(name, _)| **name == *key.name).map(|(_, value)| value.clone()))
        }
        (other, _) => Err(format!("{} has no entry {:?}", other.kind(), key.name).into()),
    }
}

fn find<'a>(elements: &'a dyn crate::context::Elements, key: &Arc<dyn Any + Send + Sync>) -> Option<Operand<'a>> {
    elements.find(&**key).map(Operand::of)
}

/// `of[index]`.
pub(super) fn index<'a>(
    of: &Operand<'a>,
    index: &Operand<'a>,
    make: Option<&KeyShape>,
) -> Result<Operand<'a>, Problem> {
    if let (Operand::Stored(Value::Collection { elements, .. }), Some(make)) = (of, make) {
        let found = index.as_look().and_then(|it| make.make(it)).and_then(|key| find(*elements, &key));
        return found.ok_or_else(|| format!("there is no key {}", shown(index)).into());
    }
    match (of, index) {
        (Operand::Json(Json::Object(entries)), Operand::Text(name)) => {
            let found = entries.get(&**name).map(Operand::of_json);
            found.ok_or_else(|| format!("there is no key {name:?}").into())
        }
        (list, Operand::Int(position)) => {
            let at = usize::try_from(*position).ok();
            let found = match list {
                Operand::List(elements) => at.and_then(|at| elements.get(at)).cloned(),
                Operand::Json(Json::Array(elements)) => at.and_then(|at| elements.get(at)).map(Operand::of_json),
                Operand::Stored(Value::Collection { elements, .. }) => {
                    at.and_then(|at| elements.at(at)).map(Operand::of)
                }
                other => return Err(format!("{} has no positions", other.kind()).into()),
            };
            match found {
                Some(found) => Ok(found),
                None => Err(format!("there is no position {position}: the size is {}", size(list)?).into()),
            }
        }
        (of, index) => Err(format!("{} cannot be asked for {}", of.kind(), shown(index)).into()),
    }
}

fn shown(key: &Operand<'_>) -> String {
    key.as_look().map_or_else(|| key.kind().to_owned(), |look| look.to_string())
}

/// Whether a list, a set or a map holds `element`.
pub(super) fn holds<'a>(
    list: &Operand<'a>,
    element: &Operand<'a>,
    make: Option<&KeyShape>,
    work: &mut Work<'_>,
) -> Result<bool, Problem> {
    match (list, make) {
        (Operand::Stored(Value::Collection { elements, .. }), Some(make)) => {
            Ok(element.as_look().and_then(|it| make.make(it)).is_some_and(|key| find(*elements, &key).is_some()))
        }
        (Operand::Json(Json::Object(entries)), _) => match element {
            Operand::Text(name) => Ok(entries.contains_key(&**name)),
            _ => Ok(false),
        },
        _ => {
            let mut outcome = Ok(false);
            walk(list, &mut |one| {
                outcome = work.spend(1).and_then(|()| compare::equal(&one, element, work));
                matches!(outcome, Ok(false))
            })?;
            outcome
        }
    }
}

/// How many elements, entries or characters there are.
pub(super) fn size(of: &Operand<'_>) -> Result<i128, Problem> {
    let size = match of {
        Operand::Stored(Value::Collection { elements, .. }) => elements.len(),
        Operand::Stored(Value::Count(count)) => *count,
        Operand::Text(text) => text.chars().count(),
        Operand::List(elements) => elements.len(),
        Operand::Object(entries) => entries.len(),
        Operand::Json(Json::Array(elements)) => elements.len(),
        Operand::Json(Json::Object(entries)) => entries.len(),
        other => return Err(format!("{} has no size", other.kind()).into()),
    };
    i128::try_from(size).map_err(|_| "the size is too great".into())
}
