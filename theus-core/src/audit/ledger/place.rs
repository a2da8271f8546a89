//! The place of a ledger's file: opened, locked, and still what it was.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::error::io;
use super::{LedgerError, sink::SinkError};

/// What is at a path, where it is no regular file.
#[derive(Debug, thiserror::Error)]
#[error("it is {0}, not a regular file")]
pub(super) struct NotAFile(pub(super) &'static str);

/// To open a pipe would wait for whoever is at its other end: what is no file is refused before it is opened, and what has
/// become none meanwhile after it.
fn open(path: &Path, options: &OpenOptions) -> std::io::Result<File> {
    match std::fs::metadata(path) {
        Ok(there) => must_be_file(&there)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let file = options.open(path)?;
    must_be_file(&file.metadata()?)?;
    Ok(file)
}

fn must_be_file(there: &std::fs::Metadata) -> std::io::Result<()> {
    if there.is_file() { Ok(()) } else { Err(std::io::Error::other(NotAFile(kind(there.file_type())))) }
}

#[cfg(unix)]
fn kind(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_dir() => "a directory",
        kind if kind.is_fifo() => "a pipe",
        kind if kind.is_socket() => "a socket",
        kind if kind.is_char_device() || kind.is_block_device() => "a device",
        _ => "something else",
    }
}

#[cfg(not(unix))]
fn kind(kind: std::fs::FileType) -> &'static str {
    if kind.is_dir() { "a directory" } else { "something else" }
}

pub(super) fn append(path: &Path) -> std::io::Result<File> {
    open(path, OpenOptions::new().read(true).append(true).create(true))
}

pub(super) fn read(path: &Path) -> std::io::Result<File> {
    open(path, OpenOptions::new().read(true))
}

pub(super) fn create(path: &Path) -> std::io::Result<File> {
    open(path, OpenOptions::new().write(true).create(true).truncate(true))
}

/// The lock that goes with the path, whatever file is at it.
pub(super) fn lock_beside(path: &Path) -> Result<File, LedgerError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let beside = PathBuf::from(name);
    let file = open(&beside, OpenOptions::new().write(true).create(true).truncate(false));
    // Told of the ledger, where it is not the file beside it that is in the way.
    let file = file.map_err(|error| match error.get_ref().is_some_and(|inner| inner.is::<NotAFile>()) {
        true => io(&beside, &error),
        false => io(path, &error),
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(LedgerError::InUse { file: path.display().to_string() }),
        Err(std::fs::TryLockError::Error(error)) => Err(io(path, &error)),
    }
}

/// The file itself, which may have other names, or have lost the `.lock` beside it.
#[cfg(unix)]
pub(super) fn lock(path: &Path, file: &File) -> Result<(), LedgerError> {
    match file.try_lock() {
        // What has no locks, as some devices and network file systems, has the one beside it.
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => Err(LedgerError::InUse { file: path.display().to_string() }),
    }
}

/// Elsewhere a file that is locked cannot be read.
#[cfg(not(unix))]
pub(super) fn lock(_: &Path, _: &File) -> Result<(), LedgerError> {
    Ok(())
}

#[cfg(unix)]
fn is_same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    one.len() == other.len()
}

/// Whether the file at the path is the one that is written, as it was left: removed, moved or cut short by somebody else,
/// it would swallow records. Where half a line may have been left behind, it may be longer.
pub(super) fn check(path: &Path, file: &File, length: u64, soiled: bool) -> Result<(), SinkError> {
    let written = file.metadata()?;
    if !written.is_file() {
        return Ok(());
    }
    let at_path = std::fs::metadata(path);
    let at_path = at_path.map_err(|error| SinkError(format!("the file is not where it was: {error}")))?;
    let as_left = written.len() == length || soiled && written.len() > length;
    match is_same(&at_path, &written) && as_left {
        true => Ok(()),
        false => Err(SinkError("the file is not as it was left: somebody else wrote, cut or replaced it".to_owned())),
    }
}

/// A renamed file stays renamed only when its folder is on the disk too.
#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
