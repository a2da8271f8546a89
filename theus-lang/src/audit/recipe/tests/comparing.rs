//! Two recipes compared.

use super::super::{ChangeKind, RecipeChanges};
use super::*;

fn compare(old: &str, new: &str) -> RecipeChanges {
    let load = |yaml| load(yaml).map_err(|error| error.to_string()).unwrap();
    Recipe::compare(&load(old), &load(new))
}

fn entry(old: &str, new: &str) -> (ChangeKind, Vec<String>) {
    let load = |entry| load_entry(entry).map_err(|error| error.to_string()).unwrap();
    let mut changes = Recipe::compare(&load(old), &load(new)).changes;
    assert_eq!(changes.len(), 1, "{changes:?}");
    let change = changes.remove(0);
    (change.kind, change.details)
}

#[test]
fn each_setting_is_weighed_both_ways() {
    let cases = [
        ("max: 9", "max: 8", "bound 9 -> 8"),
        ("min: 1", "min: 1.5", "bound 1 -> 1.5"),
        ("max: 9", "max: 9, level: A", "level B -> A"),
        ("max: 9, level: I", "max: 9, level: C", "level I -> C"),
        ("max: 9, max_threshold: 3", "max: 9", "max_threshold 3 -> 1"),
        ("max: 9, min_threshold: 2, max_threshold: 3", "max: 9, max_threshold: 3", "min_threshold 2 -> 1"),
        ("max: 9, reset_on_success: true", "max: 9", "reset_on_success true -> false"),
    ];
    for (loose, strict, detail) in cases {
        let (loose, strict) = (format!("field: amount, {loose}"), format!("field: amount, {strict}"));
        assert_eq!(entry(&loose, &strict), (ChangeKind::Stricter, vec![detail.to_owned()]));
        assert_eq!(entry(&strict, &loose).0, ChangeKind::Looser, "{detail} the other way round");
    }
    assert_eq!(entry("field: name, max_len: 3", "field: name, max_len: 2").0, ChangeKind::Stricter);
}

#[test]
fn lists_and_ranges_are_weighed_and_patterns_are_not() {
    let cases = [
        ("amount, between: [1, 9]", "amount, between: [1, 8]", "bound [1, 9] -> [1, 8]"),
        ("count, in: [1, 2, 3]", "count, in: [3, 1]", "bound [1, 2, 3] -> [3, 1]"),
        ("name, not_in: [a]", "name, not_in: [b, a]", "bound [\"a\"] -> [\"b\", \"a\"]"),
    ];
    for (loose, strict, detail) in cases {
        let (loose, strict) = (format!("field: {loose}"), format!("field: {strict}"));
        assert_eq!(entry(&loose, &strict), (ChangeKind::Stricter, vec![detail.to_owned()]));
        assert_eq!(entry(&strict, &loose).0, ChangeKind::Looser, "{detail} the other way round");
    }
    assert_eq!(entry("field: count, in: [1, 2]", "field: count, in: [2, 3]").0, ChangeKind::Otherwise);
    assert_eq!(entry("field: amount, between: [1, 9]", "field: amount, between: [2, 10]").0, ChangeKind::Otherwise);
    assert_eq!(entry("field: name, regex: a", "field: name, regex: b").0, ChangeKind::Otherwise);
    let same = |entry: &str| {
        let load = || load_entry(entry).map_err(|error| error.to_string()).unwrap();
        Recipe::compare(&load(), &load())
    };
    for rule in ["name, regex: a", "note, exists: true", "items, unique: true", "count, in: [2, 1]"] {
        let changes = same(&format!("field: {rule}"));
        assert!(changes.is_empty() && changes.unchanged == 1, "{rule}: {changes}");
    }
}

#[test]
fn what_cannot_be_weighed_or_goes_both_ways_is_otherwise() {
    assert_eq!(
        entry("field: amount, max: 9, level: B", "field: amount, max: 8, level: C"),
        (ChangeKind::Otherwise, vec!["bound 9 -> 8".to_owned(), "level B -> C".to_owned()])
    );
    assert_eq!(
        entry("field: name, eq: a", "field: name, eq: b"),
        (ChangeKind::Otherwise, vec!["bound \"a\" -> \"b\"".to_owned()])
    );
    assert_eq!(
        entry("field: amount, max: 9", "field: amount, max: 9, message: '{value} is too much'"),
        (ChangeKind::Otherwise, vec!["message none -> \"{value} is too much\"".to_owned()])
    );
}

