//! The README begins with this program: what stands there is what is compiled and run here.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![allow(clippy::disallowed_methods, reason = "a test runs the program")]

use std::process::Command;

const README: &str = include_str!("../../../README.md");
const PROGRAM: &str = include_str!("../src/main.rs");
const RECIPE: &str = include_str!("../audit.yaml");

/// The first block of this language.
fn block(language: &str) -> &'static str {
    let begin = format!("```{language}\n");
    let from = README.find(&begin).unwrap() + begin.len();
    &README[from..from + README[from..].find("```").unwrap()]
}

/// Without what is there for the eye: the README keeps together what rustfmt puts on lines of their own.
fn bare(text: &str) -> String {
    let text: String = text.lines().filter(|line| !line.starts_with("//!")).collect();
    let text: String = text.split_whitespace().collect();
    text.replace(",}", "}").replace(",)", ")")
}

#[test]
fn the_readme_shows_this_program() {
    assert_eq!(bare(block("rust,ignore")), bare(PROGRAM));
    assert_eq!(block("yaml"), RECIPE);
}

#[test]
fn it_stands_within_the_first_lines() {
    let program = block("rust,ignore");
    let begin = README.find(program).unwrap();
    let (above, lines) = (README[..begin].lines().count(), program.lines().count());
    assert!(above <= 25 && lines <= 40, "{above} lines above {lines}");
}

#[test]
fn it_runs() {
    assert!(Command::new(env!("CARGO_BIN_EXE_withdraw")).status().unwrap().success());
}
