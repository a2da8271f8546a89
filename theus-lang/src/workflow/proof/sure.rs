//! What is taken for certain: of each state, once for all proofs, what it does without an event and at the end of a chain.

use super::Subject;
use crate::signal::EventName;
use crate::workflow::chart::{State, StateId, Transition, Trigger};

/// Triggers that come by themselves.
#[derive(Clone, Copy)]
pub(super) enum Own {
    Always,
    ChainDone,
    ChainFail,
}

/// What a state does on one of them.
#[derive(Clone, Copy)]
struct Candidates {
    /// Where its first candidate stands.
    first: Option<usize>,
    /// How many may be taken: those with guards, and the first without.
    count: usize,
    /// Whether there is one without a guard, so that the states around it are not asked.
    is_certain: bool,
    /// Whether all that may be taken lead to a state.
    lead: bool,
}

/// The candidates of every state.
pub(super) struct Index(Vec<[Candidates; 3]>);

impl Index {
    pub(super) fn of(states: &[State]) -> Self {
        Self(states.iter().map(of_state).collect())
    }
}

fn of_state(state: &State) -> [Candidates; 3] {
    let mut found = [Candidates { first: None, count: 0, is_certain: false, lead: true }; 3];
    for (at, way) in state.transitions.iter().enumerate() {
        let own = match &way.trigger {
            Trigger::Always => Own::Always,
            Trigger::Event { name, .. } if *name == EventName::CHAIN_DONE => Own::ChainDone,
            Trigger::Event { name, .. } if *name == EventName::CHAIN_FAIL => Own::ChainFail,
            _ => continue,
        };
        let candidates = &mut found[own as usize];
        candidates.first = candidates.first.or(Some(at));
        if !candidates.is_certain {
            candidates.count += 1;
            candidates.is_certain = way.guard.is_none();
            candidates.lead &= !way.targets.is_empty();
        }
    }
    found
}

/// What is surely taken in a leaf: one of several, the last of which has no guard.
pub(super) struct Surely<'a> {
    /// Whether all of them lead to a state.
    pub(super) lead: bool,
    /// The one that is taken whatever the data are, with the state whose it is.
    pub(super) only: Option<(StateId, &'a Transition)>,
}

impl<'a> Subject<'a> {
    /// What is taken in an innermost state on a trigger, by it or by a state around it; `None` where all have guards.
    pub(super) fn surely(&self, leaf: StateId, own: Own) -> Option<Surely<'a>> {
        let (mut lead, mut count, mut first) = (true, 0, None);
        for id in self.up(leaf) {
            let candidates = self.candidates(id, own)?;
            if let Some(at) = candidates.first {
                first = first.or_else(|| Some((id, self.state(id)?.transitions.get(at)?)));
                count += candidates.count;
                lead &= candidates.lead;
            }
            if candidates.is_certain {
                return Some(Surely { lead, only: first.filter(|_| count == 1) });
            }
        }
        None
    }

    /// Whether a state itself has a candidate for a trigger.
    pub(super) fn has(&self, id: StateId, own: Own) -> bool {
        self.candidates(id, own).is_some_and(|candidates| candidates.first.is_some())
    }

    fn candidates(&self, id: StateId, own: Own) -> Option<&Candidates> {
        self.index.0.get(id.0 as usize).map(|candidates| &candidates[own as usize])
    }
}
