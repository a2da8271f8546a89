//! Reading a whole workflow.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::code;
use super::diagnostics::Keys;
use super::outline::{Found, Outline};
use super::python::Difference;
use super::reading::Reading;
use super::transitions::{Handled, twice};
use crate::context::Zone;
use crate::signal::EventName;
use crate::source::{Mapping, NodePath, Problem, Value, did_you_mean, nearest};
use crate::workflow::chart::{State, StateId, StateKind, Trigger};

const KEYS: &[&str] = &[
    "name",
    "description",
    "initial",
    "strict",
    "limit",
    "external",
    "initialised",
    "moved",
    "states",
    "steps",
    "transitions",
    "version",
    "entry",
    "exit",
    "invoke",
    "events",
    "defer",
    "always",
    "after",
    "at",
    "every",
    "cron",
    "on_error",
    "regions",
];
/// What makes the workflow a state itself, around all others.
const OF_ROOT: &[&str] =
    &["entry", "exit", "invoke", "events", "defer", "always", "after", "at", "every", "cron", "on_error", "regions"];
/// What the only state of a file with nothing but `steps` is called.
const ONLY_STATE: &str = "RUN";

/// What was read, as far as it could be.
pub(super) struct Written {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) strict: bool,
    /// The documents of the fragments that are strict.
    pub(super) strict_parts: Vec<usize>,
    pub(super) limit: Option<u32>,
    pub(super) external: Vec<EventName>,
    /// Data fields that are there before the workflow begins, with their layer.
    pub(super) initialised: Vec<String>,
    /// What states were called before.
    pub(super) moved: Vec<(String, StateId)>,
    /// The states, and the one to begin in; `None` where there are none.
    pub(super) chart: Option<(Vec<State>, StateId)>,
    /// The state that is the whole workflow.
    pub(super) root: Option<StateId>,
}

