//! Why a ledger cannot be opened or read.

use std::path::Path;

use super::format::{FORMAT, UnknownFormat};
use super::place;
use super::sink::SinkError;
use super::verify::{Fault, Place, Tampered};

/// Why a ledger cannot be opened, continued or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The files end elsewhere than the ledger that the engine's store keeps.
    #[cfg(feature = "store")]
    #[error(
        "the ledger of the sinks ends with record {sinks}, and that of the store with record {store}: they are not of one engine, or \
         one of them was lost; move the files away to begin new ones"
    )]
    BesideStore {
        /// The last record of the sinks.
        sinks: u64,
        /// The last record of the store.
        store: u64,
    },
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
    /// It was written in another format than this program reads: by a later version of this crate, as a rule.
    #[error(
        "{place}this is written in format {found} of the ledger, and this program reads format {FORMAT} alone: read and continue it with a version that knows format {found}, or begin a new file; nothing of it was changed"
    )]
    UnknownFormat {
        /// Where.
        place: Place,
        /// The format; 0 where it is one from before formats had a number.
        found: u64,
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

/// Why a line, or a checkpoint, is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    Format(UnknownFormat),
    Fault(Fault),
}

impl Unread {
    pub(super) fn at(self, place: Place) -> LedgerError {
        match self {
            Self::Format(UnknownFormat(found)) => LedgerError::UnknownFormat { place, found },
            Self::Fault(fault) => Tampered { fault, place }.into(),
        }
    }
}

impl From<UnknownFormat> for Unread {
    fn from(found: UnknownFormat) -> Self {
        Self::Format(found)
    }
}

impl From<Fault> for Unread {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

pub(super) fn io(file: &Path, error: &std::io::Error) -> LedgerError {
    if let Some(place::NotAFile(what)) = error.get_ref().and_then(|inner| inner.downcast_ref::<place::NotAFile>()) {
        return LedgerError::NotAFile { file: file.display().to_string(), what };
    }
    LedgerError::Io { file: file.display().to_string(), reason: error.to_string() }
}
