//! Bounds as they were written: of a number, YAML keeps the value and not its zeros.

use std::collections::HashMap;

use serde_yaml::Value;

use super::super::condition::{Condition, Test};
use super::super::delta::Change;
use super::super::set::MOST_SHOWN;
use super::item::{Item, List};
use crate::source::{Locator, NodePath};

/// Longer numbers are shown as they are understood.
const LONGEST: usize = 40;

/// What stands where a bound stands, of each that could be shown otherwise.
pub(super) struct AsWritten(HashMap<Key, Vec<Option<String>>>);

/// A condition of an entry, however many processes inherit it.
type Key = (*const (), Test);

fn key(item: &Item<'_, '_>) -> Key {
    (std::ptr::from_ref(item.entry).cast(), item.bound.test)
}

impl AsWritten {
    /// Looks at the texts only where a number may have lost something.
    pub(super) fn of(lists: &[List<'_, '_>], locator: &Locator<'_>) -> Self {
        let mut written: HashMap<Key, Vec<Option<String>>> = HashMap::new();
        let (mut asked, mut paths) = (Vec::new(), Vec::new());
        for item in lists.iter().flat_map(|list| &list.items) {
            if written.contains_key(&key(item)) {
                continue;
            }
            let parts = parts(item);
            for (index, (value, at)) in parts.iter().enumerate() {
                if let Some(float) = value.as_f64().filter(|_| value.is_f64()) {
                    asked.push((key(item), index, float));
                    paths.push(at.clone());
                }
            }
            let known = |(value, _): &(&Value, NodePath)| match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            };
            written.insert(key(item), parts.iter().map(known).collect());
        }
        for ((key, index, float), text) in asked.into_iter().zip(locator.texts(&paths)) {
            if let Some(part) = written.get_mut(&key).and_then(|parts| parts.get_mut(index)) {
                // Behind an anchor or a tag. Where an alias stands instead, what is understood is shown.
                let text = text.rsplit(' ').next().unwrap_or_default();
                *part = (text.parse() == Ok(float)).then(|| text.to_owned());
            }
        }
        Self(written)
    }

    /// The bound of a condition as it was written; `None` where it is shown as it is understood.
    pub(super) fn limit(&self, item: &Item<'_, '_>, condition: &Condition) -> Option<Box<str>> {
        let parts = self.0.get(&key(item))?;
        let part = |index: usize| parts.get(index)?.as_deref().filter(|text| text.len() <= LONGEST);
        Some(match condition {
            Condition::Between(bounds) if bounds.iter().all(has_fractions) => {
                format!("[{}, {}]", part(0)?, part(1)?).into()
            }
            // In the order of the file, with the zeros of its numbers.
            Condition::OneOf(_, set) => {
                let quotes = set.is_quoted();
                let most = parts.len().min(MOST_SHOWN);
                let shown = (0..most)
                    .map(|index| Some(if quotes { format!("{:?}", part(index)?) } else { part(index)?.to_owned() }));
                let more = match parts.len() - most {
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

/// The numbers that bound, and where they stand.
fn parts<'a>(item: &Item<'_, 'a>) -> Vec<(&'a Value, NodePath)> {
    let at = item.entry.at.key(item.bound.test.as_str());
    match (item.bound.test, item.bound.value) {
        (Test::Between | Test::In | Test::NotIn, Value::Sequence(list)) => {
            list.iter().enumerate().map(|(index, value)| (value, at.index(index))).collect()
        }
        (_, value) => vec![(value, at)],
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
