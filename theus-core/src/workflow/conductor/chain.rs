//! A chain under way: where in the steps it is.

use serde_json::Value;

use super::attempt::Attempt;
use super::broken::Broken;
use super::outcome::Fault;
use super::together::Together;
use super::undo::Undo;
use crate::signal::Payload;
use crate::workflow::chart::{Definition, Part, StateId, Step};

/// A chain under way: the steps of one move, from the first exit to the last entry. Between any two steps it can be left
/// for as long as one likes.
pub(super) struct Chain {
    /// What is to be run, in order.
    parts: Vec<(StateId, Part)>,
    /// Which of them is under way.
    part: usize,
    /// From the part's own steps inwards; empty before a part.
    pub(super) frames: Vec<Frame>,
    /// What the step under way is waiting for.
    pub(super) work: Work,
    /// What makes good what was committed, oldest first.
    pub(super) undo: Vec<Undo>,
    /// Why it does not go on. What was committed is being made good then.
    pub(super) broken: Option<Broken>,
    /// The payload of the event that it comes of.
    pub(super) payload: Option<Payload>,
}

/// What the step under way is waiting for.
pub(super) enum Work {
    /// Nothing: the chain is between two steps.
    None,
    Run(Attempt),
    Together(Box<Together>),
    Undo(Box<Undo>, Attempt),
}

/// A list of steps that is under way.
pub(super) struct Frame {
    /// The next step in it.
    at: usize,
    /// What it is to the list around it.
    inside: Inside,
}

enum Inside {
    Part,
    Then,
    Otherwise,
    Round,
    Each(Box<Each>),
}

struct Each {
    name: String,
    elements: std::vec::IntoIter<Value>,
    element: Value,
}

/// What comes next in a chain.
pub(super) enum Next<'d> {
    /// A step.
    Step(&'d Step),
    /// The next element of a list, with the steps of the loop from their beginning.
    Round,
    /// Nothing.
    End,
}

impl Chain {
    pub(super) fn new(parts: Vec<(StateId, Part)>, payload: Option<Payload>) -> Self {
        Self { parts, part: 0, frames: Vec::new(), work: Work::None, undo: Vec::new(), broken: None, payload }
    }

    /// A chain of which nothing is left to be run.
    pub(super) fn interrupted(state: StateId, payload: Option<Payload>) -> Self {
        Self { part: 1, ..Self::new(vec![(state, Part::Entry)], payload) }
    }

    /// A panic went through the step under way: it counts as interrupted. A compensation is not made twice.
    pub(super) fn fall(&mut self, definition: &Definition) {
        let process = self.process(definition).unwrap_or("a chain");
        self.work = Work::None;
        self.broken.get_or_insert_with(|| Broken::fault(Fault::Interrupted { process }));
    }

    /// The process that is under way, the first of several.
    pub(super) fn process(&self, definition: &Definition) -> Option<&'static str> {
        let &(state, part) = self.parts.get(self.part)?;
        let steps = innermost(part_of(definition, state, part), &self.frames);
        let run = match steps.get(self.frames.last()?.at)? {
            Step::Run(run) => run,
            Step::Parallel { branches, .. } => branches.first()?,
            _ => return None,
        };
        Some(run.contract.process)
    }

    /// The state whose chain is under way; that of the last part after the end.
    pub(super) fn state(&self) -> Option<StateId> {
        self.parts.get(self.part).or(self.parts.last()).map(|(state, _)| *state)
    }

    /// What comes next. Lists that have come to their end are left.
    pub(super) fn next<'d>(&mut self, definition: &'d Definition) -> Next<'d> {
        loop {
            let Some(&(state, part)) = self.parts.get(self.part) else { return Next::End };
            let Some(top) = self.frames.last() else {
                self.frames.push(Frame { at: 0, inside: Inside::Part });
                continue;
            };
            let steps = innermost(part_of(definition, state, part), &self.frames);
            if let Some(step) = steps.get(top.at) {
                return Next::Step(step);
            }
            if let Some(round) = self.leave_list() {
                return round;
            }
        }
    }

    /// The innermost list has come to its end.
    fn leave_list<'d>(&mut self) -> Option<Next<'d>> {
        if let Some(Frame { at, inside: Inside::Each(each) }) = self.frames.last_mut()
            && let Some(element) = each.elements.next()
        {
            (each.element, *at) = (element, 0);
            return Some(Next::Round);
        }
        match self.frames.pop()?.inside {
            Inside::Part => self.part += 1,
            // The condition is asked again: the loop is still the step that is under way.
            Inside::Round => {}
            Inside::Then | Inside::Otherwise | Inside::Each(_) => self.step_over(),
        }
        None
    }

    /// The step under way is done.
    pub(super) fn step_over(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at += 1;
        }
    }

    pub(super) fn enter_branch(&mut self, holds: bool) {
        self.frames.push(Frame { at: 0, inside: if holds { Inside::Then } else { Inside::Otherwise } });
    }

    pub(super) fn enter_round(&mut self) {
        self.frames.push(Frame { at: 0, inside: Inside::Round });
    }

    /// Begins a loop over a list; an empty one is passed over.
    pub(super) fn enter_list(&mut self, name: &str, elements: Vec<Value>) {
        let mut elements = elements.into_iter();
        match elements.next() {
            None => self.step_over(),
            Some(element) => {
                let each = Each { name: name.to_owned(), elements, element };
                self.frames.push(Frame { at: 0, inside: Inside::Each(Box::new(each)) });
            }
        }
    }

    /// Whether nothing of it is running: it can be held up here.
    pub(super) fn is_between_steps(&self) -> bool {
        match &self.work {
            Work::None => true,
            Work::Run(attempt) | Work::Undo(_, attempt) => !attempt.is_running(),
            Work::Together(together) => !together.is_running(),
        }
    }
}

impl Frame {
    /// The element of the loop that calls it so.
    pub(super) fn item(&self, name: &str) -> Option<&Value> {
        match &self.inside {
            Inside::Each(each) if each.name == name => Some(&each.element),
            _ => None,
        }
    }
}

/// The steps of a part.
fn part_of(definition: &Definition, state: StateId, part: Part) -> &[Step] {
    let Some(state) = definition.state(state) else { return &[] };
    match part {
        Part::Entry => &state.entry,
        Part::Exit => &state.exit,
        Part::Transition(place) => state.transitions.get(place as usize).map_or(&[], |way| &way.steps),
    }
}

/// The list of the innermost frame.
fn innermost<'d>(part: &'d [Step], frames: &[Frame]) -> &'d [Step] {
    let mut steps = part;
    for (outer, inner) in frames.iter().zip(frames.iter().skip(1)) {
        steps = match (steps.get(outer.at), &inner.inside) {
            (Some(Step::If { then, .. }), Inside::Then) => then,
            (Some(Step::If { otherwise, .. }), Inside::Otherwise) => otherwise,
            (Some(Step::While { body, .. } | Step::ForEach { body, .. }), _) => body,
            // A frame is only ever made for the step that it is in.
            _ => &[],
        };
    }
    steps
}
