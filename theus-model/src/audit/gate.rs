//! When a rule is judged.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The gate at which a rule is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gate {
    /// Before the process runs: what it is given.
    Input,
    /// After it ran, before the commit: what it proposes.
    Output,
}

impl Gate {
    /// Both, in the order in which a run passes them.
    pub const ALL: [Self; 2] = [Self::Input, Self::Output];

    /// The key of the gate's entries in a recipe.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Input => "inputs",
            Self::Output => "outputs",
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Input => "input",
            Self::Output => "output",
        })
    }
}
