//! A transition that is taken.

use std::ops::Range;

use super::id::StateId;
use super::tree::Tree;

/// A transition that is taken.
#[derive(Clone, Debug)]
pub(super) struct Taken<'a> {
    pub(super) source: StateId,
    /// Its place among the transitions of the source; `None` for a way that is none, which has no steps.
    pub(super) place: Option<u32>,
    pub(super) targets: &'a [StateId],
    /// The innermost compound state that is not left; `None` for the whole workflow. It says nothing without targets.
    pub(super) domain: Option<StateId>,
}

impl Taken<'_> {
    /// The numbers of the states that it leaves if they are active.
    pub(super) fn leaves(&self, tree: &Tree) -> Range<u32> {
        if self.targets.is_empty() { 0..0 } else { tree.inside(self.domain) }
    }
}
