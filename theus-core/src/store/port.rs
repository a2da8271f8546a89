//! What an engine needs of a database.

use std::sync::{Arc, mpsc};

use super::error::StoreError;
use super::write::{Beginning, Done, Field, JournalEntry, SessionRow, SessionState, Write};
use crate::audit::AuditRecord;
use crate::panics::caught;

/// Keeps sessions. An adapter for a database implements it; [`MemoryStore`](super::MemoryStore) is one without.
///
/// A write is one transaction: all of it, or nothing but the audit's part. Before the answer is [`Committed`](super::Committed)
/// it survives what the adapter says it survives. Answers may come from any thread; `submit` may block.
///
/// # What an adapter must hold to
///
/// 1. The records of `write.audit` are written first, in order, whatever becomes of the rest. One that is stored already is
///    passed over; each other one follows the last that is stored, or the write is a [`LedgerGap`](StoreError::LedgerGap).
/// 2. Where the interlock is latched, a write with an `entry` is [`Halted`](StoreError::Halted); what latches it in the same
///    write is written.
/// 3. The session is there, and where the write [goes on](Write::goes_on) it is at `write.expected`, or it is a
///    [`Conflict`](StoreError::Conflict). With `first` there must be none of that name, or it [`Exists`](StoreError::Exists).
/// 4. Each part of an entry becomes the field's value, or its entry's, and the field is `written` from then on.
/// 5. `place`, `counts` replace what was there; `taken` are gone; `raised` are added, unless there is one of the same number, which
///    another program has raised: that is a [`Conflict`](StoreError::Conflict).
/// 6. Nobody sees half of a write, now or after a crash.
pub trait Store: Send + Sync + 'static {
    /// What errors call it: `the store desk.db`.
    fn name(&self) -> String;

    /// What is there when an engine begins.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn begin(&self) -> Result<Beginning, StoreError>;

    /// Writes, and tells how that ended.
    fn submit(&self, write: Write, done: Done);

    /// A session as it is, all of one moment; none where there is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn load(&self, session: &str) -> Result<Option<SessionState>, StoreError>;

    /// The state that a session began with.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn first(&self, session: &str) -> Result<Option<Vec<Field>>, StoreError>;

    /// At most so many entries of a session's journal from this step on, in order.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn journal(&self, session: &str, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError>;

    /// At most so many sessions whose names come after this one, in the order of their names.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn sessions(&self, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError>;

    /// At most so many records of the ledger from this number on, in order.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn ledger(&self, from: u64, most: usize) -> Result<Vec<AuditRecord>, StoreError>;
}

/// What errors call it. An adapter is code of others: it may panic.
pub(crate) fn name_of(store: &dyn Store) -> String {
    caught(|| store.name()).unwrap_or_else(|_| "the store".to_owned())
}

/// Asks it something: what it panics with is an error of the store.
pub(crate) fn called<T>(
    store: &dyn Store,
    call: impl FnOnce(&dyn Store) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    caught(|| call(store)).unwrap_or_else(|panic| {
        Err(StoreError::Io { store: name_of(store), reason: format!("it panicked: {}", panic.message()) })
    })
}

/// Writes, and waits with the thread blocked.
pub(crate) fn write(store: &dyn Store, write: Write) -> Result<(), StoreError> {
    let session = Arc::clone(&write.session);
    let step = write.entry.as_ref().map_or(write.expected, |entry| entry.step);
    let (tell, told) = mpsc::sync_channel(1);
    let done: Done = Box::new(move |answer| {
        // Nobody hears where the waiting thread has panicked.
        let _ = tell.send(answer);
    });
    let submitted = caught(|| store.submit(write, done));
    let Ok(answer) = told.recv() else {
        let reason = match submitted {
            Ok(()) => "it gave no answer".to_owned(),
            Err(panic) => format!("it panicked: {}", panic.message()),
        };
        return Err(StoreError::InDoubt { store: name_of(store), session: session.to_string(), step, reason });
    };
    answer.map(|_| ())
}
