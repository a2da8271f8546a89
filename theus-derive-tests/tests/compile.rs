//! Programs that must not compile. Beside each is the nearest one that must: those are modules of this binary.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[test]
fn programs_are_refused() {
    trybuild::TestCases::new().compile_fail("tests/fail/*.rs");
}

/// The files of a folder with this extension, by their names without it.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

fn stderr_of(case: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "fail", case].iter().collect();
    std::fs::read_to_string(path.with_extension("stderr")).unwrap()
}

/// The headings of a compiler's output: what starts a line, as `error: ..` and `warning: ..` do.
fn headings<'a>(stderr: &'a str, level: &str) -> Vec<&'a str> {
    stderr
        .lines()
        .filter(|line| line.strip_prefix(level).is_some_and(|rest| rest.starts_with([':', '['])))
        .filter(|line| !line.starts_with("error: could not compile") && !line.starts_with("error: aborting"))
        .collect()
}

#[test]
fn headings_are_told_from_what_is_below_them() {
    let stderr =
        "error[E0609]: no field\n  |     error: in code\nerror: second\nerror: could not compile\nwarning: w\n";
    assert_eq!(headings(stderr, "error"), ["error[E0609]: no field", "error: second"]);
    assert_eq!(headings(stderr, "warning"), ["warning: w"]);
}

#[test]
fn each_mistake_is_one_error() {
    let cases = stems("fail", "rs");
    assert!(cases.len() >= 45, "{} cases", cases.len());
    let noisy: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let stderr = stderr_of(case);
            let errors = headings(&stderr, "error");
            (errors.len() != 1).then(|| format!("{case}: {errors:?}"))
        })
        .collect();
    assert!(noisy.is_empty(), "not one error each:\n{}", noisy.join("\n"));
}

/// An error at the whole attribute would not say which of its tokens is meant.
#[test]
fn no_error_points_at_a_whole_attribute() {
    let vague: Vec<String> = stems("fail", "rs").into_iter().filter(|case| points_at(case).starts_with("#[")).collect();
    assert!(vague.is_empty(), "not at a token of the user's: {vague:?}");
}

/// The source from where the error points on.
fn points_at(case: &str) -> String {
    let stderr = stderr_of(case);
    let place = stderr.lines().find_map(|line| line.trim_start().strip_prefix("--> ")).unwrap();
    let mut numbers = place.rsplit(':').map(|number| number.parse::<usize>().unwrap());
    let (column, line) = (numbers.next().unwrap(), numbers.next().unwrap());
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "fail", case].iter().collect();
    let source = std::fs::read_to_string(path.with_extension("rs")).unwrap();
    source.lines().nth(line - 1).unwrap().chars().skip(column - 1).collect()
}

#[test]
fn every_refusal_has_its_nearest_program_that_compiles() {
    let accepted = stems("pass", "rs");
    let compiled: BTreeSet<String> = include_str!("pass/mod.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    let missing: Vec<&String> = accepted.iter().filter(|name| *name != "mod" && !compiled.contains(*name)).collect();
    assert!(missing.is_empty(), "not compiled: {missing:?}");
    let alone: Vec<String> =
        stems("fail", "rs").into_iter().filter(|case| !parts(case).any(|part| accepted.contains(part))).collect();
    assert!(alone.is_empty(), "no program beside: {alone:?}");
    let outputs = stems("fail", "stderr");
    assert_eq!(outputs, stems("fail", "rs"), "an output for each program, and no other");
}

/// `door_file`, `door`
fn parts(case: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(case), |name| name.rsplit_once('_').map(|(part, _)| part))
}
