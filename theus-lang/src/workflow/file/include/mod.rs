//! Fragments that states include: `PAYING: { include: payment }`.
//!
//! Before anything else is read, what a fragment says of its whole is put into the state that includes it, each node with the
//! document in which it stands: what reads a workflow sees one file. By its document it knows which names are the fragment's own.

mod merge;
mod part;
mod read;

use std::collections::BTreeSet;

use super::Catalog;
use super::code;
use super::outline::{Found, Outline};
use crate::included::{self, Place, for_place};
use crate::source::{
    Document, Fragment, Graft, Locator, MAX_BYTES, Mapping, NodePath, Problem, Slot, SourceError, SourceFile, Value,
};
use crate::workflow::chart::StateId;
use read::Item;

pub(super) use part::Part;

/// The key of a state under which it stands.
pub(super) const KEY: &str = "include";
/// So many are included: those that include each other several times could be any number.
const MOST: usize = 1_000;
/// So deep they include each other: each is a state within a state.
const DEEPEST: usize = 16;

/// A workflow with all that it includes.
pub(super) struct Whole {
    /// The file, into which the fragments have been put; then each of those, as it is.
    pub(super) documents: Vec<Document>,
    /// What the names of each fragment are in the program.
    parts: Vec<Part>,
}

impl Whole {
    /// A file with the fragments that it includes.
    ///
    /// # Errors
    /// [`SourceError`] with what cannot be included, and where a fragment is no YAML.
    pub(super) fn of(file: &Document, fragments: &[Fragment], catalog: &Catalog) -> Result<Self, SourceError> {
        let root = file.path();
        let mut problems = Vec::new();
        if file.root().get(KEY).is_some() {
            let problem = Problem::new(root.at_key(KEY), "a workflow includes nothing as a whole: a state of it does");
            problems.push(problem.code(code::INCLUDE).help("as in `states: { PAYING: { include: payment } }`"));
        }
        let whole = Self { documents: vec![file.clone()], parts: Vec::new() };
        if problems.is_empty() && !mentions(file.root()) {
            return Ok(whole);
        }
        let (graft, slot) = Graft::of(file);
        let mut walk = Walk { whole, graft, fragments, catalog, open: Vec::new(), bytes: 0, is_full: false, problems };
        let here = Here { slot: Some(slot), at: root, index: 0, above: "" };
        let value = walk.inside(file.root(), &here, &Names::of(file.root(), None))?;
        let Walk { mut whole, graft, problems, .. } = walk;
        if !problems.is_empty() {
            return Err(Locator::new(&whole.documents).error(problems));
        }
        if let Some(first) = whole.documents.first_mut() {
            *first = graft.done(file, value);
        }
        Ok(whole)
    }

    /// The file.
    pub(super) fn file(&self) -> Option<&Document> {
        self.documents.first()
    }

    /// The fragments, each with the path of its root.
    pub(super) fn fragments(&self) -> impl Iterator<Item = (&Value, NodePath)> {
        let each = self.documents.iter().enumerate().skip(1);
        each.map(|(index, document)| (document.root(), document.path().in_document(index)))
    }

    /// The state that a name stands for, where it is written.
    pub(super) fn find<'o>(&self, outline: &'o Outline<'_>, name: &str, at: &NodePath) -> Found<'o> {
        match self.part(at) {
            None => outline.find(name),
            Some(part) => outline.find(&part.state(name, outline)),
        }
    }

    /// The state directly inside another one that a name stands for, where it is written.
    pub(super) fn child(&self, outline: &Outline<'_>, parent: StateId, name: &Value, at: &NodePath) -> Option<StateId> {
        let Some(part) = self.part(at) else { return outline.child(parent, name) };
        let name = name.as_str()?;
        let inside = outline.state(parent)?.children.iter().copied();
        let is_called = |id: StateId, ends: &str| {
            let written = outline.state(id).and_then(|state| part.written(state.name));
            written
                .and_then(|written| written.strip_suffix(name))
                .is_some_and(|before| before.ends_with(ends) && before.is_empty() == ends.is_empty())
        };
        // Where others are called so too, the names around it stand before it.
        inside.clone().find(|id| is_called(*id, "")).or_else(|| inside.clone().find(|id| is_called(*id, ".")))
    }

