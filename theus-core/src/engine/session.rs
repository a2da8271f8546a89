//! The state of one session: the domain's cells, the version, and spare workspaces.

use crate::context::{Context, Fields};

/// Workspaces that are kept for the next run; more are dropped.
const SPARES: usize = 8;

/// What the session's lock guards.
pub(super) struct State<D: Context> {
    pub(super) fields: D::Fields,
    pub(super) version: u64,
    spare: Vec<Box<D::Fields>>,
}

impl<D: Context> State<D> {
    pub(super) fn new(domain: D) -> Self {
        Self { fields: domain.into_fields(), version: 0, spare: Vec::new() }
    }

    /// An empty workspace: one used before, so that what a run costs does not follow the size of the context.
    pub(super) fn workspace(&mut self) -> Box<D::Fields> {
        self.spare.pop().unwrap_or_else(|| Box::new(D::Fields::blank()))
    }

    /// Keeps a cleared workspace for later.
    pub(super) fn keep(&mut self, workspace: Box<D::Fields>) {
        if self.spare.len() < SPARES {
            self.spare.push(workspace);
        }
    }
}
