//! What is found while a file is read, and reading its values as what they should be.

use std::fmt::Display;

use super::code;
use super::foreign::ours;
use crate::source::{Mapping, NodePath, Problem, Severity, Value, did_you_mean};

/// How many problems are worked out: an error shows fewer, and a suggestion costs a search.
const MOST_PROBLEMS: usize = 200;

/// What the keys of a map are: how a map in another form is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// The parts of a thing.
    Parts,
    /// Parts of a state.
    State,
    /// Names that the file gives, or those of events and errors.
    Names,
    /// Times.
    Times,
}

/// What was found while reading a file.
#[derive(Default)]
pub(crate) struct Diagnostics {
    pub(super) errors: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    /// Notes on other readers of the file: warnings in strict mode too.
    pub(super) notes: Vec<Problem>,
    /// A way from state to state could not be read: what follows from all of them cannot be said.
    pub(super) lost_ways: bool,
    /// A step could not be read.
    pub(super) lost_steps: bool,
    /// Where processes are named that are not known: what they may fail with is not known either.
    unknown: Vec<NodePath>,
}

impl Diagnostics {
    /// Adds an error, which is made only where there is still room for it.
    pub(crate) fn error(&mut self, code: &'static str, problem: impl FnOnce() -> Problem) {
        if self.errors.len() < MOST_PROBLEMS {
            self.errors.push(problem().code(code));
        }
    }

    /// Adds a warning, which is made only where there is still room for it.
    pub(crate) fn warn(&mut self, code: &'static str, problem: impl FnOnce() -> Problem) {
        if self.warnings.len() < MOST_PROBLEMS {
            self.warnings.push(problem().code(code).of_severity(Severity::Warning));
        }
    }

    /// A process is named here that is not known.
    pub(super) fn lost_process(&mut self, at: &NodePath) {
        self.lost_steps = true;
        if self.unknown.len() < MOST_PROBLEMS {
            self.unknown.push(at.clone());
        }
    }

    /// Whether one that is not known is named in what has this `on_error`.
    pub(super) fn has_lost_process(&self, on_error: &NodePath) -> bool {
        let around = on_error.parent();
        let up = |at: &NodePath| Some(at.parent()).filter(|parent| parent != at);
        self.unknown.iter().any(|at| std::iter::successors(Some(at.clone()), up).any(|at| at == around))
    }

    /// How many warnings there are.
    pub(crate) const fn doubts(&self) -> usize {
        self.warnings.len()
    }

    /// Forgets the warnings but for the first so many: they follow from what is wrong.
    pub(crate) fn forget_doubts(&mut self, but: usize) {
        self.warnings.truncate(but);
    }

    /// Adds a note on other readers of the file.
    pub(super) fn note(&mut self, code: &'static str, problem: impl FnOnce() -> Problem) {
        if self.notes.len() < MOST_PROBLEMS {
            self.notes.push(problem().code(code).of_severity(Severity::Warning));
        }
    }

