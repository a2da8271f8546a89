//! What came of a run, in a word.

use std::fmt;

use serde::Serialize;

use super::error::RunError;

/// What came of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It ended well: what it has written is committed.
    Committed,
    /// It failed with an error that it declares.
    Failed,
    /// A rule of level B refused it.
    Blocked,
    /// A rule of level A or S stopped it.
    Interlocked,
    /// The interlock was latched.
    Halted,
    /// Its records could not be kept.
    Unrecorded,
    /// Its time was over.
    TimedOut,
    /// It would have waited for what waits for it.
    Deadlock,
    /// What it had read was changed.
    Conflict,
    /// It panicked.
    Panicked,
    /// It was begun inside of another run.
    Nested,
    /// Its signals had no room.
    BusFull,
    /// Its session was over.
    Over,
    /// The store did not take it.
    Store,
    /// The engine does not know its process.
    Unregistered,
    /// Whoever waited for it let go of it, and it was rolled back.
    LetGo,
}

impl Outcome {
    /// That of a run that has ended with this.
    ///
    /// ```
    /// use theus_core::RunError;
    /// use theus_core::process::Outcome;
    ///
    /// let outcome = Outcome::of(&RunError::<()>::Over { process: "pay" });
    /// assert_eq!((outcome.as_str(), outcome.is_fault()), ("over", false));
    /// ```
    #[must_use]
    pub const fn of<E>(error: &RunError<E>) -> Self {
        match error {
            RunError::Process(_) => Self::Failed,
            RunError::Blocked(_) => Self::Blocked,
            RunError::Interlocked(_) => Self::Interlocked,
            RunError::Unrecorded(_) => Self::Unrecorded,
            RunError::Halted(_) => Self::Halted,
            RunError::TimedOut(_) => Self::TimedOut,
            RunError::Deadlock(_) => Self::Deadlock,
            RunError::Conflict { .. } => Self::Conflict,
            RunError::Panicked(_) => Self::Panicked,
            RunError::Nested { .. } => Self::Nested,
            RunError::BusFull { .. } => Self::BusFull,
            RunError::Over { .. } => Self::Over,
            #[cfg(feature = "store")]
            RunError::Store(_) => Self::Store,
            RunError::Unregistered { .. } => Self::Unregistered,
        }
    }

    /// As it is told, in snake case: `committed`, `timed_out`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Interlocked => "interlocked",
            Self::Halted => "halted",
            Self::Unrecorded => "unrecorded",
            Self::TimedOut => "timed_out",
            Self::Deadlock => "deadlock",
            Self::Conflict => "conflict",
            Self::Panicked => "panicked",
            Self::Nested => "nested",
            Self::BusFull => "bus_full",
            Self::Over => "over",
            Self::Store => "store",
            Self::Unregistered => "unregistered",
            Self::LetGo => "let_go",
        }
    }

    /// Whether who runs the program should look at it. A refusal, and an error that the process declares, are answers.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        !matches!(
            self,
            Self::Committed
                | Self::Failed
                | Self::Blocked
                | Self::Conflict
                | Self::Over
                | Self::LetGo
                | Self::TimedOut
                | Self::BusFull
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