#[test]
fn a_review_shows_every_change_with_both_positions() {
    let old = "process_recipes:
  _t:
    outputs: [{ field: domain.total, min: 0, level: A }]
  transfer:
    inherits: _t
    inputs:
      - { field: amount, max: 10 }
      - { field: name, min_len: 1 }
  refund: { inherits: _t }
";
    let new = "# A comment that moves everything.
process_recipes:
  _t:
    outputs: [{ field: domain.total, min: 5, level: A }]
  transfer:
    inherits: _t
    inputs:
      - { field: amount, max: 20 }
      - { field: amount, min: 1, level: C, min_threshold: 2, max_threshold: 3, reset_on_success: true }
  refund: { inherits: _t, inputs: [{ field: domain.total, min: 0 }] }
";
    let changes = compare(old, new);
    assert_eq!(
        changes.to_string(),
        "2 rules stricter, 1 looser, 0 otherwise changed, 2 new, 1 gone, 0 unchanged

stricter  refund, transfer, output gate: domain.total min
          bound 0 -> 5
          r.yaml:3:38 -> r.yaml:4:38

looser    transfer, input gate: amount max
          bound 10 -> 20
          r.yaml:7:26 -> r.yaml:8:26

new       refund, input gate: domain.total min 0 (level B, acts at violation 1)
          r.yaml:10:59

new       transfer, input gate: amount min 1 (level C, acts at violation 3, warns from 2, a pass resets)
          r.yaml:9:26

gone      transfer, input gate: name min_len 1 (level B, acts at violation 1)
          r.yaml:8:24
"
    );
    let json = serde_json::to_value(&changes).unwrap();
    assert_eq!((&json["changes"][0]["kind"], &json["changes"][0]["new"]["limit"]), (&"stricter".into(), &"5".into()));
    assert_eq!(changes.of_kind(ChangeKind::New).count(), 2);
    let same = compare(new, &new.replace("# A comment that moves everything.\n", ""));
    assert!(same.is_empty() && same.unchanged == 5, "{same}");
}

#[test]
fn graduated_limits_are_compared_level_by_level() {
    let entries = |c: u32, s: u32| {
        format!(
            "process_recipes:\n  refund: {{ outputs: [{{ field: domain.temperature, max: {c}, level: C }}, {{ field: domain.temperature, max: {s}, level: S }}] }}\n"
        )
    };
    let changes = compare(&entries(80, 90), &entries(70, 90));
    assert_eq!((changes.changes.len(), changes.unchanged), (1, 1));
    assert_eq!(changes.changes[0].details, ["bound 80 -> 70"]);
    let one = "process_recipes:\n  refund: { outputs: [{ field: domain.temperature, max: 90, level: S }] }\n";
    let changes = compare(&entries(80, 90), one);
    assert_eq!((changes.changes[0].kind, changes.unchanged), (ChangeKind::Gone, 1));
}

#[test]
fn long_lists_that_begin_alike_are_paired_by_all_of_them() {
    let list = |last: u8| format!("{{ field: count, not_in: [1, 2, 3, 4, 5, 6, 7, 8, {last}], level: C }}");
    let recipe =
        |lists: [u8; 2]| format!("process_recipes:\n  transfer: {{ inputs: [{}] }}\n", lists.map(list).join(", "));
    let changes = compare(&recipe([9, 10]), &recipe([10, 9]));
    assert!(changes.is_empty() && changes.unchanged == 2, "{changes}");
    let changes = compare(&recipe([9, 10]), &recipe([10, 11]));
    assert_eq!((changes.changes.len(), changes.unchanged), (1, 1), "{changes}");
    assert_eq!(
        changes.changes[0].details,
        ["bound [1, 2, 3, 4, 5, 6, 7, 8, 9] -> [1, 2, 3, 4, 5, 6, 7, 8, 11]"],
        "what differs is shown"
    );
}
