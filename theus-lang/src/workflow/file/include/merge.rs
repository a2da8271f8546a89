//! A state and the fragment that it includes, as one.

use super::super::code;
use super::KEY;
use crate::source::{Graft, Mapping, NodePath, Problem, Slot, Value};

/// What a fragment says of its whole, and is of the state then.
const OF_STATE: [&str; 14] = [
    "states", "regions", "initial", "entry", "exit", "invoke", "events", "defer", "always", "after", "at", "every",
    "cron", "on_error",
];
/// What both may say: maps whose keys differ.
const OF_BOTH: [&str; 6] = ["events", "after", "at", "every", "cron", "on_error"];
/// What is read of the fragment as of the file, and what it is called where it is one by itself.
const OF_FILE: [&str; 7] = ["name", "description", "strict", "external", "initialised", "moved", "version"];
/// What a state has that includes nothing.
const INSIDE: [&str; 7] = ["states", "regions", "initial", "final", "result", "history", "default"];

/// What a state that includes a fragment cannot say beside that.
pub(super) fn only_outside(own: &Mapping, at: &NodePath, problems: &mut Vec<Problem>) {
    for key in INSIDE.into_iter().filter(|key| own.get(key).is_some_and(|value| !value.is_null())) {
        let problem = Problem::new(at.at_key(key), format!("the state has both `{KEY}` and `{key}`"));
        let problem = problem.code(code::EXCLUSIVE).other("the fragment", at.key(KEY));
        problems.push(problem.help("what is inside the state is the fragment's: make a state of it, inside this one"));
    }
}

/// Whether a fragment is a chart, and says nothing that a part of one cannot; what is wrong is told.
pub(super) fn is_chart(root: &Value, at: &NodePath, name: &str, problems: &mut Vec<Problem>) -> bool {
    let before = problems.len();
    let has = |key: &str| root.get(key).is_some_and(|value| !value.is_null());
    if !has("states") && !has("regions") {
        if let Some(key) = ["process_recipes", "invariants"].into_iter().find(|key| has(key)) {
            let problem = Problem::new(at.at_key(key), format!("the fragment `{name}` is a part of recipes"));
            let help = "a recipe file includes it; what a state includes has `states`";
            problems.push(problem.code(code::INCLUDE).help(help));
            return false;
        }
        let problem = Problem::new(at.clone(), format!("the fragment `{name}` has no `states`")).code(code::NOTHING);
        problems.push(problem.help("what a state includes is a workflow of its own: `states: { .. }`"));
        return false;
    }
    let keys = root.as_mapping().into_iter().flat_map(Mapping::keys).filter_map(Value::as_str);
    for key in keys.filter(|key| !OF_STATE.contains(key) && !OF_FILE.contains(key)) {
        let refused =
            |message: String, help: &str| Problem::new(at.at_key(key), message).code(code::INCLUDE).help(help);
        problems.push(match key {
            "limit" => refused(
                "`limit` counts the moves of a whole workflow, not of a part of it".to_owned(),
                "write it in the file that includes the fragment",
            ),
            "steps" | "transitions" => refused(
                format!("`{key}` of a whole file cannot be included"),
                "write what they say in the states: `entry`, `events`",
            ),
            "saga" | "atomic" | "done" | "reply" => refused(
                format!("`{key}` is of a state, and a fragment is none by itself"),
                "say it of the state that includes the fragment",
            ),
            _ => Problem::new(at.at_key(key), format!("unknown key `{key}` of a fragment"))
                .code(code::UNKNOWN_KEY)
                .suggest(key, OF_STATE.into_iter().chain(OF_FILE)),
        });
    }
    problems.len() == before
}

/// A state and the fragment that it includes.
pub(super) struct Both<'b> {
    pub(super) name: &'b str,
    pub(super) own: &'b Mapping,
    pub(super) other: &'b Mapping,
    pub(super) own_at: &'b NodePath,
    pub(super) other_at: &'b NodePath,
}

impl Both<'_> {
    /// The state with what the fragment says.
    pub(super) fn merged(&self, to: Slot, from: Slot, graft: &mut Graft, problems: &mut Vec<Problem>) -> Value {
        let mut own = self.own.clone();
        let mut has_both = Vec::new();
        for key in OF_STATE {
            let says = |map: &Mapping| map.get(key).filter(|value| !value.is_null()).cloned();
            let (Some(mine), Some(theirs)) = (says(self.own), says(self.other)) else { continue };
            let slots = graft.key(to, key).zip(graft.key(from, key));
            let merged = match (mine.as_mapping(), theirs.as_mapping(), slots) {
                (Some(mine), Some(theirs), Some((to, from))) if OF_BOTH.contains(&key) => {
                    self.differ(key, mine, theirs, problems);
                    graft.put((to, mine), (from, theirs), |_| false)
                }
                _ => {
                    problems.push(self.twice(self.own_at.at_key(key), self.other_at.at_key(key), key));
                    continue;
                }
            };
            has_both.push(key);
            if let Some(value) = own.get_mut(key) {
                *value = merged;
            }
        }
        let says = |map: &Mapping, key: &str| map.get(key).is_some_and(|value| !value.is_null());
        let leaves_out = |key: &str| match key {
            "description" => says(&own, key) || !says(self.other, key),
            _ => !OF_STATE.contains(&key) || has_both.contains(&key) || !says(self.other, key),
        };
        graft.put((to, &own), (from, self.other), leaves_out)
    }

    /// Refuses keys that both have.
    fn differ(&self, of: &str, mine: &Mapping, theirs: &Mapping, problems: &mut Vec<Problem>) {
        for key in mine.keys().filter_map(Value::as_str).filter(|key| theirs.contains_key(key)) {
            problems.push(self.twice(self.own_at.key(of).at_key(key), self.other_at.key(of).at_key(key), key));
        }
    }

    fn twice(&self, at: NodePath, other: NodePath, key: &str) -> Problem {
        let message = format!("the fragment `{}` says `{key}` of the same state", self.name);
        let problem = Problem::new(at, message).code(code::INCLUDE).other("there", other);
        problem.help("say it of a state around this one")
    }
}
