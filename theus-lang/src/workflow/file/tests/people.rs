//! Files as people write them: wrong ones, each with all that is said of it, and unusual ones that are right.

use super::{load, sound};

/// The files of a text: each begins with a line `=== what it is`.
fn files(text: &str) -> Vec<(&str, &str)> {
    text.split("=== ").filter_map(|part| part.split_once('\n')).collect()
}

#[test]
fn what_is_wrong_is_told_at_its_place_and_once() {
    let files = files(include_str!("people/wrong.txt"));
    assert!(files.len() >= 40, "{}", files.len());
    let mut drawn = String::new();
    for (what, yaml) in files {
        let told = match load(yaml) {
            Err(error) => error.to_string(),
            Ok(it) => it.warnings().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"),
        };
        assert!(!told.is_empty(), "{what}");
        drawn += &format!("=== {what}\n{told}\n\n");
    }
    insta::assert_snapshot!("wrong", drawn);
}

#[test]
fn what_is_unusual_and_right_is_not_doubted() {
    let files = files(include_str!("people/right.txt"));
    assert!(files.len() >= 10, "{}", files.len());
    for (_, yaml) in files {
        sound(yaml);
    }
}

#[test]
fn windows_files_are_read_as_others_are() {
    sound("\u{feff}states:\r\n  A: { events: { CMD_START: B } }\r\n  B:\r\n    final: true\r\n");
}
