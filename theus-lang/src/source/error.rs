//! The problems of one file, each with its line and drawn as rustc would.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::printable::{printable, printable_lines};
use super::problem::Severity;

/// How many problems one error locates and keeps; the rest are counted.
pub(super) const MOST_PROBLEMS: usize = 100;

/// A longer line is not drawn: only its position is given.
const LONGEST_LINE: usize = 2_000;

/// Everything that is wrong in one file, or in several that were read together, in their order; or that a file could not be
/// read.
///
/// Its `Display` draws each problem with its line, a caret and a help. So does its `Debug`, because that is what a `main`
/// that returns the error shows.
#[derive(thiserror::Error)]
pub struct SourceError {
    problems: Vec<LocatedProblem>,
    omitted: usize,
}

/// One problem and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocatedProblem {
    /// The name of the file.
    pub file: String,
    /// Whether it is an error or a warning.
    pub severity: Severity,
    /// The code of its kind, as in `R004`: its page is in [`errors`](crate::errors).
    pub code: Option<&'static str>,
    /// The line, counted from 1; 0 where the problem is the file itself, as when it cannot be read.
    pub line: usize,
    /// The column in characters, counted from 1; 0 where the line is 0.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What stands beside the caret.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Where else to look, as in `the other bound: base.yaml:5:9`.
    pub note: Option<String>,
    /// The line itself, for drawing, and the bytes of it that the caret marks.
    pub(super) excerpt: Option<(String, std::ops::Range<usize>)>,
}

impl fmt::Debug for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl SourceError {
    /// A file that cannot be used as a whole.
    pub(super) fn whole_file(file: &str, code: &'static str, message: String) -> Self {
        let problem = LocatedProblem {
            file: file.to_owned(),
            severity: Severity::Error,
            code: Some(code),
            line: 0,
            column: 0,
            message,
            label: None,
            help: None,
            note: None,
            excerpt: None,
        };
        Self { problems: vec![problem], omitted: 0 }
    }

    /// These problems, of which there is one at least.
    pub(crate) const fn of_located(problems: Vec<LocatedProblem>) -> Self {
        Self { problems, omitted: 0 }
    }

    pub(super) const fn located(problems: Vec<LocatedProblem>, omitted: usize) -> Self {
        Self { problems, omitted }
    }

    /// The same, with what is doubtful told behind what is wrong.
    #[must_use]
    pub(crate) fn followed_by(mut self, warnings: Vec<LocatedProblem>) -> Self {
        self.problems.extend(warnings);
        self
    }

    /// The problems, in the order of the file: at most 100 of them.
    #[must_use]
    pub fn problems(&self) -> &[LocatedProblem] {
        &self.problems
    }

    /// How many problems there are beyond those of [`problems`](Self::problems).
    #[must_use]
    pub const fn omitted(&self) -> usize {
        self.omitted
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        match self.omitted {
            0 => Ok(()),
            more => write!(f, "\n\n… and {more} more"),
        }
    }
}

/// Keeps the line where it can be drawn.
pub(super) fn excerpt(line: &str, marked: std::ops::Range<usize>) -> Option<(String, std::ops::Range<usize>)> {
    (line.len() <= LONGEST_LINE).then(|| (line.to_owned(), marked))
}

impl LocatedProblem {
    /// One at a line and a column of a file that was read before: the line itself is not drawn.
    pub(crate) fn at(
        (file, line, column): (&str, usize, usize),
        severity: Severity,
        code: &'static str,
        message: String,
        help: Option<String>,
    ) -> Self {
        let (file, code) = (file.to_owned(), Some(code));
        Self { file, severity, code, line, column, message, label: None, help, note: None, excerpt: None }
    }
}

impl fmt::Display for LocatedProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        // What a file or a path is called by may be anything, line breaks too.
        let file = printable(&self.file);
        let message = printable_lines(&self.message);
        let title = title.primary_title(&*message);
        let title = if let Some(code) = self.code { title.id(code) } else { title };
        let label = self.label.as_deref().map(printable_lines);
        let mut group = match &self.excerpt {
            Some((line, marked)) => {
                let caret = AnnotationKind::Primary.span(marked.clone()).label(label.as_deref());
                let snippet = Snippet::source(line.as_str()).line_start(self.line).path(&*file);
                title.element(snippet.annotation(caret))
            }
            None if self.line > 0 => title.element(Origin::path(&*file).line(self.line).char_column(self.column)),
            None => Group::with_title(title),
        };
        let (help, note) = (self.help.as_deref().map(printable_lines), self.note.as_deref().map(printable_lines));
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(&**help));
        }
        if let Some(note) = &note {
            group = group.element(Level::NOTE.message(&**note));
        }
        // Of the lines of the file, what is drawn leaves C1 and much that is not seen as it is.
        f.write_str(&printable_lines(&Renderer::plain().render(&[group])))
    }
}
