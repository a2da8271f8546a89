//! Keys, values and paths that are none, with what was meant.

use super::*;

fn help(entry: &str) -> String {
    let refused = refused_entry(entry);
    refused.split_once("= help: ").map_or_else(|| panic!("no help: {refused}"), |(_, help)| help.trim_end().to_owned())
}

#[test]
fn a_comma_in_a_number_is_a_slip_for_a_point() {
    let between_braces = refused_entry("field: amount, min: 0,6");
    assert!(between_braces.contains("error[R003]: unknown key or condition `6`"), "{between_braces}");
    assert_eq!(help("field: amount, min: 0,6"), "a decimal is written with a point: `min: 0.6`");
    assert_eq!(help("field: amount, min: \"-0,6\""), "a decimal is written with a point: -0.6");
    assert_eq!(help("field: count, max: \"1,5\""), "a decimal is written with a point: 1.5");
    assert!(!refused_entry("field: amount, min: \"a,6\"").contains("help"));
    assert!(help("field: amount, 6, min: 0").starts_with("conditions: "), "there is no number before it");
    assert_eq!(rules_of_entry("field: amount, min: 0.6"), ["amount min 0.6"]);
}

#[test]
fn words_of_other_tools_are_known() {
    for (word, meant) in [
        ("severity: S", "level"),
        ("pattern: a", "regex"),
        ("gte: 1", "min"),
        ("if_present: true", "where_present"),
        ("if: flag", "when"),
        ("assert: flag", "that"),
    ] {
        assert_eq!(help(&format!("field: name, {word}, eq: a")), format!("did you mean `{meant}`?"));
    }
}

#[test]
fn what_rules_do_not_have_is_answered_with_what_there_is() {
    assert!(help("field: amount, max: 5, enabled: false").contains("begin its line with `#`"));
    assert!(help("field: amount, max: 5, uom: kg").contains("did you mean `unit`?"));
    assert_eq!(help("field: count, inn: [1]"), "did you mean `in`?", "the nearest slip of a condition");
}

#[test]
fn another_value_is_no_bound() {
    for (bound, sign, other) in [
        ("max: local.high", "<=", "local.high"),
        ("min: domain.total", ">=", "domain.total"),
        ("between: [local.low, 5]", "<=", "local.low"),
        ("eq: local_ctx.x", "==", "local.x"),
    ] {
        let help = help(&format!("field: count, {bound}"));
        assert!(help.starts_with("a bound is written out"), "{help}");
        let other = help.contains(&format!("write `- that: \"count {sign} {other}\"`"));
        assert!(other || bound.starts_with("eq"), "{help}");
    }
    assert!(!refused_entry("field: count, max: warm").contains("written out"));
    assert_eq!(rules_of_entry("field: name, eq: domain.high"), ["name eq \"domain.high\""], "a text is a text");
    assert!(
        refused_entry("field: name, eq: global.high").contains("error[R043]"),
        "but for what bounds can be named by"
    );
}

#[test]
fn a_list_is_written_out_or_stands_in_a_file() {
    let help = |entry: &str| help(entry);
    assert!(
        help("field: name, not_in: sanctions.txt").starts_with("write `not_in: { file: sanctions.txt }` for the lines")
    );
    assert_eq!(help("field: name, in: alice"), "write it as `in: [one, another]`");
}

#[test]
fn a_question_over_elements_is_a_method() {
    let told = help("field: \"count(x where x > 1)\", max: 5");
    assert!(told.contains("#[inspect(methods(") && told.contains("`sum()`"), "{told}");
    assert_eq!(help("field: mean(domain.total), max: 5"), "write `domain.total.mean()`");
    assert_eq!(help("field: 'domain.total.len(1)', max: 5"), "write `len()`");
}

#[test]
fn no_condition_is_left_out_of_the_list() {
    assert_eq!(
        help("field: amount, zebra: 1"),
        "conditions: min, max, eq, neq, min_len, max_len, in, not_in, between, regex, not_regex, exists, unique, finite, multiple_of, \
         changed, unchanged, max_delta, monotonic, max_rate, stuck, missing, that; settings: field, level, min_threshold, max_threshold, reset_on_success, \
         where_present, when, message, within, of, across, per, alarm, deadband, on_delay, off_delay, latched, id, owner, priority, response, unit"
    );
}

#[test]
fn a_bound_of_an_integer_is_a_number() {
    assert!(refused_entry("field: count, max: 5 U/h").contains("`max` of count must be a number, not \"5 U/h\""));
    assert!(refused_entry("field: count, eq: 5 U/h").contains("`eq` of count must be an integer, not \"5 U/h\""));
    assert_eq!(rules_of_entry("field: count, max: 2.5"), ["count max 2"]);
}

#[test]
fn an_argument_behind_a_layer_is_told_as_one() {
    assert_eq!(help("field: domain.amount, max: 5"), "`amount` is an argument of `transfer`: write `amount`");
    assert_eq!(help("field: 'domain.items[0]', max: 5"), "`items` is an argument of `transfer`: write `items[0]`");
    assert!(help("field: domain.amont, max: 5").starts_with("known: total,"));
}

#[test]
fn patterns_and_lists_are_shown_as_the_file_has_them() {
    assert_eq!(rules_of_entry(r"field: name, regex: '^\d+\.\d$'"), [r#"name regex "^\d+\.\d$""#]);
    assert_eq!(rules_of_entry("field: name, regex: \"a\\nb\""), [r#"name regex "a\nb""#], "on one line");
    assert_eq!(rules_of_entry("field: amount, in: [2.50, 1, 0.10]"), ["amount in [2.50, 1, 0.10]"]);
    assert_eq!(rules_of_entry("field: name, not_in: [b, \"a\"]"), ["name not_in [\"b\", \"a\"]"]);
    assert_eq!(
        rules_of_entry("field: count, in: [9, 8, 7, 6, 5, 4, 3, 2, 1]"),
        ["count in [9, 8, 7, 6, 5, 4, 3, 2 and 1 more]"]
    );
}
