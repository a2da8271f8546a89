//! One rule to be, and all of a process.

use std::collections::BTreeMap;

use super::super::condition::Operator;
use super::super::rule::Scope;
use super::catalog::ProcessEntry;
use super::model::{Bound, Declared, Entry};
use theus_model::audit::Gate;

/// One rule to be: a condition of an entry.
#[derive(Clone, Copy)]
pub(super) struct Item<'d, 'a> {
    pub(super) entry: &'d Entry<'a>,
    pub(super) bound: &'d Bound<'a>,
    pub(super) scope: Scope,
}

impl<'a> Item<'_, 'a> {
    fn key(&self) -> (Gate, &'a str, Operator) {
        (self.entry.gate, self.entry.field, self.bound.test)
    }
}

/// The rules of one process, in order.
pub(super) struct List<'d, 'a> {
    pub(super) process: &'d ProcessEntry,
    pub(super) items: Vec<Item<'d, 'a>>,
    pub(super) effects: Option<&'d Declared<'a>>,
    pub(super) errors: Option<&'d Declared<'a>>,
}

/// Of the layers' rules with the same gate, field and condition, those of the last layer that has any.
pub(super) fn latest<'d, 'a>(layers: impl IntoIterator<Item = Vec<Item<'d, 'a>>>) -> Vec<Item<'d, 'a>> {
    let mut layers: Vec<_> = layers.into_iter().filter(|items| !items.is_empty()).collect();
    if layers.len() < 2 {
        return layers.pop().unwrap_or_default();
    }
    let mut all = Vec::new();
    for (layer, items) in layers.into_iter().enumerate() {
        all.extend(items.into_iter().map(|item| (layer, item)));
    }
    let last: BTreeMap<_, _> = all.iter().map(|(layer, item)| (item.key(), *layer)).collect();
    all.retain(|(layer, item)| last.get(&item.key()) == Some(layer));
    all.into_iter().map(|(_, item)| item).collect()
}
