//! Reading the parts of a state.

use serde_yaml::Value;

use super::code;
use super::reading::Reading;
use super::transitions::Handled;
use crate::source::{NodePath, Problem};
use crate::workflow::chart::{State, StateId, StateKind, Step, Transition, Trigger};

const KEYS: &[&str] = &[
    "description",
    "entry",
    "exit",
    "events",
    "always",
    "after",
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
/// What a final state has not.
const GOES_ON: [&str; 10] =
    ["events", "on", "transitions", "always", "after", "done", "on_error", "states", "regions", "initial"];

impl<'a> Reading<'a> {
    pub(super) fn description(&mut self, value: &Value, at: &NodePath, of: &str) -> Option<String> {
        let what = format!("the description of {of}");
        self.findings.text(value, &at.key("description"), what, "a string").map(str::to_owned)
    }

    /// A state but for its `on_error`, which needs all chains to be read.
    pub(super) fn state(&mut self, id: StateId, handled: &mut Handled<'a>) -> Option<State> {
        let sketch = self.outline.state(id)?;
        let (name, key, at, body) = (sketch.name, sketch.key.clone(), sketch.at.clone(), sketch.body.clone());
        let (parent, children) = (sketch.parent, sketch.children.clone());
        let what = format!("state `{name}`");
        self.yaml_word(name, key.clone());
        self.keys(&body, &at, &what);
        let kind = self.kind(id, &body, &at, &what);
        let body_of_events = body
            .iter()
            .find(|(key, _)| matches!(*key, "events" | "on" | "transitions"))
            .map(|(key, value)| (*key, *value));
        let (mut description, mut entry, mut exit, mut transitions) = (None, Vec::new(), Vec::new(), Vec::new());
        for (key, value) in body {
            let here = at.key(key);
            match key {
                "description" => description = self.description(value, &at, &what),
                "entry" | "process" => entry = self.entry(key, value, &at, &what),
                "exit" => exit = self.chain(value, &here, &what),
                "events" | "on" | "transitions" => transitions.extend(self.events(value, &here, &what, handled)),
                "always" => self.eventless(value, &at, "always", &Trigger::Always, &mut transitions),
                "done" => self.eventless(value, &at, "done", &Trigger::Done, &mut transitions),
                "after" => transitions.extend(self.timers(value, &here, &what)),
                _ => {}
            }
        }
        let found = body_of_events.map(|(key, value)| (at.key(key), value.as_mapping()));
        for (event, written) in &*handled {
            let of_event = |it: &&Transition| matches!(&it.trigger, Trigger::Event { name, .. } if name == event);
            let site = match &found {
                // In a map the event is the key, whatever candidates are below it.
                Some((events, Some(map))) if map.contains_key(*written) => events.at_key(written),
                _ => transitions.iter().find(of_event).map_or_else(|| at.clone(), |it| self.sites.at(&it.place)),
            };
            self.source(event, written, handled, site);
        }
        self.never_taken(&transitions);
        let place = self.sites.place(&key);
        let name = name.to_owned();
        Some(State { name, description, parent, children, kind, entry, exit, transitions, on_error: Vec::new(), place })
    }

    fn keys(&mut self, body: &[(&'a str, &'a Value)], at: &NodePath, what: &str) {
        let has = |key: &str| body.iter().any(|(name, _)| *name == key);
        if has("history") {
            return self.findings.only_keys(body, at, format!("the history {what}"), HISTORY_KEYS);
        }
        self.findings.only_keys(body, at, what, KEYS);
        let spelled: Vec<&str> =
            body.iter().map(|(key, _)| *key).filter(|key| matches!(*key, "events" | "on" | "transitions")).collect();
        if let [first, second, ..] = spelled[..] {
            self.findings.error(code::EXCLUSIVE, || {
                Problem::new(at.at_key(second), format!("{what} has both `{first}` and `{second}`"))
                    .help("put all of them under `events`")
            });
        }
        if has("entry") && has("process") {
            self.findings.error(code::EXCLUSIVE, || {
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
                self.findings.error(code::UNKNOWN_KEY, || {
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
        let what = format!("the target of `{key}`");
        self.candidates(value, &at.key(key), &at.at_key(key), &what, trigger, found);
    }

    fn kind(&mut self, id: StateId, body: &[(&'a str, &'a Value)], at: &NodePath, what: &str) -> StateKind {
        let get = |key: &str| body.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        if let Some(value) = get("history") {
            return self.history(id, value, get("default"), at, what);
        }
        let is_final =
            get("final").and_then(|value| self.findings.flag(value, &at.key("final"), format!("`final` of {what}")));
        if is_final == Some(true) {
            for key in GOES_ON.into_iter().filter(|key| get(key).is_some()) {
                self.findings.error(code::FINAL, || {
                    Problem::new(at.at_key(key), format!("{what} is final, and has `{key}`"))
                        .label("nothing comes after a final state")
                        .help("remove one of the two")
                });
            }
            let around = self.outline.state(id).and_then(|state| state.parent);
            if get("result").is_some() && around.is_some() {
                self.findings.error(code::UNKNOWN_KEY, || {
                    Problem::new(at.at_key("result"), format!("`result` of {what} is given to nobody"))
                        .help("the workflow gives the result of a final state that is in no other: write it there")
                });
            }
            let result = get("result").and_then(|value| self.result(value, &at.key("result")));
            return StateKind::Final { result };
        }
        let (children, is_region) = match self.outline.state(id) {
            Some(sketch) => (sketch.children.clone(), sketch.is_region),
            None => (Vec::new(), false),
        };
        if get("regions").is_some() {
            if children.is_empty() && !self.findings.lost_ways {
                self.findings.error(code::REGIONS, || {
                    Problem::new(at.at_key("regions"), format!("{what} has no regions"))
                        .help("as in `regions: { LEFT: { states: .. }, RIGHT: { states: .. } }`")
                });
            }
            if get("initial").is_some() {
                self.findings.error(code::REGIONS, || {
                    Problem::new(at.at_key("initial"), format!("{what} has regions, which are all entered"))
                        .help("write `initial` inside a region")
                });
            }
            return StateKind::Parallel;
        }
        if is_region && children.is_empty() {
            self.findings.error(code::REGIONS, || {
                Problem::new(at.clone(), format!("the region of {what} has no states")).help("write `states` inside it")
            });
        }
        match (get("states"), children.first()) {
            (_, Some(first)) => {
                let first = *first;
                let initial = self.initial(id, first, get("initial"), at, what);
                StateKind::Compound { initial }
            }
            (Some(_), None) if !self.findings.lost_ways => {
                self.findings.error(code::NOTHING, || {
                    Problem::new(at.at_key("states"), format!("there are no states inside {what}"))
                        .help("add some, or remove `states`")
                });
                StateKind::Simple
            }
            (None, None) if get("initial").is_some() => {
                self.findings.error(code::INITIAL, || {
                    Problem::new(at.at_key("initial"), format!("{what} has an `initial`, and no states inside"))
                });
                StateKind::Simple
            }
            _ => StateKind::Simple,
        }
    }

    /// The child that is entered first.
    fn initial(&mut self, id: StateId, first: StateId, value: Option<&Value>, at: &NodePath, what: &str) -> StateId {
        let is_history = |it: &Self, id| it.outline.state(id).is_some_and(|state| state.get("history").is_some());
        let Some(value) = value else {
            if is_history(self, first) {
                self.findings.error(code::INITIAL, || {
                    Problem::new(
                        at.clone(),
                        format!("the first state inside {what} is a history, which has nothing to remember yet"),
                    )
                    .help("write `initial`, or put another state first")
                });
            }
            return first;
        };
        let here = at.key("initial");
        let Some(found) = self.target(value, &here, &format!("`initial` of {what}")) else { return first };
        let is_child = self.outline.state(found).is_some_and(|state| state.parent == Some(id));
        if !is_child || is_history(self, found) {
            self.findings.lost_ways = true;
            let children: Vec<&str> = self
                .outline
                .state(id)
                .into_iter()
                .flat_map(|state| &state.children)
                .filter_map(|child| self.outline.state(*child))
                .map(|state| state.name)
                .collect();
            let name = self.outline.state(found).map_or("", |state| state.name);
            self.findings.error(code::INITIAL, || {
                let message = if is_child {
                    format!("`{name}` is a history, which has nothing to remember yet")
                } else {
                    format!("`{name}` is not directly inside {what}")
                };
                Problem::new(here, message).help(format!("inside it: {}", children.join(", ")))
            });
            return first;
        }
        found
    }

    fn history(
        &mut self,
        id: StateId,
        value: &Value,
        default: Option<&'a Value>,
        at: &NodePath,
        what: &str,
    ) -> StateKind {
        let here = at.key("history");
        let deep = match self.findings.text(value, &here, format!("`history` of {what}"), "`shallow` or `deep`") {
            Some("deep") => true,
            Some("shallow") | None => false,
            Some(other) => {
                self.findings.error(code::HISTORY, || {
                    Problem::new(here, format!("there is no history `{other}`")).suggest(other, ["shallow", "deep"])
                });
                false
            }
        };
        let sketch = self.outline.state(id);
        let parent = sketch.filter(|sketch| !sketch.is_region).and_then(|sketch| sketch.parent);
        let mut kind = StateKind::History { deep, default: id };
        let Some(parent) = parent else {
            self.findings.lost_ways = true;
            self.findings.error(code::HISTORY, || {
                Problem::new(at.clone(), format!("{what} is a history, and not among the `states` of another state"))
                    .help("it remembers what was active in the state around it: put it there")
            });
            return kind;
        };
        let Some(value) = default else {
            self.findings.lost_ways = true;
            self.findings.error(code::HISTORY, || {
                Problem::new(at.clone(), format!("the history {what} has no `default`"))
                    .help("say where it leads when there is nothing to remember")
            });
            return kind;
        };
        let at = at.key("default");
        let Some(found) = self.target(value, &at, &format!("`default` of {what}")) else { return kind };
        let target = self.outline.state(found);
        let is_child = target.is_some_and(|state| state.parent == Some(parent));
        let is_history = target.is_some_and(|state| state.get("history").is_some());
        let fits = is_child || (deep && self.outline.is_within(found, parent));
        let name = target.map_or("", |state| state.name);
        let outer = self.outline.state(parent).map_or("", |state| state.name);
        if !fits || is_history {
            self.findings.lost_ways = true;
            self.findings.error(code::HISTORY, || {
                let message = match (is_history, deep) {
                    (true, _) => format!("`{name}` is a history itself"),
                    (_, true) => format!("`{name}` is not inside `{outer}`, which this history is of"),
                    (_, false) => format!("`{name}` is not directly inside `{outer}`, which this history is of"),
                };
                Problem::new(at, message).help("the default is entered in place of what would be remembered")
            });
        } else if let StateKind::History { default, .. } = &mut kind {
            *default = found;
        }
        kind
    }

    /// Candidates after one that is always taken.
    pub(super) fn never_taken(&mut self, transitions: &[Transition]) {
        for (index, late) in transitions.iter().enumerate() {
            let same = |early: &&Transition| same_trigger(&early.trigger, &late.trigger);
            let text = |it: &Transition| it.guard.as_ref().map(|guard| guard.text().trim().to_owned());
            let guard = text(late);
            let before =
                transitions[..index].iter().filter(same).find(|early| early.guard.is_none() || text(early) == guard);
            let Some(early) = before else { continue };
            let (at, first) = (self.sites.at(&late.place), self.sites.at(&early.place));
            self.findings.error(code::NEVER_TAKEN, || {
                let problem = match early.guard {
                    None => Problem::new(at, "this candidate is never taken: one before it has no guard")
                        .help("give the earlier one a `when`, or put it last"),
                    Some(_) => Problem::new(at, "this candidate is never taken: one before it has the same guard"),
                };
                problem.other("the one before it", first)
            });
        }
    }
}

fn same_trigger(one: &Trigger, other: &Trigger) -> bool {
    match (one, other) {
        (Trigger::Event { name, .. }, Trigger::Event { name: other, .. }) => name == other,
        _ => one == other,
    }
}
