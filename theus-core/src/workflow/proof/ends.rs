//! States that no way leads out of.

use super::Subject;
use super::reach::can_be_done;
use super::tree::{is_done, ways};
use crate::source::Problem;
use crate::workflow::chart::{State, StateId, StateKind, Trigger};
use crate::workflow::file::{Findings, code};

/// How many states a warning names.
const MOST_NAMED: usize = 8;

/// Doubts states that cannot be left, and groups of them from which no end can be reached where there is one.
pub(super) fn check(subject: &Subject<'_>, reached: &[bool], findings: &mut Findings) {
    let graph = Graph::of(subject, reached);
    let is_reached = |id: StateId| reached.get(id.0 as usize) == Some(&true);
    let ends: Vec<StateId> =
        subject.ids().filter(|(id, state)| is_end(state) && is_reached(*id)).map(|(id, _)| id).collect();
    let can_end = graph.backwards(subject, &ends);
    let mut nodes = subject.ids().filter(|(id, _)| graph.nodes[id.0 as usize] == Some(*id));
    // The only state of a workflow is where it stays, by intention.
    let is_only = nodes.next().is_some() && nodes.next().is_none();
    let mut lost = Vec::new();
    for (id, state) in subject.ids() {
        if !is_reached(id) || graph.nodes[id.0 as usize] != Some(id) || is_end(state) {
            continue;
        }
        if is_only && graph.does_something(subject, id) {
            continue;
        }
        if !graph.can_be_left(subject, id) {
            findings.warn(code::DEAD_END, || {
                Problem::new(
                    subject.at(&state.place),
                    format!("state `{}` cannot be left, and is not final", state.name),
                )
                .help("give it a way out, or write `final: true`")
            });
        } else if !ends.is_empty() && !can_end[id.0 as usize] {
            lost.push(id);
        }
    }
    let Some(first) = lost.first().and_then(|id| subject.state(*id)) else { return };
    findings.warn(code::DEAD_END, || {
        let mut names: Vec<String> =
            lost.iter().take(MOST_NAMED).map(|id| format!("`{}`", subject.name(*id))).collect();
        if lost.len() > MOST_NAMED {
            names.push(format!("{} more", lost.len() - MOST_NAMED));
        }
        Problem::new(subject.at(&first.place), format!("no final state can be reached from {}", names.join(", ")))
            .help("lead one of them on to a final state")
    });
}

/// Whether the workflow is over in it.
pub(super) fn is_end(state: &State) -> bool {
    state.parent.is_none() && matches!(state.kind, StateKind::Final { .. })
}

/// Innermost states and what leads from one to another. What is inside a parallel state is one node: its regions are
/// active together, so that a way out of one is a way out of all.
struct Graph {
    /// The node that each state belongs to, if it is active in one only.
    nodes: Vec<Option<StateId>>,
    /// Where each state leads itself, as nodes.
    leads: Vec<Vec<StateId>>,
}

impl Graph {
    fn of(subject: &Subject<'_>, reached: &[bool]) -> Self {
        let nodes: Vec<Option<StateId>> = subject.ids().map(|(id, _)| node(subject, id)).collect();
        let mut graph = Self { nodes, leads: vec![Vec::new(); subject.states.len()] };
        for (id, state) in subject.ids() {
            let comes = can_be_done(subject, id, reached);
            let done = state.transitions.iter().filter(|it| comes && is_done(it)).filter_map(|it| it.target);
            for target in ways(state).chain(done) {
                let mut to = graph.entered(subject, target);
                graph.leads[id.0 as usize].append(&mut to);
            }
        }
        graph
    }

    /// The nodes that a target may lead to.
    fn entered(&self, subject: &Subject<'_>, target: StateId) -> Vec<StateId> {
        let mut entered = Vec::new();
        subject.descend(target, &mut entered);
        let parent = subject.state(target).and_then(|state| state.parent);
        if let (Some(StateKind::History { .. }), Some(parent)) = (subject.state(target).map(|it| &it.kind), parent) {
            let children = subject.state(parent).map(|state| &state.children);
            children
                .into_iter()
                .flatten()
                .filter(|child| **child != target)
                .for_each(|child| subject.descend(*child, &mut entered));
        }
        let mut found: Vec<StateId> =
            entered.into_iter().filter_map(|id| self.nodes.get(id.0 as usize).copied().flatten()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn can_be_left(&self, subject: &Subject<'_>, node: StateId) -> bool {
        let leads = |id: StateId| self.leads.get(id.0 as usize).is_some_and(|to| to.iter().any(|it| *it != node));
        if subject.up(node).any(leads) {
            return true;
        }
        !subject.is_leaf(node) && subject.ids().any(|(id, _)| self.nodes[id.0 as usize] == Some(node) && leads(id))
    }

    /// Whether anything happens in a node.
    fn does_something(&self, subject: &Subject<'_>, node: StateId) -> bool {
        let inside = subject.ids().filter(|(id, _)| self.nodes[id.0 as usize] == Some(node)).map(|(_, state)| state);
        let around = subject.up(node).filter_map(|id| subject.state(id));
        let waits = |trigger: &Trigger| matches!(trigger, Trigger::Event { .. } | Trigger::Any | Trigger::After(_));
        inside.chain(around).any(|state| state.transitions.iter().any(|it| waits(&it.trigger)))
    }

    /// From which states one of `ends` can be reached.
    fn backwards(&self, subject: &Subject<'_>, ends: &[StateId]) -> Vec<bool> {
        let mut sources: Vec<Vec<StateId>> = vec![Vec::new(); self.leads.len()];
        for (id, _) in subject.ids() {
            self.leads[id.0 as usize].iter().for_each(|to| sources[to.0 as usize].push(id));
        }
        let mut members: Vec<Vec<StateId>> = vec![Vec::new(); self.leads.len()];
        for (id, _) in subject.ids() {
            if let Some(node) = self.nodes[id.0 as usize] {
                subject.up(id).for_each(|around| members[around.0 as usize].push(node));
            }
        }
        let mut can = vec![false; self.leads.len()];
        let mut open = ends.to_vec();
        let mut expanded = vec![false; self.leads.len()];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut can[node.0 as usize], true) {
                continue;
            }
            for source in &sources[node.0 as usize] {
                if !std::mem::replace(&mut expanded[source.0 as usize], true) {
                    open.extend(&members[source.0 as usize]);
                }
            }
        }
        can
    }
}

fn node(subject: &Subject<'_>, id: StateId) -> Option<StateId> {
    let is_parallel = |id: &StateId| subject.state(*id).is_some_and(|state| matches!(state.kind, StateKind::Parallel));
    subject.up(id).filter(is_parallel).last().or_else(|| subject.is_leaf(id).then_some(id))
}
