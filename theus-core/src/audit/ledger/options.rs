//! How a file of the ledger is opened and written.

use super::checkpoint::LedgerKey;

/// When what was written is forced onto the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fsync {
    /// The operating system decides. A crash of the program loses nothing; one of the machine can.
    Never,
    /// After so many records.
    Every(u32),
    /// After each record. The default.
    #[default]
    Always,
}

/// How much of what is there is verified before a [`FileSink`](super::FileSink) continues it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Every record of every file, as [`LedgerFiles::verify`](super::LedgerFiles::verify) does. The default: whoever continues a ledger vouches for it,
    /// and what is continued after it was altered looks the older for it. It takes time in proportion to the ledger, some
    /// seconds for a million records.
    #[default]
    All,
    /// The last record alone, whatever the length of the ledger: for one that is verified elsewhere.
    Last,
}

/// How a [`FileSink`](super::FileSink) opens its file and writes it.
///
/// ```
/// use theus_core::audit::{FileOptions, Fsync, Verify};
/// let options = FileOptions::new().fsync(Fsync::Every(100)).rotate(64 * 1024 * 1024).keep(12).verify(Verify::Last);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct FileOptions {
    pub(super) fsync: Fsync,
    pub(super) rotate_at: Option<u64>,
    pub(super) keep: Option<usize>,
    pub(super) verify: Verify,
    pub(super) first: Option<u64>,
    pub(super) key: Option<LedgerKey>,
}

impl FileOptions {
    /// Verified when opened, forced onto the disk after each record, never rotated.
    pub fn new() -> Self {
        Self::default()
    }

    /// When what was written is forced onto the disk.
    pub const fn fsync(mut self, fsync: Fsync) -> Self {
        self.fsync = fsync;
        self
    }

    /// Starts a new file before one would grow beyond so many bytes. The full one is renamed: it gets the number of its
    /// first record behind its name, as in `audit.jsonl.00000000000000000001`.
    pub const fn rotate(mut self, bytes: u64) -> Self {
        self.rotate_at = Some(bytes);
        self
    }

    /// Keeps at most so many full files, and at least one, and removes the oldest. All are kept where this is not said.
    /// What was let go is said by the checkpoint beside the file, `audit.jsonl.checkpoint`: what is missing besides is a fault.
    pub const fn keep(mut self, files: usize) -> Self {
        self.keep = Some(if files == 0 { 1 } else { files });
        self
    }

    /// How much of what is there is verified when the file is opened.
    pub const fn verify(mut self, extent: Verify) -> Self {
        self.verify = extent;
        self
    }

    /// Seals the ledger: a checkpoint beside the file, `audit.jsonl.checkpoint`, says where it begins and up to where it goes,
    /// with a code that only this key makes. Who writes the whole ledger anew, or cuts off its end, is found by
    /// [`LedgerFiles::verify_with`](super::LedgerFiles::verify_with).
    ///
    /// The checkpoint is renewed whenever records were forced onto the disk ([`Fsync`]), and when the file is closed: with
    /// [`Fsync::Always`] a record costs two writes. A ledger is sealed from its beginning or not at all.
    pub const fn key(mut self, key: LedgerKey) -> Self {
        self.key = Some(key);
        self
    }

    /// For a file that begins at a later record than the first: one that was added to a ledger which others kept already.
    /// Where this is not said, records that are missing at the beginning are a fault.
    pub const fn beginning_at(mut self, sequence: u64) -> Self {
        self.first = Some(sequence);
        self
    }
}
