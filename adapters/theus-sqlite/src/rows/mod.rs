//! The rows of each table: written with a seal, checked when they are read.

pub(crate) mod answer;
pub(crate) mod audit;
mod entry;
pub(crate) mod event;
mod framing;
pub(crate) mod identity;
pub(crate) mod journal;
pub(crate) mod message;
mod more;
mod parts;
mod seal;
pub(crate) mod session;
pub(crate) mod state;

use std::time::SystemTime;

use rusqlite::Row;
use theus_core::store::{ChainHash, StoreError};

use crate::failure::Name;

/// A number, as SQLite has it: the same 64 bits.
pub(crate) const fn int(number: u64) -> i64 {
    number.cast_signed()
}

/// The same in another order of bits, so that SQLite sorts them as numbers without a sign.
pub(crate) const fn ranked(number: u64) -> i64 {
    (number ^ 1 << 63).cast_signed()
}

pub(crate) const fn unranked(number: i64) -> u64 {
    number.cast_unsigned() ^ 1 << 63
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

/// In nanoseconds since 1970, as far as SQLite counts: from the year 1677 to 2262.
fn nanos(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}
