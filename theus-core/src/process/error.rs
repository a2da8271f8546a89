//! Why a run was refused or failed.

use thiserror::Error;

use super::wait::{Deadlock, TimedOut};
use crate::audit::{AuditBlockError, AuditInterlockError, Refusal, Unrecorded, Violation};
use theus_model::panics::Panic as Payload;

/// Why a run changed nothing. Whatever the reason, the domain, its version and the pending signals are as before.
///
/// | variant | whose doing | what to do |
/// |---|---|---|
/// | [`Process`](Self::Process) | the process declared this error and returned it | handle it |
/// | [`Blocked`](Self::Blocked) | an audit rule of level B | branch or run again with other values |
/// | [`Interlocked`](Self::Interlocked) | an audit rule of level A or S | end the workflow; for S, call an operator |
/// | [`Halted`](Self::Halted) | an earlier violation of level S | `engine.reset_interlock(operator, reason)` |
/// | [`Unrecorded`](Self::Unrecorded) | a sink that must have the run's audit records does not take them | fix the sink; run it again |
/// | [`TimedOut`](Self::TimedOut) | its limit was over, or the session did not become free in time | run it again, or allow more time |
/// | [`Deadlock`](Self::Deadlock) | what it waits for waits for it | the text says who waits for whom |
/// | [`Conflict`](Self::Conflict) | two steps side by side were in each other's way though their contracts are not | report it |
/// | [`Panicked`](Self::Panicked) | the process panicked; it was caught | fix the process; the engine goes on |
/// | [`Nested`](Self::Nested) | a run was started from inside a body of the same engine | run it after the other one |
/// | [`BusFull`](Self::BusFull) | nobody takes the events off the signal bus | dispatch them, or give the bus more room |
/// | [`Over`](Self::Over) | the workflow of this session is over | open another session |
/// | `Store` (feature `store`) | the store of the session did not take the commit | what the error says; run it again |
/// | [`Unregistered`](Self::Unregistered) | the process is not known to this engine | `.process::<P>()` on the builder |
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError<E> {
    /// The process failed with an error that it declares.
    #[error("{0}")]
    Process(#[source] E),
    /// An audit rule of level B refused this transaction.
    #[error(transparent)]
    Blocked(AuditBlockError),
    /// An audit rule of level A or S stopped this run, and more than this run.
    #[error(transparent)]
    Interlocked(AuditInterlockError),
    /// No rule refused it, but what it violated could not be put on record where it must be.
    #[error(transparent)]
    Unrecorded(Unrecorded),
    /// The engine's interlock is latched since an earlier run.
    #[error(transparent)]
    Halted(Halted),
    /// Its time was over: the limit of [`Engine::within`](crate::Engine::within), or the engine's
    /// [`lock_timeout`](crate::EngineBuilder::lock_timeout).
    #[error(transparent)]
    TimedOut(TimedOut),
    /// It would have waited for a run that waits for it.
    #[error(transparent)]
    Deadlock(Deadlock),
    /// A run that had the session to itself found at its commit that something it had read was changed meanwhile. No run comes
    /// to this by others that are faster: after so many attempts it has the session to itself.
    #[error(
        "`{process}` gave up after {attempts} attempts: what it reads was changed while it had the session to itself"
    )]
    Conflict {
        /// The process.
        process: &'static str,
        /// How many attempts were made.
        attempts: u32,
    },
    /// The process panicked. The panic was caught and the run rolled back.
    #[error(transparent)]
    Panicked(Panicked),
    /// The run was started from inside the body of a run on the same engine.
    #[error(
        "`{process}` was started from inside a process of the same engine: a transaction cannot contain another; run it after the other one has returned"
    )]
    Nested {
        /// The process that was refused.
        process: &'static str,
    },
    /// The signal bus has no room for the signals of this run.
    #[error(
        "the signals of `{process}` have no room on the signal bus, which holds {capacity} events: dispatch what waits there, or give `signal_capacity` more room"
    )]
    BusFull {
        /// The process.
        process: &'static str,
        /// How many events the bus holds.
        capacity: usize,
    },
    /// The workflow of the session is over, and with it the session: what it has come to can be read and not be changed.
    #[error("`{process}` is not run: the workflow of this session is over; run it in another session")]
    Over {
        /// The process that was refused.
        process: &'static str,
    },
    /// The store of the session did not take the commit: nothing was changed.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Store(crate::store::StoreError),
    /// The process was not registered with this engine.
    #[error("`{process}` is not registered with this engine: add `.process::<..>()` with its command to the builder")]
    Unregistered {
        /// The process.
        process: &'static str,
    },
}

/// The interlock is latched: nothing runs until an operator resets it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the engine is halted: {reason}; `reset_interlock(operator, reason)` lets it run again")]
pub struct Halted {
    /// The violation that latched it.
    pub reason: Box<str>,
}

/// A panic inside a process, caught.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{}` panicked: {}; the run was rolled back", .0.process, .0.message)]
pub struct Panicked(Box<Panic>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Panic {
    process: &'static str,
    message: String,
}

impl Panicked {
    /// The process.
    #[must_use]
    pub fn process(&self) -> &'static str {
        self.0.process
    }

    /// What the panic said, where it said it in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    pub(crate) fn new(process: &'static str, payload: &Payload) -> Self {
        Self(Box::new(Panic { process, message: payload.message() }))
    }
}

impl<E> RunError<E> {
    /// The process's own error, if that is what it is.
    #[must_use]
    pub fn process_error(&self) -> Option<&E> {
        match self {
            Self::Process(error) => Some(error),
            _ => None,
        }
    }

    /// What the audit refused it for: rule, value, count, and the line of the recipe. Empty where it was not the audit.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Blocked(error) => error.violations(),
            Self::Interlocked(error) => error.violations(),
            Self::Unrecorded(error) => error.violations(),
            _ => &[],
        }
    }

    /// The same error, with the process's own one turned into another type.
    pub fn map_process<F>(self, map: impl FnOnce(E) -> F) -> RunError<F> {
        match self {
            Self::Process(error) => RunError::Process(map(error)),
            Self::Blocked(error) => RunError::Blocked(error),
            Self::Interlocked(error) => RunError::Interlocked(error),
            Self::Unrecorded(error) => RunError::Unrecorded(error),
            Self::Halted(error) => RunError::Halted(error),
            Self::TimedOut(error) => RunError::TimedOut(error),
            Self::Deadlock(error) => RunError::Deadlock(error),
            Self::Conflict { process, attempts } => RunError::Conflict { process, attempts },
            Self::Panicked(error) => RunError::Panicked(error),
            Self::Nested { process } => RunError::Nested { process },
            Self::BusFull { process, capacity } => RunError::BusFull { process, capacity },
            Self::Over { process } => RunError::Over { process },
            #[cfg(feature = "store")]
            Self::Store(error) => RunError::Store(error),
            Self::Unregistered { process } => RunError::Unregistered { process },
        }
    }
}

impl<E> From<Refusal> for RunError<E> {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Block(error) => Self::Blocked(error),
            Refusal::Interlock(error) => Self::Interlocked(error),
            Refusal::Unrecorded(error) => Self::Unrecorded(error),
            #[cfg(feature = "store")]
            Refusal::Uncounted(_) => Self::Halted(Halted { reason: refusal.to_string().into() }),
        }
    }
}
