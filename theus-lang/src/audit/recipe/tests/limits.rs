//! Bounds are shown as they were written, and weighed by what they are worth.

use super::*;

fn shown(entry: &str) -> String {
    rules_of_entry(&format!("field: {entry}")).remove(0)
}

#[test]
fn a_number_keeps_the_zeros_that_it_was_written_with() {
    for (entry, limit) in [
        ("amount, max: 8000.00", "amount max 8000.00"),
        ("amount, max: 8000", "amount max 8000"),
        ("amount, max: -0.50", "amount max -0.50"),
        ("amount, max: 1e3", "amount max 1e3"),
        ("amount, between: [0.00, 8000.00]", "amount between [0.00, 8000.00]"),
        ("amount, between: [1, 1.50]", "amount between [1, 1.50]"),
        ("single, min: 0.10", "single min 0.10"),
        // What is made of it is something else: shown as it is understood.
        ("amount, max: .inf", "amount max inf"),
        ("count, min: 1.50", "count min 2"),
    ] {
        assert_eq!(shown(entry), limit);
    }
    let long = format!("amount, max: 0.{}1", "0".repeat(60));
    assert_eq!(shown(&long), format!("amount max 0.{}1", "0".repeat(60)), "the same, as a float shows itself");
    let longer = format!("amount, max: 1.5{}", "0".repeat(60));
    assert_eq!(shown(&longer), "amount max 1.5");
}

#[test]
fn a_bound_behind_an_alias_or_in_a_template_is_shown_too() {
    let yaml = "process_recipes:
  _t: { outputs: [{ field: domain.temperature, max: &most 90.00 }] }
  refund: { inherits: _t, outputs: [{ field: domain.temperature, min: -90.00 }] }
  transfer: { inherits: _t, inputs: [{ field: amount, max: *most }] }
";
    assert_eq!(
        rules(yaml),
        [
            "domain.temperature max 90.00",
            "domain.temperature min -90.00",
            "amount max 90",
            "domain.temperature max 90.00"
        ]
    );
    let files = [
        "# ü\ninvariants: [{ field: domain.temperature, max: 1.50 }]\n",
        "invariants: [{ field: domain.temperature, min: 0.50 }]\n",
    ];
    assert_eq!(listed(load_all(&files)), ["domain.temperature max 1.50", "domain.temperature min 0.50"]);
}

#[test]
fn contradictions_show_what_was_written() {
    assert!(refused_entry("field: amount, min: 9.50, max: 9.0").contains(": min 9.50 is above max 9.0: no value"));
    let two = "process_recipes:\n  transfer: { inputs: [{ field: amount, min: 9.50 }, { field: amount, max: 9.0 }] }\n";
    assert!(refused(two).contains("no value of amount satisfies both min 9.50 and max 9.0\n"));
    assert!(refused(two).contains("note: min 9.50 is here"));
}

#[test]
fn zeros_make_no_other_rule() {
    let of = |bound: &str| load_entry(&format!("field: amount, max: {bound}")).unwrap();
    let changes = Recipe::compare(&of("8000.00"), &of("8000"));
    assert!(changes.is_empty() && changes.unchanged == 1, "{changes}");
    let changes = Recipe::compare(&of("8000.00"), &of("7000.50"));
    assert_eq!(changes.changes[0].details, ["bound 8000.00 -> 7000.50"]);
}
