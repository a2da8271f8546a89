//! The order of the states: which is inside which, asked without walking.

use std::ops::Range;

use super::id::StateId;
use super::state::{State, StateKind};

/// The states numbered in the order of the file, each before those inside it: what is inside a state is a range of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    /// By state.
    nodes: Box<[Node]>,
    /// By number.
    in_order: Box<[StateId]>,
    /// The state that is the whole workflow.
    root: Option<StateId>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    parent: Option<StateId>,
    /// Its number, and the first number after those inside it.
    number: u32,
    end: u32,
    kind: Kind,
    children: Box<[StateId]>,
    histories: Box<[StateId]>,
}

/// What the shape of the tree needs to know of a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Simple,
    Compound(StateId),
    Parallel,
    Final,
    History {
        deep: bool,
        default: StateId,
    },
}

impl Tree {
    pub(super) fn of(states: &[State], root: Option<StateId>) -> Self {
        let mut nodes: Vec<Node> = states.iter().map(|state| Node { kind: kind(state), ..Node::default() }).collect();
        let mut in_order = Vec::with_capacity(states.len());
        let mut seen = vec![false; states.len()];
        let ids = || (0..u32::try_from(states.len()).unwrap_or(u32::MAX)).map(StateId);
        // What no root leads to (parts that do not fit together) is taken for a root itself.
        let roots = ids().filter(|id| states[id.index()].parent.is_none()).chain(ids());
        for root in roots {
            walk(root, states, &mut nodes, &mut in_order, &mut seen);
        }
        let (nodes, in_order): (Box<[Node]>, Box<[StateId]>) = (nodes.into(), in_order.into());
        // One that is not around all others is not the whole.
        let is_whole = |root: &StateId| {
            nodes.get(root.index()).is_some_and(|node| node.number == 0 && node.end as usize == in_order.len())
        };
        let root = root.filter(is_whole);
        Self { nodes, in_order, root }
    }

    pub(super) const fn root(&self) -> Option<StateId> {
        self.root
    }

    /// Whether a transition may leave everything inside a state and not the state itself.
    pub(super) fn may_stay(&self, state: StateId) -> bool {
        matches!(self.kind(state), Kind::Compound(_)) || self.root == Some(state)
    }

    /// The state that is the whole workflow, where that has regions.
    pub(super) fn parallel_root(&self) -> Option<StateId> {
        self.root.filter(|root| self.kind(*root) == Kind::Parallel)
    }

    fn node(&self, state: StateId) -> Option<&Node> {
        self.nodes.get(state.index())
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.in_order.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn state(&self, number: u32) -> Option<StateId> {
        self.in_order.get(number as usize).copied()
    }

    pub(super) fn states(&self, numbers: impl IntoIterator<Item = u32>) -> Box<[StateId]> {
        numbers.into_iter().filter_map(|number| self.state(number)).collect()
    }

    pub(super) fn number(&self, state: StateId) -> Option<u32> {
        self.node(state).map(|node| node.number)
    }

    pub(super) fn kind(&self, state: StateId) -> Kind {
        self.node(state).map_or(Kind::Simple, |node| node.kind)
    }

    pub(super) fn parent(&self, state: StateId) -> Option<StateId> {
        self.node(state)?.parent
    }

    /// The states around it, the nearest first.
    pub(super) fn around(&self, state: StateId) -> impl Iterator<Item = StateId> {
        std::iter::successors(self.parent(state), |state| self.parent(*state))
    }

    /// The states directly inside it in which a session can be: its histories are not among them.
    pub(super) fn children(&self, state: StateId) -> &[StateId] {
        self.node(state).map_or(&[], |node| &node.children)
    }

    pub(super) fn histories(&self, state: StateId) -> &[StateId] {
        self.node(state).map_or(&[], |node| &node.histories)
    }

    /// The numbers of what is inside it, itself not included; of everything for `None`.
    pub(super) fn inside(&self, state: Option<StateId>) -> Range<u32> {
        match state {
            None => 0..self.len(),
            Some(state) => self.node(state).map_or(0..0, |node| node.number + 1..node.end),
        }
    }

    /// Whether it is inside the other; no state is inside itself.
    pub(super) fn is_inside(&self, state: StateId, other: StateId) -> bool {
        self.number(state).is_some_and(|number| self.inside(Some(other)).contains(&number))
    }

    /// Whether a session in it can be in no state inside it.
    pub(super) fn is_leaf(&self, state: StateId) -> bool {
        self.children(state).is_empty() && !matches!(self.kind(state), Kind::History { .. })
    }

    /// Whether one of the leaves is this state or inside it. They are in order.
    pub(super) fn has_any(&self, leaves: &[StateId], state: StateId) -> bool {
        let Some(number) = self.number(state) else { return false };
        let before = leaves.partition_point(|leaf| self.number(*leaf) < Some(number));
        leaves.get(before).is_some_and(|leaf| *leaf == state || self.is_inside(*leaf, state))
    }

    /// The numbers of the leaves and of all states around them, in order.
    pub(super) fn active(&self, leaves: &[StateId]) -> Vec<u32> {
        let mut numbers: Vec<u32> = Vec::with_capacity(8);
        for leaf in leaves {
            // What is around a leaf that was there before is there already.
            let way = std::iter::once(*leaf).chain(self.around(*leaf)).filter_map(|state| self.number(state));
            for number in way {
                match numbers.binary_search(&number) {
                    Ok(_) => break,
                    Err(place) => numbers.insert(place, number),
                }
            }
        }
        numbers
    }
}

fn kind(state: &State) -> Kind {
    match state.kind {
        StateKind::Simple => Kind::Simple,
        StateKind::Compound { initial } => Kind::Compound(initial),
        StateKind::Parallel => Kind::Parallel,
        StateKind::Final { .. } => Kind::Final,
        StateKind::History { deep, default } => Kind::History { deep, default },
    }
}

/// Numbers a state and what is inside it. Without recursion: how deep a file goes is not ours to bound.
fn walk(root: StateId, states: &[State], nodes: &mut [Node], in_order: &mut Vec<StateId>, seen: &mut [bool]) {
    let mut open: Vec<(StateId, bool)> = vec![(root, false)];
    while let Some((id, left)) = open.pop() {
        let (place, number) = (id.index(), u32::try_from(in_order.len()).unwrap_or(u32::MAX));
        if left {
            nodes[place].end = number;
            continue;
        }
        if std::mem::replace(&mut seen[place], true) {
            continue;
        }
        in_order.push(id);
        nodes[place].number = number;
        open.push((id, true));
        let inside: Vec<StateId> = states[place]
            .children
            .iter()
            .copied()
            .filter(|child| seen.get(child.index()) == Some(&false) && states[child.index()].parent == Some(id))
            .collect();
        for child in &inside {
            nodes[child.index()].parent = Some(id);
        }
        let (histories, children): (Vec<_>, Vec<_>) =
            inside.iter().partition(|child| matches!(nodes[child.index()].kind, Kind::History { .. }));
        nodes[place].histories = histories.into();
        nodes[place].children = children.into();
        open.extend(inside.into_iter().rev().map(|child| (child, false)));
    }
}
