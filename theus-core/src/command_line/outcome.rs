//! What a command comes to: the program's exit code.

use std::io;

/// Errors, or a command that makes no sense.
pub(super) const ERRORS: u8 = 1;
/// Warnings and nothing worse.
pub(super) const WARNINGS: u8 = 2;

/// Where nobody reads on, that is the reader's choice, and what was found stays found.
pub(super) fn told(written: io::Result<()>, code: u8) -> io::Result<u8> {
    match written {
        Err(reason) if reason.kind() != io::ErrorKind::BrokenPipe => Err(reason),
        _ => Ok(code),
    }
}
