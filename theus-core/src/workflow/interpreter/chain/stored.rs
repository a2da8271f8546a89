//! A chain as it is stored, and back.

use std::collections::BTreeSet;

use super::{Chain, Each, Failed, Frame, Given, Inside, Work, innermost};
use crate::workflow::chart::{Definition, Invoke, Part, Run, StateId, Step, Strand};
use crate::workflow::clock::Timekeeper;
use crate::workflow::interpreter::attempt::Attempt;
use crate::workflow::interpreter::compensation::Compensation;
use crate::workflow::interpreter::failure::Failure;
use crate::workflow::interpreter::instances::{Instance, Instances};
use crate::workflow::interpreter::names::{self, known, name_of};
use crate::workflow::interpreter::outcome::Fault;
use crate::workflow::interpreter::position::PositionError;
use crate::workflow::interpreter::stored::{
    PartName, StoredChain, StoredCompensation, StoredEach, StoredFailure, StoredFrame, StoredInside, StoredInstance,
    StoredPart, StoredResult, StoredStrand, StoredStrandFailure, StoredWork,
};
use crate::workflow::interpreter::together::Together;

impl Chain {
    /// As it is stored. A run that is under way counts as let go of: where it touches nothing outside it is begun anew, else
    /// nobody knows what it has done there, and the chain has failed. Of a session that a store keeps, it is known by what is written with its
    /// commit what became of it: it is stored as one that has begun.
    pub(in crate::workflow::interpreter) fn stored(
        &self,
        definition: &Definition,
        keeper: &Timekeeper,
        is_kept: bool,
    ) -> StoredChain {
        let (work, interrupted) = self.stored_work(definition, keeper, is_kept);
        let failure = self.failure.as_ref().or(interrupted.as_ref());
        let name = |state: StateId| name_of(definition, state);
        StoredChain {
            parts: self.parts.iter().map(|part| stored_part(definition, *part)).collect(),
            at: self.part,
            heard_by: self.heard_by.map(name),
            others: self.others.iter().map(|strand| stored_strand(definition, *strand)).collect(),
            failed: self.failed.iter().map(|failed| failed.stored(definition)).collect(),
            completes: self.completes.iter().map(|state| name(*state)).collect(),
            sagas: self.sagas.iter().map(|state| name(*state)).collect(),
            // One that has failed goes on with none of its steps.
            frames: if failure.is_none() { self.frames.iter().map(Frame::stored).collect() } else { Vec::new() },
            results: if failure.is_none() { self.results.iter().map(Given::stored).collect() } else { Vec::new() },
            work,
            compensations: self.compensations.iter().map(|compensation| compensation.stored(definition)).collect(),
            failure: failure.map(|failure| stored_failure(definition, failure)),
        }
    }

    fn stored_work(
        &self,
        definition: &Definition,
        keeper: &Timekeeper,
        is_kept: bool,
    ) -> (StoredWork, Option<Failure>) {
        let interrupted =
            || Some(Failure::fault(Fault::Interrupted { process: self.process(definition).unwrap_or("a chain") }));
        match &self.work {
            Work::None => (StoredWork::Nothing, None),
            Work::Compensation(compensation, attempt) => (
                StoredWork::Compensation {
                    compensation: compensation.stored(definition),
                    attempt: attempt.stored(compensation.arguments.as_ref(), keeper),
                },
                None,
            ),
            Work::Run(attempt) => match self.step(definition) {
                Some(Step::Run(run)) if attempt.is_running() && is_kept => {
                    (StoredWork::Run(attempt.stored_running(run, keeper)), None)
                }
                Some(Step::Run(run)) if attempt.is_running() && !run.begins_anew() => {
                    (StoredWork::Nothing, interrupted())
                }
                Some(Step::Run(run)) if attempt.is_running() && run.retry.is_none() => (StoredWork::Nothing, None),
                _ => (StoredWork::Run(attempt.stored(None, keeper)), None),
            },
            Work::Together(together) => match (together.stored(keeper), self.step(definition)) {
                (Some(work), _) => (work, None),
                (None, Some(Step::Parallel { branches, .. })) if is_kept => {
                    (together.stored_running(branches, keeper), None)
                }
                (None, _) => (StoredWork::Nothing, interrupted()),
            },
            Work::Instances(all) => match self.step(definition).and_then(Step::multiple) {
                Some(each) if is_kept || !all.is_running() || each.run.begins_anew() => {
                    (stored_each(definition, keeper, all, each.run, is_kept), None)
                }
                _ => (StoredWork::Nothing, interrupted()),
            },
        }
    }

