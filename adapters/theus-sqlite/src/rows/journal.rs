//! The journal: in the order of commits, each row naming the one before it of the same session.

use rusqlite::{Connection, OptionalExtension, Row, params};
use theus_core::store::{Base, ChainHash, JournalEntry, StoreError};

use super::parts::{answers, code, fields, framed_answers, framed_code, framed_fields, framed_parts, parts};
use super::seal::Seal;
use super::session::Session;
use super::{chain, int};
use crate::failure::Name;

/// Writes an entry behind the tail of the session; the number of its row.
pub(crate) fn append(connection: &Connection, session: &Session, entry: &JournalEntry) -> rusqlite::Result<i64> {
    insert(connection, &Columns::of(session.id, session.tail, entry))
}

/// Takes it back: the session was not what it was thought to be, or does not need it any more.
pub(crate) fn delete(connection: &Connection, seq: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM journal WHERE seq = ?1")?.execute([seq]).map(drop)
}

fn insert(connection: &Connection, columns: &Columns<'_>) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO journal(session, step, before, version, at, process, command, parts, raised, chain, seal, schema, \
               entries, answers, code) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    let Columns {
        session,
        step,
        before,
        version,
        at,
        process,
        command,
        parts,
        raised,
        chain,
        schema,
        entries,
        answers,
        code,
    } = columns;
    let seal = columns.seal();
    connection.prepare_cached(sql)?.execute(params![
        session, step, before, version, at, process, command, parts, raised, chain.0, seal, schema, entries, answers,
        code
    ])?;
    Ok(connection.last_insert_rowid())
}

/// The row that stands before the first step that is kept: the state that they begin with.
pub(crate) fn begin(connection: &Connection, session: i64, base: &Base) -> rusqlite::Result<i64> {
    let Base { step, version, chain, schema, fields } = base;
    let columns = Columns {
        session,
        step: int(*step),
        before: 0,
        version: int(*version),
        at: 0,
        process: "",
        command: &[],
        parts: framed_fields(fields),
        raised: None,
        chain: *chain,
        schema: (*schema != 0).then_some(*schema),
        entries: None,
        answers: None,
        code: None,
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
    schema: Option<u32>,
    /// Where a part is not just a whole value.
    entries: Option<Vec<u8>>,
    /// Where the process has effects that are recorded.
    answers: Option<Vec<u8>>,
    /// What made it: three numbers.
    code: Option<[u8; 12]>,
}

impl<'a> Columns<'a> {
    fn of(session: i64, before: i64, entry: &'a JournalEntry) -> Self {
        let JournalEntry { step, version, process, command, parts, raised, at, chain, schema, answers, code } = entry;
        let (parts, entries) = framed_parts(parts);
        let raised = (!raised.is_empty()).then(|| serde_json::Value::from(raised.clone()).to_string());
        Self {
            session,
            step: int(*step),
            before,
            version: int(*version),
            at: int(*at),
            process,
            command,
            parts,
            raised,
            chain: *chain,
            schema: *schema,
            entries,
            answers: answers.as_deref().map(framed_answers),
            code: code.map(framed_code),
        }
    }

    fn seal(&self) -> i64 {
        let Self {
            session,
            step,
            before,
            version,
            at,
            process,
            command,
            parts,
            raised,
            chain,
            schema,
            entries,
            answers,
            code,
        } = self;
        let seal = Seal::of("journal").int(*session).int(*step).int(*before).int(*version).int(*at);
        let seal = seal.bytes(process.as_bytes()).bytes(command).bytes(parts);
        let seal = seal.maybe(raised.as_ref().map(String::as_bytes)).bytes(&chain.0);
        // As format 1 has it where there is neither.
        let seal = match (schema, entries) {
            (None, None) => seal,
            (schema, entries) => {
                let schema = schema.map(u32::to_le_bytes);
                seal.maybe(schema.as_ref().map(<[u8; 4]>::as_slice)).maybe(entries.as_deref())
            }
        };
        // As format 2 has it where it does not say.
        let seal = match (answers, code) {
            (None, None) => seal,
            (Some(answers), None) => seal.maybe(Some(answers)),
            (answers, Some(code)) => seal.maybe(answers.as_deref()).maybe(Some(code)),
        };
        seal.is()
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
    schema: Option<u32>,
    entries: Option<Vec<u8>>,
    answers: Option<Vec<u8>>,
    code: Option<[u8; 12]>,
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
        schema: row.get("schema")?,
        entries: row.get("entries")?,
        answers: row.get("answers")?,
        code: row.get("code")?,
        seal: row.get("seal")?,
    })
}

impl Raw {
    fn is_as_written(&self) -> bool {
        let Self {
            session,
            step,
            before,
            version,
            at,
            process,
            command,
            parts,
            raised,
            chain,
            schema,
            entries,
            answers,
            code,
            seal,
        } = self;
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
            schema: *schema,
            entries: entries.clone(),
            answers: answers.clone(),
            code: *code,
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
            parts: parts(&self.parts, self.entries.as_deref())?,
            raised,
            at: self.at.cast_unsigned(),
            chain: self.chain,
            schema: self.schema,
            answers: match &self.answers {
                None => None,
                Some(bytes) => Some(answers(bytes)?),
            },
            code: self.code.map(code),
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
            let sql = "SELECT session, step, before, version, at, process, command, parts, raised, chain, schema, entries, answers, code, seal \
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

    /// The state that its journal begins with.
    pub(crate) fn base(&self) -> Result<Base, StoreError> {
        let step = self.row.more.base;
        let row = self.row(self.row.head, step)?;
        let fields = fields(&row.parts).ok_or_else(|| self.damaged(step, "its fields are none"))?;
        let (version, schema) = (row.version.cast_unsigned(), row.schema.unwrap_or_default());
        Ok(Base { step, version, chain: row.chain, schema, fields })
    }

    /// The rows of the steps until this one, which is there, from the last to the first.
    pub(crate) fn until(&self, step: u64) -> Result<Vec<i64>, StoreError> {
        let first = self.row.more.base + 1;
        let (mut seq, mut at) = self.mark(step)?.unwrap_or((self.row.tail, self.row.step));
        let mut rows = Vec::new();
        while at >= first {
            if at <= step {
                rows.push(seq);
            }
            seq = self.row(seq, at)?.before;
            at -= 1;
        }
        Ok(rows)
    }

    /// At most so many entries from this step on: backwards, from the first row behind them that can be found.
    pub(crate) fn page(&self, from: u64, most: usize) -> Result<Vec<JournalEntry>, StoreError> {
        let from = from.max(self.row.more.base.saturating_add(1));
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