impl<'a> Reading<'a> {
    pub(super) fn workflow(&mut self) -> Option<Written> {
        let document = self.whole.file()?;
        let at = document.path();
        let entries = self.diagnostics.entries(
            document.root(),
            &at,
            "a workflow",
            (Keys::Parts, "a map with the key `states`"),
        )?;
        let beside = self.states_beside(&entries);
        if beside.is_empty() {
            self.diagnostics.only_keys(&entries, &at, "the workflow", KEYS);
        } else {
            self.diagnostics.error(code::NOTHING, || {
                Problem::new(at.at_key("states"), "`states` is empty").label("nothing is indented below it").help(
                    format!(
                        "indent what belongs to it: {}",
                        beside.iter().take(8).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                    ),
                )
            });
            return None;
        }
        // A misspelt key of the workflow itself is no way from state to state.
        self.diagnostics.lost_ways = false;
        // A key with nothing behind it says nothing, but for the two that a workflow is made of.
        let is_said = |key: &str, value: &Value| matches!(key, "states" | "steps" | "regions") || !value.is_null();
        let get = |key: &str| {
            entries.iter().find(|(name, value)| *name == key && is_said(key, value)).map(|(_, value)| *value)
        };
        let name = get("name").and_then(|value| self.diagnostics.text(value, &at.key("name"), "`name`", "a string"));
        let name = name.map_or_else(|| stem(document.file().name()), str::to_owned);
        let description = get("description").and_then(|value| self.description(value, &at, "the workflow"));
        let strict = get("strict").and_then(|value| self.diagnostics.flag(value, &at.key("strict"), "`strict`"));
        let limit = get("limit").and_then(|value| self.limit(value, &at.key("limit")));
        let mut external = get("external").map_or_else(Vec::new, |value| self.external(value, &at.key("external")));
        let mut initialised =
            get("initialised").map_or_else(Vec::new, |value| self.initialised(value, &at.key("initialised")));
        let mut strict_parts = Vec::new();
        for (root, at) in self.whole.fragments() {
            if let Some(value) = root.get("external") {
                let known: BTreeSet<EventName> = external.iter().cloned().collect();
                let own = self.external(value, &at.key("external"));
                external.extend(own.into_iter().filter(|event| !known.contains(event)));
            }
            if let Some(value) = root.get("initialised").filter(|value| !value.is_null()) {
                initialised.extend(self.initialised(value, &at.key("initialised")));
            }
            if let Some(value) = root.get("strict").filter(|value| !value.is_null())
                && self.diagnostics.flag(value, &at.key("strict"), "`strict`") == Some(true)
            {
                strict_parts.push(at.document());
            }
        }
        initialised.sort_unstable();
        initialised.dedup();
        if get("version").is_some() {
            let message = "`version` says nothing: neither here nor in the Python reference".to_owned();
            let difference = Difference { kind: "version", message, help: "remove it, or put it into the description" };
            self.python.tell(&at.at_key("version"), difference, &mut self.diagnostics);
            self.python.is_used = false;
        }
        let of_root: Vec<_> = OF_ROOT.iter().filter_map(|key| Some((*key, get(key)?))).collect();
        if get("states").is_some() && get("regions").is_some() {
            self.diagnostics.error(code::EXCLUSIVE, || {
                Problem::new(at.at_key("regions"), "the workflow has both `states` and `regions`")
                    .help("`states`: one of them is active at a time; `regions`: all are. Put the states into a region")
            });
            return None;
        }
        let chart = match (get("states").or_else(|| get("regions")), get("steps")) {
            (Some(_), Some(_)) => {
                self.diagnostics.error(code::EXCLUSIVE, || {
                    let inside = if get("states").is_some() { "states" } else { "regions" };
                    Problem::new(at.at_key("steps"), format!("the workflow has both `{inside}` and `steps`"))
                        .help("put the steps into the `entry` of a state")
                });
                None
            }
            (Some(states), None) => {
                if !of_root.is_empty() {
                    let inside = ["initial", "states"].iter().filter_map(|key| Some((*key, get(key)?)));
                    let body = entries.iter().filter(|(key, _)| OF_ROOT.contains(key) && get(key).is_some()).copied();
                    self.outline = Outline::read_root(body.chain(inside).collect(), &at, &mut self.diagnostics);
                }
                self.chart(states, get("initial"), get("transitions"), &at)
            }
            (None, Some(steps)) => {
                for (key, _) in of_root {
                    self.diagnostics.error(code::EXCLUSIVE, || {
                        Problem::new(at.at_key(key), format!("the workflow has both `steps` and `{key}`"))
                            .help("put the steps into the `entry` of a state, and write `states`")
                    });
                }
                self.only_steps(steps, &at)
            }
            (None, None) => {
                let misspelt = entries.iter().any(|(key, _)| nearest(key, KEYS.iter().copied()) == Some("states"));
                if !misspelt {
                    self.no_states(&at, "the workflow has no `states`");
                }
                None
            }
        };
        // By now the states are known.
        let mut moved = get("moved").map_or_else(Vec::new, |value| self.moved(value, &at.key("moved")));
        for (root, at) in self.whole.fragments() {
            if let Some(value) = root.get("moved").filter(|value| !value.is_null()) {
                moved.extend(self.moved(value, &at.key("moved")));
            }
        }
        let strict = strict.unwrap_or(false);
        let root = self.outline.root();
        Some(Written { name, description, strict, strict_parts, limit, external, initialised, moved, chart, root })
    }

