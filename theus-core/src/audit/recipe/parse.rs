//! From YAML values to the model: the shape of the file, its keys and its settings.

use std::collections::BTreeSet;

use serde_yaml::{Mapping, Value};

use super::super::condition::Test;
use super::super::gate::Gate;
use super::super::level::Level;
use super::model::{Bound, Definition, Entry, is_template};
use super::{Catalog, Problems};
use crate::source::{NodePath, Problem, big_integer};

const TOP: &str = "process_recipes";
const DEFINITION_KEYS: [&str; 3] = ["inherits", "inputs", "outputs"];
const SETTINGS: [&str; 6] = ["field", "level", "min_threshold", "max_threshold", "reset_on_success", "message"];

/// So many problems are not read by anyone: the rest of the file is not looked at.
const ENOUGH: usize = 1_000;

/// Reads every definition that can be read; what cannot is a problem.
pub(super) fn definitions<'a>(root: &'a Value, catalog: &Catalog, problems: &mut Problems) -> Vec<Definition<'a>> {
    let here = NodePath::root();
    let outline = format!("write `{TOP}:` and under it the name of a process with its `inputs` and `outputs`");
    let Some(file) = root.as_mapping() else {
        let message =
            if root.is_null() { "the file has no recipes".to_owned() } else { wrong("a recipe file", "a map", root) };
        problems.push(Problem::new(here, message).help(outline));
        return Vec::new();
    };
    for name in file.keys().map(word).filter(|name| name != TOP) {
        problems.push(Problem::new(here.at_key(&name), format!("unknown key `{name}`")).suggest(&name, [TOP]));
    }
    let here = here.key(TOP);
    let recipes = match file.get(TOP) {
        Some(Value::Mapping(recipes)) if !recipes.is_empty() => recipes,
        Some(Value::Mapping(_) | Value::Null) => {
            problems.push(Problem::new(here, format!("`{TOP}` has no recipes")).help(outline));
            return Vec::new();
        }
        Some(other) => {
            problems.push(Problem::new(here, wrong(&format!("`{TOP}`"), "a map", other)).help(outline));
            return Vec::new();
        }
        None => {
            // A misspelt key has been reported with the right one.
            if file.is_empty() || problems.is_empty() {
                problems.push(Problem::new(here, format!("the file has no `{TOP}`")).help(outline));
            }
            return Vec::new();
        }
    };
    let mut read = Vec::new();
    for (name, value) in recipes {
        if problems.len() > ENOUGH {
            break;
        }
        let Some(text) = name.as_str() else {
            let name = word(name);
            problems.push(Problem::new(here.at_key(&name), format!("`{name}` is no name of a process")));
            continue;
        };
        if !is_template(text) && !catalog.processes.iter().any(|process| process.contract.process == text) {
            let known = catalog.processes.iter().map(|process| process.contract.process);
            problems.push(Problem::new(here.at_key(text), format!("unknown process `{text}`")).suggest(text, known));
        }
        read.extend(definition(text, value, &here, problems));
    }
    read
}

fn definition<'a>(
    name: &'a str,
    value: &'a Value,
    above: &NodePath,
    problems: &mut Problems,
) -> Option<Definition<'a>> {
    let at = above.key(name);
    let help = "give it `inputs`, `outputs` or `inherits`";
    let map = match value {
        Value::Mapping(map) => map,
        Value::Null => {
            problems.push(Problem::new(at, format!("`{name}` has no rules")).help(help));
            return None;
        }
        other => {
            problems.push(Problem::new(at, wrong(&format!("`{name}`"), "a map", other)).help(help));
            return None;
        }
    };
    for key in map.keys().map(word).filter(|key| !DEFINITION_KEYS.contains(&key.as_str())) {
        problems.push(Problem::new(at.at_key(&key), format!("unknown key `{key}`")).suggest(&key, DEFINITION_KEYS));
    }
    let before = problems.len();
    let inherits = map.get("inherits").map_or_else(Vec::new, |value| inherits(value, &at.key("inherits"), problems));
    let mut entries = Vec::new();
    for gate in Gate::ALL {
        if let Some(list) = map.get(gate.key()) {
            gate_entries(gate, list, &at.key(gate.key()), problems, &mut entries);
        }
    }
    if inherits.is_empty() && entries.is_empty() && problems.len() == before {
        problems.push(Problem::new(above.at_key(name), format!("`{name}` has no rules")).help(help));
    }
    repetitions(&entries, problems);
    Some(Definition { name, at: above.at_key(name), inherits, entries })
}

fn inherits<'a>(value: &'a Value, at: &NodePath, problems: &mut Problems) -> Vec<(&'a str, NodePath)> {
    let mut names = Vec::new();
    let mut add = |value: &'a Value, at: NodePath| match value.as_str() {
        Some(name) => names.push((name, at)),
        None => {
            problems.push(Problem::new(at, wrong("`inherits`", "the name of a template or a list of names", value)))
        }
    };
    match value {
        Value::Sequence(list) => list.iter().enumerate().for_each(|(index, name)| add(name, at.index(index))),
        name => add(name, at.clone()),
    }
    names
}

fn gate_entries<'a>(gate: Gate, list: &'a Value, at: &NodePath, problems: &mut Problems, entries: &mut Vec<Entry<'a>>) {
    let Some(list) = list.as_sequence() else {
        let problem = Problem::new(at.clone(), wrong(&format!("`{}`", gate.key()), "a list of entries", list));
        problems.push(problem.help("begin each entry with `- field:`"));
        return;
    };
    for (index, value) in list.iter().enumerate() {
        let at = at.index(index);
        match value {
            Value::Mapping(map) => entries.extend(entry(gate, map, at, problems)),
            other => {
                let problem = Problem::new(at, wrong("an entry", "a map", other));
                problems.push(problem.help("write it as `{ field: …, min: … }`"));
            }
        }
    }
}

