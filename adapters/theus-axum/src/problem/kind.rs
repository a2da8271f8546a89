//! What kinds of problems there are.

use http::StatusCode;

/// What is wrong, as a client tells problems apart: the end of a problem's `type`.
///
/// | kind | status | |
/// |---|---|---|
/// | `declared` | 422, or what is [said](crate::Options::status) for it | the process has failed with an error that it declares, `error` |
/// | `refused` | 422, or [409](crate::Options::refused) | a rule of level B refuses it: `violations` |
/// | `aborted` | 422 | a rule of level A refuses it, and ends the workflow |
/// | `arguments` | 422 | not the arguments of the process, or no values of their types |
/// | `key-reused` | 422 | the `Idempotency-Key` was given to something else before |
/// | `operation` | 422 | what an operator does to an alarm lacks its reason, or its time |
/// | `payload` | 422 | what the event brings along is too deep or too large |
/// | `malformed`, `name`, `query`, `key` | 400 | a body that is no JSON; a name, a query or a key that is none |
/// | `media-type`, `too-large`, `method`, `not-found` | 415, 413, 405, 404 | as HTTP has them |
/// | `unknown-session`, `unknown-process`, `unknown-event`, `unknown-state`, `unknown-step`, `unknown-alarm` | 404 | there is none, or it is not open to the outside |
/// | `session-over`, `session-exists` | 409 | the session has ended; there is one of this name |
/// | `alarm-state` | 409 | the alarm does not stand so that this can be done to it: `state` |
/// | `no-operator` | 403 | it is not known who does it |
/// | `not-taken` | 409 | no active state has a use for the event: `states` |
/// | `conflict` | 409, `Retry-After` | somebody else has changed it meanwhile, or has it |
/// | `not-kept` | 501 | it needs a store, and there is none |
/// | `interlocked` | 503 | the engine is stopped until an operator resets it |
/// | `unrecorded` | 503 | what it violates cannot be put on record |
/// | `busy`, `storage` | 503, `Retry-After` | too much waits; the store does not answer |
/// | `shutting-down` | 503 | nothing new begins |
/// | `timed-out` | 504 | it was not done in time, and rolled back |
/// | `no-answer` | 504 | its event may still be handled |
/// | `in-doubt` | 504 | it is not known whether it was committed: look at the session |
/// | `internal` | 500 | a defect, or a damage: the log says what |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The process has failed with an error that it declares.
    Declared,
    /// A rule of level B refuses it.
    Refused,
    /// A rule of level A refuses it.
    Aborted,
    /// Not the arguments of the process.
    Arguments,
    /// A key that was given to something else.
    KeyReused,
    /// What an operator does to an alarm lacks its reason, or its time.
    Operation,
    /// It is not known who does it.
    NoOperator,
    /// An event brings too much along.
    Payload,
    /// A body that is not JSON.
    Malformed,
    /// A name that no session can have.
    Name,
    /// A query that does not fit.
    Query,
    /// An `Idempotency-Key` that is none.
    Key,
    /// A body of another type than JSON.
    MediaType,
    /// A body that is too long.
    TooLarge,
    /// A method that is not for this resource.
    Method,
    /// There is no such resource.
    NotFound,
    /// There is no such session.
    UnknownSession,
    /// There is no such process, or it is not open to the outside.
    UnknownProcess,
    /// There is no such event, or it is not open to the outside.
    UnknownEvent,
    /// There is no such state.
    UnknownState,
    /// The journal has no such step.
    UnknownStep,
    /// There is no such alarm in the recipe in force.
    UnknownAlarm,
    /// The alarm does not stand so that this can be done to it.
    AlarmState,
    /// The session has ended.
    SessionOver,
    /// No active state has a use for the event.
    NotTaken,
    /// There is a session of this name.
    SessionExists,
    /// Somebody else has changed it meanwhile, or has it.
    Conflict,
    /// It needs a store.
    NotKept,
    /// The engine is stopped.
    Interlocked,
    /// What it violates cannot be put on record.
    Unrecorded,
    /// Too much waits.
    Busy,
    /// The store does not answer.
    Storage,
    /// Nothing new begins.
    ShuttingDown,
    /// It was not done in time.
    TimedOut,
    /// There was no answer in time.
    NoAnswer,
    /// It is not known whether it was done.
    InDoubt,
    /// A defect, or a damage.
    Internal,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 37] = [
        Self::Declared,
        Self::Refused,
        Self::Aborted,
        Self::Arguments,
        Self::KeyReused,
        Self::Operation,
        Self::NoOperator,
        Self::Payload,
        Self::Malformed,
        Self::Name,
        Self::Query,
        Self::Key,
        Self::MediaType,
        Self::TooLarge,
        Self::Method,
        Self::NotFound,
        Self::UnknownSession,
        Self::UnknownProcess,
        Self::UnknownEvent,
        Self::UnknownState,
        Self::UnknownStep,
        Self::UnknownAlarm,
        Self::AlarmState,
        Self::SessionOver,
        Self::SessionExists,
        Self::NotTaken,
        Self::Conflict,
        Self::NotKept,
        Self::Interlocked,
        Self::Unrecorded,
        Self::Busy,
        Self::Storage,
        Self::ShuttingDown,
        Self::TimedOut,
        Self::NoAnswer,
        Self::InDoubt,
        Self::Internal,
    ];

    /// The `type` of such a problem: a name, and no address.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        self.parts().0
    }

    /// The status, where nothing else is said.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.parts().1
    }

    /// What it is, in words that are the same for all of its kind.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.parts().2
    }

    /// Whether trying again later may do, without anybody's help.
    pub(crate) const fn passes(self) -> bool {
        matches!(self, Self::Conflict | Self::Busy | Self::Storage)
    }

    const fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::Declared => {
                ("urn:theus:problem:declared", StatusCode::UNPROCESSABLE_ENTITY, "The process has failed")
            }
            Self::Refused => ("urn:theus:problem:refused", StatusCode::UNPROCESSABLE_ENTITY, "A rule refuses it"),
            Self::Aborted => (
                "urn:theus:problem:aborted",
                StatusCode::UNPROCESSABLE_ENTITY,
                "A rule refuses it, and ends the workflow",
            ),
            Self::Arguments => (
                "urn:theus:problem:arguments",
                StatusCode::UNPROCESSABLE_ENTITY,
                "These are not the arguments of the process",
            ),
            Self::KeyReused => (
                "urn:theus:problem:key-reused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The idempotency key was given to something else",
            ),
            Self::Payload => {
                ("urn:theus:problem:payload", StatusCode::UNPROCESSABLE_ENTITY, "The event brings too much along")
            }
            Self::Operation => (
                "urn:theus:problem:operation",
                StatusCode::UNPROCESSABLE_ENTITY,
                "This is not how it is done to an alarm",
            ),
            Self::NoOperator => ("urn:theus:problem:no-operator", StatusCode::FORBIDDEN, "It is not known who does it"),
            Self::UnknownAlarm => ("urn:theus:problem:unknown-alarm", StatusCode::NOT_FOUND, "There is no such alarm"),
            Self::AlarmState => (
                "urn:theus:problem:alarm-state",
                StatusCode::CONFLICT,
                "The alarm does not stand so that this can be done",
            ),
            Self::Malformed => ("urn:theus:problem:malformed", StatusCode::BAD_REQUEST, "The body is not JSON"),
            Self::Name => ("urn:theus:problem:name", StatusCode::BAD_REQUEST, "No session can have this name"),
            Self::Query => ("urn:theus:problem:query", StatusCode::BAD_REQUEST, "The query does not fit"),
            Self::Key => ("urn:theus:problem:key", StatusCode::BAD_REQUEST, "The idempotency key is none"),
            Self::MediaType => (
                "urn:theus:problem:media-type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body is to be `application/json`",
            ),
            Self::TooLarge => ("urn:theus:problem:too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too long"),
            Self::Method => {
                ("urn:theus:problem:method", StatusCode::METHOD_NOT_ALLOWED, "The method is not for this resource")
            }
            Self::NotFound => ("urn:theus:problem:not-found", StatusCode::NOT_FOUND, "There is no such resource"),
            Self::UnknownSession => {
                ("urn:theus:problem:unknown-session", StatusCode::NOT_FOUND, "There is no such session")
            }
            Self::UnknownProcess => {
                ("urn:theus:problem:unknown-process", StatusCode::NOT_FOUND, "There is no such command")
            }
            Self::UnknownEvent => ("urn:theus:problem:unknown-event", StatusCode::NOT_FOUND, "There is no such event"),
            Self::UnknownState => ("urn:theus:problem:unknown-state", StatusCode::NOT_FOUND, "There is no such state"),
            Self::UnknownStep => {
                ("urn:theus:problem:unknown-step", StatusCode::NOT_FOUND, "The journal has no such step")
            }
            Self::SessionOver => ("urn:theus:problem:session-over", StatusCode::CONFLICT, "The session is over"),
            Self::SessionExists => {
                ("urn:theus:problem:session-exists", StatusCode::CONFLICT, "There is a session of this name")
            }
            Self::NotTaken => {
                ("urn:theus:problem:not-taken", StatusCode::CONFLICT, "No active state has a use for the event")
            }
            Self::Conflict => {
                ("urn:theus:problem:conflict", StatusCode::CONFLICT, "Somebody else has changed it meanwhile")
            }
            Self::NotKept => ("urn:theus:problem:not-kept", StatusCode::NOT_IMPLEMENTED, "There is no store"),
            Self::Interlocked => {
                ("urn:theus:problem:interlocked", StatusCode::SERVICE_UNAVAILABLE, "The engine is stopped")
            }
            Self::Unrecorded => {
                ("urn:theus:problem:unrecorded", StatusCode::SERVICE_UNAVAILABLE, "It cannot be put on record")
            }
            Self::Busy => ("urn:theus:problem:busy", StatusCode::SERVICE_UNAVAILABLE, "Too much waits already"),
            Self::Storage => {
                ("urn:theus:problem:storage", StatusCode::SERVICE_UNAVAILABLE, "The store does not answer")
            }
            Self::ShuttingDown => {
                ("urn:theus:problem:shutting-down", StatusCode::SERVICE_UNAVAILABLE, "The service is ending")
            }
            Self::TimedOut => ("urn:theus:problem:timed-out", StatusCode::GATEWAY_TIMEOUT, "It was not done in time"),
            Self::NoAnswer => {
                ("urn:theus:problem:no-answer", StatusCode::GATEWAY_TIMEOUT, "There was no answer in time")
            }
            Self::InDoubt => {
                ("urn:theus:problem:in-doubt", StatusCode::GATEWAY_TIMEOUT, "It is not known whether it was done")
            }
            Self::Internal => {
                ("urn:theus:problem:internal", StatusCode::INTERNAL_SERVER_ERROR, "Something is wrong here")
            }
        }
    }
}
