//! What a ledger is known to begin and to end with, beside its files.

use std::fmt;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{Unread, io};
use super::format::{self, Format};
use super::hash::Hash;
use super::sink::Tail;
use super::verify::{Fault, Place, Tampered};
use super::{LedgerError, place};

/// A checkpoint is shorter; anything else is none.
const LONGEST: u64 = 1_024;

/// How one began before it said its format.
const UNNUMBERED: &[u8] = b"{\"first\":";

/// The secret with which a ledger's checkpoints are sealed: 32 bytes that only its writer and those who verify it know.
///
/// One key for each ledger: with the key of another, its checkpoint would fit here too.
///
/// ```
/// use theus_core::audit::{FileOptions, LedgerKey};
/// let key = LedgerKey::new([7; 32]); // from a vault, never from the program
/// let options = FileOptions::new().key(key);
/// assert_eq!(format!("{key:?}"), "LedgerKey(..)");
/// # let _ = options;
/// ```
#[derive(Clone, Copy)]
pub struct LedgerKey([u8; 32]);

impl LedgerKey {
    /// A key of these bytes, which must be random and secret.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// Shows nothing of it.
impl fmt::Debug for LedgerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LedgerKey(..)")
    }
}

/// Where the ledger begins, after what was let go, and up to where it is known to go. Kept in a file of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    format: Format,
    /// The number of the first record that is kept.
    pub(super) first: u64,
    /// The hash of the record before it.
    pub(super) previous: Hash,
    /// The last record at this time.
    sequence: u64,
    hash: Hash,
    /// Over all of the above, with the key.
    seal: Option<Hash>,
}

impl Checkpoint {
    pub(super) fn new(first: u64, previous: Hash, tail: Tail, key: Option<&LedgerKey>) -> Self {
        let mut checkpoint =
            Self { format: Format, first, previous, sequence: tail.sequence, hash: tail.hash, seal: None };
        checkpoint.seal = key.map(|key| checkpoint.sealed(key));
        checkpoint
    }

    /// The last record that it vouches for.
    pub(super) const fn tail(&self) -> Tail {
        Tail { sequence: self.sequence, hash: self.hash }
    }

    /// Whether it vouches for any record: only then is it known where the ledger begins.
    pub(super) const fn has_begun(&self) -> bool {
        self.sequence >= self.first
    }

    pub(super) const fn is_sealed(&self) -> bool {
        self.seal.is_some()
    }

    /// Whether it was made with this key.
    pub(super) fn is_sealed_with(&self, key: &LedgerKey) -> bool {
        // Compared by blake3's own equality, whose time tells nothing.
        self.seal.is_some_and(|seal| {
            blake3::Hash::from(*seal.as_bytes()) == blake3::Hash::from(*self.sealed(key).as_bytes())
        })
    }

    fn sealed(&self, key: &LedgerKey) -> Hash {
        let mut bytes = Vec::with_capacity(80);
        bytes.extend_from_slice(&self.first.to_le_bytes());
        bytes.extend_from_slice(self.previous.as_bytes());
        bytes.extend_from_slice(&self.sequence.to_le_bytes());
        bytes.extend_from_slice(self.hash.as_bytes());
        // The format is in the context. A key of its own for this use, so that what the user's key signs elsewhere is nothing here.
        Hash::from_bytes(blake3::derive_key("theus-core audit ledger checkpoint 1", &key.0)).then(&bytes)
    }

    /// The one beside a ledger, if there is one.
    pub(super) fn read(ledger: &Path) -> Result<Option<Self>, LedgerError> {
        let path = beside(ledger);
        let file = match place::read(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(&path, &error)),
        };
        let mut text = Vec::new();
        file.take(LONGEST).read_to_end(&mut text).map_err(|error| io(&path, &error))?;
        format::check(&text, UNNUMBERED).map_err(|found| Unread::from(found).at(place_of(ledger)))?;
        match serde_json::from_slice::<Self>(&text).ok().filter(|read| read.line().as_ref() == Some(&text)) {
            Some(checkpoint) => Ok(Some(checkpoint)),
            None => Err(at(ledger, Fault::CheckpointUnreadable)),
        }
    }

    /// The one way to write it, so that not a byte of it can be another.
    fn line(&self) -> Option<Vec<u8>> {
        let mut line = serde_json::to_vec(self).ok()?;
        line.push(b'\n');
        Some(line)
    }

    /// Puts it in the place of the one before, in one step.
    pub(super) fn write(&self, ledger: &Path, sync: bool) -> std::io::Result<()> {
        let path = beside(ledger);
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let mut file = place::create(Path::new(&new))?;
        file.write_all(&self.line().unwrap_or_default())?;
        if sync {
            file.sync_data()?;
        }
        drop(file);
        std::fs::rename(&new, &path)
    }
}

/// A fault of the checkpoint of a ledger.
pub(super) fn at(ledger: &Path, fault: Fault) -> LedgerError {
    Tampered { fault, place: place_of(ledger) }.into()
}

fn place_of(ledger: &Path) -> Place {
    Place { file: beside(ledger).display().to_string(), line: 0 }
}

/// Where the checkpoint of a ledger is.
pub(super) fn beside(ledger: &Path) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(".checkpoint");
    PathBuf::from(name)
}
