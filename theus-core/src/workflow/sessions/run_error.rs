//! Why a process was not run in a session of a pool, or failed there.

use thiserror::Error;

use super::error::SessionError;
use crate::audit::Violation;
use crate::engine::ArgumentError;
use crate::process::RunError;

/// Why a run by [`Sessions::run`](super::Sessions::run) changed nothing.
///
/// | variant | what it says |
/// |---|---|
/// | [`Session`](Self::Session) | the session could not be reached, or takes no runs: unknown, over, the pool shuts down |
/// | [`Arguments`](Self::Arguments) | there is no such process, or the arguments are not its own |
/// | [`Run`](Self::Run) | what became of the run: declared errors, refusals of the audit, conflicts |
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SessionRunError<X> {
    /// The session could not be reached, or takes no runs.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// There is no process of that name, or the arguments are not its own: only where it was asked for by its name.
    #[error(transparent)]
    Arguments(#[from] ArgumentError),
    /// The run was refused, or failed.
    #[error(transparent)]
    Run(RunError<X>),
}

impl<X> SessionRunError<X> {
    /// The process's own error, if that is what it is.
    #[must_use]
    pub fn process_error(&self) -> Option<&X> {
        self.run_error().and_then(RunError::process_error)
    }

    /// What became of the run, where the session was reached.
    #[must_use]
    pub const fn run_error(&self) -> Option<&RunError<X>> {
        match self {
            Self::Run(error) => Some(error),
            _ => None,
        }
    }

    /// What the audit refused it for. Empty where it was not the audit.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        self.run_error().map_or(&[], RunError::violations)
    }

    /// The program that has the session, where it is another one's by a [lease](crate::EngineBuilder::lease_sessions), as
    /// [`SessionError::held_by`] says it of events.
    #[cfg(feature = "store")]
    #[must_use]
    pub fn held_by(&self) -> Option<&str> {
        match self {
            Self::Session(error) => error.held_by(),
            Self::Run(RunError::Store(crate::store::StoreError::Leased { owner, .. })) => Some(owner),
            _ => None,
        }
    }

    /// In a session of this name: that it has ended is told the same way, whether before the run or just as it began.
    pub(super) fn of(session: &str, error: RunError<X>) -> Self {
        match error {
            RunError::Over { .. } => Self::Session(SessionError::Over { session: session.to_owned() }),
            error => Self::Run(error),
        }
    }
}
