//! What is asked of the database: each question is one statement, which sees all of one moment.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use theus_core::audit::AuditRecord;
use theus_core::store::{
    Base, Beginning, ChainHash, Entry, Field, JournalEntry, SessionRow, SessionState, StoreError, StoredAnswer,
    StoredMessage,
};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

use crate::connection::{Settings, connect_in_time};
use crate::failure::{Name, is_cut};
use crate::prune::{PRUNE, prune};
use crate::values::{int, joined, limit, ranked, read, record, text, time, unranked};

/// How many connections are kept when nobody uses them.
const KEPT: usize = 8;

/// On so many new connections a question is asked: what cuts them may be the question.
const ASKED: u32 = 3;

/// Connections for questions.
#[derive(Clone)]
pub(crate) struct Readers {
    pub(crate) name: Name,
    idle: Arc<Mutex<Vec<Reader>>>,
}

struct Reader {
    client: Client,
    known: HashMap<&'static str, Statement>,
}

impl Readers {
    pub(crate) fn new(name: Name) -> Self {
        Self { name, idle: Arc::default() }
    }

    /// Others from now on.
    pub(crate) fn reopen(&self) {
        self.idle.lock().clear();
    }

    /// Asks; again where the connection is lost, if it may.
    pub(crate) async fn ask(
        &self,
        settings: &Settings,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
        may_ask_again: bool,
    ) -> Result<Vec<Row>, StoreError> {
        let mut fresh = 0;
        loop {
            let mut reader = match self.idle() {
                Some(reader) => reader,
                None => {
                    fresh += 1;
                    Reader { client: connect_in_time(settings, &self.name).await?, known: HashMap::new() }
                }
            };
            match reader.ask(sql, parameters).await {
                Ok(rows) => {
                    let mut idle = self.idle.lock();
                    if idle.len() < KEPT {
                        idle.push(reader);
                    }
                    return Ok(rows);
                }
                Err(error) if is_cut(&error) && may_ask_again && fresh < ASKED => {}
                Err(error) if is_cut(&error) && !may_ask_again => {
                    let (store, reason) = (self.name.text(), error.to_string());
                    return Err(StoreError::InDoubt { store, session: String::new(), step: 0, reason });
                }
                Err(error) => return Err(self.name.failed(&error)),
            }
        }
    }

    /// One that nobody uses, and that is not known to have been cut meanwhile.
    fn idle(&self) -> Option<Reader> {
        let mut idle = self.idle.lock();
        idle.retain(|reader| !reader.client.is_closed());
        idle.pop()
    }
}

impl Reader {
    async fn ask(
        &mut self,
        sql: &'static str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        // The one question that is more than a statement.
        if sql == PRUNE {
            return prune(&mut self.client, parameters).await;
        }
        let statement = match self.known.get(sql) {
            Some(statement) => statement.clone(),
            None => {
                let statement = self.client.prepare(sql).await?;
                self.known.insert(sql, statement.clone());
                statement
            }
        };
        self.client.query(&statement, parameters).await
    }
}

pub(crate) const BEGIN: &str = "SELECT a.interlock, (SELECT body FROM ledger WHERE sequence = a.last), a.last, (SELECT identity FROM identity WHERE one), a.counts \
     FROM audit a WHERE a.one";

pub(crate) fn begin(rows: &[Row], name: &Name) -> Result<Beginning, StoreError> {
    let row = rows.first().ok_or_else(|| name.corrupt("the end of its ledger", "its row is missing"))?;
    let (interlock, last): (Option<String>, Option<String>) = (row.get(0), row.get(1));
    if last.is_none() && row.get::<_, i64>(2) != 0 {
        return Err(name.corrupt(format!("the record {} of its ledger", row.get::<_, i64>(2)), "its row is missing"));
    }
    let read =
        |json: Option<String>, place: &str| json.map(|json| record(&json, name, || place.to_owned())).transpose();
    let identity = row.get::<_, Option<&[u8]>>(3).and_then(|bytes| bytes.try_into().ok());
    let identity = identity.ok_or_else(|| name.corrupt("its identity", "its row is not the one that was written"))?;
    let identity = u128::from_le_bytes(identity);
    let counts = row.get::<_, Option<&str>>(4).map_or(Ok(Vec::new()), serde_json::from_str);
    Ok(Beginning {
        identity,
        counts: counts.map_err(|error| name.corrupt("the counters of all sessions together", error.to_string()))?,
        last_record: read(last, "the last record")?,
        interlock: read(interlock, "the interlock")?,
    })
}

