//! What can go wrong before a session is asked anything.

use theus_core::workflow::WorkflowError;
use thiserror::Error;

/// Why sessions cannot be served.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// The workflow file is wrong.
    #[error(transparent)]
    Workflow(#[from] WorkflowError),
    /// Restate has no such names.
    #[error("`{name}` is no name of an object: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The engine keeps its sessions itself.
    #[error(
        "the sessions of `{name}` are kept by Restate: build its engine with `.carried()`, and without `.store(..)`"
    )]
    NotCarried {
        /// The object.
        name: String,
    },
    /// A process sends messages, and nobody has said where they go.
    #[error("`{process}` of `{name}` sends messages: say where they go, by `.route(..)`")]
    NoRoute {
        /// The object.
        name: String,
        /// The process.
        process: &'static str,
    },
}

/// Why a call had no answer. It may have been done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unreached {
    /// The address is none.
    #[error("`{url}` is no address of an ingress: {reason}")]
    Address {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no connection, or it broke.
    #[error("the ingress is not reached: {0}")]
    Connection(String),
    /// There was no answer in time.
    #[error("the ingress has not answered in time")]
    TimedOut,
    /// It has refused the call.
    #[error("the ingress has refused the call with status {status}: {message}")]
    Refused {
        /// The status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// The answer is not what was expected.
    #[error("the answer cannot be read: {0}")]
    Answer(String),
}

impl Unreached {
    /// Whether the same may do later.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Connection(_) | Self::TimedOut => true,
            // A node that has just come back knows of no object yet; another one does.
            Self::Refused { status, .. } => matches!(*status, 404 | 429 | 502 | 503 | 504),
            Self::Address { .. } | Self::Answer(_) => false,
        }
    }
}
