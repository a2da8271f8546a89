//! The engine's place for one field: the committed value, the draft of the running transaction, and the version.

use std::marker::PhantomData;
use std::ops::Deref;

use super::storage::Storage;
use super::{Draft, Input, Member, Order, Output, Raised, Update};
use crate::context::History;
use crate::context::zone::{Data, Meta, Signal as SignalZone, Whole, ZoneType};
use crate::panics::drop_caught;
use crate::signal::Signal;

/// One field of a context's mirror. `#[derive(Context)]` makes a struct of them; a snapshot shows them.
///
/// It dereferences to the committed value.
pub struct Cell<T, Z: ZoneType, S: Storage<T>> {
    slot: S::Slot,
    version: u64,
    draft: Draft<T>,
    zone: PhantomData<Z>,
}

impl<T, Z: ZoneType, S: Storage<T>> Cell<T, Z, S> {
    /// A cell that holds `value`, at version 0.
    #[inline]
    pub(crate) fn new(value: T) -> Self {
        Self { slot: S::keep(value), version: 0, draft: Draft::none(), zone: PhantomData }
    }

    /// The same, for generated code, which has asked elsewhere whether the value is fit.
    #[doc(hidden)]
    #[inline]
    pub fn keep(value: T) -> Self {
        Self::new(value)
    }

    /// A cell of a workspace, whose read set is empty.
    #[doc(hidden)]
    #[must_use]
    pub fn blank() -> Self {
        Self { slot: S::blank(), version: 0, draft: Draft::none(), zone: PhantomData }
    }

    /// A second cell with a handle on the same committed value, without the draft.
    #[doc(hidden)]
    #[must_use]
    pub fn share(&self) -> Self {
        Self { slot: S::share(&self.slot), version: self.version, draft: Draft::none(), zone: PhantomData }
    }

    /// The version of the state that last changed this field; 0 for the first state.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What was written to it.
    #[doc(hidden)]
    #[must_use]
    pub fn history(&self) -> History {
        match (self.version, &self.draft.value) {
            (0, None) => History::Untouched,
            (0, Some(_)) => History::First,
            _ => History::Written,
        }
    }

    #[inline]
    pub(crate) fn committed(&self) -> &T {
        committed::<T, S>(&self.slot)
    }

    /// What a run has written to it and not yet committed.
    #[cfg(feature = "store")]
    pub(crate) const fn draft(&self) -> Option<&T> {
        self.draft.value.as_ref()
    }

    /// The value of an earlier life of the session, and whether a commit had written it.
    #[cfg(any(feature = "store", feature = "proptest"))]
    pub(crate) fn bring_back(&mut self, value: T, written: bool) {
        drop_caught(S::replace(&mut self.slot, value));
        self.version = u64::from(written);
    }

    /// The value as it would be after the commit: the draft if something was written, else the committed one.
    #[doc(hidden)]
    #[inline]
    pub fn proposed(&self) -> &T {
        self.draft.value.as_ref().unwrap_or_else(|| self.committed())
    }

    #[inline]
    pub(crate) fn input<Path>(&self) -> Input<'_, T, Path> {
        Input::new(self.committed())
    }

    #[inline]
    pub(crate) fn output<'a>(&'a mut self, order: &'a Order) -> Output<'a, T, Z> {
        Output::new(&mut self.draft, order)
    }

    #[inline]
    pub(crate) fn update<'a>(&'a mut self, order: &'a Order) -> Update<'a, T, Z> {
        Update::new(committed::<T, S>(&self.slot), &mut self.draft, order)
    }
}

impl<T, Z: ZoneType, S: Storage<T>> Member for Cell<T, Z, S>
where
    Self: Raises,
{
    /// Takes a handle on the committed value of `base` and remembers its version.
    #[inline]
    fn read_from(&mut self, base: &Self) {
        self.slot = S::share(&base.slot);
        self.version = base.version;
    }

    /// Whether the value that was read is still the committed one.
    #[inline]
    fn is_current(&self, base: &Self) -> bool {
        self.version == base.version
    }

    /// Takes over the draft of a workspace.
    #[inline]
    fn stage_writes(&mut self, work: &mut Self) {
        self.draft = std::mem::replace(&mut work.draft, Draft::none());
    }

    /// Lets go of the read set and the drafts, so that a spare workspace keeps no old value alive.
    #[inline]
    fn clear(&mut self) {
        drop_caught(S::release(&mut self.slot));
        self.discard();
    }

    /// Makes the draft the committed value, if something was written. The old value waits in the draft's place, to be
    /// dropped by [`discard`](Self::discard) once all cells are committed: its drop is user code.
    #[inline]
    fn commit(&mut self, version: u64) {
        if let Some(value) = self.draft.value.take() {
            self.draft.value = S::replace(&mut self.slot, value);
            self.version = version;
        }
    }

    /// Drops the draft, or what a commit has left in its place.
    #[inline]
    fn discard(&mut self) {
        drop_caught(self.draft.value.take());
    }

    #[inline]
    fn collect_raised(&self, path: &'static str, raised: &mut Vec<Raised>) {
        self.raises(path, raised);
    }
}

