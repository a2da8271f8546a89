//! Paths as they are written: names, indexes, keys and computed properties.

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment<'p> {
    /// A field, a variant, an argument or a layer.
    Name(&'p str),
    /// `mean()`.
    Call(&'p str),
    /// `[3]`, `[-1]`: an element by its position, or a map's integer key.
    Number(i128),
    /// `["alice"]`: a map's key.
    Key(String),
    /// `[*]`: every element.
    Each,
}

/// Reads a path; what is wrong with it otherwise, and what to do about it.
pub(super) fn segments(path: &str) -> Result<Vec<Segment<'_>>, (String, Option<String>)> {
    let mut segments = Vec::new();
    let mut rest = path;
    loop {
        let end = rest.find(['.', '[', ']', '(', ')', '"', '\'']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.trim().is_empty() {
            return Err((format!("a name is missing in `{path}`"), None));
        }
        if name.chars().any(char::is_whitespace) {
            return Err((format!("`{path}` has a space in it"), None));
        }
        rest = after;
        if let Some(after) = rest.strip_prefix('(') {
            let Some(after) = after.strip_prefix(')') else {
                let help = called_on(name, after, segments.is_empty());
                return Err((format!("`{name}` in `{path}` takes no arguments"), Some(help)));
            };
            segments.push(Segment::Call(name));
            rest = after;
        } else {
            segments.push(Segment::Name(name));
        }
        while let Some(after) = rest.strip_prefix('[') {
            let (segment, after) = bracket(path, after)?;
            segments.push(segment);
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(segments),
            None => return Err((format!("`{rest}` in `{path}` is not part of a path"), None)),
        }
    }
}

/// What is meant by `mean(domain.readings)`, and what can be written for `count(comparison where …)`.
fn called_on(name: &str, arguments: &str, first: bool) -> String {
    let inside = arguments.split(')').next().unwrap_or_default().trim();
    let is_path = !inside.is_empty() && !inside.contains(|c: char| c.is_whitespace() || "<>=!&|,".contains(c));
    let computes = ["first", "keys", "last", "len", "max", "mean", "min", "sum", "values"];
    if first && is_path && (computes.contains(&name) || inside.starts_with("domain.")) {
        let name = if name == "count" { "len" } else { name };
        return format!("write `{inside}.{name}()`");
    }
    if inside.is_empty() || !first {
        return format!("write `{name}()`");
    }
    "a path asks of all elements: `len()`, `sum()`, `mean()`, `min()`, `max()`; for those that fulfil a condition give the type a \
     method, as `#[inspect(methods(overdue -> usize))]`, and ask `domain.overdue()`"
        .to_owned()
}

/// What is between brackets, and what comes after them.
fn bracket<'a>(path: &str, inside: &'a str) -> Result<(Segment<'a>, &'a str), (String, Option<String>)> {
    let open = || (format!("a bracket is not closed in `{path}`"), None);
    if let Some(quote) = inside.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let mut key = String::new();
        let mut characters = inside[1..].char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => key.push(characters.next().ok_or_else(open)?.1),
                _ if character == quote => {
                    let after = inside[at + 2..].strip_prefix(']').ok_or_else(open)?;
                    return Ok((Segment::Key(key), after));
                }
                other => key.push(other),
            }
        }
        return Err(open());
    }
    let (written, after) = inside.split_once(']').ok_or_else(open)?;
    if written.trim() == "*" {
        return Ok((Segment::Each, after));
    }
    match written.parse() {
        Ok(number) => Ok((Segment::Number(number), after)),
        Err(_) => {
            let help = format!(
                "write an index such as `[0]` or `[-1]`, or a key in quotes: `[\"{written}\"]`; `[*]` is every element"
            );
            Err((format!("`[{written}]` in `{path}` is neither an index nor a key"), Some(help)))
        }
    }
}

/// The path so far, for messages.
pub(super) fn written(segments: &[Segment<'_>]) -> String {
    let mut text = String::new();
    for segment in segments {
        match segment {
            Segment::Name(name) | Segment::Call(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
                if matches!(segment, Segment::Call(_)) {
                    text.push_str("()");
                }
            }
            Segment::Number(number) => text += &format!("[{number}]"),
            Segment::Key(key) => text += &format!("[{key:?}]"),
            Segment::Each => text.push_str("[*]"),
        }
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn name(text: &str) -> Segment<'_> {
        Segment::Name(text)
    }

    fn call(text: &str) -> Segment<'_> {
        Segment::Call(text)
    }

    #[test]
    fn every_part_is_told_from_the_others() {
        let key = |text: &str| Segment::Key(text.to_owned());
        let cases = [
            ("amount", vec![name("amount")]),
            ("domain.pair.0", vec![name("domain"), name("pair"), name("0")]),
            ("domain.readings[-1]", vec![name("domain"), name("readings"), Segment::Number(-1)]),
            ("a[\"x.y]\"].len()", vec![name("a"), key("x.y]"), call("len")]),
            ("a['it''s']", vec![]),
            (r#"a["say \"hi\" \\"]"#, vec![name("a"), key(r#"say "hi" \"#)]),
            ("a.values().mean()", vec![name("a"), call("values"), call("mean")]),
            ("a[*].b[*][*]", vec![name("a"), Segment::Each, name("b"), Segment::Each, Segment::Each]),
            ("a[1][2].b", vec![name("a"), Segment::Number(1), Segment::Number(2), name("b")]),
            ("a[\"\"]", vec![name("a"), key("")]),
        ];
        for (path, expected) in cases {
            match segments(path) {
                Ok(segments) => assert_eq!(segments, expected, "{path}"),
                Err(_) => assert!(expected.is_empty(), "{path}"),
            }
        }
    }

    #[test]
    fn what_is_no_path_is_said() {
        let said = |path: &str| segments(path).unwrap_err().0;
        assert_eq!(said("a."), "a name is missing in `a.`");
        assert_eq!(said("a..b"), "a name is missing in `a..b`");
        assert_eq!(said("[0]"), "a name is missing in `[0]`");
        assert_eq!(said("a.[0]"), "a name is missing in `a.[0]`");
        assert_eq!(said("a b"), "`a b` has a space in it");
        assert_eq!(said("a[0"), "a bracket is not closed in `a[0`");
        assert_eq!(said("a[\"x]"), "a bracket is not closed in `a[\"x]`");
        assert_eq!(said("a[\"x\\"), "a bracket is not closed in `a[\"x\\`");
        assert_eq!(said("a[\"ü\"x]"), "a bracket is not closed in `a[\"ü\"x]`");
        assert_eq!(said("a[x]"), "`[x]` in `a[x]` is neither an index nor a key");
        assert_eq!(said("a.mean(3)"), "`mean` in `a.mean(3)` takes no arguments");
        assert_eq!(said("a()x"), "`x` in `a()x` is not part of a path");
        assert_eq!(said("a]"), "`]` in `a]` is not part of a path");
    }
}
