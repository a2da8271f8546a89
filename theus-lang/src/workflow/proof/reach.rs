//! Which states are ever active, and which ever come to an end.

use std::collections::{HashMap, HashSet};

use super::Subject;
use super::tree::{is_done, recoveries};
use crate::source::Problem;
use crate::workflow::chart::{State, StateId, StateKind, Trigger};
use crate::workflow::file::{Diagnostics, code};

/// Which states are ever active, and inside which everything may come to an end.
pub(super) struct Reached {
    states: Vec<bool>,
    over: Vec<bool>,
}

impl Reached {
    pub(super) fn is(&self, id: StateId) -> bool {
        self.states.get(id.0 as usize) == Some(&true)
    }

    /// Whether everything inside a state may come to an end.
    pub(super) fn can_be_done(&self, id: StateId) -> bool {
        self.over.get(id.0 as usize) == Some(&true)
    }
}

/// Doubts every state that nothing leads to, and every `done` that never comes. Says which states are reached.
pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) -> Reached {
    let reached = search(subject);
    for (id, state) in subject.ids() {
        if !reached.is(id) {
            // Of states within each other, the outermost stands for all.
            if state.parent.is_none_or(|parent| reached.is(parent)) {
                diagnostics.warn(code::UNREACHABLE, || {
                    let (lost, from) = (&state.name, subject.name(subject.initial));
                    Problem::new(
                        subject.at(&state.place),
                        format!("no chain of events leads from `{from}` to `{lost}`"),
                    )
                    .help("give a state an event that leads here, or remove it")
                });
            }
            continue;
        }
        for way in &state.transitions {
            let Trigger::DoneOf(other) = way.trigger else { continue };
            if reached.is(other) && !reached.can_be_done(other) {
                diagnostics.warn(code::NEVER_DONE, || {
                    let other = subject.name(other);
                    Problem::new(subject.at(&way.place), format!("`done` of state `{other}` never comes"))
                        .label("not all that is inside it comes to an end")
                        .help(format!("make one of the states inside `{other}` `final`, or one of each of its regions"))
                });
            }
        }
        let Some(done) = state.transitions.iter().find(|it| is_done(it)) else { continue };
        if !reached.can_be_done(id) {
            diagnostics.warn(code::NEVER_DONE, || {
                let (what, help) = match state.kind {
                    StateKind::Compound { .. } => {
                        ("no final state inside it is ever reached", "make one of the states inside `final`")
                    }
                    StateKind::Parallel => ("not all of its regions come to an end", "give each region a final state"),
                    _ => ("there are no states inside it", "`EVT_CHAIN_DONE` tells that its steps are done"),
                };
                Problem::new(subject.at(&done.place), format!("`done` of state `{}` never comes", state.name))
                    .label(what)
                    .help(help)
            });
        }
    }
    reached
}

/// Everything that may be active. Each state and each way is looked at once, whatever leads to it.
fn search(subject: &Subject<'_>) -> Reached {
    let size = subject.states.len();
    let mut search = Search {
        subject,
        reached: Reached { states: vec![false; size], over: vec![false; size] },
        descended: vec![false; size],
        regions: vec![Regions::None; size],
        running: subject.states.iter().map(|state| regions(subject, state)).collect(),
        recalled: vec![false; size],
        waiting: HashMap::new(),
        open: Vec::new(),
    };
    search.enter(subject.initial);
    while let Some(open) = search.open.pop() {
        match open {
            Open::Leave(id) => {
                let Some(state) = subject.state(id) else { continue };
                for way in state.transitions.iter().filter(|way| !is_done(way)) {
                    match way.trigger {
                        Trigger::DoneOf(other) if !search.reached.can_be_done(other) => {
                            search.waiting.entry(other).or_default().push(&way.targets);
                        }
                        _ => search.enter_all(&way.targets),
                    }
                }
                recoveries(state).for_each(|target| search.enter(target));
            }
            Open::Over(id) => search.over(id),
        }
    }
    search.reached
}

/// How many states inside one are no history.
fn regions(subject: &Subject<'_>, state: &State) -> usize {
    state.children.iter().filter(|child| !subject.is_history(**child)).count()
}

struct Search<'a> {
    subject: &'a Subject<'a>,
    reached: Reached,
    /// Whether what is entered below a state has been.
    descended: Vec<bool>,
    /// Of a parallel state, which regions were entered at their beginning.
    regions: Vec<Regions>,
    /// Of a parallel state, how many regions have not come to an end.
    running: Vec<usize>,
    /// Whether a shallow history of the state is reached: a child that was active may be entered from its beginning.
    recalled: Vec<bool>,
    /// What leads on when a state comes to its end, from states that are reached.
    waiting: HashMap<StateId, Vec<&'a [StateId]>>,
    open: Vec<Open>,
}