fn entry<'a>(gate: Gate, map: &'a Mapping, at: NodePath, problems: &mut Problems) -> Option<Entry<'a>> {
    let known = || SETTINGS.into_iter().chain(Test::ALL.map(Test::as_str));
    for key in map.keys().map(word).filter(|key| !known().any(|known| known == key)) {
        let message = format!("unknown key or condition `{key}`");
        problems.push(Problem::new(at.at_key(&key), message).suggest(&key, known()));
    }
    let bound = |test: Test| map.get(test.as_str()).map(|value| Bound { test, value });
    let conditions: Vec<_> = Test::ALL.into_iter().filter_map(bound).collect();
    if conditions.is_empty() && map.keys().map(word).all(|key| SETTINGS.contains(&key.as_str())) {
        let tests = Test::ALL.map(Test::as_str).join(", ");
        problems.push(Problem::new(at.clone(), "the entry has no condition").help(format!("give it one of: {tests}")));
    }
    let mut settings = Settings { map, at: &at, problems };
    let field = settings.text("field");
    let (level, reset_on_success, message) = (settings.level(), settings.reset_on_success(), settings.text("message"));
    let (min_threshold, max_threshold) = (settings.threshold("min_threshold"), settings.threshold("max_threshold"));
    if min_threshold > max_threshold {
        settings.empty_warning(min_threshold, max_threshold);
    }
    if field.is_none() && !map.contains_key("field") {
        problems.push(
            Problem::new(at.clone(), "the entry has no `field`").help("say which value it is about: `field: domain.…`"),
        );
    }
    Some(Entry { gate, at, field: field?, conditions, level, min_threshold, max_threshold, reset_on_success, message })
}

/// The settings of one entry.
struct Settings<'a, 'p> {
    map: &'a Mapping,
    at: &'p NodePath,
    problems: &'p mut Problems,
}

impl<'a> Settings<'a, '_> {
    fn refuse(&mut self, key: &str, expected: &str, value: &Value) {
        self.problems.push(Problem::new(self.at.key(key), wrong(&format!("`{key}`"), expected, value)));
    }

    fn text(&mut self, key: &str) -> Option<&'a str> {
        let value = self.map.get(key)?;
        let text = value.as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.refuse(key, if key == "field" { "the path of a value" } else { "a text" }, value);
        }
        text
    }

    fn level(&mut self) -> Level {
        let Some(value) = self.map.get("level") else { return Level::default() };
        let written = word(value);
        if let Some(level) = Level::ALL.into_iter().find(|level| level.as_str() == written) {
            return level;
        }
        let upper = written.to_uppercase();
        let help = match Level::ALL.into_iter().find(|level| level.as_str() == upper) {
            Some(level) => format!("did you mean `{level}`?"),
            None => "levels: S (stops the engine), A (ends the workflow), B (blocks the run), C (records)".to_owned(),
        };
        self.problems
            .push(Problem::new(self.at.key("level"), format!("unknown level {}", written_as(value))).help(help));
        Level::default()
    }

    fn threshold(&mut self, key: &str) -> u32 {
        let Some(value) = self.map.get(key) else { return 1 };
        match value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0) {
            Some(number) => number,
            None => {
                self.refuse(key, &format!("an integer from 1 to {}", u32::MAX), value);
                1
            }
        }
    }

    fn empty_warning(&mut self, min: u32, max: u32) {
        let message =
            format!("min_threshold {min} is above max_threshold {max}: the level acts before any early warning");
        // `max_threshold` may be the default, so that there is nothing to point at but this one; and the other way round.
        let key = if self.map.contains_key("min_threshold") { "min_threshold" } else { "max_threshold" };
        let help = if self.map.contains_key("max_threshold") {
            format!("let min_threshold be at most {max}")
        } else {
            format!("max_threshold is 1 where it is not given: give it, at least {min}")
        };
        self.problems.push(Problem::new(self.at.key(key), message).help(help));
    }

    fn reset_on_success(&mut self) -> bool {
        let Some(value) = self.map.get("reset_on_success") else { return false };
        value.as_bool().unwrap_or_else(|| {
            self.refuse("reset_on_success", "true or false", value);
            false
        })
    }
}

/// Two entries of one definition that give the same rule.
fn repetitions(entries: &[Entry<'_>], problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for entry in entries {
        for bound in &entry.conditions {
            if !seen.insert((entry.gate, entry.field, bound.test)) {
                let message = format!("`{}` of {} is given twice at the {} gate", bound.test, entry.field, entry.gate);
                let at = entry.at.at_key(bound.test.as_str());
                problems.push(Problem::new(at, message).label("given again").help("keep one of them"));
            }
        }
    }
}

fn wrong(what: &str, expected: &str, value: &Value) -> String {
    format!("{what} must be {expected}{}", instead(value))
}

/// What stands in the place of what is expected.
pub(super) fn instead(value: &Value) -> String {
    if value.is_null() { ", but is empty".to_owned() } else { format!(", not {}", written_as(value)) }
}

/// A value as messages name it: short, however long it is.
pub(super) fn written_as(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a map".to_owned(),
        Value::String(text) if text.chars().count() <= 40 => format!("{text:?}"),
        Value::String(_) => "a long text".to_owned(),
        scalar => word(scalar),
    }
}

/// A key or scalar as it is written.
pub(super) fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        other => big_integer(other).unwrap_or("null").to_owned(),
    }
}
