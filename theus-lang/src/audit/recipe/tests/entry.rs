//! What is refused of the names and settings of an entry, in its exact words.

use super::{load, refused_entry};

#[test]
fn no_field_is_refused() {
    assert_eq!(
        refused_entry("min: 1"),
        r#"
error[R006]: the entry has no `field`
 --> r.yaml:4:9
  |
4 |       - { min: 1 }
  |         ^
  |
  = help: say which value it is about: `field: domain.…`
"#
    );
}

#[test]
fn a_field_that_is_a_number_is_refused() {
    assert_eq!(
        refused_entry("field: 7, min: 1"),
        r#"
error[R002]: `field` must be the path of a value, not 7
 --> r.yaml:4:18
  |
4 |       - { field: 7, min: 1 }
  |                  ^
"#
    );
}

#[test]
fn no_condition_is_refused() {
    assert_eq!(
        refused_entry("field: amount, level: A"),
        r#"
error[R007]: the entry has no condition
 --> r.yaml:4:9
  |
4 |       - { field: amount, level: A }
  |         ^
  |
  = help: give it one of: min, max, eq, neq, min_len, max_len, in, not_in, between, regex, not_regex, exists, unique, finite, multiple_of, changed, unchanged, max_delta, monotonic, max_rate, stuck
"#
    );
}

#[test]
fn an_unknown_condition_is_refused() {
    assert_eq!(
        refused_entry("field: amount, minn: 1"),
        r#"
error[R003]: unknown key or condition `minn`
 --> r.yaml:4:26
  |
4 |       - { field: amount, minn: 1 }
  |                          ^^^^
  |
  = help: did you mean `min`?
"#
    );
}

#[test]
fn a_condition_of_another_time_is_refused() {
    assert_eq!(
        refused_entry("field: amount, regex: x"),
        r#"
error[R016]: `regex` does not fit amount, a float
 --> r.yaml:4:26
  |
4 |       - { field: amount, regex: x }
  |                          ^^^^^
  |
  = help: conditions that fit: min, max, eq, neq, in, not_in, between, finite, max_rate, stuck
"#
    );
}

#[test]
fn an_unknown_argument_is_refused() {
    assert_eq!(
        refused_entry("field: amuont, min: 1"),
        r#"
error[R014]: `transfer` has no argument `amuont`
 --> r.yaml:4:18
  |
4 |       - { field: amuont, min: 1 }
  |                  ^^^^^^
  |
  = help: did you mean `amount`?
"#
    );
}

#[test]
fn a_field_without_its_layer_is_refused() {
    assert_eq!(
        refused_entry("field: total, min: 1"),
        r#"
error[R014]: `transfer` has no argument `total`
 --> r.yaml:4:18
  |
4 |       - { field: total, min: 1 }
  |                  ^^^^^
  |
  = help: did you mean `domain.total`?
"#
    );
}

#[test]
fn an_unknown_layer_is_refused() {
    assert_eq!(
        refused_entry("field: domian.total, min: 1"),
        r#"
error[R014]: unknown layer or argument `domian` in `domian.total`
 --> r.yaml:4:18
  |
4 |       - { field: domian.total, min: 1 }
  |                  ^^^^^^^^^^^^
  |
  = help: did you mean `domain`?
"#
    );
}

#[test]
fn an_unknown_field_is_refused() {
    assert_eq!(
        refused_entry("field: domain.totals, min: 1"),
        r#"
error[R014]: unknown field `totals` of Bank in `domain.totals`
 --> r.yaml:4:18
  |
4 |       - { field: domain.totals, min: 1 }
  |                  ^^^^^^^^^^^^^
  |
  = help: did you mean `total`?
"#
    );
}

#[test]
fn an_unknown_nested_field_is_refused() {
    assert_eq!(
        refused_entry("field: domain.user.balanse, min: 1"),
        r#"
error[R014]: unknown field `balanse` of User in `domain.user.balanse`
 --> r.yaml:4:18
  |
4 |       - { field: domain.user.balanse, min: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `balance`?
"#
    );
}

#[test]
fn a_field_of_a_value_is_refused() {
    assert_eq!(
        refused_entry("field: domain.total.cents, min: 1"),
        r#"
error[R014]: `cents` in `domain.total.cents`: domain.total is an integer, which has no fields
 --> r.yaml:4:18
  |
4 |       - { field: domain.total.cents, min: 1 }
  |                  ^^^^^^^^^^^^^^^^^^
  |
  = help: let the path end there: `domain.total`
"#
    );
}

#[test]
fn a_layer_alone_is_refused() {
    assert_eq!(
        refused_entry("field: domain, min: 1"),
        r#"
error[R014]: `domain` is a layer: name one of its fields, as in `domain.…`
 --> r.yaml:4:18
  |
4 |       - { field: domain, min: 1 }
  |                  ^^^^^^
"#
    );
}

#[test]
fn a_path_that_ends_in_a_dot_is_refused() {
    assert_eq!(
        refused_entry("field: domain., min: 1"),
        r#"
error[R014]: a name is missing in `domain.`
 --> r.yaml:4:18
  |
4 |       - { field: domain., min: 1 }
  |                  ^^^^^^^
  |
  = help: known: total, temperature, accounts, user, secret, sig_alarm
"#
    );
}

#[test]
fn an_unknown_local_field_is_refused() {
    assert_eq!(
        refused_entry("field: local.step, min: 1"),
        r#"
error[R014]: unknown field `step` of Scratch in `local.step`
 --> r.yaml:4:18
  |
4 |       - { field: local.step, min: 1 }
  |                  ^^^^^^^^^^
  |
  = help: did you mean `steps`?
"#
    );
}

#[test]
fn a_nested_context_is_refused() {
    assert_eq!(
        refused_entry("field: domain.user, min: 1"),
        r#"
error[R014]: `domain.user` is a whole context: name one of its fields
 --> r.yaml:4:18
  |
4 |       - { field: domain.user, min: 1 }
  |                  ^^^^^^^^^^^
  |
  = help: known: domain.user.id, domain.user.balance
"#
    );
}

#[test]
fn an_opaque_argument_is_refused() {
    assert_eq!(
        refused_entry("field: secret, eq: 1"),
        r#"
error[R015]: the audit cannot look into secret
 --> r.yaml:4:18
  |
4 |       - { field: secret, eq: 1 }
  |                  ^^^^^^
  |
  = help: give its type `#[derive(theus_core::Inspect)]`
"#
    );
}

#[test]
fn an_opaque_optional_field_is_refused() {
    assert_eq!(
        refused_entry("field: domain.secret, eq: 1"),
        r#"
error[R015]: the audit cannot look into domain.secret
 --> r.yaml:4:18
  |
4 |       - { field: domain.secret, eq: 1 }
  |                  ^^^^^^^^^^^^^
  |
  = help: give its type `#[derive(theus_core::Inspect)]`
"#
    );
}

#[test]
fn an_unknown_level_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, level: X"),
        r#"
error[R008]: unknown level "X"
 --> r.yaml:4:41
  |
4 |       - { field: amount, min: 1, level: X }
  |                                         ^
  |
  = help: levels: S (stops the engine), A (ends the workflow), B (blocks the run), C (records), I (informs)
"#
    );
}

