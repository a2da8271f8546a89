//! A process for each element of a list, so many at once: which are under way, what they gave, why one has failed.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::attempt::Attempt;
use super::failure::Failure;

/// A process for each element of a list. The next begins when one has ended; what they give is kept in the order of the list.
pub(super) struct Instances {
    /// The elements that have not begun, in their order.
    pub(super) left: VecDeque<Value>,
    /// The place of the first of them in the list.
    pub(super) next: usize,
    /// Those that have begun and are not over.
    pub(super) under_way: Vec<Instance>,
    /// What those that have committed gave, by their places, where the file names that.
    pub(super) gave: BTreeMap<usize, Value>,
    /// The first failure in the order of the list.
    pub(super) failure: Option<(usize, Failure)>,
}

/// One element, and the run for it.
pub(super) struct Instance {
    /// Its place in the list: its commit is known by that, and its effects have it in their keys.
    pub(super) place: usize,
    pub(super) element: Value,
    /// None before its arguments are worked out.
    pub(super) attempt: Option<Attempt>,
}

impl Instances {
    /// How many elements a list may have: their places are part of the numbers of their runs.
    pub(super) const MOST: usize = 65_535;

    pub(super) fn new(elements: Vec<Value>) -> Self {
        let (under_way, gave) = (Vec::new(), BTreeMap::new());
        Self { left: elements.into(), next: 0, under_way, gave, failure: None }
    }

    pub(super) fn is_running(&self) -> bool {
        self.under_way.iter().any(Instance::is_running)
    }

    /// As many begin as there is room for.
    pub(super) fn fill(&mut self, most: usize, cancels: bool) {
        while !self.stops(cancels)
            && self.under_way.len() < most
            && let Some(element) = self.left.pop_front()
        {
            self.under_way.push(Instance { place: self.next, element, attempt: None });
            self.next += 1;
        }
    }

    /// Those that an earlier life of the session has seen commit have their turn before all others.
    pub(super) fn settled_first(&mut self) {
        if self.under_way.iter().any(Instance::has_committed) {
            self.under_way.sort_by_key(|one| !one.has_committed());
        }
    }

    /// Whether one has failed, and the rest does not go on.
    pub(super) fn stops(&self, cancels: bool) -> bool {
        self.failure.as_ref().is_some_and(|(_, failure)| cancels || failure.aborts)
    }

    /// Whether all of them are over.
    pub(super) fn are_over(&self) -> bool {
        self.under_way.is_empty() && self.left.is_empty()
    }

    /// The one at this place of the list has committed, and gave this.
    pub(super) fn gives(&mut self, place: usize, value: Value) {
        self.gave.insert(place, value);
    }

    /// One of those under way has failed for good.
    pub(super) fn fails(&mut self, at: usize, failure: Failure) {
        let place = self.under_way.get(at).map_or(usize::MAX, |one| one.place);
        // A violation of level A ends the session, whatever else has failed.
        let comes_first = match &self.failure {
            None => true,
            Some((earlier, other)) => {
                (failure.aborts && !other.aborts) || (failure.aborts == other.aborts && place < *earlier)
            }
        };
        if comes_first {
            self.failure = Some((place, failure));
        }
    }

    /// What all of them have come to: what they gave, in the order of the list, or the first failure.
    pub(super) fn ended(&mut self) -> Result<Vec<Value>, Failure> {
        match self.failure.take() {
            Some((_, failure)) => Err(failure),
            None => Ok(std::mem::take(&mut self.gave).into_values().collect()),
        }
    }

    /// An earlier life of the session has seen the one at this place commit.
    #[cfg(feature = "store")]
    pub(super) fn has_committed(&mut self, place: usize, version: u64, gave: Option<Box<Value>>) {
        if let Some(instance) = self.under_way.iter_mut().find(|instance| instance.place == place) {
            instance.attempt.get_or_insert_with(|| Attempt::new(None)).has_committed(version, gave);
        }
    }
}

impl Instance {
    pub(super) fn is_running(&self) -> bool {
        self.attempt.as_ref().is_some_and(Attempt::is_running)
    }

    /// Whether an earlier life of the session has seen it commit.
    pub(super) fn has_committed(&self) -> bool {
        self.attempt.as_ref().is_some_and(Attempt::has_settled)
    }
}
