//! Fragments that files include: `include: { motor: { at: domain.left } }`.
//!
//! A fragment is read as a file that stands before the one that includes it. One at a place is written for a context that is nested
//! there: its paths, and the names of its processes and templates, are moved before anything is looked up.

mod place;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Catalog, Problems};
use super::code;
use super::model::EVERY;
use super::named_limits::KEY as LIMITS;
use crate::included::{self, Place, for_place};
use crate::source::{Document, Fragment, NodePath, Problem, SourceError, SourceFile, Value};
use read::Item;

pub(super) use place::Names;

/// The key of a file under which they stand.
pub(super) const KEY: &str = "include";
const RECIPES: &str = "process_recipes";

/// So many are included: those that include each other several times could be any number.
const MOST: usize = 1_000;

/// Files, and behind them the fragments that they include.
pub(super) struct Sources {
    pub(super) documents: Vec<Document>,
    /// How many of them are files.
    pub(super) files: usize,
    /// Of each, how it was included.
    pub(super) included: Vec<Option<Included>>,
    /// In which order they are read: each behind those that it includes.
    pub(super) order: Vec<usize>,
}

/// How a fragment was included.
pub(super) struct Included {
    pub(super) place: Place,
    /// What was said of it there.
    pub(super) settings: Option<(Value, NodePath)>,
}

impl Sources {
    /// The files with all that they include.
    ///
    /// # Errors
    /// [`SourceError`] where a fragment is no YAML; whatever else is wrong is a problem.
    pub(super) fn gather(
        files: &[Document],
        fragments: &[Fragment],
        catalog: &Catalog,
        problems: &mut Problems,
    ) -> Result<Self, SourceError> {
        let included = files.iter().map(|_| None).collect();
        let sources = Self { documents: files.to_vec(), files: files.len(), included, order: Vec::new() };
        let mut walk =
            Walk { sources, fragments, catalog, seen: BTreeMap::new(), open: Vec::new(), is_full: false, problems };
        for index in 0..files.len() {
            walk.document(index, "")?;
        }
        Ok(walk.sources)
    }

    /// The nodes of one of them.
    pub(super) fn path(&self, index: usize) -> NodePath {
        self.documents.get(index).map_or_else(NodePath::root, |document| document.path().in_document(index))
    }
}

struct Walk<'w> {
    sources: Sources,
    fragments: &'w [Fragment],
    catalog: &'w Catalog,
    /// What is there already, by its name and place.
    seen: BTreeMap<(&'static str, Place), usize>,
    /// The fragments being read, each included by the one before it.
    open: Vec<&'static str>,
    is_full: bool,
    problems: &'w mut Problems,
}

