//! What kind of state it is: final, compound, parallel, a history, or simple.

use super::code;
use super::names::listed;
use super::reading::Reading;
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::{StateId, StateKind};

/// What a final state has not.
const GOES_ON: [&str; 16] = [
    "reply",
    "events",
    "defer",
    "on",
    "transitions",
    "always",
    "after",
    "at",
    "every",
    "cron",
    "done",
    "on_error",
    "states",
    "regions",
    "initial",
    "saga",
];

impl<'a> Reading<'a> {
    pub(super) fn kind(&mut self, id: StateId, body: &[(&'a str, &'a Value)], at: &NodePath, what: &str) -> StateKind {
        let get = |key: &str| body.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        if let Some(value) = get("history") {
            return self.history(id, value, get("default"), at, what);
        }
        let is_final =
            get("final").and_then(|value| self.diagnostics.flag(value, &at.key("final"), format!("`final` of {what}")));
        // Whether it ends there is not known.
        self.diagnostics.lost_ways |= get("final").is_some() && is_final.is_none();
        if is_final == Some(true) {
            for key in GOES_ON.into_iter().filter(|key| get(key).is_some_and(says_something)) {
                self.diagnostics.error(code::FINAL, || {
                    Problem::new(at.at_key(key), format!("{what} is final, and has `{key}`"))
                        .label("nothing comes after a final state")
                        .help("remove one of the two")
                });
            }
            let around = self.outline.state(id).and_then(|state| state.parent);
            let is_region =
                around.and_then(|around| self.outline.state(around)).is_some_and(|it| it.get("regions").is_some());
            if get("result").is_some() && is_region {
                self.diagnostics.error(code::UNKNOWN_KEY, || {
                    Problem::new(at.at_key("result"), format!("`result` of {what} is given to nobody"))
                        .help("regions come to their end together, and give nothing: write it in a final state inside of a region")
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
            if children.is_empty() && !self.diagnostics.lost_ways {
                self.diagnostics.error(code::REGIONS, || {
                    Problem::new(at.at_key("regions"), format!("{what} has no regions"))
                        .help("as in `regions: { LEFT: { states: .. }, RIGHT: { states: .. } }`")
                });
            }
            if get("initial").is_some() {
                self.diagnostics.error(code::REGIONS, || {
                    Problem::new(at.at_key("initial"), format!("{what} has regions, which are all entered"))
                        .help("write `initial` inside a region")
                });
            }
            return StateKind::Parallel;
        }
        if is_region && children.is_empty() {
            self.diagnostics.error(code::REGIONS, || {
                Problem::new(at.clone(), format!("the region of {what} has no states")).help("write `states` inside it")
            });
        }
        match (get("states"), children.first()) {
            (_, Some(first)) => {
                let first = *first;
                let initial = self.initial(id, first, get("initial"), at, what);
                StateKind::Compound { initial }
            }
            (Some(_), None) if !self.diagnostics.lost_ways => {
                self.diagnostics.error(code::NOTHING, || {
                    Problem::new(at.at_key("states"), format!("there are no states inside {what}"))
                        .help("add some, or remove `states`")
                });
                StateKind::Simple
            }
            (None, None) if get("initial").is_some() => {
                self.diagnostics.error(code::INITIAL, || {
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
                self.diagnostics.error(code::INITIAL, || {
                    Problem::new(
                        at.clone(),
                        format!(
                            "the first state inside {what} is a history, and nobody says that it is the initial one"
                        ),
                    )
                    .help(
                        "write `initial`, with the name of the history where that is meant, or put another state first",
                    )
                });
            }
            return first;
        };
        let here = at.key("initial");
        let own = self.whole.child(&self.outline, id, value, &here);
        let found = own.or_else(|| self.target(value, &here, &format!("`initial` of {what}")));
        let Some(found) = found else { return first };
        let is_child = self.outline.state(found).is_some_and(|state| state.parent == Some(id));
        if !is_child {
            self.diagnostics.lost_ways = true;
            let outline = &self.outline;
            let name = outline.state(found).map_or("", |state| state.name);
            self.diagnostics.error(code::INITIAL, || {
                let children = outline.state(id).into_iter().flat_map(|state| &state.children);
                let children = children.filter_map(|child| outline.state(*child));
                let inside = listed(children.map(|child| child.name));
                Problem::new(here, format!("`{name}` is not directly inside {what}"))
                    .help(format!("inside it: {inside}"))
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
        if let Value::Bool(_) = value {
            self.diagnostics.error(code::HISTORY, || {
                Problem::new(here.clone(), format!("`history` of {what} must be `shallow` or `deep`"))
                    .label("this is a boolean")
                    .help("write `history: shallow`: the state that was active in the state around it; or `deep`: all that was active inside")
            });
            return StateKind::History { deep: false, default: id };
        }
        let deep = match self.diagnostics.text(value, &here, format!("`history` of {what}"), "`shallow` or `deep`") {
            Some("deep") => true,
            Some("shallow") | None => false,
            Some(other) => {
                self.diagnostics.error(code::HISTORY, || {
                    Problem::new(here, format!("there is no history `{other}`")).suggest(other, ["shallow", "deep"])
                });
                false
            }
        };
        let sketch = self.outline.state(id);
        let parent = sketch.filter(|sketch| !sketch.is_region).and_then(|sketch| sketch.parent);
        // The whole is never left and entered again.
        let parent = parent.filter(|parent| self.outline.root() != Some(*parent));
        let mut kind = StateKind::History { deep, default: id };
        let Some(parent) = parent else {
            self.diagnostics.lost_ways = true;
            self.diagnostics.error(code::HISTORY, || {
                Problem::new(at.clone(), format!("{what} is a history, and not among the `states` of another state"))
                    .help("it remembers what was active in the state around it: put it there")
            });
            return kind;
        };
        let Some(value) = default else {
            self.diagnostics.lost_ways = true;
            self.diagnostics.error(code::HISTORY, || {
                Problem::new(at.clone(), format!("the history {what} has no `default`"))
                    .help("say where it leads when there is nothing to remember")
            });
            return kind;
        };
        let at = at.key("default");
        let beside = self.whole.child(&self.outline, parent, value, &at);
        let found = beside.or_else(|| self.target(value, &at, &format!("`default` of {what}")));
        let Some(found) = found else { return kind };
        let target = self.outline.state(found);
        let is_child = target.is_some_and(|state| state.parent == Some(parent));
        let is_history = target.is_some_and(|state| state.get("history").is_some());
        let fits = is_child || (deep && self.outline.is_within(found, parent));
        let name = target.map_or("", |state| state.name);
        let outer = self.outline.state(parent).map_or("", |state| state.name);
        if !fits || is_history {
            self.diagnostics.lost_ways = true;
            self.diagnostics.error(code::HISTORY, || {
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
}

/// Whether something is written there: an empty list or map is nothing.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Sequence(list) => !list.is_empty(),
        Value::Mapping(map) => !map.is_empty(),
        _ => true,
    }
}
