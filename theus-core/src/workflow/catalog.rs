//! What a workflow is checked against.

use crate::process::Contract;

/// The processes and the signals that a workflow may name.
///
/// ```
/// use theus_core::workflow::Catalog;
///
/// let signals = ["sig_stop".to_owned(), "door.cmd_open".to_owned()];
/// let catalog = Catalog { processes: &[], signals: &signals };
/// assert_eq!(catalog.signals.len(), 2);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Catalog<'a> {
    /// The contracts of the registered processes.
    pub processes: &'a [&'static Contract],
    /// The signal fields of the domain, by name or by path.
    pub signals: &'a [String],
}
