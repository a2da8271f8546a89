//! Why a step was not made.

use thiserror::Error;

/// Why a step was not made: there is nothing to be kept of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StepError {
    /// It may pass by itself: try again later.
    #[error("not now: {0}")]
    Later(String),
    /// What is kept cannot be read, or does not fit this program.
    #[error("the session `{session}` cannot be read: {reason}")]
    Damaged {
        /// The session.
        session: String,
        /// What is wrong.
        reason: String,
    },
    /// A defect of this crate, or of the program.
    #[error("the session `{session}` could not be driven: {reason}")]
    Defect {
        /// The session.
        session: String,
        /// What is wrong.
        reason: String,
    },
}
