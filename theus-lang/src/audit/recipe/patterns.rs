//! The regular expressions of a recipe: each compiled once, and all of them together within a bound.

use std::collections::HashMap;

use regex::{Error, Regex, RegexBuilder};

use super::code;
use super::refused::Refused;

/// The longest regular expression, and what it may compile to.
const LONGEST_PATTERN: usize = 4_096;
const LARGEST_PATTERN: usize = 1 << 20;
/// A pattern counts as the first of these that it fits into: how much it takes is not told.
const SIZES: [usize; 3] = [1 << 14, 1 << 17, LARGEST_PATTERN];
/// What all of them may compile to: a line of a small file is enough for a megabyte, and for the time that it takes.
const LARGEST_TOGETHER: usize = 128 << 20;

/// What was compiled, and how much has been used of the bound.
#[derive(Default)]
pub(super) struct Patterns {
    compiled: HashMap<String, Regex>,
    used: usize,
}

impl Patterns {
    /// A pattern as it matches; one that was compiled before is shared.
    pub(super) fn compiled(&mut self, pattern: &str) -> Result<Regex, Refused> {
        if let Some(regex) = self.compiled.get(pattern) {
            return Ok(regex.clone());
        }
        if pattern.len() > LONGEST_PATTERN {
            let message = format!("the regular expression is longer than {LONGEST_PATTERN} bytes");
            return Err(Refused::value(message).code(code::PATTERN));
        }
        for size in SIZES {
            if self.used + size > LARGEST_TOGETHER {
                let message = format!("the regular expressions of the recipe grow beyond {LARGEST_TOGETHER} bytes");
                return Err(Refused::value(message)
                    .code(code::PATTERN)
                    .help("use fewer, or repeat fewer times in them"));
            }
            let mut builder = RegexBuilder::new(pattern);
            builder.size_limit(size).dfa_size_limit(LARGEST_PATTERN).nest_limit(100);
            match builder.build() {
                Ok(regex) => {
                    self.used += size;
                    self.compiled.insert(pattern.to_owned(), regex.clone());
                    return Ok(regex);
                }
                Err(Error::CompiledTooBig(limit)) if limit < LARGEST_PATTERN => {}
                Err(error) => {
                    // What is refused took its time too.
                    self.used += size;
                    return Err(refused(&error));
                }
            }
        }
        Err(refused(&Error::CompiledTooBig(LARGEST_PATTERN)))
    }
}

fn refused(error: &Error) -> Refused {
    let refused = match error {
        Error::CompiledTooBig(limit) => {
            Refused::value(format!("the regular expression grows beyond {limit} bytes")).help("repeat fewer times")
        }
        // What is wrong stands in the last line, below a drawing of the pattern.
        other => {
            let said = other.to_string();
            let said = said.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Refused::value(format!("not a regular expression: {said}"))
        }
    };
    refused.code(code::PATTERN)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn all_patterns_together_are_bounded_and_one_is_compiled_once() {
        let mut patterns = Patterns::default();
        let refused = (0..).find_map(|number| patterns.compiled(&format!("\\w{{20}}{number}")).err()).unwrap();
        assert_eq!(refused.message, "the regular expressions of the recipe grow beyond 134217728 bytes");
        let count = patterns.compiled.len();
        assert!((128..=1024).contains(&count), "{count}");
        assert!((0..100_000).all(|_| patterns.compiled("\\w{20}0").is_ok()), "shared");
    }

    #[test]
    fn thousands_of_usual_patterns_are_within_the_bound() {
        let mut patterns = Patterns::default();
        assert!((0..5_000).all(|number| patterns.compiled(&format!("^[A-Z]{{2}}-[0-9]{{4,12}}-{number}$")).is_ok()));
    }
}
