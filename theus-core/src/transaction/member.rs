//! What a transaction does with a member of a mirror.

use super::Raised;

/// A member of a mirror: a cell, or the mirror of a nested context.
///
/// A path that names a whole nested context is refused by the guard; its mirror answers here, so that it is not refused again.
pub trait Member {
    /// Takes handles on what is read.
    fn read_from(&mut self, _: &Self) {}
    /// Whether what was read is still committed.
    fn is_current(&self, _: &Self) -> bool {
        true
    }
    /// Takes over the draft of a workspace.
    fn stage_writes(&mut self, _: &mut Self) {}
    /// Lets go of the read set and the drafts.
    fn clear(&mut self) {}
    /// Notes the signal that the draft raises.
    fn collect_raised(&self, _: &'static str, _: &mut Vec<Raised>) {}
    /// Makes the draft the committed value.
    fn commit(&mut self, _: u64) {}
    /// Drops the draft.
    fn discard(&mut self) {}
}
