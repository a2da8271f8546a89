//! What the check of the whole recipe finds, in its exact words.

use super::*;

const TEMPLATE: &str = "process_recipes:\n  _t: { inputs: [{ field: amount, min: 50 }, { field: name, eq: bob }] }\n";

#[test]
fn bounds_that_contradict_across_entries_and_templates_are_refused() {
    assert_eq!(
        refused(&format!("{TEMPLATE}  transfer: {{ inherits: _t, inputs: [{{ field: amount, max: 40 }}] }}\n")),
        "
error[R018]: no value of amount satisfies both min 50 and max 40
 --> r.yaml:3:55
  |
3 |   transfer: { inherits: _t, inputs: [{ field: amount, max: 40 }] }
  |                                                       ^^^
  |
  = help: no run of `transfer` could ever pass
  = note: min 50 is here: r.yaml:2:35
"
    );
    let passes = format!("{TEMPLATE}  transfer: {{ inherits: _t, inputs: [{{ field: amount, max: 50 }}] }}\n");
    assert_eq!(rules(&passes).len(), 3);
}

#[test]
fn a_value_outside_the_other_rules_is_refused() {
    let with = |entry: &str| format!("{TEMPLATE}  transfer: {{ inherits: _t, inputs: [{{ {entry} }}] }}\n");
    assert!(
        refused(&with("field: name, max_len: 2"))
            .contains("error[R018]: no value of name satisfies both eq \"bob\" and max_len 2\n")
    );
    assert!(refused(&with("field: name, neq: bob")).contains("satisfies both eq \"bob\" and neq \"bob\"\n"));
    assert!(refused(&with("field: amount, eq: 3.5")).contains("satisfies both min 50 and eq 3.5\n"));
    assert_eq!(rules(&with("field: name, max_len: 3, neq: eve")).len(), 4);
    let graduated = "process_recipes:\n  transfer: { inputs: [{ field: amount, eq: 1 }, { field: amount, eq: 2 }] }\n";
    assert!(refused(graduated).contains("satisfies both eq 1 and eq 2\n"));
}

#[test]
fn lists_and_ranges_contradict_too() {
    let with = |entry: &str| format!("process_recipes:\n  transfer: {{ inputs: [{{ {entry} }}] }}\n");
    let wrong = |entry: &str| refused(&with(entry));
    assert!(
        wrong("field: count, in: [1, 2], min: 5")
            .contains("error[R018]: no value of count satisfies both min 5 and in")
    );
    assert!(wrong("field: amount, between: [1, 2], min: 5").contains("satisfies both min 5 and between [1, 2]\n"));
    assert!(wrong("field: name, in: [a, b], not_in: [b, a]").contains("satisfies both in [\"a\", \"b\"] and not_in"));
    for passes in [
        "field: count, in: [5, 6], min: 5",
        "field: amount, between: [1, 5], min: 5",
        "field: name, in: [a, b], regex: '^[ab]'",
    ] {
        assert_eq!((rules(&with(passes)).len(), warned(&with(passes)).as_str()), (2, ""), "{passes}");
    }
}

#[test]
fn a_value_of_a_list_that_never_passes_is_a_warning() {
    let with = |list: &str| {
        format!("process_recipes:\n  transfer:\n    inputs:\n      - {{ field: count, in: {list}, max: 100 }}\n")
    };
    assert_eq!(
        warned(&with("[5, 200]")),
        "
warning[R108]: 200 in the `in` of count never passes: max 100
 --> r.yaml:4:25
  |
4 |       - { field: count, in: [5, 200], max: 100 }
  |                         ^^
  |
  = help: remove it from the list, or loosen the other rule
  = note: the other rule: r.yaml:4:39
"
    );
    assert_eq!(warned(&with("[5, 100]")), "");
}

#[test]
fn long_lists_that_only_end_differently_are_not_repeated() {
    let long = |last: u8| {
        format!(
            "process_recipes:\n  refund: {{ outputs: [{{ field: domain.total, in: [1, 2, 3, 4, 5, 6, 7, 8, {last}] }}] }}\n"
        )
    };
    let with = |invariant: u8, last: u8| {
        format!("{}invariants: [{{ field: domain.total, in: [1, 2, 3, 4, 5, 6, 7, 8, {invariant}] }}]\n", long(last))
    };
    assert!(warned(&with(9, 9)).contains("warning[R109]"), "{}", warned(&with(9, 9)));
    assert!(!warned(&with(9, 10)).contains("R109"), "{}", warned(&with(9, 10)));
}

