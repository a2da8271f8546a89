//! Inputs that may not have been written yet.
//!
//! A Data field is of interest where some process of the workflow writes it without reading it, and another, or an
//! argument, reads it: then what it held before was no value that anybody meant. For each such field, the ways from the
//! start are followed on which nothing has written it. A chain is taken to succeed, unless something says where its
//! failure leads.

use std::collections::{BTreeSet, HashSet, VecDeque};

use super::Subject;
use super::tree::{chains, is_done, runs};
use crate::context::{Layer, Zone};
use crate::process::{Access, Contract};
use crate::signal::EventName;
use crate::source::Problem;
use crate::workflow::chart::{ArgumentSource, Run, State, StateId, StateKind, Step, Transition, Trigger};
use crate::workflow::file::{Diagnostics, code};

/// How many states of a way are named.
const LONGEST_WAY: usize = 12;
/// How many ways, states and steps are looked at for one field. Where a file has more (thousands of ways that each leave and
/// enter thousands of states), the rest is not doubted.
const MOST_LOOKED_AT: usize = 4_000_000;

pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    let all: Vec<&Run> = subject.states.iter().flat_map(chains).flat_map(runs).collect();
    let is_data = |access: &&Access| access.layer == Layer::Domain && access.zone == Zone::Data;
    let made = |it: &'static Contract| it.outputs.iter().filter(is_data).filter(move |access| !it.reads(access.path));
    let written = all.iter().flat_map(|run| made(run.contract));
    let written: BTreeSet<&'static str> = written.map(|access| access.path).collect();
    let initialised: HashSet<&str> = subject.initialised.iter().map(String::as_str).collect();
    for path in written {
        let is_read = all.iter().any(|run| reads(run, path));
        if is_read && !initialised.contains(path) {
            let size = subject.states.len();
            let mut search = Search {
                subject,
                path,
                from: vec![[None; 2]; size],
                open: VecDeque::new(),
                left_behind: HashSet::new(),
                taken: HashSet::new(),
                recovered: HashSet::new(),
                told: HashSet::new(),
                left: MOST_LOOKED_AT,
                diagnostics,
            };
            search.run();
        }
    }
}

/// An innermost state in which the field may be unwritten, and whether the last chain failed.
type Node = (StateId, bool);

/// What is still to be followed.
#[derive(Clone, Copy)]
enum Open<'a> {
    /// The ways out of a state.
    Leave(Node),
    /// What the declared errors of a run of this state lead to.
    Recover(Node, StateId, &'a Run),
}

/// How a node was come to first.
#[derive(Clone, Copy)]
enum Origin {
    Start,
    Node(Node),
}

struct Search<'a, 'f> {
    subject: &'a Subject<'a>,
    path: &'static str,
    /// For each state, without and with a failed chain: where one came from; `None` where one never came.
    from: Vec<[Option<Origin>; 2]>,
    open: VecDeque<Open<'a>>,
    /// States whose ways were followed where it does not matter which state inside was active.
    left_behind: HashSet<(StateId, bool)>,
    /// Ways that were followed because everything inside their state was done.
    taken: HashSet<*const Transition>,
    /// Runs whose errors were followed, by the state that was active.
    recovered: HashSet<(StateId, *const Run)>,
    told: HashSet<*const Run>,
    /// How much more is looked at.
    left: usize,
    diagnostics: &'f mut Diagnostics,
}

