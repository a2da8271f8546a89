//! How a cell keeps its value: in place for small plain values, behind a shared handle for everything else.
//!
//! The choice is made at compile time by `#[derive(Context)]`, so that it costs nothing when a process runs.

use std::sync::Arc;

use super::cell::Cell;
use crate::context::zone::{Signal as SignalZone, ZoneType};
use crate::signal::Signal;

/// How a cell keeps a value of type `T`.
pub trait Storage<T> {
    /// What is kept.
    type Slot;
    /// Keeps a value.
    fn keep(value: T) -> Self::Slot;
    /// A slot of a workspace whose read set is empty.
    fn blank() -> Self::Slot;
    /// The value, if there is one.
    fn get(slot: &Self::Slot) -> Option<&T>;
    /// A second handle on the same value; copies plain values only.
    fn share(slot: &Self::Slot) -> Self::Slot;
    /// Puts a new value in the place of the old one, without disturbing who else holds a handle on the old one. Gives the
    /// old one back where nobody does and dropping it means something.
    #[must_use = "dropping the old value runs user code"]
    fn replace(slot: &mut Self::Slot, value: T) -> Option<T>;
    /// Lets go of the value. Gives it back where nobody else holds a handle on it and dropping it means something.
    #[must_use = "dropping the value runs user code"]
    fn release(slot: &mut Self::Slot) -> Option<T>;
}

/// In place: for scalars and options of them.
#[derive(Debug)]
pub enum Inline {}

/// Behind an [`Arc`]: a handle is copied, never the value.
#[derive(Debug)]
pub enum Shared {}

/// A value that is kept in place.
pub trait InlineValue: Copy + Default + Send + Sync + 'static {}

macro_rules! inline_values {
    ($($type:ty),*) => {$( impl InlineValue for $type {} )*};
}

inline_values!(bool, char, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64);

impl<T: InlineValue> InlineValue for Option<T> {}

impl<T: InlineValue> Storage<T> for Inline {
    type Slot = T;
    #[inline]
    fn keep(value: T) -> T {
        value
    }
    #[inline]
    fn blank() -> T {
        T::default()
    }
    #[inline]
    fn get(slot: &T) -> Option<&T> {
        Some(slot)
    }
    #[inline]
    fn share(slot: &T) -> T {
        *slot
    }
    #[inline]
    fn replace(slot: &mut T, value: T) -> Option<T> {
        *slot = value;
        None
    }
    #[inline]
    fn release(_: &mut T) -> Option<T> {
        None
    }
}

impl<T> Storage<T> for Shared {
    type Slot = Option<Arc<T>>;
    #[inline]
    fn keep(value: T) -> Option<Arc<T>> {
        Some(Arc::new(value))
    }
    #[inline]
    fn blank() -> Option<Arc<T>> {
        None
    }
    #[inline]
    fn get(slot: &Option<Arc<T>>) -> Option<&T> {
        slot.as_deref()
    }
    #[inline]
    fn share(slot: &Option<Arc<T>>) -> Option<Arc<T>> {
        slot.clone()
    }
    #[inline]
    fn replace(slot: &mut Option<Arc<T>>, value: T) -> Option<T> {
        // Where no snapshot holds the old value its allocation is used again.
        match slot.as_mut().and_then(Arc::get_mut) {
            Some(place) => Some(std::mem::replace(place, value)),
            None => slot.replace(Arc::new(value)).and_then(Arc::into_inner),
        }
    }
    #[inline]
    fn release(slot: &mut Option<Arc<T>>) -> Option<T> {
        slot.take().and_then(Arc::into_inner)
    }
}

/// What every field of a context must be: `Clone`, to be copied on the first write, and fit to cross threads.
///
/// Generated code asks for it once, named by the field's own type: so a type that does not fit is one error, on that type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a context",
    label = "storage needs `Clone + Send + Sync + 'static`",
    note = "a transaction copies a field on its first write and snapshots share it between threads: derive `Clone` for a type of your own; take `Arc` for `Rc`, and the value itself for `RefCell` and `Cell`, for the context is what lets it change"
)]
pub trait FieldValue: Sized {
    /// A cell that holds this value.
    #[doc(hidden)]
    #[inline]
    fn into_cell<Z: ZoneType, S: Storage<Self>>(self) -> Cell<Self, Z, S> {
        Cell::new(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> FieldValue for T {}

/// What every field of the Signal zone must be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a signal field",
    label = "a signal says when it is raised, and its default is at rest",
    note = "use `bool` or `Option<..>`, or implement `theus_core::signal::Signal` for `{Self}`"
)]
pub trait SignalValue: Sized {
    /// A cell that holds this value.
    #[doc(hidden)]
    #[inline]
    fn into_signal_cell<S: Storage<Self>>(self) -> Cell<Self, SignalZone, S> {
        Cell::new(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: FieldValue + Signal> SignalValue for T {}