    /// The step that is under way.
    fn step<'d>(&self, definition: &'d Definition) -> Option<&'d Step> {
        let &(state, part, _) = self.parts.get(self.part)?;
        innermost(definition.chain(state, part), &self.frames).get(self.frames.last()?.at)
    }

    /// Takes up a chain where it was. Where the steps are others by now it has failed: what it has committed is made good.
    ///
    /// # Errors
    /// Where a state or a compensation is not there any more.
    pub(in crate::workflow::interpreter) fn restored(
        definition: &Definition,
        stored: &StoredChain,
    ) -> Result<Self, PositionError> {
        let state = |name: &Option<String>| name.as_deref().map(|name| known(definition, name)).transpose();
        let mut parts = Vec::with_capacity(stored.parts.len());
        for part in &stored.parts {
            parts.push((known(definition, &part.state)?, part.part.part(), part.strand));
        }
        let changed = parts
            .iter()
            .zip(&stored.parts)
            .skip(stored.at)
            .find(|((state, part, _), stored)| fingerprint(definition.chain(*state, *part)) != stored.steps);
        let changed = changed.map(|(_, stored)| stored.state.as_str());
        let mut others = Vec::with_capacity(stored.others.len());
        for strand in &stored.others {
            others.push(Strand { state: known(definition, &strand.state)?, within: strand.within });
        }
        let mut chain = Self::new(parts, state(&stored.heard_by)?, others, None);
        chain.compensations = stored
            .compensations
            .iter()
            .map(|compensation| Compensation::restored(definition, compensation))
            .collect::<Result<_, _>>()?;
        chain.completes = stored.completes.iter().map(|state| known(definition, state)).collect::<Result<_, _>>()?;
        chain.sagas = stored.sagas.iter().map(|state| known(definition, state)).collect::<Result<_, _>>()?;
        for failed in &stored.failed {
            let (state, heard_by) = (state(&failed.state)?, state(&failed.heard_by)?);
            let failure = restored_failure(definition, &failed.failure)?;
            chain.has_failed(Failed { strand: failed.strand, state, heard_by, failure });
        }
        if let Some(failure) = &stored.failure {
            chain.failure = Some(restored_failure(definition, failure)?);
        }
        chain.part = stored.at;
        match &stored.work {
            StoredWork::Compensation { compensation, attempt } => {
                chain.work = Work::Compensation(
                    Box::new(Compensation::restored(definition, compensation)?),
                    Attempt::restored(attempt),
                );
            }
            _ if chain.failure.is_some() || changed.is_some() => {}
            work => {
                chain.frames = stored.frames.iter().map(Frame::restored).collect();
                chain.results = stored.results.iter().map(Given::restored).collect();
                chain.work = match work {
                    StoredWork::Run(attempt) => Work::Run(Attempt::restored(attempt)),
                    StoredWork::Together { tries, again, since } => {
                        Work::Together(Box::new(Together::restored(tries, *again, *since)))
                    }
                    StoredWork::Each(each) => Work::Instances(Box::new(restored_each(definition, each)?)),
                    StoredWork::Nothing | StoredWork::Compensation { .. } => Work::None,
                };
            }
        }
        if let Some(state) = changed {
            chain.gives_up(&format!("the steps of {state} were changed while they were under way"));
        }
        Ok(chain)
    }

    /// None of it goes on, whatever its strands are at.
    fn gives_up(&mut self, reason: &str) {
        let strand = self.strand();
        let failure = || Failure::restored(reason.to_owned(), None, None, false);
        let left: Vec<u32> = self.parts.iter().skip(self.part).map(|(.., strand)| *strand).collect();
        let mut given_up = BTreeSet::new();
        for other in left {
            if other != strand && !self.gone.contains(&other) {
                let heard_by = self.heard_by(other);
                self.has_failed(Failed { strand: other, state: heard_by, heard_by, failure: failure() });
                given_up.insert(other);
            }
        }
        self.compensations
            .iter_mut()
            .filter(|compensation| given_up.contains(&compensation.strand))
            .for_each(|compensation| compensation.strand = strand);
        self.failure.get_or_insert_with(failure);
    }
}

