//! One rule to be, and all of a process.

use std::collections::{BTreeMap, BTreeSet};

use super::super::condition::Operator;
use super::super::rule::Scope;
use super::catalog::{Problems, ProcessEntry};
use super::code;
use super::model::{Bound, Declared, Entry};
use crate::source::{NodePath, Problem};
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

/// Rules of several files that have one id, and of which none takes the place of the other.
pub(super) fn told_apart(lists: &[List<'_, '_>], problems: &mut Problems) {
    let mut entries: BTreeMap<&str, &NodePath> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for entry in lists.iter().flat_map(|list| &list.items).map(|item| item.entry) {
        let Some(id) = entry.id() else { continue };
        let first = *entries.entry(id).or_insert(&entry.at);
        if *first != entry.at && told.insert(id) {
            let message = format!("`id: {id}` is of two rules, of which none takes the place of the other");
            let problem = Problem::new(entry.at.key("id"), message).code(code::ID);
            let problem = problem.help("a rule is known by it: give each its own");
            problems.push(problem.other("the other one", first.key("id")));
        }
    }
}

/// The rules of one process, in order.
pub(super) struct List<'d, 'a> {
    pub(super) process: &'d ProcessEntry,
    pub(super) items: Vec<Item<'d, 'a>>,
    pub(super) effects: Option<&'d Declared<'a>>,
    pub(super) errors: Option<&'d Declared<'a>>,
}

/// Of the layers' rules with the same id, or with the same gate, field and condition, those of the last layer that has any.
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
    let ids = all.iter().filter_map(|(layer, item)| Some((item.entry.id()?, *layer)));
    let last_of_id: BTreeMap<_, _> = ids.collect();
    all.retain(|(layer, item)| {
        let is_last_of_id = || item.entry.id().is_none_or(|id| last_of_id.get(id) == Some(layer));
        last.get(&item.key()) == Some(layer) && is_last_of_id()
    });
    all.into_iter().map(|(_, item)| item).collect()
}
