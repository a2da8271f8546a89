//! A chain under way: where in the steps it is.

mod results;
mod stored;
mod strands;

use std::collections::BTreeSet;

use serde_json::Value;

use super::attempt::Attempt;
use super::compensation::Compensation;
use super::failure::Failure;
use super::instances::Instances;
use super::outcome::Fault;
use super::together::Together;
use crate::signal::Payload;
use crate::workflow::chart::{Definition, Effects, Part, StateId, Step, Strand};
pub(super) use results::Given;

/// A chain under way: the steps of one move, from the first exit to the last entry. Between any two steps it can be left
/// for as long as one likes. What of it runs as one is a strand: where regions move by one event, each has its own.
pub(super) struct Chain {
    /// What is to be run, in order, each with its strand.
    parts: Vec<(StateId, Part, u32)>,
    /// Who hears how the first strand ends; `None` for whoever is active.
    heard_by: Option<StateId>,
    /// The strands after the first; hardly any chain has more than one.
    others: Vec<Strand>,
    /// Which of them is under way.
    part: usize,
    /// From the part's own steps inwards; empty before a part.
    pub(super) frames: Vec<Frame>,
    /// What the steps before have given, where the file names that, oldest first.
    results: Vec<Given>,
    /// What the step under way is waiting for.
    pub(super) work: Work,
    /// What makes good what was committed, oldest first.
    pub(super) compensations: Vec<Compensation>,
    /// Why the strand under way does not go on. What it has committed is being made good then.
    pub(super) failure: Option<Failure>,
    /// The strands that have failed and are made good, in that order.
    pub(super) failed: Vec<Failed>,
    /// Which those are.
    gone: BTreeSet<u32>,
    /// The states that are done by its move, which is told when it is over.
    pub(super) completes: Vec<StateId>,
    /// The sagas that are entered by its move: what leaving others runs on the way is not part of them.
    sagas: Vec<StateId>,
    /// The payload of the event that it comes of.
    pub(super) payload: Option<Payload>,
}

/// How many parts, and lists within each other, most chains have at most.
const SMALL: usize = 16;

/// How a strand failed.
pub(super) struct Failed {
    strand: u32,
    /// The state whose chain it was that failed.
    pub(super) state: Option<StateId>,
    /// Who hears of it; `None` for whoever is active.
    pub(super) heard_by: Option<StateId>,
    pub(super) failure: Failure,
}

/// What the step under way is waiting for.
pub(super) enum Work {
    /// Nothing: the chain is between two steps.
    None,
    Run(Attempt),
    Together(Box<Together>),
    Instances(Box<Instances>),
    Compensation(Box<Compensation>, Attempt),
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
    /// The chains of a move; there is at least one. They take the place of one that is over, whose lists are long enough for
    /// most of them: a session that handles events of one kind allocates nothing for the next.
    pub(super) fn of(effects: Effects<'_>, payload: Option<Payload>, over: Option<Box<Self>>) -> Box<Self> {
        let mut chain = over.unwrap_or_else(|| Box::new(Self::new(Vec::new(), None, Vec::new(), None)));
        chain.parts.extend_from_slice(effects.parts());
        if let [first, others @ ..] = effects.strands() {
            chain.heard_by = Some(first.state);
            if !others.is_empty() {
                chain.others.extend_from_slice(others);
            }
        }
        if !effects.done().is_empty() {
            chain.completes.extend_from_slice(effects.done());
        }
        chain.payload = payload;
        chain
    }

    /// Its move enters sagas.
    pub(super) fn enters_sagas(&mut self, effects: Effects<'_>, definition: &Definition) {
        let is_saga = |state: &&StateId| definition.state(**state).is_some_and(|state| state.saga);
        self.sagas.extend(effects.entered().iter().filter(is_saga));
    }

    /// The innermost saga around the state whose part is under way.
    pub(super) fn saga(&self, definition: &Definition) -> Option<StateId> {
        let &(state, ..) = self.parts.get(self.part)?;
        definition.saga_around(state)
    }

    /// Whether what is under way comes before a saga is entered: what leaves other states does, though that saga was active before too.
    pub(super) fn comes_before(&self, saga: StateId) -> bool {
        let part = self.parts.get(self.part).map(|(_, part, _)| *part);
        matches!(part, Some(Part::Exit | Part::Transition(_))) && self.sagas.contains(&saga)
    }

    /// Nothing is left of what it was but room.
    pub(super) fn clear(&mut self) {
        let is_plain = self.compensations.is_empty() && self.failure.is_none() && self.failed.is_empty();
        let is_plain = is_plain && self.others.is_empty() && self.completes.is_empty() && self.sagas.is_empty();
        let is_plain = is_plain && self.results.is_empty();
        if is_plain && matches!(self.work, Work::None) {
            self.parts.clear();
            self.frames.clear();
            (self.heard_by, self.part, self.payload) = (None, 0, None);
        } else {
            self.clear_all();
        }
    }

    /// Whether its room is what most chains need.
    pub(super) const fn is_small(&self) -> bool {
        self.parts.capacity() <= SMALL && self.frames.capacity() <= SMALL
    }

