//! Rules that do nothing, or not what they seem to.

use super::*;

fn of(process: &str, gate: &str, entries: &str) -> String {
    warned(&format!("process_recipes:\n  {process}:\n    {gate}:\n{entries}"))
}

fn codes(yaml: &str) -> Vec<(Option<&'static str>, usize)> {
    let recipe = load(yaml).map_err(|error| error.to_string()).unwrap();
    recipe.warnings().iter().map(|warning| (warning.code, warning.line)).collect()
}

#[test]
fn an_input_rule_on_what_is_only_written_judges_the_old_value() {
    assert_eq!(
        of("refund", "inputs", "      - { field: domain.temperature, max: 90, min: 0 }\n"),
        "
warning[R111]: `refund` writes and does not read domain.temperature: the rule judges the value that is about to be replaced
 --> r.yaml:4:18
  |
4 |       - { field: domain.temperature, max: 90, min: 0 }
  |                  ^^^^^^^^^^^^^^^^^^
  |
  = help: judge what it writes: put the entry under `outputs`
"
    );
    assert_eq!(of("transfer", "inputs", "      - { field: domain.total, max: 90 }\n"), "", "it reads it");
    assert_eq!(
        of("transfer", "inputs", "      - { field: domain.temperature, max: 90 }\n"),
        "",
        "it does not write it"
    );
}

#[test]
fn an_output_rule_on_what_the_process_never_writes_judges_what_was_there() {
    assert_eq!(
        of("refund", "outputs", "      - { field: domain.user.balance, min: 0 }\n"),
        "
warning[R112]: `refund` does not write domain.user.balance: the rule finds what was there before the run
 --> r.yaml:4:18
  |
4 |       - { field: domain.user.balance, min: 0 }
  |                  ^^^^^^^^^^^^^^^^^^^
  |
  = help: put it under `inputs`, on a process that writes it, or among the `invariants`
"
    );
    assert_eq!(of("transfer", "outputs", "      - { field: domain.user.balance, min: 0 }\n"), "");
    assert_eq!(codes("invariants: [{ field: domain.user.balance, min: 0, processes: all }]\n"), []);
    assert_eq!(codes("process_recipes: { \"*\": { outputs: [{ field: domain.user.balance, min: 0 }] } }\n"), []);
}

#[test]
fn a_change_that_the_process_never_makes_is_no_rule() {
    for test in ["unchanged: true", "max_delta: 5", "monotonic: true"] {
        let word = test.split(':').next().unwrap();
        let warned = of("refund", "outputs", &format!("      - {{ field: domain.user.balance, {test} }}\n"));
        let expected = format!(
            "\nwarning[R112]: `refund` does not write domain.user.balance: no run can violate `{word}`\n --> r.yaml:4:39\n"
        );
        assert!(warned.starts_with(&expected), "{warned}");
        assert_eq!(of("transfer", "outputs", &format!("      - {{ field: domain.user.balance, {test} }}\n")), "");
    }
}

#[test]
fn a_template_is_told_of_where_it_is_so_for_all_that_inherit_it() {
    let yaml = |users: &str| {
        format!(
            "process_recipes:\n  _t: {{ outputs: [{{ field: domain.user.balance, min: 0 }}] }}\n  refund: {{ inherits: _t }}\n{users}"
        )
    };
    assert_eq!(codes(&yaml("")), [(Some("R112"), 2)]);
    assert_eq!(codes(&yaml("  transfer: { inherits: _t }\n")), []);
}

#[test]
fn a_weaker_bound_of_the_same_level_does_nothing() {
    let two = |one: &str, other: &str| {
        of(
            "transfer",
            "outputs",
            &format!("      - {{ field: domain.total, {one} }}\n      - {{ field: domain.total, {other} }}\n"),
        )
    };
    assert_eq!(
        two("min: 50", "min: 60"),
        "
warning[R113]: min 50 of domain.total does nothing: what violates it violates min 60 too
 --> r.yaml:4:32
  |
4 |       - { field: domain.total, min: 50 }
  |                                ^^^
  |
  = help: remove it, or give it a stronger level
  = note: the stricter rule of the same level: r.yaml:5:32
"
    );
    let is_told = |one: &str, other: &str| !two(one, other).is_empty();
    assert!(is_told("max: 5", "between: [1, 5]") && is_told("neq: 1", "not_in: [1, 2]"));
    assert!(!is_told("min: 50, level: A", "min: 60"), "a stronger level is a graduated limit");
    assert!(!is_told("min: 50", "min: 60, max_threshold: 2"), "the stricter one lets a first violation pass");
    assert!(is_told("min: 50, max_threshold: 2", "min: 60"));
    assert!(!is_told("min: 50", "max: 60"));
    assert!(is_told("min: 50, level: C", "min: 60, level: C"));
    assert!(!is_told("min: 50, level: C, message: very low", "min: 60, level: C, message: low"), "it says more");
}

#[test]
fn a_rule_that_is_weaker_for_one_of_its_processes_only_is_not_told_of() {
    let yaml = "process_recipes:\n  \"*\": { outputs: [{ field: domain.total, max: 90 }] }\n  transfer: { outputs: [{ field: domain.total, between: [0, 50] }] }\n";
    assert_eq!(codes(yaml), []);
    let both = format!("{yaml}  refund: {{ outputs: [{{ field: domain.total, between: [0, 60] }}] }}\n");
    assert_eq!(codes(&both), [(Some("R113"), 2)]);
    let invariant = "invariants: [{ field: domain.total, max: 90 }]\nprocess_recipes: { refund: { outputs: [{ field: domain.total, max: 50 }] } }\n";
    assert_eq!(codes(invariant), []);
}

#[test]
fn a_weaker_bound_where_nothing_violates_it_alone_stays() {
    let two = |one: &str, other: &str| {
        of(
            "transfer",
            "inputs",
            &format!("      - {{ field: note, min_len: 2{one} }}\n      - {{ field: note, min_len: 3{other} }}\n"),
        )
    };
    assert_eq!(two("", ", where_present: true"), "", "only the weaker one asks for something");
    assert!(two(", where_present: true", "").starts_with("\nwarning[R113]"));
}
