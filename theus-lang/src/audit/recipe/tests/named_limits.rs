//! Bounds with a name: `limits`, values of the global context; and texts that must not match.

use super::*;

fn first(said: &str) -> String {
    let help = said.split("= help: ").nth(1).unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    format!("{} / {help}", said.trim_start().lines().next().unwrap_or_default())
}

fn with(limits: &str, entry: &str) -> String {
    format!("limits: {limits}\nprocess_recipes:\n  transfer:\n    inputs:\n      - {{ {entry} }}\n")
}

#[test]
fn a_limit_is_what_it_names() {
    let limits = "{ high: 9, low: 1, set: [1, 2], word: a }";
    let bounded = "field: count, max: limits.high, min: limits.low";
    assert_eq!(rules(&with("{ high: 9, low: 1 }", bounded)), ["count min 1", "count max 9"]);
    let all = "process_recipes:
  transfer:
    inputs:
      - { field: count, between: [limits.low, limits.high] }
      - { field: count, in: limits.set }
      - { field: name, eq: limits.word }
      - { field: name, max_len: limits.high }
invariants: [ { field: domain.total, min: limits.low } ]
";
    let expected = ["count between [1, 9]", "count in [1, 2]", "name eq \"a\"", "name max_len 9", "domain.total min 1"];
    let mut found = rules(&format!("limits: {limits}\n{all}"));
    found.dedup();
    found.retain(|rule| rule != expected[4]);
    assert_eq!(found, expected[..4]);
    let invariants = rules(&format!("limits: {limits}\n{all}"));
    assert!(invariants.iter().any(|rule| rule == expected[4]), "{invariants:?}");
    assert_eq!(warned(&with("{ high: 9 }", "field: count, max: limits.high")), "");
}

#[test]
fn a_limit_that_is_not_there_or_does_not_fit_is_told_where_it_is_named() {
    assert_eq!(
        refused(&with("{ high: 9 }", "field: name, eq: limits.hihg")),
        "
error[R043]: there is no limit `hihg`
 --> r.yaml:5:28
  |
5 |       - { field: name, eq: limits.hihg }
  |                            ^^^^^^^^^^^
  |
  = help: did you mean `high`?
"
    );
    // What is no number because it is not there is told once.
    let said = refused(&with("{ high: 9 }", "field: count, max: limits.hihg"));
    assert_eq!(said.matches("error").count(), 1, "{said}");
    let said = refused_entry("field: count, max: limits.high");
    assert_eq!(
        first(&said),
        "error[R043]: there is no limit `high` / name it at the top of the file: `limits: { high: … }`"
    );
    let said = refused(&with("{ high: many }", "field: count, max: limits.high"));
    assert!(said.contains("`max` of count must be a number, not \"many\"") && said.contains(":5:"), "{said}");
    let said = refused(&with("{ high: 256 }", "field: count, max: limits.high"));
    assert!(said.contains("256 is outside the range of count"), "{said}");
}

#[test]
fn what_is_no_limit_is_told() {
    let entry = "field: count, max: limits.high";
    for (limits, expected) in [
        ("9", "error[R002]: `limits` must be a map from names to bounds, not 9 / as in `limits: { high: 100 }`"),
        ("{}", "error[R002]: `limits` must be a map from names to bounds, not a map / as in `limits: { high: 100 }`"),
        (
            "{ high: { max: 9 } }",
            "error[R002]: the limit `high` must be a bound or a list of them, not a map / as in `high: 100`, `colours: [red, blue]`",
        ),
        (
            "{ high: }",
            "error[R002]: the limit `high` must be a bound or a list of them, but is empty / as in `high: 100`, `colours: [red, blue]`",
        ),
        (
            "{ high: 9, a-b: 1 }",
            "error[R043]: \"a-b\" is no name of a limit: letters, digits and `_`, a letter first / as in `limits: { high: 100 }`",
        ),
        (
            "{ high: limits.low, low: 1 }",
            "error[R043]: the limit `high` is bounded by another one / write out its value",
        ),
    ] {
        assert_eq!(first(&refused(&with(limits, entry))), expected, "{limits}");
    }
    let said = warned(&with("{ high: 9, low: 1 }", entry));
    assert_eq!(
        first(&said),
        "warning[R123]: no rule is bounded by the limit `low` / as in `max: limits.low`; or remove it"
    );
    assert!(said.contains(" --> r.yaml:1:20"), "{said}");
}

