//! Reading the parts of a state.

use std::collections::BTreeMap;

use super::code;
use super::reading::Reading;
use super::transitions::Handled;
use crate::signal::EventName;
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::{Place, State, StateId, Step, Transition, Trigger};

const KEYS: &[&str] = &[
    "description",
    super::include::KEY,
    "entry",
    "exit",
    "saga",
    "atomic",
    "reply",
    "invoke",
    "events",
    "defer",
    "always",
    "after",
    "at",
    "every",
    "cron",
    "done",
    "on_error",
    "initial",
    "states",
    "regions",
    "final",
    "result",
    "history",
    "default",
    "on",
    "transitions",
    "process",
];
const HISTORY_KEYS: &[&str] = &["description", "history", "default"];

impl<'a> Reading<'a> {
    pub(super) fn description(&mut self, value: &Value, at: &NodePath, of: &str) -> Option<String> {
        if value.is_null() {
            return None;
        }
        let what = format!("the description of {of}");
        self.diagnostics.text(value, &at.key("description"), what, "a string").map(str::to_owned)
    }

    /// A state but for its `on_error`, which needs all chains to be read.
    pub(super) fn state(&mut self, id: StateId, handled: &mut Handled<'a>) -> Option<State> {
        self.own = Some(id);
        let sketch = self.outline.state(id)?;
        let (name, key, at, body) = (sketch.name, sketch.key.clone(), sketch.at.clone(), sketch.body.clone());
        let (parent, children) = (sketch.parent, sketch.children.clone());
        let own = (sketch.called != name).then(|| name.to_owned());
        let called = sketch.called.clone().into_owned();
        let is_root = self.outline.root() == Some(id);
        let what = if is_root { "the workflow".to_owned() } else { format!("state `{called}`") };
        self.yaml_word(name, key.clone());
        self.keys(&body, &at, &what);
        let kind = self.kind(id, &body, &at, &what);
        let body_of_events = body
            .iter()
            .find(|(key, _)| matches!(*key, "events" | "on" | "transitions"))
            .map(|(key, value)| (*key, *value));
        let defer = body.iter().find(|(key, _)| *key == "defer").map(|(_, value)| *value);
        let (mut description, mut entry, mut exit, mut transitions) = (None, Vec::new(), Vec::new(), Vec::new());
        let (mut invokes, mut saga, mut atomic, mut reply) = (Vec::new(), false, false, None);
        for (key, value) in body {
            let here = at.key(key);
            match key {
                "description" => description = self.description(value, &at, &what),
                "entry" | "process" => entry = self.entry(key, value, &at, &what),
                "exit" => exit = self.chain(value, &here, &what),
                "saga" => {
                    saga = self.diagnostics.flag(value, &here, format!("`saga` of {what}")).unwrap_or(false);
                }
                "atomic" => {
                    atomic = self.diagnostics.flag(value, &here, format!("`atomic` of {what}")).unwrap_or(false);
                }
                "reply" => reply = self.reply(value, &here),
                "invoke" => invokes = self.invokes(value, &at, &what, &mut transitions),
                "events" | "on" | "transitions" => transitions.extend(self.events(value, &here, &what, handled)),
                "always" => self.eventless(value, &at, "always", &Trigger::Always, &mut transitions),
                "done" => self.eventless(value, &at, "done", &Trigger::Done, &mut transitions),
                "after" => transitions.extend(self.timers(value, &here, &what)),
                "at" => transitions.extend(self.dates(value, &here, &what)),
                "cron" => transitions.extend(self.calendar(value, &here, &what)),
                "every" => transitions.extend(self.cycles(value, &here, &what)),
                _ => {}
            }
        }
        let defer = defer.map_or_else(Vec::new, |value| self.deferred(value, &at.key("defer"), &what, handled));
        let found = body_of_events.map(|(key, value)| (at.key(key), value.as_mapping()));
        let mut first: BTreeMap<&EventName, &Place> = BTreeMap::new();
        for way in &transitions {
            if let Trigger::Event { name, .. } = &way.trigger {
                first.entry(name).or_insert(&way.place);
            }
        }
        for (event, written) in &*handled {
            let site = match &found {
                // In a map the event is the key, whatever candidates are below it.
                Some((events, Some(map))) if map.contains_key(written) => events.at_key(written),
                _ => first.get(event).map_or_else(|| at.clone(), |place| self.sites.at(place)),
            };
            self.source(event, written, handled, site);
        }
        self.never_taken(&transitions);
        let place = self.sites.place(&key);
        let name = called;
        self.invokes_of_kind(&kind, &invokes, &at, &what);
        let on_error = Vec::new();
        Some(State {
            name,
            own,
            description,
            parent,
            children,
            kind,
            entry,
            exit,
            invokes,
            transitions,
            defer,
            saga,
            atomic,
            reply,
            on_error,
            place,
        })
    }

    fn keys(&mut self, body: &[(&'a str, &'a Value)], at: &NodePath, what: &str) {
        let has = |key: &str| body.iter().any(|(name, _)| *name == key);
        if has("history") {
            return self.diagnostics.only_keys(body, at, format!("the history {what}"), HISTORY_KEYS);
        }
        self.diagnostics.only_keys(body, at, what, KEYS);
        let spelled: Vec<&str> =
            body.iter().map(|(key, _)| *key).filter(|key| matches!(*key, "events" | "on" | "transitions")).collect();
        if let [first, second, ..] = spelled[..] {
            self.diagnostics.error(code::EXCLUSIVE, || {
                Problem::new(at.at_key(second), format!("{what} has both `{first}` and `{second}`"))
                    .help("put all of them under `events`")
            });
        }
        if has("entry") && has("process") {
            self.diagnostics.error(code::EXCLUSIVE, || {
                Problem::new(at.at_key("process"), format!("{what} has both `entry` and `process`"))
                    .help("put all steps under `entry`")
            });
        }
        if has("on") {
            self.yaml_word("on", at.at_key("on"));
            self.python.has_on = true;
            self.python.is_used = true;
        }
        for (key, ours) in [("transitions", "write `events`"), ("process", "write `entry`")] {
            if has(key) {
                self.reference_key(key, ours, &at.at_key(key));
            }
        }
        for key in ["default", "result"] {
            let belongs = if key == "default" { "history" } else { "final" };
            if has(key) && !has(belongs) {
                self.diagnostics.error(code::UNKNOWN_KEY, || {
                    Problem::new(at.at_key(key), format!("`{key}` of {what} says nothing without `{belongs}`"))
                });
            }
        }
    }

    fn entry(&mut self, key: &str, value: &'a Value, at: &NodePath, what: &str) -> Vec<Step> {
        self.chain(value, &at.key(key), what)
    }

    fn eventless(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        key: &str,
        trigger: &Trigger,
        found: &mut Vec<Transition>,
    ) {
        if value.is_null() || value.as_sequence().is_some_and(<[Value]>::is_empty) {
            return;
        }
        let what = format!("the target of `{key}`");
        self.candidates(value, &at.key(key), &at.at_key(key), &what, trigger, found);
    }
}
