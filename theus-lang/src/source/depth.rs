//! A look at the nesting of a text before `serde_yaml` reads it.
//!
//! Its scanner takes time that grows with the square of the nesting of `[` and `{`, so a text that could be nested
//! deeply is walked first by the marked parser, which stops at the limit.

use std::ops::Range;

use saphyr_parser::{Event, Parser};

use super::load::MAX_DEPTH;

/// So few brackets are harmless however they are nested.
const HARMLESS: usize = 1_000;

/// What the walk found, and at which characters.
pub(super) enum Nesting {
    TooDeep(Range<usize>),
    NotYaml(Range<usize>, String),
}

/// Walks a text with many brackets; `None` where it may be read.
pub(super) fn check(text: &str) -> Option<Nesting> {
    text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).nth(HARMLESS)?;
    let mut depth = 0_usize;
    let mut parser = Parser::new_from_str(text);
    loop {
        match parser.next_event()? {
            Ok((Event::SequenceStart(..) | Event::MappingStart(..), span)) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(Nesting::TooDeep(span.start.index()..span.end.index()));
                }
            }
            Ok((Event::SequenceEnd | Event::MappingEnd, _)) => depth = depth.saturating_sub(1),
            Ok(_) => {}
            Err(error) => {
                let at = error.marker().index();
                return Some(match error.info() {
                    // The walk has a limit of its own, above ours, which it may meet while looking ahead.
                    "recursion limit exceeded" => Nesting::TooDeep(at..at),
                    info => Nesting::NotYaml(at..at, info.to_owned()),
                });
            }
        }
    }
}