    /// Those among the names of states by which they are called where something is written: in a fragment, those of its own.
    pub(super) fn called<'n>(&self, names: impl Iterator<Item = &'n str>, at: &NodePath, most: usize) -> Vec<&'n str> {
        match self.part(at) {
            None => names.take(most).collect(),
            Some(part) => names.filter_map(|name| part.written(name)).take(most).collect(),
        }
    }

    /// The fragment in which something stands; `None` of the file itself.
    pub(super) fn part(&self, at: &NodePath) -> Option<&Part> {
        if self.parts.is_empty() {
            return None;
        }
        self.parts.get(at.document().checked_sub(1)?)
    }
}

struct Walk<'w> {
    whole: Whole,
    graft: Graft,
    fragments: &'w [Fragment],
    catalog: &'w Catalog,
    /// The fragments being read, each included by the one before it.
    open: Vec<&'static str>,
    /// How long the fragments are together.
    bytes: usize,
    is_full: bool,
    problems: Vec<Problem>,
}

/// Where something stands.
struct Here<'h> {
    /// In what is put together; `None` behind an alias.
    slot: Option<Slot>,
    /// In its own document.
    at: NodePath,
    /// Which that is.
    index: usize,
    /// Where that was included.
    above: &'h str,
}

impl Here<'_> {
    fn key(&self, key: &str, graft: &Graft) -> Self {
        Here { slot: self.slot.and_then(|slot| graft.key(slot, key)), at: self.at.key(key), ..*self }
    }
}

/// What the states of one document are called in the program.
struct Names<'v> {
    /// What stands before all of them, in a fragment.
    prefix: Option<&'v str>,
    /// Those that several have.
    several: BTreeSet<&'v str>,
}

impl<'v> Names<'v> {
    fn of(root: &'v Value, prefix: Option<&'v str>) -> Self {
        let (mut seen, mut several) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![root];
        while let Some(body) = open.pop() {
            for (name, body) in states_of(body) {
                if !seen.insert(name) {
                    several.insert(name);
                }
                open.push(body);
            }
        }
        Self { prefix, several }
    }

    /// What stands before the names of what a state includes: its own, with those around it where others are called so.
    fn before(&self, around: &[&str], name: &str) -> String {
        let own = if self.several.contains(name) { [around, &[name]].concat().join(".") } else { name.to_owned() };
        self.prefix.map_or_else(|| own.clone(), |prefix| format!("{prefix}.{own}"))
    }
}

