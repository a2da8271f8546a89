//! Why an engine could not be built.

use thiserror::Error;

use crate::source::SourceError;

/// Why [`EngineBuilder::build`](super::EngineBuilder::build) refused.
#[derive(Debug, Error)]
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
    /// `global` or `effects` came after a process had been registered for other types.
    #[error(
        "`{call}` must come before the first `.process::<..>()`: it changes the types that processes are registered for"
    )]
    Order {
        /// The call that came too late.
        call: &'static str,
    },
}
