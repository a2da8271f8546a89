//! Work that runs while a state is active.

use super::source::Place;
use super::step::{ArgumentSource, Recovery, Step};

/// Work that runs while a state is active, beside its events, its timers and its sister regions (`invoke`).
///
/// It begins when the state has been entered and all that came of that is done, and ends with the state. Each of its steps is a
/// transaction of its own.
#[derive(Clone, Debug)]
pub struct Invoke {
    /// What it is called: one name in the state.
    pub id: String,
    /// What it runs, in order.
    pub steps: Vec<Step>,
    /// What its end brings along, as `event` of its `done`: worked out when its last step is done.
    pub result: Option<ArgumentSource>,
    /// Whether its `done` looks at that.
    #[doc(hidden)]
    pub is_looked_at: bool,
    /// Whether the file does not say so, and it is what its one process returns.
    #[doc(hidden)]
    pub is_implied: bool,
    /// Where its declared errors lead, where its steps say nothing themselves.
    pub on_error: Vec<Recovery>,
    /// What becomes of what it has committed where the state is left before it has ended.
    pub on_leave: OnLeave,
    /// Where it stands in the file.
    pub place: Place,
}

/// What becomes of what an [`Invoke`] has committed where its state is left before it has ended (`on_leave`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnLeave {
    /// Its compensations run, the newest first, before anything else of the move.
    #[default]
    Undo,
    /// It stays.
    Keep,
}

impl Invoke {
    /// What the return of a single process is called, which its `done` has as `event`.
    #[doc(hidden)]
    pub const RETURNED: &'static str = "result";

    /// Where its `done` does not look at what its one process returns, that is not asked for it.
    pub(crate) fn forgets_unseen(&mut self) {
        if let (true, false, [Step::Run(run)]) = (self.is_implied, self.is_looked_at, &mut self.steps[..]) {
            (run.gives, self.result) = (None, None);
        }
    }
}

impl OnLeave {
    /// Its word in a file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Keep => "keep",
        }
    }
}
