//! The ledger, and the row that says where it ends, whether the interlock is latched, and what all sessions count together.

use rusqlite::{Connection, OptionalExtension, Row, params};
use theus_core::audit::{AuditEvent, AuditRecord, Hash};
use theus_core::store::{StoreError, StoredCount};

use super::seal::Seal;
use super::{hash, ordered};
use crate::failure::Name;

/// The end of the ledger, and the interlock.
#[derive(Clone, Debug)]
pub(crate) struct AuditRow {
    /// The number of the last record; 0 where there is none.
    pub(crate) last: u64,
    pub(crate) hash: [u8; 32],
    /// The record that latched it, as JSON.
    interlock: Option<String>,
    /// The counters of all sessions together, as JSON, where there are any.
    counts: Option<String>,
    pub(crate) seal: i64,
}

impl AuditRow {
    fn sealed(&self) -> i64 {
        let last = self.last.cast_signed();
        let seal = Seal::of("audit").int(last).bytes(&self.hash).maybe(self.interlock.as_ref().map(String::as_bytes));
        // Nothing where there are none, as before there could be.
        match &self.counts {
            Some(counts) => seal.bytes(counts.as_bytes()).is(),
            None => seal.is(),
        }
    }

    pub(crate) fn read(connection: &Connection, name: &Name) -> Result<Self, StoreError> {
        let look = || -> rusqlite::Result<Option<Self>> {
            let row = |row: &Row<'_>| {
                let last = row.get::<_, i64>("last")?.cast_unsigned();
                let (interlock, counts) = (row.get("interlock")?, row.get("counts")?);
                Ok(Self { last, hash: hash(row, "hash")?, interlock, counts, seal: row.get("seal")? })
            };
            let sql = "SELECT last, hash, interlock, counts, seal FROM audit WHERE one = 1";
            connection.prepare_cached(sql)?.query_row([], row).optional()
        };
        let found = look().map_err(|error| name.failed(&error))?;
        match found {
            Some(row) if row.sealed() == row.seal => Ok(row),
            _ => Err(name.corrupt("the end of its ledger", "its row is not the one that was written")),
        }
    }

    pub(crate) const fn is_latched(&self) -> bool {
        self.interlock.is_some()
    }

    /// The record that latched the interlock.
    pub(crate) fn interlock(&self, name: &Name) -> Result<Option<AuditRecord>, StoreError> {
        self.interlock.as_deref().map(|json| record(json, name, || "the interlock".to_owned())).transpose()
    }

    /// The counters of all sessions together.
    pub(crate) fn counts(&self, name: &Name) -> Result<Vec<StoredCount>, StoreError> {
        let read = |json: &str| serde_json::from_str(json);
        let counts = self.counts.as_deref().map_or(Ok(Vec::new()), read);
        counts.map_err(|error| name.corrupt("the counters of all sessions together", error.to_string()))
    }

    pub(crate) fn count(&mut self, counts: &[StoredCount], name: &Name) -> Result<(), StoreError> {
        let json = (!counts.is_empty()).then(|| serde_json::to_string(counts)).transpose();
        self.counts = json.map_err(|error| name.io(format!("the counters of the audit cannot be written: {error}")))?;
        Ok(())
    }

    /// Behind the last record.
    pub(crate) fn append(
        &mut self,
        connection: &Connection,
        name: &Name,
        record: &AuditRecord,
    ) -> Result<(), StoreError> {
        let sequence = ordered(name, "the record", record.sequence)?;
        let (session, body) = (record.session.as_str(), json(record, name)?);
        let seal = row_seal(sequence, session, &body, record.hash.as_bytes());
        let insert = || {
            let sql = "INSERT INTO ledger(sequence, session, body, hash, seal) VALUES (?1, ?2, ?3, ?4, ?5)";
            connection.prepare_cached(sql)?.execute(params![sequence, session, body, record.hash.as_bytes(), seal])
        };
        insert().map_err(|error| name.failed(&error))?;
        (self.last, self.hash) = (record.sequence, *record.hash.as_bytes());
        Ok(())
    }

    pub(crate) fn latch(&mut self, interlock: Option<&AuditRecord>, name: &Name) -> Result<(), StoreError> {
        self.interlock = interlock.map(|record| json(record, name)).transpose()?;
        Ok(())
    }

    pub(crate) fn save(&mut self, connection: &Connection, name: &Name) -> Result<(), StoreError> {
        self.seal = self.sealed();
        let save = || {
            let sql = "UPDATE audit SET last = ?1, hash = ?2, interlock = ?3, counts = ?4, seal = ?5 WHERE one = 1";
            let values = params![self.last.cast_signed(), self.hash, self.interlock, self.counts, self.seal];
            connection.prepare_cached(sql)?.execute(values)
        };
        match save().map_err(|error| name.failed(&error))? {
            1 => Ok(()),
            _ => Err(name.corrupt("the end of its ledger", "its row is missing")),
        }
    }
}