impl Walk<'_> {
    /// What a document includes, then itself. `above` is where it was included.
    fn document(&mut self, index: usize, above: &str) -> Result<(), SourceError> {
        let Some(document) = self.sources.documents.get(index).cloned() else { return Ok(()) };
        if let Some(value) = document.root().get(KEY) {
            let here = document.path().in_document(index).key(KEY);
            let mut own = BTreeSet::new();
            for item in read::items(value, &here, self.problems) {
                self.item(&item, index, &document, above, &mut own)?;
            }
        }
        self.sources.order.push(index);
        Ok(())
    }

    fn item(
        &mut self,
        item: &Item<'_>,
        by: usize,
        document: &Document,
        above: &str,
        own: &mut BTreeSet<(&'static str, Place)>,
    ) -> Result<(), SourceError> {
        let Some(fragment) = self.fragments.iter().find(|fragment| fragment.name() == item.name) else {
            self.problems.push(included::unknown(item.name, self.fragments, &item.at).code(code::INCLUDE));
            return Ok(());
        };
        if self.open.contains(&fragment.name()) {
            self.problems.push(included::circle(item.name, &self.open, &item.at).code(code::INCLUDE));
            return Ok(());
        }
        let outer = self.sources.included.get(by).and_then(Option::as_ref).map(|included| included.place.clone());
        let outer = outer.unwrap_or_default();
        let inner = match item.places.is_empty() {
            true => vec![(None, &item.at)],
            false => item.places.iter().map(|(path, at)| (Some(*path), at)).collect(),
        };
        for (domain, at) in inner {
            let Some(place) = self.place(&outer, (domain, at), item) else { continue };
            let key = (fragment.name(), place);
            if !own.insert(key.clone()) {
                let message = format!("`{}` is included twice{}", item.name, for_place(&key.1));
                self.problems.push(Problem::new(at.clone(), message).code(code::INCLUDE).help("remove one of them"));
                continue;
            }
            // Another file has included it there: it is there once, and has the limits that were given to it first.
            if let Some(there) = self.seen.get(&key).copied() {
                self.has_these_limits(there, item, &outer, at);
                continue;
            }
            self.seen.insert(key.clone(), self.sources.documents.len());
            if self.sources.documents.len() >= self.sources.files + MOST {
                if !std::mem::replace(&mut self.is_full, true) {
                    let message = format!("more than {MOST} fragments are included");
                    self.problems.push(Problem::new(at.clone(), message).code(code::TOO_MANY));
                }
                return Ok(());
            }
            self.add(fragment, (&outer, key.1), item, (document, at), above)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        fragment: &Fragment,
        (outer, place): (&Place, Place),
        item: &Item<'_>,
        (document, at): (&Document, &NodePath),
        above: &str,
    ) -> Result<(), SourceError> {
        let position = document.positions([&at.clone().in_document(0)]).first().copied();
        let (line, column) = position.map_or((0, 0), |position| (position.line, position.column));
        let by = format!("{}:{line}:{column}{}", document.file().name(), if above.is_empty() { "" } else { ", by " });
        let by = format!("{by}{above}");
        let told = format!("`{}` is {}, included{} by {by}", fragment.name(), fragment.file(), for_place(&place));
        let parsed = Document::parse(SourceFile::new(fragment.name(), fragment.text()).with_note(told))?;
        if ["states", "regions"].iter().any(|key| parsed.root().get(key).is_some()) {
            let problem =
                Problem::new(at.clone(), format!("the fragment `{}` is a part of workflows", fragment.name()));
            let help = format!("a state of a workflow includes it: `{KEY}: {}`", fragment.name());
            self.problems.push(problem.code(code::INCLUDE).help(help));
            return Ok(());
        }
        let index = self.sources.documents.len();
        let here = parsed.path().in_document(index);
        let of_all = parsed.root().get(RECIPES).and_then(|recipes| recipes.get(EVERY));
        if place.is_part() && of_all.is_some() {
            let message =
                "`*` in a fragment that is at a place: all processes of the program are not those of the place";
            let problem = Problem::new(here.key(RECIPES).at_key(EVERY), message).code(code::INCLUDE);
            self.problems.push(problem.help("name the processes, or say what holds of the domain under `invariants`"));
        }
        let settings = settings(item, outer);
        if let Some((value, at)) = &settings {
            self.limits_are_there(value.get(LIMITS), &at.key(LIMITS), &parsed);
        }
        self.sources.documents.push(parsed);
        self.sources.included.push(Some(Included { place, settings }));
        self.open.push(fragment.name());
        let done = self.document(index, &by);
        self.open.pop();
        done
    }

    /// What is there already has the limits that are given to it here: others would do nothing.
    fn has_these_limits(&mut self, there: usize, item: &Item<'_>, outer: &Place, at: &NodePath) {
        let given = settings(item, outer);
        let Some(given) = given.as_ref().and_then(|(value, _)| value.get(LIMITS)) else { return };
        let there = self.sources.included.get(there).and_then(Option::as_ref);
        let there = there.and_then(|there| there.settings.as_ref()).and_then(|(value, _)| value.get(LIMITS));
        if there != Some(given) {
            let message = format!("`{}` is included by another file, with other limits", item.name);
            let help = "give them where it is included first, or write the rules that are to be others in this file";
            self.problems.push(Problem::new(at.clone(), message).code(code::INCLUDE).help(help));
        }
    }

    /// The limits that are given to a fragment take the place of its own: of none, they would do nothing.
    fn limits_are_there(&mut self, given: Option<&Value>, at: &NodePath, fragment: &Document) {
        let own = fragment.root().get(LIMITS).and_then(Value::as_mapping);
        let known: Vec<&str> = own.into_iter().flat_map(|own| own.keys()).filter_map(Value::as_str).collect();
        for name in given.and_then(Value::as_mapping).into_iter().flat_map(|given| given.keys()) {
            let Some(name) = name.as_str().filter(|name| !known.contains(name)) else { continue };
            let message = format!("`{}` has no limit `{name}`", fragment.file().name());
            let problem = Problem::new(at.at_key(name), message).code(code::LIMIT);
            self.problems.push(match known.is_empty() {
                true => problem.help("it has none"),
                false => problem.suggest(name, known.iter().copied()),
            });
        }
    }

    /// Where a fragment is, in the layers of the program; a place that is none is told.
    fn place(&mut self, outer: &Place, (domain, at): (Option<&str>, &NodePath), item: &Item<'_>) -> Option<Place> {
        let mut place = outer.clone();
        let catalog = self.catalog;
        if let Some(written) = domain {
            place.domain = Some(self.told(outer.part(written, "domain", &catalog.domain, at))?);
        }
        if let Some((written, at)) = &item.global
            && *written != "global"
        {
            place.global = Some(self.told(outer.part(written, "global", &catalog.global, at))?);
        }
        Some(place)
    }

    /// What is wrong with a place is told.
    fn told(&mut self, part: Result<String, Box<Problem>>) -> Option<String> {
        part.map_err(|problem| self.problems.push(problem.code(code::INCLUDE))).ok()
    }
}

/// What is said of a fragment where it is included, in the layers of the program.
fn settings(item: &Item<'_>, outer: &Place) -> Option<(Value, NodePath)> {
    let (value, at) = item.settings.as_ref()?;
    let mut value = (*value).clone();
    outer.put_in_limits(value.get_mut(LIMITS));
    Some((value, at.clone()))
}
