//! A run that was given up because it would have waited, too long or for ever.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::transaction::{Circle, Late, NotHeld};

use super::error::RunError;

/// The time of a run was over before it could commit: nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct TimedOut(Box<Time>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Time {
    process: &'static str,
    span: Duration,
    when: When,
}

/// What the run was doing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum When {
    /// It waited for the session, which this run had under its lease, as far as that is known.
    Waiting { is_limit: bool, lease: Option<(&'static str, Option<Arc<str>>)> },
    /// Its body was under way.
    Body,
    /// It was begun, and so many attempts were made.
    Attempts(u32),
}

impl TimedOut {
    /// The process.
    #[must_use]
    pub fn process(&self) -> &'static str {
        self.0.process
    }

    /// The time that it had: its own limit, or that of every wait for a session.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.0.span
    }

    /// The process whose run had the session meanwhile, where that was an `async` run that has it to itself.
    #[must_use]
    pub fn held_by(&self) -> Option<&'static str> {
        match &self.0.when {
            When::Waiting { lease, .. } => lease.as_ref().map(|(process, _)| *process),
            _ => None,
        }
    }

    fn new(process: &'static str, span: Duration, when: When) -> Self {
        Self(Box::new(Time { process, span, when }))
    }

    /// The body was not done by then.
    pub(crate) fn body(process: &'static str, span: Duration) -> Self {
        Self::new(process, span, When::Body)
    }

    /// It was too late to begin, to try again or to commit.
    pub(crate) fn run(process: &'static str, span: Duration, attempts: u32) -> Self {
        Self::new(process, span, When::Attempts(attempts))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { process, span, when } = self;
        match when {
            When::Body => {
                write!(f, "`{process}` was not done within its limit of {span:?}: it was stopped and rolled back")
            }
            When::Attempts(attempts @ (0 | 1)) if span.is_zero() || *attempts == 0 => {
                write!(f, "`{process}` was not started: its limit of {span:?} was over")
            }
            When::Attempts(1) => {
                write!(f, "`{process}` was not done within its limit of {span:?}: what it wrote was rolled back")
            }
            When::Attempts(attempts) => write!(
                f,
                "`{process}` was not done within its limit of {span:?}, after {attempts} attempts: others changed what it reads"
            ),
            When::Waiting { is_limit, lease } => {
                let limit = if *is_limit { "its limit of" } else { "" };
                let space = if *is_limit { " " } else { "" };
                write!(f, "`{process}` was given up after {limit}{space}{span:?} of waiting for the session, which ")?;
                match lease {
                    Some((holder, Some(thread))) => {
                        write!(f, "`{holder}` has until it is done (on thread `{thread}`)")?;
                    }
                    Some((holder, None)) => write!(f, "`{holder}` has until it is done")?,
                    None => f.write_str("others hold")?,
                }
                if *is_limit {
                    return Ok(());
                }
                f.write_str(
                    "; where its body waits for this run, by joining a thread or awaiting a task, neither would ever end: \
                     let it return first. `lock_timeout` on the builder sets the time",
                )
            }
        }
    }
}

/// A run that would have waited for ever was not started: what it needs is held by a run that waits for this one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", .0.circle)]
pub struct Deadlock(Box<Refused>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Refused {
    process: &'static str,
    circle: Box<Circle>,
}

impl Deadlock {
    /// The process that was refused.
    #[must_use]
    pub fn process(&self) -> &'static str {
        self.0.process
    }
}

impl<E> RunError<E> {
    pub(crate) fn not_held(process: &'static str, why: NotHeld) -> Self {
        match why {
            NotHeld::Nested => Self::Nested { process },
            NotHeld::Circle(circle) => Self::Deadlock(Deadlock(Box::new(Refused { process, circle }))),
            NotHeld::TimedOut(late) => {
                let Late { span, is_limit, lease } = *late;
                Self::TimedOut(TimedOut::new(process, span, When::Waiting { is_limit, lease }))
            }
        }
    }
}
