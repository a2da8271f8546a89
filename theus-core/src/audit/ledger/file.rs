//! Records in a file: one JSON object a line, appended, rotated by size.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::checkpoint::Checkpoint;
use super::files::{self, LedgerFiles, TornEnd};
use super::lines::{self, LONGEST_LINE, Torn};
use super::options::{FileOptions, Fsync, Verify};
use super::place;
use super::sink::{Opened, Sink, SinkError, Tail};
use super::verify::{Fault, Place, Tampered};
use super::{Hash, LedgerError, error::io};
use crate::audit::record::AuditRecord;
use crate::panics::tell;

/// Writes records into a file, one line of JSON each.
///
/// Every line says its format before all else. A file of another format than this version's is refused
/// ([`LedgerError::UnknownFormat`]) and stays as it is.
///
/// A file that is there is continued. A last line that a crash has torn is finished if only its end is missing, else it is
/// cut off, which is put on record. One engine writes a file at a time: that is what the `.lock` beside it is for.
///
/// ```
/// use theus_core::audit::{FileOptions, FileSink, LedgerFiles, SinkOptions};
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Oven { temperature: f64 }
///
/// #[process(outputs = [domain.temperature])]
/// fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
///
/// # let folder = std::env::temp_dir().join(format!("theus-doc-file-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("audit.jsonl");
/// let recipe = "process_recipes: { record: { outputs: [ { field: domain.temperature, max: 90, level: C } ] } }";
/// let engine = Engine::builder(Oven::default())
///     .process::<Record>()
///     .recipe("audit.yaml", recipe)?
///     .sink(FileSink::open(&path, FileOptions::new())?, SinkOptions::new())
///     .build()?;
/// engine.run(Record { value: 95.0 })?;
///
/// let verified = LedgerFiles::at(&path).verify()?;
/// assert_eq!((verified.records, verified.tail), (2, engine.status().records.tail));
/// # drop(engine);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FileSink {
    path: PathBuf,
    options: FileOptions,
    file: File,
    /// What of the file is whole lines.
    length: u64,
    /// The number of the first record in the file.
    first: Option<u64>,
    unsynced: u32,
    /// Something behind `length` may have been left behind.
    soiled: bool,
    opened: Opened,
    line: Vec<u8>,
    /// The first record that is kept, and the hash before it.
    begins: Option<(u64, Hash)>,
    /// Up to where the checkpoint vouches.
    sealed: Option<Tail>,
    /// Held for as long as this lives.
    _lock: File,
}

