//! How long and how deep an expression may be, found out without recursion: the parser and all that follows it recurse.

use super::problem::ExpressionProblem;
use super::token::{Token, TokenKind};

/// How much one evaluation may do: each element that a macro, `in`, a comparison or a `+` of lists looks at is a step, and so
/// are 64 bytes of a text that is searched, matched, compared or joined. Far more than a condition should ask, and less than
/// would hold up a session for long.
pub const MOST_STEPS: usize = 10_000_000;
/// So many bytes of text are looked at in one step.
pub(super) const TEXT: usize = 64;
/// The greatest length in bytes.
pub(super) const LONGEST: usize = 4_096;
/// How deep brackets may nest.
const DEEPEST_BRACKETS: usize = 24;
/// How high the tree of an expression may be: each bracket, operator and dot on the way counts.
pub(super) const DEEPEST: usize = 72;

/// What is known of one pair of brackets, up to now.
#[derive(Default)]
struct Level {
    /// Where it was opened.
    opened: usize,
    /// Operators and dots since the last comma, `&&` or `||`, each of which can be one floor of the tree.
    chain: usize,
    /// The highest tree within brackets since then.
    inner: usize,
    /// The highest part before that.
    before: usize,
}

impl Level {
    fn height(&self) -> usize {
        self.before.max(self.chain + self.inner)
    }

    fn next_part(&mut self) {
        self.before = self.height();
        (self.chain, self.inner) = (0, 0);
    }
}

/// Refuses a text that is longer than anyone writes, before anything looks into it.
pub(super) fn length(text: &str) -> Result<(), ExpressionProblem> {
    if text.len() <= LONGEST {
        return Ok(());
    }
    let end = (0..=40).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let message = format!("the expression is {} bytes long, more than {LONGEST}", text.len());
    Err(ExpressionProblem::new(0..end, message).help("let a process compute the value, and ask for that"))
}

/// Refuses a tree that is higher than anyone writes, and brackets that do not match.
pub(super) fn depth(text: &str, tokens: &[Token]) -> Result<(), ExpressionProblem> {
    let mut levels = vec![Level::default()];
    for token in tokens {
        let word = text.get(token.range.clone()).unwrap_or_default();
        let too_deep = || {
            ExpressionProblem::new(token.range.clone(), "the expression is nested too deep here")
                .help("let a process compute the value, and ask for that")
        };
        match (token.kind, levels.last_mut()) {
            (TokenKind::Open, _) => {
                levels.push(Level { opened: token.range.start, ..Level::default() });
                if levels.len() > DEEPEST_BRACKETS {
                    return Err(too_deep());
                }
            }
            (TokenKind::Close, Some(closed)) => {
                let (height, opened) = (closed.height() + 1, closed.opened);
                levels.pop();
                let Some(outer) = levels.last_mut() else {
                    return Err(ExpressionProblem::new(token.range.clone(), format!("`{word}` closes nothing")));
                };
                let open = text.get(opened..opened + 1).unwrap_or_default();
                if !matches!((open, word), ("(", ")") | ("[", "]") | ("{", "}")) {
                    let message = format!("`{open}` is closed by `{word}`");
                    return Err(ExpressionProblem::new(opened..token.range.end, message));
                }
                // A call or an index is a floor of its own.
                outer.chain += 1;
                outer.inner = outer.inner.max(height);
            }
            (TokenKind::Sign, Some(level)) => match word {
                "," | "&&" | "||" => level.next_part(),
                _ => level.chain += 1,
            },
            (TokenKind::Name, Some(level)) if word == "in" => level.chain += 1,
            _ => {}
        }
        if levels.last().is_some_and(|level| level.height() + levels.len() > DEEPEST) {
            return Err(too_deep());
        }
    }
    match levels.get(1..).and_then(<[Level]>::last) {
        None => Ok(()),
        Some(open) => {
            let word = text.get(open.opened..open.opened + 1).unwrap_or_default();
            Err(ExpressionProblem::new(open.opened..open.opened + 1, format!("`{word}` is not closed")))
        }
    }
}
