//! Why a session could not be reached, or did not take an event.

use theus_core::signal::EmitError;
use theus_core::workflow::sessions::SessionError;

use super::{Kind, Problem};

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Unknown { .. } => Self::new(Kind::UnknownSession),
            SessionError::Exists { .. } => Self::new(Kind::SessionExists),
            SessionError::Over { .. } => Self::new(Kind::SessionOver).detail("it takes no more events"),
            SessionError::Emit { source, .. } => source.into(),
            SessionError::NoAnswer { waited, .. } => no_answer(waited),
            SessionError::NotInTime { state, waited, .. } => {
                Self::new(Kind::TimedOut).detail(format!("the session was not in {state} after {waited:?}"))
            }
            SessionError::UnderWay { process, .. } => {
                Self::new(Kind::Conflict).detail(format!("`{process}` is still under way"))
            }
            SessionError::ShutDown => Self::new(Kind::ShuttingDown),
            SessionError::UnknownState { state, help } => {
                Self::new(Kind::UnknownState).detail(format!("the workflow has no state `{state}`{help}"))
            }
            SessionError::KeyReused { .. } => Self::new(Kind::KeyReused),
            SessionError::Full { .. } | SessionError::NoRoom { .. } => {
                Self::new(Kind::Busy).detail("too many events wait in this service")
            }
            SessionError::UnknownEvent { .. } | SessionError::AmbiguousEvent { .. } => {
                Self::new(Kind::UnknownEvent).detail(error.to_string())
            }
            SessionError::NoneInTime { states, waited } => {
                Self::new(Kind::TimedOut).detail(format!("no session was in {states} after {waited:?}"))
            }
            SessionError::Store(error) => error.into(),
            error => Self::new(Kind::Internal).caused_by(&error),
        }
    }
}

/// It was asked, and has not answered.
pub(crate) fn no_answer(waited: std::time::Duration) -> Problem {
    Problem::new(Kind::NoAnswer)
        .detail(format!("the session has not answered within {waited:?}: the event may still be handled"))
}

impl From<EmitError> for Problem {
    fn from(error: EmitError) -> Self {
        match error {
            EmitError::Name(_) | EmitError::Unhandled { .. } | EmitError::Builtin(_) => Self::new(Kind::UnknownEvent),
            EmitError::Over { .. } => Self::new(Kind::SessionOver).detail("it takes no more events"),
            EmitError::Payload(error) => Self::new(Kind::Payload).detail(error.to_string()),
            EmitError::Full(_) => Self::new(Kind::Busy).detail("too many events wait for the session"),
            EmitError::Store(error) => error.into(),
        }
    }
}
