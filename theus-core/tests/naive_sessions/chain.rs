//! A list of what is still to be run, of which the first comes next.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::random_charts::note;

use super::machine::{Machine, Move, Strand};
use super::sketch::{Process, Run, Step, When};

type Name = &'static str;

/// The data, and the world that answers each third time.
#[derive(Clone, Default)]
pub(super) struct Data {
    pub(super) log: Vec<i64>,
    pub(super) total: i64,
    asked: BTreeMap<i64, u32>,
}

impl Data {
    /// Runs a process; false where it fails, which changes nothing.
    fn run(&mut self, process: Process, n: i64) -> bool {
        match process {
            Process::Put => {
                note(&mut self.log, n);
                self.total += 1;
                true
            }
            Process::Take => {
                note(&mut self.log, -n);
                true
            }
            Process::Flaky => {
                let times = self.asked.entry(n).or_default();
                *times += 1;
                let answers = times.is_multiple_of(3);
                if answers {
                    note(&mut self.log, 1_000 + n);
                }
                answers
            }
            Process::Refuse => false,
        }
    }

    pub(super) fn holds(&self, when: When, machine: &Machine) -> bool {
        match when {
            When::TotalOver(total) => self.total > total,
            When::Rest { of, is } => self.total % of == is,
            When::In(state) => machine.active.contains(state),
            When::NotIn(state) => !machine.active.contains(state),
        }
    }
}

/// What makes good what was committed.
#[derive(Clone)]
pub(super) struct Compensation {
    run: Run,
    n: i64,
    strand: usize,
    pub(super) saga: Option<Name>,
}

impl Compensation {
    pub(super) fn kept_by(self, saga: Name) -> Self {
        Self { saga: Some(saga), ..self }
    }
}

/// How often it was tried, and when it is tried again.
#[derive(Clone, Copy, Default)]
struct Tries {
    made: u32,
    due: u64,
}

struct Item {
    step: Step,
    element: i64,
    state: Name,
    is_entry: bool,
    strand: usize,
}

/// Where a failure leads, if the step says it.
#[derive(Clone)]
pub(super) struct Failed {
    pub(super) state: Name,
    pub(super) heard_by: Name,
    pub(super) target: Option<Name>,
    /// Whether it is an error of the process.
    strand: usize,
}

#[derive(Default)]
pub(super) struct Chain {
    todo: VecDeque<Item>,
    tries: Tries,
    strands: Vec<Strand>,
    /// Which of them run something.
    runs: BTreeSet<usize>,
    /// Sagas that its move enters.
    entered: Vec<Name>,
    pub(super) done: Vec<Name>,
    pub(super) compensations: Vec<Compensation>,
    making_good: Option<(Compensation, Tries)>,
    /// The strand that does not go on, while it is made good.
    pub(super) failing: Option<Failed>,
    pub(super) failed: Vec<Failed>,
    /// All of it is made good, whichever strand it is of.
    pub(super) ends: bool,
}

/// What has come of a step.
#[derive(PartialEq, Eq)]
pub(super) enum Went {
    On,
    Waits,
    AtItsEnd,
}

/// What a chain sees.
pub(super) struct Sees<'a> {
    pub(super) data: &'a mut Data,
    pub(super) machine: &'a Machine,
    pub(super) now: u64,
    /// How many compensations have failed for good.
    pub(super) not_made_good: &'a mut u32,
}

impl Chain {
    /// What a move runs; none where that is nothing.
    pub(super) fn of(found: &Move, machine: &Machine) -> Option<Self> {
        let mut chain = Self { strands: found.strands.clone(), done: found.done.clone(), ..Self::default() };
        chain.entered = found.entered.iter().copied().filter(|state| machine.node(state).saga).collect();
        for part in &found.parts {
            chain.runs.insert(part.strand);
            let item = |step: &Step| Item {
                step: step.clone(),
                element: 0,
                state: part.state,
                is_entry: part.is_entry,
                strand: part.strand,
            };
            chain.todo.extend(part.steps.iter().map(item));
        }
        (!chain.todo.is_empty()).then_some(chain)
    }

    /// What a state invokes.
    pub(super) fn invoked(state: Name, steps: &[Step]) -> Self {
        let item = |step: &Step| Item { step: step.clone(), element: 0, state, is_entry: true, strand: 0 };
        let strands = vec![Strand { heard_by: state, within: None }];
        Self { todo: steps.iter().map(item).collect(), strands, runs: BTreeSet::from([0]), ..Self::default() }
    }

    /// Nothing but what makes good.
    pub(super) fn undoing(compensations: Vec<Compensation>) -> Self {
        let mut chain = Self { compensations, ..Self::default() };
        chain.break_off();
        chain
    }

    /// It does not go on, whatever it was at.
    pub(super) fn break_off(&mut self) {
        self.ends = true;
        if self.failing.is_none() {
            self.failing = Some(Failed { state: "", heard_by: "", target: None, strand: 0 });
        }
    }

