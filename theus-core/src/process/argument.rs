//! What an argument must be, for its command to be a value that can be kept, journalled and run again.

use serde::de::DeserializeOwned;
use serde::{Deserializer, Serialize, Serializer};

/// The type of an argument of a process.
///
/// Generated code reaches an argument only through this trait, named by the argument's own type: so a type that does
/// not fit is one error, on that type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a process",
    label = "a command is a value: its arguments are `Clone + Serialize + Deserialize + Send + 'static`",
    note = "derive `Clone, serde::Serialize, serde::Deserialize` for `{Self}`, or pass an identifier and look the value up through an input or an effect"
)]
pub trait ArgumentValue: Clone + Serialize + DeserializeOwned + Send + 'static {
    #[doc(hidden)]
    fn copied(&self) -> Self {
        self.clone()
    }
    #[doc(hidden)]
    #[expect(clippy::missing_errors_doc, reason = "hidden; what serde says")]
    fn put<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }
    #[doc(hidden)]
    #[expect(clippy::missing_errors_doc, reason = "hidden; what serde says")]
    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<T: Clone + Serialize + DeserializeOwned + Send + 'static> ArgumentValue for T {}
