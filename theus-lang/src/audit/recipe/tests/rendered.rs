//! Every message of every code, in its exact words and drawing: those of the pages' wrong examples, and of the few files that
//! are too long or too broken for a page.
//!
//! `rendered.txt` has what they must be. Where a message is meant to change, `THEUS_BLESS=1` writes it anew, for a review.

use super::*;
use crate::errors::PAGES;
use crate::source::{MAX_BYTES, SourceFile};

const RENDERED: &str = include_str!("rendered.txt");

fn drawn(yaml: &str) -> String {
    match load(yaml) {
        Ok(recipe) => recipe.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"),
        Err(error) => error.to_string(),
    }
}

/// What is said of a file of these bytes, in whatever folder it is.
fn drawn_of_file(name: &str, bytes: &[u8]) -> String {
    let path = std::env::temp_dir().join(format!("theus-rendered-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    let error = SourceFile::read(&path).unwrap_err().to_string();
    std::fs::remove_file(&path).unwrap();
    error.replace(&path.display().to_string(), name)
}

/// The message of a code: of its page's first example, which is wrong, or of a file that no page can show.
fn message(code: &str, page: &str) -> String {
    match code {
        "R012" => drawn(&chain(66)),
        "Y001" => SourceFile::read("no/such/file.yaml").unwrap_err().to_string(),
        "Y002" => drawn_of_file("not_text.yaml", b"a: 1\nb: \xff\n"),
        "Y003" => drawn_of_file("too_long.yaml", &vec![b'#'; MAX_BYTES + 1]),
        _ => {
            let wrong = page.split("```yaml\n").nth(1).and_then(|rest| rest.split_once("```"));
            drawn(wrong.unwrap_or_else(|| panic!("{code} has no example")).0)
        }
    }
}

#[test]
fn every_code_is_told_in_its_exact_words() {
    // Those of workflows are held against snapshots beside their loader.
    let pages = PAGES.iter().filter(|(code, _)| !code.starts_with('W'));
    let told: Vec<(&str, String)> = pages.map(|(code, page)| (*code, message(code, page))).collect();
    if std::env::var_os("THEUS_BLESS").is_some() {
        let all: String = told.iter().map(|(code, message)| format!("== {code}\n{message}\n")).collect();
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/audit/recipe/tests/rendered.txt");
        return std::fs::write(file, all).unwrap();
    }
    let mut expected = RENDERED.split("== ").skip(1).map(|section| section.split_once('\n').unwrap());
    for (code, message) in &told {
        let (expected_code, expected) = expected.next().unwrap_or_else(|| panic!("{code} has no exact text"));
        assert_eq!((*code, format!("{message}\n").as_str()), (expected_code, expected));
        assert!(message.contains(&format!("[{code}]: ")), "{code} is not what its example shows: {message}");
    }
    assert_eq!(expected.next(), None, "a text without a code");
}
