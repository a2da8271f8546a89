//! What PostgreSQL says, as an error of the store.

use std::error::Error as _;
use std::sync::Arc;

use theus_core::store::StoreError;
use tokio_postgres::Error;
use tokio_postgres::error::{Severity, SqlState};

/// What the store is called in errors.
#[derive(Clone, Debug)]
pub(crate) struct Name(pub(crate) Arc<str>);

/// What a writer's function says where somebody has given its number up.
pub(crate) const GIVEN_UP: &str = "TH001";

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

    /// What PostgreSQL says. Where it is no answer of the server, the connection is lost.
    pub(crate) fn failed(&self, error: &Error) -> StoreError {
        let (store, reason) = (self.text(), said(error));
        let Some(code) = error.code() else {
            return match error.is_closed() || is_cut(error) {
                true => StoreError::Unavailable { store, reason },
                false => StoreError::Io { store, reason },
            };
        };
        match code.code() {
            "53100" => StoreError::Full { store, reason },
            "25006" | "42501" => StoreError::ReadOnly { store, reason },
            "XX001" | "XX002" => self.corrupt("the database", reason),
            code if is_busy(code) => StoreError::Unavailable { store, reason },
            _ => StoreError::Io { store, reason },
        }
    }
}

/// Another program's transaction, the number of connections, or that the server goes down.
fn is_busy(code: &str) -> bool {
    let busy = ["40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "57P05"];
    busy.contains(&code) || code.starts_with("08") || code.starts_with("53")
}

/// Whether the server may not have said how it ended: it was not the server that spoke, or it went down as it did.
pub(crate) fn is_cut(error: &Error) -> bool {
    match error.as_db_error() {
        Some(said) => matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic)),
        None => true,
    }
}

pub(crate) fn is_given_up(error: &Error) -> bool {
    error.code() == Some(&SqlState::from_code(GIVEN_UP))
}

/// With what the server adds to it.
fn said(error: &Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}