pub(crate) const LOAD: &str = "SELECT s.step, s.version, s.chain, s.schema, s.position, s.settled, s.counts, s.events, s.last_message, \
    ARRAY(SELECT path FROM field WHERE session = s.id ORDER BY path), \
    ARRAY(SELECT value FROM field WHERE session = s.id ORDER BY path), \
    ARRAY(SELECT written FROM field WHERE session = s.id ORDER BY path), \
    ARRAY(SELECT path FROM entry WHERE session = s.id ORDER BY path, key), \
    ARRAY(SELECT key FROM entry WHERE session = s.id ORDER BY path, key), \
    ARRAY(SELECT value FROM entry WHERE session = s.id ORDER BY path, key), \
    ARRAY(SELECT body FROM event WHERE session = s.id ORDER BY number), \
    ARRAY(SELECT payload FROM event WHERE session = s.id ORDER BY number) \
    FROM session s WHERE sha256(s.name) = sha256($1)";

pub(crate) fn state(row: &Row, session: &str, name: &Name) -> Result<SessionState, StoreError> {
    let place = || format!("the session `{session}`");
    let position: Option<Vec<u8>> = row.get(4);
    let settled: Option<String> = row.get(5);
    let counts: Option<Vec<u8>> = row.get(6);
    let bad = |error: serde_json::Error| name.corrupt(place(), error.to_string());
    let last: i64 = row.get(8);
    Ok(SessionState {
        step: row.get::<_, i64>(0).cast_unsigned(),
        version: row.get::<_, i64>(1).cast_unsigned(),
        chain: chain(row.get(2), name, place)?,
        schema: u32::try_from(row.get::<_, i64>(3)).map_err(|_| name.corrupt(place(), "its schema is none"))?,
        fields: fields(row, session, name)?,
        position: position.map(|position| text(position, name, &place())).transpose()?,
        settled: settled.map_or(Ok(Vec::new()), |json| serde_json::from_str(&json)).map_err(bad)?,
        events: events(row, session, name)?,
        counts: counts.map_or(Ok(Vec::new()), |json| serde_json::from_slice(&json)).map_err(bad)?,
        last_message: unranked(last),
        ..SessionState::default()
    })
}

fn chain(bytes: &[u8], name: &Name, place: impl Fn() -> String) -> Result<ChainHash, StoreError> {
    bytes.try_into().map(ChainHash).map_err(|_| name.corrupt(place(), "its chain is none"))
}

fn fields(row: &Row, session: &str, name: &Name) -> Result<Vec<Field>, StoreError> {
    let (paths, values, written): (Vec<Vec<u8>>, Vec<Vec<u8>>, Vec<bool>) = (row.get(9), row.get(10), row.get(11));
    let (of, keys): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (row.get(12), row.get(13));
    let entry_values: Vec<Option<Vec<u8>>> = row.get(14);
    let mut entries = of.into_iter().zip(keys.into_iter().zip(entry_values)).peekable();
    let mut fields = Vec::with_capacity(paths.len());
    for ((path, value), written) in paths.into_iter().zip(values).zip(written) {
        let mut of_it = Vec::new();
        while let Some((_, (key, value))) = entries.next_if(|(of, _)| *of == path) {
            of_it.push(Entry { key, value });
        }
        let path = text(path, name, &format!("a path of the session `{session}`"))?;
        fields.push(Field { path, value, entries: of_it, written });
    }
    match entries.next() {
        None => Ok(fields),
        Some(_) => Err(name.corrupt(format!("the entries of the session `{session}`"), "their field is not there")),
    }
}

fn events(row: &Row, session: &str, name: &Name) -> Result<Vec<theus_core::store::StoredEvent>, StoreError> {
    let expected: i64 = row.get(7);
    let (bodies, payloads): (Vec<Vec<u8>>, Vec<Option<Vec<u8>>>) = (row.get(15), row.get(16));
    if bodies.len() as u64 != expected.cast_unsigned() {
        let reason = format!("{} are there, and {expected} were written", bodies.len());
        return Err(name.corrupt(format!("the events of the session `{session}`"), reason));
    }
    let place = || format!("an event of the session `{session}`");
    bodies.iter().zip(&payloads).map(|(body, payload)| joined(body, payload.as_deref(), name, place)).collect()
}

pub(crate) const BASE: &str = "SELECT base FROM session WHERE sha256(name) = sha256($1)";

pub(crate) fn base(row: &Row, session: &str, name: &Name) -> Result<Base, StoreError> {
    let (step, version, chain, schema, fields) =
        read(row.get(0), name, || format!("the base of the session `{session}`"))?;
    Ok(Base { step, version, chain, schema, fields })
}

