//! Rules that are clean to read and never act in force.

use super::*;

fn warned(entries: &[&str]) -> Vec<String> {
    let entries: Vec<String> = entries.iter().map(|entry| format!("      - {{ {entry} }}\n")).collect();
    let recipe = load(&format!("process_recipes:\n  transfer:\n    inputs:\n{}", entries.concat()));
    let recipe = recipe.unwrap_or_else(|error| panic!("{error}"));
    recipe
        .warnings()
        .iter()
        .map(|warning| format!("{} {}:{} {}", warning.code.unwrap(), warning.line, warning.column, warning.message))
        .collect()
}

fn codes_of(entries: &[&str]) -> Vec<String> {
    warned(entries).iter().map(|warning| warning[..4].to_owned()).collect()
}

#[test]
fn a_milder_level_that_acts_only_after_a_sterner_one_is_told() {
    assert_eq!(
        warned(&["field: amount, max: 100, level: S", "field: amount, max: 100, level: B, max_threshold: 3"]),
        [
            "R131 5:26 level B of amount max 100 acts only after level S: that acts at 1 of the same violations, this at 3"
        ]
    );
    let told = [
        ["field: amount, max: 100, level: A, max_threshold: 3", "field: amount, max: 100, level: B, max_threshold: 3"],
        // What is above 120 is above 100.
        ["field: amount, max: 100, level: S", "field: amount, max: 120, level: B"],
        ["field: amount, max: 100, level: B", "field: amount, max: 100, level: C"],
        ["field: count, between: [10, 20], level: A", "field: count, between: [5, 20], level: B"],
    ];
    for entries in told {
        assert_eq!(codes_of(&entries), ["R131"], "{entries:?}");
        let turned = [entries[1], entries[0]];
        assert_eq!(codes_of(&turned), ["R131"], "in whatever order: {turned:?}");
    }
    let clean = [
        // The milder one comes first: by its count, or by its bound.
        ["field: amount, max: 100, level: S, max_threshold: 3", "field: amount, max: 100, level: B"],
        ["field: amount, max: 120, level: S", "field: amount, max: 100, level: B"],
        // It counts otherwise, warns earlier, says something else, or is asked elsewhere.
        [
            "field: amount, max: 100, level: S, max_threshold: 2",
            "field: amount, max: 100, level: B, max_threshold: 3, within: 1h",
        ],
        [
            "field: amount, max: 100, level: S, max_threshold: 3, min_threshold: 3",
            "field: amount, max: 100, level: B, max_threshold: 5, min_threshold: 1",
        ],
        [
            "field: amount, max: 100, level: S, max_threshold: 2, reset_on_success: true",
            "field: amount, max: 100, level: B, max_threshold: 3",
        ],
        ["field: amount, max: 100, level: B", "field: amount, max: 100, level: C, message: a large one"],
        ["field: amount, max: 100, level: B", "field: amount, max: 100, level: C, owner: treasury"],
        ["field: amount, max: 100, level: S, when: flag", "field: amount, max: 100, level: B, max_threshold: 3"],
        ["field: amount, max: 100, level: S", "field: count, max: 100, level: B, max_threshold: 3"],
        ["field: amount, max: 100, level: S", "field: amount, min: 1, level: B"],
        ["field: amount, max: 100, level: C", "field: amount, max: 100, level: I"],
    ];
    for entries in clean {
        assert_eq!(codes_of(&entries), Vec::<String>::new(), "{entries:?}");
    }
}

#[test]
fn a_rule_that_its_guard_keeps_from_being_violated_is_told() {
    assert_eq!(
        warned(&["field: count, max: 100, when: \"count < 50\""]),
        ["R132 4:41 wherever `when` holds, count is within max 100: no run can violate the rule"]
    );
    let told = [
        "field: count, min: 3, when: \"flag && count >= 3\"",
        "field: count, between: [10, 90], when: \"count > 20 && count < 80\"",
        "field: count, neq: 0, when: \"count > 0\"",
        "field: domain.total, max: 100, when: \"domain.total == 7\"",
    ];
    for entry in told {
        assert_eq!(codes_of(&[entry]), ["R132"], "{entry}");
    }
    let clean = [
        "field: count, max: 100, when: \"count > 50\"",
        "field: count, max: 100, when: \"count <= 101\"",
        "field: count, between: [10, 90], when: \"count > 20\"",
        "field: count, max: 100, when: \"count < 50 || flag\"",
        "field: count, max: 100, when: \"domain.total < 50\"",
        "field: count, eq: 3, when: \"count < 50\"",
    ];
    for entry in clean {
        assert_eq!(codes_of(&[entry]), Vec::<String>::new(), "{entry}");
    }
}
