//! The rows of each table: written with a seal, checked when they are read.

pub(crate) mod audit;
pub(crate) mod event;
mod framing;
pub(crate) mod journal;
mod seal;
pub(crate) mod session;
pub(crate) mod state;

use rusqlite::Row;
use theus_core::store::{ChainHash, StoreError};

use crate::failure::Name;

/// A number, as SQLite has it: the same 64 bits.
pub(crate) const fn int(number: u64) -> i64 {
    number.cast_signed()
}

/// The same where their order matters.
pub(crate) fn ordered(name: &Name, what: &str, number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| name.io(format!("{what} {number} is more than SQLite counts")))
}

/// A hash of a row.
fn hash(row: &Row<'_>, column: &str) -> rusqlite::Result<[u8; 32]> {
    row.get(column)
}

fn chain(row: &Row<'_>) -> rusqlite::Result<ChainHash> {
    hash(row, "chain").map(ChainHash)
}