/// Whoever drops a cell, with a session, a snapshot or a workspace, drops values of a user's types: one by one, and caught.
impl<T, Z: ZoneType, S: Storage<T>> Drop for Cell<T, Z, S> {
    #[inline]
    fn drop(&mut self) {
        drop_caught(S::release(&mut self.slot));
        drop_caught(self.draft.value.take());
    }
}

/// Every cell that a process reads holds a value: the engine's own from the start, those of a workspace because the
/// process's inputs are read before it runs.
#[inline]
fn committed<T, S: Storage<T>>(slot: &S::Slot) -> &T {
    match S::get(slot) {
        Some(value) => value,
        #[expect(clippy::unreachable, reason = "a cell is filled before it is read: see above")]
        None => unreachable!("a cell was read that had not been filled"),
    }
}

/// What a draft raises, by the zone of its cell.
pub trait Raises {
    /// Notes the signal if the draft raises it.
    #[inline]
    fn raises(&self, _: &'static str, _: &mut Vec<Raised>) {}
}

impl<T, S: Storage<T>> Raises for Cell<T, Data, S> {}

impl<T, S: Storage<T>> Raises for Cell<T, Meta, S> {}

// What stands in the place of a path that is no field.
impl<T, S: Storage<T>> Raises for Cell<T, Whole, S> {}

impl<T: Signal, S: Storage<T>> Raises for Cell<T, SignalZone, S> {
    #[inline]
    fn raises(&self, path: &'static str, raised: &mut Vec<Raised>) {
        if let Some(value) = &self.draft.value
            && value.is_raised()
        {
            raised.push(Raised { path, order: self.draft.order });
        }
    }
}

impl<T: Signal, S: Storage<T>> Cell<T, SignalZone, S> {
    /// Puts the signal back to rest, unless it was raised anew after `raised_by`. Says whether it changed.
    #[doc(hidden)]
    pub fn reset_signal(&mut self, raised_by: u64, version: u64) -> bool {
        let changes = self.version == raised_by && self.committed().is_raised();
        if changes {
            let old = S::replace(&mut self.slot, T::default());
            self.version = version;
            drop_caught(old);
        }
        changes
    }
}

impl<T, Z: ZoneType, S: Storage<T>> Deref for Cell<T, Z, S> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        self.committed()
    }
}

impl<T: std::fmt::Debug, Z: ZoneType, S: Storage<T>> std::fmt::Debug for Cell<T, Z, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match S::get(&self.slot) {
            Some(value) => value.fmt(f),
            None => f.write_str("(blank)"),
        }
    }
}

/// A snapshot's fields print as their values do.
impl<T: std::fmt::Display, Z: ZoneType, S: Storage<T>> std::fmt::Display for Cell<T, Z, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match S::get(&self.slot) {
            Some(value) => value.fmt(f),
            None => f.write_str("(blank)"),
        }
    }
}

/// A snapshot's fields compare with values.
impl<T: PartialEq<U>, U: ?Sized, Z: ZoneType, S: Storage<T>> PartialEq<U> for Cell<T, Z, S> {
    fn eq(&self, other: &U) -> bool {
        self.committed() == other
    }
}

impl<T: PartialOrd<U>, U: ?Sized, Z: ZoneType, S: Storage<T>> PartialOrd<U> for Cell<T, Z, S> {
    fn partial_cmp(&self, other: &U) -> Option<std::cmp::Ordering> {
        self.committed().partial_cmp(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::{Inline, Shared};

    #[test]
    fn a_draft_is_seen_as_proposed_and_committed_only_when_told() {
        let mut cell: Cell<i64, Data, Inline> = Cell::new(1);
        let order = Order::default();
        cell.output(&order).set(2);
        assert_eq!((*cell, *cell.proposed()), (1, 2));
        cell.commit(7);
        assert_eq!((*cell, cell.version()), (2, 7));
        cell.output(&order).set(3);
        cell.discard();
        cell.commit(8);
        assert_eq!((*cell, cell.version()), (2, 7));
    }

    #[test]
    fn a_cell_prints_as_its_value_does() {
        let cell: Cell<f64, Data, Inline> = Cell::new(1.25);
        assert_eq!(format!("{cell} {cell:>6.1} {cell:?}"), format!("{0} {0:>6.1} {0:?}", 1.25));
        let shared: Cell<String, Data, Shared> = Cell::new("old".to_owned());
        assert_eq!(format!("{shared:<5}|"), "old  |");
    }

    #[test]
    fn a_shared_value_is_not_disturbed_by_a_commit() {
        let mut cell: Cell<String, Data, Shared> = Cell::new("old".to_owned());
        let snapshot = cell.share();
        let order = Order::default();
        cell.update(&order).push_str(" and new");
        cell.commit(1);
        assert_eq!((snapshot.as_str(), cell.as_str()), ("old", "old and new"));
    }

    #[test]
    fn a_signal_raised_anew_is_not_reset_by_the_old_event() {
        let mut cell: Cell<bool, SignalZone, Inline> = Cell::new(false);
        let order = Order::default();
        cell.output(&order).set(true);
        cell.commit(3);
        cell.output(&order).set(true);
        cell.commit(4);
        assert!(!cell.reset_signal(3, 5) && *cell);
        assert!(cell.reset_signal(4, 5) && !*cell);
    }
}
