//! What states are called whose own names are those of others too: `A.B`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::code;
use super::diagnostics::Diagnostics;
use super::outline::{Found, Outline};
use crate::source::{Problem, Value};
use crate::workflow::chart::StateId;

/// How many states a message names.
const MOST_NAMED: usize = 8;

impl<'a> Outline<'a> {
    /// Finds out what each state is called, when all are known.
    pub(super) fn call(&mut self, diagnostics: &mut Diagnostics) {
        let mut names: BTreeMap<Cow<'a, str>, StateId> = BTreeMap::new();
        let mut clashes: Vec<(StateId, StateId, Cow<'a, str>)> = Vec::new();
        let mut call = |name: Cow<'a, str>, id: StateId| {
            if let Some(other) = names.insert(name.clone(), id) {
                clashes.push((other.min(id), other.max(id), name));
            }
        };
        for (own, ids) in &self.own {
            if let [id] = ids[..] {
                call(Cow::Borrowed(*own), id);
                continue;
            }
            // What is at the top has nothing around it to be told apart by.
            let is_at_the_top = |id: &&StateId| self.state(**id).is_some_and(|state| state.parent == self.root());
            if let Some(top) = ids.iter().find(is_at_the_top) {
                // What names it is told no more than that.
                ids.iter().filter(|id| *id != top).take(1).chain([top]).for_each(|id| call(Cow::Borrowed(*own), *id));
                continue;
            }
            self.told_apart(ids).into_iter().for_each(|(name, id)| call(Cow::Owned(name), id));
        }
        for (name, id) in &names {
            if let Some(state) = self.states.get_mut(id.0 as usize) {
                state.called = name.clone();
            }
        }
        self.names = names;
        clashes.sort_unstable();
        for (first, second, name) in clashes {
            let (Some(first), Some(second)) = (self.state(first), self.state(second)) else { continue };
            diagnostics.lost_ways = true;
            diagnostics.error(code::SAME_NAME, || {
                Problem::new(second.key.clone(), format!("two states are called `{name}`"))
                    .label("the second one")
                    .help("a state at the top has a name of its own; those inside different states are told apart as `A.B`: rename one")
                    .other("the first one", first.key.clone())
            });
        }
    }

    /// Each with the names of as many states around it as no other of them has.
    fn told_apart(&self, ids: &[StateId]) -> Vec<(String, StateId)> {
        let mut found = Vec::with_capacity(ids.len());
        let mut open: Vec<(StateId, String, StateId)> =
            ids.iter().filter_map(|id| Some((*id, self.state(*id)?.name.to_owned(), *id))).collect();
        while !open.is_empty() {
            let mut next = Vec::with_capacity(open.len());
            for (id, name, reached) in open {
                let around =
                    self.state(reached).and_then(|state| state.parent).and_then(|id| Some((id, self.state(id)?)));
                match around {
                    Some((around, state)) => next.push((id, format!("{}.{name}", state.name), around)),
                    None => found.push((name, id)),
                }
            }
            let mut count: HashMap<&str, usize> = HashMap::new();
            next.iter().for_each(|(_, name, _)| *count.entry(name).or_default() += 1);
            let is_alone: Vec<bool> = next.iter().map(|(_, name, _)| count.get(name.as_str()) == Some(&1)).collect();
            open = Vec::new();
            for (candidate, is_alone) in next.into_iter().zip(is_alone) {
                match is_alone {
                    true => found.push((candidate.1, candidate.0)),
                    false => open.push(candidate),
                }
            }
        }
        found
    }

    /// The state that a name stands for: its own, or that behind those of states around it.
    pub(super) fn find(&self, name: &str) -> Found<'_> {
        if let Some(id) = self.names.get(name) {
            return Found::One(*id);
        }
        let ends = name.match_indices('.').map(|(dot, _)| dot + 1).chain([0]);
        let meant: Vec<StateId> = ends
            .filter_map(|at| Some((name.get(at..)?, name.get(..at)?)))
            .flat_map(|(own, around)| self.own.get(own).into_iter().flatten().map(move |id| (*id, around)))
            .filter(|(id, around)| self.is_in(*id, around))
            .map(|(id, _)| id)
            .collect();
        match meant[..] {
            [] => Found::None,
            [id] => Found::One(id),
            _ => Found::Several(
                meant.iter().take(MOST_NAMED).filter_map(|id| self.state(*id)).map(|it| &*it.called).collect(),
            ),
        }
    }

    /// The state of that name directly inside another.
    pub(super) fn child(&self, parent: StateId, name: &Value) -> Option<StateId> {
        let name = name.as_str()?;
        let ids = self.own.get(name).into_iter().flatten().copied();
        ids.into_iter().find(|id| self.state(*id).is_some_and(|state| state.parent == Some(parent)))
    }

    /// Whether the states around one are called so: `A.B.`, the innermost last.
    fn is_in(&self, id: StateId, around: &str) -> bool {
        let Some(around) = around.strip_suffix('.') else { return around.is_empty() };
        let Some((parent, state)) = self.state(id).and_then(|it| it.parent).and_then(|id| Some((id, self.state(id)?)))
        else {
            return false;
        };
        around == state.name || around.strip_suffix(state.name).is_some_and(|rest| self.is_in(parent, rest))
    }
}

/// What to write in place of a name that stands for several states.
pub(super) fn ambiguous(name: &str, several: &[&str], at: crate::source::NodePath) -> Problem {
    Problem::new(at, format!("`{name}` is the name of several states")).help(which(several))
}

/// The names that tell states apart.
pub(super) fn which(several: &[&str]) -> String {
    let named: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
    format!("write which one is meant: {}", named.join(", "))
}
