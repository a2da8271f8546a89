//! The first look at a file: which states there are, and what is within what.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::code;
use super::diagnostics::{Diagnostics, Keys};
use super::length::{LONGEST_NAME, too_long};
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::StateId;

/// What the whole workflow is called where it is a state itself.
pub(super) const ROOT: &str = "ROOT";
/// How deep states may be nested.
const MAX_DEPTH: usize = 16;
/// How many states a workflow may have.
const MAX_STATES: usize = 10_000;

/// The states of a file, in its order, each with what is written of it.
#[derive(Default)]
pub(super) struct Outline<'a> {
    pub(super) states: Vec<Sketch<'a>>,
    /// By what each is called: its name, or that with the names of as many states around it as tell it from others of that name.
    pub(super) names: BTreeMap<Cow<'a, str>, StateId>,
    /// By their own names.
    pub(super) own: BTreeMap<&'a str, Vec<StateId>>,
    /// Whether the first of them is the whole workflow, which has events, chains or regions of its own.
    pub(super) has_root: bool,
    too_many: bool,
}

/// Which state a name stands for.
pub(super) enum Found<'o> {
    One(StateId),
    None,
    /// What those are called that it could stand for.
    Several(Vec<&'o str>),
}

/// A state, before its parts are read.
pub(super) struct Sketch<'a> {
    pub(super) name: &'a str,
    /// What it is called in the whole file.
    pub(super) called: Cow<'a, str>,
    /// Where its name stands.
    pub(super) key: NodePath,
    /// Where its value stands.
    pub(super) at: NodePath,
    pub(super) body: Vec<(&'a str, &'a Value)>,
    pub(super) parent: Option<StateId>,
    pub(super) children: Vec<StateId>,
    /// Whether it stands under `regions`.
    pub(super) is_region: bool,
}

impl<'a> Sketch<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.body.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }
}

impl<'a> Outline<'a> {
    pub(super) fn read(value: &'a Value, at: &NodePath, diagnostics: &mut Diagnostics) -> Self {
        let mut outline = Self::default();
        outline.level(value, at, None, false, 1, diagnostics);
        outline.call(diagnostics);
        outline
    }

    /// The same of a workflow that is a state itself, with what it says of that.
    pub(super) fn read_root(body: Vec<(&'a str, &'a Value)>, at: &NodePath, diagnostics: &mut Diagnostics) -> Self {
        let inside = body.iter().find(|(key, _)| matches!(*key, "states" | "regions")).copied();
        let (key, at) = (at.clone(), at.clone());
        let root = Sketch {
            name: ROOT,
            called: Cow::Borrowed(ROOT),
            key,
            at: at.clone(),
            body,
            parent: None,
            children: Vec::new(),
            is_region: false,
        };
        let mut outline = Self { states: vec![root], has_root: true, ..Self::default() };
        if let Some((key, value)) = inside {
            outline.level(value, &at.key(key), Some(StateId(0)), key == "regions", 1, diagnostics);
        }
        outline.call(diagnostics);
        if let Some(clash) = outline.own.get(ROOT).and_then(|ids| outline.state(*ids.first()?)) {
            let key = clash.key.clone();
            diagnostics.error(code::SAME_NAME, || {
                Problem::new(key, format!("`{ROOT}` is what the whole workflow is called where it has events, chains or regions of its own"))
                    .help("rename this state")
            });
        }
        outline
    }

    /// The state that is the whole workflow.
    pub(super) fn root(&self) -> Option<StateId> {
        self.has_root.then_some(StateId(0))
    }

