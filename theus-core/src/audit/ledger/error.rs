//! Why a ledger cannot be opened or read.

use std::path::Path;

use super::place;
use super::sink::SinkError;
use super::verify::Tampered;

/// Why a ledger cannot be opened, continued or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// A file cannot be opened, read or written.
    #[error("the ledger `{file}` cannot be opened, read or written: {reason}")]
    Io {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// Another engine writes to the file.
    #[error("the ledger `{file}` is in use: another engine writes to it; give each engine a file of its own")]
    InUse {
        /// The file.
        file: String,
    },
    /// Something else than a file is there, as a pipe or a device: to open it could be to wait for ever.
    #[error("the ledger `{file}` cannot be opened, read or written: it is {what}, not a regular file")]
    NotAFile {
        /// The path.
        file: String,
        /// What it is.
        what: &'static str,
    },
    /// It is sealed, and was to be continued without the key.
    #[error(
        "the ledger `{file}` is sealed: it is continued with its key alone, `FileOptions::new().key(..)`, or a new file is begun"
    )]
    KeyNeeded {
        /// The file.
        file: String,
    },
    /// It is not what was recorded.
    #[error(transparent)]
    Tampered(#[from] Tampered),
    /// A sink cannot be used.
    #[error("the sink `{sink}` cannot be used: {error}")]
    Sink {
        /// The sink.
        sink: String,
        /// What it said.
        error: SinkError,
    },
    /// Two sinks keep different ledgers: one chain cannot continue both.
    #[error(
        "the ledgers of two sinks do not end with the same record, so that one engine cannot continue both: `{}` ends at record {}, `{}` at record {}; one of them was continued without the other: give that one a new file",
        .first.0, .first.1, .second.0, .second.1
    )]
    Disagreement {
        /// One sink, and its last record.
        first: (String, u64),
        /// The other.
        second: (String, u64),
    },
    /// Two sinks of one name could not be told apart in records.
    #[error("two sinks are called `{name}`: give each a name of its own")]
    DuplicateSink {
        /// The name.
        name: String,
    },
}

pub(super) fn io(file: &Path, error: &std::io::Error) -> LedgerError {
    if let Some(place::NotAFile(what)) = error.get_ref().and_then(|inner| inner.downcast_ref::<place::NotAFile>()) {
        return LedgerError::NotAFile { file: file.display().to_string(), what };
    }
    LedgerError::Io { file: file.display().to_string(), reason: error.to_string() }
}
