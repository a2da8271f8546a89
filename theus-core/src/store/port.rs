//! What an engine needs of a database.

use super::error::StoreError;
use super::write::{Beginning, Done, Field, JournalEntry, SessionRow, SessionState, Write};
use crate::audit::AuditRecord;

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

/// Writes, and waits with the thread blocked.
pub(crate) fn write(store: &dyn Store, write: Write) -> Result<(), StoreError> {
    use std::sync::mpsc;

    let (name, session) = (store.name(), write.session.to_string());
    let step = write.entry.as_ref().map_or(write.expected, |entry| entry.step);
    let (tell, told) = mpsc::sync_channel(1);
    let done: Done = Box::new(move |answer| {
        // Nobody hears where the waiting thread has panicked.
        let _ = tell.send(answer);
    });
    let submitted = crate::panics::caught(|| store.submit(write, done));
    let in_doubt = |reason: String| StoreError::InDoubt { store: name, session, step, reason };
    match (submitted, told.recv()) {
        (_, Ok(answer)) => answer.map(|_| ()),
        (Err(panic), Err(_)) => Err(in_doubt(format!("it panicked: {}", panic.message()))),
        (Ok(()), Err(_)) => Err(in_doubt("it gave no answer".to_owned())),
    }
}
