//! One write, inside a transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::Connection;
use theus_core::audit::AuditRecord;
use theus_core::store::{Audit, Committed, StoreError, Write};

use super::known::Known;
use crate::failure::Name;
use crate::rows::audit::{AuditRow, stored_hash};
use crate::rows::event;
use crate::rows::journal;
use crate::rows::ordered;
use crate::rows::session::{self, Session};
use crate::rows::state::State;

/// What is known of the file.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) known: Known,
    /// The row of the audit, read in this transaction or an earlier one.
    pub(super) audit: Option<AuditRow>,
    /// The last row of a session that was written in this transaction.
    pub(super) last: Option<Mark>,
}

/// By what it is seen whether a transaction was done.
pub(super) struct Mark {
    pub(super) session: Arc<str>,
    pub(super) revision: u64,
    pub(super) seal: i64,
}

/// What became of a write: refused, where nothing of it but the audit's part was written.
pub(super) type Answer = Result<Committed, StoreError>;

/// Writes it. An error other than the answer's leaves something half done: the transaction must be rolled back.
pub(super) fn apply(
    connection: &Connection,
    name: &Name,
    memory: &mut Memory,
    write: &Write,
) -> Result<Answer, StoreError> {
    if let Err(gap) = audit(connection, name, memory, &write.audit)? {
        return Ok(Err(gap));
    }
    match at_once(connection, name, memory, write)? {
        true => Ok(Ok(Committed)),
        false => looked_up(connection, name, memory, write),
    }
}

/// Goes on from what is known of the session, if it is still so: then two statements are all that it takes, of which the second asks.
/// Only where they are: what else would be written would have to be taken back too.
fn at_once(connection: &Connection, name: &Name, memory: &mut Memory, write: &Write) -> Result<bool, StoreError> {
    let (Some(entry), Some(audit)) = (&write.entry, &memory.audit) else { return Ok(false) };
    if audit.is_latched() || write.first.is_some() || !write.raised.is_empty() || !write.taken.is_empty() {
        return Ok(false);
    }
    let audit = audit.seal;
    let Some((key, row)) = memory.known.take(&write.session) else { return Ok(false) };
    if row.step != write.expected || !follows(write, row.step) || !row.state.has_room(&entry.parts) {
        return Ok(false);
    }
    let failed = |error: rusqlite::Error| name.failed(&error);
    let seq = journal::append(connection, &row, entry).map_err(failed)?;
    match rest(connection, name, memory, row, Some(seq), write, audit)? {
        Some(row) => {
            memory.known.put(key, row);
            Ok(true)
        }
        None => {
            journal::take_back(connection, seq).map_err(failed)?;
            Ok(false)
        }
    }
}

/// Looks what the file has, and refuses or writes.
fn looked_up(connection: &Connection, name: &Name, memory: &mut Memory, write: &Write) -> Result<Answer, StoreError> {
    let audit = AuditRow::read(connection, name)?;
    let (is_latched, seal) = (audit.is_latched(), audit.seal);
    if is_latched && write.entry.is_some() {
        let latched = audit.interlock(name)?;
        memory.audit = Some(audit);
        let reason = latched.as_ref().and_then(AuditRecord::violation).map_or_else(String::new, ToString::to_string);
        return Ok(Err(StoreError::Halted { reason }));
    }
    memory.audit = Some(audit);
    let found = session::find(connection, name, &write.session)?;
    let step = found.as_ref().map_or(0, |row| row.step);
    let session = || write.session.to_string();
    if write.first.is_some() && found.is_some() {
        return Ok(Err(StoreError::Exists { session: session() }));
    }
    let conflict = || StoreError::Conflict { session: session(), expected: write.expected, found: step };
    let is_missing = found.is_none() && write.first.is_none();
    if is_missing || (write.goes_on() && step != write.expected) {
        return Ok(Err(conflict()));
    }
    if let Some(entry) = write.entry.as_ref().filter(|_| !follows(write, step)) {
        return Ok(Err(name.io(format!("step {} does not follow step {step} of `{}`", entry.step, write.session))));
    }
    if !numbers_are_free(connection, name, found.as_ref(), write)? {
        // Another program has given the number to an event of its own.
        return Ok(Err(conflict()));
    }
    let row = match (found, &write.first) {
        (Some(row), _) => row,
        (None, first) => begun(connection, &write.session, first.as_deref().unwrap_or_default())
            .map_err(|error| name.failed(&error))?,
    };
    let seq = match &write.entry {
        None => None,
        Some(entry) => Some(journal::append(connection, &row, entry).map_err(|error| name.failed(&error))?),
    };
    let Some(row) = rest(connection, name, memory, row, seq, write, seal)? else {
        return Err(name.corrupt(format!("the session `{}`", write.session), "its row is not found again"));
    };
    memory.known.take(&write.session);
    memory.known.put(Box::from(&*write.session), row);
    Ok(Ok(Committed))
}

