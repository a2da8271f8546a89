//! Which transitions are taken: from the leaves outward, the first whose guard holds; of those that conflict, the inner, then
//! the earlier.

use std::collections::BTreeMap;

use super::active;
use super::definition::Definition;
use super::id::StateId;
use super::taken::Taken;
use super::triggers::Column;
use crate::condition::{Activation, EvaluationError};

impl Definition {
    pub(super) fn select(
        &self,
        leaves: &[StateId],
        column: Column,
        activation: &dyn Activation,
    ) -> Result<Vec<Taken<'_>>, EvaluationError> {
        self.select_by(leaves, |leaf| self.first_from(leaves, leaf, column, activation))
    }

    /// By what the first transition is that is taken in a leaf or around it.
    pub(super) fn select_by(
        &self,
        leaves: &[StateId],
        first_from: impl Fn(StateId) -> Result<Option<(StateId, u32)>, EvaluationError>,
    ) -> Result<Vec<Taken<'_>>, EvaluationError> {
        let mut enabled: Vec<Taken<'_>> = Vec::new();
        // One that is around several leaves is taken once. The leaves come in order: what is around one and not around the
        // next is around none after it.
        let mut around: Vec<StateId> = Vec::new();
        for leaf in leaves {
            while around.pop_if(|state| !self.tree.is_inside(*leaf, *state)).is_some() {}
            if let Some((source, place)) = first_from(*leaf)?
                && !around.contains(&source)
            {
                if source != *leaf {
                    around.push(source);
                }
                enabled.push(self.taken(source, place));
            }
        }
        Ok(if enabled.len() > 1 { self.without_conflicts(enabled) } else { enabled })
    }

    /// Of a state and those around it.
    pub(super) fn first_from(
        &self,
        leaves: &[StateId],
        leaf: StateId,
        column: Column,
        activation: &dyn Activation,
    ) -> Result<Option<(StateId, u32)>, EvaluationError> {
        for state in std::iter::once(leaf).chain(self.tree.around(leaf)) {
            if let Some(place) = self.first_of(leaves, state, self.triggers.of_state(state, column), activation)? {
                return Ok(Some((state, place)));
            }
        }
        Ok(None)
    }

    /// The first of some transitions of a state whose guard holds.
    pub(super) fn first_of(
        &self,
        leaves: &[StateId],
        state: StateId,
        places: impl Iterator<Item = u32>,
        activation: &dyn Activation,
    ) -> Result<Option<u32>, EvaluationError> {
        for place in places {
            if self.holds(leaves, state, place, activation)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    pub(super) fn holds(
        &self,
        leaves: &[StateId],
        state: StateId,
        place: u32,
        activation: &dyn Activation,
    ) -> Result<bool, EvaluationError> {
        let guard = self.way(state, place).and_then(|way| way.guard.as_ref());
        guard.map_or(Ok(true), |guard| active::holds(guard, self, leaves, activation))
    }

    pub(super) fn taken(&self, source: StateId, place: u32) -> Taken<'_> {
        let (targets, reenters) = self.way(source, place).map_or((&[][..], true), |way| (&way.targets, way.reenters));
        let domain = if targets.is_empty() { None } else { self.domain(source, targets, reenters) };
        Taken { source, place: Some(place), targets, domain }
    }

    /// Two conflict where they would leave the same states.
    fn without_conflicts<'a>(&self, enabled: Vec<Taken<'a>>) -> Vec<Taken<'a>> {
        let mut kept: Vec<Option<Taken<'a>>> = Vec::with_capacity(enabled.len());
        // By the first number that each leaves: none leaves what another does, so that neighbours tell.
        let mut places: BTreeMap<u32, usize> = BTreeMap::new();
        let mut lost = Vec::new();
        for way in enabled {
            let leaves = way.leaves(&self.tree);
            if leaves.is_empty() {
                kept.push(Some(way));
                continue;
            }
            lost.clear();
            let mut wins = true;
            for (start, place) in places.range(..leaves.end).rev() {
                let Some(other) = kept.get(*place).and_then(Option::as_ref) else { continue };
                if other.leaves(&self.tree).end <= leaves.start {
                    break;
                }
                wins = self.tree.is_inside(way.source, other.source);
                if !wins {
                    break;
                }
                lost.push((*start, *place));
            }
            if wins {
                for (start, place) in lost.drain(..) {
                    places.remove(&start);
                    kept[place] = None;
                }
                places.insert(leaves.start, kept.len());
                kept.push(Some(way));
            }
        }
        kept.into_iter().flatten().collect()
    }
}