impl FileSink {
    /// Opens a file to append to, verifies what is there (see [`Verify`]), and finds where its chain ends.
    ///
    /// ```
    /// use theus_core::audit::{AuditEvent, RecordLog, FileOptions, FileSink, LedgerError, Sink, Verify};
    /// # let folder = std::env::temp_dir().join(format!("theus-doc-open-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let path = folder.join("audit.jsonl");
    /// let mut log = RecordLog::new("desk", 9);
    /// let mut file = FileSink::open(&path, FileOptions::new())?;
    /// for violation in 1..=3 {
    ///     file.write(log.append(std::time::SystemTime::now(), 0, AuditEvent::Interlock { violation }))?;
    /// }
    /// drop(file);
    ///
    /// let text = std::fs::read_to_string(&path)?;
    /// std::fs::write(&path, text.replace("\"violation\":2", "\"violation\":7"))?;
    /// let error = FileSink::open(&path, FileOptions::new()).unwrap_err();
    /// assert!(error.to_string().ends_with("audit.jsonl:2: record 2 was altered: it is not what its hash was made of"));
    /// assert!(FileSink::open(&path, FileOptions::new().verify(Verify::Last)).is_ok(), "the last one is as it was");
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`LedgerError`] where it cannot be opened, another engine writes to it, or what is there is not what was recorded:
    /// then nothing of it is touched.
    pub fn open(path: impl Into<PathBuf>, options: FileOptions) -> Result<Self, LedgerError> {
        let path = path.into();
        let lock = place::lock_beside(&path)?;
        let mut file = place::append(&path).map_err(|error| io(&path, &error))?;
        place::lock(&path, &file)?;
        let checkpoint = Checkpoint::read(&path)?;
        if options.key.is_none() && checkpoint.is_some_and(|known| known.is_sealed()) {
            return Err(LedgerError::KeyNeeded { file: path.display().to_string() });
        }
        let mut found = lines::end_of(&path, &mut file)?;
        let ledger = match options.first {
            Some(first) => LedgerFiles::at(&path).beginning_at(first),
            None => LedgerFiles::at(&path),
        };
        let mut notes = Vec::new();
        // Whatever refuses the ledger does so before any of it is touched.
        if found.tail.is_none() {
            found.tail = ledger.end_of_full_files()?;
        }
        if let Some(key) = &options.key
            && (checkpoint.is_some() || found.tail.is_some())
        {
            ledger.seal(key)?;
        }
        let unsealed = match options.verify {
            Verify::All => {
                let torn_end = match found.torn {
                    Some(Torn { whole: true, .. }) => TornEnd::Finished,
                    _ => TornEnd::LeftOut,
                };
                ledger.verify_before_writing(torn_end)?.unsealed
            }
            Verify::Last => checkpoint.map(|known| behind(&path, known, found.tail)).transpose()?.flatten(),
        };
        if let (Some(_), Some(unsealed)) = (options.key, unsealed) {
            notes.push(unsealed.to_string());
        }
        if let Some(torn) = &found.torn {
            match torn.whole {
                // Only the end of the line is missing.
                true => file.write_all(b"\n").map_err(|error| io(&path, &error))?,
                false => {
                    file.set_len(found.length).map_err(|error| io(&path, &error))?;
                    notes.push(format!("a torn last line of {} bytes was cut off", torn.bytes));
                }
            }
            file.sync_data().map_err(|error| io(&path, &error))?;
        }
        let length = file.seek(SeekFrom::End(0)).map_err(|error| io(&path, &error))?;
        let note = (!notes.is_empty()).then(|| notes.join("; "));
        let opened = Opened { tail: found.tail, note };
        let (first, line) = (found.first, Vec::new());
        let begins = checkpoint.filter(Checkpoint::has_begun).map(|known| (known.first, known.previous));
        let begins = begins.or_else(|| found.tail.map(|_| (options.first.unwrap_or(1), Hash::START)));
        let mut sink = Self {
            path,
            options,
            file,
            length,
            first,
            unsynced: 0,
            soiled: false,
            opened,
            line,
            begins,
            sealed: checkpoint.map(|known| known.tail()),
            _lock: lock,
        };
        sink.seal();
        Ok(sink)
    }

    /// Lets the checkpoint vouch for all that is there, where there is a key. It must not run ahead of what is on the disk.
    fn seal(&mut self) {
        let tail = self.opened.tail.unwrap_or(Tail::START);
        if self.options.key.is_none() || self.sealed == Some(tail) {
            return;
        }
        let (first, previous) = self.begins.unwrap_or((self.options.first.unwrap_or(1), Hash::START));
        let checkpoint = Checkpoint::new(first, previous, tail, self.options.key.as_ref());
        match checkpoint.write(&self.path, self.options.fsync != Fsync::Never) {
            Ok(()) => self.sealed = Some(tail),
            // The record is there, and the next checkpoint vouches for it.
            Err(error) => {
                let sink = self.path.display();
                tell(
                    || tracing::error!(target: "theus::audit", %sink, %error, "the checkpoint of the ledger was not renewed"),
                );
            }
        }
    }

    fn append_line(&mut self) -> std::io::Result<()> {
        if std::mem::replace(&mut self.soiled, true) {
            self.file.set_len(self.length)?;
        }
        self.file.write_all(&self.line)?;
        let due = match self.options.fsync {
            Fsync::Never => false,
            Fsync::Every(records) => self.unsynced.saturating_add(1) >= records,
            Fsync::Always => true,
        };
        if due {
            self.file.sync_data()?;
        }
        self.unsynced = if due { 0 } else { self.unsynced.saturating_add(1) };
        self.length += self.line.len() as u64;
        self.soiled = false;
        Ok(())
    }

    fn rotate(&mut self, first: u64) -> std::io::Result<()> {
        if self.soiled {
            self.file.set_len(self.length)?;
            self.soiled = false;
        }
        if self.options.fsync != Fsync::Never {
            self.file.sync_data()?;
        }
        let full = files::name_of_full(&self.path, first);
        // A rename would replace it, and the records in it.
        if full.try_exists()? {
            return Err(std::io::Error::other(format!("`{}` is there already", full.display())));
        }
        std::fs::rename(&self.path, &full)?;
        self.file = match place::append(&self.path) {
            Ok(file) => file,
            Err(error) => {
                // It goes on to be written, and is full again at the next record.
                std::fs::rename(&full, &self.path)?;
                return Err(error);
            }
        };
        place::lock(&self.path, &self.file).map_err(std::io::Error::other)?;
        (self.length, self.first, self.unsynced) = (0, None, 0);
        if self.options.fsync != Fsync::Never {
            place::sync_folder(&self.path)?;
        }
        if let Some(keep) = self.options.keep
            && let Err(error) = self.remove_all_but(keep)
        {
            let sink = self.path.display();
            tell(|| tracing::warn!(target: "theus::audit", %sink, %error, "old files of the ledger stay"));
        }
        Ok(())
    }

    /// A file too many is no reason to lose a record; it is told. What is let go is on the checkpoint before it is gone.
    fn remove_all_but(&mut self, keep: usize) -> Result<(), LedgerError> {
        let files = LedgerFiles::at(&self.path).full_files()?;
        let gone = files.len().saturating_sub(keep);
        let Some((_, oldest)) = files.get(gone).filter(|_| gone > 0) else { return Ok(()) };
        let begins = lines::beginning_of(oldest)?;
        let tail = self.opened.tail.unwrap_or(Tail::START);
        // What it vouches for is on the disk.
        if self.options.fsync == Fsync::Never {
            for (_, file) in &files[gone..] {
                place::read(file).and_then(|file| file.sync_data()).map_err(|error| io(file, &error))?;
            }
        }
        let checkpoint = Checkpoint::new(begins.0, begins.1, tail, self.options.key.as_ref());
        checkpoint.write(&self.path, true).map_err(|error| io(&self.path, &error))?;
        (self.begins, self.sealed) = (Some(begins), Some(tail));
        for (_, file) in files.iter().take(gone) {
            if let Err(error) = std::fs::remove_file(file) {
                tell(
                    || tracing::warn!(target: "theus::audit", file = %file.display(), %error, "an old file of the ledger stays"),
                );
            }
        }
        Ok(())
    }
}

