//! When a state is done: its final child is there, or all of its regions are done.

use super::configuration::Configuration;
use super::definition::Definition;
use super::id::StateId;
use super::state::StateKind;
use super::step::ArgumentSource;
use super::tree::{Kind, Tree};

impl Definition {
    /// Whether what is inside a state has come to its end: a final child of it is active, or each of its regions has come to
    /// its end, which a region that is a final state itself has from the beginning.
    #[must_use]
    pub fn is_done(&self, at: &Configuration, state: StateId) -> bool {
        self.tree.kind(state) != Kind::Final
            && self.tree.has_ended(state, &|final_state| self.is_active(at, final_state))
    }

    /// What a state that is done gives to whoever hears of it: the result of the final state inside it that is active.
    #[must_use]
    pub fn result_of(&self, at: &Configuration, state: StateId) -> Option<&ArgumentSource> {
        let Kind::Compound(_) = self.tree.kind(state) else { return None };
        let ends = |leaf: &&StateId| self.tree.parent(**leaf) == Some(state) && self.tree.kind(**leaf) == Kind::Final;
        match &self.state(*at.leaves().iter().find(ends)?)?.kind {
            StateKind::Final { result } => result.as_ref(),
            _ => None,
        }
    }

    /// What the innermost active state says, or the nearest around it, to who has asked; of several that are active the first in the order of the file.
    #[must_use]
    pub fn reply(&self, at: &Configuration) -> Option<&ArgumentSource> {
        let says = |state: StateId| self.state(state)?.reply.as_ref();
        at.leaves().iter().find_map(|leaf| std::iter::once(*leaf).chain(self.tree.around(*leaf)).find_map(says))
    }

    /// Which states are done by what was entered, in order; and the final state at the top among it, or the
    /// whole, where its regions have all ended.
    pub(super) fn done_by(&self, active: &[u32], entered: &[u32]) -> (Box<[StateId]>, Option<StateId>) {
        let tree = &self.tree;
        let (mut done, mut finished) = (Vec::new(), None);
        for number in entered {
            let Some(state) = tree.state(*number).filter(|state| tree.kind(*state) == Kind::Final) else { continue };
            let parent = tree.parent(state);
            if parent.is_none() || (parent == tree.root() && tree.parallel_root().is_none()) {
                finished = Some(state);
                continue;
            }
            // A final state that is entered later in this microstep is not there yet: the last region makes the whole done.
            let has_come = |other: StateId| {
                tree.number(other).is_some_and(|other| {
                    active.binary_search(&other).is_ok() && (other <= *number || entered.binary_search(&other).is_err())
                })
            };
            let (mut ended, mut around) = (state, tree.parent(state));
            while let Some(parent) = around {
                let is_done = match tree.kind(parent) {
                    Kind::Parallel => tree.others_have_ended(parent, ended, &has_come),
                    // A state inside that is done is not a final one.
                    _ => ended == state,
                };
                if !is_done {
                    break;
                }
                if tree.root() == Some(parent) {
                    finished = Some(parent);
                    break;
                }
                done.push(parent);
                (ended, around) = (parent, tree.parent(parent));
            }
        }
        (done.into(), finished)
    }
}

impl Tree {
    /// Whether a state is a final one that has come, or what is inside it has come to its end.
    fn has_ended(&self, state: StateId, has_come: &impl Fn(StateId) -> bool) -> bool {
        match self.kind(state) {
            Kind::Final => has_come(state),
            Kind::Compound(_) => {
                self.children(state).iter().any(|child| self.kind(*child) == Kind::Final && has_come(*child))
            }
            Kind::Parallel => self.others_have_ended(state, state, has_come),
            Kind::Simple | Kind::History { .. } => false,
        }
    }

    /// Whether all regions of a parallel state but this one have ended. The last one is asked first, for it is entered last.
    fn others_have_ended(&self, parallel: StateId, known: StateId, has_come: &impl Fn(StateId) -> bool) -> bool {
        let mut regions = self.children(parallel).iter().rev().filter(|region| **region != known);
        regions.all(|region| self.has_ended(*region, has_come))
    }
}
