//! The session's cells in the hands of one run.

use std::ops::{Deref, DerefMut};

use super::run::CommittedOf;
use crate::process::Process;

/// What a run has drafted in the session's cells belongs to this, and is discarded with it unless it was committed: on every
/// way out, that of a panic included. So the next run finds no draft that is not its own.
pub(super) struct Drafts<'s, P: Process> {
    state: &'s mut CommittedOf<P>,
}

impl<'s, P: Process> Drafts<'s, P> {
    #[inline(always)]
    pub(super) const fn of(state: &'s mut CommittedOf<P>) -> Self {
        Self { state }
    }

    /// Cells and version become what was proposed, in one step that calls no code of a user's types: the old values wait
    /// where the drafts were.
    #[inline(always)]
    pub(super) fn commit(&mut self, version: u64) {
        P::commit(&mut self.state.fields, version);
        self.state.advance(version);
    }

    /// Drops the drafts, or the old values that a commit has left in their places.
    #[inline(always)]
    pub(super) fn discard(&mut self) {
        P::discard(&mut self.state.fields);
    }
}

impl<P: Process> Drop for Drafts<'_, P> {
    #[inline(always)]
    fn drop(&mut self) {
        self.discard();
    }
}

impl<P: Process> Deref for Drafts<'_, P> {
    type Target = CommittedOf<P>;
    #[inline(always)]
    fn deref(&self) -> &CommittedOf<P> {
        self.state
    }
}

impl<P: Process> DerefMut for Drafts<'_, P> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut CommittedOf<P> {
        self.state
    }
}