#[test]
fn a_contradiction_with_a_rule_that_only_records_is_a_warning() {
    assert_eq!(
        warned(
            "process_recipes:\n  transfer:\n    inputs:\n      - { field: amount, min: 50 }\n      - { field: amount, max: 40, level: I }\n"
        ),
        "
warning[R106]: no value of amount satisfies both min 50 and max 40
 --> r.yaml:5:26
  |
5 |       - { field: amount, max: 40, level: I }
  |                          ^^^
  |
  = help: every run of `transfer` will have a violation
  = note: min 50 is here: r.yaml:4:26
"
    );
}

#[test]
fn a_path_that_no_process_changes_is_a_warning_at_the_output_gate() {
    assert_eq!(
        warned(
            "process_recipes:\n  transfer:\n    inputs: [{ field: domain.user.id, min: 1 }]\n    outputs: [{ field: domain.user.id, min: 1 }, { field: domain.user.balance, min: 1 }]\n"
        ),
        "
warning[R101]: no process writes domain.user.id: the rule finds at the output gate what was there at the input gate
 --> r.yaml:4:24
  |
4 |     outputs: [{ field: domain.user.id, min: 1 }, { field: domain.user.balance, min: 1 }]
  |                        ^^^^^^^^^^^^^^
  |
  = help: judge it among the `inputs` of the processes that read it
"
    );
    assert!(
        warned("invariants: [{ field: domain.user.id, min: 1 }]\n")
            .starts_with("\nwarning[R101]: no process writes domain.user.id: the invariant is never judged\n")
    );
}

#[test]
fn a_template_that_nothing_uses_is_a_warning() {
    let yaml = "process_recipes:\n  _a: { inputs: [{ field: amount, min: 1 }] }\n  _b: { inherits: _a }\n  _c: { inputs: [{ field: amount, min: 2 }] }\n  transfer: { inherits: _c }\n";
    assert_eq!(
        warned(yaml),
        "
warning[R102]: nothing inherits the template `_a`
 --> r.yaml:2:3
  |
2 |   _a: { inputs: [{ field: amount, min: 1 }] }
  |   ^^
  |
  = help: inherit it, or remove it

warning[R102]: nothing inherits the template `_b`
 --> r.yaml:3:3
  |
3 |   _b: { inherits: _a }
  |   ^^
  |
  = help: inherit it, or remove it
"
    );
}

#[test]
fn a_rule_that_every_value_satisfies_is_a_warning() {
    assert_eq!(
        warned(
            "process_recipes:\n  transfer: { inputs: [{ field: count, min: 0, max: 254 }, { field: note, min_len: 0 }] }\n"
        ),
        "
warning[R105]: every value of count satisfies min 0
 --> r.yaml:2:40
  |
2 |   transfer: { inputs: [{ field: count, min: 0, max: 254 }, { field: note, min_len: 0 }] }
  |                                        ^^^
  |
  = help: remove the rule, or give it a bound that a value can pass
"
    );
    assert!(
        warned("process_recipes:\n  transfer: { inputs: [{ field: name, min_len: 0 }] }\n")
            .contains("satisfies min_len 0\n")
    );
}

#[test]
fn a_rule_that_an_invariant_repeats_is_a_warning() {
    assert_eq!(
        warned(
            "invariants: [{ field: domain.total, min: 0 }]\nprocess_recipes:\n  refund: { outputs: [{ field: domain.total, min: 0 }] }\n"
        ),
        "
warning[R109]: min 0 of domain.total is asked twice at the output gate of `refund`
 --> r.yaml:1:37
  |
1 | invariants: [{ field: domain.total, min: 0 }]
  |                                     ^^^
  |
  = help: each of the two counts, records and acts for itself: keep one of them
  = note: the other one: r.yaml:3:46
"
    );
    let other_level = "invariants: [{ field: domain.total, min: 0, level: S }]\nprocess_recipes:\n  refund: { outputs: [{ field: domain.total, min: 0 }] }\n";
    assert_eq!(warned(other_level), "");
}

#[test]
fn many_rules_on_one_field_are_checked_fast() {
    let start = std::time::Instant::now();
    let entries: Vec<String> = (0..20_000).map(|bound| format!("      - {{ field: amount, neq: {bound} }}")).collect();
    let yaml = format!("process_recipes:\n  transfer:\n    inputs:\n{}\n", entries.join("\n"));
    assert_eq!(rules(&yaml).len(), 20_000);
    let both = load(&yaml).unwrap();
    assert!(Recipe::compare(&both, &load(&yaml).unwrap()).is_empty());
    // Hours, if each rule were held against each other; the machine may be busy.
    assert!(start.elapsed() < std::time::Duration::from_secs(120), "{:?}", start.elapsed());
}
