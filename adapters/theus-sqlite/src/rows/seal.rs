//! What says that a row is as it was written.

use xxhash_rust::xxh3::xxh3_64;

/// Over the key and the columns of a row, each with its length: no two rows of one table have the same text under it. It finds what a
/// disk has turned; what somebody has forged, the chains of the journal and of the ledger find.
pub(super) struct Seal(Vec<u8>);

/// From here on a value's own hash stands for it, so that it is not copied.
const LONG: usize = 1024;

impl Seal {
    /// Of a row of this table.
    pub(super) fn of(table: &str) -> Self {
        Self(Vec::with_capacity(LONG)).bytes(table.as_bytes())
    }

    pub(super) fn int(mut self, number: i64) -> Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        match bytes.len() < LONG {
            true => self.0.extend_from_slice(bytes),
            false => self.0.extend_from_slice(&xxh3_64(bytes).to_le_bytes()),
        }
        self
    }

    pub(super) fn maybe(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            None => self.int(0),
            Some(bytes) => self.int(1).bytes(bytes),
        }
    }

    pub(super) fn is(self) -> i64 {
        xxh3_64(&self.0).cast_signed()
    }
}
