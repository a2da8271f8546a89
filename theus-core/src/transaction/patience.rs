//! How long somebody waits for a session, and why it was not given.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::waits::Circle;
use crate::process::Contract;

/// A limit that a caller has set: the time that it was given, and when that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) span: Duration,
    pub(crate) until: Instant,
}

impl Limit {
    /// From now on. `None` where no clock reaches so far: that is no limit.
    pub(crate) fn from_now(span: Duration) -> Option<Self> {
        Instant::now().checked_add(span).map(|until| Self { span, until })
    }

    pub(crate) fn is_over(&self) -> bool {
        self.until <= Instant::now()
    }
}

/// Who wants a session, for what, and how long it would wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// What is to be run.
    pub(crate) process: &'static str,
    /// What those read and write that are to be run, where they may come in beside others that have the session under a lease.
    pub(crate) contracts: Option<&'a [&'static Contract]>,
    /// The name of the session.
    pub(crate) session: &'a str,
    /// The caller's limit.
    pub(crate) limit: Option<Limit>,
    /// How long a wait lasts at most while the session does not change hands.
    pub(crate) lock_timeout: Duration,
}

/// Why a session was not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotHeld {
    /// The calling thread is inside a body of the same engine.
    Nested,
    /// The wait would never end.
    Circle(Box<Circle>),
    /// The time is over.
    TimedOut(Box<Late>),
}

/// A wait that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Late {
    /// How long it was.
    pub(crate) span: Duration,
    /// Whether that was the caller's limit; else it was the engine's.
    pub(crate) is_limit: bool,
    /// The process whose run has the session under its lease, and the thread that polls it.
    pub(crate) lease: Option<(&'static str, Option<Arc<str>>)>,
}
