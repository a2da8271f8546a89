//! What the audit has put on record of a session, on its way to a ledger.

use serde::{Deserialize, Serialize};
use theus_core::audit::{AuditRecord, SinkError, Tail};

/// So much goes together: what a ledger is sent, and has in one entry, stays small. One record alone may be more.
const MOST_RECORDS: usize = 256;
const MOST_BYTES: usize = 256 * 1024;

/// Records of a session's own ledger that follow each other: each a line, as core's ledger files have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The record before them.
    pub before: Tail,
    /// The last of them.
    pub after: Tail,
    /// The lines.
    pub lines: Vec<String>,
}

impl Recorded {
    /// All of these, in order: one after the other, as many as go together.
    ///
    /// # Errors
    /// Where one cannot be written.
    pub fn of(records: &[AuditRecord]) -> Result<Vec<Self>, SinkError> {
        let (mut all, mut bytes) = (Vec::<Self>::new(), 0);
        for record in records {
            let line = record.to_line()?;
            let after = Tail { sequence: record.sequence, hash: record.hash };
            match all.last_mut() {
                Some(last) if last.lines.len() < MOST_RECORDS && bytes + line.len() <= MOST_BYTES => {
                    bytes += line.len();
                    last.after = after;
                    last.lines.push(line);
                }
                _ => {
                    bytes = line.len();
                    let before = Tail { sequence: record.sequence.saturating_sub(1), hash: record.previous };
                    all.push(Self { before, after, lines: vec![line] });
                }
            }
        }
        Ok(all)
    }
}
