//! What to do about what a YAML parser says, where the text shows what was meant.

const INDENTATION: &str = "it stands further left or right than the lines that it belongs to: indent them alike";
const QUOTES: &str = "put a text with `: ` in it in quotes";

/// The help for an error at a line and column, both counted from 1; `said` is what the parser said.
pub(super) fn help(text: &str, line: usize, column: usize, said: &str) -> Option<String> {
    let written = text.split('\n').nth(line - 1).unwrap_or_default();
    let before: String = written.chars().take(column - 1).collect();
    let here = written.chars().nth(column - 1);
    let begins_line = before.trim().is_empty();
    let says = |what: &str| said.contains(what);
    let fixed = if says("tab character") || here == Some('\t') {
        "indent with spaces: YAML takes no tabs there"
    } else if says("scanning an alias") {
        "a bare `*` begins the name of an alias: write `\"*\"` for the character itself"
    } else if says("mapping values are not allowed") {
        if before.contains(": ") { QUOTES } else { INDENTATION }
    } else if says("cannot start any token") {
        "put a text that begins with such a character in quotes"
    } else if says("unknown escape character") {
        "in double quotes a backslash is doubled; in single quotes it stands for itself"
    } else if says("scanning a quoted scalar") {
        "close the quotes"
    } else if says("could not find expected ':'") {
        "write a key and its value as `key: value`"
    } else if says("expected key") || says("expected '-' indicator") {
        if begins_line { INDENTATION } else { "put a text that begins with a bracket in quotes" }
    } else if says("flow mapping") || says("flow sequence") {
        let opened_here = said.contains(&format!(" at line {line} column "));
        match here.filter(|_| opened_here) {
            Some('[' | '{') => "put a text with brackets in quotes",
            Some(':') => "put a comma between two entries, and a text with `: ` in it in quotes",
            Some(_) if written.chars().skip(column).any(|c| matches!(c, ']' | '}')) => {
                "put a comma between two entries, and a text with commas, quotes or brackets in it in quotes"
            }
            _ => return Some(unclosed(said)),
        }
    } else {
        return None;
    };
    Some(fixed.to_owned())
}

/// What was opened is where the parser says that it began.
fn unclosed(said: &str) -> String {
    let bracket = if said.contains("flow mapping") { '{' } else { '[' };
    match said.split_once(" at line ") {
        Some((_, place)) => format!("close the `{bracket}` at line {place}"),
        None => format!("close the `{bracket}`"),
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
