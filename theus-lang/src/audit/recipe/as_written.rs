//! Bounds as they were written: of a number, YAML keeps the value and not its zeros.

use std::borrow::Cow;
use std::collections::HashMap;

use super::super::condition::{Condition, Operator};
use super::super::delta::Change;
use super::super::set::MOST_SHOWN;
use super::item::{Item, List};
use crate::source::{Locator, NodePath, Value};

/// Longer numbers are shown as they are understood.
const LONGEST: usize = 40;

/// What stands where a float that bounds stands: of it, what is understood may be less than what was written.
pub(super) struct AsWritten(HashMap<Key, String>);

/// A part of a condition of an entry, however many processes inherit it.
type Key = (u32, usize);

const fn key(item: &Item<'_, '_>, part: usize) -> Key {
    (item.bound.number, part)
}

impl AsWritten {
    /// Looks at the texts only where a number may have lost something.
    pub(super) fn of(lists: &[List<'_, '_>], locator: &Locator<'_>) -> Self {
        let mut asked = HashMap::new();
        for item in lists.iter().flat_map(|list| &list.items) {
            for (index, value) in parts(item).iter().enumerate() {
                if let Some(float) = value.as_f64().filter(|_| value.is_f64()) {
                    asked.entry(key(item, index)).or_insert_with(|| (place(item, index), float));
                }
            }
        }
        let texts = locator.texts(asked.values().map(|(at, _)| at));
        let written = asked.iter().zip(texts).filter_map(|((key, (_, float)), text)| {
            // Behind an anchor or a tag. Where an alias stands instead, what is understood is shown.
            let text = text.rsplit(' ').next().unwrap_or_default();
            (text.parse() == Ok(*float)).then(|| (*key, text.to_owned()))
        });
        Self(written.collect())
    }

    /// One of the numbers or texts that bound.
    fn part<'a>(&'a self, item: &Item<'_, 'a>, index: usize) -> Option<Cow<'a, str>> {
        let text = match parts(item).get(index)? {
            Value::Text(text) => Cow::Borrowed(text.as_str()),
            Value::Number(number) if number.is_f64() => Cow::Borrowed(self.0.get(&key(item, index))?.as_str()),
            Value::Number(number) => {
                Cow::Owned(number.as_i64().map_or_else(|| number.to_string(), |number| number.to_string()))
            }
            _ => return None,
        };
        (text.len() <= LONGEST).then_some(text)
    }

    /// The bound of a condition as it was written; `None` where it is shown as it is understood.
    pub(super) fn limit<'a>(&'a self, item: &Item<'_, 'a>, condition: &Condition) -> Option<Box<str>> {
        let part = |index: usize| self.part(item, index);
        Some(match condition {
            Condition::Between(bounds) if bounds.iter().all(has_fractions) => {
                format!("[{}, {}]", part(0)?, part(1)?).into()
            }
            // In the order of the file, with the zeros of its numbers.
            Condition::OneOf(_, set) => {
                let quotes = set.is_quoted();
                let count = parts(item).len();
                let most = count.min(MOST_SHOWN);
                let shown = (0..most)
                    .map(|index| Some(if quotes { format!("{:?}", part(index)?) } else { part(index)?.into_owned() }));
                let more = match count - most {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("[{}{more}]", shown.collect::<Option<Vec<_>>>()?.join(", ")).into()
            }
            condition if has_fractions(condition) => part(0)?.into(),
            _ => return None,
        })
    }
}

/// The numbers or texts that bound.
fn parts<'a>(item: &Item<'_, 'a>) -> &'a [Value] {
    match (item.bound.test, item.bound.value) {
        (Operator::Between | Operator::In | Operator::NotIn, Value::Sequence(list)) => list,
        (_, value) => std::slice::from_ref(value),
    }
}

/// Where one of them stands.
fn place(item: &Item<'_, '_>, index: usize) -> NodePath {
    let at = item.entry.at.key(item.bound.test.as_str());
    match (item.bound.test, item.bound.value) {
        (Operator::Between | Operator::In | Operator::NotIn, Value::Sequence(_)) => at.index(index),
        _ => at,
    }
}

/// Whether the bound is one that may have zeros behind its point.
const fn has_fractions(condition: &Condition) -> bool {
    matches!(
        condition,
        Condition::Float(..)
            | Condition::Decimal(..)
            | Condition::DecimalMultipleOf(_)
            | Condition::Change(Change::FloatDelta(_) | Change::DecimalDelta(_))
    )
}
