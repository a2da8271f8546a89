//! Why a session could not be reached.

use thiserror::Error;

use crate::signal::EmitError;

/// Why something could not be done with a session.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SessionError {
    /// There is no session of this name: it was never opened, or closed since.
    #[error("there is no session `{session}`: open it first; a session that was closed is gone")]
    Unknown {
        /// The name.
        session: String,
    },
    /// There is one of this name already.
    #[error("the session `{session}` is open already: close it first, or choose another name")]
    Exists {
        /// The name.
        session: String,
    },
    /// The event was not taken.
    #[error("session `{session}`: {source}")]
    Emit {
        /// The session.
        session: String,
        /// Why not.
        source: EmitError,
    },
    /// It has ended, and takes no more events.
    #[error("the session `{session}` is over: it ended {how}")]
    Over {
        /// The session.
        session: String,
        /// How.
        how: String,
    },
    /// It did not come to the state in time.
    #[error("the session `{session}` is not in {state} after {waited:?}: it is in {at}, {status}")]
    NotInTime {
        /// The session.
        session: String,
        /// Where it was awaited.
        state: String,
        /// How long.
        waited: std::time::Duration,
        /// Where it is.
        at: String,
        /// How it stands.
        status: String,
    },
    /// No state of the workflow has this name.
    #[error("the workflow has no state `{state}`{help}")]
    UnknownState {
        /// The name.
        state: String,
        /// What may have been meant.
        help: String,
    },
    /// What was kept of it does not fit.
    #[error(transparent)]
    Workflow(#[from] crate::workflow::WorkflowError),
}