    /// The entries of a map whose keys are names; nothing at all is a map without entries.
    pub(super) fn entries<'v>(
        &mut self,
        value: &'v Value,
        at: &NodePath,
        what: impl Display,
        (keys, expected): (Keys, &str),
    ) -> Option<Vec<(&'v str, &'v Value)>> {
        match value {
            Value::Null => Some(Vec::new()),
            Value::Mapping(mapping) => Some(self.named(mapping, at, what, keys)),
            Value::Sequence(_) if matches!(keys, Keys::Names | Keys::Times) => {
                self.error(code::WRONG_KIND, || {
                    let problem = Problem::new(at.clone(), format!("{what} must be {expected}"));
                    problem.label("this is a list").help("write each as a key, without dashes: `NAME: ..`")
                });
                None
            }
            _ => {
                self.wrong_kind(value, at, what, expected);
                None
            }
        }
    }

    fn named<'v>(
        &mut self,
        mapping: &'v Mapping,
        at: &NodePath,
        what: impl Display,
        keys: Keys,
    ) -> Vec<(&'v str, &'v Value)> {
        let mut named = Vec::with_capacity(mapping.len());
        for (key, value) in mapping {
            match key.as_str() {
                Some(name) => named.push((name, value)),
                None => {
                    self.lost_ways = true;
                    self.error(code::NOT_A_NAME, || strange_key(key, at, &what, keys));
                }
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
        for (key, value) in entries.iter().filter(|(key, _)| !known.contains(key)) {
            self.lost_ways = true;
            self.error(code::UNKNOWN_KEY, || {
                let problem = Problem::new(at.at_key(key), format!("unknown key `{key}` in {what}"));
                let help = ours(key, Some(value), known).or_else(|| did_you_mean(key, known.iter().copied()));
                problem.help(help.unwrap_or_default())
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
            Value::Text(text) => return Some(text),
            Value::Bool(_) | Value::Number(_) => self.error(code::WRONG_KIND, || {
                let problem = Problem::new(at.clone(), format!("{what} must be {expected}"));
                problem.label(format!("this is {}", kind(value))).help("put it in quotes")
            }),
            _ => self.wrong_kind(value, at, what, expected),
        }
        None
    }

    /// A boolean.
    pub(super) fn flag(&mut self, value: &Value, at: &NodePath, what: impl Display) -> Option<bool> {
        if let Some(flag) = value.as_bool() {
            return Some(flag);
        }
        self.error(code::WRONG_KIND, || {
            let word = value.as_str().map(str::to_ascii_lowercase);
            let help = match word.as_deref() {
                Some("true" | "false") => "write it without quotes",
                Some("yes" | "on" | "y") => "write `true`",
                Some("no" | "off" | "n") => "write `false`",
                _ => "",
            };
            let problem = Problem::new(at.clone(), format!("{what} must be true or false"));
            problem.label(format!("this is {}", kind(value))).help(help)
        });
        None
    }

    /// A value of a kind that does not belong there.
    pub(super) fn wrong_kind(&mut self, value: &Value, at: &NodePath, what: impl Display, expected: &str) {
        self.error(code::WRONG_KIND, || {
            let kind = kind(value);
            Problem::new(at.clone(), format!("{what} must be {expected}")).label(format!("this is {kind}"))
        });
    }
}

/// A key that is no string.
fn strange_key(key: &Value, at: &NodePath, what: impl Display, keys: Keys) -> Problem {
    let (shown, at) = match key {
        Value::Bool(value) => (value.to_string(), at.at_key(&value.to_string())),
        Value::Number(value) => (value.to_string(), at.at_key(&value.to_string())),
        Value::Null => ("null".to_owned(), at.at_key("null")),
        _ => (kind(key).to_owned(), at.clone()),
    };
    let problem = Problem::new(
        at,
        format!(
            "the key `{shown}` in {what} is {}, not a {}",
            kind(key),
            if keys == Keys::Times { "time" } else { "name" }
        ),
    );
    match key {
        Value::Bool(true) if keys == Keys::State => {
            problem.help("did you mean `events`? tools for YAML 1.1 read the key `on` as `true`")
        }
        Value::Number(number) if keys == Keys::Times => problem.help(with_unit(&number.to_string())),
        Value::Bool(_) | Value::Number(_) | Value::Null => problem.help(format!("put it in quotes: \"{shown}\"")),
        _ => problem.help("a key is one word"),
    }
}

/// A number as a time: others count milliseconds.
pub(super) fn with_unit(number: &str) -> String {
    match number.parse::<u64>() {
        Ok(millis) if millis > 0 && millis.is_multiple_of(1_000) => {
            format!("write `{millis}ms`, as XState counts, or `{}s`, which is the same", millis / 1_000)
        }
        _ => format!("write `{number}ms`, as XState counts, or `{number}s`"),
    }
}

/// What a value is, in words.
pub(crate) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::Text(_) => "a string",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a map",
    }
}
