//! Whether a function stands in an `impl` or a `trait`, where a process cannot be.
//!
//! A macro is not told, and what it writes would be refused there in words about `struct` and `const`. So it looks at the
//! source file, if there is one: at the block that is open where the function begins.

use proc_macro::{TokenStream, TokenTree};

/// `impl` or `trait`, and the name of the function in it.
pub(crate) fn block_around(item: &TokenStream) -> Option<(&'static str, proc_macro2::Ident)> {
    let mut tokens = item.clone().into_iter().peekable();
    let first = tokens.peek()?.span();
    // At the beginning of a line nothing is around it, as far as files are formatted.
    if first.column() <= 1 {
        return None;
    }
    let name =
        tokens.skip_while(|token| !matches!(token, TokenTree::Ident(word) if word.to_string() == "fn")).nth(1)?;
    let text = std::fs::read_to_string(first.local_file()?).ok()?;
    let before = before(&text, name.span().line(), name.span().column())?;
    // The file is what was compiled only if the name stands where it should.
    if !text.get(before.len()..)?.starts_with(&name.to_string()) {
        return None;
    }
    let block = innermost(before)?;
    Some((block, syn::parse::<syn::Ident>(TokenStream::from(name)).ok()?))
}

/// The text before a line and a column, both counted from 1, the column in bytes or, as far as a line has no others, letters.
fn before(text: &str, line: usize, column: usize) -> Option<&str> {
    let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let rest = text.get(start..)?;
    let length: usize = rest.chars().take(column.checked_sub(1)?).map(char::len_utf8).sum();
    text.get(..start + length)
}

/// `impl` or `trait` where that is the block which is open at the end of the text.
fn innermost(text: &str) -> Option<&'static str> {
    let mut headers: Vec<String> = Vec::new();
    let mut header = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let skipped = skipped(rest);
        if skipped > 0 {
            rest = rest.get(skipped..).unwrap_or_default();
            continue;
        }
        match letter {
            '{' => headers.push(std::mem::take(&mut header)),
            '}' => {
                headers.pop();
                header.clear();
            }
            ';' => header.clear(),
            letter => header.push(letter),
        }
        rest = &rest[letter.len_utf8()..];
    }
    kind(headers.last()?)
}

/// How many bytes a comment or a literal at the beginning takes; 0 where there is none.
fn skipped(text: &str) -> usize {
    let to = |end: &str, from: usize| {
        text.get(from..).and_then(|rest| rest.find(end)).map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("//") {
        return to("\n", 2);
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    if let Some(rest) = text.strip_prefix('r').filter(|rest| rest.starts_with(['"', '#'])) {
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        // `r#name` is a name.
        return if rest[hashes..].starts_with('"') { to(&format!("\"{}", "#".repeat(hashes)), 2 + hashes) } else { 0 };
    }
    if text.starts_with('"') {
        return quoted(text, '"');
    }
    // A letter in quotes, and not a lifetime.
    let mut letters = text.strip_prefix('\'').unwrap_or_default().chars();
    match (letters.next(), letters.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(text, '\''),
        _ => 0,
    }
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// What a block's header begins with, after attributes and what stands before the word.
fn kind(header: &str) -> Option<&'static str> {
    let mut rest = header.trim_start();
    while let Some(attribute) = rest.strip_prefix('#') {
        rest = attribute.split_once(']')?.1.trim_start();
    }
    let mut words =
        rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty());
    let word = words.find(|word| !["pub", "crate", "super", "in", "unsafe", "default", "auto"].contains(word))?;
    ["impl", "trait"].into_iter().find(|kind| *kind == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_that_is_open_is_found() {
        for (text, block) in [
            ("impl Bank {\n    ", Some("impl")),
            ("impl<T: Default> Shelf<T> where T: Clone {\n    fn a() {}\n    #[process] pub ", Some("impl")),
            ("#[allow(dead_code)]\nunsafe impl Send for Bank { ", Some("impl")),
            ("pub(crate) trait Desk {", Some("trait")),
            ("mod inner {\n    impl Bank { fn a() { if b { c } } }\n    ", None),
            ("impl Bank {}\n", None),
            ("mod implementation { ", None),
            ("// impl Bank {\n", None),
            ("/* /* impl */ Bank { */ ", None),
            ("const A: &str = \"impl Bank { \\\" {\"; ", None),
            ("const A: &str = r#\"impl Bank {\"#; ", None),
            ("const A: char = '{'; const B: &'static str = \"\"; ", None),
            ("fn r#impl() { ", None),
            ("impl Bank { const A: char = '}'; // }\n ", Some("impl")),
        ] {
            assert_eq!(innermost(text), block, "{text}");
        }
    }

    #[test]
    fn a_place_is_counted_in_lines_and_letters() {
        assert_eq!(before("ab\ncä d\n", 2, 4), Some("ab\ncä "));
        assert_eq!(before("ab", 5, 1), Some("ab"));
    }
}