impl Walk<'_> {
    /// A state, or a whole, with what the states inside of it include.
    fn inside(&mut self, body: &Value, here: &Here<'_>, names: &Names<'_>) -> Result<Value, SourceError> {
        self.states(body, here, names, &mut Vec::new())
    }

    fn states<'v>(
        &mut self,
        body: &'v Value,
        here: &Here<'_>,
        names: &Names<'_>,
        around: &mut Vec<&'v str>,
    ) -> Result<Value, SourceError> {
        let mut whole = body.clone();
        for key in ["states", "regions"] {
            let Some(states) = body.get(key).and_then(Value::as_mapping) else { continue };
            let here = here.key(key, &self.graft);
            let mut read = states.clone();
            for (name, state) in states.iter().filter_map(|(name, state)| Some((name.as_str()?, state))) {
                if names.prefix.is_none() && state.get(KEY).is_none() && !mentions(state) {
                    continue;
                }
                let inner = here.key(name, &self.graft);
                let new = match state.get(KEY) {
                    Some(_) => self.included(state, &inner, names.before(around, name))?,
                    None => {
                        around.push(name);
                        let new = self.states(state, &inner, names, around);
                        around.pop();
                        new?
                    }
                };
                if let Some(state) = read.get_mut(name) {
                    *state = new;
                }
            }
            if names.prefix.is_some() {
                read = read.renamed(|name| names.before(around, name));
                if let Some(slot) = here.slot {
                    self.graft.rename(slot, &read);
                }
            }
            if let Some(states) = whole.get_mut(key) {
                *states = Value::Mapping(read);
            }
        }
        Ok(whole)
    }

    /// A state that includes a fragment, with that in it.
    fn included(&mut self, state: &Value, here: &Here<'_>, prefix: String) -> Result<Value, SourceError> {
        let (Some(own), Some(value)) = (state.as_mapping(), state.get(KEY)) else { return Ok(state.clone()) };
        let at = here.at.key(KEY);
        let Some(slot) = here.slot.filter(|slot| self.graft.key(*slot, KEY).is_some()) else {
            let problem = Problem::new(at, "what includes a fragment stands behind an alias");
            self.problems.push(problem.code(code::INCLUDE).help("write the state out: each has states of its own"));
            return Ok(state.clone());
        };
        let before = self.problems.len();
        merge::only_outside(own, &here.at, &mut self.problems);
        let Some(item) = Item::read(value, &at, &mut self.problems) else { return Ok(state.clone()) };
        let Some((fragment, place)) = self.fragment(&item, here) else { return Ok(state.clone()) };
        if self.problems.len() > before || !self.has_room(&fragment, &item) {
            return Ok(state.clone());
        }
        let document = &self.whole.documents[here.index.min(self.whole.documents.len() - 1)];
        let position = document.positions([&item.at.clone().in_document(0)]).first().copied();
        let (line, column) = position.map_or((0, 0), |position| (position.line, position.column));
        let by = format!("{}:{line}:{column}", document.file().name());
        let by = if here.above.is_empty() { by } else { format!("{by}, by {}", here.above) };
        let told = format!("`{}` is {}, included{} by {by}", fragment.name(), fragment.file(), for_place(&place));
        let parsed = Document::parse(SourceFile::new(fragment.name(), fragment.text()).with_note(told))?;
        let index = self.whole.documents.len();
        let root = parsed.root().clone();
        let inner =
            Here { slot: Some(self.graft.add(&parsed)), at: parsed.path().in_document(index), index, above: &by };
        self.whole.documents.push(parsed);
        let names = Names::of(&root, Some(&prefix));
        self.whole.parts.push(Part::new(place, prefix.clone(), self.catalog));
        let is_one = merge::is_chart(&root, &inner.at, fragment.name(), &mut self.problems);
        if !is_one {
            return Ok(state.clone());
        }
        self.open.push(fragment.name());
        let value = self.inside(&root, &inner, &names);
        self.open.pop();
        let value = value?;
        let Some((other, from)) = value.as_mapping().zip(inner.slot) else { return Ok(state.clone()) };
        let both = merge::Both { name: fragment.name(), own, other, own_at: &here.at, other_at: &inner.at };
        Ok(both.merged(slot, from, &mut self.graft, &mut self.problems))
    }

    /// The fragment that is meant, and where it is in the program.
    fn fragment(&mut self, item: &Item<'_>, here: &Here<'_>) -> Option<(Fragment, Place)> {
        let Some(fragment) = self.fragments.iter().find(|fragment| fragment.name() == item.name) else {
            self.problems.push(included::unknown(item.name, self.fragments, &item.at).code(code::INCLUDE));
            return None;
        };
        if self.open.contains(&fragment.name()) {
            self.problems.push(included::circle(item.name, &self.open, &item.at).code(code::INCLUDE));
            return None;
        }
        let outer = here.index.checked_sub(1).and_then(|part| self.whole.parts.get(part)).map(Part::place);
        let outer = outer.cloned().unwrap_or_default();
        let mut place = outer.clone();
        let catalog = self.catalog;
        if let Some((written, at)) = &item.domain {
            place.domain = Some(self.told(outer.part(written, "domain", &catalog.domain, at))?);
        }
        if let Some((written, at)) = item.global.as_ref().filter(|(written, _)| *written != "global") {
            place.global = Some(self.told(outer.part(written, "global", &catalog.global, at))?);
        }
        Some((*fragment, place))
    }

    /// What is wrong with a place is told.
    fn told(&mut self, part: Result<String, Box<Problem>>) -> Option<String> {
        part.map_err(|problem| self.problems.push(problem.code(code::INCLUDE))).ok()
    }

    /// Whether one more may be included there.
    fn has_room(&mut self, fragment: &Fragment, item: &Item<'_>) -> bool {
        let too_much = |message: String| Problem::new(item.at.clone(), message).code(code::TOO_MUCH);
        if self.open.len() >= DEEPEST {
            self.problems.push(too_much(format!("fragments include each other more than {DEEPEST} deep")));
            return false;
        }
        self.bytes = self.bytes.saturating_add(fragment.text().len());
        let message = match () {
            () if self.whole.parts.len() >= MOST => format!("more than {MOST} fragments are included"),
            () if self.bytes > MAX_BYTES => "the fragments that are included are longer than a file may be".to_owned(),
            () => return true,
        };
        if !std::mem::replace(&mut self.is_full, true) {
            self.problems.push(too_much(message));
        }
        false
    }
}

/// The states that a body holds.
fn states_of(body: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let maps = ["states", "regions"].into_iter().filter_map(|key| body.get(key)?.as_mapping());
    maps.flat_map(Mapping::iter).filter_map(|(name, state)| Some((name.as_str()?, state)))
}

/// Whether a state somewhere in a body includes something.
fn mentions(body: &Value) -> bool {
    states_of(body).any(|(_, state)| state.get(KEY).is_some() || mentions(state))
}
