//! Which transitions are taken: from the leaves outward, the first whose guard holds; of those that conflict, the inner, then
//! the earlier.

use super::definition::Definition;
use super::microstep::Taken;
use super::state::StateId;
use super::triggers::Column;
use crate::workflow::condition::{EvaluationError, Facts};

impl Definition {
    pub(super) fn select(
        &self,
        leaves: &[StateId],
        column: Column,
        facts: &dyn Facts,
    ) -> Result<Vec<Taken>, EvaluationError> {
        let mut enabled: Vec<Taken> = Vec::new();
        for leaf in leaves {
            if let Some((source, place)) = self.first_from(*leaf, column, facts)? {
                // One that is around several leaves is taken once.
                if !enabled.iter().any(|way| (way.source, way.place) == (source, Some(place))) {
                    enabled.push(self.taken(source, place));
                }
            }
        }
        Ok(if enabled.len() > 1 { self.without_conflicts(enabled) } else { enabled })
    }

    /// Of a state and those around it.
    pub(super) fn first_from(
        &self,
        leaf: StateId,
        column: Column,
        facts: &dyn Facts,
    ) -> Result<Option<(StateId, u32)>, EvaluationError> {
        for state in std::iter::once(leaf).chain(self.tree.around(leaf)) {
            if let Some(place) = self.first_of(state, self.triggers.of_state(state, column), facts)? {
                return Ok(Some((state, place)));
            }
        }
        Ok(None)
    }

    /// The first of some transitions of a state whose guard holds.
    pub(super) fn first_of(
        &self,
        state: StateId,
        places: impl Iterator<Item = u32>,
        facts: &dyn Facts,
    ) -> Result<Option<u32>, EvaluationError> {
        for place in places {
            if self.holds(state, place, facts)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    pub(super) fn holds(&self, state: StateId, place: u32, facts: &dyn Facts) -> Result<bool, EvaluationError> {
        let guard = self.way(state, place).and_then(|way| way.guard.as_ref());
        guard.map_or(Ok(true), |guard| guard.holds(facts))
    }

    pub(super) fn taken(&self, source: StateId, place: u32) -> Taken {
        let target = self.way(source, place).and_then(|way| way.target);
        let domain = target.and_then(|target| self.domain(source, target));
        Taken { source, place: Some(place), target, domain }
    }

    /// Two conflict where they would leave the same states.
    fn without_conflicts(&self, enabled: Vec<Taken>) -> Vec<Taken> {
        let mut kept: Vec<Taken> = Vec::with_capacity(enabled.len());
        for way in enabled {
            let leaves = way.leaves(&self.tree);
            let conflicts = |other: &Taken| {
                let other = other.leaves(&self.tree);
                leaves.start.max(other.start) < leaves.end.min(other.end)
            };
            let wins = |other: &Taken| self.tree.is_inside(way.source, other.source);
            if kept.iter().all(|other| !conflicts(other) || wins(other)) {
                kept.retain(|other| !conflicts(other));
                kept.push(way);
            }
        }
        kept
    }
}
