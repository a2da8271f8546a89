//! From YAML values to the model: the shape of a file, its keys and its settings.

mod about;
mod alarm;
mod definition;
mod entry;
mod meant;
mod settings;
mod window;
mod words;

use std::collections::HashSet;

use super::catalog::{Catalog, Problems};
use super::code;
use super::include::{KEY as INCLUDE, Names};
use super::model::{Defaults, EVERY, Written, is_template};
use super::named_limits::KEY as LIMITS;
use super::python::Dialect;
use crate::source::{Mapping, NodePath, Problem, Value};
use entry::Reading;
pub(super) use words::{instead, unknown_key, word, written_as, wrong_kind};

const RECIPES: &str = "process_recipes";
const INVARIANTS: &str = "invariants";
const DEFAULTS: &str = "defaults";
const TOP: [&str; 5] = [RECIPES, INVARIANTS, DEFAULTS, LIMITS, INCLUDE];

const OUTLINE: &str = "write `process_recipes:` and under it the name of a process with its `inputs` and `outputs`";

/// So many problems are not read by anyone: the rest of the file is not looked at.
const ENOUGH: usize = 1_000;

/// Adds to `written` what can be read of one file; what cannot is a problem.
pub(super) fn file<'a>(
    (root, names, is_alone): (&'a Value, &'a Names, bool),
    here: &NodePath,
    catalog: &Catalog,
    mut dialect: Dialect,
    written: &mut Written<'a>,
    problems: &mut Problems,
) {
    let Some(file) = root.as_mapping() else {
        problems.push(if root.is_null() {
            nothing(here.clone(), "the file has no recipes")
        } else {
            wrong_kind(here.clone(), "a recipe file", "a map", root).help(OUTLINE)
        });
        return;
    };
    let before = problems.len();
    for name in file.keys().map(word).filter(|name| !TOP.contains(&name.as_ref())) {
        problems.push(unknown_key(here, &name, TOP));
    }
    // Then it has the rules of others.
    let includes = file.contains_key(INCLUDE);
    let found = [RECIPES, INVARIANTS].iter().any(|key| file.contains_key(key));
    // What gives the limits of the files before it other values.
    if !found && !is_alone && file.contains_key(LIMITS) && file.len() == 1 {
        return;
    }
    // A misspelt key has been reported with the right one.
    if !found && !includes && problems.len() == before {
        problems.push(match file.contains_key(DEFAULTS) {
            true => nothing(here.at_key(DEFAULTS), "the file has `defaults` and no rules that they could be for"),
            false => nothing(here.clone(), &format!("the file has no `{RECIPES}`")),
        });
        return;
    }
    if !includes {
        empty_on_purpose(file, here, problems);
    }
    let at = here.key(DEFAULTS);
    let defaults = file.get(DEFAULTS).map_or_else(Defaults::default, |value| settings::defaults(value, &at, problems));
    let (dialect_of_file, bounds, ids) = (&mut dialect, written.bounds, about::Ids::new());
    let mut reading = Reading { defaults, defaults_at: at, dialect: dialect_of_file, bounds, ids, problems };
    if let Some(list) = file.get(INVARIANTS) {
        let invariants = reading.invariants(list, &here.key(INVARIANTS));
        definition::repetitions(invariants.iter().map(|invariant| &invariant.entry), reading.problems);
        written.invariants.extend(invariants);
    }
    if let Some(recipes) = file.get(RECIPES) {
        reading.recipes((recipes, names), &here.key(RECIPES), catalog, written);
    }
    written.bounds = reading.bounds;
    dialect.warn(problems);
}

/// A file that says nothing, because something was forgotten.
fn nothing(at: NodePath, message: &str) -> Problem {
    Problem::new(at, message)
        .code(code::NOTHING)
        .help(format!("{OUTLINE}; `{RECIPES}: {{}}` where there are to be none"))
}

/// A file that says that it says nothing: it loads, and somebody is told.
fn empty_on_purpose(file: &Mapping, here: &NodePath, problems: &mut Problems) {
    let is_empty = |value: &Value| match value {
        Value::Mapping(map) => map.is_empty(),
        Value::Sequence(list) => list.is_empty(),
        _ => false,
    };
    let mut said = [RECIPES, INVARIANTS].into_iter().filter_map(|key| Some((key, file.get(key)?)));
    if said.clone().all(|(_, value)| is_empty(value))
        && let Some((key, _)) = said.next()
    {
        let problem = Problem::warning(here.at_key(key), "the file has no rules: everything passes").code(code::EMPTY);
        problems.push(problem.help("give it rules, or remove it"));
    }
}

impl Reading<'_> {
    fn recipes<'a>(
        &mut self,
        (value, names): (&'a Value, &'a Names),
        here: &NodePath,
        catalog: &Catalog,
        written: &mut Written<'a>,
    ) {
        let recipes = match value {
            Value::Mapping(recipes) => recipes,
            Value::Null => {
                self.problems.push(nothing(here.clone(), &format!("`{RECIPES}` has no recipes")));
                return;
            }
            other => {
                self.problems.push(wrong_kind(here.clone(), &format!("`{RECIPES}`"), "a map", other).help(OUTLINE));
                return;
            }
        };
        let processes: HashSet<&str> = catalog.processes.iter().map(|process| process.contract.process).collect();
        for (name, value) in recipes {
            if self.problems.len() > ENOUGH {
                break;
            }
            let Some(text) = name.as_str() else {
                let name = word(name);
                let problem = Problem::new(here.at_key(&name), format!("`{name}` is no name of a process"));
                self.problems.push(problem.code(code::UNKNOWN_PROCESS));
                continue;
            };
            let (written_as, text) = (text, names.of(text));
            if text != EVERY && !is_template(text) && !processes.contains(text) {
                let known = catalog.processes.iter().map(|process| process.contract.process);
                let problem = Problem::new(here.at_key(written_as), format!("unknown process `{text}`"));
                self.problems.push(problem.code(code::UNKNOWN_PROCESS).suggest(text, known));
            }
            written.definitions.extend(self.definition((text, written_as), value, here));
        }
    }
}