enum Open {
    Leave(StateId),
    Over(StateId),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Regions {
    None,
    AllBut(StateId),
    All,
}

impl Search<'_> {
    /// A target, what is around it, and what is entered beside and below it.
    fn enter(&mut self, target: StateId) {
        let mut way: Vec<StateId> = self.subject.up(target).collect();
        way.reverse();
        for pair in way.windows(2) {
            let [id, next] = pair else { continue };
            self.mark(*id);
            self.regions(*id, Some(*next));
        }
        self.descend(target);
    }

    /// Several targets, each in a region of its own.
    fn enter_all(&mut self, targets: &[StateId]) {
        if let [target] = targets {
            return self.enter(*target);
        }
        let around: HashSet<StateId> = targets.iter().flat_map(|target| self.subject.up(*target)).collect();
        for id in &around {
            self.mark(*id);
            let Some(state) = self.subject.state(*id).filter(|_| self.subject.is_parallel(*id)) else { continue };
            if !targets.contains(id) {
                let beside = state.children.iter().filter(|child| !around.contains(*child));
                beside.for_each(|child| self.descend(*child));
            }
        }
        targets.iter().for_each(|target| self.descend(*target));
    }

    fn descend(&mut self, id: StateId) {
        let Some(descended @ false) = self.descended.get_mut(id.0 as usize) else { return };
        *descended = true;
        self.mark(id);
        let Some(state) = self.subject.state(id) else { return };
        match state.kind {
            StateKind::Compound { initial } => self.descend(initial),
            StateKind::Parallel => self.regions(id, None),
            StateKind::History { deep, default } => {
                self.enter(default);
                if let Some(parent) = state.parent.filter(|_| !deep) {
                    self.recall(parent);
                }
            }
            StateKind::Simple | StateKind::Final { .. } => {}
        }
    }

    /// The regions of a state, if it is parallel, but for the one that is entered on the way to a target.
    fn regions(&mut self, id: StateId, but: Option<StateId>) {
        let Some(state) = self.subject.state(id).filter(|state| matches!(state.kind, StateKind::Parallel)) else {
            return;
        };
        let before = self.regions[id.0 as usize];
        let now = match (before, but) {
            (Regions::None, Some(but)) => Regions::AllBut(but),
            (Regions::AllBut(one), Some(but)) if one == but => before,
            _ => Regions::All,
        };
        self.regions[id.0 as usize] = now;
        match before {
            Regions::None => {
                state.children.iter().filter(|child| Some(**child) != but).for_each(|child| self.descend(*child));
            }
            Regions::AllBut(one) if now == Regions::All => self.descend(one),
            Regions::AllBut(_) | Regions::All => {}
        }
    }

    /// What a shallow history leads to beside its default: every child that was active.
    fn recall(&mut self, parent: StateId) {
        if std::mem::replace(&mut self.recalled[parent.0 as usize], true) {
            return;
        }
        let children = self.subject.state(parent).map(|state| state.children.as_slice()).unwrap_or_default();
        for child in children.iter().filter(|child| !self.subject.is_history(**child)) {
            if self.reached.is(*child) {
                self.descend(*child);
            }
        }
    }

    fn mark(&mut self, id: StateId) {
        let Some(reached @ false) = self.reached.states.get_mut(id.0 as usize) else { return };
        *reached = true;
        self.open.push(Open::Leave(id));
        let Some(state) = self.subject.state(id) else { return };
        let Some(parent) = state.parent else { return };
        if matches!(state.kind, StateKind::Final { .. }) {
            match self.subject.state(parent).map(|state| &state.kind) {
                Some(StateKind::Compound { .. }) => self.open.push(Open::Over(parent)),
                // A region that is nothing but final.
                Some(StateKind::Parallel) => self.open.push(Open::Over(id)),
                _ => {}
            }
        }
        if self.recalled[parent.0 as usize] && !self.subject.is_history(id) {
            self.descend(id);
        }
    }

    /// Everything inside a state has come to an end.
    fn over(&mut self, id: StateId) {
        let Some(over @ false) = self.reached.over.get_mut(id.0 as usize) else { return };
        *over = true;
        self.waiting.remove(&id).unwrap_or_default().into_iter().for_each(|targets| self.enter_all(targets));
        let Some(state) = self.subject.state(id) else { return };
        state.transitions.iter().filter(|it| is_done(it)).for_each(|it| self.enter_all(&it.targets));
        let Some(parent) = state.parent else { return };
        if self.subject.state(parent).is_some_and(|state| matches!(state.kind, StateKind::Parallel)) {
            let running = &mut self.running[parent.0 as usize];
            *running = running.saturating_sub(1);
            if *running == 0 {
                self.open.push(Open::Over(parent));
            }
        }
    }
}
