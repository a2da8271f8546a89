//! Reading what a state does on a trigger.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::called;
use super::code;
use super::diagnostics::Keys;
use super::length::short;
use super::names::MOST_COMPARED;
use super::outline::Found;
use super::reading::Reading;
use super::steps::{Body, get};
use crate::context::Shape;
use crate::signal::EventName;
use crate::source::{NodePath, Problem, Value, did_you_mean};
use crate::workflow::chart::{DONE_OF, StateId, Transition, Trigger};

const EXPECTED: &str = "the name of a state, a map with `to`, `when` and `steps`, or a list of them";
pub(super) const ANY: &str = "*";

/// The events that a state names, as it writes them.
pub(super) type Handled<'a> = BTreeMap<EventName, &'a str>;

impl<'a> Reading<'a> {
    /// `events`, or `on` and `transitions` as the reference spells it.
    pub(super) fn events(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        of: &str,
        handled: &mut Handled<'a>,
    ) -> Vec<Transition> {
        let mut transitions = Vec::new();
        match value {
            Value::Sequence(list) if self.python.is_used => {
                for (index, value) in list.iter().enumerate() {
                    self.listed(value, &at.index(index), of, handled, &mut transitions);
                }
            }
            _ => {
                let what = format!("the events of {of}");
                let entries = self.diagnostics.entries(value, at, what, (Keys::Names, "a map from events to states"));
                self.diagnostics.lost_ways |= entries.is_none();
                for (written, value) in entries.unwrap_or_default() {
                    let key = at.at_key(written);
                    let what = format!("the target of `{}`", short(written));
                    let trigger = match written.strip_prefix(DONE_OF) {
                        Some(name) => self.ends(name, &key).map(Trigger::DoneOf),
                        None => self.trigger(written, &key, of, handled, false),
                    };
                    match trigger {
                        Some(trigger) => {
                            self.candidates(value, &at.key(written), &key, &what, &trigger, &mut transitions);
                        }
                        // What is wrong behind a wrong name is told all the same.
                        None => self.candidates(value, &at.key(written), &key, &what, &Trigger::Any, &mut Vec::new()),
                    }
                }
            }
        }
        transitions
    }

    /// The trigger of an event's name; `None` where it is none, or is given already.
    pub(super) fn trigger(
        &mut self,
        written: &'a str,
        at: &NodePath,
        of: &str,
        handled: &mut Handled<'a>,
        may_repeat: bool,
    ) -> Option<Trigger> {
        if written == ANY {
            return Some(Trigger::Any);
        }
        let name = self.event(written, at)?;
        match handled.get(&name) {
            Some(first) if *first != written || !may_repeat => {
                self.diagnostics.error(code::TWICE, || twice(at.clone(), written, first, &format!("handled in {of}")));
                return None;
            }
            _ => drop(handled.insert(name.clone(), written)),
        }
        let written = if self.whole.part(at).is_some() { name.spelled_like(written) } else { written.to_owned() };
        Some(Trigger::Event { name, written })
    }

    /// The state behind `done.state.`.
    fn ends(&mut self, name: &str, at: &NodePath) -> Option<StateId> {
        let found = match self.whole.find(&self.outline, name, at) {
            Found::One(id) => Some(id),
            Found::None => None,
            Found::Several(several) => {
                self.diagnostics.lost_ways = true;
                self.diagnostics.error(code::SAME_NAME, || called::ambiguous(name, &several, at.clone()));
                return None;
            }
        };
        let ends = |id: StateId| {
            let has = |key| self.outline.state(id).is_some_and(|state| state.get(key).is_some());
            has("states") || has("regions")
        };
        if let Some(id) = found.filter(|id| ends(*id)) {
            return Some(id);
        }
        self.diagnostics.lost_ways = true;
        let (whole, outline) = (self.whole, &self.outline);
        self.diagnostics.error(code::UNKNOWN_STATE, || {
            if found.is_some() {
                let problem = Problem::new(at.clone(), format!("there are no states inside `{name}` that could come to an end"));
                return problem.help("`done.state.NAME` is of a state with `states` or `regions`; `EVT_CHAIN_DONE` tells that the steps of a state are done");
            }
            let known = outline.names.iter().filter(|(_, id)| ends(**id)).map(|(name, _)| &**name);
            Problem::new(at.clone(), format!("unknown state `{}`", short(name)))
                .label("no such state in this workflow")
                .help(did_you_mean(name, whole.called(known, at, MOST_COMPARED)).unwrap_or_default())
        });
        None
    }

