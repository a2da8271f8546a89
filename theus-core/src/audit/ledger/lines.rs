//! The lines of a ledger's file: written, read, and found from the end.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::encode::hash_of;
use super::error::{Unread, io};
use super::format;
use super::sink::{SinkError, Tail};
use super::verify::{Fault, Place};
use super::{Hash, LedgerError, place};
use crate::audit::record::AuditRecord;

/// A longer line is no record.
pub(super) const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// What every line begins with.
pub(super) const LINE_BEGINS: &[u8] = b"{\"format\":1,\"sequence\":";

/// What every line began with before it said its format.
const UNNUMBERED: &[u8] = b"{\"sequence\":";

/// How a file ends.
pub(super) struct End {
    /// Where its whole lines end.
    pub(super) length: u64,
    pub(super) first: Option<u64>,
    pub(super) tail: Option<Tail>,
    pub(super) torn: Option<Torn>,
}

/// A last line without its end.
pub(super) struct Torn {
    pub(super) bytes: usize,
    /// Only the end of the line is missing: the record is there.
    pub(super) whole: bool,
}

/// Reads the first and the last line of a file, and no more than that.
pub(super) fn end_of(path: &Path, file: &mut File) -> Result<End, LedgerError> {
    let (last, torn, length) = last_lines(file).map_err(|error| io(path, &error))?;
    let unread = |why: Unread, line| why.at(Place { file: path.display().to_string(), line });
    let mut tail = None;
    if let Some(line) = &last {
        let record = parse(line, 0).and_then(|record| match hash_of(&record) == record.hash {
            true => Ok(record),
            false => Err(Fault::Altered { sequence: record.sequence }.into()),
        });
        match record {
            Ok(record) => tail = Some(Tail { sequence: record.sequence, hash: record.hash }),
            // Only now is it worth reading the whole file, to say which line it is.
            Err(why) => {
                let number = lines_before(file, length).map_err(|error| io(path, &error))?;
                return Err(unread(why, number));
            }
        }
    }
    let torn = match torn {
        Some(bytes) => {
            let whole = match finishes(&bytes, &mut tail) {
                Ok(whole) => whole,
                Err(why) => {
                    let before = lines_before(file, length).map_err(|error| io(path, &error))?;
                    return Err(unread(why, before + 1));
                }
            };
            Some(Torn { bytes: bytes.len(), whole })
        }
        None => None,
    };
    let first = match last {
        Some(_) => {
            let first = first_of(file).map_err(|error| io(path, &error))?;
            Some(first.map_err(|why| unread(why, 1))?)
        }
        None => None,
    };
    Ok(End { length, first, tail, torn })
}

/// Whether what is behind the last whole line is a record that lacks the end of its line alone: then it is the tail.
fn finishes(torn: &[u8], tail: &mut Option<Tail>) -> Result<bool, Unread> {
    // Another program's, that was torn off: it is not this one's to cut off.
    format::check(torn, UNNUMBERED)?;
    let record = parse(torn, 0).ok().filter(|record| hash_of(record) == record.hash);
    match (record, &tail) {
        // A crash tears what was being written: it does not make another record of it.
        (Some(record), Some(tail)) if record.previous != tail.hash || record.sequence != tail.sequence + 1 => {
            Err(Fault::Replaced { sequence: record.sequence }.into())
        }
        (Some(record), _) => {
            *tail = Some(Tail { sequence: record.sequence, hash: record.hash });
            Ok(true)
        }
        // Without one record before it, this may be anybody's file: it is not cut to nothing.
        (None, None) if !may_begin_a_record(torn) => {
            Err(Fault::Unreadable { expected: 0, reason: "the file was not written by a ledger".to_owned() }.into())
        }
        (None, _) => Ok(false),
    }
}

/// A part of a record's line, or the zeros that a machine which lost its power leaves where a line was to be.
fn may_begin_a_record(torn: &[u8]) -> bool {
    let common = torn.len().min(LINE_BEGINS.len());
    torn[..common] == LINE_BEGINS[..common] || torn.iter().all(|byte| *byte == 0)
}

