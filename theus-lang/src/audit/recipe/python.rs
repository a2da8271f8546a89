//! Recipes written for the Python reference: what is spelt otherwise there, and what means something else.

use std::borrow::Cow;

use super::catalog::Problems;
use super::code;
use crate::source::{NodePath, Problem, Value};
use theus_model::audit::Gate;

const LAYERS: [(&str, &str); 3] = [("domain_ctx.", "domain."), ("global_ctx.", "global."), ("local_ctx.", "local.")];

/// Signs that a file was written for the Python reference, and where its defaults matter.
#[derive(Default)]
pub(super) struct Dialect {
    is_python: bool,
    level: Occurrences,
    reset: Occurrences,
    max_threshold: Occurrences,
    /// It has `threshold`, which the 3.0 line does not.
    is_2: bool,
}

/// Where something was first, and how often.
#[derive(Default)]
struct Occurrences {
    first: Option<NodePath>,
    count: usize,
}

impl Occurrences {
    fn add(&mut self, at: impl FnOnce() -> NodePath) {
        self.first.get_or_insert_with(at);
        self.count += 1;
    }
}

impl Dialect {
    /// Something that only the Python reference writes.
    pub(super) const fn hint(&mut self) {
        self.is_python = true;
    }

    /// An entry whose level is the default.
    pub(super) fn default_level(&mut self, at: impl FnOnce() -> NodePath) {
        self.level.add(at);
    }

    /// An entry whose `reset_on_success` is the default.
    pub(super) fn default_reset(&mut self, at: impl FnOnce() -> NodePath) {
        self.reset.add(at);
    }

    /// The key `threshold`, which only its 2.x writes.
    pub(super) const fn threshold(&mut self) {
        (self.is_python, self.is_2) = (true, true);
    }

    /// An entry that says at which violation it acts.
    pub(super) fn max_threshold(&mut self, at: impl FnOnce() -> NodePath) {
        self.max_threshold.add(at);
    }

    /// What means something else here, told once a file.
    pub(super) fn warn(self, problems: &mut Problems) {
        if !self.is_python {
            return;
        }
        let defaults = [
            (self.level, "level", "C in the Python reference and B here", "C"),
            (self.reset, "reset_on_success", "true in the Python reference and false here", "true"),
        ];
        for (occurrences, key, meaning, theirs) in defaults {
            let Some(at) = occurrences.first else { continue };
            let more = match occurrences.count {
                1 => String::new(),
                count => format!(" (so in {count} entries of this file)"),
            };
            let message = format!("where `{key}` is not given it is {meaning}{more}");
            let help = format!("give it, or put `defaults: {{ {key}: {theirs} }}` at the top of the file");
            problems.push(Problem::warning(at, message).code(code::PYTHON).help(help));
        }
        if let Some(at) = self.max_threshold.first.filter(|_| !self.is_2) {
            let message =
                "`max_threshold: n` acts at violation n here, and at n + 1 in the 3.0 line of the Python reference";
            let help = "give one more where that was meant, and write the layers as they are here: `domain.`, `global.`, `local.`";
            problems.push(Problem::warning(at, message).code(code::PYTHON).help(help));
        }
    }
}

/// The values of a file with its layers spelt as they are here. Nodes stay where they are, so that positions hold.
pub(super) fn respelt<'a>(root: &'a Value, dialect: &mut Dialect) -> Cow<'a, Value> {
    if !fields(root).any(|field| field.as_str().is_some_and(|text| here(text).is_some())) {
        return Cow::Borrowed(root);
    }
    dialect.hint();
    let mut root = root.clone();
    let recipes = root.get_mut("process_recipes").and_then(Value::as_mapping_mut);
    for definition in recipes.into_iter().flat_map(|recipes| recipes.values_mut()) {
        for gate in Gate::ALL {
            let entries = definition.get_mut(gate.key()).and_then(Value::as_sequence_mut);
            for field in entries.into_iter().flatten().filter_map(|entry| entry.get_mut("field")) {
                if let Some(text) = field.as_str().and_then(here) {
                    *field = Value::Text(text);
                }
            }
        }
    }
    Cow::Owned(root)
}

fn fields(root: &Value) -> impl Iterator<Item = &Value> {
    let definitions = root.get("process_recipes").and_then(Value::as_mapping).into_iter().flat_map(|all| all.values());
    definitions.flat_map(|definition| {
        let entries = Gate::ALL.into_iter().filter_map(|gate| definition.get(gate.key())?.as_sequence()).flatten();
        entries.filter_map(|entry| entry.get("field"))
    })
}

fn here(field: &str) -> Option<String> {
    LAYERS.iter().find_map(|(theirs, ours)| field.strip_prefix(theirs).map(|rest| format!("{ours}{rest}")))
}
