//! The lists of `in` and `not_in`.

use std::borrow::Cow;

use super::super::condition::{Condition, Operator, Same};
use super::super::integer::Integer;
use super::super::set::Set;
use super::atom::{atom, expected};
use super::code;
use super::list_files::{self, Listed};
use super::refused::Refused;
use crate::context::Shape;
use crate::source::Value;

/// The bound of an equality of the kind that is expected.
macro_rules! pick {
    ($condition:expr, $kind:ident) => {
        match $condition {
            Condition::$kind(_, bound) => Some(bound),
            _ => None,
        }
    };
}
/// The condition that a list makes: each of its values is read as that of an `eq` would be.
pub(super) fn one_of(test: Operator, value: &Value, shape: &Shape, field: &str) -> Result<Condition, Refused> {
    let listed = list_files::listed(value);
    let read = listed.as_ref().map(|listed| typed(listed.values, shape));
    let Some(list) = read.as_deref().or_else(|| value.as_sequence()) else {
        let help = match value.as_str() {
            Some(text) if text.contains(['.', '/']) => format!(
                "write `{test}: {{ file: {text} }}` for the lines of a file beside the recipe; what changes while the program runs is \
                 kept in the context, and asked by a method of its own"
            ),
            _ => format!("write it as `{test}: [one, another]`"),
        };
        return Err(expected(test, field, "a list", value).help(help));
    };
    if list.is_empty() {
        let outcome = if test == Operator::In { "no value passes" } else { "every value passes" };
        return Err(Refused::value(format!("the list of `{test}` is empty: {outcome}")).code(code::LIST));
    }
    let mut conditions = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let condition = atom(Operator::Eq, test, value, shape, field);
        conditions.push((index, condition.map_err(|refused| at_item(refused, index, listed.as_ref()))?));
    }
    let same = if test == Operator::In { Same::Eq } else { Same::Neq };
    let set = set(conditions, shape).map_err(|(refused, index)| at_item(refused, index, listed.as_ref()))?;
    Ok(Condition::OneOf(same, Box::new(set)))
}

/// The lines of a file as what stands in a list: of numbers, what YAML takes them for.
fn typed<'v>(lines: &'v [Value], shape: &Shape) -> Cow<'v, [Value]> {
    match shape {
        Shape::Int { .. } | Shape::Float32 | Shape::Float64 => {
            Cow::Owned(lines.iter().map(|line| line.as_str().map_or(Value::Null, Value::plain)).collect())
        }
        _ => Cow::Borrowed(lines),
    }
}

/// A refused value of a list; where that stands in a file, its line is said.
fn at_item(refused: Refused, index: usize, listed: Option<&Listed<'_>>) -> Refused {
    match listed {
        Some(listed) => Refused { message: format!("{}: {}", listed.place(index), refused.message), ..refused },
        None => refused.item(index),
    }
}

/// The set that they are, each once; of those that are there twice, the later.
fn set(conditions: Vec<(usize, Condition)>, shape: &Shape) -> Result<Set, (Refused, usize)> {
    Ok(match shape {
        Shape::Int { .. } => Set::Ints(sorted(conditions, integer, Integer::cmp)?),
        Shape::Float32 | Shape::Float64 => Set::Floats(sorted(conditions, float, f64::total_cmp)?),
        Shape::Decimal => Set::Decimals(sorted(conditions, |it| pick!(it, Decimal), Ord::cmp)?),
        Shape::Time(kind) => {
            Set::Times(*kind, sorted(conditions, |it| pick!(it, Time).map(|time| time.nanos), Ord::cmp)?)
        }
        Shape::Char => Set::Chars(sorted(conditions, |it| pick!(it, Char), Ord::cmp)?),
        Shape::Uuid => Set::Uuids(sorted(conditions, |it| pick!(it, Uuid), Ord::cmp)?),
        Shape::Enum(_) => Set::Variants(sorted(conditions, variant, Ord::cmp)?),
        _ => Set::Texts(sorted(conditions, |it| pick!(it, Text), Ord::cmp)?),
    })
}

fn integer(condition: Condition) -> Option<Integer> {
    match condition {
        Condition::Int(_, bound) => Some(Integer::Small(bound)),
        Condition::Huge(_, bound) => Some(Integer::Huge(bound)),
        _ => None,
    }
}

fn float(condition: Condition) -> Option<f64> {
    // Adding zero makes the negative zero the positive one: they are equal, and looked up as one.
    pick!(condition, Float).map(|bound| bound + 0.0)
}

fn variant(condition: Condition) -> Option<(usize, &'static str)> {
    match condition {
        Condition::Variant(_, index, name) => Some((index, name)),
        _ => None,
    }
}

/// In order, each once.
fn sorted<T: Clone>(
    conditions: Vec<(usize, Condition)>,
    bound: impl Fn(Condition) -> Option<T>,
    comparison: impl Fn(&T, &T) -> std::cmp::Ordering,
) -> Result<Box<[T]>, (Refused, usize)> {
    let shown: Vec<String> = conditions.iter().map(|(_, condition)| condition.to_string()).collect();
    let mut all: Vec<(usize, T)> =
        conditions.into_iter().filter_map(|(index, condition)| Some((index, bound(condition)?))).collect();
    all.sort_by(|one, two| comparison(&one.1, &two.1));
    let twice = all.windows(2).find(|pair| comparison(&pair[0].1, &pair[1].1).is_eq());
    if let Some(later) = twice.map(|pair| pair[1].0.max(pair[0].0)) {
        let refused = Refused::value(format!("{} is in the list twice", shown[later])).code(code::LIST);
        return Err((refused.help("keep one"), later));
    }
    Ok(all.into_iter().map(|(_, bound)| bound).collect())
}
