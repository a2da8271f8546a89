//! One problem, as it is told.

use serde::Serialize;

use crate::source::{LocatedProblem, Severity};

/// One problem, drawn and as data.
#[derive(Debug, Serialize)]
pub(super) struct Diagnostic {
    pub(super) file: String,
    line: usize,
    column: usize,
    pub(super) severity: Severity,
    code: Option<&'static str>,
    message: String,
    label: Option<String>,
    help: Option<String>,
    note: Option<String>,
    /// As the loaders draw it.
    #[serde(skip)]
    pub(super) drawn: String,
}

impl From<&LocatedProblem> for Diagnostic {
    fn from(problem: &LocatedProblem) -> Self {
        let LocatedProblem { file, severity, code, line, column, message, label, help, note, .. } = problem.clone();
        Self { file, line, column, severity, code, message, label, help, note, drawn: problem.to_string() }
    }
}