impl Failed {
    fn stored(&self, definition: &Definition) -> StoredStrandFailure {
        let name = |state: StateId| name_of(definition, state);
        StoredStrandFailure {
            strand: self.strand,
            state: self.state.map(name),
            heard_by: self.heard_by.map(name),
            failure: stored_failure(definition, &self.failure),
        }
    }
}

impl PartName {
    const fn of(part: Part) -> Self {
        match part {
            Part::Exit => Self::Exit,
            Part::Transition(place) => Self::Way(place),
            Part::Entry => Self::Entry,
            Part::Invoke(place) => Self::Invoke(place),
        }
    }

    const fn part(&self) -> Part {
        match self {
            Self::Exit => Part::Exit,
            Self::Way(place) => Part::Transition(*place),
            Self::Entry => Part::Entry,
            Self::Invoke(place) => Part::Invoke(*place),
        }
    }
}

impl Frame {
    fn stored(&self) -> StoredFrame {
        let inside = match &self.inside {
            Inside::Part => StoredInside::Part,
            Inside::Then => StoredInside::Then,
            Inside::Otherwise => StoredInside::Otherwise,
            Inside::Round => StoredInside::Round,
            Inside::Each(each) => StoredInside::Each {
                name: each.name.clone(),
                element: each.element.clone(),
                left: each.elements.as_slice().to_vec(),
            },
        };
        StoredFrame { at: self.at, inside }
    }

    fn restored(stored: &StoredFrame) -> Self {
        let inside = match &stored.inside {
            StoredInside::Part => Inside::Part,
            StoredInside::Then => Inside::Then,
            StoredInside::Otherwise => Inside::Otherwise,
            StoredInside::Round => Inside::Round,
            StoredInside::Each { name, element, left } => Inside::Each(Box::new(Each {
                name: name.clone(),
                elements: left.clone().into_iter(),
                element: element.clone(),
            })),
        };
        Self { at: stored.at, inside }
    }
}

impl Given {
    fn stored(&self) -> StoredResult {
        StoredResult { name: self.name.clone(), value: self.value.clone(), depth: self.depth }
    }

    fn restored(stored: &StoredResult) -> Self {
        Self { name: stored.name.clone(), value: stored.value.clone(), depth: stored.depth }
    }
}

impl Compensation {
    pub(in crate::workflow::interpreter) fn stored(&self, definition: &Definition) -> StoredCompensation {
        let (process, arguments) = (self.run.contract.process.to_owned(), self.arguments.clone());
        let saga = self.saga.map(|saga| name_of(definition, saga));
        StoredCompensation { process, arguments, strand: self.strand, saga }
    }

    pub(in crate::workflow::interpreter) fn restored(
        definition: &Definition,
        stored: &StoredCompensation,
    ) -> Result<Self, PositionError> {
        let run = names::compensation(definition, &stored.process)?;
        let saga = stored.saga.as_deref().map(|saga| known(definition, saga)).transpose()?;
        Ok(Self { run: run.clone(), arguments: stored.arguments.clone(), strand: stored.strand, saga })
    }
}

fn stored_each(definition: &Definition, keeper: &Timekeeper, all: &Instances, run: &Run, is_kept: bool) -> StoredWork {
    let one = |one: &Instance| {
        let attempt = one.attempt.as_ref().and_then(|attempt| match attempt.is_running() {
            true if is_kept => Some(attempt.stored_running(run, keeper)),
            true if run.retry.is_none() => None,
            _ => Some(attempt.stored(None, keeper)),
        });
        StoredInstance { place: one.place, element: one.element.clone(), attempt }
    };
    StoredWork::Each(Box::new(StoredEach {
        left: all.left.iter().cloned().collect(),
        next: all.next,
        tries: all.under_way.iter().map(one).collect(),
        gave: all.gave.iter().map(|(place, value)| (*place, value.clone())).collect(),
        failed: all.failure.as_ref().map(|(place, failure)| (*place, stored_failure(definition, failure))),
    }))
}

