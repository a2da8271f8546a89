//! What is doubtful in a workflow file, but not wrong.

use std::fmt;

use serde::Serialize;

/// A doubt about a place in a workflow file. The workflow loads; what it says may not be what was meant.
///
/// ```
/// use theus_core::workflow::Warning;
///
/// let warning = Warning {
///     file: "desk.yaml".into(),
///     line: 3,
///     column: 5,
///     message: "no event leads to the state `LOST`".into(),
///     help: None,
/// };
/// assert_eq!(warning.to_string(), "desk.yaml:3:5: no event leads to the state `LOST`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The name of the file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// What is doubtful.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, help } = self;
        write!(f, "{file}:{line}:{column}: {message}")?;
        help.iter().try_for_each(|help| write!(f, "; {help}"))
    }
}
