//! The view of a declared output that is no input: write only.

use std::fmt;
use std::marker::PhantomData;

use super::draft::{Draft, Order};
use crate::context::zone::{Data, Zone, ZoneType};

/// A declared output. It is written with [`set`](Output::set) and cannot be read: what a run writes here depends on no
/// earlier value, so nothing is copied for it.
pub struct Output<'a, T, Z: ZoneType = Data> {
    draft: &'a mut Draft<T>,
    order: &'a Order,
    zone: PhantomData<Z>,
}

impl<'a, T, Z: ZoneType> Output<'a, T, Z> {
    #[inline]
    pub(crate) const fn new(draft: &'a mut Draft<T>, order: &'a Order) -> Self {
        Self { draft, order, zone: PhantomData }
    }

    /// Writes the value; the last one written is committed.
    #[inline]
    pub fn set(&mut self, value: T) {
        write(self.draft, self.order, value, Z::ZONE);
    }
}

/// Only signals need to know when they were written.
#[inline]
pub(super) fn write<T>(draft: &mut Draft<T>, order: &Order, value: T, zone: Zone) {
    draft.value = Some(value);
    if matches!(zone, Zone::Signal) {
        draft.order = order.next();
    }
}

impl<T, Z: ZoneType> fmt::Debug for Output<'_, T, Z> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(write only)")
    }
}
