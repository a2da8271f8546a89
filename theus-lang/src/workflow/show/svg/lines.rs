//! Long texts in several lines, so that a reader need not ask the tooltip.

use super::marks::{CHARACTER, Mark, shortened};

/// How many lines one text may have; the tooltip has all of it.
const MOST: usize = 6;

/// In front of a line that stands further to the right. No ordinary space: those at the beginning of a text are not drawn.
const INDENT: &str = "\u{a0}\u{a0}";

/// The text further to the right.
pub(super) fn indented(text: &str) -> String {
    format!("{INDENT}{text}")
}

/// A text in lines of at most so many characters; the last is shortened where that is not enough.
pub(super) fn broken(text: &str, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while lines.len() + 1 < MOST && rest.chars().count() > most {
        let (fits, _) = rest.char_indices().nth(most).unwrap_or((rest.len(), ' '));
        let end = best(rest, fits);
        lines.push(rest[..end].trim_end_matches(' ').to_owned());
        rest = rest[end..].trim_start_matches(' ');
    }
    if !rest.is_empty() {
        lines.push(shortened(rest, most));
    }
    lines
}

/// Where to break: before a guard or what is done after one, else between the parts of a list, else between words.
fn best(text: &str, fits: usize) -> usize {
    // Spaces at the end of a line are dropped.
    let is_short = |end: &usize| *end > 0 && text[..*end].trim_end_matches(' ').len() <= fits;
    let before = |mark: &str, skip: usize| text.match_indices(mark).map(|(at, _)| at + skip).filter(is_short).last();
    let of = |marks: &[(&str, usize)]| marks.iter().filter_map(|(mark, skip)| before(mark, *skip)).max();
    of(&[(" [", 0), ("] /", 1)])
        .or_else(|| of(&[(", ", 2), (" ∥ ", 1), (" { ", 3)]))
        .or_else(|| of(&[(" ", 1)]))
        .filter(|at| text[..*at].chars().count() * 4 > text[..fits].chars().count())
        .or_else(|| of(&[(" ", 1)]))
        .unwrap_or(fits)
}

/// Lines below one another that begin at the same place: those of one text after its first stand further to the right.
pub(super) fn hanging(text: &str, most: usize) -> Vec<String> {
    let indent: String = text.chars().take_while(|character| *character == '\u{a0}').collect();
    let mut lines = broken(text, most).into_iter();
    let first = lines.next();
    first.into_iter().chain(lines.map(|line| indented(&format!("{indent}{line}")))).collect()
}

/// A line of text. What stands further to the right is moved there: not every program draws spaces.
pub(super) fn mark(x: f64, y: f64, class: &'static str, line: &str) -> Mark {
    let text = line.trim_start_matches('\u{a0}');
    let indent = (line.len() - text.len()) / '\u{a0}'.len_utf8();
    let x = x + CHARACTER * f64::from(u32::try_from(indent).unwrap_or(0));
    Mark::Text { x, y, class, middle: false, text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_text_is_broken_where_it_reads_best() {
        let guarded = "EVT_CHAIN_DONE [domain.score >= global.good_enough] / count";
        assert_eq!(broken(guarded, 60), [guarded]);
        assert_eq!(broken(guarded, 52), ["EVT_CHAIN_DONE [domain.score >= global.good_enough]", "/ count"]);
        assert_eq!(broken(guarded, 40), ["EVT_CHAIN_DONE", "[domain.score >= global.good_enough]", "/ count"]);
        assert_eq!(broken("reads domain.one, domain.two", 20), ["reads domain.one,", "domain.two"]);
        assert_eq!(broken("one two three", 8), ["one two", "three"]);
    }

    #[test]
    fn a_word_that_is_too_long_and_a_text_with_too_many_lines_are_cut() {
        assert_eq!(broken("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
        assert_eq!(broken("größe漢字größe", 6), ["größe漢", "字größe"]);
        assert_eq!(broken("a b c d e f g", 1), ["a", "b", "c", "d", "e", "…"]);
        assert_eq!(broken("", 4), [""; 0]);
    }

    #[test]
    fn what_follows_hangs() {
        assert_eq!(hanging("\u{a0}\u{a0}reads a, b", 10), ["\u{a0}\u{a0}reads a,", "\u{a0}\u{a0}\u{a0}\u{a0}b"]);
        let Mark::Text { x, text, .. } = mark(10.0, 0.0, "", "\u{a0}\u{a0}b") else { panic!("no text") };
        assert_eq!((x, text.as_str()), (10.0 + 2.0 * CHARACTER, "b"));
    }
}
