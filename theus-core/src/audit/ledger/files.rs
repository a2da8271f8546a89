//! The files of a ledger as they are read: the full ones in order, and the one that is written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::encode::hash_of;
use super::error::io;
use super::lines::{LONGEST_LINE, end_of, parse};
use super::query::RuleName;
use super::sink::Tail;
use super::verify::{Chain, Fault, Place, Tampered, Verified};
use super::{LedgerError, Query};
use crate::audit::record::AuditRecord;

/// The digits behind the name of a full file: as many as the greatest number has, so that names sort as numbers do.
const DIGITS: usize = 20;

/// The ledger that a [`FileSink`](super::FileSink) has written at a path, full files included. Reading needs no engine.
///
/// ```no_run
/// use theus_core::audit::{Level, LedgerFiles, Query};
/// let ledger = LedgerFiles::at("audit.jsonl");
/// println!("{} records, none altered, missing or out of place", ledger.verify()?.records);
/// for record in ledger.find(&Query::new().at_least(Level::A))? {
///     println!("{} {:?}", record.sequence, record.event);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LedgerFiles {
    path: PathBuf,
    first: Option<u64>,
}

/// A line of one of the files.
struct Line {
    place: Place,
    text: Vec<u8>,
    /// It ends with the end of a line.
    whole: bool,
}

impl Line {
    fn is_of(&self, path: &Path) -> bool {
        self.place.file == path.display().to_string()
    }
}

/// What a last line without its end is, in the file that is written to.
#[derive(Clone, Copy)]
pub(super) enum TornEnd {
    Fault,
    /// It will be cut off.
    LeftOut,
    /// It will be finished: it is a record like the others.
    Finished,
}

