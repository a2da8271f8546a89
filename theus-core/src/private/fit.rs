//! A field of a mirror, where its type is fit for one.
//!
//! Whether it is, is asked in a constant that the field's type needs: where the answer is an error, that type is unknown to
//! rustc, which then says nothing of the places where it is used. So a type that does not fit is one error, on itself.

use crate::context::Context;
use crate::process::ArgumentValue;
use crate::transaction::{FieldValue, SignalValue};

/// The answer.
#[derive(Debug)]
pub struct Fit<const FITS: bool>;

/// What a fit field is kept as.
pub trait Keeps<C> {
    /// Its cell.
    type Cell;
}

impl<C> Keeps<C> for Fit<true> {
    type Cell = C;
}

/// What a fit nested context is kept as.
pub trait Mirrors<C> {
    /// Its mirror.
    type Fields;
}

impl<C: Context> Mirrors<C> for Fit<true> {
    type Fields = C::Fields;
}

/// `C`, the cell of a field that is fit.
pub type Checked<C, const FITS: bool> = <Fit<FITS> as Keeps<C>>::Cell;

/// `T`, the type of an argument that is fit.
pub type CheckedArgument<T, const FITS: bool> = <Fit<FITS> as Keeps<T>>::Cell;

/// The mirror of `C`, a nested context that is one.
pub type Nested<C, const FITS: bool> = <Fit<FITS> as Mirrors<C>>::Fields;

/// Asks whether a type can be that of a field.
#[must_use]
pub const fn field<T: FieldValue>() -> bool {
    true
}

/// Asks whether a type can be that of a signal field.
#[must_use]
pub const fn signal<T: SignalValue>() -> bool {
    true
}

/// Asks whether a type can be that of an argument.
#[must_use]
pub const fn argument<T: ArgumentValue>() -> bool {
    true
}

/// Asks whether a type is a context.
#[must_use]
pub const fn context<T: Context>() -> bool {
    true
}
