//! What an argument must be, for its command to be a value that can be kept, journalled and run again.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The type of an argument of a process.
///
/// Generated code asks for it once, named by the argument's own type: so a type that does not fit is one error, on it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a process",
    label = "a command is a value: its arguments are `Clone + Serialize + Deserialize + Send + 'static`",
    note = "derive `Clone, serde::Serialize, serde::Deserialize` for `{Self}`, or pass an identifier and look the value up through an input or an effect"
)]
pub trait ArgumentValue: Sized {
    #[doc(hidden)]
    fn copied(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Serialize + DeserializeOwned + Send + 'static> ArgumentValue for T {
    fn copied(&self) -> Self {
        self.clone()
    }
}
