//! What can go wrong with a store, and with what is kept in one.

use thiserror::Error;

/// Why a value cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}{reason}", place(.path))]
pub struct EncodeError {
    /// Where in the value: names from the outside inwards.
    path: Vec<&'static str>,
    reason: String,
}

/// Why stored bytes are no value of a type.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct DecodeError {
    reason: String,
}

fn place(path: &[&str]) -> String {
    match path {
        [] => String::new(),
        path => format!("{}: ", path.join(".")),
    }
}

impl EncodeError {
    pub(crate) fn refused(reason: String) -> Self {
        Self { path: Vec::new(), reason }
    }

    pub(crate) fn inside(mut self, name: &'static str) -> Self {
        self.path.insert(0, name);
        self
    }
}

impl DecodeError {
    pub(crate) fn new(reason: String) -> Self {
        Self { reason }
    }
}

/// Why a store did not do what was asked of it. Nothing of that was done, unless it says [`InDoubt`](Self::InDoubt).
///
/// | variant | what to do |
/// |---|---|
/// | [`Conflict`](Self::Conflict) | another program wrote the session: hydrate it again, and run again |
/// | [`Leased`](Self::Leased) | wait, or leave the session to the program that has it |
/// | [`Answered`](Self::Answered) | ask the store for the answer |
/// | [`Halted`](Self::Halted) | the interlock was latched by another program on the same store: see its ledger |
/// | [`Full`](Self::Full) | make room; the session goes on as it was |
/// | [`ReadOnly`](Self::ReadOnly) | mend the rights of the file, or the account of the database |
/// | [`Unavailable`](Self::Unavailable) | try again: nothing was done |
/// | [`InDoubt`](Self::InDoubt) | hydrate the session again: its step tells whether the commit was done |
/// | [`Io`](Self::Io) | the store says what |
/// | [`Corrupt`](Self::Corrupt) | bring back a copy; other sessions go on |
/// | [`Newer`](Self::Newer) | use the program that wrote it, or a later one |
/// | [`LaterContext`](Self::LaterContext) | the same |
/// | [`NoMigration`](Self::NoMigration), [`Migration`](Self::Migration) | say how the earlier context becomes this one |
/// | [`Encode`](Self::Encode), [`Decode`](Self::Decode) | mend the type, or migrate |
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The session is not at the step that the write goes on from.
    #[error(
        "the session `{session}` is at step {found} in the store, and at step {expected} here: another program has \
         written it; hydrate it again"
    )]
    Conflict {
        /// The session.
        session: String,
        /// The step that the write goes on from.
        expected: u64,
        /// The step in the store; 0 where it has no such session.
        found: u64,
    },
    /// Another program has the session for itself.
    #[error(
        "the session `{session}` is leased to {owner}: it has it for itself until its lease runs out, or it gives it back"
    )]
    Leased {
        /// The session.
        session: String,
        /// Who has it.
        owner: String,
    },
    /// The session has an answer under this key already.
    #[error("the session `{session}` has an answer under the key `{key}` already")]
    Answered {
        /// The session.
        session: String,
        /// The key.
        key: String,
    },
    /// The interlock is latched in the store.
    #[error("the store's interlock is latched: {reason}")]
    Halted {
        /// Why.
        reason: String,
    },
    /// There is no room for it.
    #[error("{store} is full: {reason}; make room, the session is as it was")]
    Full {
        /// Which store.
        store: String,
        /// What it says.
        reason: String,
    },
    /// It cannot be written.
    #[error("{store} cannot be written: {reason}")]
    ReadOnly {
        /// Which store.
        store: String,
        /// What it says.
        reason: String,
    },
    /// It does not answer, or somebody else has it.
    #[error("{store} is not available: {reason}; nothing was written, try again")]
    Unavailable {
        /// Which store.
        store: String,
        /// What it says.
        reason: String,
    },
    /// The commit was handed over, and no answer came.
    #[error(
        "{store} did not answer whether it has committed step {step} of `{session}`: {reason}; hydrate the session again, \
         its step tells"
    )]
    InDoubt {
        /// Which store.
        store: String,
        /// The session.
        session: String,
        /// The step.
        step: u64,
        /// What is known.
        reason: String,
    },
    /// The system failed it.
    #[error("{store} failed: {reason}")]
    Io {
        /// Which store.
        store: String,
        /// What it says.
        reason: String,
    },
    /// What is stored is not what was written.
    #[error("{store} is damaged at {place}: {reason}")]
    Corrupt {
        /// Which store.
        store: String,
        /// Where: session, step, path.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// It was written by a later version.
    #[error(
        "{store} has the format {found}, and this program knows {known}: use the program that wrote it, or a later one"
    )]
    Newer {
        /// Which store.
        store: String,
        /// The format that is there.
        found: u64,
        /// The last one that is known.
        known: u64,
    },
    /// The session was written by a program with a later version of its context.
    #[error(
        "the session `{session}` has version {found} of its context, and this program has {known}: use the program that wrote it, \
         or a later one"
    )]
    LaterContext {
        /// The session.
        session: String,
        /// The version that is there.
        found: u32,
        /// The version of this program.
        known: u32,
    },
    /// The session has an earlier version of its context.
    #[error(
        "the session `{session}` has version {found} of its context, and this program has {known}: say how the one becomes the \
         other, by `.migrate(..)` on the builder"
    )]
    NoMigration {
        /// The session.
        session: String,
        /// The version that is there.
        found: u32,
        /// The version of this program.
        known: u32,
    },
    /// A migration does not do what it is for.
    #[error("the session `{session}` cannot be migrated from version {from} of its context to {to}: {reason}")]
    Migration {
        /// The session.
        session: String,
        /// The version that it has.
        from: u32,
        /// The version that it was to have.
        to: u32,
        /// Why not.
        reason: String,
    },
    /// A value cannot be stored.
    #[error("`{path}` cannot be stored: {error}")]
    Encode {
        /// The field, or the command.
        path: String,
        /// Why.
        error: EncodeError,
    },
    /// A stored value does not fit its type.
    #[error("`{path}` of the session `{session}` does not fit this program: {error}")]
    Decode {
        /// The session.
        session: String,
        /// The field, or the command.
        path: String,
        /// Why.
        error: DecodeError,
    },
    /// What is stored has a field that the context has not.
    #[error("the session `{session}` has a field `{path}` that this program's context has not{help}")]
    UnknownField {
        /// The session.
        session: String,
        /// The field.
        path: String,
        /// The one that was probably meant.
        help: String,
    },
    /// A session of that name is there already.
    #[error("the store has a session `{session}` already: `hydrate` goes on with it")]
    Exists {
        /// The session.
        session: String,
    },
    /// The ledger in the store does not go on from where this one does.
    #[error(
        "the store's ledger ends with record {found}, and {expected} was to follow {previous}: another program writes it"
    )]
    LedgerGap {
        /// The record that was to be written.
        expected: u64,
        /// The one that it follows here.
        previous: u64,
        /// The last one in the store.
        found: u64,
    },
    /// The program itself goes on with the session.
    #[error("the session `{session}` is open in this program: drop every handle on it first")]
    InUse {
        /// The session.
        session: String,
    },
    /// The key was given to something else before.
    #[error(
        "the session `{session}` has answered something else under the key `{key}`: a key is for one command, whatever comes of it"
    )]
    KeyReused {
        /// The session.
        session: String,
        /// The key.
        key: String,
    },
    /// The session is in memory alone.
    #[error(
        "{what}, and the session `{session}` is in memory alone: give the engine a store, and get the session by `hydrate`"
    )]
    NotKept {
        /// The session.
        session: String,
        /// What needs a store.
        what: String,
    },
    /// The engine was built without a store.
    #[error("this engine has no store: give it one by `.store(..)` on the builder")]
    NoStore,
}