/// The row of a store that is new.
pub(crate) fn begin(connection: &Connection) -> rusqlite::Result<()> {
    let row = AuditRow { last: 0, hash: *Hash::START.as_bytes(), interlock: None, counts: None, seal: 0 };
    let sql = "INSERT INTO audit(one, last, hash, interlock, seal) VALUES (1, 0, ?1, NULL, ?2)";
    connection.execute(sql, params![row.hash, row.sealed()]).map(drop)
}

fn json(record: &AuditRecord, name: &Name) -> Result<String, StoreError> {
    serde_json::to_string(record).map_err(|error| name.io(format!("a record of the audit cannot be written: {error}")))
}

fn row_seal(sequence: i64, session: &str, body: &str, hash: &[u8; 32]) -> i64 {
    Seal::of("ledger").int(sequence).bytes(session.as_bytes()).bytes(body.as_bytes()).bytes(hash).is()
}

fn record(json: &str, name: &Name, place: impl Fn() -> String) -> Result<AuditRecord, StoreError> {
    let mut record: AuditRecord =
        serde_json::from_str(json).map_err(|error| name.corrupt(place(), error.to_string()))?;
    // A record writes its number once, and what it tells has it too.
    if let AuditEvent::Violation(violation) = &mut record.event {
        violation.sequence = record.sequence;
    }
    Ok(record)
}

/// At most so many records from this number on; as many as the end of the ledger says that there are.
pub(crate) fn read(
    connection: &Connection,
    name: &Name,
    end: &AuditRow,
    from: u64,
    most: usize,
) -> Result<Vec<AuditRecord>, StoreError> {
    let from = from.max(1);
    if from > end.last || most == 0 {
        return Ok(Vec::new());
    }
    let to = end.last.min(from.saturating_add(most as u64 - 1));
    let place = |sequence: u64| format!("the record {sequence} of its ledger");
    let look = || {
        let sql =
            "SELECT sequence, session, body, hash, seal FROM ledger WHERE sequence BETWEEN ?1 AND ?2 ORDER BY sequence";
        let row = |row: &Row<'_>| {
            let sequence: i64 = row.get("sequence")?;
            let (session, body): (String, String) = (row.get("session")?, row.get("body")?);
            let is_as_written =
                row_seal(sequence, &session, &body, &hash(row, "hash")?) == row.get::<_, i64>("seal")?;
            Ok((sequence.cast_unsigned(), is_as_written, body))
        };
        let bounds = [from.cast_signed(), to.cast_signed()];
        connection.prepare_cached(sql)?.query_map(bounds, row)?.collect::<rusqlite::Result<Vec<_>>>()
    };
    let rows = look().map_err(|error| name.failed(&error))?;
    let mut records = Vec::new();
    let mut rows = rows.into_iter();
    for expected in from..=to {
        match rows.next() {
            Some((found, true, body)) if found == expected => records.push(record(&body, name, || place(expected))?),
            Some((found, false, _)) if found == expected => {
                return Err(name.corrupt(place(expected), "its row is not the one that was written"));
            }
            _ => return Err(name.corrupt(place(expected), "its row is missing")),
        }
    }
    match rows.next() {
        None => Ok(records),
        Some((found, ..)) => Err(name.corrupt(place(found), "it is there twice")),
    }
}

/// The hash of a record that is stored.
pub(crate) fn stored_hash(
    connection: &Connection,
    name: &Name,
    end: &AuditRow,
    sequence: u64,
) -> Result<Option<Hash>, StoreError> {
    Ok(read(connection, name, end, sequence, 1)?
        .pop()
        .filter(|record| record.sequence == sequence)
        .map(|record| record.hash))
}
