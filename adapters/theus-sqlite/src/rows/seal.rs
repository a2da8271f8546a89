//! What says that a row is as it was written.

use xxhash_rust::xxh3::Xxh3;

/// Over the key and the columns of a row, each with its length: no two rows of one table have the same text under it. It finds what a
/// disk has turned; what somebody has forged, the chains of the journal and of the ledger find.
pub(super) struct Seal(Xxh3);

impl Seal {
    /// Of a row of this table.
    pub(super) fn of(table: &str) -> Self {
        Self(Xxh3::new()).bytes(table.as_bytes())
    }

    pub(super) fn int(mut self, number: i64) -> Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub(super) fn maybe(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            None => self.int(0),
            Some(bytes) => self.int(1).bytes(bytes),
        }
    }

    pub(super) fn is(self) -> i64 {
        self.0.digest().cast_signed()
    }
}
