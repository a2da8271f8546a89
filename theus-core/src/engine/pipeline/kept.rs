//! What goes with the commit of a session that a store keeps.

use crate::process::Process;
use crate::store::EncodeError;
use crate::transaction::Exchanged;

/// What goes with the commit.
pub(super) struct Kept<'a, P: Process> {
    /// The command, for the journal.
    pub(super) command: Option<Box<[u8]>>,
    /// What the run gives is kept under a key.
    pub(super) once: Option<&'a Once<P>>,
    /// The messages that it has sent, and what it asked its effects.
    pub(super) exchanged: Exchanged,
}

/// A run whose answer is kept, so that it is given to whoever asks again.
pub(in crate::engine) struct Once<P: Process> {
    pub(in crate::engine) key: String,
    /// The process and its arguments, encoded.
    pub(in crate::engine) asked: Vec<u8>,
    pub(in crate::engine) encode: fn(&P::Output) -> Result<Vec<u8>, EncodeError>,
}
