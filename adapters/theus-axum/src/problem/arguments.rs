//! Arguments that are not those of a process.

use theus_core::engine::ArgumentError;

use super::{Kind, Problem};

impl From<ArgumentError> for Problem {
    fn from(error: ArgumentError) -> Self {
        match &error {
            ArgumentError::Unregistered { process, .. } => {
                Self::new(Kind::UnknownProcess).detail(format!("there is no process `{process}` here"))
            }
            ArgumentError::Asynchronous { .. } => Self::new(Kind::Internal).caused_by(&error),
            ArgumentError::Missing { argument, .. } | ArgumentError::WrongValue { argument, .. } => {
                Self::new(Kind::Arguments).detail(error.to_string()).member("argument", *argument)
            }
            ArgumentError::Unknown { argument, .. } => {
                Self::new(Kind::Arguments).detail(error.to_string()).member("argument", argument.as_str())
            }
            _ => Self::new(Kind::Arguments).detail(error.to_string()),
        }
    }
}