/// What of a ledger stands behind its checkpoint, by its last record alone.
fn behind(path: &Path, checkpoint: Checkpoint, tail: Option<Tail>) -> Result<Option<Fault>, LedgerError> {
    let (vouched, tail) = (checkpoint.tail(), tail.unwrap_or(Tail::START));
    let fault = match tail.sequence.cmp(&vouched.sequence) {
        Ordering::Less if checkpoint.has_begun() => {
            Fault::EndsElsewhere { found: tail.sequence, expected: vouched.sequence }
        }
        Ordering::Equal if tail != vouched => Fault::NotAsCheckpointed { sequence: tail.sequence },
        Ordering::Greater => return Ok(Some(Fault::Unsealed { first: vouched.sequence + 1, last: tail.sequence })),
        _ => return Ok(None),
    };
    Err(Tampered { fault, place: Place { file: path.display().to_string(), line: 0 } }.into())
}

/// What is closed is sealed to its end.
impl Drop for FileSink {
    fn drop(&mut self) {
        if self.options.key.is_some() && self.sealed != self.opened.tail && self.file.sync_data().is_ok() {
            self.seal();
        }
    }
}

impl Sink for FileSink {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn open(&mut self) -> Result<Opened, SinkError> {
        Ok(self.opened.clone())
    }

    fn write(&mut self, record: &AuditRecord) -> Result<(), SinkError> {
        self.line.clear();
        lines::write_line(record, &mut self.line)?;
        if self.line.len() as u64 >= LONGEST_LINE {
            return Err(SinkError(format!("the record takes {} bytes, {LONGEST_LINE} are too many", self.line.len())));
        }
        place::check(&self.path, &self.file, self.length, self.soiled)?;
        if let (Some(most), Some(first)) = (self.options.rotate_at, self.first)
            && self.length + self.line.len() as u64 > most
        {
            self.rotate(first)?;
        }
        if let Err(error) = self.append_line() {
            // Half a line must not stay; where that fails too, it is tried again before the next line.
            self.soiled = self.file.set_len(self.length).is_err();
            return Err(error.into());
        }
        self.first.get_or_insert(record.sequence);
        self.begins.get_or_insert((record.sequence, record.previous));
        self.opened.tail = Some(Tail { sequence: record.sequence, hash: record.hash });
        if self.unsynced == 0 {
            self.seal();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::fs::OpenOptions;
    use std::time::SystemTime;

    use super::super::RecordLog;
    use super::*;
    use crate::audit::record::AuditEvent;

    fn records() -> Vec<AuditRecord> {
        let mut log = RecordLog::new("desk", 9);
        for violation in 1..=3 {
            log.append(SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation });
        }
        log.records().cloned().collect()
    }

    #[test]
    fn what_a_failed_write_left_behind_is_gone_before_the_next() {
        for rotate in [u64::MAX, 1] {
            let folder = std::env::temp_dir().join(format!("theus-soiled-{}-{rotate}", std::process::id()));
            std::fs::create_dir_all(&folder).unwrap();
            let path = folder.join("audit.jsonl");
            let mut sink = FileSink::open(&path, FileOptions::new().rotate(rotate)).unwrap();
            let records = records();
            sink.write(&records[0]).unwrap();
            sink.write(&records[1]).unwrap();
            sink.file.write_all(b"{\"format\":1,\"sequence\":3,").unwrap();
            sink.soiled = true;
            sink.write(&records[2]).unwrap();
            assert_eq!(LedgerFiles::at(&path).verify().unwrap().records, 3);
            std::fs::remove_dir_all(&folder).unwrap();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_that_is_always_full_is_refused_before_any_record() {
        let folder = std::env::temp_dir().join(format!("theus-full-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("audit.jsonl");
        std::os::unix::fs::symlink("/dev/full", &path).unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        assert!(file.write_all(b"x").is_err(), "the device that is always full");
        let error = FileSink::open(&path, FileOptions::new().fsync(Fsync::Never)).unwrap_err();
        assert_eq!(error, LedgerError::NotAFile { file: path.display().to_string(), what: "a device" });
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