impl LedgerFiles {
    /// The ledger at this path.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), first: None }
    }

    /// For a ledger that was begun at a later record than the first, as by a sink that was added to a ledger that others
    /// keep already.
    #[must_use]
    pub const fn beginning_at(mut self, sequence: u64) -> Self {
        self.first = Some(sequence);
        self
    }

    /// Whether all records are there, as they were written: from the first of the oldest file that is kept to the last.
    ///
    /// # Errors
    /// [`LedgerError::Tampered`] with the first record that was altered, is missing or is out of its place. Records cut off
    /// the end leave a shorter ledger that is right in itself: [`verify_to`](Self::verify_to) finds that.
    pub fn verify(&self) -> Result<Verified, LedgerError> {
        self.check(None, TornEnd::Fault)
    }

    /// As [`verify`](Self::verify), and that it ends where it is known to end: as a running engine's
    /// [`status`](crate::Engine::status) shows it, or as it was noted elsewhere.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_to(&self, known: Tail) -> Result<Verified, LedgerError> {
        self.check(Some(known), TornEnd::Fault)
    }

    /// As [`verify`](Self::verify), for a file that is about to be continued: what a crash has left of a last line is dealt
    /// with then.
    pub(super) fn verify_before_writing(&self, torn_end: TornEnd) -> Result<Verified, LedgerError> {
        self.check(None, torn_end)
    }

    /// The records that answer a question, in order.
    ///
    /// # Errors
    /// Where a file cannot be read, or a line is no record. That nothing is missing is for [`verify`](Self::verify) to say.
    pub fn find(&self, query: &Query) -> Result<Vec<AuditRecord>, LedgerError> {
        let mut found = Vec::new();
        self.each(query, |record| found.push(record))?;
        Ok(found)
    }

    /// How many violations of each rule answer a question.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub fn counts_by_rule(&self, query: &Query) -> Result<BTreeMap<RuleName, u64>, LedgerError> {
        let mut counts = BTreeMap::new();
        self.each(query, |record| {
            if let Some(violation) = record.violation() {
                *counts.entry(RuleName::of(violation)).or_default() += 1;
            }
        })?;
        Ok(counts)
    }

    fn each(&self, query: &Query, mut take: impl FnMut(AuditRecord)) -> Result<(), LedgerError> {
        self.lines(|line| {
            let record = parse(&line.text, 0).map_err(|fault| Tampered { fault, place: line.place })?;
            if query.matches(&record) {
                take(record);
            }
            Ok(true)
        })
    }

    fn check(&self, known: Option<Tail>, torn_end: TornEnd) -> Result<Verified, LedgerError> {
        let files = self.full_files()?;
        // The oldest file says by its name where the ledger begins.
        let first = self.first.or_else(|| files.first().map(|(first, _)| *first)).unwrap_or(1);
        let mut chain = Chain::default();
        let mut last = Place { file: self.path.display().to_string(), line: 0 };
        let mut begun = false;
        self.lines(|mut line| {
            if !line.whole && line.is_of(&self.path) {
                match torn_end {
                    TornEnd::Fault => {}
                    TornEnd::LeftOut => return Ok(false),
                    TornEnd::Finished => line.whole = true,
                }
            }
            let place = line.place;
            let expected = if begun { chain.expected() } else { first };
            let followed = match parse(&line.text, expected) {
                _ if !line.whole => Err(Fault::Torn { expected }),
                Err(fault) => Err(fault),
                Ok(record) if !begun && record.sequence != first && hash_of(&record) == record.hash => {
                    Err(match record.sequence {
                        later if later > first && !self.has_after(&place, first)? => {
                            Fault::Missing { first, last: later - 1 }
                        }
                        sequence => Fault::Reordered { sequence, expected: first },
                    })
                }
                Ok(record) => {
                    let mut unreadable = None;
                    let followed = chain.follow(&record, |number| match self.has_after(&place, number) {
                        Ok(there) => there,
                        Err(error) => {
                            unreadable = Some(error);
                            false
                        }
                    });
                    if let Some(error) = unreadable {
                        return Err(error);
                    }
                    followed
                }
            };
            begun = true;
            last = place.clone();
            match followed {
                Ok(()) => Ok(true),
                Err(fault) => Err(Tampered { fault, place }.into()),
            }
        })?;
        chain.finish(known).map_err(|fault| Tampered { fault, place: last }.into())
    }

    /// Whether a record of this number stands behind a place.
    fn has_after(&self, place: &Place, sequence: u64) -> Result<bool, LedgerError> {
        let (mut behind, mut found) = (false, false);
        self.lines(|line| {
            found = behind && parse(&line.text, 0).is_ok_and(|record| record.sequence == sequence);
            behind = behind || line.place == *place;
            Ok(!found)
        })?;
        Ok(found)
    }

    /// Hands out every line, until `take` says that it is enough.
    fn lines(&self, mut take: impl FnMut(Line) -> Result<bool, LedgerError>) -> Result<(), LedgerError> {
        let full = self.full_files()?;
        // After a rotation that a crash cut short, the file that is written to may not be there yet.
        let written = (full.is_empty() || self.path.exists()).then(|| self.path.clone());
        for path in full.into_iter().map(|(_, path)| path).chain(written) {
            let mut reader = BufReader::new(File::open(&path).map_err(|error| io(&path, &error))?);
            let file = path.display().to_string();
            for number in 1.. {
                let mut text = Vec::new();
                let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text);
                if read.map_err(|error| io(&path, &error))? == 0 {
                    break;
                }
                let whole = text.pop_if(|byte| *byte == b'\n').is_some();
                let place = Place { file: file.clone(), line: number };
                if !take(Line { place, text, whole })? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The full files with the numbers of their first records, in order.
    pub(super) fn full_files(&self) -> Result<Vec<(u64, PathBuf)>, LedgerError> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let Some(name) = self.path.file_name() else { return Ok(Vec::new()) };
        let prefix = format!("{}.", name.to_string_lossy());
        let mut files = Vec::new();
        for entry in folder.read_dir().map_err(|error| io(folder, &error))? {
            let entry = entry.map_err(|error| io(folder, &error))?;
            let file = entry.file_name();
            let file = file.to_string_lossy();
            let digits = file.strip_prefix(&prefix).filter(|digits| digits.len() == DIGITS);
            if let Some(first) = digits.and_then(|digits| digits.parse().ok()) {
                // Not by the name as text, which a name that is no UTF-8 is not.
                files.push((first, entry.path()));
            }
        }
        files.sort();
        Ok(files)
    }

    /// Where the newest full file ends.
    pub(super) fn end_of_full_files(&self) -> Result<Option<Tail>, LedgerError> {
        let Some((_, newest)) = self.full_files()?.pop() else { return Ok(None) };
        let mut file = File::open(&newest).map_err(|error| io(&newest, &error))?;
        Ok(end_of(&newest, &mut file)?.tail)
    }
}

/// The name of a full file.
pub(super) fn name_of_full(path: &Path, first: u64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{first:0DIGITS$}"));
    PathBuf::from(name)
}
