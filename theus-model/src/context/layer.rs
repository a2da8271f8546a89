//! Where a value lives.

use std::fmt;

use serde::Serialize;

/// The layer of the context that a path starts with.
///
/// ```
/// use theus_core::Layer;
/// assert_eq!(Layer::Domain.to_string(), "domain");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Read-only configuration; lives as long as the engine and is never an output.
    Global,
    /// The shared state of one session; changed only by a committed transaction.
    Domain,
    /// Scratch of one run: created fresh and dropped at its end.
    Local,
}

impl Layer {
    /// The word that paths start with: `global`, `domain` or `local`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Domain => "domain",
            Self::Local => "local",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
