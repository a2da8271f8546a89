//! The maps of a document.

use std::cmp::Ordering;
use std::sync::Arc;

use super::scalar;
use super::value::Value;

/// Larger maps are searched by an index: a file may be asked for each of its keys.
const LARGE: usize = 16;

/// A map in the order of the file. Its keys are scalars, each there once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mapping(Arc<Pairs>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Pairs {
    entries: Vec<(Value, Value)>,
    /// The numbers of the entries in the order of their keys, where they are many.
    by_key: Vec<u32>,
}

impl Mapping {
    /// A map of these entries, and the numbers of those whose key an earlier one has.
    pub(super) fn new(entries: Vec<(Value, Value)>) -> (Self, Vec<usize>) {
        let mut by_key = Vec::new();
        let mut repeated = Vec::new();
        if entries.len() < LARGE {
            for (index, (key, _)) in entries.iter().enumerate() {
                if entries[..index].iter().any(|(earlier, _)| compare(earlier, key).is_eq()) {
                    repeated.push(index);
                }
            }
        } else {
            // A file is limited to what 32 bits count.
            by_key = (0..entries.len()).map(|index| index as u32).collect();
            by_key.sort_by(|one, two| compare(&entries[*one as usize].0, &entries[*two as usize].0));
            let of = |index: u32| &entries[index as usize].0;
            repeated.extend(
                by_key.windows(2).filter(|pair| compare(of(pair[0]), of(pair[1])).is_eq()).map(|pair| pair[1] as usize),
            );
            repeated.sort_unstable();
        }
        (Self(Arc::new(Pairs { entries, by_key })), repeated)
    }

    /// A map of a few entries, whose keys differ.
    pub(crate) fn of<const N: usize>(entries: [(&str, Value); N]) -> Self {
        Self::new(entries.into_iter().map(|(key, value)| (Value::Text(key.to_owned()), value)).collect()).0
    }

    /// The same with other keys, those of texts as `name` says; they differ as the keys do.
    pub(crate) fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let renamed = |key: &Value| key.as_str().map_or_else(|| key.clone(), |key| Value::Text(name(key)));
        Self::new(self.iter().map(|(key, value)| (renamed(key), value.clone())).collect()).0
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// The value under a key that is a text.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.find(key).map(|index| &self.0.entries[index].1)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let index = self.find(key)?;
        Some(&mut Arc::make_mut(&mut self.0).entries[index].1)
    }

    /// Whether there is a key that is this text.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The keys and their values, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Value, &Value)> + DoubleEndedIterator {
        self.0.entries.iter().map(|(key, value)| (key, value))
    }

    /// The keys, in the order of the file.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.0.entries.iter().map(|(key, _)| key)
    }

    /// The values, in the order of the file.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.0.entries.iter().map(|(_, value)| value)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        Arc::make_mut(&mut self.0).entries.iter_mut().map(|(_, value)| value)
    }

    /// Which entry has the key that is this text.
    fn find(&self, key: &str) -> Option<usize> {
        let order = |other: &Value| match other {
            Value::Text(other) => other.as_str().cmp(key),
            _ => Ordering::Less,
        };
        // Equal texts are as long as each other: most that differ are not looked into.
        self.position(|other| other.as_str() == Some(key), order)
    }

    /// Which entry has the key of this name: a text, or what is shown so.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.find(name).or_else(|| match scalar::plain(name) {
            Value::Text(_) => None,
            key => self.position(|other| compare(other, &key).is_eq(), |other| compare(other, &key)),
        })
    }

    fn position(&self, is_it: impl Fn(&Value) -> bool, order: impl Fn(&Value) -> Ordering) -> Option<usize> {
        let Pairs { entries, by_key } = &*self.0;
        if by_key.is_empty() {
            return entries.iter().position(|(key, _)| is_it(key));
        }
        let found = by_key.binary_search_by(|index| order(&entries[*index as usize].0)).ok()?;
        Some(by_key[found] as usize)
    }
}

impl<'m> IntoIterator for &'m Mapping {
    type Item = (&'m Value, &'m Value);
    type IntoIter = std::iter::Map<std::slice::Iter<'m, (Value, Value)>, fn(&'m (Value, Value)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.entries.iter().map(|(key, value)| (key, value))
    }
}

/// An order of keys, in which texts come last; lists and maps are none.
fn compare(one: &Value, two: &Value) -> Ordering {
    const fn rank(key: &Value) -> u8 {
        match key {
            Value::Null => 0,
            Value::Bool(_) => 1,
            Value::Number(_) => 2,
            Value::Text(_) => 3,
            Value::Sequence(_) | Value::Mapping(_) => 4,
        }
    }
    match (one, two) {
        (Value::Text(one), Value::Text(two)) => one.cmp(two),
        (Value::Number(one), Value::Number(two)) => one.order(two),
        (Value::Bool(one), Value::Bool(two)) => one.cmp(two),
        _ => rank(one).cmp(&rank(two)),
    }
}