type LastLines = (Option<Vec<u8>>, Option<Vec<u8>>, u64);

/// The last whole line, what is behind it, and where that begins. Read backwards, so that a long file costs nothing.
fn last_lines(file: &mut File) -> std::io::Result<LastLines> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut end = Vec::new();
    let mut start = length;
    // Two ends of lines, or the start of the file: then the last whole line is found.
    while start > 0 && end.iter().filter(|byte| **byte == b'\n').count() < 2 {
        let step = start.min(8_192.max(end.len() as u64));
        if end.len() as u64 > 2 * LONGEST_LINE {
            return Err(std::io::Error::other("its last lines are longer than records are"));
        }
        start -= step;
        file.seek(SeekFrom::Start(start))?;
        let mut earlier = Vec::new();
        file.by_ref().take(step).read_to_end(&mut earlier)?;
        earlier.append(&mut end);
        end = earlier;
    }
    let Some(newline) = end.iter().rposition(|byte| *byte == b'\n') else {
        return Ok((None, (!end.is_empty()).then_some(end), 0));
    };
    let torn = end.split_off(newline + 1);
    end.truncate(newline);
    let line = end.iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
    let whole = length - torn.len() as u64;
    Ok((Some(end.split_off(line)), (!torn.is_empty()).then_some(torn), whole))
}

/// How many lines end before this place in a file.
fn lines_before(file: &mut File, length: u64) -> std::io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::new(file).take(length);
    let mut lines = 0;
    loop {
        let read = reader.fill_buf()?;
        if read.is_empty() {
            return Ok(lines);
        }
        lines += read.iter().filter(|byte| **byte == b'\n').count() as u64;
        let length = read.len();
        reader.consume(length);
    }
}

/// The number of a file's first record, and the hash before it.
pub(super) fn beginning_of(path: &Path) -> Result<(u64, Hash), LedgerError> {
    let mut file = place::read(path).map_err(|error| io(path, &error))?;
    let record = first_record(&mut file).map_err(|error| io(path, &error))?;
    let place = Place { file: path.display().to_string(), line: 1 };
    record.map(|record| (record.sequence, record.previous)).map_err(|why| why.at(place))
}

fn first_of(file: &mut File) -> std::io::Result<Result<u64, Unread>> {
    Ok(first_record(file)?.map(|record| record.sequence))
}

fn first_record(file: &mut File) -> std::io::Result<Result<AuditRecord, Unread>> {
    file.seek(SeekFrom::Start(0))?;
    let mut line = Vec::new();
    BufReader::new(file).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    line.pop_if(|byte| *byte == b'\n');
    Ok(parse(&line, 0))
}

/// The line of a record, with its end.
pub(super) fn write_line(record: &AuditRecord, line: &mut Vec<u8>) -> Result<(), SinkError> {
    serde_json::to_writer(&mut *line, record).map_err(|error| SinkError(error.to_string()))?;
    line.push(b'\n');
    Ok(())
}

/// The record of a line, where the line is the one way to write it: so that not a byte of it can be another.
pub(super) fn parse(line: &[u8], expected: u64) -> Result<AuditRecord, Unread> {
    format::check(line, UNNUMBERED)?;
    let record: AuditRecord =
        serde_json::from_slice(line).map_err(|error| Fault::Unreadable { expected, reason: error.to_string() })?;
    // Neither has one before or after it, and no engine writes them.
    if matches!(record.sequence, 0 | u64::MAX) {
        let reason = format!("no record has the number {}", record.sequence);
        return Err(Fault::Unreadable { expected, reason }.into());
    }
    let record = record.numbered();
    let mut again = Vec::with_capacity(line.len() + 1);
    match write_line(&record, &mut again) {
        Ok(()) if again.strip_suffix(b"\n") == Some(line) => Ok(record),
        _ => Err(Fault::Altered { sequence: record.sequence }.into()),
    }
}
