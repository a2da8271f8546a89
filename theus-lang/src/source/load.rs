//! From text to values and their places, in one pass and within limits.

use saphyr_parser::Parser;

use super::build::{Build, too_deep};
use super::code;
use super::failure::{Failure, Stop};
use super::margin::{self, Margin};
use super::path::NodePath;
use super::problem::Problem;
use super::tree::Tree;
use super::value::Value;

/// The values of a text, and where they are.
pub(super) fn load(text: &str) -> Result<(Value, Tree), Failure> {
    let refused = match pass(text, Margin::default()) {
        Err(Failure::Syntax(slip)) if slip.said.starts_with("invalid indentation") => slip,
        read => return read,
    };
    let (widened, margin) = margin::widened(text);
    if margin.is_empty() {
        return Err(Failure::Syntax(refused));
    }
    match pass(&widened, margin) {
        // What looks like the quotes of a text may be those of another one.
        Err(Failure::Syntax(_)) if refused.said.contains("quoted") => Err(Failure::Syntax(refused)),
        read => read,
    }
}

/// The one pass over a text. What had to be moved away from its left margin is told where it was.
fn pass(text: &str, margin: Margin) -> Result<(Value, Tree), Failure> {
    let mut build = Build::new(margin);
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => return Err(build.not_yaml(&error)),
        };
        match build.take(event, span) {
            Ok(()) => {}
            Err(Stop::TooDeep(at)) => {
                // In block style nothing but its first word shows where it is.
                let at = if at.is_empty() { build.first_word(&mut parser).unwrap_or(at) } else { at };
                build.report(Problem::new(NodePath::root(), too_deep()).code(code::TOO_DEEP), at);
                return Err(Failure::Problems(build.problems));
            }
            Err(Stop::UnusableKey(at)) => {
                let at = if at.is_empty() { build.first_word(&mut parser).unwrap_or(at) } else { at };
                let problem = Problem::new(NodePath::root(), "a key of this map is a list, a map or tagged");
                build.report(problem.code(code::UNUSABLE_KEY).help("write the key as one word"), at);
                return Err(Failure::Problems(build.problems));
            }
            Err(Stop::Document(at)) if build.problems.is_empty() => {
                let problem =
                    Problem::new(NodePath::root(), "a second document in one file").code(code::SECOND_DOCUMENT);
                return Err(Failure::Problems(vec![(problem.help("put it into a file of its own"), at)]));
            }
            Err(Stop::Slip(slip)) if build.problems.is_empty() => return Err(Failure::Syntax(slip)),
            Err(Stop::Document(_) | Stop::Slip(_)) => return Err(Failure::Problems(build.problems)),
        }
        if build.is_too_large(text.len()) {
            return Err(build.too_many_aliases());
        }
    }
    build.done()
}

#[cfg(test)]
#[path = "agreement_tests.rs"]
mod agreement;
