//! Lists in files of their own.

use std::path::PathBuf;

use super::super::fixture::catalog;
use super::super::list_files::list_files;
use super::*;
use crate::context::Value;
use crate::source::{Document, SourceFile};

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("theus-lists-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("lists")).unwrap();
        for (name, text) in files {
            std::fs::write(folder.join(name), text).unwrap();
        }
        Self(folder)
    }

    /// A recipe with one entry, read from a file of the folder.
    fn load(&self, entry: &str) -> Result<Recipe, SourceError> {
        let path = self.0.join("audit.yaml");
        std::fs::write(&path, format!("process_recipes:\n  transfer:\n    inputs:\n      - {{ {entry} }}\n")).unwrap();
        let document = Document::parse(SourceFile::read(&path)?)?;
        Recipe::load(&document, &catalog())
    }

    fn limit(&self, entry: &str) -> String {
        let recipe = self.load(entry).unwrap_or_else(|error| panic!("{error}"));
        recipe.rules("transfer").unwrap().rules(Gate::Input)[0].limit()
    }

    fn refused(&self, entry: &str) -> String {
        let error = self.load(entry).unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!(error.problems().len(), 1, "{error}");
        let told = format!("{} {}:{} {}", problem.code.unwrap(), problem.line, problem.column, problem.message);
        told.replace(&self.0.display().to_string(), "FOLDER")
    }
}

#[test]
fn each_line_is_a_value_and_empty_ones_and_comments_are_none() {
    let folder = Folder::with(
        "lines",
        &[
            ("names.txt", "\u{feff}# who may\n\n  Ann \r\nBob Smith\n\t# nobody else\n007\ntrue\n"),
            ("lists/counts.txt", "5\n 10\n0x10\n"),
            ("amounts.txt", "0.5\n1e3\n"),
        ],
    );
    assert_eq!(folder.limit("field: name, in: { file: names.txt }"), r#"["007", "Ann", "Bob Smith", "true"]"#);
    assert_eq!(folder.limit("field: name, not_in: { file: names.txt }"), r#"["007", "Ann", "Bob Smith", "true"]"#);
    assert_eq!(folder.limit("field: count, in: { file: lists/counts.txt }"), "[5, 10, 16]");
    assert_eq!(folder.limit("field: count, in: { file: ./lists/../lists/counts.txt }"), "[5, 10, 16]");
    assert_eq!(folder.limit("field: amount, in: { file: amounts.txt }"), "[0.5, 1000]");
    let recipe = folder.load("field: name, in: { file: names.txt }").unwrap();
    let rule = &recipe.rules("transfer").unwrap().rules(Gate::Input)[0];
    assert!(rule.condition().passes(Value::Text("Bob Smith")) && !rule.condition().passes(Value::Text("Bob")));
}

#[test]
fn what_is_wrong_in_a_file_is_said_with_its_line() {
    let folder = Folder::with(
        "wrong",
        &[
            ("counts.txt", "# of bytes\n5\n300\n"),
            ("twice.txt", "Ann\n\nBob\nAnn\n"),
            ("word.txt", "5\nfive\n"),
            ("none.txt", "# none\n\n"),
        ],
    );
    let said = folder.refused("field: count, in: { file: counts.txt }");
    assert!(said.starts_with("R017 4:29 counts.txt:3: "), "{said}");
    assert_eq!(
        folder.refused("field: name, in: { file: twice.txt }"),
        "R025 4:28 twice.txt:4: \"Ann\" is in the list twice"
    );
    let said = folder.refused("field: count, not_in: { file: word.txt }");
    assert!(said.starts_with("R017 4:33 word.txt:2: `not_in` of count must be an integer, not \"five\""), "{said}");
    assert_eq!(folder.refused("field: name, in: { file: none.txt }"), "R052 4:36 `none.txt` has no values");
}

#[test]
fn a_file_that_is_not_there_and_what_names_none_are_refused() {
    let folder = Folder::with("gone", &[("names.txt", "Ann\n")]);
    let said = folder.refused("field: name, in: { file: nmes.txt }");
    assert!(said.starts_with("R052 4:36 cannot read `FOLDER/nmes.txt`: No such file"), "{said}");
    let absolute = folder.0.join("names.txt").display().to_string();
    assert!(folder.refused(&format!("field: name, in: {{ file: {absolute} }}")).ends_with("is not beside the recipe"));
    for map in ["{}", "{ file: 7 }", "{ file: '' }", "{ files: names.txt }", "{ file: names.txt, lines: [Ann] }"] {
        let said = folder.refused(&format!("field: name, in: {map}"));
        assert_eq!(said, "R052 4:28 a list is written out, or stands in a file: `{ file: NAME }`", "{map}");
    }
    // Of a test that takes no list it is what it was.
    assert!(folder.refused("field: name, eq: { file: names.txt }").starts_with("R017 "));
    assert!(folder.load("field: name, in: { file: names.txt }").is_ok());
}

#[test]
fn what_is_too_large_is_refused() {
    let many: String = (0..100_001).map(|n| format!("{n}\n")).collect();
    let folder = Folder::with(
        "large",
        &[("many.txt", &many), ("long.txt", &"x".repeat(1_001)), ("fit.txt", &"x".repeat(1_000))],
    );
    assert_eq!(
        folder.refused("field: name, in: { file: many.txt }"),
        "R052 4:36 many.txt:100001: a list has at most 100000 values"
    );
    assert!(
        folder
            .refused("field: name, in: { file: long.txt }")
            .starts_with("R052 4:36 long.txt:1: a value of a list has")
    );
    assert!(folder.load("field: name, in: { file: fit.txt }").is_ok());
}

#[test]
fn a_text_has_only_the_files_that_it_is_given() {
    let yaml = "process_recipes: { transfer: { inputs: [{ field: name, in: { file: names.txt } }] } }";
    let error = load(yaml).unwrap_err();
    assert_eq!(error.problems()[0].message, "there is no `names.txt` beside a recipe that is a text");
    let given = SourceFile::new("r.yaml", yaml).with_beside([("names.txt".to_owned(), "Ann\n".to_owned())]);
    let document = Document::parse(given).unwrap();
    assert_eq!(list_files(&document), ["names.txt"]);
    assert!(Recipe::load(&document, &catalog()).is_ok());
    let other = SourceFile::new("r.yaml", yaml).with_beside([("other.txt".to_owned(), String::new())]);
    let error = Recipe::load(&Document::parse(other).unwrap(), &catalog()).unwrap_err();
    assert_eq!(error.problems()[0].message, "there is no `names.txt`");
}
