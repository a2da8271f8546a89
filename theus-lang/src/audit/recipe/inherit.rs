//! Templates and layers: the rules of each process with those that it inherits, those for all processes, and the invariants.

use std::collections::BTreeMap;

use super::super::rule::Scope;
use super::apply;
use super::catalog::{Catalog, Problems};
use super::code;
use super::item::{Item, List, latest};
use super::model::{Declared, Definition, EVERY, Entry, Written, is_template};
use crate::source::{NodePath, Problem};

/// Templates that inherit templates that inherit …: so many are enough.
const MAX_CHAIN: usize = 64;

/// Inherited rules multiply: a small file could ask for any number of them.
const MAX_RULES: usize = 100_000;

/// What a name comes to with all that it inherits.
#[derive(Clone, Default)]
struct Flat<'d, 'a> {
    /// How many templates deep it is.
    depth: usize,
    items: Vec<Item<'d, 'a>>,
    effects: Option<&'d Declared<'a>>,
    errors: Option<&'d Declared<'a>>,
}

/// The rules of every process: those for all processes, then the inherited ones, then its own, each in the place of earlier
/// ones with the same gate, field and condition; then the invariants, which nothing replaces.
pub(super) fn flatten<'d, 'a>(
    written: &'d Written<'a>,
    catalog: &'d Catalog,
    problems: &mut Problems,
) -> Vec<List<'d, 'a>> {
    let mut by_name: BTreeMap<&str, Vec<&Definition<'_>>> = BTreeMap::new();
    for definition in &written.definitions {
        by_name.entry(definition.name).or_default().push(definition);
    }
    // Every name is walked, also those that nothing uses: what is wrong with them is wrong.
    let names: Vec<&str> = by_name.keys().copied().collect();
    let mut walk = Walk { by_name, done: BTreeMap::new(), chain: Vec::new(), rules: 0, problems };
    let mut flat = BTreeMap::new();
    for name in names {
        let of_name = walk.flat(name);
        if walk.rules > MAX_RULES {
            let at = walk.by_name[name].first().map_or_else(NodePath::root, |definition| definition.at.clone());
            walk.problems.push(too_many(at).help("inherit fewer or smaller templates"));
            return Vec::new();
        }
        if !is_template(name) {
            flat.insert(name, of_name);
        }
    }
    let every = flat.remove(EVERY).unwrap_or_default();
    let invariants = apply::latest(&written.invariants);
    let applied = catalog.processes.len().saturating_mul(every.items.len() + invariants.len());
    if applied > MAX_RULES {
        let first = every.items.first().or(invariants.first());
        let at = first.map_or_else(NodePath::root, |item| item.entry.at.clone());
        problems.push(too_many(at).help("let fewer rules be about all processes"));
        return Vec::new();
    }
    let for_all = apply::for_all(&every.items, catalog, problems);
    let invariants = apply::invariants(&invariants, catalog, problems);
    let mut lists = Vec::new();
    for ((process, for_all), invariants) in catalog.processes.iter().zip(for_all).zip(invariants) {
        let name = process.contract.process;
        let own = flat.remove(name).unwrap_or_default();
        let mut items = latest([for_all, own.items]);
        items.extend(invariants);
        let (effects, errors) = (own.effects.or(every.effects), own.errors.or(every.errors));
        lists.push(List { process, items, effects, errors });
    }
    lists
}

fn chain_too_long(at: &NodePath) -> Problem {
    Problem::new(at.clone(), format!("inherits through more than {MAX_CHAIN} templates")).code(code::TOO_MANY)
}

fn too_many(at: NodePath) -> Problem {
    Problem::new(at, format!("inheritance makes more than {MAX_RULES} rules")).code(code::TOO_MANY)
}

struct Walk<'d, 'a, 'p> {
    /// The definitions of each name, in the order of the files.
    by_name: BTreeMap<&'a str, Vec<&'d Definition<'a>>>,
    /// What each template comes to.
    done: BTreeMap<&'a str, Flat<'d, 'a>>,
    /// The names being walked.
    chain: Vec<&'a str>,
    rules: usize,
    problems: &'p mut Problems,
}

impl<'d, 'a> Walk<'d, 'a, '_> {
    fn flat(&mut self, name: &'a str) -> Flat<'d, 'a> {
        if let Some(done) = self.done.get(name) {
            return done.clone();
        }
        self.chain.push(name);
        let mut layers = Vec::new();
        let mut flat = Flat::default();
        for definition in self.by_name.get(name).cloned().unwrap_or_default() {
            for (parent, at) in &definition.inherits {
                if self.rules > MAX_RULES {
                    break;
                }
                if self.is_usable(parent, at) {
                    let inherited = self.flat(parent);
                    if inherited.depth >= MAX_CHAIN + usize::from(!is_template(name)) {
                        self.problems.push(chain_too_long(at));
                        continue;
                    }
                    flat.depth = flat.depth.max(inherited.depth);
                    self.rules += inherited.items.len();
                    flat.effects = inherited.effects.or(flat.effects);
                    flat.errors = inherited.errors.or(flat.errors);
                    layers.push(inherited.items);
                }
            }
            flat.effects = definition.effects.as_ref().or(flat.effects);
            flat.errors = definition.errors.as_ref().or(flat.errors);
            let own = |entry: &'d Entry<'a>| {
                entry.conditions.iter().map(move |bound| Item { entry, bound, scope: Scope::Process })
            };
            layers.push(definition.entries.iter().flat_map(own).collect());
        }
        self.chain.pop();
        flat.depth += 1;
        flat.items = latest(layers);
        if is_template(name) {
            self.done.insert(name, flat.clone());
        }
        flat
    }

    /// Whether a name in `inherits` is a template that can be walked now.
    fn is_usable(&mut self, name: &'a str, at: &NodePath) -> bool {
        let problem = match self.by_name.get(name) {
            Some(_) if !is_template(name) => {
                let what = if name == EVERY { "for all processes" } else { "a process" };
                let problem = Problem::new(at.clone(), format!("`{name}` is {what}, not a template"));
                problem.code(code::UNKNOWN_TEMPLATE).help("only names with a leading underscore are templates")
            }
            Some(_) => match self.chain.iter().position(|earlier| *earlier == name) {
                Some(start) => {
                    let circle = [&self.chain[start..], &[name]].concat().join(" -> ");
                    let problem = Problem::new(at.clone(), format!("templates inherit each other: {circle}"));
                    problem.code(code::CIRCLE).help("break the circle")
                }
                None if self.chain.len() > MAX_CHAIN => chain_too_long(at),
                None => return true,
            },
            None => {
                let known = self.by_name.keys().copied().filter(|name| is_template(name));
                let problem = Problem::new(at.clone(), format!("unknown template `{name}`"));
                problem.code(code::UNKNOWN_TEMPLATE).suggest(name, known)
            }
        };
        self.problems.push(problem);
        false
    }
}
