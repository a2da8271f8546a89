//! Units: what they are of, and that a field has one.

use super::*;

#[test]
fn it_is_told_with_the_bound_of_a_number() {
    let limit = |entry: &str| {
        let recipe = load_entry(entry).map_err(|error| error.to_string()).unwrap();
        let rule = &recipe.rules("transfer").unwrap().rules(Gate::Input)[0];
        assert_eq!(rule.unit().map(|unit| unit.as_str()), Some("EUR"));
        assert!(!rule.name().contains("EUR"), "a rule is the same rule in whatever unit");
        rule.metadata("transfer").limit.to_string()
    };
    assert_eq!(limit("field: amount, max: 5000, unit: EUR"), "5000 EUR");
    assert_eq!(limit("field: amount, between: [1, 5000], unit: ' EUR '"), "[1, 5000] EUR");
    assert_eq!(limit("field: count, in: [5, 10], unit: EUR"), "[5, 10] EUR");
    assert_eq!(limit("field: amount, finite: true, unit: EUR"), "true");
    assert_eq!(limit("field: items.len(), max: 5, unit: EUR"), "5 EUR");
}

#[test]
fn it_is_of_a_number_and_short() {
    let code = |entry: &str| refused_entry(entry).trim_start().lines().next().unwrap().to_owned();
    assert_eq!(code("field: name, eq: Ann, unit: EUR"), "error[R051]: `unit` does not fit name, a string");
    assert_eq!(code("field: name, max_len: 3, unit: m"), "error[R051]: `unit` does not fit name, a string");
    assert_eq!(code("field: flag, eq: true, unit: m"), "error[R051]: `unit` does not fit flag, a boolean");
    assert_eq!(code("field: items, max_len: 3, unit: m").split(':').next(), Some("error[R051]"));
    let longest = "x".repeat(20);
    assert!(load_entry(&format!("field: amount, max: 5, unit: {longest}")).is_ok());
    assert!(
        code(&format!("field: amount, max: 5, unit: {longest}x")).starts_with("error[R051]: `unit` must be at most 20")
    );
    assert!(code(r#"field: amount, max: 5, unit: "a\nb""#).starts_with("error[R051]"));
    assert_eq!(code("field: amount, max: 5, unit: 7"), "error[R002]: `unit` must be a text such as `degF`, not 7");
    assert_eq!(code("field: amount, max: 5, unit: ''").split(':').next(), Some("error[R002]"));
    assert!(code("that: amount > 3, unit: EUR").starts_with("error[R033]: `unit` beside `that`"));
}

#[test]
fn a_field_has_one_unit() {
    let said = refused(
        "process_recipes:
  transfer:
    inputs:
      - { field: amount, min: 1, unit: EUR }
      - { field: amount, max: 500, unit: cent }
",
    );
    assert_eq!(
        said,
        "
error[R051]: amount is measured in `cent` here, and in `EUR` by another rule
 --> r.yaml:5:42
  |
5 |       - { field: amount, max: 500, unit: cent }
  |                                          ^^^^
  |
  = help: a field has one unit: convert the bound, and give both the unit of the field
  = note: the other one: r.yaml:4:40
"
    );
    // Of a field of the domain in whichever recipe of whichever process; said once for an entry and for an invariant.
    let of_domain = |unit: &str| {
        format!(
            "process_recipes:
  transfer: {{ outputs: [{{ field: domain.total, min: 0, max: 9, unit: EUR }}] }}
invariants:
  - {{ field: domain.total, min: -5, max: 90, unit: {unit} }}
"
        )
    };
    assert_eq!(refused(&of_domain("cent")).matches("error[R051]").count(), 1);
    assert!(load(&of_domain("EUR")).is_ok());
    // Another process has another argument; who says none has none to differ.
    let others = "process_recipes:
  transfer: { inputs: [{ field: amount, min: 1, unit: EUR }, { field: amount, max: 9 }, { field: count, min: 1, unit: kg }] }
";
    assert!(load(others).is_ok());
}

#[test]
fn a_unit_that_changes_is_a_change() {
    let with = |unit: &str| load_entry(&format!("field: amount, max: 5, {unit}")).unwrap();
    let changes = Recipe::compare(&with("unit: EUR"), &with("unit: cent")).to_string();
    assert!(changes.contains(r#"unit "EUR" -> "cent""#), "{changes}");
    let changes = Recipe::compare(&with("level: B"), &with("unit: cent, level: B")).to_string();
    assert!(changes.contains(r#"unit none -> "cent""#), "{changes}");
}
