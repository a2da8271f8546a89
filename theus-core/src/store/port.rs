//! What an engine needs of a database.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::error::StoreError;
use super::wait::answer;
use super::write::{
    Base, Beginning, Done, JournalEntry, Lease, SessionRow, SessionState, StoredAnswer, StoredMessage, Write,
};
use crate::audit::AuditRecord;
use crate::panics::caught;
use crate::sync::runtime;

/// How many sessions are looked at at once where an adapter has no better way.
const PAGE: usize = 256;

/// Keeps sessions. An adapter for a database implements it; [`MemoryStore`](super::MemoryStore) is one without.
///
/// A write is one transaction: all of it, or nothing but the audit's part. Before the answer is [`Committed`](super::Committed)
/// it survives what the adapter says it survives. Answers may come from any thread; `submit` may block.
///
/// # What an adapter must hold to
///
/// 1. The records of `write.audit` are written first, in order, whatever becomes of the rest. One that is stored already is
///    passed over; each other one follows the last that is stored, or the write is a [`LedgerGap`](StoreError::LedgerGap).
/// 2. Where the interlock is latched, a write with an `entry` that is no migration is [`Halted`](StoreError::Halted); what latches
///    it in the same write is written.
/// 3. The session is there, and where the write [goes on](Write::goes_on) it is at `write.expected`, or it is a
///    [`Conflict`](StoreError::Conflict). With `first` there must be none of that name, or it [`Exists`](StoreError::Exists).
/// 4. Each part of an entry is taken by its field as [`Field::take`](super::Field::take) says; a field whose entries
///    [have outgrown](super::Field::has_outgrown) its value may be kept whole. An entry with a `schema` is a migration: the fields are
///    those of its parts and no others, and the session has that version of the context.
/// 5. `place`, `counts` replace what was there; `taken` are gone; `raised` are added, unless there is one of the same number, which
///    another program has raised: that is a [`Conflict`](StoreError::Conflict).
/// 6. An `answer` is added, unless the session has one under that key: [`Answered`](StoreError::Answered).
/// 7. `messages` are added, or replace those of their numbers; `delivered` are gone. The greatest number that a session has ever
///    sent stays known. What only changes a message that is not there any more changes nothing: where there is no `entry`, a message
///    that is not there is passed over.
/// 8. A session that is leased to another program is not [gone on](Write::goes_on) with: [`Leased`](StoreError::Leased), until the
///    lease has run out by the store's clock. A write under a lease whose `fence` is not the session's is `Leased` too.
/// 9. Nobody sees half of a write, now or after a crash.
///
/// What is refused by 2 to 8 changes nothing but the audit's part, and is refused by the first of these, in this order: 3 (is it
/// there), 8, 3 (is it at this step), 2, 5, 6.
///
/// The feature `conformance` has these rules as cases, which an adapter's tests run in one call: `store::conformance`.
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

    /// The state that a session's journal begins with.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn base(&self, session: &str) -> Result<Option<Base>, StoreError>;

    /// The journal begins with this base from now on: steps until there are gone. Where it begins later already, nothing changes.
    ///
    /// # Errors
    /// [`Conflict`](StoreError::Conflict) where the session has not come to that step; where it cannot be written.
    fn prune(&self, session: &str, base: Base) -> Result<(), StoreError>;

    /// The session is gone, with all that is its: only where it is at this step, else it is a
    /// [`Conflict`](StoreError::Conflict). Records of the ledger stay.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn remove(&self, session: &str, step: u64) -> Result<(), StoreError>;

    /// What was given under a key.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn answer(&self, session: &str, key: &str) -> Result<Option<StoredAnswer>, StoreError>;

    /// Answers that were given before then are gone, in nanoseconds since 1970. Tells how many.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn prune_answers(&self, before: u64) -> Result<u64, StoreError>;

    /// At most so many messages after this one, of a session and a number, in the order of sessions' names and numbers: those that
    /// are dead, or those that are not.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn outbox(
        &self,
        is_dead: bool,
        after: Option<(&str, u64)>,
        most: usize,
    ) -> Result<Vec<(String, StoredMessage)>, StoreError>;

    /// The session is this program's alone for so long, by the store's clock: taken, or kept where it is its already. Its fence grows
    /// with every change of owner.
    ///
    /// # Errors
    /// [`Leased`](StoreError::Leased) where another has it; [`Conflict`](StoreError::Conflict) where there is no such session; where
    /// it cannot be written.
    fn lease(&self, session: &str, owner: &str, lasting: Duration) -> Result<Lease, StoreError>;

    /// The lease is given back, if it is still this one's.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn give_back(&self, session: &str, lease: &Lease) -> Result<(), StoreError>;

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

    /// At most so many names of sessions after this one, in the order of names, that have something to do at once, or a timer that is due
    /// by `now`, and that nobody has leased: those that a program has left which was killed. Asked every now and then by each pool whose
    /// sessions are [leased](crate::EngineBuilder::lease_sessions).
    ///
    /// Where an adapter does not say otherwise all sessions are gone through, and those that are leased are among them: each is leased
    /// before it is gone on with, so that costs time and nothing else.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn unattended(&self, now: SystemTime, after: Option<&str>, most: usize) -> Result<Vec<String>, StoreError> {
        let (mut found, mut last) = (Vec::new(), after.map(str::to_owned));
        while found.len() < most {
            let page = self.sessions(last.as_deref(), PAGE)?;
            let Some(row) = page.last() else { break };
            last = Some(row.name.clone());
            let has_to_do = |row: &SessionRow| row.ready || row.due.is_some_and(|due| due <= now);
            let left = most - found.len();
            found.extend(page.into_iter().filter(has_to_do).map(|row| row.name).take(left));
        }
        Ok(found)
    }

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

/// Writes, and waits with the thread blocked: a worker of a tokio runtime hands its other tasks on meanwhile, so that many commits can
/// be under way, and be written as one group, whatever the number of workers.
pub(crate) fn write(store: &dyn Store, write: Write) -> Result<(), StoreError> {
    let session = Arc::clone(&write.session);
    let step = write.entry.as_ref().map_or(write.expected, |entry| entry.step);
    let (done, waiting) = answer();
    let (submitted, answer) = runtime::blocking(|| (caught(|| store.submit(write, done)), waiting.wait()));
    let Some(answer) = answer else {
        let reason = match submitted {
            Ok(()) => "it gave no answer".to_owned(),
            Err(panic) => format!("it panicked: {}", panic.message()),
        };
        return Err(StoreError::InDoubt { store: name_of(store), session: session.to_string(), step, reason });
    };
    answer.map(|_| ())
}
