//! Which state is meant.

use serde::Serialize;

/// A state of one definition: its place in [`Definition::states`](super::Definition::states), which is the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct StateId(pub(crate) u32);

impl StateId {
    /// The state at that place among the states, counted from 0.
    #[must_use]
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// Its place among the states, counted from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}
