//! Bounds that have a name: `limits: { high: 100 }` at the top of a file, and `max: limits.high` in its rules.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use super::super::condition::Operator;
use super::catalog::Problems;
use super::code;
use super::entries;
use super::parse::{instead, written_as};
use crate::source::{NodePath, Problem, Value};

/// The key of a file under which they stand.
pub(super) const KEY: &str = "limits";

const PREFIX: &str = "limits.";

/// So many names that are not there are told.
const MOST_TOLD: usize = 100;

/// Those of all files: a later file's takes the place of an earlier one's of the same name.
pub(super) struct Limits<'v> {
    by_name: BTreeMap<&'v str, Limit<'v>>,
}

struct Limit<'v> {
    value: &'v Value,
    at: NodePath,
    is_used: Cell<bool>,
}

impl<'v> Limits<'v> {
    pub(super) fn gather(roots: impl Iterator<Item = (&'v Value, NodePath)>, problems: &mut Problems) -> Self {
        let mut by_name = BTreeMap::new();
        for (root, here) in roots {
            let Some(limits) = root.get(KEY) else { continue };
            let at = here.key(KEY);
            let Some(map) = limits.as_mapping().filter(|map| !map.is_empty()) else {
                let message = format!("`{KEY}` must be a map from names to bounds{}", instead(limits));
                problems.push(Problem::new(at, message).code(code::WRONG_KIND).help("as in `limits: { high: 100 }`"));
                continue;
            };
            for (name, value) in map.iter() {
                let Some(name) = name.as_str().filter(|name| is_name(name)) else {
                    let name = written_as(name);
                    let message = format!("{name} is no name of a limit: letters, digits and `_`, a letter first");
                    let at = at.at_key(name.trim_matches('"'));
                    problems.push(Problem::new(at, message).code(code::LIMIT).help("as in `limits: { high: 100 }`"));
                    continue;
                };
                if let Some(problem) = wrong(name, value, at.key(name)) {
                    problems.push(problem);
                }
                // One that is wrong is there all the same: who names it is not told that it is not.
                by_name.insert(name, Limit { value, at: at.at_key(name), is_used: Cell::new(false) });
            }
        }
        Self { by_name }
    }

    /// The values of a file with bounds in the place of their names. Nodes stay where they are, so that positions hold.
    pub(super) fn put_in<'a>(&self, root: Cow<'a, Value>, here: &NodePath, unknown: &mut Unknown) -> Cow<'a, Value> {
        let mut named = false;
        each(&root, here, &mut |text, _| named |= text.starts_with(PREFIX));
        if !named {
            return root;
        }
        each(&root, here, &mut |text, at| {
            if let Some(name) = text.strip_prefix(PREFIX) {
                match self.by_name.get(name) {
                    Some(limit) => limit.is_used.set(true),
                    None => unknown.add(name, at, self.by_name.keys().copied()),
                }
            }
        });
        let mut root = root.into_owned();
        let put = |value: &mut Value| {
            let name = value.as_str().and_then(|text| text.strip_prefix(PREFIX));
            if let Some(limit) = name.and_then(|name| self.by_name.get(name)) {
                *value = limit.value.clone();
            }
        };
        entries::each_mut(&mut root, &mut |entry| put_into(entry, &put));
        Cow::Owned(root)
    }

    /// Those that no rule names.
    pub(super) fn tell_unused(&self, problems: &mut Problems) {
        for (name, limit) in self.by_name.iter().filter(|(_, limit)| !limit.is_used.get()) {
            let problem = Problem::warning(limit.at.clone(), format!("no rule is bounded by the limit `{name}`"));
            problems.push(problem.code(code::UNUSED_LIMIT).help(format!("as in `max: {PREFIX}{name}`; or remove it")));
        }
    }
}

/// Names of limits that are not there: told once each, and what follows of one is not told.
#[derive(Default)]
pub(super) struct Unknown {
    problems: Problems,
    places: Vec<NodePath>,
}

impl Unknown {
    fn add<'n>(&mut self, name: &str, at: NodePath, known: impl Iterator<Item = &'n str>) {
        // So many are told; those beyond are told as what is no bound.
        if self.places.len() >= MOST_TOLD {
            return;
        }
        let known: Vec<_> = known.collect();
        let problem = Problem::new(at.clone(), format!("there is no limit `{name}`")).code(code::LIMIT);
        self.problems.push(match known.is_empty() {
            true => problem.help(format!("name it at the top of the file: `{KEY}: {{ {name}: … }}`")),
            false => problem.suggest(name, known),
        });
        self.places.push(at);
    }

    /// In the place of what the names are instead of bounds.
    pub(super) fn tell(self, problems: &mut Problems) {
        if !self.places.is_empty() {
            problems.retain(|problem| !self.places.contains(problem.at()));
            problems.extend(self.problems);
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn wrong(name: &str, value: &Value, at: NodePath) -> Option<Problem> {
    let is_scalar = |value: &Value| !matches!(value, Value::Null | Value::Sequence(_) | Value::Mapping(_));
    let is_fit = is_scalar(value) || value.as_sequence().is_some_and(|list| list.iter().all(is_scalar));
    if !is_fit {
        let message = format!("the limit `{name}` must be a bound or a list of them{}", instead(value));
        return Some(
            Problem::new(at, message).code(code::WRONG_KIND).help("as in `high: 100`, `colours: [red, blue]`"),
        );
    }
    let of_another = |value: &Value| value.as_str().is_some_and(|text| text.starts_with(PREFIX));
    if of_another(value) || value.as_sequence().is_some_and(|list| list.iter().any(of_another)) {
        let message = format!("the limit `{name}` is bounded by another one");
        return Some(Problem::new(at, message).code(code::LIMIT).help("write out its value"));
    }
    None
}

/// The keys whose values are bounds.
fn tests() -> impl Iterator<Item = Operator> {
    let not_bounds = [Operator::That, Operator::Regex, Operator::NotRegex];
    Operator::ALL.into_iter().filter(move |test| !not_bounds.contains(test))
}

/// Each text that stands where a bound does, or a part of one.
fn each(root: &Value, here: &NodePath, see: &mut dyn FnMut(&str, NodePath)) {
    entries::each(root, here, &mut |entry, at| {
        for test in tests() {
            match entry.get(test.as_str()) {
                Some(Value::Text(text)) => see(text, at().key(test.as_str())),
                Some(Value::Sequence(list)) => {
                    for (part, text) in list.iter().enumerate().filter_map(|(part, one)| Some((part, one.as_str()?))) {
                        if text.starts_with(PREFIX) {
                            see(text, at().key(test.as_str()).index(part));
                        }
                    }
                }
                _ => {}
            }
        }
    });
}

fn put_into(entry: &mut Value, put: &impl Fn(&mut Value)) {
    for test in tests() {
        let Some(value) = entry.get_mut(test.as_str()) else { continue };
        match value.as_sequence_mut() {
            Some(list) => list.iter_mut().for_each(put),
            None => put(value),
        }
    }
}