impl<'a> Search<'a, '_> {
    fn run(&mut self) {
        let mut entered = Vec::new();
        self.subject.enter(None, self.subject.initial, &mut entered);
        self.chain(Origin::Start, Vec::new(), entered);
        while let Some(open) = self.open.pop_front().filter(|_| self.left > 0) {
            match open {
                Open::Leave(node) => self.leave(node),
                Open::Recover(node, owner, run) => self.recover(node, owner, run),
            }
        }
    }

    /// Follows every way out of a node.
    fn leave(&mut self, node: Node) {
        let (leaf, has_failed) = node;
        let subject = self.subject;
        let mut nothing_on_exit = true;
        for source in subject.up(leaf) {
            let Some(state) = subject.state(source) else { continue };
            nothing_on_exit &= state.exit.is_empty();
            // All ways of a state are followed at once: of those inside it that leave the same behind, the first does it.
            if nothing_on_exit && !self.left_behind.insert((source, has_failed)) {
                continue;
            }
            for invoke in state.invokes.iter().filter(|_| !has_failed) {
                self.chain(Origin::Node(node), vec![(source, &invoke.steps)], vec![]);
            }
            for transition in state.transitions.iter().filter(|it| !is_done(it)) {
                if !is_taken(transition, has_failed) || self.is_written_by(state, transition) {
                    continue;
                }
                if self.spend(1) {
                    self.follow(node, source, transition);
                }
            }
        }
        if !has_failed {
            self.done(node);
        }
    }

    /// Whether what a transition waits for has written the field for certain: what its state has invoked.
    fn is_written_by(&self, state: &State, transition: &Transition) -> bool {
        let Trigger::Invoked(place) = transition.trigger else { return false };
        state.invokes.get(place as usize).is_some_and(|invoke| surely_writes(&invoke.steps, self.path))
    }

    /// The `done` of the state around a final one, and of the parallel state around that.
    fn done(&mut self, node: Node) {
        let subject = self.subject;
        let is_final = |id: StateId| subject.state(id).is_some_and(|it| matches!(it.kind, StateKind::Final { .. }));
        if !is_final(node.0) {
            return;
        }
        let mut around = subject.up(node.0).skip(1);
        let Some(parent) = around.next() else { return };
        self.follow_done(node, parent);
        let parallel = around.next().and_then(|id| Some((id, subject.state(id)?)));
        let Some((id, parallel)) = parallel.filter(|(_, it)| matches!(it.kind, StateKind::Parallel)) else { return };
        if !self.spend(parallel.children.len()) {
            return;
        }
        let unwritten = |region: &StateId| {
            let children = subject.state(*region).map(|it| it.children.as_slice()).unwrap_or_default();
            children.iter().any(|child| is_final(*child) && self.from[child.0 as usize][0].is_some())
        };
        if parallel.children.iter().all(unwritten) {
            self.follow_done(node, id);
        }
    }

    fn follow_done(&mut self, node: Node, source: StateId) {
        let Some(state) = self.subject.state(source) else { return };
        for transition in state.transitions.iter().filter(|it| is_done(it)) {
            if self.taken.insert(std::ptr::from_ref(transition)) {
                self.follow(node, source, transition);
            }
        }
    }

    fn follow(&mut self, node: Node, source: StateId, transition: &'a Transition) {
        let subject = self.subject;
        if transition.targets.is_empty() {
            return self.chain(Origin::Node(node), vec![(source, &transition.steps)], vec![]);
        }
        let outer = subject.kept(source, transition);
        let mut before: Vec<(StateId, &[Step])> = Vec::new();
        for id in subject.up(node.0).take_while(|id| Some(*id) != outer) {
            before.extend(subject.state(id).map(|state| (id, state.exit.as_slice())));
        }
        before.push((source, &transition.steps));
        let mut entered = Vec::new();
        subject.enter_all(outer, &transition.targets, &mut entered);
        self.chain(Origin::Node(node), before, entered);
    }

    /// Runs a chain on a field that is unwritten, and comes to the states that are entered in it.
    fn chain(&mut self, origin: Origin, mut steps: Vec<(StateId, &'a [Step])>, entered: Vec<StateId>) {
        let subject = self.subject;
        if !self.spend(entered.len()) {
            return;
        }
        for id in &entered {
            steps.extend(subject.state(*id).map(|state| (*id, state.entry.as_slice())));
        }
        let leaves: Vec<StateId> = match (entered.is_empty(), origin) {
            (true, Origin::Node((leaf, _))) => vec![leaf],
            _ => entered.into_iter().filter(|id| subject.is_leaf(*id)).collect(),
        };
        let way = Way { origin, leaf: leaves.first().copied() };
        let mut failures: Vec<(StateId, &'a Run)> = Vec::new();
        let mut is_written = false;
        for (owner, steps) in steps {
            is_written = self.scan(steps, owner, way, &mut failures);
            if is_written {
                break;
            }
        }
        for leaf in leaves {
            if !is_written {
                self.come_to((leaf, false), origin);
            }
            if !failures.is_empty() {
                self.come_to((leaf, true), origin);
                for (owner, run) in &failures {
                    if self.recovered.insert((leaf, std::ptr::from_ref(*run))) {
                        self.open.push_back(Open::Recover((leaf, true), *owner, run));
                    }
                }
            }
        }
    }

    /// What a declared error of a step leads to.
    fn recover(&mut self, node: Node, owner: StateId, run: &'a Run) {
        let subject = self.subject;
        for error in run.contract.errors {
            let of_states = subject.up(owner).filter_map(|id| subject.state(id)).map(|state| state.on_error.as_slice());
            let mut lists = std::iter::once(run.on_error.as_slice()).chain(of_states);
            let found = lists.find_map(|list| list.iter().find(|it| it.error.is_none_or(|taken| taken == *error)));
            let Some(recovery) = found else { continue };
            let outer = subject.common(node.0, &[recovery.target]);
            let before = subject.up(node.0).take_while(|id| Some(*id) != outer);
            let before = before.filter_map(|id| subject.state(id).map(|state| (id, state.exit.as_slice()))).collect();
            let mut entered = Vec::new();
            subject.enter(outer, recovery.target, &mut entered);
            self.chain(Origin::Node(node), before, entered);
        }
    }

    /// Pays for what is looked at; `false` where that was enough.
    const fn spend(&mut self, work: usize) -> bool {
        self.left = self.left.saturating_sub(work);
        self.left > 0
    }

    fn come_to(&mut self, node: Node, origin: Origin) {
        if let Some(from @ None) = self.from.get_mut(node.0.0 as usize).map(|pair| &mut pair[usize::from(node.1)]) {
            *from = Some(origin);
            self.open.push_back(Open::Leave(node));
        }
    }

    /// Whether steps write the field for certain. Tells the first reads of it, and notes what may fail before.
    fn scan(&mut self, steps: &'a [Step], owner: StateId, way: Way, failures: &mut Vec<(StateId, &'a Run)>) -> bool {
        for step in steps {
            if !self.spend(1) {
                return true;
            }
            let is_written = match step {
                Step::Run(run) => self.one(run, owner, way, failures),
                Step::If { then, otherwise, .. } => {
                    let one = self.scan(then, owner, way, failures);
                    self.scan(otherwise, owner, way, failures) && one
                }
                // It may run no round at all.
                Step::While { body, .. } | Step::ForEach { body, .. } => {
                    self.scan(body, owner, way, failures);
                    false
                }
                Step::Parallel { branches, .. } => {
                    // All of them are begun, whichever writes.
                    let written: Vec<bool> = branches.iter().map(|run| self.one(run, owner, way, failures)).collect();
                    written.contains(&true)
                }
            };
            if is_written {
                return true;
            }
        }
        false
    }

    fn one(&mut self, run: &'a Run, owner: StateId, way: Way, failures: &mut Vec<(StateId, &'a Run)>) -> bool {
        failures.push((owner, run));
        if reads(run, self.path) && self.told.insert(std::ptr::from_ref(run)) {
            self.tell(run, way);
        }
        run.contract.writes(self.path)
    }

    fn tell(&mut self, run: &Run, way: Way) {
        let (process, path, subject, from) = (run.contract.process, self.path, self.subject, &self.from);
        self.diagnostics.warn(code::UNWRITTEN, || {
            let way = names(subject, from, way).join(" → ");
            Problem::new(
                subject.at(&run.place),
                format!("`{process}` reads `{path}`, which nothing has written on the way {way}"),
            )
            .label("it may not be there yet")
            .help(format!("let a process on that way write it, or list `{path}` under `initialised`"))
        });
    }
}

