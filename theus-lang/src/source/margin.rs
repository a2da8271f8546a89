//! Lines between brackets or quotes that stand further left than YAML wants them: `}` below its key.
//!
//! The lines of a list, a map or a text that goes on have to be indented deeper than what it belongs to. Most readers do not
//! insist, and many people close a bracket where its line began. What is before such a line means nothing to YAML, so that a
//! text that is refused for it is read once more with blanks there; what was read must show that they were only put where
//! they mean nothing.

use std::ops::Range;

/// Blanks that a text has been given.
#[derive(Debug, Default)]
pub(super) struct Margin {
    /// Before which character of the text that has them they stand, and how many there were before that with them.
    blanks: Vec<(Range<usize>, usize)>,
    /// Where blanks mean nothing.
    harmless: Vec<Range<usize>>,
}

impl Margin {
    /// The character of the text as it is.
    pub(super) fn back(&self, at: usize) -> usize {
        let before = self.blanks.partition_point(|(blanks, _)| blanks.start < at);
        match before.checked_sub(1).and_then(|last| self.blanks.get(last)) {
            Some((blanks, sum)) => at - sum + blanks.end.saturating_sub(at),
            None => at,
        }
    }

    /// The first character behind such blanks, of the text as it is.
    pub(super) fn first(&self) -> usize {
        self.blanks.first().map_or(0, |(blanks, _)| blanks.start)
    }

    /// Whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.blanks.is_empty()
    }

    /// From the opening bracket or quote to the closing one: characters of the text that has the blanks.
    pub(super) fn allow(&mut self, range: Range<usize>) {
        if !self.is_empty() {
            self.harmless.push(range);
        }
    }

    /// Whether they are all where they mean nothing.
    pub(super) fn is_harmless(&self) -> bool {
        // A list is told after what is in it.
        let mut harmless: Vec<_> = self.harmless.iter().map(|range| (range.start, range.end)).collect();
        harmless.sort_unstable();
        let (mut ranges, mut end) = (harmless.into_iter().peekable(), 0);
        self.blanks.iter().all(|(blanks, _)| {
            while let Some((_, to)) = ranges.next_if(|(start, _)| *start < blanks.start) {
                end = end.max(to);
            }
            blanks.end < end
        })
    }
}

/// So many blanks for each byte are given: a bracket may stand far to the right of many lines.
const MOST_BLANKS: usize = 8;

/// The text with blanks before the lines that stand too far left between brackets or quotes; none where they would be far
/// more than the text.
pub(super) fn widened(text: &str) -> (String, Margin) {
    let mut widened = String::with_capacity(text.len() + text.len() / 8);
    let (mut margin, mut at, mut sum) = (Margin::default(), 0, 0);
    let mut outline = Outline::default();
    for line in text.split_inclusive('\n') {
        let said = line.trim_start_matches(' ');
        let indent = line.len() - said.len();
        let is_marker = indent == 0 && (line.starts_with("---") || line.starts_with("..."));
        if let Some(column) =
            outline.goes_on_at().filter(|column| *column >= indent && !said.trim().is_empty() && !is_marker)
        {
            let count = column + 1 - indent;
            if sum + count > text.len().saturating_mul(MOST_BLANKS) {
                return (String::new(), Margin::default());
            }
            widened.extend(std::iter::repeat_n(' ', count));
            sum += count;
            margin.blanks.push((at..at + count, sum));
            at += count;
        }
        widened.push_str(line);
        at += line.chars().count();
        outline.line(line);
    }
    (widened, margin)
}

/// What is open at the end of a line, as far as it is to be seen without parsing.
#[derive(Default)]
struct Outline {
    /// The columns of the brackets that are open.
    brackets: Vec<usize>,
    /// The quote that is open, and its column.
    quote: Option<(char, usize)>,
    /// A text of several lines goes on while they are indented deeper than this.
    block: Option<usize>,
}

impl Outline {
    /// The column of what has begun and goes on.
    fn goes_on_at(&self) -> Option<usize> {
        self.brackets.first().copied().or(self.quote.map(|(_, column)| column))
    }

