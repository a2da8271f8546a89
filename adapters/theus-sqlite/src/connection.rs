//! A connection, with every setting read back: SQLite takes what it does not know without a word.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use theus_core::store::StoreError;

use crate::durability::Durability;
use crate::failure::Name;
use crate::schema;

/// Statements that are kept parsed: more than there are.
const STATEMENTS: usize = 64;

/// How a file is opened.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) path: PathBuf,
    pub(crate) durability: Durability,
    pub(crate) busy: Duration,
}

/// The one that writes.
pub(crate) fn writer(settings: &Settings, name: &Name) -> Result<Connection, StoreError> {
    let connection = open(settings, name, OpenFlags::SQLITE_OPEN_CREATE)?;
    write_ahead(&connection, settings, name)?;
    let loss = i64::from(settings.durability == Durability::PowerLoss);
    set(&connection, name, "synchronous", settings.durability.synchronous())?;
    // A flush that reaches the disk where a plain one does not: on Apple's systems.
    set(&connection, name, "fullfsync", loss)?;
    set(&connection, name, "checkpoint_fullfsync", loss)?;
    schema::prepare(&connection, name)?;
    Ok(connection)
}

/// One that reads.
pub(crate) fn reader(settings: &Settings, name: &Name) -> Result<Connection, StoreError> {
    let connection = open(settings, name, OpenFlags::empty())?;
    set(&connection, name, "query_only", 1)?;
    Ok(connection)
}

fn open(settings: &Settings, name: &Name, more: OpenFlags) -> Result<Connection, StoreError> {
    // One thread at a time has it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(&settings.path, flags).map_err(|error| name.failed(&error))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(settings.busy).map_err(|error| name.failed(&error))?;
    let defensive = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true);
    defensive.map_err(|error| name.failed(&error))?;
    let busy = i64::try_from(settings.busy.as_millis()).unwrap_or(i64::MAX);
    read_back(&connection, name, "busy_timeout", busy)?;
    set(&connection, name, "cell_size_check", 1)?;
    set(&connection, name, "trusted_schema", 0)?;
    Ok(connection)
}

/// The log ahead of the file. While another program does the same SQLite says at once that it is busy.
fn write_ahead(connection: &Connection, settings: &Settings, name: &Name) -> Result<(), StoreError> {
    let began = Instant::now();
    loop {
        let mode = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))
            .map_err(|error| name.failed(&error));
        match mode {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => return Err(name.io(format!("it does not take `PRAGMA journal_mode = wal`: it has `{mode}`"))),
            Err(StoreError::Unavailable { .. }) if began.elapsed() < settings.busy => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(error),
        }
    }
}

fn set(connection: &Connection, name: &Name, pragma: &str, value: i64) -> Result<(), StoreError> {
    connection.pragma_update(None, pragma, value).map_err(|error| name.failed(&error))?;
    read_back(connection, name, pragma, value)
}

fn read_back(connection: &Connection, name: &Name, pragma: &str, value: i64) -> Result<(), StoreError> {
    let found: i64 =
        connection.pragma_query_value(None, pragma, |row| row.get(0)).map_err(|error| name.failed(&error))?;
    match found == value {
        true => Ok(()),
        false => Err(name.io(format!("it does not take `PRAGMA {pragma} = {value}`: it has {found}"))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_setting_is_what_was_asked_for_and_one_that_is_not_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let name = Name("the store desk.db".into());
        for (durability, synchronous) in [(Durability::PowerLoss, 2), (Durability::Crash, 1), (Durability::None, 0)] {
            let path = folder.path().join("desk.db");
            let settings = Settings { path, durability, busy: Duration::from_millis(70) };
            let connection = writer(&settings, &name).unwrap();
            let number =
                |pragma: &str| -> i64 { connection.pragma_query_value(None, pragma, |row| row.get(0)).unwrap() };
            assert_eq!(number("synchronous"), synchronous);
            assert_eq!(number("busy_timeout"), 70);
            assert_eq!(number("fullfsync"), i64::from(synchronous == 2));
            let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
            assert_eq!(mode, "wal");
            // 9 is taken for something else, without a word.
            let error = set(&connection, &name, "synchronous", 9).unwrap_err().to_string();
            assert!(error.contains("it does not take `PRAGMA synchronous = 9`: it has 1"), "{error}");
            let reader = reader(&settings, &name).unwrap();
            assert!(reader.execute_batch("UPDATE recovery SET times = 7").is_err());
        }
    }

    #[test]
    fn a_file_whose_log_cannot_be_ahead_of_it_is_refused() {
        let name = Name("the store".into());
        let settings = Settings { path: ":memory:".into(), durability: Durability::None, busy: Duration::ZERO };
        let error = writer(&settings, &name).unwrap_err().to_string();
        assert!(error.contains("it does not take `PRAGMA journal_mode = wal`: it has `memory`"), "{error}");
    }
}
