//! One thing that is wrong in a document, before its line is known.

use std::ops::Range;

use serde::Serialize;

use super::path::NodePath;
use super::suggest::did_you_mean;

/// Whether a problem keeps a file from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is used; somebody should look at it.
    Warning,
}

/// What is wrong, and at which node.
///
/// ```
/// use theus_core::source::{Document, Problem, Severity, SourceFile};
/// let document = Document::parse(SourceFile::new("audit.yaml", "level: D\n"))?;
/// let problem = Problem::new(document.path().key("level"), "unknown level `D`").code("R008").label("not a level").help("levels: S, A, B, C, I");
/// assert_eq!((problem.message(), problem.severity()), ("unknown level `D`", Severity::Error));
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Problem {
    pub(super) at: NodePath,
    pub(super) severity: Severity,
    pub(super) code: Option<&'static str>,
    pub(super) message: String,
    pub(super) label: Option<String>,
    pub(super) help: Option<String>,
    pub(super) other: Option<(String, NodePath)>,
    /// A text that the node holds, and which bytes of it are meant.
    pub(super) within: Option<(String, Range<usize>)>,
}

impl Problem {
    /// An error at a node.
    #[must_use]
    pub fn new(at: NodePath, message: impl Into<String>) -> Self {
        let (severity, message) = (Severity::Error, message.into());
        Self { at, severity, code: None, message, label: None, help: None, other: None, within: None }
    }

    /// A warning at a node.
    #[must_use]
    pub fn warning(at: NodePath, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::new(at, message) }
    }

    /// The code of its kind, by which its page in [`errors`](crate::errors) is found.
    #[must_use]
    pub const fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// What stands beside the caret.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        // Nothing is no help.
        self.help = Some(text.into()).filter(|text| !text.is_empty());
        self
    }

    /// Another node that it is about; its position is shown behind `what`.
    #[must_use]
    pub fn other(mut self, what: impl Into<String>, at: NodePath) -> Self {
        self.other = Some((what.into(), at));
        self
    }

    /// The part of the node that is meant: these bytes of `text`, which the node is or holds. The caret marks only them
    /// where the file has the text as it is, without escapes or line breaks.
    #[must_use]
    pub fn within(mut self, text: &str, span: Range<usize>) -> Self {
        self.within = Some((text.to_owned(), span));
        self
    }

    /// Helps with [`did_you_mean`]: the known word nearest to `word`, or all of them.
    #[must_use]
    pub fn suggest<'a>(mut self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        self.help = did_you_mean(word, known).or(self.help);
        self
    }

    /// The same, of another severity: what is doubtful may be wrong where a file asks for strictness.
    #[must_use]
    pub const fn of_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it is.
    pub(crate) const fn at(&self) -> &NodePath {
        &self.at
    }

    /// Whether it is an error or a warning.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }
}
