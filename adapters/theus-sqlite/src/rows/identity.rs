//! What tells the file from every other store.

use rusqlite::{Connection, OptionalExtension};
use theus_core::store::StoreError;

use super::seal::Seal;
use crate::failure::Name;

fn seal(is: [u8; 16]) -> i64 {
    Seal::of("identity").bytes(&is).is()
}

/// The row of a file that has none: drawn by chance.
pub(crate) fn begin(connection: &Connection) -> rusqlite::Result<()> {
    let is: [u8; 16] = connection.query_row("SELECT randomblob(16)", [], |row| row.get(0))?;
    connection.execute("INSERT INTO identity(one, identity, seal) VALUES (1, ?1, ?2)", (is, seal(is))).map(drop)
}

pub(crate) fn read(connection: &Connection, name: &Name) -> Result<u128, StoreError> {
    let sql = "SELECT identity, seal FROM identity WHERE one = 1";
    let found = connection.query_row(sql, [], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, i64>(1)?))).optional();
    match found.map_err(|error| name.failed(&error))? {
        Some((is, sealed)) if seal(is) == sealed => Ok(u128::from_le_bytes(is)),
        _ => Err(name.corrupt("its identity", "its row is not the one that was written")),
    }
}
