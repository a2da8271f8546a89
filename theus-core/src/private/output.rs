//! What a process returns, as JSON where its type has that: asked through two references, as values are looked at.

use std::marker::PhantomData;

#[cfg(feature = "json")]
use serde::Serialize;

use crate::context::Shape;
use crate::process::Gives;

/// None where there is no JSON.
#[cfg(feature = "json")]
pub type OutputJson = Option<serde_json::Value>;
/// Nothing: JSON comes with the feature `json`.
#[cfg(not(feature = "json"))]
pub type OutputJson = ();

/// What a process has returned.
#[derive(Debug)]
pub struct OutputOf<'a, T: ?Sized>(pub &'a T);

/// For types that are `Serialize`.
#[cfg(feature = "json")]
pub trait SerializedOutput {
    /// The value.
    fn as_json(&self) -> OutputJson;
}

#[cfg(feature = "json")]
impl<T: Serialize + ?Sized> SerializedOutput for &OutputOf<'_, T> {
    fn as_json(&self) -> OutputJson {
        serde_json::to_value(self.0).ok()
    }
}

/// For all others.
pub trait OpaqueOutput {
    /// None.
    fn as_json(&self) -> OutputJson;
}

impl<T: ?Sized> OpaqueOutput for OutputOf<'_, T> {
    fn as_json(&self) -> OutputJson {
        Default::default()
    }
}

/// The type of what a process returns.
#[derive(Debug)]
pub struct GivesOf<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> GivesOf<T> {
    /// The question about `T`.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: ?Sized> Default for GivesOf<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// For types that are `Serialize`.
#[cfg(feature = "json")]
pub trait SerializedGives {
    /// A value of that shape.
    fn of(&self, shape: fn() -> Shape) -> Gives;
}

#[cfg(feature = "json")]
impl<T: Serialize + ?Sized> SerializedGives for &GivesOf<T> {
    fn of(&self, shape: fn() -> Shape) -> Gives {
        Gives::Value(shape())
    }
}

/// For all others.
pub trait OpaqueGives {
    /// A value without JSON.
    fn of(&self, shape: fn() -> Shape) -> Gives;
}

impl<T: ?Sized> OpaqueGives for GivesOf<T> {
    fn of(&self, _: fn() -> Shape) -> Gives {
        Gives::Hidden
    }
}

/// What a workflow names.
#[cfg(feature = "json")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON, and a workflow names what this process returns",
    label = "returns `{Self}`",
    note = "derive `serde::Serialize` for it, or take the `as` out of the file"
)]
pub trait HasJson {}

#[cfg(feature = "json")]
#[diagnostic::do_not_recommend]
impl<T: Serialize> HasJson for T {}

/// Asked by `files!` of what a workflow names.
#[cfg(feature = "json")]
pub const fn has_json<T: HasJson>() {}

/// An error that a workflow looks at.
#[cfg(feature = "json")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON, and a workflow asks it how long to wait before the next try",
    label = "fails with `{Self}`",
    note = "derive `serde::Serialize` for it, or take the `after` out of the file"
)]
pub trait ErrorHasJson {}

#[cfg(feature = "json")]
#[diagnostic::do_not_recommend]
impl<T: Serialize> ErrorHasJson for T {}

/// Asked by `files!` of an error that a workflow looks at.
#[cfg(feature = "json")]
pub const fn error_has_json<T: ErrorHasJson>() {}