    #[cold]
    #[inline(never)]
    fn clear_all(&mut self) {
        let (mut parts, mut frames) = (std::mem::take(&mut self.parts), std::mem::take(&mut self.frames));
        parts.clear();
        frames.clear();
        *self = Self { frames, ..Self::new(parts, None, Vec::new(), None) };
    }

    fn new(
        parts: Vec<(StateId, Part, u32)>,
        heard_by: Option<StateId>,
        others: Vec<Strand>,
        payload: Option<Payload>,
    ) -> Self {
        Self {
            parts,
            heard_by,
            others,
            part: 0,
            frames: Vec::new(),
            results: Vec::new(),
            work: Work::None,
            compensations: Vec::new(),
            failure: None,
            failed: Vec::new(),
            gone: BTreeSet::new(),
            completes: Vec::new(),
            sagas: Vec::new(),
            payload,
        }
    }

    /// One part of a state, which alone hears how it ends.
    pub(super) fn one(state: StateId, part: Part, payload: Option<Payload>) -> Box<Self> {
        Box::new(Self::new(vec![(state, part, 0)], Some(state), Vec::new(), payload))
    }

    /// Nothing to run, and a reason not to.
    pub(super) fn failed(failure: Failure) -> Box<Self> {
        let mut chain = Box::new(Self::new(Vec::new(), None, Vec::new(), None));
        chain.failure = Some(failure);
        chain
    }

    /// What leaving states runs, the innermost first, and no more.
    pub(super) fn leaving(states: impl Iterator<Item = StateId>, payload: Option<Payload>) -> Self {
        let parts: Vec<_> = states.map(|state| (state, Part::Exit, 0)).collect();
        let heard_by = parts.last().map(|(state, ..)| *state);
        Self::new(parts, heard_by, Vec::new(), payload)
    }

    /// The strand that is under way; that of the last part after the end.
    pub(super) fn strand(&self) -> u32 {
        self.parts.get(self.part).or(self.parts.last()).map_or(0, |(.., strand)| *strand)
    }

    /// Who hears how a strand ends; `None` for whoever is active.
    pub(super) fn heard_by(&self, strand: u32) -> Option<StateId> {
        match strand.checked_sub(1) {
            None => self.heard_by,
            Some(other) => self.others.get(other as usize).map(|strand| strand.state),
        }
    }

    /// Whether a strand has failed, or one that leads to it has.
    fn is_left_out(&self, strand: u32) -> bool {
        let within = |strand: &u32| self.others.get(strand.checked_sub(1)? as usize)?.within;
        let mut around = std::iter::successors(Some(strand), within);
        !self.gone.is_empty() && around.any(|strand| self.gone.contains(&strand))
    }

    fn has_failed(&mut self, failed: Failed) {
        self.gone.insert(failed.strand);
        self.failed.push(failed);
    }

    /// The strand under way has failed and is made good. True where another one can go on.
    pub(super) fn give_up_strand(&mut self) -> bool {
        if let Some(failure) = self.failure.take() {
            let strand = self.strand();
            let (state, heard_by) = (self.state(), self.heard_by(strand));
            self.has_failed(Failed { strand, state, heard_by, failure });
        }
        self.frames.clear();
        while self.parts.get(self.part).is_some_and(|(.., strand)| self.is_left_out(*strand)) {
            self.part += 1;
        }
        self.part < self.parts.len()
    }

    /// Whether it ends the session.
    pub(super) fn aborts(&self) -> bool {
        self.failure.iter().chain(self.failed.iter().map(|failed| &failed.failure)).any(|failure| failure.aborts)
    }

    /// Whether it is one strand, as nearly all are, and has not failed.
    pub(super) fn is_one_and_well(&self) -> bool {
        self.others.is_empty() && self.gone.is_empty() && self.failed.is_empty()
    }

