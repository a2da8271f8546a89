//! What to do about what a YAML parser says, where the text shows what was meant.

use super::failure::{Bracket, Slip};

const INDENTATION: &str = "it stands further left or right than the lines that it belongs to: indent them alike";
const QUOTES: &str = "put a text with `: ` in it in quotes";
const TABS: &str = "indent with spaces: YAML takes no tabs there";
const COMMA: &str = "put a comma between two entries, and a text with commas, quotes or brackets in it in quotes";

/// What is told about what is not YAML.
pub(super) struct Explanation {
    pub(super) said: String,
    /// At which character.
    pub(super) at: usize,
    pub(super) help: Option<String>,
}

/// The first character that YAML does not take, quoted or not.
pub(super) fn unprintable(text: &str) -> Option<Slip> {
    let bytes = text.as_bytes();
    let is_unprintable = |at: usize| match bytes[at] {
        b'\t' | b'\n' | b'\r' => false,
        byte if byte < 0x20 || byte == 0x7f => true,
        // The controls of C1, but for the line break among them.
        0xc2 => matches!(bytes.get(at + 1), Some(0x80..=0x84 | 0x86..=0x9f)),
        0xef => matches!(bytes.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])),
        _ => false,
    };
    let at = (0..bytes.len()).find(|at| is_unprintable(*at))?;
    let at = text.get(..at)?.chars().count();
    Some(Slip { said: "control characters are not allowed".to_owned(), at, open: None })
}

/// The words, the place and the help for what the parser stumbled on.
pub(super) fn told(text: &str, slip: Slip) -> Explanation {
    let Slip { said, at, open } = slip;
    let here = Here::new(text, at);
    let says = |what: &str| said.contains(what);
    let plain =
        |said: &str, at: usize, help: &str| Explanation { said: said.to_owned(), at, help: Some(help.to_owned()) };
    if says("tab") && !says("stable") || here.next == Some('\t') {
        return plain("found a tab where spaces indent", here.tab().unwrap_or(at), TABS);
    }
    if says("unknown anchor") || says("scanning an anchor or alias") {
        let is_bare = !here.rest.get(1..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric);
        let help = match here.next {
            Some('*') if is_bare => "a bare `*` begins the name of an alias: write `\"*\"` for the character itself",
            Some('*') => {
                "an alias repeats what stands behind `&` and its name above it; a text that begins with `*` stands in quotes"
            }
            _ => "a text that begins with `&` stands in quotes",
        };
        let said = if is_bare {
            format!("found `{}` without a name behind it", here.next.unwrap_or('*'))
        } else {
            "unknown anchor".to_owned()
        };
        return plain(&said, at, help);
    }
    if says("mapping values are not allowed") {
        let help = if here.before.contains(": ") { QUOTES } else { INDENTATION };
        return plain(&said, at, help);
    }
    if says("unexpected character") {
        let help = "put a text that begins with such a character in quotes";
        return plain("found character that cannot start any token", at, help);
    }
    if says("unknown escape character") || says("hexadecimal number") || says("Unicode character escape") {
        let help = "in double quotes a backslash is doubled; in single quotes it stands for itself";
        return plain(&turned(&said, None), here.escape().unwrap_or(at), help);
    }
    if says("scanning a quoted scalar") || says("indentation in quoted scalar") {
        return plain("the quotes that begin here are not closed", at, "close the quotes");
    }
    if says("simple key expect") {
        return plain(
            "could not find expected ':'",
            here.line_before().unwrap_or(at),
            "write a key and its value as `key: value`",
        );
    }
    if says("node content")
        && here.rest.trim().is_empty()
        && let Some(open) = open
    {
        return Explanation { help: Some(close(&Here::new(text, open.at), open)), said: turned(&said, None), at };
    }
    if says("invalid indentation") {
        return plain(
            "a line of a list or map in brackets stands too far left",
            at,
            "indent it deeper than the line that opens the bracket",
        );
    }
    if says("comments must be separated") {
        return plain(&said, at, "put a blank before the `#`");
    }
    if says("trailing content after") {
        let help = if here.is_in_brackets(open) { COMMA } else { "put the whole text in quotes" };
        return plain("found more text behind the closing quote", at, help);
    }
    if says("expected key") || says("expected '-' indicator") {
        let help = if here.begins_line() { INDENTATION } else { "put a text that begins with a bracket in quotes" };
        return plain(&turned(&said, None), at, help);
    }
    // A key of a list in brackets that is not closed before it.
    let said = if says("illegal placement of ':'") {
        "while parsing a flow sequence, expected ',' or ']'".to_owned()
    } else {
        said
    };
    let said = turned(&said, open.map(|open| Here::new(text, open.at)).as_ref());
    let help = match open {
        Some(open) if says_flow(&said) => Some(of_brackets(text, &here, open)),
        _ => None,
    };
    Explanation { said, at, help }
}