    /// Keys that hold maps as states do, beside a `states` that holds nothing.
    fn states_beside(&self, entries: &[(&'a str, &'a Value)]) -> Vec<&'a str> {
        let is_empty = entries.iter().any(|(key, value)| *key == "states" && value.is_null());
        let unknown = entries.iter().filter(|(key, value)| is_empty && value.is_mapping() && !KEYS.contains(key));
        unknown.map(|(key, _)| *key).collect()
    }

    fn no_states(&mut self, at: &NodePath, message: &str) {
        self.diagnostics.error(code::NOTHING, || {
            Problem::new(at.clone(), message)
                .help("as in `states: { IDLE: { events: { CMD_START: DONE } }, DONE: { final: true } }`")
        });
    }

    fn limit(&mut self, value: &Value, at: &NodePath) -> Option<u32> {
        let limit = value.as_u64().and_then(|limit| u32::try_from(limit).ok()).filter(|limit| *limit > 0);
        if limit.is_none() {
            self.diagnostics.wrong_kind(value, at, "`limit`", "a whole number from 1 to 4294967295");
        }
        limit
    }

    fn external(&mut self, value: &'a Value, at: &NodePath) -> Vec<EventName> {
        let names = match value {
            Value::Null => return Vec::new(),
            Value::Sequence(names) => names,
            _ => {
                self.diagnostics.wrong_kind(value, at, "`external`", "a list of events");
                return Vec::new();
            }
        };
        let mut external: BTreeMap<EventName, &str> = BTreeMap::new();
        let mut ordered = Vec::with_capacity(names.len());
        for (index, value) in names.iter().enumerate() {
            let at = at.index(index);
            let Some(written) = self.diagnostics.text(value, &at, "an event", "a name such as `CMD_START`") else {
                continue;
            };
            let Some(event) = self.event(written, &at) else { continue };
            if event.is_builtin() {
                self.diagnostics
                    .error(code::BUILTIN, || Problem::new(at, event.cannot_come_from_outside()).help("remove it"));
            } else if let Some(first) = external.get(&event) {
                self.diagnostics.error(code::TWICE, || twice(at, written, first, "listed under `external`"));
            } else {
                external.insert(event.clone(), written);
                self.sources.add_external(event.clone());
                ordered.push(event);
            }
        }
        ordered
    }

    /// Data fields that are there before the workflow begins; a nested context stands for all of its fields.
    fn initialised(&mut self, value: &'a Value, at: &NodePath) -> Vec<String> {
        let Value::Sequence(list) = value else {
            self.diagnostics.wrong_kind(value, at, "`initialised`", "a list of fields such as `domain.report`");
            return Vec::new();
        };
        let known: Vec<String> =
            self.catalog.fields(Zone::Data).into_iter().map(|path| format!("domain.{path}")).collect();
        let mut found = BTreeSet::new();
        for (index, value) in list.iter().enumerate() {
            let at = at.index(index);
            let Some(path) =
                self.diagnostics.text(value, &at, "an initialised field", "a path such as `domain.report`")
            else {
                continue;
            };
            let path = &*self.whole.part(&at).map_or(Cow::Borrowed(path), |part| part.path(path));
            let is_inside =
                |it: &&String| it.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let mut meant = known.iter().filter(is_inside).peekable();
            let is_known = meant.peek().is_some();
            found.extend(meant.cloned());
            if !is_known {
                self.diagnostics.error(code::INITIALISED, || {
                    Problem::new(at, format!("`{}` is no Data field of the domain", super::length::short(path)))
                        .help(did_you_mean(path, known.iter().map(String::as_str)).unwrap_or_default())
                });
            }
        }
        found.into_iter().collect()
    }

    /// What states were called before, or which have gone, and which take their place: for sessions that were stored there.
    fn moved(&mut self, value: &'a Value, at: &NodePath) -> Vec<(String, StateId)> {
        let known = (Keys::Names, "a map from the names that states had to those that they have: `{ OLD: NEW }`");
        let entries = self.diagnostics.entries(value, at, "`moved`", known).unwrap_or_default();
        let mut moved = Vec::with_capacity(entries.len());
        for (before, value) in entries {
            let target = self.target(value, &at.key(before), &format!("what `{before}` was moved to"));
            if matches!(self.whole.find(&self.outline, before, &at.at_key(before)), Found::One(_)) {
                self.diagnostics.error(code::EXCLUSIVE, || {
                    Problem::new(at.at_key(before), format!("`{before}` is a state, and was moved to another one"))
                        .help("what was stored there is there still: rename the state, or take this out")
                });
                continue;
            }
            let part = self.whole.part(at);
            let before = part.map_or_else(|| before.to_owned(), |part| part.state(before, &self.outline));
            moved.extend(target.map(|target| (before, target)));
        }
        moved
    }

    fn chart(
        &mut self,
        states: &'a Value,
        initial: Option<&'a Value>,
        transitions: Option<&'a Value>,
        at: &NodePath,
    ) -> Option<(Vec<State>, StateId)> {
        let is_parallel = self.outline.root().and_then(|root| self.outline.state(root)?.get("regions")).is_some();
        let here = at.key(if is_parallel { "regions" } else { "states" });
        if states.is_null() || states.as_mapping().is_some_and(Mapping::is_empty) {
            self.no_states(&here, "a workflow needs at least one state");
            return None;
        }
        if !self.outline.has_root {
            self.outline = Outline::read(states, &here, &mut self.diagnostics);
        }
        self.python.is_used |= transitions.is_some()
            || self
                .outline
                .states
                .iter()
                .any(|state| ["on", "transitions", "process"].iter().any(|key| state.get(key).is_some()));
        let mut handled: Vec<Handled<'a>> = self.outline.states.iter().map(|_| Handled::new()).collect();
        let ids = (0..).map(StateId).take(handled.len());
        let mut read: Vec<State> = ids.zip(&mut handled).filter_map(|(id, handled)| self.state(id, handled)).collect();
        if let Some(value) = transitions {
            self.of_the_whole_file(value, &at.key("transitions"), &mut read, &mut handled);
        }
        self.on_errors(&mut read);
        let initial = match self.outline.root() {
            // Where it begins inside is said by the whole, as by any state.
            Some(root) => Some(root),
            None => self.initial_of_all(initial, &read, &at.key("initial")),
        };
        self.results(&mut read);
        self.implicit_finals(&mut read);
        Some((read, initial?))
    }

    fn of_the_whole_file(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        states: &mut [State],
        handled: &mut [Handled<'a>],
    ) {
        self.reference_key("transitions", "write the `events` of each state", &at.parent().at_key("transitions"));
        let before: Vec<Handled<'a>> = handled.to_vec();
        for (state, transition) in self.of_all(value, at, handled) {
            let is_new = |name| before.get(state).is_some_and(|before: &Handled<'_>| !before.contains_key(name));
            if let Trigger::Event { name, written } = &transition.trigger
                && is_new(name)
            {
                let at = self.sites.at(&transition.place);
                self.source(name, written, &handled[state], at);
            }
            if let Some(state) = states.get_mut(state) {
                state.transitions.push(transition);
            }
        }
        for state in states.iter() {
            self.never_taken(&state.transitions);
        }
    }

    /// A file with nothing but `steps` is one state that runs them and is done.
    fn only_steps(&mut self, value: &'a Value, at: &NodePath) -> Option<(Vec<State>, StateId)> {
        self.python.is_used = true;
        let entry = self.chain(value, &at.key("steps"), "the workflow");
        if entry.is_empty() && self.diagnostics.errors.is_empty() {
            self.diagnostics.error(code::NOTHING, || Problem::new(at.key("steps"), "there are no steps to run"));
        }
        let state = State {
            name: ONLY_STATE.to_owned(),
            own: None,
            description: None,
            parent: None,
            children: Vec::new(),
            kind: StateKind::Final { result: None },
            entry,
            exit: Vec::new(),
            invokes: Vec::new(),
            transitions: Vec::new(),
            defer: Vec::new(),
            saga: false,
            atomic: false,
            reply: None,
            on_error: Vec::new(),
            place: self.sites.place(&at.at_key("steps")),
        };
        Some((vec![state], StateId(0)))
    }
}

/// The name of a file without its folders and its extension.
fn stem(file: &str) -> String {
    Path::new(file).file_stem().map_or_else(|| file.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