    /// Who hears that a strand has come to its end well, one by one.
    pub(super) fn done(&self) -> impl Iterator<Item = Option<StateId>> + '_ {
        let strands = 0..=u32::try_from(self.others.len()).unwrap_or(u32::MAX);
        strands.filter(|strand| !self.is_left_out(*strand)).map(|strand| self.heard_by(strand))
    }

    /// A panic went through the step under way: it counts as interrupted. A compensation is not made twice.
    pub(super) fn fall(&mut self, definition: &Definition) {
        let process = self.process(definition).unwrap_or("a chain");
        self.work = Work::None;
        self.failure.get_or_insert_with(|| Failure::fault(Fault::Interrupted { process }));
    }

    /// The process that is under way, the first of several.
    pub(super) fn process(&self, definition: &Definition) -> Option<&'static str> {
        let &(state, part, _) = self.parts.get(self.part)?;
        let steps = innermost(definition.chain(state, part), &self.frames);
        let run = match steps.get(self.frames.last()?.at)? {
            Step::Run(run) => run,
            Step::Parallel { branches, .. } => branches.first()?,
            step => step.multiple()?.run,
        };
        Some(run.contract.process)
    }

    /// The process of the step that is under way or comes next; none where a condition or a list decides that.
    pub(super) fn next_process(&self, definition: &Definition) -> Option<&'static str> {
        if self.failure.is_some() || matches!(self.work, Work::Compensation(..)) {
            return None;
        }
        for (at, &(state, part, strand)) in self.parts.iter().enumerate().skip(self.part) {
            if self.is_left_out(strand) {
                continue;
            }
            let steps = definition.chain(state, part);
            let frames = if at == self.part { self.frames.as_slice() } else { &[] };
            for depth in (0..=frames.len()).rev() {
                let within = frames.get(..depth)?;
                let (next, is_loop) = match within.last() {
                    Some(frame) => {
                        // A list around another stands at the step that the other is part of.
                        let at = if depth == frames.len() { frame.at } else { frame.at + 1 };
                        (innermost(steps, within).get(at), matches!(frame.inside, Inside::Round | Inside::Each(_)))
                    }
                    None if frames.is_empty() => (steps.first(), false),
                    None => (None, false),
                };
                match next {
                    Some(Step::Run(run)) => return Some(run.contract.process),
                    Some(Step::Parallel { branches, .. }) => return Some(branches.first()?.contract.process),
                    Some(_) => return None,
                    None if is_loop => return None,
                    None => {}
                }
            }
        }
        None
    }

    /// The state whose chain is under way; that of the last part after the end.
    pub(super) fn state(&self) -> Option<StateId> {
        self.parts.get(self.part).or(self.parts.last()).map(|(state, ..)| *state)
    }

    /// What comes next. Lists that have come to their end are left.
    pub(super) fn next<'d>(&mut self, definition: &'d Definition) -> Next<'d> {
        loop {
            let Some(&(state, part, strand)) = self.parts.get(self.part) else { return Next::End };
            let Some(top) = self.frames.last() else {
                if self.is_left_out(strand) {
                    self.part += 1;
                    continue;
                }
                self.frames.push(Frame { at: 0, inside: Inside::Part });
                self.results.clear();
                continue;
            };
            let steps = innermost(definition.chain(state, part), &self.frames);
            if let Some(step) = steps.get(top.at) {
                return Next::Step(step);
            }
            if let Some(round) = self.leave_list() {
                return round;
            }
        }
    }

    /// Whether nothing comes any more.
    pub(super) fn is_at_its_end(&mut self, definition: &Definition) -> bool {
        if !matches!(self.work, Work::None) || self.failure.is_some() {
            return false;
        }
        // Nearly always it is in the own list of its last part.
        match (self.parts.get(self.part..), self.frames.as_slice()) {
            (Some([(state, part, _)]), [Frame { at, inside: Inside::Part }]) => {
                *at >= definition.chain(*state, *part).len()
            }
            _ => matches!(self.next(definition), Next::End),
        }
    }

    /// The innermost list has come to its end.
    fn leave_list<'d>(&mut self) -> Option<Next<'d>> {
        if let Some(Frame { at, inside: Inside::Each(each) }) = self.frames.last_mut()
            && let Some(element) = each.elements.next()
        {
            (each.element, *at) = (element, 0);
            self.forget_below(1);
            return Some(Next::Round);
        }
        let left = self.frames.pop()?.inside;
        if !matches!(left, Inside::Part) {
            self.forget_below(0);
        }
        match left {
            // What its steps have given is known to the end of the part.
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

    /// The step under way is done for each element of this list.
    pub(super) fn instances_mut(&mut self) -> Option<&mut Instances> {
        match &mut self.work {
            Work::Instances(all) => Some(all),
            _ => None,
        }
    }

    /// An expression is about this element, which is called so, until it is left again.
    pub(super) fn enter_element(&mut self, name: &str, element: Value) {
        let each = Each { name: name.to_owned(), elements: Vec::new().into_iter(), element };
        self.frames.push(Frame { at: 0, inside: Inside::Each(Box::new(each)) });
    }

    /// The element, and nothing is known any more of what was given meanwhile.
    pub(super) fn leave_element(&mut self) -> Value {
        let left = self.frames.pop();
        self.forget_below(0);
        match left {
            Some(Frame { inside: Inside::Each(each), .. }) => each.element,
            _ => Value::Null,
        }
    }

    /// Whether it is at a step of several side by side that is under way.
    #[cfg(feature = "store")]
    pub(super) fn has_several_under_way(&self) -> bool {
        matches!(&self.work, Work::Together(together) if together.is_running())
    }

    /// Whether nothing of it is running: it can be held up here.
    pub(super) fn is_between_steps(&self) -> bool {
        match &self.work {
            Work::None => true,
            Work::Run(attempt) | Work::Compensation(_, attempt) => !attempt.is_running(),
            Work::Together(together) => !together.is_running(),
            Work::Instances(all) => !all.is_running(),
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

/// The list of the innermost frame.
#[inline]
fn innermost<'d>(part: &'d [Step], frames: &[Frame]) -> &'d [Step] {
    // Nearly always it is the part's own.
    if let [_] = frames { part } else { nested(part, frames) }
}

fn nested<'d>(part: &'d [Step], frames: &[Frame]) -> &'d [Step] {
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
