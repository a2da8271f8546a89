//! `where_present`: where it is refused, and how it is shown.

use super::super::super::Gate;
use super::super::{ChangeKind, Recipe};
use super::*;

fn recipe(yaml: &str) -> Recipe {
    load(yaml).map_err(|error| error.to_string()).unwrap()
}

#[test]
fn where_something_always_is_it_is_refused() {
    assert_eq!(
        refused_entry("field: amount, max: 1, where_present: true"),
        "
error[R027]: `where_present` does nothing: amount is always there
 --> r.yaml:4:34
  |
4 |       - { field: amount, max: 1, where_present: true }
  |                                  ^^^^^^^^^^^^^
  |
  = help: leave it out
"
    );
    assert_eq!(rules_of_entry("field: note, max_len: 3, where_present: true"), ["note max_len 3"]);
}

#[test]
fn beside_exists_it_is_refused() {
    assert_eq!(
        refused_entry("field: note, exists: true, where_present: true"),
        "
error[R027]: `where_present` beside `exists`: it asks only where there is something
 --> r.yaml:4:38
  |
4 |       - { field: note, exists: true, where_present: true }
  |                                      ^^^^^^^^^^^^^
  |
  = help: leave it out, or give `exists` an entry of its own
"
    );
}

#[test]
fn it_is_asked_for_or_left_out() {
    assert_eq!(
        refused_entry("field: note, max_len: 3, where_present: false"),
        "
error[R002]: `where_present` must be true, not false
 --> r.yaml:4:51
  |
4 |       - { field: note, max_len: 3, where_present: false }
  |                                                   ^^^^^
  |
  = help: leave it out where what is missing is a violation
"
    );
}

#[test]
fn one_entry_of_a_template_fits_where_any_of_its_processes_may_lack_the_value() {
    let entry = "{ field: 'domain.accounts[\"a\"]', min: 1, where_present: true }";
    let yaml = format!("process_recipes:\n  _t: {{ outputs: [{entry}] }}\n  refund: {{ inherits: _t }}\n");
    let recipe = recipe(&yaml);
    let rules = recipe.rules("refund").unwrap();
    let rule = &rules.rules(Gate::Output)[0];
    assert!(rule.is_where_present());
    assert_eq!(rule.name(), "domain.accounts[\"a\"] min 1 where present");
}

#[test]
fn a_comparison_calls_it_looser() {
    let load = |settings: &str| load_entry(&format!("field: note, max_len: 3{settings}")).unwrap();
    let (always, present) = (load(""), load(", where_present: true"));
    let changes = Recipe::compare(&always, &present).changes;
    assert_eq!(
        (changes[0].kind, changes[0].details.as_slice()),
        (ChangeKind::Looser, ["where_present false -> true".to_owned()].as_slice())
    );
    assert_eq!(Recipe::compare(&present, &always).changes[0].kind, ChangeKind::Stricter);
    let new = Recipe::compare(&Recipe::default(), &present).to_string();
    assert!(new.contains("note max_len 3 (level B, acts at violation 1, where present)"), "{new}");
}

#[test]
fn what_no_value_satisfies_is_told_with_what_to_write_instead() {
    let both = |one: &str, other: &str| {
        let yaml = format!(
            "process_recipes:\n  transfer:\n    inputs:\n      - {{ field: note, min_len: 5{one} }}\n      - {{ field: note, max_len: 3{other} }}\n"
        );
        refused(&yaml)
    };
    let (present, plain) = (", where_present: true", "");
    assert!(
        both(present, present)
            .contains("= help: no run of `transfer` where it is there could ever pass: write `exists: false`")
    );
    assert!(both(present, plain).contains("= help: no run of `transfer` could ever pass"));
}

#[test]
fn beside_exists_false_it_contradicts_nothing() {
    let yaml = |settings: &str| {
        format!(
            "process_recipes:\n  transfer:\n    inputs:\n      - {{ field: note, max_len: 3{settings} }}\n      - {{ field: note, exists: false }}\n"
        )
    };
    assert_eq!(rules(&yaml(", where_present: true")), ["note max_len 3", "note exists false"]);
    assert!(refused(&yaml("")).contains("error[R018]"));
}

#[test]
fn what_every_value_satisfies_is_told_where_nothing_is_no_violation() {
    let warned = |settings: &str| {
        warned(&format!("process_recipes: {{ transfer: {{ inputs: [ {{ field: note, min_len: 0{settings} }} ] }} }}"))
    };
    assert_eq!(warned(""), "", "it is violated where there is nothing");
    assert!(warned(", where_present: true").starts_with("\nwarning[R105]: every value of note satisfies min_len 0\n"));
}