#[test]
fn a_later_file_sets_the_limits_of_the_earlier_ones() {
    let base = with("{ high: 9 }", "field: count, max: limits.high");
    let site = "limits: { high: 7 }\n";
    assert_eq!(listed(load_all(&[&base, site])), ["count max 7"]);
    assert_eq!(listed(load_all(&[site, &base])), ["count max 9"]);
    // Alone it has no rules.
    assert!(refused(site).contains("error[R001]"), "{}", refused(site));
}

#[test]
fn a_bound_of_the_global_context_is_checked_when_it_is_loaded() {
    let expected = ["count max global.max_transfer"];
    assert_eq!(rules_of_entry("field: count, max: global.max_transfer"), expected);
    assert_eq!(rules_of_entry("field: name, max_len: global.max_transfer"), ["name max_len global.max_transfer"]);
    assert_eq!(rules_of_entry("field: 'items[*]', neq: global.max_transfer"), ["items[*] neq global.max_transfer"]);
    let said = |entry: &str| first(&refused_entry(entry));
    assert_eq!(
        said("field: count, max: global.max_transfr"),
        "error[R043]: the bound of count: unknown field `max_transfr` of Limits in `global.max_transfr` / did you mean `max_transfer`?"
    );
    assert_eq!(
        said("field: amount, max: global.max_transfer"),
        "error[R043]: `global.max_transfer` cannot bound amount: amount is not of its kind / compare values of one kind: integers, floats, decimals, times, texts; others by `that`"
    );
    assert_eq!(
        said("field: name, eq: global.max_transfer"),
        "error[R043]: `global.max_transfer` cannot bound name: name is not of its kind / compare values of one kind: integers, floats, decimals, times, texts; others by `that`"
    );
    assert_eq!(
        said("field: count, between: [1, global.max_transfer]"),
        "error[R043]: `between` of count takes no value of the global context / bound it by two conditions: `min: global.max_transfer`, `max: …`"
    );
    assert_eq!(
        said("field: count, multiple_of: global.max_transfer"),
        "error[R043]: `multiple_of` of count takes no value of the global context / `min`, `max`, `eq`, `neq`, `min_len` and `max_len` take one; for others write `that`"
    );
    assert!(said("field: count, max: domain.total").contains("- that: \"count <= domain.total\""), "as ever");
}

#[test]
fn in_a_review_such_a_bound_is_the_same_as_itself_alone() {
    let load = |entry: &str| load_entry(entry).map_err(|error| error.to_string()).unwrap();
    let compare = |old: &str, new: &str| Recipe::compare(&load(old), &load(new));
    assert!(compare("field: count, max: global.max_transfer", "field: count, max: global.max_transfer").is_empty());
    let changes = compare("field: count, max: 9", "field: count, max: global.max_transfer");
    assert_eq!(changes.changes[0].kind, super::super::ChangeKind::Otherwise);
    assert_eq!(changes.changes[0].details, ["bound 9 -> global.max_transfer"]);
}

#[test]
fn a_text_can_be_refused_by_a_pattern() {
    assert_eq!(rules_of_entry("field: name, not_regex: '[<>]'"), ["name not_regex \"[<>]\""]);
    assert!(refused_entry("field: name, not_regex: '['").contains("error[R024]"));
    assert!(refused_entry("field: name, not_regex: 7").contains("`not_regex` of name must be a regular expression"));
    assert!(refused_entry("field: count, not_regex: a").contains("`not_regex` does not fit count"));
    // Both of one field go together.
    assert_eq!(rules_of_entry("field: name, regex: '^a', not_regex: b"), ["name regex \"^a\"", "name not_regex \"b\""]);
}
