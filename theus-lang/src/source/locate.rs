//! From nodes to lines and columns, in one or several documents.

use std::ops::Range;

use super::document::Document;
use super::error::{LocatedProblem, MOST_PROBLEMS, SourceError, excerpt};
use super::file::SourceFile;
use super::path::NodePath;
use super::problem::{Problem, Severity};

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

/// Turns nodes of documents that were read together into lines and columns.
///
/// ```
/// use theus_core::source::{Document, Locator, Problem, SourceFile};
/// let base = Document::parse(SourceFile::new("base.yaml", "limit: 1\n"))?;
/// let site = Document::parse(SourceFile::new("site.yaml", "# ours\nlimit: 2\n"))?;
/// let (first, second) = (base.path().key("limit"), site.path().in_document(1).key("limit"));
/// let problem = Problem::new(second, "another limit").other("the first one", first);
/// let error = Locator::new(&[base, site]).error(vec![problem]);
/// assert!(error.to_string().ends_with("= note: the first one: base.yaml:1:8"));
/// assert_eq!((error.problems()[0].file.as_str(), error.problems()[0].line), ("site.yaml", 2));
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
pub struct Locator<'d> {
    documents: Vec<&'d Document>,
}

impl<'d> Locator<'d> {
    /// A locator for documents in the order by which [`NodePath::in_document`] counts them.
    #[must_use]
    pub fn new(documents: &'d [Document]) -> Self {
        Self { documents: documents.iter().collect() }
    }

    pub(super) fn of(document: &'d Document) -> Self {
        Self { documents: vec![document] }
    }

    /// Where each of these nodes is: the name of its file, and the place in it.
    #[must_use]
    pub fn positions<'p>(&self, paths: impl IntoIterator<Item = &'p NodePath>) -> Vec<(&'d str, Position)> {
        self.each(paths, ("", Position { line: 0, column: 0 }), |file, spot| (file.name(), spot.position))
    }

    /// What stands in the file for each of these nodes, as far as its line goes.
    pub(crate) fn texts<'p>(&self, paths: impl IntoIterator<Item = &'p NodePath>) -> Vec<&'d str> {
        self.each(paths, "", |file, spot| &file.text()[spot.line.clone()][spot.marked.clone()])
    }

    fn each<'p, T: Clone>(
        &self,
        paths: impl IntoIterator<Item = &'p NodePath>,
        nowhere: T,
        make: impl Fn(&'d SourceFile, &Spot) -> T,
    ) -> Vec<T> {
        let paths: Vec<_> = paths.into_iter().collect();
        let mut found = vec![nowhere; paths.len()];
        let mut here: Vec<Vec<usize>> = self.documents.iter().map(|_| Vec::new()).collect();
        for (index, path) in paths.iter().enumerate() {
            if let Some(here) = here.get_mut(path.document()) {
                here.push(index);
            }
        }
        for (document, here) in self.documents.iter().zip(here) {
            if here.is_empty() {
                continue;
            }
            let file = document.file();
            let ranges: Vec<_> = here.iter().map(|index| paths[*index].range(document.tree())).collect();
            for (index, spot) in here.into_iter().zip(Lines::new(file.text(), &ranges).spots) {
                found[index] = make(file, &spot);
            }
        }
        found
    }

    /// The error that these problems make: at most 100 of them are located, the rest are counted.
    #[must_use]
    pub fn error(&self, mut problems: Vec<Problem>) -> SourceError {
        let omitted = problems.len().saturating_sub(MOST_PROBLEMS);
        problems.truncate(MOST_PROBLEMS);
        SourceError::located(self.locate(problems), omitted)
    }

    /// The errors among the problems, if there are any, and every warning.
    #[must_use]
    pub fn judge(&self, problems: Vec<Problem>) -> (Option<SourceError>, Vec<LocatedProblem>) {
        let (errors, warnings): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|problem| problem.severity == Severity::Error);
        ((!errors.is_empty()).then(|| self.error(errors)), self.locate(warnings))
    }

    /// Sorts by file and position, and says the same thing at the same place once.
    fn locate(&self, problems: Vec<Problem>) -> Vec<LocatedProblem> {
        let mut located = Vec::new();
        let mut by_file: Vec<Vec<Problem>> = self.documents.iter().map(|_| Vec::new()).collect();
        for problem in problems {
            // A path into a document that is not there cannot be made by what reads the documents.
            if let Some(list) = by_file.get_mut(problem.at.document()) {
                list.push(problem);
            }
        }
        for (document, problems) in self.documents.iter().zip(by_file) {
            if problems.is_empty() {
                continue;
            }
            let (file, tree) = (document.file(), document.tree());
            let range = |problem: &Problem| narrowed(file.text(), problem.at.range(tree), problem);
            let ranges: Vec<_> = problems.iter().map(range).collect();
            let others: Vec<_> = problems.iter().filter_map(|problem| problem.other.clone()).collect();
            let places = self.positions(others.iter().map(|(_, at)| at));
            let mut notes = others
                .iter()
                .zip(places)
                .map(|((what, _), (name, at))| format!("{what}: {name}:{}:{}", at.line, at.column));
            let has_note: Vec<_> = problems.iter().map(|problem| problem.other.is_some()).collect();
            let mut here = at_ranges(file, problems, &ranges);
            for (problem, has_note) in here.iter_mut().zip(has_note) {
                let other = if has_note { notes.next() } else { None };
                problem.note = match (other, problem.note.take()) {
                    (Some(other), Some(note)) => Some(format!("{other}; {note}")),
                    (other, note) => other.or(note),
                };
            }
            here.sort_by_key(|problem| (problem.line, problem.column));
            here.dedup_by(|b, a| (a.line, a.column, &a.message) == (b.line, b.column, &b.message));
            located.append(&mut here);
        }
        located
    }
}

