//! Reading one state: its entry chain, its events, where they lead.

use std::collections::BTreeMap;

use serde_yaml::Value;

use super::definition::{Handler, State, StateId, Step};
use super::file::sources::Source;
use super::load::Loader;
use crate::process::Contract;
use crate::signal::EventName;
use crate::source::{NodePath, Problem, did_you_mean};

const STATE_KEYS: &[&str] = &["description", "entry", "events"];

/// How many names a suggestion is looked for among.
const MOST_COMPARED: usize = 1_000;

impl Loader<'_> {
    pub(super) fn description(&mut self, value: &Value, at: &NodePath, of: &str) -> Option<String> {
        let what = format!("the description of {of}");
        self.findings.text(value, &at.key("description"), what, "a string").map(str::to_owned)
    }

    pub(super) fn state(&mut self, name: &str, value: &Value, states: &NodePath) -> State {
        if name.trim().is_empty() {
            self.findings.add(|| Problem::new(states.at_key(name), "a state without a name").help("name it"));
        }
        let at = states.key(name);
        let what = format!("state `{name}`");
        let expected = "a map with `entry` and `events`";
        let entries = self.findings.entries(value, &at, &what, expected).unwrap_or_default();
        self.findings.only_keys(&entries, &at, &what, STATE_KEYS);
        let (mut description, mut entry, mut handlers) = (None, Vec::new(), Vec::new());
        for (key, value) in entries {
            match key {
                "description" => description = self.description(value, &at, &what),
                "entry" => entry = self.entry(value, &at.key(key), &what),
                "events" => handlers = self.events(value, &at.key(key), &what),
                _ => {}
            }
        }
        State::new(name.to_owned(), description, entry, handlers)
    }

    fn entry(&mut self, value: &Value, at: &NodePath, of: &str) -> Vec<Step> {
        match value {
            Value::Null => Vec::new(),
            Value::String(name) => self.step(name, at.clone()).into_iter().collect(),
            Value::Sequence(names) => {
                let mut steps = Vec::with_capacity(names.len());
                for (index, value) in names.iter().enumerate() {
                    let at = at.index(index);
                    let what = format!("a step of {of}");
                    let name = self.findings.text(value, &at, what, "the name of a process");
                    steps.extend(name.and_then(|name| self.step(name, at)));
                }
                steps
            }
            _ => {
                let what = format!("the entry of {of}");
                self.findings.wrong_type(value, at, what, "the name of a process or a list of names");
                Vec::new()
            }
        }
    }

    fn step(&mut self, name: &str, at: NodePath) -> Option<Step> {
        let Some(contract) = self.processes.get(name) else {
            let known = self.processes.keys().copied().take(MOST_COMPARED);
            self.findings.add(|| {
                Problem::new(at, format!("unknown process `{name}`"))
                    .label("no process of this name is registered")
                    .help(did_you_mean(name, known).unwrap_or_else(|| "no process is registered".to_owned()))
            });
            return None;
        };
        if !contract.arguments.is_empty() {
            self.findings.add(|| takes_arguments(at, contract));
            return None;
        }
        Some(Step { contract })
    }

    fn events(&mut self, value: &Value, at: &NodePath, of: &str) -> Vec<Handler> {
        let what = format!("the events of {of}");
        let expected = "a map from events to states";
        let entries = self.findings.entries(value, at, &what, expected).unwrap_or_default();
        let mut handled: BTreeMap<EventName, &str> = BTreeMap::new();
        let mut handlers = Vec::with_capacity(entries.len());
        for (written, value) in entries {
            let target = self.state_name(value, &at.key(written), &format!("the target of `{written}`"));
            let Some(event) = self.event(written, &at.at_key(written)) else { continue };
            if let Some(first) = handled.get(&event) {
                self.findings.add(|| twice(at.at_key(written), written, first, &format!("handled in {of}")));
                continue;
            }
            handled.insert(event.clone(), written);
            // A handler without a target is not kept: its problem is already noted.
            let Some(target) = target else { continue };
            handlers.push(Handler { event, written: written.to_owned(), target });
        }
        for (event, written) in &handled {
            self.source(event, written, &handled, at.at_key(written));
        }
        handlers
    }

    /// Checks that something can raise an event.
    fn source(&mut self, event: &EventName, written: &str, beside: &BTreeMap<EventName, &str>, at: NodePath) {
        let none =
            |at| Problem::new(at, format!("nothing raises the event `{written}`")).label("no signal field raises it");
        match self.sources.of(event, beside) {
            Source::Known => {}
            Source::Clash(field) => self.findings.add(|| {
                Problem::new(
                    at,
                    format!("`{written}` is told by the workflow, and the signal `{field}` would raise it too"),
                )
                .help(format!("rename the field `{field}`"))
            }),
            Source::Near(near) => self.findings.add(|| {
                let near = near.spelled_like(written);
                none(at).help(format!("did you mean `{near}`? if it comes from outside, list it under `external`"))
            }),
            Source::Unknown => self.findings.doubt(|| {
                let field = event.signal_field();
                let help = format!(
                    "if it comes from outside, list it under `external`; else give the domain a signal `{field}`"
                );
                none(at).help(help)
            }),
        }
    }

    pub(super) fn event(&mut self, written: &str, at: &NodePath) -> Option<EventName> {
        match EventName::parse(written) {
            Ok(event) => Some(event),
            Err(error) => {
                let sources = &self.sources;
                self.findings.add(|| Problem::new(at.clone(), error.to_string()).help(sources.mend(written, &error)));
                None
            }
        }
    }

    pub(super) fn state_name(&mut self, value: &Value, at: &NodePath, what: &str) -> Option<StateId> {
        let name = self.findings.text(value, at, what, "the name of a state")?;
        let found = self.states.get(name).copied();
        if found.is_none() {
            let states = &self.states;
            self.findings.add(|| {
                Problem::new(at.clone(), format!("unknown state `{name}`"))
                    .label("no such state in this workflow")
                    .help(did_you_mean(name, states.keys().copied().take(MOST_COMPARED)).unwrap_or_default())
            });
        }
        found
    }
}

pub(super) fn twice(at: NodePath, written: &str, first: &str, done: &str) -> Problem {
    let problem = Problem::new(at, format!("the event `{written}` is {done} twice"));
    if written == first {
        return problem.label("given again");
    }
    problem
        .label(format!("the same event as `{first}`"))
        .help("`EVT_X` and `SIG_X` are one event, of the signal `sig_x`: keep one")
}

fn takes_arguments(at: NodePath, contract: &Contract) -> Problem {
    let arguments: Vec<String> =
        contract.arguments.iter().map(|argument| format!("`{}: {}`", argument.name, argument.type_name)).collect();
    Problem::new(at, format!("the process `{}` takes arguments, and an entry step has none to give", contract.process))
        .label(format!("takes {}", arguments.join(", ")))
        .help("name a process without arguments, one that reads what it needs from the domain")
}