/// The states on a way, from the start; of a long one, those at both ends.
fn names(subject: &Subject<'_>, from: &[[Option<Origin>; 2]], way: Way) -> Vec<String> {
    let mut names: Vec<String> = way.leaf.into_iter().map(|leaf| format!("`{}`", subject.name(leaf))).collect();
    let mut origin = way.origin;
    while let Origin::Node(node) = origin {
        let name = format!("`{}`", subject.name(node.0));
        // A chain that fails and one that does not end in the same state.
        if names.last() != Some(&name) || node.1 {
            names.push(name);
        }
        origin = from[node.0.0 as usize][usize::from(node.1)].unwrap_or(Origin::Start);
    }
    names.dedup();
    names.reverse();
    if names.len() > LONGEST_WAY {
        let middle = names.len() - LONGEST_WAY;
        names.splice(LONGEST_WAY / 2..LONGEST_WAY / 2 + middle, [format!("… {middle} more …")]);
    }
    names
}

/// Whether steps that have ended well have written a field.
fn surely_writes(steps: &[Step], path: &str) -> bool {
    steps.iter().any(|step| match step {
        Step::Run(run) => run.contract.writes(path),
        Step::If { then, otherwise, .. } => surely_writes(then, path) && surely_writes(otherwise, path),
        Step::While { .. } | Step::ForEach { .. } => false,
        Step::Parallel { branches, .. } => branches.iter().any(|run| run.contract.writes(path)),
    })
}

/// Whether a run reads a field: its process does, or an expression that gives an argument.
fn reads(run: &Run, path: &str) -> bool {
    let by_argument = |source: &ArgumentSource| match source {
        ArgumentSource::Expression(expression) => expression.reads().iter().any(|read| read == path),
        ArgumentSource::Literal(_) => false,
    };
    run.contract.reads(path) || run.arguments.iter().any(|(_, source)| by_argument(source))
}

/// How one came to a chain, and where it leads.
#[derive(Clone, Copy)]
struct Way {
    origin: Origin,
    leaf: Option<StateId>,
}

/// Whether a transition is for the end of a chain as it was.
fn is_taken(transition: &Transition, has_failed: bool) -> bool {
    match &transition.trigger {
        Trigger::Event { name, .. } if *name == EventName::CHAIN_FAIL => has_failed,
        _ => !has_failed,
    }
}
