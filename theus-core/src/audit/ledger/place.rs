//! The place of a ledger's file: opened, locked, and still what it was.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::error::io;
use super::{LedgerError, sink::SinkError};

pub(super) fn append(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(path)
}

/// The lock that goes with the path, whatever file is at it.
pub(super) fn lock_beside(path: &Path) -> Result<File, LedgerError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let beside = PathBuf::from(name);
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&beside);
    // Told of the ledger: that there is a file beside it is none of the user's concern.
    let file = file.map_err(|error| io(path, &error))?;
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