    pub(super) fn state(&self, id: StateId) -> Option<&Sketch<'a>> {
        self.states.get(id.0 as usize)
    }

    /// The states at the top.
    pub(super) fn top(&self) -> Vec<StateId> {
        let root = self.root();
        let is_top = |(id, it): &(StateId, &Sketch<'_>)| it.parent == root && Some(*id) != root;
        (0..).map(StateId).zip(&self.states).filter(is_top).map(|(id, _)| id).collect()
    }

    /// The innermost state that is one of two, or around it, and the same of the other.
    pub(super) fn common(&self, one: StateId, other: StateId) -> Option<StateId> {
        let up = |id: &StateId| self.state(*id).and_then(|state| state.parent);
        std::iter::successors(Some(one), up).find(|id| *id == other || self.is_within(other, *id))
    }

    /// Whether `inner` is somewhere inside `outer`.
    pub(super) fn is_within(&self, inner: StateId, outer: StateId) -> bool {
        let mut up = self.state(inner).and_then(|state| state.parent);
        while let Some(id) = up {
            if id == outer {
                return true;
            }
            up = self.state(id).and_then(|state| state.parent);
        }
        false
    }

    fn level(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        parent: Option<StateId>,
        is_region: bool,
        depth: usize,
        diagnostics: &mut Diagnostics,
    ) {
        let key = if is_region { "`regions`" } else { "`states`" };
        let Some(entries) = diagnostics.entries(value, at, key, (Keys::Names, "a map from names to states")) else {
            diagnostics.lost_ways = true;
            return;
        };
        if depth > MAX_DEPTH && !entries.is_empty() {
            diagnostics.lost_ways = true;
            diagnostics.error(code::TOO_MUCH, || {
                Problem::new(at.clone(), format!("states are nested deeper than {MAX_DEPTH}"))
                    .help("make a workflow of its own of the inner states, or flatten them")
            });
            return;
        }
        for (name, value) in entries {
            let Some(id) = u32::try_from(self.states.len()).ok().filter(|_| self.states.len() < MAX_STATES) else {
                if !std::mem::replace(&mut self.too_many, true) {
                    diagnostics.lost_ways = true;
                    diagnostics.error(code::TOO_MUCH, || {
                        Problem::new(at.at_key(name), format!("a workflow has at most {MAX_STATES} states"))
                    });
                }
                return;
            };
            self.state_of(StateId(id), name, value, at, parent, is_region, depth, diagnostics);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the place of a state in the file and in the tree")]
    fn state_of(
        &mut self,
        id: StateId,
        name: &'a str,
        value: &'a Value,
        above: &NodePath,
        parent: Option<StateId>,
        is_region: bool,
        depth: usize,
        diagnostics: &mut Diagnostics,
    ) {
        let (key, at) = (above.at_key(name), above.key(name));
        if name.len() > LONGEST_NAME {
            diagnostics.lost_ways = true;
            diagnostics.error(code::TOO_MUCH, || too_long(name, &key));
            return;
        }
        if name.trim().is_empty() {
            diagnostics.error(code::NOT_A_NAME, || Problem::new(key.clone(), "a state without a name").help("name it"));
        }
        let what = format!("state `{name}`");
        let body = diagnostics.entries(value, &at, &what, (Keys::State, "a map with `entry` and `events`"));
        diagnostics.lost_ways |= body.is_none();
        let body = body.unwrap_or_default();
        self.own.entry(name).or_default().push(id);
        if let Some(above) = parent.and_then(|parent| self.states.get_mut(parent.0 as usize)) {
            above.children.push(id);
        }
        let inside: Vec<_> = body.iter().filter(|(key, _)| matches!(*key, "states" | "regions")).copied().collect();
        self.states.push(Sketch {
            name,
            called: Cow::Borrowed(name),
            key,
            at: at.clone(),
            body,
            parent,
            children: Vec::new(),
            is_region,
        });
        if let [_, (second, _), ..] = inside[..] {
            diagnostics.lost_ways = true;
            diagnostics.error(code::EXCLUSIVE, || {
                Problem::new(at.at_key(second), format!("{what} has both `states` and `regions`"))
                    .help("`states`: one of them is active at a time; `regions`: all are. Put the states into a region")
            });
        }
        for (key, value) in inside.into_iter().take(1) {
            self.level(value, &at.key(key), Some(id), key == "regions", depth + 1, diagnostics);
        }
    }
}
