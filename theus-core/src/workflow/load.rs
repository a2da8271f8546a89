//! From a YAML document to a checked definition.

use std::collections::BTreeMap;
use std::path::Path;

use serde_yaml::Value;

use super::definition::{Definition, Handler, State, StateId};
use super::file::sources::Sources;
use super::load_state::twice;
use super::read::Findings;
use super::{Catalog, Warning};
use crate::process::Contract;
use crate::signal::{EmitError, EventName};
use crate::source::{Document, NodePath, Problem, SourceError, nearest};

const WORKFLOW_KEYS: &[&str] = &["name", "description", "initial", "external", "states"];

pub(super) fn load(document: &Document, catalog: &Catalog<'_>) -> Result<Definition, SourceError> {
    let mut loader = Loader {
        findings: Findings::default(),
        sources: Sources::new(catalog.signals),
        processes: catalog.processes.iter().map(|contract| (contract.process, *contract)).collect(),
        states: BTreeMap::new(),
    };
    let definition = loader.workflow(document);
    let Findings { problems, doubts } = loader.findings;
    match definition {
        Some(definition) if problems.is_empty() => {
            Ok(Definition { warnings: warnings(document, doubts), ..definition })
        }
        _ => Err(document.error(problems)),
    }
}

/// A workflow being read: what was found so far, and the names it may use.
pub(super) struct Loader<'a> {
    pub(super) findings: Findings,
    pub(super) sources: Sources<'a>,
    pub(super) processes: BTreeMap<&'static str, &'static Contract>,
    /// The names of the states, with their places.
    pub(super) states: BTreeMap<&'a str, StateId>,
}

impl<'a> Loader<'a> {
    fn workflow(&mut self, document: &'a Document) -> Option<Definition> {
        let at = NodePath::root();
        let entries = self.findings.entries(document.root(), &at, "a workflow", "a map with the key `states`")?;
        self.findings.only_keys(&entries, &at, "the workflow", WORKFLOW_KEYS);
        let get = |key: &str| entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);

        let name = get("name").and_then(|value| self.findings.text(value, &at.key("name"), "`name`", "a string"));
        let description = get("description").and_then(|value| self.description(value, &at, "the workflow"));
        let external = get("external").map_or_else(Vec::new, |value| self.external(value, &at.key("external")));
        let Some(states) = get("states") else {
            let misspelt = entries.iter().any(|(key, _)| nearest(key, WORKFLOW_KEYS.iter().copied()) == Some("states"));
            if !misspelt {
                self.findings.add(|| no_states(at.clone(), "the workflow has no `states`"));
            }
            return None;
        };
        let states = self.states(states, &at.key("states"))?;
        let initial = match get("initial") {
            Some(value) => self.state_name(value, &at.key("initial"), "`initial`")?,
            None => StateId(0),
        };
        self.unreachable(&states, initial, &at.key("states"));
        let name = name.map_or_else(|| stem(document.file().name()), str::to_owned);
        Some(Definition { name, description, initial, external, states, warnings: Vec::new() })
    }

    fn external(&mut self, value: &Value, at: &NodePath) -> Vec<EventName> {
        let names = match value {
            Value::Null => return Vec::new(),
            Value::Sequence(names) => names,
            _ => {
                self.findings.wrong_type(value, at, "`external`", "a list of events");
                return Vec::new();
            }
        };
        let mut external: BTreeMap<EventName, &str> = BTreeMap::new();
        let mut ordered = Vec::with_capacity(names.len());
        for (index, value) in names.iter().enumerate() {
            let at = at.index(index);
            let Some(written) = self.findings.text(value, &at, "an event", "a name such as `CMD_START`") else {
                continue;
            };
            let Some(event) = self.event(written, &at) else { continue };
            if event.is_builtin() {
                self.findings.add(|| Problem::new(at, EmitError::Builtin(event).to_string()).help("remove it"));
            } else if let Some(first) = external.get(&event) {
                self.findings.add(|| twice(at, written, first, "listed under `external`"));
            } else {
                external.insert(event.clone(), written);
                self.sources.add_external(event.clone());
                ordered.push(event);
            }
        }
        ordered
    }

    fn states(&mut self, value: &'a Value, at: &NodePath) -> Option<Vec<State>> {
        let entries = self.findings.entries(value, at, "`states`", "a map from names to states")?;
        if entries.is_empty() {
            self.findings.add(|| no_states(at.clone(), "a workflow needs at least one state"));
            return None;
        }
        self.states = entries.iter().enumerate().map(|(index, (name, _))| (*name, StateId(index))).collect();
        Some(entries.into_iter().map(|(name, value)| self.state(name, value, at)).collect())
    }

    /// Doubts every state that no chain of events leads to.
    fn unreachable(&mut self, states: &[State], initial: StateId, at: &NodePath) {
        let mut reached = vec![false; states.len()];
        let mut open = vec![initial];
        while let Some(id) = open.pop() {
            if !std::mem::replace(&mut reached[id.0], true) {
                open.extend(states[id.0].events().iter().map(Handler::target));
            }
        }
        for (state, _) in states.iter().zip(reached).filter(|(_, reached)| !reached) {
            self.findings.doubt(|| {
                let (lost, from) = (state.name(), states[initial.0].name());
                Problem::new(at.at_key(lost), format!("no chain of events leads from `{from}` to `{lost}`"))
                    .help("give a state an event that leads here, or remove it")
            });
        }
    }
}

fn no_states(at: NodePath, message: &str) -> Problem {
    Problem::new(at, message).help("as in `states: { IDLE: { events: { CMD_START: DONE } }, DONE: {} }`")
}

fn warnings(document: &Document, doubts: Vec<Problem>) -> Vec<Warning> {
    if doubts.is_empty() {
        return Vec::new();
    }
    let located = document.error(doubts);
    let warnings = located.problems().iter().map(|doubt| Warning {
        file: doubt.file.clone(),
        line: doubt.line,
        column: doubt.column,
        message: doubt.message.clone(),
        help: doubt.help.clone(),
    });
    warnings.collect()
}

/// The name of a file without its folders and its extension.
fn stem(file: &str) -> String {
    Path::new(file).file_stem().map_or_else(|| file.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