/// The part of a node that a problem is about, in characters; the whole node where it is not to be found.
fn narrowed(file: &str, node: Range<usize>, problem: &Problem) -> Range<usize> {
    let Some((text, span)) = &problem.within else { return node };
    let raw: String = match file.get(node.clone()) {
        Some(raw) if file.is_ascii() => raw.to_owned(),
        _ => file.chars().skip(node.start).take(node.len()).collect(),
    };
    let part =
        raw.find(text.as_str()).and_then(|at| Some((raw.get(..at)?, text.get(..span.start)?, text.get(span.clone())?)));
    match part {
        Some((before, skipped, meant)) => {
            let start = node.start + before.chars().count() + skipped.chars().count();
            start..start + meant.chars().count().max(1)
        }
        None => node,
    }
}

/// Problems of one file whose characters are known.
pub(super) fn at_ranges(file: &SourceFile, problems: Vec<Problem>, ranges: &[Range<usize>]) -> Vec<LocatedProblem> {
    let lines = Lines::new(file.text(), ranges);
    let located = problems.into_iter().zip(lines.spots).map(|(problem, spot)| LocatedProblem {
        file: file.name().to_owned(),
        severity: problem.severity,
        code: problem.code,
        line: spot.position.line,
        column: spot.position.column,
        message: problem.message,
        label: problem.label,
        help: problem.help,
        note: file.note().map(str::to_owned),
        excerpt: excerpt(&file.text()[spot.line], spot.marked),
    });
    located.collect()
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
        // Then bytes are characters, and need not be looked at one by one.
        let is_ascii = text.is_ascii();
        let mut characters = text.char_indices();
        let (mut seen, mut line, mut line_start, mut column, mut at) = (0, 1, 0, 1, 0);
        // A line may be the whole file: its end is looked for once.
        let mut line_end = None;
        for index in order {
            let range = &ranges[index];
            if is_ascii && at < range.start {
                let to = range.start.min(text.len());
                let passed = &text[at..to];
                column += passed.len();
                if let Some(last) = passed.rfind('\n') {
                    line += passed.bytes().filter(|byte| *byte == b'\n').count();
                    (line_start, column, line_end) = (at + last + 1, passed.len() - last, None);
                }
                at = to;
            }
            while !is_ascii && seen < range.start {
                let Some((byte, character)) = characters.next() else { break };
                seen += 1;
                at = byte + character.len_utf8();
                if character == '\n' {
                    (line, line_start, column, line_end) = (line + 1, at, 1, None);
                } else {
                    column += 1;
                }
            }
            let line_end = *line_end.get_or_insert_with(|| {
                let rest = &text[line_start..];
                line_start + rest[..rest.find('\n').unwrap_or(rest.len())].trim_end_matches('\r').len()
            });
            let line_end = line_end.max(at);
            let rest = &text[at..line_end];
            let length = match is_ascii {
                true => range.len().max(1).min(rest.len()),
                false => rest.chars().take(range.len().max(1)).map(char::len_utf8).sum(),
            };
            let marked = at - line_start..at - line_start + length;
            spots[index] = Some(Spot { position: Position { line, column }, line: line_start..line_end, marked });
        }
        Self { spots: spots.into_iter().flatten().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_characters_have_the_places_that_characters_have() {
        let texts =
            ["", "a", "\n", "\n\n", "a: 1\nb: 2", "a: 1\r\nb: 22\r\n\r\n", "long: line\n  - x\n\n  - yy\n", "\r\n\r"];
        let mut asked = 0;
        for text in texts {
            // Behind a last line that is no character of one byte, all are counted.
            let counted = format!("{text}\nü");
            for start in 0..=text.len() {
                for end in start..=text.len() {
                    // Several at once, and not in their order.
                    let ranges = [start..end, 0..1, end..end, start / 2..start, 0..text.len()];
                    let (bytes, characters) =
                        (Lines::new(&format!("{text}\n."), &ranges), Lines::new(&counted, &ranges));
                    for (one, other) in bytes.spots.iter().zip(&characters.spots) {
                        assert_eq!(one.position, other.position, "{text:?} {ranges:?}");
                        assert_eq!((&one.line, &one.marked), (&other.line, &other.marked), "{text:?} {ranges:?}");
                        asked += 1;
                    }
                }
            }
        }
        assert!(asked > 1_000);
    }

    #[test]
    fn what_is_beyond_the_text_is_at_its_end() {
        let spot = |text: &str| Lines::new(text, std::slice::from_ref(&(70..80))).spots.remove(0);
        let (ascii, other) = (spot("a\nbc"), spot("a\nbü"));
        assert_eq!((ascii.position, ascii.marked), (Position { line: 2, column: 3 }, 2..2));
        assert_eq!((other.position, other.marked), (Position { line: 2, column: 3 }, 3..3));
    }
}
