//! Which of a workflow's steps a run is.

/// Which of a workflow's steps a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Turn {
    /// By which it is told from those that are under way at the same time.
    pub(crate) branch: u32,
    /// The step of the session at which it was begun first, where that is known: each of its attempts has the same keys for its effects.
    pub(crate) since: Option<u64>,
    /// Whether the workflow asks for what it gives.
    pub(crate) wants: bool,
}
