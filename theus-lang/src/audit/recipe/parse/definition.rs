//! One process or template: what it inherits, what it is allowed, and its entries.

use std::collections::HashSet;

use super::super::catalog::Problems;
use super::super::code;
use super::super::model::{Declared, Definition, Entry};
use super::entry::Reading;
use super::words::{unknown_key, word, wrong_kind};
use crate::source::{NodePath, Problem, Value};
use theus_model::audit::Gate;

const KEYS: [&str; 5] = ["inherits", "inputs", "outputs", "side_effects", "errors"];

impl Reading<'_> {
    pub(super) fn definition<'a>(
        &mut self,
        (name, written): (&'a str, &str),
        value: &'a Value,
        above: &NodePath,
    ) -> Option<Definition<'a>> {
        let at = above.key(written);
        let help = "give it `inputs`, `outputs` or `inherits`";
        let map = match value {
            Value::Mapping(map) => map,
            Value::Null => {
                let problem = Problem::new(at, format!("`{name}` has no rules")).code(code::NO_RULES);
                self.problems.push(problem.help(help));
                return None;
            }
            other => {
                self.problems.push(wrong_kind(at, &format!("`{name}`"), "a map", other).help(help));
                return None;
            }
        };
        for key in map.keys().map(word).filter(|key| !KEYS.contains(&key.as_ref())) {
            self.problems.push(unknown_key(&at, &key, KEYS));
        }
        let before = self.problems.len();
        let names = |key: &str, expected: &str, problems: &mut Problems| {
            map.get(key).map(|value| names(key, expected, value, &at.key(key), problems))
        };
        let inherits = names("inherits", "the name of a template or a list of names", self.problems);
        let inherits = inherits.map_or_else(Vec::new, |declared| declared.names);
        let effects = names("side_effects", "a list of effects", self.problems);
        let errors = names("errors", "a list of errors", self.problems);
        let mut entries = Vec::new();
        for gate in Gate::ALL {
            if let Some(list) = map.get(gate.key()) {
                self.entries(gate, list, &at.key(gate.key()), &mut entries);
            }
        }
        let says_something = effects.is_some() || errors.is_some() || !inherits.is_empty() || !entries.is_empty();
        if !says_something && self.problems.len() == before {
            // Empty lists are written on purpose; nothing at all is forgotten.
            let (at, message) = (above.at_key(written), format!("`{name}` has no rules"));
            let listed = Gate::ALL.iter().any(|gate| map.contains_key(gate.key()));
            let problem = if listed {
                Problem::warning(at, message).code(code::EMPTY).help("remove it, or give it rules")
            } else {
                Problem::new(at, message).code(code::NO_RULES).help(help)
            };
            self.problems.push(problem);
        }
        repetitions(&entries, self.problems);
        Some(Definition { name, at: above.at_key(written), inherits, effects, errors, entries })
    }
}

/// A name, or a list of names.
fn names<'a>(key: &str, expected: &str, value: &'a Value, at: &NodePath, problems: &mut Problems) -> Declared<'a> {
    let mut names = Vec::new();
    let mut add = |value: &'a Value, at: NodePath| match value.as_str() {
        Some(name) => names.push((name, at)),
        None => problems.push(wrong_kind(at, &format!("`{key}`"), expected, value)),
    };
    match value {
        Value::Sequence(list) => list.iter().enumerate().for_each(|(index, name)| add(name, at.index(index))),
        name => add(name, at.clone()),
    }
    Declared { at: at.clone(), names }
}

/// Two entries of one list that say the same. The same field and condition with another bound or level are graduated limits.
pub(super) fn repetitions<'a>(entries: impl IntoIterator<Item = &'a Entry<'a>>, problems: &mut Problems) {
    let entries: Vec<_> = entries.into_iter().collect();
    let mut in_order: Vec<_> = (0..entries.len()).collect();
    // Paths of other lengths are told apart without a look at their letters.
    in_order.sort_by_key(|index| (entries[*index].gate, entries[*index].field.len(), entries[*index].field));
    let groups = in_order.chunk_by(|one, other| {
        (entries[*one].gate, entries[*one].field) == (entries[*other].gate, entries[*other].field)
    });
    // The conditions of one entry differ.
    let mut beside: Vec<_> = groups.filter(|group| group.len() > 1).flatten().copied().collect();
    beside.sort_unstable();
    let mut seen = HashSet::new();
    for entry in beside.into_iter().map(|index| entries[index]) {
        for bound in &entry.conditions {
            if !seen.insert((entry.gate, entry.field, bound.test, entry.level, entry.counted, bound.value)) {
                let Entry { gate, field, .. } = entry;
                let message = format!("`{}` of {field} is given twice at the {gate} gate", bound.test);
                let problem = Problem::new(entry.at.at_key(bound.test.as_str()), message).code(code::DUPLICATE);
                problems.push(
                    problem.label("given again").help("keep one of them, or give them other bounds, levels or windows"),
                );
            }
        }
    }
}
