//! The Data zone alone, as what is serialised.

use serde::{Serialize, Serializer};

/// A context, or its mirror, seen as its Data zone: serialising it leaves Signal and Meta out.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Tank { level: i64, sig_full: bool, meta_note: String }
///
/// let tank = Tank { level: 7, sig_full: true, meta_note: "checked".into() };
/// assert_eq!(serde_json::to_string(&DataZone(&tank)).unwrap(), r#"{"level":7}"#);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DataZone<'a, T>(pub &'a T);

/// Implemented by `#[derive(Context)]` where every Data field is `Serialize`.
#[diagnostic::on_unimplemented(
    message = "the Data zone of `{Self}` cannot be serialised",
    note = "every field of the Data zone must implement `serde::Serialize`"
)]
pub trait SerializeData {
    /// Serialises the fields of the Data zone, as a struct.
    ///
    /// # Errors
    /// What the serializer refuses.
    fn serialize_data<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl<T: SerializeData> Serialize for DataZone<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_data(serializer)
    }
}

impl SerializeData for () {
    fn serialize_data<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
