//! A search through all that a model can come to, breadth first.
//!
//! Of our own: `stateright` would do it, and brings 45 crates along, a web server among them.

use std::collections::{HashMap, VecDeque};
use std::fmt::{Debug, Write};
use std::hash::Hash;

/// A protocol as states and what can happen in each.
pub(super) trait Model: Sync {
    type State: Clone + Debug + Eq + Hash + Send + Sync;
    type Step: Clone + Debug + PartialEq + Send + Sync;

    fn first(&self) -> Self::State;

    /// What can happen there.
    fn steps(&self, state: &Self::State) -> Vec<Self::Step>;

    fn after(&self, state: &Self::State, step: &Self::Step) -> Self::State;

    /// What must not be, where it is so.
    fn broken(&self, state: &Self::State) -> Option<&'static str>;

    /// Whether it is something that the world does to the protocol: in the end it may stop.
    fn is_fault(&self, step: &Self::Step) -> bool;

    /// Whether all is as it is to be in the end: without a further fault it can be reached from wherever one is.
    fn is_well(&self, state: &Self::State) -> bool;
}

/// All that can be reached.
pub(super) struct Reached<M: Model> {
    pub(super) states: Vec<M::State>,
    /// By which edge each was reached first: of the shortest way.
    by: Vec<Option<usize>>,
    edges: Vec<Edge<M>>,
    /// The edges that lead out of each state.
    out: Vec<Vec<usize>>,
}

struct Edge<M: Model> {
    from: usize,
    step: M::Step,
    to: usize,
}

/// Everything, or the shortest way to what must not be.
pub(super) fn search<M: Model>(model: &M) -> Result<Reached<M>, String> {
    let first = model.first();
    let mut known = HashMap::from([(first.clone(), 0)]);
    let mut reached = Reached::<M> { states: vec![first], by: vec![None], edges: Vec::new(), out: vec![Vec::new()] };
    let mut next = 0;
    while next < reached.states.len() {
        let state = reached.states[next].clone();
        if let Some(why) = model.broken(&state) {
            return Err(reached.told(model, next, why));
        }
        for step in model.steps(&state) {
            let after = model.after(&state, &step);
            let to = *known.entry(after).or_insert_with_key(|after| {
                reached.states.push(after.clone());
                reached.by.push(Some(reached.edges.len()));
                reached.out.push(Vec::new());
                reached.states.len() - 1
            });
            reached.out[next].push(reached.edges.len());
            reached.edges.push(Edge { from: next, step, to });
        }
        next += 1;
    }
    match reached.never_well(model) {
        Some(stuck) => Err(reached.told(model, stuck, "it does not end well from there on")),
        None => Ok(reached),
    }
}

impl<M: Model> Reached<M> {
    /// The first state from which nothing leads to a good end but further faults.
    fn never_well(&self, model: &M) -> Option<usize> {
        let mut into = vec![Vec::new(); self.states.len()];
        for edge in self.edges.iter().filter(|edge| !model.is_fault(&edge.step)) {
            into[edge.to].push(edge.from);
        }
        let mut is_good: Vec<bool> = self.states.iter().map(|state| model.is_well(state)).collect();
        let mut left: VecDeque<usize> = (0..is_good.len()).filter(|state| is_good[*state]).collect();
        while let Some(state) = left.pop_front() {
            for from in &into[state] {
                if !std::mem::replace(&mut is_good[*from], true) {
                    left.push_back(*from);
                }
            }
        }
        is_good.iter().position(|is_good| !is_good)
    }

    /// The shortest way there.
    fn way(&self, mut state: usize) -> Vec<usize> {
        let mut way = Vec::new();
        while let Some(edge) = self.by[state] {
            way.push(edge);
            state = self.edges[edge].from;
        }
        way.reverse();
        way
    }

    fn told(&self, model: &M, state: usize, why: &str) -> String {
        let mut told = format!("{why}, after");
        let mut at = model.first();
        for edge in self.way(state) {
            let step = &self.edges[edge].step;
            at = model.after(&at, step);
            // A text takes whatever is written to it.
            let _ = write!(told, "\n  {step:?}\n      {at:?}");
        }
        told
    }

    pub(super) fn edges(&self) -> usize {
        self.edges.len()
    }

    /// Traces from the first state on that take every edge together: each goes the shortest way to one that was not taken yet, and
    /// on along others.
    pub(super) fn traces(&self) -> Vec<Vec<M::Step>> {
        let mut is_taken = vec![false; self.edges.len()];
        let mut traces = Vec::new();
        // The last ones first: the ways there take many of the earlier ones along.
        for edge in (0..self.edges.len()).rev() {
            if is_taken[edge] {
                continue;
            }
            let mut trace = self.way(self.edges[edge].from);
            let mut next = Some(edge);
            while let Some(edge) = next {
                is_taken[edge] = true;
                trace.push(edge);
                next = self.out[self.edges[edge].to].iter().copied().find(|edge| !is_taken[*edge]);
            }
            trace.iter().for_each(|edge| is_taken[*edge] = true);
            traces.push(trace.into_iter().map(|edge| self.edges[edge].step.clone()).collect());
        }
        traces
    }
}
