//! What can be wrong with the input, and where.

use std::fmt;
use std::io;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use thiserror::Error;

/// A longer row is not drawn: only its position is given.
const LONGEST_DRAWN: usize = 200;

/// Why the readings ended before their time.
#[derive(Debug, Error)]
pub(crate) enum InputError {
    /// The file cannot be opened or read.
    #[error("{}", title(&format!("cannot read `{file}`: {source}")))]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A row is not what it should be.
    #[error(transparent)]
    Malformed(Box<Malformed>),
}

/// A row that is not what it should be; drawn as the engine draws what is wrong in a recipe.
#[derive(Debug, Error)]
pub(crate) struct Malformed {
    file: String,
    line: usize,
    row: String,
    wrong: Wrong,
}

/// What is wrong with a row.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(super) message: String,
    /// The bytes of the row that are meant.
    pub(super) marked: Range<usize>,
    pub(super) label: &'static str,
}

impl Wrong {
    /// The error, with its place.
    pub(super) fn at(self, file: &str, line: usize, row: &[u8]) -> InputError {
        let row = String::from_utf8_lossy(row).into_owned();
        InputError::Malformed(Box::new(Malformed { file: file.to_owned(), line, row, wrong: self }))
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, row, wrong } = self;
        let Range { start, end } = wrong.marked;
        let title = Level::ERROR.primary_title(wrong.message.as_str());
        let drawn = row.len() <= LONGEST_DRAWN && row.get(start..end).is_some();
        let group = if drawn {
            let caret = AnnotationKind::Primary.span(start..end).label(wrong.label);
            title.element(Snippet::source(row.as_str()).line_start(*line).path(file.as_str()).annotation(caret))
        } else {
            title.element(Origin::path(file.as_str()).line(*line))
        };
        f.write_str(&Renderer::plain().render(&[group]))
    }
}

fn title(message: &str) -> String {
    Renderer::plain().render(&[Group::with_title(Level::ERROR.primary_title(message))])
}
