//! Which states inside a container stand above which, and which edges pass through it.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::workflow::chart::StateId;
use crate::workflow::show::view::View;

/// An edge that passes through the border of a container.
#[derive(Clone, Copy)]
pub(super) struct Crossing {
    pub(super) edge: usize,
    /// Whether it does so at the top.
    pub(super) top: bool,
    /// The end that is inside.
    pub(super) inner: StateId,
    /// Whether that is where it leads.
    pub(super) arrives: bool,
    /// Whether the container itself is the other end, so that the label belongs inside.
    pub(super) labelled: bool,
}

/// An edge between two states inside one container, or in states inside them.
#[derive(Clone, Copy)]
pub(super) struct Between {
    pub(super) edge: usize,
    pub(super) from: StateId,
    pub(super) to: StateId,
}

/// The state directly inside `container` that is `id` or holds it.
pub(super) fn lifted(view: &View<'_>, id: StateId, container: Option<StateId>) -> Option<StateId> {
    let mut at = id;
    loop {
        let parent = view.parent(at);
        if parent == container {
            return Some(at);
        }
        at = parent?;
    }
}

/// Which edges are drawn in which container.
#[derive(Default)]
pub(super) struct Routes {
    between: HashMap<Option<StateId>, Vec<Between>>,
    own: HashMap<StateId, Vec<Crossing>>,
}

impl Routes {
    pub(super) fn of(view: &View<'_>) -> Self {
        let mut routes = Self::default();
        for (edge, ends) in view.edges.iter().enumerate().filter(|(_, ends)| ends.from != ends.to) {
            routes.add(view, edge, ends.from, ends.to);
        }
        routes
    }

    fn add(&mut self, view: &View<'_>, edge: usize, from: StateId, to: StateId) {
        let mut container = Some(from);
        loop {
            if container == Some(to) {
                let crossing = Crossing { edge, top: false, inner: from, arrives: false, labelled: true };
                return self.own.entry(to).or_default().push(crossing);
            }
            if let Some(to_child) = lifted(view, to, container) {
                if let Some(outer) = container.filter(|id| *id == from) {
                    let crossing = Crossing { edge, top: true, inner: to, arrives: true, labelled: true };
                    return self.own.entry(outer).or_default().push(crossing);
                }
                if let Some(from_child) = lifted(view, from, container) {
                    let between = Between { edge, from: from_child, to: to_child };
                    self.between.entry(container).or_default().push(between);
                }
                return;
            }
            let Some(id) = container else { return };
            container = view.parent(id);
        }
    }

    /// The edges that are drawn in a container: between two of its states.
    pub(super) fn between(&self, container: Option<StateId>) -> &[Between] {
        self.between.get(&container).map_or(&[], Vec::as_slice)
    }

    /// The edges between a container and a state inside it.
    pub(super) fn own(&self, container: Option<StateId>) -> &[Crossing] {
        container.and_then(|id| self.own.get(&id)).map_or(&[], Vec::as_slice)
    }
}

/// The layer of each state: those that lead to it are above it, unless that would go round in a circle.
pub(super) fn ranks(children: &[StateId], first: Option<StateId>, between: &[Between]) -> BTreeMap<StateId, usize> {
    let mut seen: BTreeMap<StateId, bool> = BTreeMap::new();
    let mut finished = Vec::new();
    let mut forward: BTreeMap<StateId, Vec<StateId>> = BTreeMap::new();
    let mut leads: HashMap<StateId, Vec<StateId>> = HashMap::new();
    between.iter().for_each(|edge| leads.entry(edge.from).or_default().push(edge.to));
    let is_child: HashSet<StateId> = children.iter().copied().collect();
    for start in first.iter().chain(children).filter(|id| is_child.contains(id)) {
        // Depth first, without recursion: `true` while a state is on the way.
        let mut stack = vec![(*start, 0)];
        if seen.contains_key(start) {
            continue;
        }
        seen.insert(*start, true);
        while let Some((id, next)) = stack.pop() {
            match leads.get(&id).and_then(|leads| leads.get(next)).copied() {
                None => {
                    seen.insert(id, false);
                    finished.push(id);
                }
                Some(to) => {
                    stack.push((id, next + 1));
                    match seen.get(&to) {
                        Some(true) => {}
                        Some(false) => forward.entry(id).or_default().push(to),
                        None => {
                            forward.entry(id).or_default().push(to);
                            seen.insert(to, true);
                            stack.push((to, 0));
                        }
                    }
                }
            }
        }
    }
    let mut ranks: BTreeMap<StateId, usize> = children.iter().map(|id| (*id, 0)).collect();
    for id in finished.iter().rev() {
        let rank = ranks.get(id).copied().unwrap_or(0);
        for to in forward.get(id).into_iter().flatten() {
            let below = ranks.entry(*to).or_insert(0);
            *below = (*below).max(rank + 1);
        }
    }
    ranks
}
