//! What one worker at a time has of a session.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::awaited::Awaited;
use super::channel::TraceSubscription;
use super::panicked::message_of;
use super::status::SessionStatus;
use super::timer_queue::Key;
use crate::workflow::interpreter::{Environment, Interpreter, Status};

/// What one worker at a time has.
pub(super) struct Inner {
    pub(super) session: Interpreter,
    pub(super) timer: Option<Key>,
    pub(super) awaited: Awaited,
    pub(super) subscription: Option<Box<TraceSubscription>>,
    /// What broke it, or what it could not handle, last.
    pub(super) trouble: Option<Box<str>>,
    pub(super) is_broken: bool,
    /// It awaits something that is not time.
    pub(super) awaits: bool,
}

impl Inner {
    pub(super) fn new(session: Interpreter) -> Self {
        Self {
            session,
            timer: None,
            awaited: Awaited::default(),
            subscription: None,
            trouble: None,
            is_broken: false,
            awaits: false,
        }
    }

    /// Whether the store has all of it, and nobody here waits for it.
    #[cfg(feature = "store")]
    pub(super) fn is_at_rest(&self) -> bool {
        let nobody_looks = !self.awaited.holds() && self.subscription.is_none();
        nobody_looks
            && !self.awaits
            && !self.is_broken
            && self.session.is_between_events()
            && !self.session.has_work_beside()
    }

    pub(super) fn status(&self, interlock: Option<&str>) -> SessionStatus {
        if self.is_broken {
            let reason = self.trouble.as_deref().unwrap_or_default().to_owned();
            return SessionStatus::Broken { reason };
        }
        match self.session.status() {
            Status::Finished => SessionStatus::Finished,
            Status::Halted { reason } => SessionStatus::Halted { reason },
            Status::Failed { reason } => SessionStatus::Failed { reason },
            Status::Aborted { reason } => SessionStatus::Aborted { reason },
            Status::Cancelled { reason } => SessionStatus::Cancelled { reason },
            Status::Running => match interlock {
                Some(reason) => SessionStatus::Halted { reason: reason.to_owned() },
                None if self.session.is_paused() => SessionStatus::Paused,
                None => SessionStatus::Running,
            },
        }
    }

    pub(super) fn breaks(&mut self, panic: Box<dyn Any + Send>, environment: &Environment<'_>) {
        self.is_broken = true;
        self.trouble = Some(message_of(panic).into());
        // What it awaits is let go of, that it holds up nobody; whether it still can, nobody knows.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.session.interrupt(environment))) {
            message_of(panic);
        }
    }
}
