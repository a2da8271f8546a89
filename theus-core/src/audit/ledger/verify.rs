//! Whether records are what was recorded: the first that was altered, is missing or is out of its place.

use std::fmt;

use super::encode::hash_of;
use super::sink::Tail;
use crate::audit::record::AuditRecord;

/// What a ledger that verifies consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many records there are.
    pub records: u64,
    /// The number of the first; above 1 where older ones were given up, as by rotation or by the ring.
    pub first: u64,
    /// The last record. Kept elsewhere, it shows later whether records were cut off the end: a chain cannot know that.
    pub tail: Tail,
}

/// The first thing that is wrong with a ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}{fault}")]
#[non_exhaustive]
pub struct Tampered {
    /// What is wrong.
    pub fault: Fault,
    /// Where it is, in a file.
    pub place: Place,
}

/// A file and a line of it; empty for records in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, counted from 1; 0 for records in memory, and for a file as a whole.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.as_str(), self.line) {
            ("", _) => Ok(()),
            (file, 0) => write!(f, "{file}: "),
            (file, line) => write!(f, "{file}:{line}: "),
        }
    }
}

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The record is not what was hashed.
    #[error("record {sequence} was altered: it is not what its hash was made of")]
    Altered {
        /// The number that it gives, or that it should have.
        sequence: u64,
    },
    /// Each is what was hashed, and still the one was not written after the other.
    #[error(
        "record {sequence} does not continue the chain: it, or the record before it, was put in the place of another"
    )]
    Replaced {
        /// The number of the later one.
        sequence: u64,
    },
    /// Records are not there.
    #[error("{}", missing(*first, *last))]
    Missing {
        /// The first that is missing.
        first: u64,
        /// The last that is missing.
        last: u64,
    },
    /// A record is where another should be.
    #[error("record {sequence} is out of its place: record {expected} should be there")]
    Reordered {
        /// The number of the record.
        sequence: u64,
        /// The number that should be there.
        expected: u64,
    },
    /// A line is no record.
    #[error("this line is no record{}: {reason}", instead_of(*expected))]
    Unreadable {
        /// The number that should be there; 0 where that is not known.
        expected: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The last line has no end: a crash, or something was cut off.
    #[error("the last line is torn: record {expected} was not written to its end")]
    Torn {
        /// The number that should be there.
        expected: u64,
    },
    /// The records end elsewhere than they are known to end.
    #[error("{}", ends_elsewhere(*found, *expected))]
    EndsElsewhere {
        /// The last number that is there; 0 where there are no records.
        found: u64,
        /// The last number that should be there.
        expected: u64,
    },
    /// A ledger that must have a checkpoint has none.
    #[error("there is no checkpoint: it was removed, or the ledger was begun without a key")]
    NoCheckpoint,
    /// The checkpoint is not as it was written.
    #[error("this is no checkpoint of a ledger: it was altered")]
    CheckpointUnreadable,
    /// The checkpoint was not made with the key.
    #[error(
        "the checkpoint was not sealed with this key: somebody without it may have written the ledger anew, or this is the key of another"
    )]
    NotSealed,
    /// A record is another one than the checkpoint vouches for.
    #[error("record {sequence} is not the one that the checkpoint vouches for: records may have been written anew")]
    NotAsCheckpointed {
        /// Its number.
        sequence: u64,
    },
    /// Records stand behind the checkpoint.
    #[error("{} the last checkpoint: a crash, or added by somebody without the key", behind(*first, *last))]
    Unsealed {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// The last record has the right number, and is another one than is known to be the last.
    #[error(
        "record {sequence} is the last, as it should be, but not the one that was recorded: all records may have been written anew"
    )]
    EndsOtherwise {
        /// Its number.
        sequence: u64,
    },
}

fn missing(first: u64, last: u64) -> String {
    if first == last { format!("record {first} is missing") } else { format!("records {first} to {last} are missing") }
}

fn behind(first: u64, last: u64) -> String {
    if first == last {
        format!("record {first} stands behind")
    } else {
        format!("records {first} to {last} stand behind")
    }
}

fn instead_of(expected: u64) -> String {
    if expected == 0 { String::new() } else { format!(", and record {expected} should be here") }
}

fn ends_elsewhere(found: u64, expected: u64) -> String {
    match found {
        0 => format!("the ledger is empty, and is known to end at record {expected}: all records were removed"),
        _ if found < expected => {
            format!(
                "the ledger ends at record {found}, and is known to end at record {expected}: {} at its end",
                missing(found + 1, expected)
            )
        }
        _ => format!(
            "the ledger ends at record {found}, and is known to end at record {expected}: others were added to it"
        ),
    }
}

