//! A parsed YAML document.

use std::ops::Range;

use serde_yaml::Value;

use super::code;
use super::depth::{self, Nesting};
use super::error::SourceError;
use super::file::{MAX_BYTES, SourceFile, too_long};
use super::load::{self, Failure, load};
use super::locate::{Locator, Position, at_ranges};
use super::marks::Marks;
use super::path::NodePath;
use super::problem::Problem;
use super::yaml_help;

/// A YAML document: its values at once, its positions on demand.
#[derive(Clone, Debug)]
pub struct Document {
    file: SourceFile,
    root: Value,
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
        match depth::check(file.text()) {
            Some(Nesting::TooDeep(range)) => {
                let problem = Problem::new(NodePath::root(), load::too_deep()).code(code::TOO_DEEP);
                return Err(at_range(&file, problem, range));
            }
            Some(Nesting::NotYaml(range, said)) => return Err(at_range(&file, not_yaml(&said), range)),
            None => {}
        }
        match load(file.text()) {
            Ok(root) => Ok(Self { file, root }),
            Err(Failure::Problems(problems)) => Err(Locator::of_files(&[&file]).error(problems)),
            Err(Failure::Aliases) => Err(aliases(&file)),
            Err(Failure::Syntax(error)) => Err(syntax(&file, &error)),
        }
    }

    /// The value of the whole document; `Null` where the file is empty.
    ///
    /// An integer beyond 64 bits is a tagged string: see [`big_integer`](super::big_integer). There are no other tags.
    #[must_use]
    pub const fn root(&self) -> &Value {
        &self.root
    }

    /// The file that was parsed.
    #[must_use]
    pub const fn file(&self) -> &SourceFile {
        &self.file
    }

    /// The error that these problems make, each with its line and column, found by one marked parse.
    #[must_use]
    pub fn error(&self, problems: Vec<Problem>) -> SourceError {
        Locator::of(&[self]).error(problems)
    }

    /// Where each of these nodes is, found by one marked parse.
    #[must_use]
    pub fn positions<'a>(&self, paths: impl IntoIterator<Item = &'a NodePath>) -> Vec<Position> {
        Locator::of(&[self]).positions(paths).into_iter().map(|(_, position)| position).collect()
    }
}

fn at_range(file: &SourceFile, problem: Problem, range: Range<usize>) -> SourceError {
    SourceError::located(at_ranges(file, vec![problem], &[range]), 0)
}

fn aliases(file: &SourceFile) -> SourceError {
    let message = "the aliases of this file repeat too much";
    let problem = Problem::new(NodePath::root(), message).code(code::ALIASES);
    let range = Marks::parse(file.text()).first_alias();
    at_range(file, problem.help("write out what is needed, without nested aliases"), range)
}

fn syntax(file: &SourceFile, error: &serde_yaml::Error) -> SourceError {
    let said = error.to_string();
    match said.as_str() {
        // These two come without a position.
        "repetition limit exceeded" => return aliases(file),
        "deserializing from YAML containing more than one document is not supported" => {
            let problem = Problem::new(NodePath::root(), "a second document in one file").code(code::SECOND_DOCUMENT);
            let range = Marks::parse(file.text()).second_document();
            return at_range(file, problem.help("put it into a file of its own"), range);
        }
        _ => {}
    }
    let (line, column) = error.location().map_or((1, 1), |at| (at.line().max(1), at.column().max(1)));
    let said = said.replacen(&format!(" at line {line} column {column}"), "", 1);
    let start = index_of(file.text(), line, column);
    let problem = not_yaml(&said);
    let problem = match yaml_help::help(file.text(), line, column, &said) {
        Some(help) => problem.help(help),
        None => problem,
    };
    at_range(file, problem, start..start)
}

fn not_yaml(said: &str) -> Problem {
    Problem::new(NodePath::root(), format!("not valid YAML: {said}")).code(code::SYNTAX)
}

/// The character at a line and column, both counted from 1; the end of the text where there is none.
fn index_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line - 1).map(|line| line.chars().count()).sum();
    before + column - 1
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
