//! One thing that is wrong in a document, before its line is known.

use super::path::NodePath;
use super::suggest::did_you_mean;

/// What is wrong, and at which node.
///
/// ```
/// use theus_core::source::{NodePath, Problem};
/// let at = NodePath::root().key("level");
/// let problem = Problem::new(at, "unknown level `D`").label("not a level").help("levels: S, A, B, C");
/// assert_eq!(problem.message(), "unknown level `D`");
/// ```
#[derive(Clone, Debug)]
pub struct Problem {
    pub(super) at: NodePath,
    pub(super) message: String,
    pub(super) label: Option<String>,
    pub(super) help: Option<String>,
}

impl Problem {
    /// A problem at a node.
    #[must_use]
    pub fn new(at: NodePath, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), label: None, help: None }
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
        self.help = Some(text.into());
        self
    }

    /// Helps with [`did_you_mean`]: the known word nearest to `word`, or all of them.
    #[must_use]
    pub fn suggest<'a>(mut self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        self.help = did_you_mean(word, known).or(self.help);
        self
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}