    /// A target, a candidate, or several of which the first is taken whose guard holds.
    pub(super) fn candidates(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        key: &NodePath,
        what: &str,
        trigger: &Trigger,
        transitions: &mut Vec<Transition>,
    ) {
        match value {
            Value::Sequence(list) if !list.is_empty() => {
                for (index, value) in list.iter().enumerate() {
                    let at = at.index(index);
                    transitions.extend(self.candidate(value, &at, &at, what, trigger));
                }
            }
            _ => transitions.extend(self.candidate(value, at, key, what, trigger)),
        }
    }

    fn candidate(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        key: &NodePath,
        what: &str,
        trigger: &Trigger,
    ) -> Option<Transition> {
        match value {
            Value::Text(name) => {
                self.yaml_word(name, at.clone());
                let targets = vec![self.target(value, at, what)?];
                let place = self.sites.place(key);
                let (trigger, steps) = (trigger.clone(), Vec::new());
                let reenters = !self.is_of_whole(key);
                Some(Transition { trigger, guard: None, targets, reenters, undo: None, steps, place })
            }
            Value::Mapping(_) => {
                let body = self.diagnostics.entries(value, at, what, (Keys::Parts, EXPECTED))?;
                self.candidate_of(&body, at, key, what, trigger)
            }
            _ => {
                self.diagnostics.lost_ways = true;
                match value {
                    Value::Bool(_) | Value::Number(_) => drop(self.diagnostics.text(value, at, what, EXPECTED)),
                    _ => self.diagnostics.wrong_kind(value, at, what, EXPECTED),
                }
                None
            }
        }
    }

    /// Whether a transition is what a fragment says of its whole, which it never leaves by itself. One with regions leaves them all.
    fn is_of_whole(&self, key: &NodePath) -> bool {
        let own = self.own.and_then(|own| self.outline.state(own));
        own.is_some_and(|own| own.at.document() != key.document() && own.get("regions").is_none())
    }

