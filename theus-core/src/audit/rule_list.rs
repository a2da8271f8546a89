//! The rules of a recipe, each once, as people tell them apart: an invariant is one rule, whichever processes it is judged after.

use std::collections::HashMap;
use std::fmt;

use super::{Gate, Recipe};

/// A rule of a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedRule {
    /// The process that it is of; none where it is an invariant.
    pub(crate) process: Option<String>,
    /// The gate.
    pub(crate) gate: Gate,
    /// The rule, as in `domain.temperature min 45`.
    pub(crate) rule: String,
    /// Where it stands.
    pub(crate) place: String,
    /// The processes after which it is judged.
    pub(crate) processes: Vec<String>,
}

/// The rules of a recipe, in the order of the file.
pub(crate) fn rules_of(recipe: &Recipe) -> Vec<ListedRule> {
    let mut rules: Vec<ListedRule> = Vec::new();
    let mut places: HashMap<(Option<String>, Gate, String, String), usize> = HashMap::new();
    for of_process in recipe.processes() {
        for rule in of_process.all() {
            let metadata = rule.metadata(of_process.process());
            let judged_after = metadata.process.to_string();
            let process = (!metadata.invariant).then(|| judged_after.clone());
            let (gate, rule, place) = (metadata.gate, metadata.rule.to_string(), metadata.source.to_string());
            let at = *places.entry((process.clone(), gate, rule.clone(), place.clone())).or_insert_with(|| {
                rules.push(ListedRule { process, gate, rule, place, processes: Vec::new() });
                rules.len() - 1
            });
            if let Some(listed) = rules.get_mut(at).filter(|listed| listed.processes.last() != Some(&judged_after)) {
                listed.processes.push(judged_after);
            }
        }
    }
    rules.sort_by_cached_key(|rule| in_file(&rule.place));
    rules
}

/// `file:line:column`, so that line 10 comes after line 9.
pub(crate) fn in_file(place: &str) -> (String, u64, u64) {
    let mut parts = place.rsplitn(3, ':');
    let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    let (column, line) = (number(), number());
    (parts.next().unwrap_or_default().to_owned(), line, column)
}

/// As in `domain.temperature min 45 of record (output), audit.yaml:4:9`.
pub(crate) fn write_rule(
    f: &mut fmt::Formatter<'_>,
    (process, gate): (Option<&str>, Gate),
    rule: &str,
    place: &str,
) -> fmt::Result {
    write!(f, "`{rule}` of {} ({gate}), {place}", process.unwrap_or("all processes"))
}
