//! States that no way leads out of.

use std::collections::HashMap;

use super::Subject;
use super::hearing::Hearing;
use super::reach::Reached;
use super::sure::Own;
use super::tree::recoveries;
use crate::signal::EventName;
use crate::source::Problem;
use crate::workflow::chart::{State, StateId, StateKind, Trigger};
use crate::workflow::file::{Diagnostics, code};

/// How many states a warning names.
const MOST_NAMED: usize = 8;

/// Doubts states that cannot be left, and groups of them from which no end can be reached where there is one.
pub(super) fn check(subject: &Subject<'_>, reached: &Reached, diagnostics: &mut Diagnostics) {
    let graph = Graph::of(subject, reached);
    let ends: Vec<StateId> =
        subject.ids().filter(|(id, state)| is_end(subject, state) && reached.is(*id)).map(|(id, _)| id).collect();
    let can_end = graph.backwards(&ends);
    let mut nodes = subject.ids().filter(|(id, _)| graph.nodes[id.0 as usize] == Some(*id));
    // The only state of a workflow is where it stays, by intention.
    let is_only = nodes.next().is_some() && nodes.next().is_none();
    let mut lost = Vec::new();
    for (id, state) in subject.ids() {
        if !reached.is(id) || graph.nodes[id.0 as usize] != Some(id) || is_end(subject, state) {
            continue;
        }
        // The whole workflow ends with its regions.
        if subject.root == Some(id) && reached.can_be_done(id) {
            continue;
        }
        if is_only && graph.does_something(subject, id) {
            continue;
        }
        if !graph.can_be_left(id) {
            diagnostics.warn(code::DEAD_END, || {
                let problem = Problem::new(
                    subject.at(&state.place),
                    format!("state `{}` cannot be left, and is not final", state.name),
                );
                let waits = subject.up(id).find_map(|id| {
                    let waits = |own| subject.has(id, own);
                    waits(Own::ChainDone).then_some("EVT_CHAIN_DONE").or_else(|| waits(Own::ChainFail).then_some("EVT_CHAIN_FAIL"))
                });
                match waits {
                    Some(event) => problem.label(format!("no chain ends in it: `{event}` does not come")).help(
                        "give it an `entry`, or write `always`; where the program runs a command in it, which is a chain too, give it another way out beside",
                    ),
                    None => problem.help("give it a way out, or write `final: true`"),
                }
            });
        } else if !ends.is_empty() && !can_end[id.0 as usize] {
            lost.push(id);
        }
    }
    let Some(first) = lost.first().and_then(|id| subject.state(*id)) else { return };
    diagnostics.warn(code::DEAD_END, || {
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
pub(super) fn is_end(subject: &Subject<'_>, state: &State) -> bool {
    let is_at_the_top = state.parent.is_none_or(|parent| subject.root == Some(parent) && !subject.is_parallel(parent));
    is_at_the_top && matches!(state.kind, StateKind::Final { .. })
}

/// Innermost states and what leads from one to another. What is inside a parallel state is one node: its regions are
/// active together, so that a way out of one is a way out of all.
struct Graph {
    /// The node that each state belongs to, if it is active in one only.
    nodes: Vec<Option<StateId>>,
    /// Where each state leads itself: nodes; and behind the states what each past leads to, once for all histories of it.
    leads: Vec<Vec<usize>>,
    /// Of each node: the states inside it and around it.
    owners: Vec<Vec<StateId>>,
}

impl Graph {
    fn of(subject: &Subject<'_>, reached: &Reached) -> Self {
        let size = subject.states.len();
        let nodes: Vec<Option<StateId>> = subject.ids().map(|(id, _)| node(subject, id)).collect();
        let mut graph = Self { nodes, leads: vec![Vec::new(); size], owners: vec![Vec::new(); size] };
        let mut past = Past { subject, reached, places: HashMap::new(), entered: HashMap::new() };
        let (done, failed) = (Hearing::of(subject, false), Hearing::of(subject, true));
        for (id, state) in subject.ids() {
            let is_done_once = reached.can_be_done(id);
            let hears = |hearing: &Hearing| hearing.hears(subject, id);
            let comes = |trigger: &Trigger| match trigger {
                Trigger::Done => is_done_once,
                Trigger::DoneOf(other) => reached.can_be_done(*other),
                Trigger::Event { name, .. } if *name == EventName::CHAIN_FAIL => hears(&failed),
                Trigger::Event { name, .. } if *name == EventName::CHAIN_DONE => hears(&done),
                _ => true,
            };
            let moves =
                state.transitions.iter().filter(|it| comes(&it.trigger)).flat_map(|it| it.targets.iter().copied());
            for target in moves.chain(recoveries(state)) {
                graph.add(id, target, &mut past);
            }
        }
        for lead in &mut graph.leads {
            lead.sort_unstable();
            lead.dedup();
        }
        for (id, _) in subject.ids() {
            match graph.nodes[id.0 as usize] {
                Some(node) if node == id => {
                    let around = subject.up(id);
                    graph.owners[id.0 as usize].extend(around);
                }
                Some(node) => graph.owners[node.0 as usize].push(id),
                None => {}
            }
        }
        graph
    }

    /// Adds what a target may lead to.
    fn add(&mut self, from: StateId, target: StateId, past: &mut Past<'_>) {
        if !past.entered.contains_key(&target) {
            let mut entered = Vec::new();
            past.subject.descend(target, &mut entered);
            let found = self.of_entered(&entered);
            let histories = entered.iter().filter_map(|id| past.subject.initial_history(*id));
            past.entered
                .insert(target, (found, histories.chain(past.subject.is_history(target).then_some(target)).collect()));
        }
        let (entered, histories) = past.entered.get(&target).cloned().unwrap_or_default();
        self.leads[from.0 as usize].extend(entered);
        for state in histories.into_iter().filter_map(|history| past.subject.state(history)) {
            let (Some(parent), StateKind::History { deep, .. }) = (state.parent, &state.kind) else { continue };
            let deep = *deep;
            let place = match past.places.get(&(parent, deep)) {
                Some(place) => *place,
                None => {
                    let leads = self.of_entered(&past.of(parent, deep));
                    self.leads.push(leads);
                    past.places.insert((parent, deep), self.leads.len() - 1);
                    self.leads.len() - 1
                }
            };
            self.leads[from.0 as usize].push(place);
        }
    }

    /// The nodes of states that are entered.
    fn of_entered(&self, entered: &[StateId]) -> Vec<usize> {
        let nodes = entered.iter().filter_map(|id| self.nodes.get(id.0 as usize).copied().flatten());
        let mut found: Vec<usize> = nodes.map(|node| node.0 as usize).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn leads_beyond(&self, from: usize, node: StateId) -> bool {
        self.leads.get(from).is_some_and(|to| {
            to.iter().any(|it| match it.checked_sub(self.nodes.len()) {
                Some(_) => self.leads.get(*it).is_some_and(|to| to.iter().any(|it| *it != node.0 as usize)),
                None => *it != node.0 as usize,
            })
        })
    }

    fn can_be_left(&self, node: StateId) -> bool {
        let owners = self.owners.get(node.0 as usize);
        owners.is_some_and(|owners| owners.iter().any(|id| self.leads_beyond(id.0 as usize, node)))
    }

    /// Whether anything happens in a node.
    fn does_something(&self, subject: &Subject<'_>, node: StateId) -> bool {
        let mut owners = self.owners.get(node.0 as usize).into_iter().flatten().filter_map(|id| subject.state(*id));
        let waits = |trigger: &Trigger| matches!(trigger, Trigger::Event { .. } | Trigger::Any) || trigger.is_time();
        owners.any(|state| state.transitions.iter().any(|it| waits(&it.trigger)))
    }

    /// From which states one of `ends` can be reached.
    fn backwards(&self, ends: &[StateId]) -> Vec<bool> {
        let mut sources: Vec<Vec<usize>> = vec![Vec::new(); self.leads.len()];
        for (from, leads) in self.leads.iter().enumerate() {
            leads.iter().for_each(|to| sources[*to].push(from));
        }
        // What is active when something leads on: the nodes inside a state and around it; a past is only passed through.
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.leads.len()];
        for (node, owners) in self.owners.iter().enumerate() {
            owners.iter().for_each(|owner| members[owner.0 as usize].push(node));
        }
        (self.nodes.len()..self.leads.len()).for_each(|past| members[past].push(past));
        let mut can = vec![false; self.leads.len()];
        let mut open: Vec<usize> = ends.iter().map(|end| end.0 as usize).collect();
        let mut expanded = vec![false; self.leads.len()];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut can[node], true) {
                continue;
            }
            for source in &sources[node] {
                if !std::mem::replace(&mut expanded[*source], true) {
                    open.extend(&members[*source]);
                }
            }
        }
        can
    }
}

/// What histories lead to: wherever the session was.
struct Past<'a> {
    subject: &'a Subject<'a>,
    reached: &'a Reached,
    /// Where what a past leads to stands among the graph's leads, by the state around and whether all inside is remembered.
    places: HashMap<(StateId, bool), usize>,
    /// The nodes that each target leads to, and the histories among what is entered.
    entered: HashMap<StateId, (Vec<usize>, Vec<StateId>)>,
}

impl Past<'_> {
    /// The states that may be entered.
    fn of(&self, parent: StateId, deep: bool) -> Vec<StateId> {
        let (mut found, mut open) = (Vec::new(), vec![parent]);
        while let Some(state) = open.pop().and_then(|id| self.subject.state(id)) {
            for child in state.children.iter().copied().filter(|child| self.reached.is(*child)) {
                match (deep, self.subject.is_history(child)) {
                    (_, true) => {}
                    (true, false) => {
                        found.push(child);
                        open.push(child);
                    }
                    (false, false) => self.subject.descend(child, &mut found),
                }
            }
        }
        found
    }
}

fn node(subject: &Subject<'_>, id: StateId) -> Option<StateId> {
    let is_parallel = |id: &StateId| subject.state(*id).is_some_and(|state| matches!(state.kind, StateKind::Parallel));
    subject.up(id).filter(is_parallel).last().or_else(|| subject.is_leaf(id).then_some(id))
}