fn says_flow(said: &str) -> bool {
    said.contains("flow mapping") || said.contains("flow sequence")
}

/// The help for what does not fit between brackets.
fn of_brackets(text: &str, here: &Here<'_>, open: Bracket) -> String {
    let opened = Here::new(text, open.at);
    let in_line = here.next.filter(|_| opened.line == here.line && !here.rest.is_empty());
    let help = match in_line {
        Some('[' | '{') => "put a text with brackets in quotes",
        Some(':') => "put a comma between two entries, and a text with `: ` in it in quotes",
        Some(_) if here.rest.chars().skip(1).any(|c| matches!(c, ']' | '}')) => COMMA,
        _ => return close(&opened, open),
    };
    help.to_owned()
}

fn close(opened: &Here<'_>, open: Bracket) -> String {
    let bracket = if open.is_map { '{' } else { '[' };
    format!("close the `{bracket}` at line {} column {}", opened.line, opened.column)
}

/// What the parser says with what is wrong before what it was at, and where that began.
fn turned(said: &str, began: Option<&Here<'_>>) -> String {
    let (doing, wrong) = match said.strip_prefix("while ").and_then(|rest| rest.split_once(", ")) {
        Some((doing, wrong)) => (doing, wrong),
        None => return said.to_owned(),
    };
    let wrong = if wrong.starts_with("expected") { format!("did not find {wrong}") } else { wrong.to_owned() };
    match began.filter(|_| says_flow(doing)) {
        Some(Here { line, column, .. }) => format!("{wrong}, while {doing} at line {line} column {column}"),
        None => format!("{wrong}, while {doing}"),
    }
}

/// A place in the text.
struct Here<'t> {
    text: &'t str,
    /// Counted from 1, as the column is.
    line: usize,
    column: usize,
    /// The byte at which the line begins, and how many characters stand before it.
    begins: (usize, usize),
    /// What stands before it in its line.
    before: &'t str,
    /// What stands behind it in its line, it included.
    rest: &'t str,
    next: Option<char>,
}

impl<'t> Here<'t> {
    fn new(text: &'t str, at: usize) -> Self {
        let byte = text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
        let start = text[..byte].rfind('\n').map_or(0, |end| end + 1);
        let end = text[byte..].find('\n').map_or(text.len(), |end| byte + end);
        let (before, rest) = (&text[start..byte], &text[byte..end]);
        let line = text[..start].matches('\n').count() + 1;
        let characters = before.chars().count();
        let begins = (start, at.min(text.chars().count()) - characters);
        Self { text, line, column: characters + 1, begins, before, rest, next: rest.chars().next() }
    }

    fn begins_line(&self) -> bool {
        self.before.trim().is_empty()
    }

    /// The first tab that indents something, in this line or behind it.
    fn tab(&self) -> Option<usize> {
        let (byte, mut at) = self.begins;
        for line in self.text.get(byte..)?.split_inclusive('\n') {
            let blank = line.chars().take_while(|c| matches!(c, ' ' | '\t'));
            let tab = blank.clone().position(|c| c == '\t');
            if let Some(tab) = tab.filter(|_| !line.trim().is_empty()) {
                return Some(at + tab);
            }
            at += line.chars().count();
        }
        None
    }

    /// Where the last line before this place begins that says something.
    fn line_before(&self) -> Option<usize> {
        let (byte, at) = self.begins;
        let mut at = at;
        for line in self.text.get(..byte)?.split_inclusive('\n').rev() {
            at -= line.chars().count();
            let said = line.trim_start_matches(' ');
            if !said.trim().is_empty() && !said.starts_with('#') {
                return Some(at + line.chars().count() - said.chars().count());
            }
        }
        None
    }

    /// The first backslash behind an opening quote that escapes nothing.
    fn escape(&self) -> Option<usize> {
        let byte = self.begins.0 + self.before.len();
        let mut characters = self.text.get(byte..)?.chars().enumerate().peekable();
        let start = self.begins.1 + self.column - 1;
        while let Some((at, c)) = characters.next() {
            if c != '\\' {
                continue;
            }
            let (_, kind) = characters.next()?;
            let digits = match kind {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                '0' | 'a' | 'b' | 't' | '\t' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '/' | '\\' | 'N' | '_'
                | 'L' | 'P' | '\n' | '\r' => 0,
                _ => return Some(start + at),
            };
            let mut code = String::new();
            while code.len() < digits {
                match characters.next_if(|(_, c)| c.is_ascii_hexdigit()) {
                    Some((_, digit)) => code.push(digit),
                    None => return Some(start + at),
                }
            }
            if digits > 0 && u32::from_str_radix(&code, 16).ok().and_then(char::from_u32).is_none() {
                return Some(start + at);
            }
        }
        None
    }

