//! A parsed YAML document.

use std::ops::Range;
use std::sync::Arc;

use super::code;
use super::error::{MOST_PROBLEMS, SourceError};
use super::failure::{Failure, Slip};
use super::file::{MAX_BYTES, SourceFile, too_long};
use super::load::load;
use super::locate::{Locator, Position, at_ranges};
use super::path::NodePath;
use super::problem::Problem;
use super::tree::Tree;
use super::value::Value;
use super::yaml_help;

/// A YAML document: its values, and where each of them stands. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Document {
    file: SourceFile,
    root: Value,
    tree: Arc<Tree>,
}

impl Document {
    /// Parses one YAML document.
    ///
    /// # Errors
    /// [`SourceError`] when the text is not YAML, holds more than one document, is longer than
    /// [`MAX_BYTES`], nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH), grows too much through aliases, uses tags, or
    /// gives a key twice.
    pub fn parse(file: SourceFile) -> Result<Self, SourceError> {
        if file.text().len() > MAX_BYTES {
            return Err(too_long(file.name()));
        }
        if let Some(slip) = yaml_help::unprintable(file.text()) {
            return Err(syntax(&file, slip));
        }
        match load(file.text()) {
            Ok((root, tree)) => Ok(Self { file, root, tree: Arc::new(tree) }),
            Err(Failure::Problems(problems)) => Err(refused(&file, problems)),
            Err(Failure::Syntax(slip)) => Err(syntax(&file, slip)),
        }
    }

    /// The value of the whole document; `Null` where the file is empty.
    #[must_use]
    pub const fn root(&self) -> &Value {
        &self.root
    }

    /// The place of the whole document, from which there is a way to all others.
    #[must_use]
    pub fn path(&self) -> NodePath {
        NodePath::of(Arc::clone(&self.tree))
    }

    pub(super) fn of_parts(file: SourceFile, root: Value, tree: Tree) -> Self {
        Self { file, root, tree: Arc::new(tree) }
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The file that was parsed.
    #[must_use]
    pub const fn file(&self) -> &SourceFile {
        &self.file
    }

    /// The error that these problems make, each with its line and column.
    #[must_use]
    pub fn error(&self, problems: Vec<Problem>) -> SourceError {
        Locator::of(self).error(problems)
    }

    /// Where each of these nodes is.
    #[must_use]
    pub fn positions<'a>(&self, paths: impl IntoIterator<Item = &'a NodePath>) -> Vec<Position> {
        Locator::of(self).positions(paths).into_iter().map(|(_, position)| position).collect()
    }
}

/// The error that problems make before there is a document.
fn refused(file: &SourceFile, mut problems: Vec<(Problem, Range<usize>)>) -> SourceError {
    let omitted = problems.len().saturating_sub(MOST_PROBLEMS);
    problems.truncate(MOST_PROBLEMS);
    let (problems, ranges): (Vec<_>, Vec<_>) = problems.into_iter().unzip();
    let mut located = at_ranges(file, problems, &ranges);
    located.sort_by_key(|problem| (problem.line, problem.column));
    SourceError::located(located, omitted)
}

fn syntax(file: &SourceFile, slip: Slip) -> SourceError {
    let told = yaml_help::told(file.text(), slip);
    let problem = Problem::new(NodePath::root(), format!("not valid YAML: {}", told.said)).code(code::SYNTAX);
    refused(file, vec![(problem.help(told.help.unwrap_or_default()), told.at..told.at)])
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
