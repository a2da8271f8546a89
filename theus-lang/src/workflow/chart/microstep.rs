//! One microstep: leaving, remembering, entering. After SCXML's algorithm, on sorted numbers in place of its sets.

use std::ops::Range;
use std::sync::Arc;

use super::configuration::{Configuration, Leaves, Memory, recall};
use super::definition::Definition;
use super::id::StateId;
use super::moves::{Move, Planned};
use super::plan::Plan;
use super::taken::Taken;
use super::tree::{Kind, Tree};

/// Which of several transitions leaves a state.
pub(super) struct Leaving {
    /// What each leaves that leaves anything, with its place, in order: none of it is left by another one too.
    ranges: Vec<(Range<u32>, usize)>,
}

impl Leaving {
    fn of(taken: &[Taken<'_>], tree: &Tree) -> Self {
        let all = taken.iter().map(|way| way.leaves(tree)).zip(0..);
        let mut ranges: Vec<(Range<u32>, usize)> = all.filter(|(range, _)| !range.is_empty()).collect();
        ranges.sort_unstable_by_key(|(range, _)| range.start);
        Self { ranges }
    }

    /// The place of the transition that leaves what has this number, or enters it.
    pub(super) fn by(&self, number: u32) -> Option<usize> {
        let before = self.ranges.partition_point(|(range, _)| range.start <= number);
        let (range, way) = self.ranges.get(before.checked_sub(1)?)?;
        range.contains(&number).then_some(*way)
    }
}

/// A plan, and what it depends on of the session's past.
pub(super) struct Outcome {
    pub(super) plan: Plan,
    pub(super) memory: Memory,
    /// Whether history was written or read: the same transition may do otherwise another time.
    pub(super) historic: bool,
}

impl Definition {
    /// The innermost compound state around the source and the targets; the source itself, where it is not left.
    pub(in crate::workflow) fn domain(&self, source: StateId, targets: &[StateId], reenters: bool) -> Option<StateId> {
        let holds_all = |state: &StateId| {
            self.tree.may_stay(*state) && targets.iter().all(|target| self.tree.is_inside(*target, *state))
        };
        let may_stay = match self.tree.kind(source) {
            Kind::Compound(_) => !reenters || self.tree.root() == Some(source),
            _ => self.tree.root() == Some(source),
        };
        let stays = may_stay.then_some(source).filter(holds_all);
        stays.or_else(|| self.tree.around(source).find(holds_all))
    }

