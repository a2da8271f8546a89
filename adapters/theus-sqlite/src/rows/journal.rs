//! The journal: in the order of commits, each row naming the one before it of the same session.

use rusqlite::{Connection, OptionalExtension, Row, params};
use theus_core::store::{ChainHash, Field, JournalEntry, StoreError};

use super::seal::Seal;
use super::session::Session;
use super::state::{fields, framed_fields, framed_parts, parts};
use super::{chain, int};
use crate::failure::Name;

/// Writes an entry behind the tail of the session; the number of its row.
pub(crate) fn append(connection: &Connection, session: &Session, entry: &JournalEntry) -> rusqlite::Result<i64> {
    insert(connection, &Columns::of(session.id, session.tail, entry))
}

/// Takes it back: the session was not what it was thought to be.
pub(crate) fn take_back(connection: &Connection, seq: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM journal WHERE seq = ?1")?.execute([seq]).map(drop)
}

fn insert(connection: &Connection, columns: &Columns<'_>) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO journal(session, step, before, version, at, process, command, parts, raised, chain, seal) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let Columns { session, step, before, version, at, process, command, parts, raised, chain } = columns;
    let seal = columns.seal();
    connection
        .prepare_cached(sql)?
        .execute(params![session, step, before, version, at, process, command, parts, raised, chain.0, seal])?;
    Ok(connection.last_insert_rowid())
}

/// The row that stands before the first step: what the session began with.
pub(crate) fn begin(connection: &Connection, session: i64, chain: ChainHash, first: &[Field]) -> rusqlite::Result<i64> {
    let columns = Columns {
        session,
        step: 0,
        before: 0,
        version: 0,
        at: 0,
        process: "",
        command: &[],
        parts: framed_fields(first),
        raised: None,
        chain,
    };
    insert(connection, &columns)
}

struct Columns<'a> {
    session: i64,
    step: i64,
    before: i64,
    version: i64,
    at: i64,
    process: &'a str,
    command: &'a [u8],
    parts: Vec<u8>,
    /// As JSON.
    raised: Option<String>,
    chain: ChainHash,
}

impl<'a> Columns<'a> {
    fn of(session: i64, before: i64, entry: &'a JournalEntry) -> Self {
        let JournalEntry { step, version, process, command, parts, raised, at, chain } = entry;
        let raised = (!raised.is_empty()).then(|| serde_json::Value::from(raised.clone()).to_string());
        Self {
            session,
            step: int(*step),
            before,
            version: int(*version),
            at: int(*at),
            process,
            command,
            parts: framed_parts(parts),
            raised,
            chain: *chain,
        }
    }

    fn seal(&self) -> i64 {
        let Self { session, step, before, version, at, process, command, parts, raised, chain } = self;
        let seal = Seal::of("journal").int(*session).int(*step).int(*before).int(*version).int(*at);
        let seal = seal.bytes(process.as_bytes()).bytes(command).bytes(parts);
        seal.maybe(raised.as_ref().map(String::as_bytes)).bytes(&chain.0).is()
    }
}

/// A row as it is: checked when it is known which one it must be.
struct Raw {
    session: i64,
    step: i64,
    before: i64,
    version: i64,
    at: i64,
    process: String,
    command: Vec<u8>,
    parts: Vec<u8>,
    raised: Option<String>,
    chain: ChainHash,
    seal: i64,
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        session: row.get("session")?,
        step: row.get("step")?,
        before: row.get("before")?,
        version: row.get("version")?,
        at: row.get("at")?,
        process: row.get("process")?,
        command: row.get("command")?,
        parts: row.get("parts")?,
        raised: row.get("raised")?,
        chain: chain(row)?,
        seal: row.get("seal")?,
    })
}

impl Raw {
    fn is_as_written(&self) -> bool {
        let Self { session, step, before, version, at, process, command, parts, raised, chain, seal } = self;
        let columns = Columns {
            session: *session,
            step: *step,
            before: *before,
            version: *version,
            at: *at,
            process,
            command,
            parts: parts.clone(),
            raised: raised.clone(),
            chain: *chain,
        };
        columns.seal() == *seal
    }

    fn entry(self) -> Option<JournalEntry> {
        let raised = self.raised.map_or(Some(Vec::new()), |json| serde_json::from_str(&json).ok())?;
        Some(JournalEntry {
            step: self.step.cast_unsigned(),
            version: self.version.cast_unsigned(),
            process: self.process,
            command: self.command,
            parts: parts(&self.parts)?,
            raised,
            at: self.at.cast_unsigned(),
            chain: self.chain,
        })
    }
}

/// Reads the journal of one session.
pub(crate) struct Reading<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) name: &'a Name,
    pub(crate) session: &'a str,
    pub(crate) row: &'a Session,
}

impl Reading<'_> {
    fn damaged(&self, step: u64, reason: &str) -> StoreError {
        self.name.corrupt(format!("step {step} of the session `{}`", self.session), reason)
    }

    fn row(&self, seq: i64, step: u64) -> Result<Raw, StoreError> {
        let look = || -> rusqlite::Result<Option<Raw>> {
            let sql = "SELECT session, step, before, version, at, process, command, parts, raised, chain, seal \
                       FROM journal WHERE seq = ?1";
            self.connection.prepare_cached(sql)?.query_row([seq], raw).optional()
        };
        let row = look().map_err(|error| self.name.failed(&error))?;
        let row = row.ok_or_else(|| self.damaged(step, "its row is missing"))?;
        let is_it = row.session == self.row.id && row.step == int(step) && row.is_as_written();
        match is_it {
            true => Ok(row),
            false => Err(self.damaged(step, "its row is not the one that was written")),
        }
    }

    /// What the session began with.
    pub(crate) fn first(&self) -> Result<Vec<Field>, StoreError> {
        let row = self.row(self.row.head, 0)?;
        fields(&row.parts).ok_or_else(|| self.damaged(0, "its fields are none"))
    }

    /// At most so many entries from this step on: backwards, from the first row behind them that can be found.
    pub(crate) fn page(&self, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        let from = from.max(1);
        if from > self.row.step || most == 0 {
            return Ok(Vec::new());
        }
        let last = self.row.step.min(from.saturating_add(most as u64 - 1));
        let (mut seq, mut step) = self.mark(last)?.unwrap_or((self.row.tail, self.row.step));
        let mut page = Vec::new();
        while step >= from {
            let row = self.row(seq, step)?;
            seq = row.before;
            if step <= last {
                page.push(row.entry().ok_or_else(|| self.damaged(step, "it is no entry"))?);
            }
            step -= 1;
        }
        page.reverse();
        Ok(page)
    }

    /// The row of the first step from this one on that is easily found.
    fn mark(&self, step: u64) -> Result<Option<(i64, u64)>, StoreError> {
        if step == self.row.step {
            return Ok(None);
        }
        let look = || -> rusqlite::Result<Option<(i64, i64)>> {
            let sql = "SELECT seq, step FROM journal INDEXED BY journal_mark \
                       WHERE session = ?1 AND step >= ?2 AND step % 64 = 0 ORDER BY step LIMIT 1";
            let mut look = self.connection.prepare_cached(sql)?;
            look.query_row([self.row.id, int(step)], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        };
        let found = look().map_err(|error| self.name.failed(&error))?;
        Ok(found
            .map(|(seq, found)| (seq, found.cast_unsigned()))
            .filter(|(_, found)| (step..=self.row.step).contains(found)))
    }
}
