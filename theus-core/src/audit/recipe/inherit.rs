//! Templates: the entries of each process with those that it inherits.

use std::collections::BTreeMap;

use super::super::condition::Test;
use super::super::gate::Gate;
use super::Problems;
use super::model::{Bound, Definition, Entry, is_template};
use crate::source::{NodePath, Problem};

/// Templates that inherit templates that inherit …: so many are enough.
const MAX_CHAIN: usize = 64;

/// Inherited rules multiply: a small file could ask for any number of them.
const MAX_RULES: usize = 100_000;

/// One rule to be: a condition of an entry.
#[derive(Clone, Copy)]
pub(super) struct Item<'d, 'a> {
    pub(super) entry: &'d Entry<'a>,
    pub(super) bound: &'d Bound<'a>,
}

impl<'a> Item<'_, 'a> {
    fn key(&self) -> (Gate, &'a str, Test) {
        (self.entry.gate, self.entry.field, self.bound.test)
    }
}

/// The rules of one process, in order.
pub(super) struct List<'d, 'a> {
    pub(super) process: &'a str,
    pub(super) items: Vec<Item<'d, 'a>>,
}

/// Puts the inherited entries before each process's own. Of two with the same gate, field and condition the later one stays.
pub(super) fn flatten<'d, 'a>(definitions: &'d [Definition<'a>], problems: &mut Problems) -> Vec<List<'d, 'a>> {
    let by_name = definitions.iter().map(|definition| (definition.name, definition)).collect();
    let mut walk = Walk { by_name, done: BTreeMap::new(), chain: Vec::new(), rules: 0, problems };
    let mut lists = Vec::new();
    for definition in definitions {
        let items = walk.items(definition);
        if walk.rules > MAX_RULES {
            let message = format!("inheritance makes more than {MAX_RULES} rules");
            walk.problems.push(Problem::new(definition.at.clone(), message).help("inherit fewer or smaller templates"));
            return Vec::new();
        }
        if !definition.is_template() {
            lists.push(List { process: definition.name, items });
        }
    }
    lists
}

struct Walk<'d, 'a, 'p> {
    by_name: BTreeMap<&'a str, &'d Definition<'a>>,
    /// The rules of each template, its own inherited ones included.
    done: BTreeMap<&'a str, Vec<Item<'d, 'a>>>,
    /// The templates being walked.
    chain: Vec<&'a str>,
    rules: usize,
    problems: &'p mut Problems,
}

impl<'d, 'a> Walk<'d, 'a, '_> {
    fn items(&mut self, definition: &'d Definition<'a>) -> Vec<Item<'d, 'a>> {
        if let Some(done) = self.done.get(definition.name) {
            return done.clone();
        }
        self.chain.push(definition.name);
        let mut all = Vec::new();
        for (name, at) in &definition.inherits {
            if self.rules > MAX_RULES {
                break;
            }
            if let Some(template) = self.template(name, at) {
                let inherited = self.items(template);
                self.rules += inherited.len();
                all.extend(inherited);
            }
        }
        self.chain.pop();
        let own = |entry: &'d Entry<'a>| entry.conditions.iter().map(move |bound| Item { entry, bound });
        all.extend(definition.entries.iter().flat_map(own));
        let last: BTreeMap<_, _> = all.iter().enumerate().map(|(index, item)| (item.key(), index)).collect();
        let mut index = 0..;
        all.retain(|item| index.next() == last.get(&item.key()).copied());
        if definition.is_template() {
            self.done.insert(definition.name, all.clone());
        }
        all
    }

    fn template(&mut self, name: &'a str, at: &NodePath) -> Option<&'d Definition<'a>> {
        let problem = |message: String| Problem::new(at.clone(), message);
        if let Some(start) = self.chain.iter().position(|earlier| *earlier == name) {
            let circle = [&self.chain[start..], &[name]].concat().join(" -> ");
            self.problems.push(problem(format!("templates inherit each other: {circle}")).help("break the circle"));
            return None;
        }
        if self.chain.len() > MAX_CHAIN {
            self.problems.push(problem(format!("inherits through more than {MAX_CHAIN} templates")));
            return None;
        }
        match self.by_name.get(name) {
            Some(_) if !is_template(name) => {
                let help = "only names with a leading underscore are templates";
                self.problems.push(problem(format!("`{name}` is a process, not a template")).help(help));
                None
            }
            Some(definition) => Some(definition),
            None => {
                let known = self.by_name.keys().copied().filter(|name| is_template(name));
                self.problems.push(problem(format!("unknown template `{name}`")).suggest(name, known));
                None
            }
        }
    }
}
