//! One write, inside a transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::Connection;
use theus_core::audit::AuditRecord;
use theus_core::store::{Audit, Base, ChainHash, Committed, StoreError, Write};

use super::known::Known;
use crate::failure::Name;
use crate::rows::audit::{AuditRow, stored_hash};
use crate::rows::journal;
use crate::rows::session::{self, Session};
use crate::rows::state::State;
use crate::rows::{answer, event, message, ordered};

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
    let is_more = write.first.is_some() || entry.schema.is_some() || write.lease.is_some() || write.answer.is_some();
    let has_rows = !(write.raised.is_empty() && write.taken.is_empty());
    if audit.is_latched() || is_more || has_rows || !(write.messages.is_empty() && write.delivered.is_empty()) {
        return Ok(false);
    }
    let audit = audit.seal;
    let Some((key, row)) = memory.known.take(&write.session) else { return Ok(false) };
    if row.more.leased_by.is_some()
        || row.step != write.expected
        || !follows(write, row.step)
        || !row.state.has_room(&entry.parts)
    {
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
            journal::delete(connection, seq).map_err(failed)?;
            Ok(false)
        }
    }
}

/// Looks what the file has, and refuses or writes.
fn looked_up(connection: &Connection, name: &Name, memory: &mut Memory, write: &Write) -> Result<Answer, StoreError> {
    let audit = AuditRow::read(connection, name)?;
    let seal = audit.seal;
    let found = session::find(connection, name, &write.session)?;
    if let Some(refused) = refused(connection, name, &audit, found.as_ref(), write)? {
        memory.audit = Some(audit);
        return Ok(Err(refused));
    }
    memory.audit = Some(audit);
    let row = match (found, &write.first) {
        (Some(row), _) => row,
        (None, _) => begun(connection, write).map_err(|error| name.failed(&error))?,
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

/// Why it is refused, in the order of the port.
fn refused(
    connection: &Connection,
    name: &Name,
    audit: &AuditRow,
    found: Option<&Session>,
    write: &Write,
) -> Result<Option<StoreError>, StoreError> {
    let session = || write.session.to_string();
    let step = found.map_or(0, |row| row.step);
    let conflict = || Some(StoreError::Conflict { session: session(), expected: write.expected, found: step });
    match found {
        Some(_) if write.first.is_some() => return Ok(Some(StoreError::Exists { session: session() })),
        None if write.first.is_none() => return Ok(conflict()),
        Some(row) => {
            if let Err(leased) = row.more.is_free_for(&write.session, write.lease.as_ref(), write.goes_on()) {
                return Ok(Some(leased));
            }
        }
        None => {}
    }
    if write.goes_on() && step != write.expected {
        return Ok(conflict());
    }
    let is_run = write.entry.as_ref().is_some_and(|entry| entry.schema.is_none());
    if audit.is_latched() && is_run {
        let latched = audit.interlock(name)?;
        let violation = latched.as_ref().and_then(AuditRecord::violation);
        let reason = violation.map_or_else(String::new, ToString::to_string);
        return Ok(Some(StoreError::Halted { reason }));
    }
    if let Some(entry) = write.entry.as_ref().filter(|_| !follows(write, step)) {
        return Ok(Some(name.io(format!("step {} does not follow step {step} of `{}`", entry.step, write.session))));
    }
    if !numbers_are_free(connection, name, found, write)? {
        // Another program has given the number to an event of its own.
        return Ok(conflict());
    }
    if let (Some(answer), Some(row)) = (&write.answer, found)
        && answer::find(connection, name, (row.id, &write.session), &answer.key)?.is_some()
    {
        return Ok(Some(StoreError::Answered { session: session(), key: answer.key.clone() }));
    }
    Ok(None)
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
fn begun(connection: &Connection, write: &Write) -> rusqlite::Result<Session> {
    let fields = write.first.clone().unwrap_or_default();
    let chain = ChainHash::of_first(&fields);
    let mut row = Session::insert(connection, &write.session, chain)?;
    row.state = State::first(connection, row.id, &fields)?;
    row.head = journal::begin(connection, row.id, &Base { step: 0, version: 0, chain, schema: write.schema, fields })?;
    row.tail = row.head;
    row.more.schema = write.schema;
    row.more.save(connection, row.id)?;
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
    let failed = |error: rusqlite::Error| name.failed(&error);
    let more = row.more.clone();
    if let (Some(seq), Some(entry)) = (seq, &write.entry) {
        if let Some(schema) = entry.schema {
            row.more.schema = schema;
            row.state.clear(connection, row.id).map_err(failed)?;
        }
        row.state.take(connection, row.id, &entry.parts).map_err(failed)?;
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
    if let Some(answer) = &write.answer {
        answer::insert(connection, row.id, answer).map_err(failed)?;
    }
    for sent in &write.messages {
        if message::put(connection, name, &write.session, sent, write.entry.is_some())? {
            row.more.last_message = row.more.last_message.max(sent.number);
        }
    }
    for number in &write.delivered {
        message::delete(connection, name, &write.session, *number)?;
    }
    if row.more != more {
        row.more.save(connection, row.id).map_err(failed)?;
    }
    if !row.save(connection, &write.session, before, audit).map_err(failed)? {
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
    if audit.records.is_empty() && audit.interlock.is_none() && audit.counts.is_none() {
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
    if let (None, Some(counts)) = (&gap, &audit.counts) {
        end.count(counts, name)?;
    }
    end.save(connection, name)?;
    memory.audit = Some(end);
    Ok(gap.map_or(Ok(()), Err))
}