    fn is_left_out(&self, strand: usize) -> bool {
        let mut around = std::iter::successors(Some(strand), |strand| self.strands.get(*strand)?.within);
        around.any(|strand| self.failed.iter().any(|failed| failed.strand == strand))
    }

    /// Who hears that a strand has ended well.
    pub(super) fn well(&self) -> Vec<Name> {
        let well = self.runs.iter().copied().filter(|strand| !self.is_left_out(*strand));
        well.map(|strand| self.strands[strand].heard_by).collect()
    }

    pub(super) fn step(&mut self, sees: &mut Sees<'_>) -> Went {
        if let Some((compensation, mut tries)) = self.making_good.take() {
            match attempt(&compensation.run, compensation.n, &mut tries, sees) {
                None => {
                    self.making_good = Some((compensation, tries));
                    return Went::Waits;
                }
                Some(well) => *sees.not_made_good += u32::from(!well),
            }
            return Went::On;
        }
        if let Some(failing) = &self.failing {
            let strand = failing.strand;
            let of_it = |compensation: &Compensation| self.ends || compensation.strand == strand;
            let Some(place) = self.compensations.iter().rposition(of_it) else { return self.give_up_strand() };
            self.making_good = Some((self.compensations.remove(place), Tries::default()));
            return Went::On;
        }
        let went = self.next_step(sees);
        if went == Went::On && self.failing.is_none() && self.todo.is_empty() { Went::AtItsEnd } else { went }
    }

    fn give_up_strand(&mut self) -> Went {
        if self.ends {
            return Went::AtItsEnd;
        }
        self.failed.extend(self.failing.take());
        let todo = std::mem::take(&mut self.todo);
        self.todo = todo.into_iter().filter(|item| !self.is_left_out(item.strand)).collect();
        if self.todo.is_empty() { Went::AtItsEnd } else { Went::On }
    }

    fn next_step(&mut self, sees: &mut Sees<'_>) -> Went {
        let Some(item) = self.todo.pop_front() else { return Went::AtItsEnd };
        let Item { element, state, is_entry, strand, .. } = item;
        let mut before = |steps: &[Step], element: i64| {
            for step in steps.iter().rev() {
                self.todo.push_front(Item { step: step.clone(), element, state, is_entry, strand });
            }
        };
        match &item.step {
            Step::If { when, then, otherwise } => {
                let steps = if sees.data.holds(*when, sees.machine) { then } else { otherwise };
                before(steps, element);
            }
            Step::ForEach { elements, steps } => {
                elements.iter().rev().for_each(|element| before(steps, *element));
            }
            Step::While { most, steps } => {
                if sees.data.total < *most {
                    before(&[Step::While { most: *most, steps: steps.clone() }], element);
                    before(steps, element);
                }
            }
            Step::Run(run) => {
                let n = run.n.unwrap_or(element);
                match attempt(run, n, &mut self.tries, sees) {
                    None => {
                        self.todo.push_front(item);
                        return Went::Waits;
                    }
                    Some(true) => {
                        if let Some(compensate) = &run.compensate {
                            let saga = self.saga_of(state, is_entry, sees.machine);
                            let n = compensate.n.unwrap_or(element);
                            self.compensations.push(Compensation { run: Run::clone(compensate), n, strand, saga });
                        }
                    }
                    Some(false) => {
                        let heard_by = self.strands[strand].heard_by;
                        self.failing = Some(Failed { state, heard_by, target: run.on_error, strand });
                        let nothing_to_make_good =
                            !self.compensations.iter().any(|compensation| self.ends || compensation.strand == strand);
                        self.tries = Tries::default();
                        // The rest of its strand is not run.
                        self.todo.retain(|item| item.strand != strand);
                        if nothing_to_make_good {
                            return self.give_up_strand();
                        }
                        return Went::On;
                    }
                }
                self.tries = Tries::default();
            }
        }
        Went::On
    }

    /// The innermost saga around that is active; what leaves others on the way is not part of those that are entered.
    fn saga_of(&self, state: Name, is_entry: bool, machine: &Machine) -> Option<Name> {
        let is_one = |state: &Name| machine.node(state).saga && (is_entry || !self.entered.contains(state));
        machine.line(state).into_iter().filter(is_one).find(|saga| machine.active.contains(saga))
    }
}

/// Tries it, unless it waits: whether it went well, for good.
fn attempt(run: &Run, n: i64, tries: &mut Tries, sees: &mut Sees<'_>) -> Option<bool> {
    if tries.made > 0 && sees.now < tries.due {
        return None;
    }
    if sees.data.run(run.process, n) {
        return Some(true);
    }
    tries.made += 1;
    if tries.made >= run.attempts.max(1) {
        return Some(false);
    }
    tries.due = sees.now + (1 << (tries.made - 1));
    None
}