/// Follows the chain of a whole ledger that is read page by page, from the record of a number on, to where it is known to end.
///
/// # Errors
/// Where a page cannot be read.
#[cfg(feature = "store")]
pub(crate) fn verify_pages<E>(
    known: Tail,
    mut page: impl FnMut(u64) -> Result<Vec<AuditRecord>, E>,
) -> Result<Result<Verified, Tampered>, E> {
    let tampered = |fault| Ok(Err(Tampered { fault, place: Place::default() }));
    let mut chain = Chain::default();
    while chain.expected() <= known.sequence {
        let records = page(chain.expected())?;
        // What came later is not looked at.
        let mut records = records.into_iter().take_while(|record| record.sequence <= known.sequence).peekable();
        if records.peek().is_none() {
            break;
        }
        for record in records {
            if chain.first.is_none() && record.sequence > 1 {
                return tampered(Fault::Missing { first: 1, last: record.sequence - 1 });
            }
            if let Err(fault) = chain.follow(&record, |_| false) {
                return tampered(fault);
            }
        }
    }
    match chain.finish(Some(known)) {
        Ok(verified) => Ok(Ok(verified)),
        Err(fault) => tampered(fault),
    }
}

/// Follows a chain, record by record: for who has them elsewhere than in a file or in memory.
///
/// ```
/// use std::time::SystemTime;
/// use theus_core::audit::{AuditEvent, Chain, Fault, RecordLog, Tail};
///
/// let mut log = RecordLog::new("desk", 9);
/// for violation in 1..=3 {
///     log.append(SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation });
/// }
/// let records: Vec<_> = log.records().cloned().collect();
/// let mut chain = Chain::behind(Tail { sequence: 1, hash: records[0].hash });
/// chain.next(&records[1])?;
/// assert_eq!(chain.next(&records[0]), Err(Fault::Reordered { sequence: 1, expected: 3 }));
/// chain.next(&records[2])?;
/// assert_eq!(chain.finish(Some(log.tail()))?.records, 2);
/// # Ok::<(), Fault>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Chain {
    first: Option<u64>,
    records: u64,
    tail: Option<Tail>,
}

impl Chain {
    /// Behind this record: the next one continues it.
    #[must_use]
    pub const fn behind(tail: Tail) -> Self {
        Self { first: None, records: 0, tail: Some(tail) }
    }

    /// The last record that was followed; [`Tail::START`] where there is none.
    #[must_use]
    pub fn tail(&self) -> Tail {
        self.tail.unwrap_or(Tail::START)
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// Where it was altered, or does not follow the one before it: then it is not taken.
    pub fn next(&mut self, record: &AuditRecord) -> Result<(), Fault> {
        self.follow(record, |_| false)
    }

    /// The number of the record that comes next.
    pub(super) fn expected(&self) -> u64 {
        self.tail.map_or(1, |tail| tail.sequence.saturating_add(1))
    }

    /// Takes the next record. `later` says whether a record of this number comes later on.
    pub(super) fn follow(&mut self, record: &AuditRecord, later: impl FnOnce(u64) -> bool) -> Result<(), Fault> {
        let sequence = record.sequence;
        if hash_of(record) != record.hash {
            return Err(Fault::Altered { sequence });
        }
        if let Some(tail) = self.tail {
            let expected = self.expected();
            if sequence > expected && !later(expected) {
                return Err(Fault::Missing { first: expected, last: sequence - 1 });
            }
            if sequence != expected {
                return Err(Fault::Reordered { sequence, expected });
            }
            if record.previous != tail.hash {
                return Err(Fault::Replaced { sequence });
            }
        } else if (sequence <= 1) != (record.previous == super::Hash::START) {
            return Err(Fault::Replaced { sequence });
        }
        self.first.get_or_insert(sequence);
        self.records += 1;
        self.tail = Some(Tail { sequence, hash: record.hash });
        Ok(())
    }

    /// What was followed, where it ends as it is known to.
    ///
    /// # Errors
    /// Where it ends elsewhere.
    pub fn finish(self, known: Option<Tail>) -> Result<Verified, Fault> {
        let tail = self.tail.unwrap_or(Tail::START);
        match known {
            Some(known) if known.sequence != tail.sequence => {
                Err(Fault::EndsElsewhere { found: tail.sequence, expected: known.sequence })
            }
            Some(known) if known != tail => Err(Fault::EndsOtherwise { sequence: tail.sequence }),
            _ => Ok(Verified { records: self.records, first: self.first.unwrap_or(1), tail }),
        }
    }
}