    /// Whether it is within brackets: the parser may look ahead of what it tells.
    fn is_in_brackets(&self, open: Option<Bracket>) -> bool {
        let count = |brackets: [char; 2]| self.before.matches(brackets).count();
        open.is_some() || count(['[', '{']) > count([']', '}'])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::{Document, SourceFile};

    #[test]
    fn what_is_commonly_slipped_on_has_its_help() {
        let indent = "it stands further left or right than the lines that it belongs to: indent them alike";
        let cases = [
            ("p:\n\tt: 1\n", "indent with spaces: YAML takes no tabs there"),
            ("p:\n  - field: a\n\t min: 1\n", "indent with spaces: YAML takes no tabs there"),
            ("p:\n  - { field: domain.today[bolus], max: 1 }\n", "put a text with brackets in quotes"),
            ("p:\n  - field: [bolus].x\n", "put a text that begins with a bracket in quotes"),
            ("p:\n  - field: a\n    message: too hot: stop\n", "put a text with `: ` in it in quotes"),
            (
                "p:\n  - { field: a, message: too hot: stop }\n",
                "put a comma between two entries, and a text with `: ` in it in quotes",
            ),
            ("p:\n  - { field: a min: 5 }\n", "put a comma between two entries, and a text with `: ` in it in quotes"),
            (
                "p:\n  *:\n    inputs: []\n",
                "a bare `*` begins the name of an alias: write `\"*\"` for the character itself",
            ),
            ("p:\n  a:\n    x: 1\n   y: 2\n", indent),
            ("p:\n  - x: 1\n     y: 2\n", indent),
            ("p:\n  a:\n    - x\n   - y\n", indent),
            ("p:\n  - { max: 1\n  - { max: 2 }\n", "close the `{` at line 2 column 5"),
            ("p: [ 1, 2\n", "close the `[` at line 1 column 4"),
            (
                "p: [a(), b(5, 'x'), c]\n",
                "put a comma between two entries, and a text with commas, quotes or brackets in it in quotes",
            ),
            ("p: \"a\n", "close the quotes"),
            ("p: @x\n", "put a text that begins with such a character in quotes"),
            ("p: \"\\d+\"\n", "in double quotes a backslash is doubled; in single quotes it stands for itself"),
            ("p:\n  a: 1\n  min 5\n", "write a key and its value as `key: value`"),
            ("p: \"a\" b\n", "put the whole text in quotes"),
            ("p: { a: |x }\n", "put a text that begins with such a character in quotes"),
            ("p: [1]# one\n", "put a blank before the `#`"),
            ("p: { q: {\n", "close the `{` at line 1 column 9"),
            (
                "p: *bold* text\n",
                "an alias repeats what stands behind `&` and its name above it; a text that begins with `*` stands in quotes",
            ),
        ];
        for (text, help) in cases {
            let error = Document::parse(SourceFile::new("f.yaml", text)).unwrap_err().to_string();
            assert!(
                error.starts_with("error[Y004]: ") && error.ends_with(&format!("= help: {help}")),
                "{text}\n{error}"
            );
        }
    }

    #[test]
    fn the_place_is_where_the_slip_is() {
        let cases = [
            ("p:\n\tt: 1\n", (2, 1)),
            ("p:\n  - field: a\n\t min: 1\n", (3, 1)),
            ("p:\n  a: 1\n  min 5\n\n# what follows\nq: 1\n", (3, 3)),
            ("p: \"a\\\\ü\\d+\"\n", (1, 9)),
            ("p: \"\\x4\"\n", (1, 5)),
            ("p:\n  q: \"a\nr: 1\n", (2, 6)),
            ("p: [ 1, 2\n", (2, 1)),
            ("p: ü\nq: @x\n", (2, 4)),
            ("ü: \u{7}\n", (1, 4)),
            ("a: *nothing\n", (1, 4)),
        ];
        for (text, (line, column)) in cases {
            let error = Document::parse(SourceFile::new("f.yaml", text)).unwrap_err();
            let place = (error.problems()[0].line, error.problems()[0].column);
            assert_eq!(place, (line, column), "{text}\n{error}");
        }
    }

    #[test]
    fn what_the_help_says_to_write_is_read() {
        for text in [
            "p:\n  - { field: 'domain.today[\"bolus\"]', max: 1 }\n",
            "p:\n  - field: a\n    message: \"too hot: stop\"\n",
            "p:\n  \"*\":\n    inputs: []\n",
            "p: '\\d+'\n",
        ] {
            assert!(Document::parse(SourceFile::new("f.yaml", text)).is_ok(), "{text}");
        }
    }
}
