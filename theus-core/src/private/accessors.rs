//! How a guard gets its members. Each is a function, so that a path that does not fit is one error on that path.

use std::marker::PhantomData;

use super::nested::NestedMirror;
use crate::context::zone::{Data, Meta, Signal, Whole, ZoneType};
pub use crate::transaction::DeclaredOutput;
use crate::transaction::{Cell, Shared, Storage};
use crate::transaction::{Input, Order, Output, Update};

/// What a path of a contract names: a cell, or by mistake the mirror of a nested context.
pub trait Place {
    /// Whether it is one field.
    type Kind;
    /// The field's type.
    type Value;
    /// The field's zone.
    type Zone: ZoneType;
    /// The field's storage.
    type Storage: Storage<Self::Value>;
    /// The same, as the cell that it is.
    fn cell(&self) -> &Cell<Self::Value, Self::Zone, Self::Storage>;
    /// The same, as the cell that it is.
    fn cell_mut(&mut self) -> &mut Cell<Self::Value, Self::Zone, Self::Storage>;
}

/// One field, and not the mirror of a nested context: what a guard asks of each path.
#[diagnostic::on_unimplemented(
    message = "a nested context cannot be taken as one field",
    label = "names a whole nested context",
    note = "list its fields one by one, each with its whole path: `domain.user.name`, `domain.user.balance`"
)]
pub trait SingleField {}

/// What the path of a cell names.
#[derive(Debug)]
pub enum Field {}
impl SingleField for Field {}

/// What the path of a mirror names.
#[derive(Debug)]
pub enum NestedContext {}

impl<T, Z: ZoneType, S: Storage<T>> Place for Cell<T, Z, S> {
    type Kind = Field;
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

// Answers as if it were one field, so that a body which uses it that way is not refused a second time.
#[expect(clippy::unreachable, reason = "no guard is made of it: it is no `SingleField`")]
impl<M: NestedMirror> Place for M {
    type Kind = NestedContext;
    type Value = M::Context;
    type Zone = Whole;
    type Storage = Shared;
    fn cell(&self) -> &Cell<M::Context, Whole, Shared> {
        unreachable!("a nested context is no single field")
    }
    fn cell_mut(&mut self) -> &mut Cell<M::Context, Whole, Shared> {
        unreachable!("a nested context is no single field")
    }
}

/// The Data zone: what can be a bare input.
#[diagnostic::on_unimplemented(
    message = "a Signal or Meta field cannot be a bare input",
    label = "this field is in the `{Self}` zone",
    note = "ask for it by its zone, so that it is journalled: write `signal(domain.sig_x)` or `meta(domain.meta_x)`"
)]
pub trait BareInput: ZoneType {}
impl BareInput for Data {}
impl BareInput for Whole {}

/// The Signal zone.
#[diagnostic::on_unimplemented(
    message = "`signal(..)` is for fields of the Signal zone",
    label = "this field is in the `{Self}` zone",
    note = "write a Data field as a bare path, and a Meta field as `meta(..)`"
)]
pub trait SignalInput: ZoneType {}
impl SignalInput for Signal {}
impl SignalInput for Whole {}

/// The Meta zone.
#[diagnostic::on_unimplemented(
    message = "`meta(..)` is for fields of the Meta zone",
    label = "this field is in the `{Self}` zone",
    note = "write a Data field as a bare path, and a Signal field as `signal(..)`"
)]
pub trait MetaInput: ZoneType {}
impl MetaInput for Meta {}
impl MetaInput for Whole {}

/// Gives an input the name of its path only when its body has been read.
///
/// A guard is made with a `0` whose type is left open. As long as it is, rustc lets a body change an input: it notes that
/// the path must be an output, at the token where that is. At the end the `0` is an `i32`, the path has its name, and each
/// note is one error in the words of that path. With the name from the start it would only say that `DerefMut` is missing.
pub trait Late<P> {
    /// `P`.
    type Path;
}
impl<P> Late<P> for i32 {
    type Path = P;
}
// A second one, or there would be nothing to leave open.
impl<P> Late<P> for u8 {
    type Path = P;
}

/// What is not: the condition under which the path of an input would be one of an output.
#[derive(Debug)]
pub struct Both<'a>(PhantomData<&'a ()>);

/// The view of a bare input.
#[inline]
pub fn input<F: Place<Zone: BareInput, Kind: SingleField>, P, N: Late<P>>(
    field: &F,
    _: N,
) -> Input<'_, F::Value, N::Path> {
    field.cell().input()
}

/// The view of a `signal(..)` input.
#[inline]
pub fn signal_input<F: Place<Zone: SignalInput, Kind: SingleField>, P, N: Late<P>>(
    field: &F,
    _: N,
) -> Input<'_, F::Value, N::Path> {
    field.cell().input()
}

/// The view of a `meta(..)` input.
#[inline]
pub fn meta_input<F: Place<Zone: MetaInput, Kind: SingleField>, P, N: Late<P>>(
    field: &F,
    _: N,
) -> Input<'_, F::Value, N::Path> {
    field.cell().input()
}

/// The view of an output.
#[inline]
pub fn output<'a, F: Place<Kind: SingleField>>(field: &'a mut F, order: &'a Order) -> Output<'a, F::Value, F::Zone> {
    field.cell_mut().output(order)
}

/// The view of a path that is a bare input and an output.
#[inline]
pub fn update<'a, F: Place<Zone: BareInput, Kind: SingleField>>(
    field: &'a mut F,
    order: &'a Order,
) -> Update<'a, F::Value, F::Zone> {
    field.cell_mut().update(order)
}

/// The view of a path that is a `signal(..)` input and an output.
#[inline]
pub fn signal_update<'a, F: Place<Zone: SignalInput, Kind: SingleField>>(
    field: &'a mut F,
    order: &'a Order,
) -> Update<'a, F::Value, F::Zone> {
    field.cell_mut().update(order)
}

/// The view of a path that is a `meta(..)` input and an output.
#[inline]
pub fn meta_update<'a, F: Place<Zone: MetaInput, Kind: SingleField>>(
    field: &'a mut F,
    order: &'a Order,
) -> Update<'a, F::Value, F::Zone> {
    field.cell_mut().update(order)
}
