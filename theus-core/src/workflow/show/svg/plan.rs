//! Which states inside a container stand above which, and which edges pass through it.

use std::collections::BTreeMap;

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

/// The edges that are drawn in a container: between two of its states.
pub(super) fn between(view: &View<'_>, container: Option<StateId>) -> Vec<Between> {
    let edges = view.edges.iter().enumerate();
    edges
        .filter_map(|(edge, ends)| {
            let (from, to) = (lifted(view, ends.from, container)?, lifted(view, ends.to, container)?);
            (from != to).then_some(Between { edge, from, to })
        })
        .collect()
}

/// The edges between a container and a state inside it.
pub(super) fn own(view: &View<'_>, container: Option<StateId>) -> Vec<Crossing> {
    let Some(container) = container else { return Vec::new() };
    let edges = view.edges.iter().enumerate();
    edges
        .filter_map(|(edge, ends)| {
            let (from, to) = (ends.from, ends.to);
            if from == to {
                return None;
            }
            if from == container {
                lifted(view, to, Some(container))?;
                return Some(Crossing { edge, top: true, inner: to, arrives: true, labelled: true });
            }
            (to == container).then_some(())?;
            lifted(view, from, Some(container))?;
            Some(Crossing { edge, top: false, inner: from, arrives: false, labelled: true })
        })
        .collect()
}

/// The layer of each state: those that lead to it are above it, unless that would go round in a circle.
pub(super) fn ranks(children: &[StateId], first: Option<StateId>, between: &[Between]) -> BTreeMap<StateId, usize> {
    let mut seen: BTreeMap<StateId, bool> = BTreeMap::new();
    let mut finished = Vec::new();
    let mut forward: BTreeMap<StateId, Vec<StateId>> = BTreeMap::new();
    for start in first.iter().chain(children).filter(|id| children.contains(id)) {
        // Depth first, without recursion: `true` while a state is on the way.
        let mut stack = vec![(*start, 0)];
        if seen.contains_key(start) {
            continue;
        }
        seen.insert(*start, true);
        while let Some((id, next)) = stack.pop() {
            match between.iter().filter(|edge| edge.from == id).nth(next) {
                None => {
                    seen.insert(id, false);
                    finished.push(id);
                }
                Some(edge) => {
                    stack.push((id, next + 1));
                    match seen.get(&edge.to) {
                        Some(true) => {}
                        Some(false) => forward.entry(id).or_default().push(edge.to),
                        None => {
                            forward.entry(id).or_default().push(edge.to);
                            seen.insert(edge.to, true);
                            stack.push((edge.to, 0));
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
