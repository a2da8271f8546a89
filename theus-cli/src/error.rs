//! Why a command was not done.

use std::io;

use theus_core::engine::{JournalError, LinesError, StoredLedgerError};
use theus_core::store::StoreError;
use theus_core::workflow::WorkflowError;
use thiserror::Error;

/// Why a command was not done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CliError {
    /// The store has no session of that name.
    #[error("the store has no session `{session}`; {help}")]
    NoSession {
        /// The name.
        session: String,
        /// The one that was probably meant, or those that there are.
        help: String,
    },
    /// A session of that name is there already.
    #[error("the store has a session `{session}` already: give the fork another name, or remove that one first")]
    Exists {
        /// The name.
        session: String,
    },
    /// The outbox has no such message.
    #[error(
        "the outbox has no message {key}{of}: it was delivered or discarded; `outbox{option}` lists those that there are"
    )]
    NoMessage {
        /// Its key.
        key: String,
        /// ` among the dead letters`, where only those were looked at.
        of: &'static str,
        /// How they are listed.
        option: &'static str,
    },
    /// The message waits to be delivered.
    #[error("the message {key} is no dead letter: it waits, and is tried by itself")]
    NotDead {
        /// Its key.
        key: String,
    },
    /// Neither a session nor a file was given.
    #[error("there is nothing to replay: name a session, or a file that `export` has written with `--file`")]
    NothingToReplay,
    /// The file of a journal.
    #[error("the journal `{file}` cannot be read: {error}")]
    File {
        /// The file.
        file: String,
        /// Why.
        error: LinesError,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file of a workflow.
    #[error(transparent)]
    Workflow(#[from] Box<WorkflowError>),
    /// A journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] StoredLedgerError),
    /// What is written cannot be.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}