fn follows(write: &Write, step: u64) -> bool {
    write.entry.as_ref().is_none_or(|entry| Some(entry.step) == step.checked_add(1))
}

fn numbers_are_free(
    connection: &Connection,
    name: &Name,
    row: Option<&Session>,
    write: &Write,
) -> Result<bool, StoreError> {
    let mut numbers = BTreeSet::new();
    for raised in &write.raised {
        ordered(name, "the event's number", raised.number)?;
        let is_taken = match row {
            Some(row) => event::is_there(connection, name, row.id, raised.number)?,
            None => false,
        };
        if is_taken || !numbers.insert(raised.number) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The rows of a session that is new.
fn begun(connection: &Connection, session: &str, first: &[theus_core::store::Field]) -> rusqlite::Result<Session> {
    let chain = theus_core::store::ChainHash::of_first(first);
    let mut row = Session::insert(connection, session, chain)?;
    row.head = journal::begin(connection, row.id, chain, first)?;
    row.tail = row.head;
    row.state = State::first(connection, row.id, first)?;
    Ok(row)
}

/// All that is not the row in the journal. None where the session's row or the audit's is not what it was.
fn rest(
    connection: &Connection,
    name: &Name,
    memory: &mut Memory,
    mut row: Session,
    seq: Option<i64>,
    write: &Write,
    audit: i64,
) -> Result<Option<Session>, StoreError> {
    let before = row.seal;
    if let (Some(seq), Some(entry)) = (seq, &write.entry) {
        row.state.take(connection, row.id, &entry.parts).map_err(|error| name.failed(&error))?;
        (row.step, row.version, row.chain, row.tail) = (entry.step, entry.version, entry.chain, seq);
    }
    if let Some(place) = &write.place {
        row.take_place(place, name)?;
    }
    for raised in &write.raised {
        event::insert(connection, name, row.id, raised)?;
        row.events += 1;
    }
    for number in &write.taken {
        if event::delete(connection, name, row.id, *number)? {
            let place = || format!("the events of the session `{}`", write.session);
            row.events =
                row.events.checked_sub(1).ok_or_else(|| name.corrupt(place(), "there are more than were written"))?;
        }
    }
    if let Some(counts) = &write.counts {
        row.counts = match counts.is_empty() {
            true => None,
            false => Some(serde_json::to_string(counts).map_err(|error| name.io(error.to_string()))?),
        };
    }
    if !row.save(connection, &write.session, before, audit).map_err(|error| name.failed(&error))? {
        return Ok(None);
    }
    memory.last = Some(Mark { session: Arc::clone(&write.session), revision: row.revision, seal: row.seal });
    Ok(Some(row))
}

/// The audit's part; the answer where the ledger does not go on from the store's.
pub(super) fn audit(
    connection: &Connection,
    name: &Name,
    memory: &mut Memory,
    audit: &Audit,
) -> Result<Result<(), StoreError>, StoreError> {
    if audit.records.is_empty() && audit.interlock.is_none() {
        return Ok(Ok(()));
    }
    let mut end = AuditRow::read(connection, name)?;
    let mut gap = None;
    for record in &audit.records {
        if record.sequence <= end.last {
            let stored = stored_hash(connection, name, &end, record.sequence)?;
            if stored == Some(record.hash) {
                continue;
            }
        }
        if record.sequence != end.last + 1 || record.previous.as_bytes() != &end.hash {
            let (expected, previous) = (record.sequence, record.sequence.saturating_sub(1));
            gap = Some(StoreError::LedgerGap { expected, previous, found: end.last });
            break;
        }
        end.append(connection, name, record)?;
    }
    if let (None, Some(interlock)) = (&gap, &audit.interlock) {
        end.latch(interlock.as_ref(), name)?;
    }
    end.save(connection, name)?;
    memory.audit = Some(end);
    Ok(gap.map_or(Ok(()), Err))
}
