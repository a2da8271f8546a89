//! What the engine does with the cells that a contract names. A process shows them, one by one; what is done is the same for all.

use crate::transaction::{Member, Raised};

/// Something that is done with each cell.
pub trait OnEach {
    /// Whether the paths matter to it.
    const NAMES: bool = false;
    /// A cell that is only read.
    #[inline]
    fn input<M: Member>(&mut self, _cell: &mut M) {}
    /// A cell that is written.
    fn output<M: Member>(&mut self, path: &'static str, cell: &mut M);
}

/// Something that is done with each cell and its counterpart, in a workspace and in the session.
pub trait OnPairs {
    /// A cell that is read.
    #[inline]
    fn input<M: Member>(&mut self, _work: &mut M, _base: &mut M) {}
    /// A cell that is written.
    #[inline]
    fn output<M: Member>(&mut self, _work: &mut M, _base: &mut M) {}
}

/// Takes handles on what is read, into a workspace.
pub(super) struct FillReadSet;

impl OnPairs for FillReadSet {
    #[inline]
    fn input<M: Member>(&mut self, work: &mut M, base: &mut M) {
        work.read_from(base);
    }
}

/// Whether what was read is still the committed state.
pub(super) struct IsCurrent(pub(super) bool);

impl OnPairs for IsCurrent {
    #[inline]
    fn input<M: Member>(&mut self, work: &mut M, base: &mut M) {
        self.0 = self.0 && work.is_current(base);
    }
}

/// Moves the drafts of a workspace into the session.
pub(super) struct StageWrites;

impl OnPairs for StageWrites {
    #[inline]
    fn output<M: Member>(&mut self, work: &mut M, base: &mut M) {
        base.stage_writes(work);
    }
}

/// Lets go of what a workspace holds.
pub(super) struct Clear;

impl OnEach for Clear {
    #[inline]
    fn input<M: Member>(&mut self, cell: &mut M) {
        cell.clear();
    }
    #[inline]
    fn output<M: Member>(&mut self, _: &'static str, cell: &mut M) {
        cell.clear();
    }
}

/// The signals that the drafts raise.
pub(super) struct Collect<'a>(pub(super) &'a mut Vec<Raised>);

impl OnEach for Collect<'_> {
    const NAMES: bool = true;
    #[inline]
    fn output<M: Member>(&mut self, path: &'static str, cell: &mut M) {
        cell.collect_raised(path, self.0);
    }
}

/// Makes the drafts the committed state, at this version.
pub(super) struct Commit(pub(super) u64);

impl OnEach for Commit {
    #[inline]
    fn output<M: Member>(&mut self, _: &'static str, cell: &mut M) {
        cell.commit(self.0);
    }
}

/// Drops the drafts.
pub(super) struct Discard;

impl OnEach for Discard {
    #[inline]
    fn output<M: Member>(&mut self, _: &'static str, cell: &mut M) {
        cell.discard();
    }
}
