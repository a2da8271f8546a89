//! A record as a line of a ledger's file: for who keeps records in a place of his own.

use super::error::Unread;
use super::format::UnknownFormat;
use super::lines;
use super::sink::SinkError;
use super::verify::Fault;
use crate::audit::record::AuditRecord;

impl AuditRecord {
    /// As a line of a ledger's [file](super::FileSink), without its end.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use theus_core::audit::{AuditEvent, AuditRecord, RecordLog};
    ///
    /// let mut log = RecordLog::new("desk", 1);
    /// let record = log.append(SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation: 1 });
    /// let line = record.to_line()?;
    /// assert_eq!(&AuditRecord::from_line(&line, 1)?, record);
    /// assert!(AuditRecord::from_line(&line.replace("interlock", "inter1ock"), 1).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where it cannot be written: its time is none.
    pub fn to_line(&self) -> Result<String, SinkError> {
        let mut line = Vec::new();
        lines::write_line(self, &mut line)?;
        line.pop();
        String::from_utf8(line).map_err(|error| SinkError(error.to_string()))
    }

    /// The record of such a line, where the line is the one way to write it: not a byte of it can be another. Whether it is what its
    /// hash was made of is [another matter](super::Chain). `expected` is the number that it should have, for what is told of a line
    /// that is no record; 0 where that is not known.
    ///
    /// # Errors
    /// [`Fault`]: it is none, or was altered.
    pub fn from_line(line: &str, expected: u64) -> Result<Self, Fault> {
        lines::parse(line.as_bytes(), expected).map_err(|why| match why {
            Unread::Fault(fault) => fault,
            Unread::Format(UnknownFormat(found)) => {
                Fault::Unreadable { expected, reason: format!("it has format {found}") }
            }
        })
    }
}
