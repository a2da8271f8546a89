//! The files of a ledger as they are read: the full ones in order, and the one that is written.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::checkpoint::{self, Checkpoint, LedgerKey};
use super::encode::hash_of;
use super::error::{Unread, io};
use super::lines::{LONGEST_LINE, end_of, parse};
use super::query::RuleName;
use super::sink::Tail;
use super::verify::{Chain, Fault, Place, Tampered, Verified};
use super::{LedgerError, Query, place};
use crate::audit::record::AuditRecord;

/// So often a ledger that is written to meanwhile is looked at again.
const MOST_LOOKS: u32 = 8;

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
        self.check(None, TornEnd::Fault).map(|checked| checked.verified)
    }

    /// As [`verify`](Self::verify), and that it is what was written with the key: see [`FileOptions::key`].
    ///
    /// Found is whatever was altered, removed, added or written anew by somebody without the key, the end included: the
    /// checkpoint says up to where the ledger goes. An earlier ledger with its own checkpoint, kept since then and put back as a
    /// whole, is right in itself: [`verify_to`](Self::verify_to) finds that.
    ///
    /// ```
    /// use theus_core::audit::{AuditEvent, RecordLog, Fault, FileOptions, FileSink, LedgerError, LedgerFiles, LedgerKey, Sink};
    /// # let folder = std::env::temp_dir().join(format!("theus-doc-key-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let (path, key) = (folder.join("audit.jsonl"), LedgerKey::new([7; 32]));
    /// let write = |what: &str| {
    ///     let mut log = RecordLog::new(what.to_owned(), 9);
    ///     let mut file = FileSink::open(&path, FileOptions::new().key(key))?;
    ///     let record = log.append(std::time::SystemTime::now(), 0, AuditEvent::Interlock { violation: 1 }).clone();
    ///     file.write(&record).map_err(|error| LedgerError::Sink { sink: file.name(), error })
    /// };
    /// write("the truth")?;
    /// assert_eq!(LedgerFiles::at(&path).verify_with(&key)?.records, 1);
    ///
    /// // Whoever has no key can still write a chain that is right in itself.
    /// let mut forged = RecordLog::new("a lie", 9);
    /// let record = forged.append(std::time::SystemTime::now(), 0, AuditEvent::Interlock { violation: 1 });
    /// std::fs::write(&path, serde_json::to_string(record)? + "\n")?;
    /// let Err(LedgerError::Tampered(found)) = LedgerFiles::at(&path).verify_with(&key) else { panic!() };
    /// assert_eq!(found.fault, Fault::NotAsCheckpointed { sequence: 1 });
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [`FileOptions::key`]: super::FileOptions::key
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and [`Fault::NoCheckpoint`], [`Fault::NotSealed`], [`Fault::NotAsCheckpointed`], and
    /// [`Fault::Unsealed`] for records that no checkpoint vouches for, as a crash can leave them.
    pub fn verify_with(&self, key: &LedgerKey) -> Result<Verified, LedgerError> {
        self.check_sealed(None, key)
    }

    /// As [`verify_with`](Self::verify_with), and that it ends where it is known to end.
    ///
    /// # Errors
    /// As [`verify_with`](Self::verify_with) and [`verify_to`](Self::verify_to).
    pub fn verify_to_with(&self, known: Tail, key: &LedgerKey) -> Result<Verified, LedgerError> {
        self.check_sealed(Some(known), key)
    }

    fn check_sealed(&self, known: Option<Tail>, key: &LedgerKey) -> Result<Verified, LedgerError> {
        let mut looks = 0;
        loop {
            let sealed = self.seal(key)?;
            let Checked { verified, unsealed } = self.check(known, TornEnd::Fault)?;
            let Some(fault) = unsealed else { return Ok(verified) };
            looks += 1;
            // It may be written to just now: then the checkpoint has moved on.
            if looks == MOST_LOOKS || self.seal(key)? == sealed {
                return Err(checkpoint::at(&self.path, fault));
            }
        }
    }

    /// The checkpoint, sealed with this key.
    pub(super) fn seal(&self, key: &LedgerKey) -> Result<Checkpoint, LedgerError> {
        match Checkpoint::read(&self.path)? {
            None => Err(checkpoint::at(&self.path, Fault::NoCheckpoint)),
            Some(checkpoint) if !checkpoint.is_sealed_with(key) => Err(checkpoint::at(&self.path, Fault::NotSealed)),
            Some(checkpoint) => Ok(checkpoint),
        }
    }

    /// As [`verify`](Self::verify), and that it ends where it is known to end: as a running engine's
    /// [`status`](crate::Engine::status) shows it, or as it was noted elsewhere.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn verify_to(&self, known: Tail) -> Result<Verified, LedgerError> {
        self.check(Some(known), TornEnd::Fault).map(|checked| checked.verified)
    }

    /// As [`verify`](Self::verify), for a file that is about to be continued: what a crash has left of a last line is dealt
    /// with then.
    pub(super) fn verify_before_writing(&self, torn_end: TornEnd) -> Result<Checked, LedgerError> {
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
            let record = parse(&line.text, 0).map_err(|why| why.at(line.place))?;
            if query.matches(&record) {
                take(record);
            }
            Ok(true)
        })
    }

    fn check(&self, known: Option<Tail>, torn_end: TornEnd) -> Result<Checked, LedgerError> {
        // Read before the records: what is written meanwhile stands behind it.
        let checkpoint = Checkpoint::read(&self.path)?;
        // Not the name of the oldest file says where the ledger begins: who removes others could rename it.
        let first = checkpoint.map(|known| known.first).or(self.first).unwrap_or(1);
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
                Err(why @ Unread::Format(_)) => Err(why),
                _ if !line.whole => Err(Fault::Torn { expected }.into()),
                Err(why) => Err(why),
                Ok(record) if !begun && record.sequence != first && hash_of(&record) == record.hash => {
                    Err(match record.sequence {
                        later if later > first && !self.has_after(&place, first)? => {
                            Fault::Missing { first, last: later - 1 }
                        }
                        sequence => Fault::Reordered { sequence, expected: first },
                    }
                    .into())
                }
                Ok(record)
                    if !begun
                        && checkpoint.is_some_and(|known| known.has_begun() && known.previous != record.previous) =>
                {
                    Err(if hash_of(&record) == record.hash {
                        Fault::Replaced { sequence: record.sequence }
                    } else {
                        Fault::Altered { sequence: record.sequence }
                    }
                    .into())
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
                    let is_another = |known: Tail| known.sequence == record.sequence && known.hash != record.hash;
                    match checkpoint.is_some_and(|known| is_another(known.tail())) {
                        true => followed.and(Err(Fault::NotAsCheckpointed { sequence: record.sequence })),
                        false => followed,
                    }
                    .map_err(Unread::from)
                }
            };
            begun = true;
            last = place.clone();
            match followed {
                Ok(()) => Ok(true),
                Err(why) => Err(why.at(place)),
            }
        })?;
        let verified = chain.finish(known).map_err(|fault| Tampered { fault, place: last.clone() })?;
        let mut unsealed = None;
        if let Some(known) = checkpoint {
            let (vouched, found) = (known.tail().sequence, verified.tail.sequence);
            if vouched > found && known.has_begun() {
                return Err(Tampered { fault: Fault::EndsElsewhere { found, expected: vouched }, place: last }.into());
            }
            unsealed = (found > vouched).then_some(Fault::Unsealed { first: vouched + 1, last: found });
        }
        Ok(Checked { verified, unsealed })
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
        let mut full = self.full_files()?;
        // What was let go is no part of it any more, though a crash may have left it.
        let first = Checkpoint::read(&self.path)?.map_or(0, |known| known.first);
        full.retain(|(number, _)| *number >= first);
        // After a rotation that a crash cut short, the file that is written to may not be there yet.
        let written = (full.is_empty() || self.path.exists()).then(|| self.path.clone());
        for path in full.into_iter().map(|(_, path)| path).chain(written) {
            let mut reader = BufReader::new(place::read(&path).map_err(|error| io(&path, &error))?);
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
            // A sign would be read as a number too.
            let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
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
        let mut file = place::read(&newest).map_err(|error| io(&newest, &error))?;
        Ok(end_of(&newest, &mut file)?.tail)
    }
}

/// What a check found: all that is there is in its place, and what of it the checkpoint does not vouch for.
pub(super) struct Checked {
    pub(super) verified: Verified,
    pub(super) unsealed: Option<Fault>,
}

/// The name of a full file.
pub(super) fn name_of_full(path: &Path, first: u64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{first:0DIGITS$}"));
    PathBuf::from(name)
}
