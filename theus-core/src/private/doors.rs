//! How a guard gets its members. Each is a function, so that a path that does not fit is one error on that path.

use crate::context::zone::{Data, Meta, Signal, Zone, ZoneType};
use crate::context::{Cell, Storage};
use crate::transaction::{Input, Order, Output, Update};

/// A cell: what a path of a contract must name.
#[diagnostic::on_unimplemented(
    message = "a nested context cannot be taken as one field",
    label = "names a whole nested context",
    note = "list its fields one by one, each with its whole path: `domain.user.name`, `domain.user.balance`"
)]
pub trait SingleField {
    /// The field's type.
    type Value;
    /// The field's zone.
    type Zone: ZoneType;
    /// The field's storage.
    type Storage: Storage<Self::Value>;
    /// The same, as what it is.
    fn cell(&self) -> &Cell<Self::Value, Self::Zone, Self::Storage>;
    /// The same, as what it is.
    fn cell_mut(&mut self) -> &mut Cell<Self::Value, Self::Zone, Self::Storage>;
}

impl<T, Z: ZoneType, S: Storage<T>> SingleField for Cell<T, Z, S> {
    type Value = T;
    type Zone = Z;
    type Storage = S;
    #[inline]
    fn cell(&self) -> &Self {
        self
    }
    #[inline]
    fn cell_mut(&mut self) -> &mut Self {
        self
    }
}

/// The Data zone: what can be a bare input.
#[diagnostic::on_unimplemented(
    message = "a field of the {Self} zone cannot be a bare input",
    label = "this field is not Data",
    note = "ask for it by its zone, so that it is journalled: `signal(domain.sig_x)` or `meta(domain.meta_x)`"
)]
pub trait BareInput: ZoneType {}
impl BareInput for Data {}

/// The Signal zone.
#[diagnostic::on_unimplemented(
    message = "`signal(..)` is for fields of the Signal zone; this one is {Self}",
    label = "this field is not a Signal",
    note = "write a Data field as a bare path, and a Meta field as `meta(..)`"
)]
pub trait SignalInput: ZoneType {}
impl SignalInput for Signal {}

/// The Meta zone.
#[diagnostic::on_unimplemented(
    message = "`meta(..)` is for fields of the Meta zone; this one is {Self}",
    label = "this field is not Meta",
    note = "write a Data field as a bare path, and a Signal field as `signal(..)`"
)]
pub trait MetaInput: ZoneType {}
impl MetaInput for Meta {}

/// The view of a bare input.
#[inline]
pub fn input<F: SingleField<Zone: BareInput>>(field: &F) -> Input<'_, F::Value> {
    field.cell().input()
}

/// The view of a `signal(..)` input.
#[inline]
pub fn signal_input<F: SingleField<Zone: SignalInput>>(field: &F) -> Input<'_, F::Value> {
    field.cell().input()
}

/// The view of a `meta(..)` input.
#[inline]
pub fn meta_input<F: SingleField<Zone: MetaInput>>(field: &F) -> Input<'_, F::Value> {
    field.cell().input()
}

/// The view of an output.
#[inline]
pub fn output<'a, F: SingleField>(field: &'a mut F, order: &'a Order) -> Output<'a, F::Value, F::Zone> {
    field.cell_mut().output(order)
}

/// The view of a path that is a bare input and an output.
#[inline]
pub fn update<'a, F: SingleField<Zone: BareInput>>(
    field: &'a mut F,
    order: &'a Order,
) -> Update<'a, F::Value, F::Zone> {
    field.cell_mut().update(order)
}

/// The view of a path that is a `signal(..)` input and an output.
#[inline]
pub fn signal_update<'a, F: SingleField<Zone: SignalInput>>(
    field: &'a mut F,
    order: &'a Order,
) -> Update<'a, F::Value, F::Zone> {
    field.cell_mut().update(order)
}

/// The view of a path that is a `meta(..)` input and an output.
#[inline]
pub fn meta_update<'a, F: SingleField<Zone: MetaInput>>(
    field: &'a mut F,
    order: &'a Order,
) -> Update<'a, F::Value, F::Zone> {
    field.cell_mut().update(order)
}

/// The zone of the field that a path names.
#[must_use]
pub const fn zone_of<Fields, T, Z: ZoneType, S: Storage<T>>(_: fn(&Fields) -> &Cell<T, Z, S>) -> Zone {
    Z::ZONE
}