#[test]
fn a_lowercase_level_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, level: s"),
        r#"
error[R008]: unknown level "s"
 --> r.yaml:4:41
  |
4 |       - { field: amount, min: 1, level: s }
  |                                         ^
  |
  = help: did you mean `S`?
"#
    );
}

#[test]
fn a_level_that_is_a_number_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, level: 1"),
        r#"
error[R008]: unknown level 1
 --> r.yaml:4:41
  |
4 |       - { field: amount, min: 1, level: 1 }
  |                                         ^
  |
  = help: levels: S (stops the engine), A (ends the workflow), B (blocks the run), C (records), I (informs)
"#
    );
}

#[test]
fn a_threshold_of_zero_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, max_threshold: 0"),
        r#"
error[R002]: `max_threshold` must be an integer from 1 to 4294967295, not 0
 --> r.yaml:4:49
  |
4 |       - { field: amount, min: 1, max_threshold: 0 }
  |                                                 ^
"#
    );
}

#[test]
fn a_fractional_threshold_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, min_threshold: 1.5"),
        r#"
error[R002]: `min_threshold` must be an integer from 1 to 4294967295, not 1.5
 --> r.yaml:4:49
  |
4 |       - { field: amount, min: 1, min_threshold: 1.5 }
  |                                                 ^^^
"#
    );
}

#[test]
fn a_monstrous_threshold_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, max_threshold: 4294967296"),
        r#"
error[R002]: `max_threshold` must be an integer from 1 to 4294967295, not 4294967296
 --> r.yaml:4:49
  |
4 |       - { field: amount, min: 1, max_threshold: 4294967296 }
  |                                                 ^^^^^^^^^^
"#
    );
}

#[test]
fn a_warning_that_cannot_come_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, min_threshold: 4, max_threshold: 3"),
        r#"
error[R009]: min_threshold 4 is above max_threshold 3: the level acts before any early warning
 --> r.yaml:4:49
  |
4 |       - { field: amount, min: 1, min_threshold: 4, max_threshold: 3 }
  |                                                 ^
  |
  = help: let min_threshold be at most 3
"#
    );
}

#[test]
fn a_warning_without_a_threshold_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, min_threshold: 2"),
        r#"
error[R009]: min_threshold 2 is above max_threshold 1: the level acts before any early warning
 --> r.yaml:4:49
  |
4 |       - { field: amount, min: 1, min_threshold: 2 }
  |                                                 ^
  |
  = help: max_threshold is 1 where it is not given: give it, at least 2
"#
    );
}

#[test]
fn a_reset_that_is_a_word_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, reset_on_success: always"),
        r#"
error[R002]: `reset_on_success` must be true or false, not "always"
 --> r.yaml:4:52
  |
4 |       - { field: amount, min: 1, reset_on_success: always }
  |                                                    ^^^^^^
"#
    );
}

#[test]
fn a_message_that_is_a_number_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, message: 3"),
        r#"
error[R002]: `message` must be a text, not 3
 --> r.yaml:4:43
  |
4 |       - { field: amount, min: 1, message: 3 }
  |                                           ^
"#
    );
}

#[test]
fn an_unknown_setting_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, masage: x"),
        r#"
error[R003]: unknown key or condition `masage`
 --> r.yaml:4:34
  |
4 |       - { field: amount, min: 1, masage: x }
  |                                  ^^^^^^
  |
  = help: did you mean `message`?
"#
    );
}

#[test]
fn what_nobody_inherits_is_checked_to_its_last_condition() {
    let template = |conditions: &str| {
        load(&format!(
            "process_recipes:\n  _t: {{ outputs: [ {{ field: domain.total, {conditions} }} ] }}\n  transfer: {{ outputs: [ {{ field: domain.total, min: 1 }} ] }}\n"
        ))
    };
    for wrong in ["regex: a, min: 0", "min: 0, regex: a", "min: 0, max: 9, regex: a"] {
        let told = template(wrong).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains("`regex` does not fit domain.total"), "{wrong}: {told}");
    }
    template("min: 0, max: 9, not_in: [3]").map_err(|error| error.to_string()).unwrap();
}
