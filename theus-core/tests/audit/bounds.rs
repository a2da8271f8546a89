//! Bounds that are values of the global context: read when the gate judges.

use theus_core::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, Inspect)]
enum Mode {
    #[default]
    Day,
    Night,
}

#[derive(Clone, Default, Context)]
struct Plant {
    total: i64,
}

#[derive(Clone, Default, Context)]
struct Limits {
    fastest: f32,
    most: i8,
    lowest: Option<i64>,
    owner: String,
    mode: Mode,
    #[context(redact)]
    secret: i64,
}

#[process(outputs = [domain.total])]
fn set(ctx: Ctx<Plant, Limits>, speed: f64, count: u64, name: String, mode: Mode, parts: Vec<i64>) {
    let _ = (speed, name, mode, parts);
    ctx.domain.total.set(count as i64);
}

/// What the rule says of this run with these limits: nothing where it passes.
fn said(rule: &str, limits: &Limits, run: Set) -> String {
    let recipe = format!("process_recipes: {{ set: {{ inputs: [ {{ {rule}, level: C }} ] }} }}");
    let builder = Engine::builder(Plant::default()).global(limits.clone()).process::<Set>();
    let engine = builder.recipe("r.yaml", &recipe).unwrap().build().unwrap();
    let would = engine.explain(&run).unwrap().rules[0].value.clone().unwrap_or_default();
    let violations = engine.run_reported(run).violations;
    if let Some(violation) = violations.first() {
        assert_eq!(violation.value, would, "explain says it before");
    }
    violations.first().map(|violation| violation.value.to_string()).unwrap_or_default()
}

fn run() -> Set {
    Set { speed: 1.5, count: 5, name: "abc".to_owned(), mode: Mode::Day, parts: vec![1, 7] }
}

#[test]
fn each_kind_is_compared_as_it_would_be_with_a_bound_that_is_written_out() {
    let limits =
        Limits { fastest: 1.5, most: 5, lowest: Some(5), owner: "abc".to_owned(), mode: Mode::Night, secret: 9 };
    for rule in [
        "field: speed, max: global.fastest",
        "field: speed, min: global.fastest",
        "field: count, max: global.most",
        "field: count, eq: global.lowest",
        "field: name, eq: global.owner",
        "field: name, max_len: global.most",
        "field: mode, neq: global.mode",
        "field: 'parts[*]', max: global.secret",
    ] {
        assert_eq!(said(rule, &limits, run()), "", "{rule}");
    }
    let over = || Set { speed: 1.6, count: 6, name: "abcdef".to_owned(), mode: Mode::Night, parts: vec![10, 1, 11] };
    for (rule, found) in [
        ("field: speed, max: global.fastest", "1.6, global.fastest = 1.5"),
        ("field: count, max: global.most", "6, global.most = 5"),
        ("field: count, eq: global.lowest", "6, global.lowest = 5"),
        ("field: name, eq: global.owner", "\"abcdef\", global.owner = \"abc\""),
        ("field: name, max_len: global.most", "\"abcdef\", global.most = 5"),
        ("field: mode, neq: global.mode", "Night, global.mode = Night"),
        ("field: 'parts[*]', max: global.secret", "parts[0] = 10, parts[2] = 11, global.secret = (redacted)"),
    ] {
        assert_eq!(said(rule, &limits, over()), found, "{rule}");
    }
}

#[test]
fn what_is_not_there_bounds_nothing_and_nothing_satisfies_it() {
    let none = Limits::default();
    assert_eq!(said("field: count, min: global.lowest", &none, run()), "5, global.lowest = none");
    assert_eq!(said("field: count, neq: global.lowest", &none, run()), "5, global.lowest = none");
    let nan = Limits { fastest: f32::NAN, ..Limits::default() };
    assert_eq!(said("field: speed, neq: global.fastest", &nan, run()), "1.5, global.fastest = NaN");
    // Integers of all widths: a length is never below 0, and every one is above it.
    let below = Limits { most: -1, ..Limits::default() };
    assert_eq!(said("field: name, min_len: global.most", &below, run()), "");
    assert_eq!(said("field: name, max_len: global.most", &below, run()), "\"abc\", global.most = -1");
    let huge = Set { count: u64::MAX, ..run() };
    assert_eq!(said("field: count, max: global.most", &below, huge), "18446744073709551615, global.most = -1");
}

#[test]
fn beside_plain_bounds_on_the_same_field_each_finds_what_it_finds_alone() {
    let limits = Limits { most: 5, ..Limits::default() };
    let recipe = "process_recipes: { set: { inputs: [ { field: count, max: 7, level: C }, { field: count, max: global.most, level: C } ] } }";
    let builder = Engine::builder(Plant::default()).global(limits).process::<Set>();
    let engine = builder.recipe("r.yaml", recipe).unwrap().build().unwrap();
    let found = |count: u64| engine.run_reported(Set { count, ..run() }).violations.len();
    assert_eq!([4, 5, 6, 7, 8].map(found), [0, 0, 1, 1, 2]);
}

#[test]
fn named_limits_are_in_force_as_the_bounds_that_they_name() {
    let recipe = "limits: { most: 7 }\nprocess_recipes: { set: { inputs: [ { field: count, max: limits.most } ] } }";
    let builder = Engine::builder(Plant::default()).global(Limits::default()).process::<Set>();
    let engine = builder.recipe("r.yaml", recipe).unwrap().build().unwrap();
    assert!(engine.run(Set { count: 7, ..run() }).is_ok());
    let refused = engine.run(Set { count: 8, ..run() }).unwrap_err().to_string();
    assert!(refused.contains("rule `count max 7` (level B) found 8"), "{refused}");
}
