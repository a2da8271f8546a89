//! Thresholds the wrong way round, wherever each of the two comes from.

use super::*;

const ENTRY: &str = "process_recipes:\n  transfer: { inputs: [{ field: amount, min: 1";

fn with(defaults: &str, own: &str) -> String {
    format!("defaults: {{ {defaults} }}\n{ENTRY}{own} }}] }}\n")
}

#[test]
fn a_default_above_an_entry_s_own_threshold_is_refused_with_both_places() {
    assert_eq!(
        refused(&with("min_threshold: 3, max_threshold: 5", ", max_threshold: 2")),
        "
error[R009]: min_threshold 3 is above max_threshold 2: the level acts before any early warning
 --> r.yaml:3:64
  |
3 |   transfer: { inputs: [{ field: amount, min: 1, max_threshold: 2 }] }
  |                                                                ^
  |
  = help: min_threshold is 3 by the defaults of the file: give it, at most 2
  = note: the min_threshold: r.yaml:1:28
"
    );
    assert_eq!(
        refused(&with("max_threshold: 2", ", min_threshold: 3")),
        "
error[R009]: min_threshold 3 is above max_threshold 2: the level acts before any early warning
 --> r.yaml:3:64
  |
3 |   transfer: { inputs: [{ field: amount, min: 1, min_threshold: 3 }] }
  |                                                                ^
  |
  = help: max_threshold is 2 by the defaults of the file: give it, at least 3
  = note: the max_threshold: r.yaml:1:28
"
    );
    assert!(refused(&with("min_threshold: 3, max_threshold: 5", ", threshold: 2")).contains("--> r.yaml:3:60\n"));
    let thresholds = |defaults: &str, own: &str| {
        let recipe = load(&with(defaults, own)).unwrap();
        let rules = recipe.rules("transfer").unwrap();
        let rule = &rules.rules(Gate::Input)[0];
        (rule.min_threshold(), rule.max_threshold())
    };
    assert_eq!(thresholds("min_threshold: 3, max_threshold: 5", ", max_threshold: 3"), (3, 3));
    assert_eq!(thresholds("min_threshold: 3, max_threshold: 5", ", min_threshold: 1, max_threshold: 2"), (1, 2));
    assert_eq!(thresholds("max_threshold: 2", ", min_threshold: 2"), (2, 2));
}

#[test]
fn a_default_without_a_maximum_is_refused_where_an_entry_gives_none() {
    assert_eq!(
        refused(&with("min_threshold: 3", "")),
        "
error[R009]: min_threshold 3 is above max_threshold 1: the level acts before any early warning
 --> r.yaml:3:24
  |
3 |   transfer: { inputs: [{ field: amount, min: 1 }] }
  |                        ^
  |
  = help: min_threshold is 3 by the defaults of the file, and max_threshold 1 where it is not given: give one of them
  = note: the min_threshold: r.yaml:1:28
"
    );
    assert_eq!(rules(&with("min_threshold: 3", ", max_threshold: 3")), ["amount min 1"]);
}

#[test]
fn what_is_no_threshold_is_reported_once() {
    for (defaults, own) in [
        ("min_threshold: 3, max_threshold: 2", ""),
        ("min_threshold: 3, max_threshold: 5", ", max_threshold: few"),
        ("max_threshold: 2", ", min_threshold: 3, max_threshold: few"),
    ] {
        let words = refused(&with(defaults, own));
        assert_eq!(words.matches("error[").count(), 1, "{words}");
    }
}