    pub(super) fn candidate_of(
        &mut self,
        body: &Body<'a>,
        at: &NodePath,
        key: &NodePath,
        what: &str,
        trigger: &Trigger,
    ) -> Option<Transition> {
        const OURS: &[&str] = &["to", "when", "undo", "steps", "reenter"];
        const RECKONED: &[&str] = &["to", "when", "undo", "steps", "reenter", "follow"];
        const LISTED: &[&str] = &[
            "to",
            "when",
            "undo",
            "steps",
            "reenter",
            "event",
            "trigger",
            "from",
            "source",
            "target",
            "dest",
            "condition",
        ];
        let is_listed = get(body, "event").or_else(|| get(body, "trigger")).is_some();
        let of = if is_listed { "a transition" } else { "a candidate" };
        // Of one that is no time that the data say it has been refused already.
        let may_follow = trigger.is_time();
        let known = if may_follow { RECKONED } else { OURS };
        self.diagnostics.only_keys(body, at, of, if is_listed { LISTED } else { known });
        let find = |keys: &[&'static str]| keys.iter().find_map(|key| get(body, key).map(|value| (*key, value)));
        let targets = find(&["to", "target", "dest"]).map(|(key, value)| self.targets(value, &at.key(key), what));
        let stays = targets.as_ref().is_some_and(Option::is_some) && self.is_of_whole(key);
        let reenters = get(body, "reenter").map_or(Some(!stays), |value| {
            self.reenter(value, targets.as_ref().map(Option::as_deref), &at.key("reenter"), &at.at_key("reenter"))
        });
        let is_done = matches!(trigger, Trigger::Invoked(_));
        let handles_event = match is_done {
            true => self.done.is_some(),
            false => matches!(trigger, Trigger::Every(_) | Trigger::Cron(_)) || !trigger.is_time(),
        };
        let before = std::mem::replace(&mut self.has_event, handles_event);
        let brought = if is_done { self.done.clone().unwrap_or(Shape::Opaque) } else { self.event.clone() };
        let event = std::mem::replace(&mut self.event, brought);
        let own = std::mem::replace(&mut self.has_own_event, *trigger != Trigger::Always);
        let guard = find(&["when", "condition"]).map(|(key, value)| {
            let guard = self.condition(value, &at.key(key), &format!("`{key}`"));
            self.diagnostics.lost_ways |= guard.is_none();
            guard
        });
        let undo = get(body, "undo").and_then(|value| self.diagnostics.flag(value, &at.key("undo"), "`undo`"));
        let steps =
            get(body, "steps").map_or_else(Vec::new, |value| self.chain(value, &at.key("steps"), "a transition"));
        (self.has_event, self.event, self.has_own_event) = (before, event, own);
        let (targets, guard) =
            (targets.unwrap_or_else(|| Some(Vec::new()))?, guard.map_or(Some(None), |it| it.map(Some))?);
        let place = self.sites.place(key);
        Some(Transition { trigger: trigger.clone(), guard, targets, reenters: reenters?, undo, steps, place })
    }

    /// Candidates after one that is always taken.
    pub(super) fn never_taken(&mut self, transitions: &[Transition]) {
        let mut earlier: BTreeMap<Key<'_>, Before<'_>> = BTreeMap::new();
        for late in transitions {
            let before = earlier.entry(key_of(&late.trigger)).or_default();
            let found = match &late.guard {
                Some(guard) => before.guarded.get(guard.text()).copied().or(before.certain),
                None => before.certain,
            };
            // One that is never taken hides nothing that is not hidden already.
            let Some(early) = found else {
                match &late.guard {
                    Some(guard) => drop(before.guarded.insert(guard.text(), late)),
                    None => before.certain = Some(late),
                }
                continue;
            };
            let (at, first) = (self.sites.at(&late.place), self.sites.at(&early.place));
            self.diagnostics.error(code::NEVER_TAKEN, || {
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

pub(super) fn twice(at: NodePath, written: &str, first: &str, done: &str) -> Problem {
    let problem = Problem::new(at, format!("the event `{written}` is {done} twice"));
    if written == first {
        return problem.label("given again");
    }
    problem
        .label(format!("the same event as `{first}`"))
        .help("`EVT_X` and `SIG_X` are one event, of the signal `sig_x`: keep one")
}

/// The candidates of one trigger so far.
#[derive(Default)]
struct Before<'t> {
    guarded: HashMap<&'t str, &'t Transition>,
    certain: Option<&'t Transition>,
}

/// What makes two triggers the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'t> {
    Event(&'t EventName),
    DoneOf(StateId),
    /// By its word, and how long it is or what says it.
    Time(&'static str, Duration, &'t str),
    Invoked(u32),
    Other(&'static str),
}

fn key_of(trigger: &Trigger) -> Key<'_> {
    if let Some((word, time, text)) = trigger.time() {
        return Key::Time(word, time, text);
    }
    match trigger {
        Trigger::Event { name, .. } => Key::Event(name),
        Trigger::Invoked(place) => Key::Invoked(*place),
        Trigger::Any => Key::Other("any"),
        Trigger::Done => Key::Other("done"),
        Trigger::DoneOf(state) => Key::DoneOf(*state),
        _ => Key::Other("always"),
    }
}