    fn line(&mut self, line: &str) {
        let said = line.trim_start_matches(' ');
        if let Some(indent) = self.block.filter(|_| !said.trim().is_empty()) {
            if line.len() - said.len() > indent {
                return;
            }
            self.block = None;
        }
        // Where a word may begin, what began before it in block style, and what stands before a character.
        let (mut may_begin, mut base, mut last) = (true, 0, '\n');
        let mut characters = line.chars().enumerate().peekable();
        while let Some((column, c)) = characters.next() {
            let next = characters.peek().map_or('\n', |(_, next)| *next);
            let ends_word = matches!(next, ' ' | '\t' | '\r' | '\n');
            if let Some((quote, _)) = self.quote {
                match c {
                    '\\' if quote == '"' => drop(characters.next()),
                    '\'' if quote == c && next == c => drop(characters.next()),
                    _ if c == quote => self.quote = None,
                    _ => {}
                }
                last = c;
                continue;
            }
            let begins = may_begin && !matches!(c, ' ' | '\t');
            let in_brackets = !self.brackets.is_empty();
            match c {
                ' ' | '\t' | '\r' | '\n' => {}
                '#' if matches!(last, ' ' | '\t' | '\n') => return,
                '[' | '{' if begins || in_brackets => self.brackets.push(column),
                ']' | '}' if in_brackets => drop(self.brackets.pop()),
                '"' | '\'' if begins => self.quote = Some((c, column)),
                '|' | '>' if begins && !in_brackets => {
                    self.block = Some(base);
                    return;
                }
                _ => {}
            }
            if begins {
                // What a block is of: its key, or the dash that it stands behind.
                base = if in_brackets || matches!(c, '|' | '>') { base } else { column };
            }
            may_begin = match c {
                ' ' | '\t' => may_begin,
                '[' | '{' | ',' if in_brackets || begins => true,
                ':' if ends_word || matches!(last, '"' | '\'') => true,
                '-' | '?' if begins && ends_word => true,
                // An anchor or a tag stands before what it is of.
                '&' | '!' if begins => {
                    while characters.next_if(|(_, c)| !c.is_whitespace()).is_some() {}
                    true
                }
                _ => false,
            };
            last = c;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::{Document, SourceFile, Value};

    fn parse(text: &str) -> Result<Document, String> {
        Document::parse(SourceFile::new("f.yaml", text)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_bracket_may_close_where_its_line_began() {
        let text = "\
a:
  b: {
    c: [1,
  2],
# not } this
    d: 'it''s
  { so'
  }
  e: |
    {
  f: \"x
  y\"
g: 3
";
        let document = parse(text).unwrap();
        let (a, g) = (document.root().get("a").unwrap(), document.root().get("g"));
        assert_eq!(a.get("b").unwrap().get("c").and_then(Value::as_sequence).map(<[_]>::len), Some(2));
        assert_eq!(a.get("b").unwrap().get("d").and_then(Value::as_str), Some("it's { so"));
        assert_eq!(a.get("e").and_then(Value::as_str), Some("{\n"));
        assert_eq!(a.get("f").and_then(Value::as_str), Some("x y"));
        assert_eq!(g.and_then(Value::as_u64), Some(3));
        let root = document.path();
        let places = [root.key("a").key("b").key("c").index(1), root.key("a").at_key("f"), root.key("g")];
        let lines: Vec<_> = document.positions(&places).iter().map(|at| (at.line, at.column)).collect();
        assert_eq!(lines, [(4, 3), (11, 3), (13, 4)], "places are those of the text as it is");
    }

    #[test]
    fn what_is_wrong_behind_such_a_line_is_told_at_its_place() {
        let error = parse("a: {\n  b: 1\n}\nc: [1\nd: @\n").unwrap_err();
        assert!(error.starts_with("error[Y004]: not valid YAML: ") && error.contains("f.yaml:5:"), "{error}");
        let error = parse("a: {\n  b: 1\n}\nc: 1\nc: 2\n").unwrap_err();
        assert!(error.starts_with("error[Y008]: the key `c` is given twice\n --> f.yaml:5:1\n"), "{error}");
        let error = parse("a: {\n  b: 1\n}\n---\nc: [\n]").unwrap_err();
        assert!(error.starts_with("error[Y005]: a second document in one file\n --> f.yaml:4:1\n"), "{error}");
        let error = parse("a: \"x\nb: 1\n").unwrap_err();
        assert!(error.contains("f.yaml:1:4\n") && error.ends_with("help: close the quotes"), "{error}");
    }

    #[test]
    fn a_bracket_far_to_the_right_costs_no_more_than_its_text() {
        let far = |lines: usize| format!("a: {}[{}\n]\n", " ".repeat(10_000), "\n1,".repeat(lines));
        assert!(parse(&far(5)).is_ok());
        let error = parse(&far(10_000)).unwrap_err();
        assert!(error.contains("a line of a list or map in brackets stands too far left"), "{error}");
        assert!(error.ends_with("help: indent it deeper than the line that opens the bracket"), "{error}");
    }

    #[test]
    fn blanks_are_put_only_where_they_mean_nothing() {
        // What looks like brackets and quotes and is none.
        for text in
            ["a: it's [\nb: {\n}\n", "a: x [\n\"b\": {\n}\n", "- >\n [\n- {\n}\n", "a: b'\nc: [\n]\nd: \"'\n\"\n"]
        {
            let document = parse(text).unwrap();
            let whole = format!("{:?}", document.root());
            assert!(!whole.contains("  "), "{text}: {whole}");
        }
    }
}
