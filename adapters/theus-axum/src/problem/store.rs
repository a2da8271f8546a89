//! What a store has refused: its own words are logged, and not told.

use axum::response::{IntoResponse, Response};
use theus_core::engine::JournalError;
use theus_core::store::StoreError;

use super::{Held, Kind, Problem};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let kind = kind(&error);
        if let StoreError::Leased { owner, .. } = &error {
            return Self::new(kind).detail("another program has the session").held(owner).caused_by(&error);
        }
        match kind {
            // Its text says where the store is, and what the system said.
            Kind::Storage | Kind::Internal | Kind::Interlocked | Kind::InDoubt | Kind::Conflict => {
                Self::new(kind).caused_by(&error)
            }
            kind => Self::new(kind),
        }
    }
}

/// Which program has the session is told to clients.
pub(crate) async fn tell_holder(mut response: Response) -> Response {
    let Some(Held(problem)) = response.extensions_mut().remove() else { return response };
    let owner = problem.held_by().unwrap_or_default();
    // What follows tells one start of the program from another.
    let name = owner.split_once(" (process id ").map_or(owner, |(name, _)| name).to_owned();
    problem.member("held_by", name).into_response()
}

const fn kind(error: &StoreError) -> Kind {
    match error {
        StoreError::Conflict { .. } | StoreError::Leased { .. } | StoreError::Answered { .. } => Kind::Conflict,
        StoreError::InUse { .. } => Kind::Conflict,
        StoreError::Halted { .. } => Kind::Interlocked,
        StoreError::Full { .. }
        | StoreError::ReadOnly { .. }
        | StoreError::Unavailable { .. }
        | StoreError::Io { .. } => Kind::Storage,
        StoreError::InDoubt { .. } => Kind::InDoubt,
        StoreError::Exists { .. } => Kind::SessionExists,
        StoreError::KeyReused { .. } => Kind::KeyReused,
        StoreError::NotKept { .. } | StoreError::NoStore => Kind::NotKept,
        _ => Kind::Internal,
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Store(error) => error.into(),
            JournalError::NoSession { .. } => Self::new(Kind::UnknownSession),
            JournalError::NoStep { step, last, .. } => {
                Self::new(Kind::UnknownStep).detail(format!("there is no step {step}: the last one is {last}"))
            }
            JournalError::Pruned { step, first, .. } => Self::new(Kind::UnknownStep)
                .detail(format!("step {step} is not kept any more: the journal begins after step {first}")),
            error => Self::new(Kind::Internal).caused_by(&error),
        }
    }
}
