//! What SQLite says, as an error of the store.

use std::sync::Arc;

use rusqlite::{Error, ErrorCode};
use theus_core::store::StoreError;

/// What the store is called in errors.
#[derive(Clone, Debug)]
pub(crate) struct Name(pub(crate) Arc<str>);

impl Name {
    pub(crate) fn text(&self) -> String {
        self.0.to_string()
    }

    /// What is stored is not what was written.
    pub(crate) fn corrupt(&self, place: impl Into<String>, reason: impl Into<String>) -> StoreError {
        StoreError::Corrupt { store: self.text(), place: place.into(), reason: reason.into() }
    }

    pub(crate) fn io(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Io { store: self.text(), reason: reason.into() }
    }

    pub(crate) fn unavailable(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Unavailable { store: self.text(), reason: reason.into() }
    }

    /// What SQLite says.
    pub(crate) fn failed(&self, error: &Error) -> StoreError {
        let (store, reason) = (self.text(), error.to_string());
        let code = match error {
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
            | Error::InvalidColumnType(..) => return self.corrupt("a row", reason),
            error => error.sqlite_error_code(),
        };
        match code {
            Some(ErrorCode::DiskFull) => StoreError::Full { store, reason },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly { store, reason },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                StoreError::Unavailable { store, reason: format!("another program holds it ({reason})") }
            }
            // A constraint of the tables holds for every write that the adapter makes.
            Some(
                ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch,
            ) => self.corrupt("the file", reason),
            _ => StoreError::Io { store, reason },
        }
    }
}
