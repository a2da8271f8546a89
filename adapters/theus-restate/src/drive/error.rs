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
    /// It would be kept by a message that is longer than Restate takes.
    #[error(
        "the session `{session}` would be kept by a message of {bytes} bytes, and {most} is the most: keep it in parts, or what it has in several"
    )]
    TooLong {
        /// The session.
        session: String,
        /// How long it would be.
        bytes: usize,
        /// How long it may be.
        most: usize,
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