pub(crate) const JOURNAL: &str = "SELECT j.step, j.body, s.base_step, s.step FROM session s JOIN journal j ON j.session = s.id \
    WHERE sha256(s.name) = sha256($1) AND j.step >= $2 ORDER BY j.step LIMIT $3";

/// A page has no gap in it.
pub(crate) fn journal(rows: &[Row], from: u64, session: &str, name: &Name) -> Result<Vec<JournalEntry>, StoreError> {
    let mut expected = None;
    let entry = |row: &Row| {
        let (step, base): (i64, i64) = (row.get(0), row.get(2));
        let place = || format!("step {step} of the session `{session}`");
        let should_be = expected.unwrap_or_else(|| (base.cast_unsigned() + 1).max(from));
        expected = Some(should_be + 1);
        if step.cast_unsigned() != should_be {
            return Err(name.corrupt(format!("step {should_be} of the session `{session}`"), "its row is missing"));
        }
        read::<JournalEntry>(row.get(1), name, place)
    };
    rows.iter().map(entry).collect()
}

pub(crate) const FROM: &str =
    "SELECT name, step, ready OR events > 0, due FROM session ORDER BY substr(name, 1, 512), name LIMIT $1";
pub(crate) const AFTER: &str = "SELECT name, step, ready OR events > 0, due FROM session \
    WHERE substr(name, 1, 512) >= substr($2::bytea, 1, 512) AND name > $2 ORDER BY substr(name, 1, 512), name LIMIT $1";

/// Those that have something to do and are nobody's, by the server's clock, after one that may be none.
pub(crate) const UNATTENDED: &str = "SELECT name FROM session \
    WHERE (ready OR events > 0 OR due <= $3) AND (leased_until IS NULL OR leased_until <= clock_timestamp()) \
    AND ($2::bytea IS NULL OR substr(name, 1, 512) >= substr($2::bytea, 1, 512) AND name > $2) \
    ORDER BY substr(name, 1, 512), name LIMIT $1";

pub(crate) fn name_of(row: &Row, name: &Name) -> Result<String, StoreError> {
    text(row.get(0), name, "the name of a session")
}

pub(crate) fn session(row: &Row, name: &Name) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        name: name_of(row, name)?,
        step: row.get::<_, i64>(1).cast_unsigned(),
        ready: row.get(2),
        due: row.get::<_, Option<i64>>(3).map(time),
    })
}

pub(crate) const LEDGER: &str = "SELECT sequence, body FROM ledger WHERE sequence >= $1 ORDER BY sequence LIMIT $2";

pub(crate) fn ledger(rows: &[Row], from: u64, name: &Name) -> Result<Vec<AuditRecord>, StoreError> {
    let row = |(row, expected): (&Row, u64)| {
        let place = || format!("the record {expected} of its ledger");
        match row.get::<_, i64>(0).cast_unsigned() == expected {
            true => record(row.get(1), name, place),
            false => Err(name.corrupt(place(), "its row is missing")),
        }
    };
    rows.iter().zip(from.max(1)..).map(row).collect()
}

pub(crate) const ANSWER: &str = "SELECT a.body FROM session s JOIN answer a ON a.session = s.id \
    WHERE sha256(s.name) = sha256($1) AND sha256(a.key) = sha256($2)";

pub(crate) fn answer(row: &Row, name: &Name) -> Result<StoredAnswer, StoreError> {
    read(row.get(0), name, || "an answer".to_owned())
}

pub(crate) const OUTBOX: &str = "SELECT name, body FROM message WHERE is_dead = $1 \
    ORDER BY substr(name, 1, 512), name, number LIMIT $2";
pub(crate) const OUTBOX_AFTER: &str = "SELECT name, body FROM message \
    WHERE is_dead = $1 AND substr(name, 1, 512) >= substr($3::bytea, 1, 512) AND (name, number) > ($3, $4) \
    ORDER BY substr(name, 1, 512), name, number LIMIT $2";

pub(crate) fn message(row: &Row, name: &Name) -> Result<(String, StoredMessage), StoreError> {
    let session = text(row.get(0), name, "the session of a message")?;
    let message = read(row.get(1), name, || format!("a message of the session `{session}`"))?;
    Ok((session, message))
}

pub(crate) fn from_step(step: u64) -> i64 {
    // Steps are counted up: none has so great a number.
    i64::try_from(step).unwrap_or(i64::MAX)
}

pub(crate) fn page(most: usize) -> i64 {
    limit(most)
}

pub(crate) fn number(number: u64) -> i64 {
    ranked(number)
}

pub(crate) fn bits(number: u64) -> i64 {
    int(number)
}
