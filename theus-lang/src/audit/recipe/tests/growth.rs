//! What a recipe costs to load grows as the file does, whatever of it is long.

use std::fmt::Write as _;
use std::time::Duration;

use super::*;
use crate::worked::time_of;

/// What is four times as long may cost so many times as much: four times and some more for a tree, far from sixteen times.
const MOST: f64 = 9.0;
/// What is quicker than this says nothing about growth.
const LEAST: Duration = Duration::from_millis(12);

fn each(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

/// A file whose one process has these outputs.
fn outputs(entries: &str) -> String {
    format!("process_recipes:\n  transfer:\n    outputs:\n{entries}")
}

/// A file whose one process has these inputs.
fn inputs(entries: &str) -> String {
    format!("process_recipes:\n  transfer:\n    inputs:\n{entries}")
}

/// What there can be many of, a file with so many, and how many it begins with.
type Long = (&'static str, usize, fn(usize) -> String);

const LONG: &[Long] = &[
    ("rules of one field", 100, |n| {
        outputs(&each(n, |i| format!("      - {{ field: domain.total, max: {}, level: C }}\n", i + 1_000)))
    }),
    ("rules of many kinds", 100, |n| {
        outputs(&each(n, |i| {
            let condition = ["min: 1", "max: 9", "neq: 3", "between: [1, 5]", "multiple_of: 2"][i % 5];
            format!("      - {{ field: domain.total, {condition}, level: C, message: \"{i}: {{value}}\" }}\n")
        }))
    }),
    ("a list of numbers", 1_000, |n| {
        outputs(&format!("      - {{ field: domain.total, in: [{}] }}\n", each(n, |i| format!("{i}, "))))
    }),
    ("a list of texts", 1_000, |n| {
        inputs(&format!("      - {{ field: name, not_in: [{}] }}\n", each(n, |i| format!("\"t{i}\", "))))
    }),
    ("templates side by side", 50, |n| {
        let templates = each(n, |i| format!("  _t{i}: {{ outputs: [ {{ field: domain.total, max: {i} }} ] }}\n"));
        let parents = each(n, |i| format!("_t{i}, "));
        format!("process_recipes:\n{templates}  transfer: {{ inherits: [{parents}] }}\n")
    }),
    ("templates that nobody inherits", 50, |n| {
        let templates = each(n, |i| format!("  _t{i}: {{ outputs: [ {{ field: domain.total, max: {i} }} ] }}\n"));
        format!("process_recipes:\n{templates}  transfer: {{}}\n")
    }),
    ("invariants", 100, |n| {
        let invariants = each(n, |i| format!("  - {{ field: domain.total, max: {}, level: C }}\n", i + 1_000));
        format!("invariants:\n{invariants}process_recipes: {{}}\n")
    }),
    ("processes that there are not", 100, |n| {
        format!("process_recipes:\n{}", each(n, |i| format!("  proces{i}: {{ outputs: [] }}\n")))
    }),
    ("fields that there are not", 100, |n| {
        outputs(&each(n, |i| format!("      - {{ field: domain.totl{i}, max: 1 }}\n")))
    }),
    ("keys that are there twice", 500, |n| {
        format!("process_recipes: {{ {} }}", each(n, |i| format!("_k{}: {{}}, ", i / 2)))
    }),
    ("a long message", 20_000, |n| {
        outputs(&format!("      - {{ field: domain.total, max: 1, message: \"{}\" }}\n", "{value} ".repeat(n)))
    }),
    ("patterns", 20, |n| {
        inputs(&each(n, |i| format!("      - {{ field: name, regex: \"^[a-z]+{i}$\", level: C }}\n")))
    }),
];

fn cost(yaml: &str) -> Duration {
    let once = || {
        time_of(|| match load(yaml) {
            Ok(recipe) => drop(recipe),
            Err(error) => assert!(!error.to_string().is_empty()),
        })
    };
    once().min(once())
}

#[test]
fn what_is_four_times_as_long_costs_about_four_times_as_much() {
    let mut told = String::new();
    for (what, count, of) in LONG {
        let (mut count, mut grows) = (*count, f64::MAX);
        for _ in 0..5 {
            let (one, four) = (cost(&of(count)), cost(&of(4 * count)));
            grows = grows.min(four.as_secs_f64() / one.as_secs_f64());
            if std::env::var_os("THEUS_GROWTH").is_some() {
                eprintln!("{what}: {count} {one:?}, {} {four:?}: {grows:.1}", 4 * count);
            }
            if one >= LEAST && grows < MOST {
                break;
            }
            count = if one < LEAST { 2 * count } else { count };
        }
        if grows >= MOST {
            let _ = writeln!(told, "{what}: {grows:.1} times");
        }
    }
    assert!(told.is_empty(), "four times as long costs\n{told}");
}
