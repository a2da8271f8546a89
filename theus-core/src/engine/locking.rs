//! The two ways to lock a session.

use crate::process::Contract;

/// How runs are kept apart. Chosen when the engine is built.
///
/// Whatever is chosen, the result is one that some order of the runs, one at a time, would have given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locking {
    /// Pessimistic for `fn`, optimistic for `async fn` and for a `fn` that says `blocking`. The default.
    #[default]
    ByKind,
    /// A run has the session to itself from begin to commit. It never conflicts.
    Pessimistic,
    /// A run works on its read set, and commits if none of that has changed; else it is run again, and at last with the
    /// session to itself. A `fn` that is run by [`run_async`](crate::Engine::run_async) has it to itself at once.
    ///
    /// A process with effects is executed once, so it has the session to itself whatever is chosen here.
    Optimistic,
}

/// How one run is kept apart from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    /// The session is held through the body (`fn`), or taken under a lease (what is awaited).
    Alone,
    /// The session is held at begin and at commit only.
    Checked,
}

impl Locking {
    #[inline]
    pub(super) const fn isolation(self, contract: &Contract) -> Isolation {
        if !contract.is_pure() {
            return Isolation::Alone;
        }
        match self {
            Self::ByKind if contract.is_awaited() => Isolation::Checked,
            Self::Optimistic => Isolation::Checked,
            Self::ByKind | Self::Pessimistic => Isolation::Alone,
        }
    }
}
