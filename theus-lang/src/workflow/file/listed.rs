//! Transitions as lists, as the Python reference and its relatives write them: `{ event, from, to }`.

use std::collections::BTreeSet;

use super::code;
use super::diagnostics::Keys;
use super::python::Difference;
use super::reading::Reading;
use super::steps::{Body, get};
use super::transitions::{ANY, Handled};
use crate::signal::EventName;
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::{Transition, Trigger};

/// How many transitions those of the whole file may make.
const MOST_OF_ALL: usize = 100_000;

impl<'a> Reading<'a> {
    /// One of a list of transitions, as the reference's relatives write them: `{ event, to }`.
    pub(super) fn listed(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        of: &str,
        handled: &mut Handled<'a>,
        transitions: &mut Vec<Transition>,
    ) {
        let expected = (Keys::Parts, "a map with `event` and `to`");
        let Some(body) = self.diagnostics.entries(value, at, "a transition", expected) else {
            self.diagnostics.lost_ways = true;
            return;
        };
        let Some((key, written)) = self.listed_event(&body, at) else { return };
        let trigger = self.trigger(written, &at.key(key), of, handled, true);
        let read = self.candidate_of(&body, at, at, "a transition", trigger.as_ref().unwrap_or(&Trigger::Any));
        transitions.extend(read.filter(|_| trigger.is_some()));
    }

    pub(super) fn listed_event(&mut self, body: &Body<'a>, at: &NodePath) -> Option<(&'static str, &'a str)> {
        let found = ["event", "trigger"].into_iter().find_map(|key| get(body, key).map(|value| (key, value)));
        let Some((key, value)) = found else {
            self.diagnostics.lost_ways = true;
            self.diagnostics.error(code::STEP, || {
                Problem::new(at.clone(), "a transition has no `event`").help("as in `{ event: CMD_GO, to: NEXT }`")
            });
            return None;
        };
        let text =
            self.diagnostics.text(value, &at.key(key), "the event of a transition", "a name such as `CMD_START`");
        self.diagnostics.lost_ways |= text.is_none();
        text.map(|text| (key, text))
    }

    /// `transitions` of the whole file: each belongs to the state it comes from, or to all.
    pub(super) fn of_all(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        handled: &mut [Handled<'a>],
    ) -> Vec<(usize, Transition)> {
        let Value::Sequence(list) = value else {
            self.diagnostics.lost_ways = true;
            self.diagnostics.wrong_kind(value, at, "`transitions`", "a list of transitions: `{ event, from, to }`");
            return Vec::new();
        };
        let own: Vec<BTreeSet<EventName>> = handled.iter().map(|state| state.keys().cloned().collect()).collect();
        let (mut found, mut looked_at) = (Vec::new(), 0_usize);
        for (index, value) in list.iter().enumerate() {
            let at = at.index(index);
            let Some(body) = self.diagnostics.entries(
                value,
                &at,
                "a transition",
                (Keys::Parts, "a map with `event`, `from` and `to`"),
            ) else {
                self.diagnostics.lost_ways = true;
                continue;
            };
            let from = ["from", "source"].into_iter().find_map(|key| get(&body, key).map(|value| (key, value)));
            let from: Option<Vec<usize>> = match from {
                None | Some((_, Value::Null)) => None,
                Some((_, Value::Text(all))) if all == ANY => None,
                Some((key, value)) => {
                    let one = std::slice::from_ref(value);
                    let list = value.as_sequence().unwrap_or(one);
                    let is_list = value.as_sequence().is_some();
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
            looked_at = looked_at.saturating_add(sources.len());
            if looked_at > MOST_OF_ALL {
                self.diagnostics.lost_ways = true;
                self.diagnostics.error(code::TOO_MUCH, || {
                    Problem::new(at, format!("the transitions of the whole file are more than {MOST_OF_ALL}, one for each state that they come from"))
                        .help("put the states that they are for into one state, and write them as its `events`")
                });
                break;
            }
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
        self.python.tell(at, Difference { kind, message, help: ours }, &mut self.diagnostics);
    }
}
