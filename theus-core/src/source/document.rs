//! A parsed YAML document.

use std::ops::Range;

use serde_yaml::Value;

use super::depth::{self, Nesting};
use super::error::{LocatedProblem, MOST_PROBLEMS, SourceError, excerpt};
use super::file::{MAX_BYTES, SourceFile, too_long};
use super::load::{self, Failure, load};
use super::marks::Marks;
use super::path::NodePath;
use super::problem::Problem;

/// A YAML document: its values at once, its positions on demand.
#[derive(Clone, Debug)]
pub struct Document {
    file: SourceFile,
    root: Value,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
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
            Some(Nesting::TooDeep(range)) => return Err(at_range(&file, load::too_deep(), range)),
            Some(Nesting::NotYaml(range, said)) => {
                return Err(at_range(&file, format!("not valid YAML: {said}"), range));
            }
            None => {}
        }
        match load(file.text()) {
            Ok(root) => Ok(Self { file, root }),
            Err(Failure::Problems(problems)) => Err(locate(&file, problems)),
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
        locate(&self.file, problems)
    }

    /// Where each of these nodes is, found by one marked parse.
    #[must_use]
    pub fn positions<'a>(&self, paths: impl IntoIterator<Item = &'a NodePath>) -> Vec<Position> {
        let marks = Marks::parse(self.file.text());
        let ranges: Vec<_> = paths.into_iter().map(|path| marks.find(path)).collect();
        Lines::new(self.file.text(), &ranges).spots.into_iter().map(|spot| spot.position).collect()
    }
}

fn locate(file: &SourceFile, mut problems: Vec<Problem>) -> SourceError {
    let omitted = problems.len().saturating_sub(MOST_PROBLEMS);
    problems.truncate(MOST_PROBLEMS);
    let marks = Marks::parse(file.text());
    let ranges: Vec<_> = problems.iter().map(|problem| marks.find(&problem.at)).collect();
    at_ranges(file, problems, &ranges, omitted)
}

fn at_ranges(file: &SourceFile, problems: Vec<Problem>, ranges: &[Range<usize>], omitted: usize) -> SourceError {
    let lines = Lines::new(file.text(), ranges);
    let located = problems.into_iter().zip(lines.spots).map(|(problem, spot)| LocatedProblem {
        file: file.name().to_owned(),
        line: spot.position.line,
        column: spot.position.column,
        message: problem.message,
        label: problem.label,
        help: problem.help,
        excerpt: excerpt(&file.text()[spot.line], spot.marked),
    });
    SourceError::located(located.collect(), omitted)
}

fn at_range(file: &SourceFile, message: String, range: Range<usize>) -> SourceError {
    at_ranges(file, vec![Problem::new(NodePath::root(), message)], &[range], 0)
}

fn aliases(file: &SourceFile) -> SourceError {
    let message = "the aliases of this file repeat too much";
    let problem = Problem::new(NodePath::root(), message).help("write out what is needed, without nested aliases");
    let range = Marks::parse(file.text()).first_alias();
    at_ranges(file, vec![problem], &[range], 0)
}

fn syntax(file: &SourceFile, error: &serde_yaml::Error) -> SourceError {
    let said = error.to_string();
    match said.as_str() {
        // These two come without a position.
        "repetition limit exceeded" => return aliases(file),
        "deserializing from YAML containing more than one document is not supported" => {
            let problem = Problem::new(NodePath::root(), "a second document in one file");
            let range = Marks::parse(file.text()).second_document();
            return at_ranges(file, vec![problem.help("put it into a file of its own")], &[range], 0);
        }
        _ => {}
    }
    let (line, column) = error.location().map_or((1, 1), |at| (at.line().max(1), at.column().max(1)));
    let said = said.replacen(&format!(" at line {line} column {column}"), "", 1);
    let start = index_of(file.text(), line, column);
    at_range(file, format!("not valid YAML: {said}"), start..start)
}

/// The character at a line and column, both counted from 1; the end of the text where there is none.
fn index_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line - 1).map(|line| line.chars().count()).sum();
    before + column - 1
}

/// Ranges of characters turned into lines, columns and bytes, with one pass over the text for all of them.
struct Lines {
    spots: Vec<Spot>,
}

struct Spot {
    position: Position,
    /// The bytes of the line in the text, without its end.
    line: Range<usize>,
    /// The bytes to mark, from the start of the line: at least one character, at most to the end of the line.
    marked: Range<usize>,
}

impl Lines {
    fn new(text: &str, ranges: &[Range<usize>]) -> Self {
        let mut order: Vec<usize> = (0..ranges.len()).collect();
        order.sort_by_key(|index| ranges[*index].start);
        let mut spots: Vec<Option<Spot>> = ranges.iter().map(|_| None).collect();
        let mut characters = text.char_indices();
        let (mut seen, mut line, mut line_start, mut column, mut at) = (0, 1, 0, 1, 0);
        for index in order {
            let range = &ranges[index];
            while seen < range.start {
                let Some((byte, character)) = characters.next() else { break };
                seen += 1;
                at = byte + character.len_utf8();
                if character == '\n' {
                    (line, line_start, column) = (line + 1, at, 1);
                } else {
                    column += 1;
                }
            }
            let rest = &text[at..];
            let to_end = rest.find('\n').unwrap_or(rest.len());
            let line_end = at + rest[..to_end].trim_end_matches('\r').len();
            let length: usize = text[at..line_end].chars().take(range.len().max(1)).map(char::len_utf8).sum();
            let marked = at - line_start..at - line_start + length;
            spots[index] = Some(Spot { position: Position { line, column }, line: line_start..line_end, marked });
        }
        Self { spots: spots.into_iter().flatten().collect() }
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
