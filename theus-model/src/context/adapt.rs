//! Foreign types: shown by an adapter.

use super::shape::Shape;
use super::value::Value;

/// Shows values of a type that cannot implement [`Inspect`](crate::context::Inspect) itself, because it is a foreign one.
///
/// Name it on the field: `#[inspect(with = Adapter)]`, in a context or in a type that derives `Inspect`. For a type that
/// serde knows [`ViaSerde`](super::ViaSerde) is one already.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::context::InspectAs;
/// use std::net::Ipv4Addr;
///
/// struct AsNumber;
///
/// impl InspectAs<Ipv4Addr> for AsNumber {
///     fn shape() -> Shape { u32::shape() }
///     fn inspect(address: &Ipv4Addr) -> Value<'_> { Value::Int(u32::from(*address).into()) }
/// }
///
/// #[derive(Clone, Context)]
/// struct Session {
///     #[inspect(with = AsNumber)]
///     peer: Ipv4Addr,
/// }
/// assert_eq!(Session::schema().fields[0].shape, u32::shape());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not show values of `{T}`",
    label = "does not implement `InspectAs<{T}>`",
    note = "implement `theus_core::context::InspectAs<{T}>` for `{Self}`, or use `ViaSerde<..>` for a type that serde knows"
)]
pub trait InspectAs<T: ?Sized> {
    /// The shape of every value.
    fn shape() -> Shape;
    /// A borrowed look. It must not allocate.
    fn inspect(value: &T) -> Value<'_>;
}
