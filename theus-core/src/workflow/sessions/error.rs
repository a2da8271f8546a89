//! Why a session could not be reached.

use thiserror::Error;

use crate::signal::EmitError;
#[cfg(feature = "store")]
use crate::store::StoreError;
use crate::workflow::interpreter::PositionError;

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
    /// The pool has no room for one more event: what is emitted waits for room by [`Sessions::emit_async`](super::Sessions::emit_async).
    #[error(
        "session `{session}`: {limit} events wait in the sessions of this pool, which is its limit: try again later, or wait for room"
    )]
    Full {
        /// The session that it was for.
        session: String,
        /// How many events may wait.
        limit: usize,
    },
    /// There was no room in time: the event is not sent.
    #[error("session `{session}`: there was no room for the event in {waited:?}: it was not sent")]
    NoRoom {
        /// The session.
        session: String,
        /// How long.
        waited: std::time::Duration,
    },
    /// It has ended, and takes no more events.
    #[error("the session `{session}` is over: it takes no more events")]
    Over {
        /// The session.
        session: String,
    },
    /// Something else was asked for under the key.
    #[error(
        "the session `{session}` was asked by something else under the key `{key}`: each request has a key of its own"
    )]
    KeyReused {
        /// The session.
        session: String,
        /// The key.
        key: String,
    },
    /// What comes of the event was not there in time. It is handled all the same, unless the program ends before.
    #[error(
        "the session `{session}` has not answered after {waited:?}: the event that it was asked by may still be handled"
    )]
    NoAnswer {
        /// The session.
        session: String,
        /// How long.
        waited: std::time::Duration,
    },
    /// It is paused, and a run of it that was under way is not over: it may still commit, and what is told of the session now
    /// would not fit its domain then.
    #[error(
        "the session `{session}` is paused, and has no position yet: `{process}` is still under way; ask again when it is over, or after `shut_down`, which lets go of it"
    )]
    UnderWay {
        /// The session.
        session: String,
        /// The process, the first of several.
        process: &'static str,
    },
    /// It would have to be waited for from inside a process, whose own session somebody may wait for.
    #[error("the session `{session}` is busy, and cannot be waited for from inside a process or an observer")]
    Nested {
        /// The session.
        session: String,
    },
    /// The pool was shut down.
    #[error("the sessions are shut down: nothing new begins")]
    ShutDown,
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
    /// None of several sessions came to one of several states in time, or all of them are over elsewhere.
    #[error("no session is in {states} after {waited:?}")]
    NoneInTime {
        /// Where they were awaited.
        states: String,
        /// How long.
        waited: std::time::Duration,
    },
    /// A text means no event of the workflow.
    #[error("no event of this workflow is meant by `{event}`: {help}")]
    UnknownEvent {
        /// The text.
        event: String,
        /// What may have been meant, or why it means none.
        help: String,
    },
    /// A text may mean several events of the workflow.
    #[error("`{event}` may mean {meant}: write which")]
    AmbiguousEvent {
        /// The text.
        event: String,
        /// Which.
        meant: String,
    },
    /// No state of the workflow has this name.
    #[error("the workflow has no state `{state}`{help}")]
    UnknownState {
        /// The name.
        state: String,
        /// What may have been meant.
        help: String,
    },
    /// The store that keeps the sessions.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// It cannot go on where the store has it.
    #[cfg(feature = "store")]
    #[error(transparent)]
    Resume(#[from] Box<crate::workflow::ResumeError>),
    /// It is not open, and nobody says what its Signal and Meta fields are at first.
    #[cfg(feature = "store")]
    #[error("the session `{session}` is in the store, and cannot be opened by itself: its context has no `Default`")]
    NoDefault {
        /// The name.
        session: String,
    },
    /// It cannot go on from the position.
    #[error(transparent)]
    Position(#[from] Box<PositionError>),
}

#[cfg(feature = "store")]
impl SessionError {
    /// The program that has the session, where it is another one's by a [lease](crate::EngineBuilder::lease_sessions): it is to be asked there,
    /// or here again when that lease has run out. What was asked under a key is known to every program.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Door { opened: u32 }
    /// # let flow = "states: { CLOSED: { events: { CMD_OPEN: OPEN } }, OPEN: { events: { CMD_SHUT: CLOSED } } }";
    /// let store = MemoryStore::new();
    /// let program = |name: &str| -> Result<_, Box<dyn std::error::Error>> {
    ///     let engine = Engine::builder(Door::default()).store(store.clone()).session_in_memory();
    ///     let engine = engine.lease_sessions(Duration::from_secs(2)).leases_as(name).build()?;
    ///     Ok(Sessions::of_text(&engine, "door.yaml", flow)?.start()?)
    /// };
    /// let (one, two) = (program("http://10.0.0.1:8080")?, program("http://10.0.0.2:8080")?);
    /// one.open("front", Door::default())?;
    /// let refused = two.emit("front", "CMD_OPEN").unwrap_err();
    /// assert!(refused.held_by().is_some_and(|owner| owner.starts_with("http://10.0.0.1:8080 ")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn held_by(&self) -> Option<&str> {
        match self {
            Self::Store(StoreError::Leased { owner, .. })
            | Self::Emit { source: EmitError::Store(StoreError::Leased { owner, .. }), .. } => Some(owner),
            _ => None,
        }
    }
}
