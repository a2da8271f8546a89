//! Why an engine could not be built.

#[cfg(feature = "recipes")]
use std::convert::Infallible;
use std::fmt;

use thiserror::Error;

#[cfg(feature = "recipes")]
use crate::audit::LedgerError;
use crate::context::EventClash;
#[cfg(feature = "recipes")]
use crate::process::RunError;
use crate::signal::EventNameError;
#[cfg(feature = "recipes")]
use crate::source::SourceError;

/// Why [`EngineBuilder::build`](super::EngineBuilder::build) refused.
#[derive(Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The recipe could not be read, or says something that is not so.
    #[cfg(feature = "recipes")]
    #[error(transparent)]
    Recipe(#[from] SourceError),
    /// A sink of the audit's records cannot be used, or what it keeps cannot be continued.
    #[cfg(feature = "recipes")]
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The word that a place has for its events makes the name of another event.
    #[error(transparent)]
    Clash(#[from] EventClash),
    /// An event that is to be urgent has no name of an event.
    #[error(transparent)]
    Event(#[from] EventNameError),
    /// The store does not give the session back, or does not take it.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// A process sends messages, and there is nobody who keeps them until they are delivered.
    #[cfg(feature = "store")]
    #[error(
        "`{process}` sends messages, which a store keeps until they are delivered: give the engine one by `.store(..)`"
    )]
    NoOutbox {
        /// The process.
        process: &'static str,
    },
    /// A migration leads nowhere.
    #[cfg(feature = "store")]
    #[error("the migration from version {from} of the context to {to}: {reason}")]
    Migration {
        /// The version that it begins at.
        from: u32,
        /// The version that it leads to.
        to: u32,
        /// What is wrong.
        reason: String,
    },
    /// Two processes have the same name, by which recipes and workflows would call them.
    #[error(
        "two processes are called `{name}`: recipes and workflows know a process by its name; rename one of the functions"
    )]
    DuplicateProcess {
        /// The name.
        name: &'static str,
    },
    /// Two fragments have the same name, by which files would include them.
    #[cfg(any(feature = "recipes", feature = "workflow"))]
    #[error(
        "two fragments are called `{name}`, of {} and of {}: files include a fragment by its name; rename one of them",
        files[0], files[1]
    )]
    DuplicateFragment {
        /// The name.
        name: &'static str,
        /// The files in which they are written.
        files: [&'static str; 2],
    },
    /// `global` or `effects` came after a process had been registered for other types.
    #[error(
        "`{call}` must come before the first `.process::<..>()`: it changes the types that processes are registered for"
    )]
    Order {
        /// The call that came too late.
        call: &'static str,
    },
}

/// As `Display`: it is what a `main` that returns the error shows.
impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "recipes")]
            Self::Recipe(error) => fmt::Debug::fmt(error, f),
            error => fmt::Display::fmt(error, f),
        }
    }
}

/// Why a running engine did not take a new recipe. What was in force stays so.
#[cfg(feature = "recipes")]
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// It could not be read, or says something that is not so: all of it, each with file, line, column and a suggestion.
    #[error(transparent)]
    Recipe(#[from] SourceError),
    /// No file was given, which would have taken every rule away.
    #[error("the recipe stays: no recipe file was given; to take every rule away, reload `process_recipes: {{}}`")]
    NoFiles,
    /// A sink that must have the record of the change did not take it.
    #[error("the recipe stays: its change could not be put on record, the sink `{sink}` does not take it: {reason}")]
    Unrecorded {
        /// The sink.
        sink: String,
        /// What it said.
        reason: String,
    },
    /// The session did not become free.
    #[error(transparent)]
    Waiting(RunError<Infallible>),
    /// It was asked for from inside a process that holds the session, or from inside a sink.
    #[error(
        "a recipe cannot be changed from inside a process or a sink of the same engine: do it after that has returned"
    )]
    Nested,
}
