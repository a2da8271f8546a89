//! A session in a test: it is told what happens, and says in one line what that did.

use super::super::{Configuration, Definition, Move, StateId, Step};
use super::sketch::{Bits, Node, On, after, definition, on};
use crate::condition::EvaluationError;
use crate::signal::EventName;

/// What a move did, by names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) leaves: Vec<String>,
    pub(super) remembered: Vec<(String, Vec<String>)>,
    pub(super) exited: Vec<String>,
    pub(super) entered: Vec<String>,
    /// The texts of the steps.
    pub(super) ran: Vec<String>,
    /// What runs as one, sorted.
    pub(super) strands: Vec<Group>,
    pub(super) done: Vec<String>,
    pub(super) finished: Option<String>,
}

/// What of a move runs as one: the texts of its steps, who hears how it ends, and who of the one that leads to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) ran: Vec<String>,
    pub(super) heard_by: String,
    pub(super) within: Option<String>,
}

pub(super) fn names(definition: &Definition, states: &[StateId]) -> Vec<String> {
    states.iter().map(|state| definition.state(*state).unwrap().name.clone()).collect()
}

pub(super) fn seen(definition: &Definition, moved: &Move<'_>) -> Seen {
    let ran = moved.effects().chains().flat_map(|chain| chain.steps.iter().map(text));
    Seen {
        leaves: names(definition, moved.to.leaves()),
        remembered: definition.stored(&moved.to).remembered.into_iter().collect(),
        exited: names(definition, moved.effects().exited()),
        entered: names(definition, moved.effects().entered()),
        ran: ran.collect(),
        strands: groups(definition, moved),
        done: names(definition, moved.effects().done()),
        finished: moved.effects().finished().map(|state| names(definition, &[state]).remove(0)),
    }
}

fn groups(definition: &Definition, moved: &Move<'_>) -> Vec<Group> {
    let name = |state: StateId| names(definition, &[state]).remove(0);
    let effects = moved.effects();
    let mut groups: Vec<Group> = Vec::new();
    for (place, strand) in effects.strands().iter().enumerate() {
        let of_it = effects.chains().filter(|chain| chain.strand as usize == place);
        let within = strand.within.map(|within| {
            assert!((within as usize) < place, "what leads to it comes before it");
            name(effects.strands()[within as usize].state)
        });
        let ran = of_it.flat_map(|chain| chain.steps.iter().map(text)).collect();
        groups.push(Group { ran, heard_by: name(strand.state), within });
    }
    groups.sort();
    groups
}

fn text(step: &Step) -> String {
    match step {
        Step::While { when, .. } => when.text().to_owned(),
        other => panic!("{other:?}"),
    }
}

pub(super) struct Walker {
    definition: Definition,
    at: Configuration,
    pub(super) activation: Bits,
}

impl Walker {
    /// Begins in the first state.
    pub(super) fn new<const N: usize>(top: [Node; N]) -> Self {
        Self::of(definition(&top[0].name, &top))
    }

    /// Begins where the chart does.
    pub(super) fn of(definition: Definition) -> Self {
        let at = definition.start().to;
        Self { definition, at, activation: Bits::default() }
    }

    pub(super) fn at(&self) -> String {
        names(&self.definition, self.at.leaves()).join(" ")
    }

    /// What happens next, and what that does: the chains in order, what is done, where it leads. `event` may also be `always`,
    /// a state's `done` or timer as `A done` and `A 5s`.
    pub(super) fn on(&mut self, event: &str) -> String {
        self.try_on(event).unwrap()
    }

    pub(super) fn try_on(&mut self, event: &str) -> Result<String, EvaluationError> {
        let (definition, at, activation) = (&self.definition, &self.at, &self.activation);
        let moved = match event.split_once(' ') {
            None if event == "always" => definition.eventless(at, activation)?,
            None => definition.transition(at, definition.event(&EventName::parse(event).unwrap()), activation)?,
            Some((state, what)) => {
                let state = definition.state_named(state).unwrap();
                match on(what) {
                    On::Done => definition.done(at, state, activation)?,
                    On::After(seconds) => {
                        let timer = definition.timers(state).find(|(_, time)| **time == after(seconds)).unwrap().0;
                        definition.timer(at, timer, activation)?
                    }
                    On::Event(error) => definition.fault(at, state, &error),
                    other => panic!("{other:?}"),
                }
            }
        };
        let Some(moved) = moved else { return Ok("nothing".to_owned()) };
        let seen = seen(definition, &moved);
        let to = moved.to;
        self.at = to;
        let mut line = seen.ran;
        line.extend(seen.done.iter().map(|state| format!("{state}!")));
        line.extend(seen.finished.iter().map(|state| format!("{state}!!")));
        line.push(format!("=> {}", seen.leaves.join(" ")));
        Ok(line.join(" "))
    }

    /// By a step's own `on_error`.
    pub(super) fn goto(&mut self, from: &str, target: &str) -> String {
        let id = |name| self.definition.state_named(name).unwrap();
        let moved = self.definition.goto(&self.at, id(from), id(target));
        let seen = seen(&self.definition, &moved);
        self.at = moved.to;
        format!("{} => {}", seen.ran.join(" "), seen.leaves.join(" "))
    }
}
