//! Reading YAML values as what they should be, and collecting what they are not.

use std::fmt::Display;

use serde_yaml::{Mapping, Value};

use super::file::kind;
use crate::source::{NodePath, Problem, did_you_mean};

/// How many problems are worked out: an error shows fewer, and a suggestion costs a search.
const MOST_PROBLEMS: usize = 200;

/// What was found while reading a file.
#[derive(Default)]
pub(super) struct Findings {
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
    /// What is doubtful.
    pub(super) doubts: Vec<Problem>,
}

impl Findings {
    /// Adds a problem, which is made only where there is still room for it.
    pub(super) fn add(&mut self, problem: impl FnOnce() -> Problem) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem());
        }
    }

    /// Adds a doubt, which is made only where there is still room for it.
    pub(super) fn doubt(&mut self, problem: impl FnOnce() -> Problem) {
        if self.doubts.len() < MOST_PROBLEMS {
            self.doubts.push(problem());
        }
    }

    /// The entries of a map whose keys are strings; nothing at all is a map without entries.
    pub(super) fn entries<'v>(
        &mut self,
        value: &'v Value,
        at: &NodePath,
        what: impl Display,
        expected: &str,
    ) -> Option<Vec<(&'v str, &'v Value)>> {
        match value {
            Value::Null => Some(Vec::new()),
            Value::Mapping(mapping) => Some(self.named(mapping, at, what)),
            _ => {
                self.wrong_type(value, at, what, expected);
                None
            }
        }
    }

    fn named<'v>(&mut self, mapping: &'v Mapping, at: &NodePath, what: impl Display) -> Vec<(&'v str, &'v Value)> {
        let mut named = Vec::with_capacity(mapping.len());
        for (key, value) in mapping {
            match key.as_str() {
                Some(name) => named.push((name, value)),
                None => self.add(|| strange_key(key, at, what.to_string())),
            }
        }
        named
    }

    /// Refuses the keys that are not among the known ones.
    pub(super) fn only_keys(
        &mut self,
        entries: &[(&str, &Value)],
        at: &NodePath,
        what: impl Display,
        known: &[&'static str],
    ) {
        for (key, _) in entries.iter().filter(|(key, _)| !known.contains(key)) {
            self.add(|| {
                let problem = Problem::new(at.at_key(key), format!("unknown key `{key}` in {what}"));
                match key.to_ascii_lowercase().as_str() {
                    "on" if known.contains(&"events") => problem.help(ON_TRAP),
                    _ => problem.help(did_you_mean(key, known.iter().copied()).unwrap_or_default()),
                }
            });
        }
    }

    /// A string.
    pub(super) fn text<'v>(
        &mut self,
        value: &'v Value,
        at: &NodePath,
        what: impl Display,
        expected: &str,
    ) -> Option<&'v str> {
        match value {
            Value::String(text) => return Some(text),
            Value::Bool(_) | Value::Number(_) | Value::Tagged(_) => self.add(|| {
                let problem = Problem::new(at.clone(), format!("{what} must be {expected}"));
                problem.label(format!("this is {}", kind(value))).help("put it in quotes")
            }),
            _ => self.wrong_type(value, at, what, expected),
        }
        None
    }

    /// A value of a type that does not belong there.
    pub(super) fn wrong_type(&mut self, value: &Value, at: &NodePath, what: impl Display, expected: &str) {
        self.add(|| {
            let kind = kind(value);
            Problem::new(at.clone(), format!("{what} must be {expected}")).label(format!("this is {kind}"))
        });
    }
}

/// The help for the key `on`: the one that other workflow languages use, and the one that YAML 1.1 spoils.
const ON_TRAP: &str = "did you mean `events`? `on` is not used here: tools for YAML 1.1 read it as `true`";

/// A key that is no string.
fn strange_key(key: &Value, at: &NodePath, what: String) -> Problem {
    let (shown, at) = match key {
        Value::Bool(value) => (value.to_string(), at.at_key(&value.to_string())),
        Value::Number(value) => (value.to_string(), at.at_key(&value.to_string())),
        Value::Null => ("null".to_owned(), at.at_key("null")),
        _ => (kind(key).to_owned(), at.clone()),
    };
    let problem = Problem::new(at, format!("the key `{shown}` in {what} is {}, not a name", kind(key)));
    match key {
        Value::Bool(true) if what.starts_with("state ") => {
            problem.help("did you mean `events`? `on` is not used here: tools for YAML 1.1 read the key `on` as `true`")
        }
        Value::Bool(_) | Value::Number(_) | Value::Null => problem.help(format!("put it in quotes: \"{shown}\"")),
        _ => problem.help("a key is one word"),
    }
}
