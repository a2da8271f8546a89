//! What a process returns, as JSON where its type has that: asked through two references, as values are looked at.

#[cfg(feature = "json")]
use serde::Serialize;

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
