//! The words of an expression, read before the parser sees it: for its bounds, for positions, and for errors that say what
//! was probably meant.

use std::ops::Range;

use super::problem::ExpressionProblem;

/// A word of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

/// What kind of word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Name,
    Number,
    Text,
    /// `(`, `[`, `{`.
    Open,
    /// `)`, `]`, `}`.
    Close,
    Sign,
}

/// Signs of two characters, which are looked for first.
const PAIRS: [&str; 7] = ["&&", "||", "==", "!=", "<=", ">=", ".?"];

/// Every word of `text`, in order.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ExpressionProblem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else { break };
        let mut add = |kind, length: usize| {
            tokens.push(Token { kind, range: at..at + length });
            length
        };
        at += match first {
            ' ' | '\t' | '\n' | '\r' | '\x0C' => 1,
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if let Some(length) = string(rest, at)? => add(TokenKind::Text, length),
            'a'..='z' | 'A'..='Z' | '_' => add(TokenKind::Name, name(rest)),
            '0'..='9' => add(TokenKind::Number, number(rest)),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => add(TokenKind::Number, number(rest)),
            '(' | '[' | '{' => add(TokenKind::Open, 1),
            ')' | ']' | '}' => add(TokenKind::Close, 1),
            _ if PAIRS.iter().any(|pair| rest.starts_with(pair)) => add(TokenKind::Sign, 2),
            '.' | ',' | '?' | ':' | '!' | '<' | '>' | '+' | '-' | '*' | '/' | '%' => add(TokenKind::Sign, 1),
            other => return Err(unexpected(other, at)),
        };
    }
    Ok(tokens)
}

fn unexpected(character: char, at: usize) -> ExpressionProblem {
    let problem = ExpressionProblem::new(at..at + character.len_utf8(), format!("{character:?} is not expected here"));
    match character {
        '=' => problem.help("two values are compared by `==`"),
        '&' => problem.help("write `&&` for \"and\""),
        '|' => problem.help("write `||` for \"or\""),
        '$' => problem.help("`${ }` belongs around the whole expression, and only around one that is an argument"),
        '‘' | '’' | '“' | '”' => problem.help("a text stands between \" and \" or between ' and '"),
        _ => problem,
    }
}

fn name(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// The length of a number: digits, a fraction, an exponent, `0x`, a `u` at its end. Whether it is one is the parser's to say.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while let Some(&byte) = bytes.get(end) {
        let fraction = byte == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let exponent =
            matches!(byte, b'+' | b'-') && end > 0 && matches!(bytes[end - 1], b'e' | b'E') && !text.starts_with("0x");
        if !(byte.is_ascii_alphanumeric() || byte == b'_' || fraction || exponent) {
            break;
        }
        end += 1;
    }
    end
}

/// The length of the string that the text begins with: `"…"`, `'…'`, three of either, `r` or `b` before it.
fn string(text: &str, at: usize) -> Result<Option<usize>, ExpressionProblem> {
    let prefix = text.bytes().take(2).take_while(|byte| matches!(byte, b'r' | b'R' | b'b' | b'B')).count();
    let raw = text[..prefix].contains(['r', 'R']);
    let body = &text[prefix..];
    let Some(quote) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| body.starts_with(quote)) else {
        return Ok(None);
    };
    let mut end = quote.len();
    loop {
        let rest = &body[end..];
        if rest.starts_with(quote) {
            return Ok(Some(prefix + end + quote.len()));
        }
        let mut characters = rest.chars();
        match characters.next() {
            Some('\n' | '\r') if quote.len() == 1 => break,
            Some('\\') if !raw => end += 1 + characters.next().map_or(0, char::len_utf8),
            Some(character) => end += character.len_utf8(),
            None => break,
        }
    }
    Err(ExpressionProblem::new(at..at + prefix + quote.len(), "the text that begins here does not end")
        .help(format!("close it by `{quote}`")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokens(text).unwrap().into_iter().map(|token| &text[token.range]).collect()
    }

    #[test]
    fn words_are_split_as_the_parser_splits_them() {
        assert_eq!(
            words("domain.a>=1.5e-3&&!b[0]"),
            ["domain", ".", "a", ">=", "1.5e-3", "&&", "!", "b", "[", "0", "]"]
        );
        assert_eq!(words("0xFFu-1 // the rest\n+ .5"), ["0xFFu", "-", "1", "+", ".5"]);
        assert_eq!(
            words(r#"r"\" + "a\"b" + '''it's''' + rx"#),
            [r#"r"\""#, "+", r#""a\"b""#, "+", "'''it's'''", "+", "rx"]
        );
        assert_eq!(words("1.size()"), ["1", ".", "size", "(", ")"]);
        assert_eq!(words("größe".trim_end_matches("öße")), ["gr"]);
        assert!(words("").is_empty() && words(" // nothing").is_empty());
    }

    #[test]
    fn what_is_no_word_is_refused_with_what_was_meant() {
        let refused = |text: &str| tokens(text).map_err(|problem| (problem.to_string(), problem.span)).unwrap_err();
        assert_eq!(refused("a = 1"), ("'=' is not expected here; two values are compared by `==`".into(), 2..3));
        assert_eq!(refused("a & b"), ("'&' is not expected here; write `&&` for \"and\"".into(), 2..3));
        assert_eq!(refused("größe"), ("'ö' is not expected here".into(), 2..4));
        assert_eq!(refused("a == 'b"), ("the text that begins here does not end; close it by `'`".into(), 5..6));
        assert_eq!(
            refused("r\"\"\"x\""),
            ("the text that begins here does not end; close it by `\"\"\"`".into(), 0..4)
        );
        assert_eq!(refused("'\\"), ("the text that begins here does not end; close it by `'`".into(), 0..1));
    }
}
