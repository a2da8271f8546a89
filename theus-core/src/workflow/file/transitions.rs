//! Reading what a state does on a trigger.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use super::code;
use super::python::Difference;
use super::reading::Reading;
use super::steps::{Body, get};
use crate::signal::EventName;
use crate::source::{NodePath, Problem};
use crate::workflow::chart::{Transition, Trigger};

const EXPECTED: &str = "the name of a state, a map with `to`, `when` and `steps`, or a list of them";
const ANY: &str = "*";

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
                let entries = self.findings.entries(value, at, what, "a map from events to states");
                self.findings.lost_ways |= entries.is_none();
                for (written, value) in entries.unwrap_or_default() {
                    let key = at.at_key(written);
                    let Some(trigger) = self.trigger(written, &key, of, handled, false) else { continue };
                    let what = format!("the target of `{written}`");
                    self.candidates(value, &at.key(written), &key, &what, &trigger, &mut transitions);
                }
            }
        }
        transitions
    }

    /// The trigger of an event's name; `None` where it is none, or is given already.
    fn trigger(
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
                self.findings.error(code::TWICE, || twice(at.clone(), written, first, &format!("handled in {of}")));
                return None;
            }
            _ => drop(handled.insert(name.clone(), written)),
        }
        Some(Trigger::Event { name, written: written.to_owned() })
    }

    /// One of a list of transitions, as the reference's relatives write them: `{ event, to }`.
    pub(super) fn listed(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        of: &str,
        handled: &mut Handled<'a>,
        transitions: &mut Vec<Transition>,
    ) {
        let expected = "a map with `event` and `to`";
        let Some(body) = self.findings.entries(value, at, "a transition", expected) else {
            self.findings.lost_ways = true;
            return;
        };
        let Some((event_key, written)) = self.listed_event(&body, at) else { return };
        let Some(trigger) = self.trigger(written, &at.key(event_key), of, handled, true) else { return };
        transitions.extend(self.candidate_of(&body, at, at, "a transition", &trigger));
    }

    pub(super) fn listed_event(&mut self, body: &Body<'a>, at: &NodePath) -> Option<(&'static str, &'a str)> {
        let found = ["event", "trigger"].into_iter().find_map(|key| get(body, key).map(|value| (key, value)));
        let Some((key, value)) = found else {
            self.findings.lost_ways = true;
            self.findings.error(code::STEP, || {
                Problem::new(at.clone(), "a transition has no `event`").help("as in `{ event: CMD_GO, to: NEXT }`")
            });
            return None;
        };
        let text = self.findings.text(value, &at.key(key), "the event of a transition", "a name such as `CMD_START`");
        self.findings.lost_ways |= text.is_none();
        text.map(|text| (key, text))
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
            Value::String(name) => {
                self.yaml_word(name, at.clone());
                let target = Some(self.target(value, at, what)?);
                let place = self.sites.place(key);
                Some(Transition { trigger: trigger.clone(), guard: None, target, steps: Vec::new(), place })
            }
            Value::Mapping(_) => {
                let body = self.findings.entries(value, at, what, EXPECTED)?;
                self.candidate_of(&body, at, key, what, trigger)
            }
            _ => {
                self.findings.lost_ways = true;
                match value {
                    Value::Bool(_) | Value::Number(_) => drop(self.findings.text(value, at, what, EXPECTED)),
                    _ => self.findings.wrong_kind(value, at, what, EXPECTED),
                }
                None
            }
        }
    }

    fn candidate_of(
        &mut self,
        body: &Body<'a>,
        at: &NodePath,
        key: &NodePath,
        what: &str,
        trigger: &Trigger,
    ) -> Option<Transition> {
        const OURS: &[&str] = &["to", "when", "steps"];
        const LISTED: &[&str] =
            &["to", "when", "steps", "event", "trigger", "from", "source", "target", "dest", "condition"];
        let is_listed = get(body, "event").or_else(|| get(body, "trigger")).is_some();
        let of = if is_listed { "a transition" } else { "a candidate" };
        self.findings.only_keys(body, at, of, if is_listed { LISTED } else { OURS });
        let find = |keys: &[&'static str]| keys.iter().find_map(|key| get(body, key).map(|value| (*key, value)));
        let target = match find(&["to", "target", "dest"]) {
            Some((key, value)) => Some(self.target(value, &at.key(key), what)?),
            None => None,
        };
        let handles_event = !matches!(trigger, Trigger::After(_) | Trigger::Done);
        let before = std::mem::replace(&mut self.has_event, handles_event);
        let guard = find(&["when", "condition"]).map(|(key, value)| {
            let guard = self.condition(value, &at.key(key), &format!("`{key}`"));
            self.findings.lost_ways |= guard.is_none();
            guard
        });
        let steps =
            get(body, "steps").map_or_else(Vec::new, |value| self.chain(value, &at.key("steps"), "a transition"));
        self.has_event = before;
        let guard = match guard {
            Some(guard) => Some(guard?),
            None => None,
        };
        Some(Transition { trigger: trigger.clone(), guard, target, steps, place: self.sites.place(key) })
    }

    /// `after`: times, and where they lead.
    pub(super) fn timers(&mut self, value: &'a Value, at: &NodePath, of: &str) -> Vec<Transition> {
        let entries = self.findings.entries(value, at, format!("`after` of {of}"), "a map from times to states");
        self.findings.lost_ways |= entries.is_none();
        let mut known = BTreeMap::new();
        let mut transitions = Vec::new();
        for (written, value) in entries.unwrap_or_default() {
            let key = at.at_key(written);
            let Some(time) = self.time(written, &key, "a key of `after`") else {
                self.findings.lost_ways = true;
                continue;
            };
            if time.is_zero() {
                self.findings.error(code::DURATION, || {
                    Problem::new(key.clone(), "no time passes").help("`always` is what needs neither event nor time")
                });
            }
            if let Some(first) = known.insert(time, written) {
                self.findings.error(code::TWICE, || {
                    Problem::new(key.clone(), format!("`{written}` is the same time as `{first}`"))
                        .help("write several candidates as one list")
                });
                continue;
            }
            let what = format!("the target of `{written}`");
            self.candidates(value, &at.key(written), &key, &what, &Trigger::After(time), &mut transitions);
        }
        transitions
    }

    /// `transitions` of the whole file: each belongs to the state it comes from, or to all.
    pub(super) fn of_all(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        handled: &mut [Handled<'a>],
    ) -> Vec<(usize, Transition)> {
        let Value::Sequence(list) = value else {
            self.findings.lost_ways = true;
            self.findings.wrong_kind(value, at, "`transitions`", "a list of transitions: `{ event, from, to }`");
            return Vec::new();
        };
        let own: Vec<BTreeSet<EventName>> = handled.iter().map(|state| state.keys().cloned().collect()).collect();
        let mut found = Vec::new();
        for (index, value) in list.iter().enumerate() {
            let at = at.index(index);
            let Some(body) = self.findings.entries(value, &at, "a transition", "a map with `event`, `from` and `to`")
            else {
                self.findings.lost_ways = true;
                continue;
            };
            let from = ["from", "source"].into_iter().find_map(|key| get(&body, key).map(|value| (key, value)));
            let from: Option<Vec<usize>> = match from {
                None | Some((_, Value::Null)) => None,
                Some((_, Value::String(all))) if all == ANY => None,
                Some((key, value)) => {
                    let one = std::slice::from_ref(value);
                    let list = value.as_sequence().map_or(one, Vec::as_slice);
                    let is_list = value.is_sequence();
                    let ids = list.iter().enumerate().filter_map(|(index, value)| {
                        let at = if is_list { at.key(key).index(index) } else { at.key(key) };
                        self.target(value, &at, "where a transition comes from").map(|id| id.0 as usize)
                    });
                    Some(ids.collect())
                }
            };
            let everywhere = from.is_none();
            let sources = from.unwrap_or_else(|| self.outline.top().into_iter().map(|id| id.0 as usize).collect());
            let written = ["event", "trigger"].into_iter().find_map(|key| get(&body, key)?.as_str());
            let event = written.and_then(|written| EventName::parse(written).ok());
            for source in sources {
                let Some((state, of)) = self.outline.states.get(source).map(|it| (it, format!("state `{}`", it.name)))
                else {
                    continue;
                };
                let goes_on =
                    state.get("final").and_then(Value::as_bool) != Some(true) && state.get("history").is_none();
                let says_itself = event.as_ref().is_some_and(|event| own[source].contains(event));
                // What a state says itself comes before what is said of all.
                if everywhere && (!goes_on || says_itself) {
                    continue;
                }
                let mut transitions = Vec::new();
                self.listed(value, &at, &of, &mut handled[source], &mut transitions);
                found.extend(transitions.into_iter().map(|transition| (source, transition)));
            }
        }
        found
    }

    /// Marks a file as one of the reference, with a note on how it is written here.
    pub(super) fn reference_key(&mut self, key: &'static str, ours: &'static str, at: &NodePath) {
        let kind = "spelling";
        let message = format!("`{key}` is the Python reference's spelling");
        self.python.tell(at, Difference { kind, message, help: ours }, &mut self.findings);
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
