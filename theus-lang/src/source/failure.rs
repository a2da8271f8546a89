//! Why a text is no document.

use std::ops::Range;

use super::problem::Problem;

/// What makes a document unusable.
pub(super) enum Failure {
    /// Problems, each with its characters.
    Problems(Vec<(Problem, Range<usize>)>),
    /// Not YAML: what the parser says, and at which character.
    Syntax(Slip),
}

/// What is not YAML.
#[derive(Debug)]
pub(super) struct Slip {
    pub(super) said: String,
    pub(super) at: usize,
    /// The bracket that is open there.
    pub(super) open: Option<Bracket>,
}

/// A bracket that has not been closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bracket {
    pub(super) at: usize,
    pub(super) is_map: bool,
}

/// Why a text is not read to its end.
pub(super) enum Stop {
    TooDeep(Range<usize>),
    UnusableKey(Range<usize>),
    Document(Range<usize>),
    Slip(Slip),
}
