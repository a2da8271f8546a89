//! The view of a path that is input and output: read, then update.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::draft::{Draft, Order};
use super::output::write;
use crate::context::zone::{Data, Zone, ZoneType};

/// A path declared as input and as output. It dereferences to the value, what this run has written included; the first
/// mutable access copies the committed value into the draft.
pub struct Update<'a, T, Z: ZoneType = Data> {
    committed: &'a T,
    draft: &'a mut Draft<T>,
    order: &'a Order,
    zone: PhantomData<Z>,
}

impl<'a, T, Z: ZoneType> Update<'a, T, Z> {
    #[inline]
    pub(crate) const fn new(committed: &'a T, draft: &'a mut Draft<T>, order: &'a Order) -> Self {
        Self { committed, draft, order, zone: PhantomData }
    }

    /// Writes a whole new value, without copying the committed one first.
    #[inline]
    pub fn set(&mut self, value: T) {
        write(self.draft, self.order, value, Z::ZONE);
    }
}

impl<T, Z: ZoneType> Deref for Update<'_, T, Z> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        self.draft.value.as_ref().unwrap_or(self.committed)
    }
}

impl<T: Clone, Z: ZoneType> DerefMut for Update<'_, T, Z> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        if matches!(Z::ZONE, Zone::Signal) {
            self.draft.order = self.order.next();
        }
        self.draft.value.get_or_insert_with(|| self.committed.clone())
    }
}

impl<T: fmt::Debug, Z: ZoneType> fmt::Debug for Update<'_, T, Z> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: fmt::Display, Z: ZoneType> fmt::Display for Update<'_, T, Z> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: PartialEq<U>, U: ?Sized, Z: ZoneType> PartialEq<U> for Update<'_, T, Z> {
    fn eq(&self, other: &U) -> bool {
        T::eq(self, other)
    }
}

impl<T: PartialOrd<U>, U: ?Sized, Z: ZoneType> PartialOrd<U> for Update<'_, T, Z> {
    fn partial_cmp(&self, other: &U) -> Option<Ordering> {
        T::partial_cmp(self, other)
    }
}
