//! Text from elsewhere on a terminal: what would steer it is shown, not done.

use std::borrow::Cow;
use std::fmt::Write;

/// A text from elsewhere (a file, a model, a user) as it can be shown in one line of a terminal: characters that steer a
/// terminal (escape codes among them), that turn the direction of writing, or that nobody sees, are written as escapes.
///
/// ```
/// use theus_core::source::printable;
///
/// assert_eq!(printable("two rooms, 40 €"), "two rooms, 40 €");
/// assert_eq!(printable("no\u{1b}[2J\u{202e}sey\n"), r"no\u{1b}[2J\u{202e}sey\n");
/// ```
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, steers)
}

/// As [`printable`], for a text of several lines: line breaks and tabs stay.
///
/// ```
/// use theus_core::source::printable_lines;
///
/// assert_eq!(printable_lines("a\tb\nc\u{7}"), "a\tb\nc\\u{7}");
/// ```
#[must_use]
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |it| !matches!(it, '\n' | '\t') && steers(it))
}

/// As [`printable`], for JSON: what may stand in its strings as it is and would steer a terminal becomes an escape of JSON's
/// own, so that the text says the same.
///
/// ```
/// use theus_core::source::printable_json;
///
/// assert_eq!(printable_json("[\"\u{9b}2J \u{202e}\"]"), r#"["\u009b2J \u202e"]"#);
/// ```
#[must_use]
pub fn printable_json(json: &str) -> Cow<'_, str> {
    // Between strings only white space steers, and a line break is no part of one.
    let is_escaped = |it: char| !matches!(it, '\n' | '\r' | '\t') && steers(it);
    if !json.contains(is_escaped) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len() + 64);
    for it in json.chars() {
        if !is_escaped(it) {
            shown.push(it);
            continue;
        }
        for unit in it.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` does not fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    }
    Cow::Owned(shown)
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for it in text.chars() {
        match it {
            it if !is_escaped(it) => shown.push(it),
            '\n' | '\r' | '\t' => shown.extend(it.escape_default()),
            // Writing to a `String` does not fail.
            it => drop(write!(shown, "{}", it.escape_unicode())),
        }
    }
    Cow::Owned(shown)
}

/// Whether it does something to a terminal, or to how what is around it is read, instead of being seen.
const fn steers(it: char) -> bool {
    it.is_ascii_control()
        || matches!(
            it,
            // The controls of C1: CSI is one of them.
            '\u{80}'..='\u{9f}'
            // What turns the direction of writing: "Trojan source".
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
            // Line and paragraph separators; what has no width and joins nothing; what was meant for tags.
            | '\u{2028}' | '\u{2029}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_steers_is_shown_and_what_is_seen_stays() {
        for (text, shown) in [
            ("", ""),
            ("Grüße, 東京 👩‍💻 e\u{301}", "Grüße, 東京 👩‍💻 e\u{301}"),
            ("\u{1b}]0;title\u{7}", r"\u{1b}]0;title\u{7}"),
            ("\u{9b}2J \u{7f} \u{0}", r"\u{9b}2J \u{7f} \u{0}"),
            ("a\r\nb\tc", r"a\r\nb\tc"),
            ("\u{2066}\u{200f}\u{61c}\u{2028}\u{feff}\u{e0041}", r"\u{2066}\u{200f}\u{61c}\u{2028}\u{feff}\u{e0041}"),
        ] {
            assert_eq!(printable(text), shown);
        }
        assert_eq!(printable_lines("a\r\n\tb\u{1b}"), "a\\r\n\tb\\u{1b}");
        assert!(matches!(printable("seen"), Cow::Borrowed(_)), "nothing is copied where nothing is to be escaped");
    }

    #[test]
    fn json_says_the_same_without_what_steers() {
        let text = "a\u{9b}2J \u{202e}\u{7f}\u{e0041} \u{1b}\r\n é 東 \u{feff}";
        let json = serde_json::to_string(text).unwrap();
        let shown = printable_json(&json);
        assert_eq!(shown, r#""a\u009b2J \u202e\u007f\udb40\udc41 \u001b\r\n é 東 \ufeff""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
        assert!(matches!(printable_json("{\n}"), Cow::Borrowed(_)), "nothing is copied where nothing is to be escaped");
    }

    #[test]
    fn no_text_has_anything_left_that_steers() {
        for code in 0..=0x10_ffff {
            let Some(it) = char::from_u32(code) else { continue };
            let text = it.to_string();
            assert!(!printable(&text).chars().any(steers), "{code:x}");
            assert!(!it.is_control() || steers(it), "{code:x}");
        }
    }
}