fn restored_each(definition: &Definition, stored: &StoredEach) -> Result<Instances, PositionError> {
    let one = |one: &StoredInstance| Instance {
        place: one.place,
        element: one.element.clone(),
        attempt: one.attempt.as_ref().map(Attempt::restored),
    };
    let failure = match &stored.failed {
        Some((place, failure)) => Some((*place, restored_failure(definition, failure)?)),
        None => None,
    };
    Ok(Instances {
        left: stored.left.iter().cloned().collect(),
        next: stored.next,
        under_way: stored.tries.iter().map(one).collect(),
        gave: stored.gave.iter().cloned().collect(),
        failure,
    })
}

fn stored_failure(definition: &Definition, failure: &Failure) -> StoredFailure {
    StoredFailure {
        process: failure.process.map(str::to_owned),
        reason: failure.reason.clone(),
        error: failure.error.map(str::to_owned),
        target: failure.target.as_ref().map(|recovery| name_of(definition, recovery.target)),
        aborts: failure.aborts,
        runaway: matches!(failure.fault.as_deref(), Some(Fault::Runaway { .. })),
        interrupted: matches!(failure.fault.as_deref(), Some(Fault::Interrupted { .. })),
    }
}

fn restored_failure(definition: &Definition, stored: &StoredFailure) -> Result<Failure, PositionError> {
    let target = stored.target.as_deref().map(|target| known(definition, target)).transpose()?;
    let error = stored.error.as_deref().and_then(|error| names::error(definition, error));
    let process = stored.process.as_deref().and_then(|process| names::process(definition, process));
    let fault = match process {
        _ if stored.runaway => Some(Fault::Runaway { limit: definition.limit() }),
        Some(process) if stored.interrupted => Some(Fault::Interrupted { process }),
        _ => None,
    };
    Ok(Failure {
        process,
        fault: fault.map(Box::new),
        ..Failure::restored(stored.reason.clone(), error, target, stored.aborts)
    })
}

fn stored_part(definition: &Definition, (state, part, strand): (StateId, Part, u32)) -> StoredPart {
    let steps = fingerprint(definition.chain(state, part));
    StoredPart { state: name_of(definition, state), part: PartName::of(part), strand, steps }
}

fn stored_strand(definition: &Definition, strand: Strand) -> StoredStrand {
    StoredStrand { state: name_of(definition, strand.state), within: strand.within }
}

/// Tells steps from others: by their kinds and processes, which is what a place among them means. Arguments, conditions and
/// times may be others.
fn fingerprint(steps: &[Step]) -> String {
    let mut shape = String::new();
    write_shape(steps, &mut shape);
    let hash = blake3::hash(shape.as_bytes()).to_hex();
    hash.get(..16).unwrap_or_default().to_owned()
}

fn write_shape(steps: &[Step], shape: &mut String) {
    for step in steps {
        let kind = match step {
            Step::Run(run) => {
                write_run(run, shape);
                continue;
            }
            Step::If { .. } => "if{",
            Step::While { .. } => "while{",
            Step::ForEach { .. } => "each{",
            Step::Parallel { .. } => "parallel{",
        };
        shape.push_str(kind);
        match step {
            Step::Run(_) => {}
            Step::If { then, otherwise, .. } => {
                write_shape(then, shape);
                shape.push_str("}{");
                write_shape(otherwise, shape);
            }
            Step::While { body, .. } => write_shape(body, shape),
            Step::ForEach { item, body, side_by_side, .. } => {
                if side_by_side.is_some() {
                    shape.push_str("parallel ");
                }
                shape.push_str(item);
                shape.push(':');
                write_shape(body, shape);
            }
            Step::Parallel { branches, .. } => {
                branches.iter().for_each(|run| write_run(run, shape));
            }
        }
        shape.push('}');
    }
}

/// With the name for what it gives: steps after it go by that. The one that the return of a single process has no step goes by, and
/// sessions of before have none.
fn write_run(run: &Run, shape: &mut String) {
    shape.push_str(run.contract.process);
    if let Some(name) = run.gives.as_deref().filter(|name| *name != Invoke::RETURNED) {
        shape.push_str(" as ");
        shape.push_str(name);
    }
    shape.push(';');
}
