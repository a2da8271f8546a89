//! Numbers and texts that are written out, as CEL has them.

use super::syntax::Literal;

/// A number, with a minus before it where that belongs to it; `None` of what is none, or is beyond 64 bits.
pub(super) fn number(word: &str, is_negative: bool) -> Option<Literal> {
    let sign = if is_negative { "-" } else { "" };
    let (digits, is_unsigned) = match word.strip_suffix(['u', 'U']) {
        Some(digits) => (digits, true),
        None => (word, false),
    };
    if let Some(hex) = digits.strip_prefix("0x") {
        // `from_str_radix` takes a sign of its own.
        if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        return if is_unsigned {
            (!is_negative).then_some(())?;
            u64::from_str_radix(hex, 16).ok().map(Literal::Unsigned)
        } else {
            i64::from_str_radix(&format!("{sign}{hex}"), 16).ok().map(Literal::Int)
        };
    }
    if is_unsigned {
        let is_plain = !is_negative && digits.bytes().all(|byte| byte.is_ascii_digit());
        return is_plain.then(|| digits.parse().ok()).flatten().map(Literal::Unsigned);
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{sign}{digits}").parse().ok().map(Literal::Int);
    }
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_float = (are_digits(whole) || (whole.is_empty() && fraction.is_some()))
        && fraction.is_none_or(are_digits)
        && exponent.is_none_or(|exponent| are_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    let value: f64 = is_float.then(|| format!("{sign}{digits}").parse().ok()).flatten()?;
    value.is_finite().then_some(Literal::Float(value))
}

/// A text between quotes, with what stands before them; `None` where it has an escape that there is not.
pub(super) fn text(word: &str) -> Option<Literal> {
    let prefix = word.bytes().take_while(|byte| matches!(byte, b'r' | b'R' | b'b' | b'B')).count();
    let (before, body) = word.split_at_checked(prefix)?;
    let is_raw = before.contains(['r', 'R']);
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| body.starts_with(quote))?;
    let inner = body.strip_prefix(quote)?.strip_suffix(quote)?;
    // CEL's own rule: a line ends in the same way on every system.
    let inner = inner.replace("\r\n", "\n").replace('\r', "\n");
    let value = if is_raw { inner } else { unescaped(&inner)? };
    Some(if before.contains(['b', 'B']) { Literal::Bytes } else { Literal::Text(value) })
}

fn unescaped(text: &str) -> Option<String> {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        made.push_str(rest.get(..at)?);
        let after = rest.get(at + 1..)?;
        let kind = after.chars().next()?;
        let after = after.get(kind.len_utf8()..)?;
        let (character, taken) = match kind {
            'a' => ('\x07', 0),
            'b' => ('\x08', 0),
            'f' => ('\x0C', 0),
            'n' => ('\n', 0),
            'r' => ('\r', 0),
            't' => ('\t', 0),
            'v' => ('\x0B', 0),
            '\\' | '?' | '"' | '\'' | '`' => (kind, 0),
            'x' | 'X' => (code(after, 2, 16)?, 2),
            'u' => (code(after, 4, 16)?, 4),
            'U' => (code(after, 8, 16)?, 8),
            // Three octal digits, of which this is the first.
            '0'..='3' => (code(rest.get(at + 1..)?, 3, 8)?, 2),
            _ => return None,
        };
        made.push(character);
        rest = after.get(taken..)?;
    }
    made.push_str(rest);
    Some(made)
}

/// The character that so many digits stand for.
fn code(text: &str, digits: usize, radix: u32) -> Option<char> {
    let digits = text.get(..digits)?;
    let are_digits = digits.chars().all(|digit| digit.is_digit(radix));
    are_digits.then(|| u32::from_str_radix(digits, radix).ok()).flatten().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_cel() {
        for (word, is_negative, expected) in [
            ("0", false, Literal::Int(0)),
            ("9223372036854775807", false, Literal::Int(i64::MAX)),
            ("9223372036854775808", true, Literal::Int(i64::MIN)),
            ("0xFf", true, Literal::Int(-255)),
            ("0xFfu", false, Literal::Unsigned(255)),
            ("18446744073709551615U", false, Literal::Unsigned(u64::MAX)),
            ("1.5", true, Literal::Float(-1.5)),
            (".5", false, Literal::Float(0.5)),
            ("1e3", false, Literal::Float(1000.0)),
            ("1.5E-3", false, Literal::Float(0.0015)),
            ("2e+1", false, Literal::Float(20.0)),
        ] {
            assert_eq!(number(word, is_negative), Some(expected), "{word}");
        }
        let none = [
            "9223372036854775808",
            "18446744073709551616u",
            "1x",
            "1_000",
            "1.5.2",
            "1e",
            "1e+",
            "0x",
            "0x-1",
            "1.5u",
            "1e400",
            "e1",
            "0b1",
            "1uu",
        ];
        for word in none {
            assert_eq!(number(word, false), None, "{word}");
        }
        assert_eq!(number("1u", true), None, "an unsigned number has no sign");
    }

    #[test]
    fn texts_are_those_of_cel() {
        for (word, expected) in [
            (r#""a\"b""#, "a\"b"),
            (r"'\a\b\f\n\r\t\v\\\?\`'", "\x07\x08\x0C\n\r\t\x0B\\?`"),
            (r"'\x41\X42\u00e9\U0001F600\101'", "ABé😀A"),
            (r"r'\q\n'", "\\q\\n"),
            ("'''it's'''", "it's"),
            ("\"\"\"a\r\nb\rc\"\"\"", "a\nb\nc"),
            ("''", ""),
            ("'größe'", "größe"),
        ] {
            assert_eq!(text(word), Some(Literal::Text(expected.to_owned())), "{word}");
        }
        for word in
            [r"'\q'", r"'\x4'", r"'\u12'", r"'\ud800'", r"'\U00110000'", r"'\400'", r"'\18'", r"'\xé'", r"'\x+1'"]
        {
            assert_eq!(text(word), None, "{word}");
        }
        assert_eq!(text("b'ab'"), Some(Literal::Bytes));
    }
}
