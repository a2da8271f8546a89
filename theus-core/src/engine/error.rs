//! Why an engine could not be built.

use std::fmt;

use thiserror::Error;

use crate::source::SourceError;

/// Why [`EngineBuilder::build`](super::EngineBuilder::build) refused.
#[derive(Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The recipe could not be read, or says something that is not so.
    #[error(transparent)]
    Recipe(#[from] SourceError),
    /// Two processes have the same name, by which recipes and workflows would call them.
    #[error(
        "two processes are called `{name}`: recipes and workflows know a process by its name; rename one of the functions"
    )]
    DuplicateProcess {
        /// The name.
        name: &'static str,
    },
    /// More than one recipe was given.
    #[error("the engine has two recipes: give it one")]
    DuplicateRecipe,
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
            Self::Recipe(error) => fmt::Debug::fmt(error, f),
            error => fmt::Display::fmt(error, f),
        }
    }
}