    pub(super) fn microstep(&self, leaves: &[StateId], memory: &Memory, taken: &[Taken<'_>]) -> Outcome {
        let tree = &self.tree;
        let active = tree.active(leaves);
        let leaving = Leaving::of(taken, tree);
        let is_left = |number: &u32| leaving.by(*number).is_some();
        let exited = tree.states(active.iter().rev().copied().filter(is_left));
        let recorded = self.remember(&exited, &active, memory);

        let remembers = recorded.is_some();
        let memory = recorded.unwrap_or_else(|| memory.clone());
        let mut entry = Entry { tree, memory: &memory, numbers: Vec::new(), historic: remembers, hops: 0 };
        for way in taken {
            way.targets.iter().for_each(|target| entry.descend(*target));
            way.targets.iter().for_each(|target| entry.ascend(*target, way.domain));
            if let Some(root) = tree.parallel_root().filter(|root| way.domain == Some(*root)) {
                entry.regions(root);
            }
        }
        let (numbers, historic) = (entry.numbers, entry.historic);
        let entered = tree.states(numbers.iter().copied());

        let mut now: Vec<u32> =
            active.into_iter().filter(|number| !is_left(number)).chain(numbers.iter().copied()).collect();
        now.sort_unstable();
        now.dedup();
        let (done, finished) = self.done_by(&now, &numbers);
        let (chains, strands) = self.strands_of(&exited, taken, &leaving, &numbers);
        let leaves = now.into_iter().filter_map(|number| tree.state(number)).filter(|state| tree.is_leaf(*state));
        let plan = Plan {
            leaves: Leaves::of(leaves.collect()),
            taken: taken.iter().filter_map(|way| Some((way.source, way.place?))).collect(),
            chains,
            strands,
            exited,
            entered,
            done,
            finished,
        };
        Outcome { plan, memory, historic }
    }

    /// The microstep as a move from `at`.
    pub(super) fn moved(&self, at: &Configuration, taken: &[Taken<'_>]) -> Move<'_> {
        let Outcome { plan, memory, .. } = self.microstep(at.leaves(), &at.memory, taken);
        Move {
            to: Configuration { leaves: plan.leaves.clone(), memory },
            plan: Planned::Now(Box::new(plan)),
            definition: self,
        }
    }

    /// What the history states of the exited states will know; `None` where there are none of them.
    fn remember(&self, exited: &[StateId], active: &[u32], memory: &Memory) -> Option<Memory> {
        let tree = &self.tree;
        let mut now: Option<Vec<_>> = None;
        for parent in exited {
            for history in tree.histories(*parent) {
                let inside = tree.inside(Some(*parent));
                let were =
                    active.iter().filter(|number| inside.contains(number)).filter_map(|number| tree.state(*number));
                let deep = matches!(tree.kind(*history), Kind::History { deep: true, .. });
                let kept =
                    were.filter(|state| if deep { tree.is_leaf(*state) } else { tree.parent(*state) == Some(*parent) });
                let now = now.get_or_insert_with(|| memory.as_deref().cloned().unwrap_or_default());
                match now.binary_search_by_key(history, |(known, _)| *known) {
                    Ok(place) => now[place].1 = kept.collect(),
                    Err(place) => now.insert(place, (*history, kept.collect())),
                }
            }
        }
        now.map(|now| Some(Arc::new(now)))
    }
}

/// What is to be entered, as it grows.
struct Entry<'a> {
    tree: &'a Tree,
    memory: &'a Memory,
    /// In order.
    numbers: Vec<u32>,
    historic: bool,
    hops: u32,
}

impl Entry<'_> {
    /// Adds a state; `false` where it was there.
    fn add(&mut self, state: StateId) -> bool {
        let Some(number) = self.tree.number(state) else { return false };
        match self.numbers.binary_search(&number) {
            Ok(_) => false,
            Err(place) => {
                self.numbers.insert(place, number);
                true
            }
        }
    }

    fn enters_inside(&self, state: StateId) -> bool {
        let inside = self.tree.inside(Some(state));
        let first = self.numbers.partition_point(|number| *number < inside.start);
        self.numbers.get(first).is_some_and(|number| inside.contains(number))
    }

    /// A target with what is entered in it.
    fn descend(&mut self, target: StateId) {
        let tree = self.tree;
        match tree.kind(target) {
            Kind::History { default, .. } => self.recall(target, default),
            _ if !self.add(target) => {}
            Kind::Compound(initial) => {
                self.descend(initial);
                self.ascend(initial, Some(target));
            }
            Kind::Parallel => self.regions(target),
            Kind::Simple | Kind::Final => {}
        }
    }

    /// What a history state leads to, with all between that and its parent.
    fn recall(&mut self, history: StateId, default: StateId) {
        self.historic = true;
        self.hops += 1;
        // A default may be a history state again; more often than there are states it is a circle.
        if self.hops > self.tree.len() {
            return;
        }
        let remembered = recall(self.memory, history).unwrap_or(std::slice::from_ref(&default));
        let parent = self.tree.parent(history);
        remembered.iter().for_each(|state| self.descend(*state));
        remembered.iter().for_each(|state| self.ascend(*state, parent));
    }

    /// The states around one, up to that which is not left.
    fn ascend(&mut self, state: StateId, domain: Option<StateId>) {
        let tree = self.tree;
        for around in tree.around(state).take_while(|around| Some(*around) != domain) {
            // The regions of one that was there are there too.
            if self.add(around) && tree.kind(around) == Kind::Parallel {
                self.regions(around);
            }
        }
    }

    /// The regions in which nothing is entered yet.
    fn regions(&mut self, parallel: StateId) {
        for region in self.tree.children(parallel) {
            if !self.enters_inside(*region) {
                self.descend(*region);
            }
        }
    }
}
