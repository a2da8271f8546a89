//! What is refused of paths, in its exact words.

use super::world::load;

fn refused(gate: &str, entry: &str) -> String {
    format!("\n{}\n", load(gate, entry).expect_err("refused"))
}

#[test]
fn an_unknown_field_of_a_struct_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.motor.sped, min: 1"),
        r#"
error[R014]: unknown field `sped` of Motor in `domain.motor.sped`
 --> r.yaml:4:18
  |
4 |       - { field: domain.motor.sped, min: 1 }
  |                  ^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `speed`?
"#
    );
}

#[test]
fn an_unknown_method_of_a_struct_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.motor.lable(), eq: a"),
        r#"
error[R014]: unknown method `lable()` of Motor in `domain.motor.lable()`
 --> r.yaml:4:18
  |
4 |       - { field: domain.motor.lable(), eq: a }
  |                  ^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `label()`?
"#
    );
}

#[test]
fn a_method_without_its_brackets_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.motor.label, eq: a"),
        r#"
error[R014]: unknown field `label` of Motor in `domain.motor.label`
 --> r.yaml:4:18
  |
4 |       - { field: domain.motor.label, eq: a }
  |                  ^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `label()`?
"#
    );
}

#[test]
fn an_unknown_field_far_below_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.motors[2].bearings[0].haet', max: 1"),
        r#"
error[R014]: unknown field `haet` of Bearing in `domain.motors[2].bearings[0].haet`
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.motors[2].bearings[0].haet', max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `heat`?
"#
    );
}

#[test]
fn an_unknown_variant_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.mode.Runing.speed, max: 1"),
        r#"
error[R014]: unknown variant `Runing` of Mode in `domain.mode.Runing.speed`
 --> r.yaml:4:18
  |
4 |       - { field: domain.mode.Runing.speed, max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `Running`?
"#
    );
}

#[test]
fn an_unknown_field_of_a_variant_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.mode.Running.sped, max: 1"),
        r#"
error[R014]: unknown field `sped` of Running in `domain.mode.Running.sped`
 --> r.yaml:4:18
  |
4 |       - { field: domain.mode.Running.sped, max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `speed`?
"#
    );
}

#[test]
fn a_whole_variant_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.mode.Running, max: 1"),
        r#"
error[R014]: `domain.mode.Running` is a whole variant: name one of its fields
 --> r.yaml:4:18
  |
4 |       - { field: domain.mode.Running, max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^
  |
  = help: known: domain.mode.Running.speed, domain.mode.Running.steps
"#
    );
}

#[test]
fn a_variant_without_fields_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.mode.Idle.speed, max: 1"),
        r#"
error[R014]: `domain.mode.Idle` is a variant without fields
 --> r.yaml:4:18
  |
4 |       - { field: domain.mode.Idle.speed, max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: to ask for the variant: `field: domain.mode, eq: Idle`
"#
    );
}

#[test]
fn an_unknown_method_of_an_enum_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.mode.is_movin(), eq: true"),
        r#"
error[R014]: unknown method `is_movin()` of Mode in `domain.mode.is_movin()`
 --> r.yaml:4:18
  |
4 |       - { field: domain.mode.is_movin(), eq: true }
  |                  ^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `is_moving()`?
"#
    );
}

#[test]
fn an_unknown_property_of_a_list_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.readings.men(), max: 1"),
        r#"
error[R014]: unknown method `men()` of domain.readings, a list, in `domain.readings.men()`
 --> r.yaml:4:18
  |
4 |       - { field: domain.readings.men(), max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `len()`?
"#
    );
}

#[test]
fn a_property_that_no_list_has_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.readings.median(), max: 1"),
        r#"
error[R014]: unknown method `median()` of domain.readings, a list, in `domain.readings.median()`
 --> r.yaml:4:18
  |
4 |       - { field: domain.readings.median(), max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `mean()`?
"#
    );
}

#[test]
fn a_property_that_does_not_fit_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.accounts.sum(), max: 1"),
        r#"
error[R014]: `sum()` in `domain.accounts.sum()` does not fit domain.accounts, a map
 --> r.yaml:4:18
  |
4 |       - { field: domain.accounts.sum(), max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^
  |
  = help: properties that fit: keys(), len(), values()
"#
    );
}

#[test]
fn a_sum_of_texts_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.names.sum(), max: 1"),
        r#"
error[R014]: `sum()` in `domain.names.sum()` does not fit domain.names, a set of strings
 --> r.yaml:4:18
  |
4 |       - { field: domain.names.sum(), max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^
  |
  = help: properties that fit: first(), last(), len()
"#
    );
}

#[test]
fn a_mean_of_decimals_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.amounts.mean(), max: 1"),
        r#"
error[R014]: `mean()` in `domain.amounts.mean()` does not fit domain.amounts, a list of decimals
 --> r.yaml:4:18
  |
4 |       - { field: domain.amounts.mean(), max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^
  |
  = help: properties that fit: first(), last(), len(), max(), min(), sum()
"#
    );
}

#[test]
fn the_first_of_a_set_without_order_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.tags.first(), max: 1"),
        r#"
error[R014]: `first()` in `domain.tags.first()` does not fit domain.tags, a set of integers
 --> r.yaml:4:18
  |
4 |       - { field: domain.tags.first(), max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^
  |
  = help: properties that fit: len(), max(), mean(), min(), sum()
"#
    );
}

#[test]
fn a_property_of_a_number_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int.len(), max: 1"),
        r#"
error[R014]: `len()` in `domain.int.len()`: domain.int is an integer, which has no computed properties
 --> r.yaml:4:18
  |
4 |       - { field: domain.int.len(), max: 1 }
  |                  ^^^^^^^^^^^^^^^^
  |
  = help: let the path end there: `domain.int`
"#
    );
}

#[test]
fn a_property_of_a_text_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.text.sum(), max: 1"),
        r#"
error[R014]: unknown method `sum()` of domain.text, a string, in `domain.text.sum()`
 --> r.yaml:4:18
  |
4 |       - { field: domain.text.sum(), max: 1 }
  |                  ^^^^^^^^^^^^^^^^^
  |
  = help: known: first(), last(), len()
"#
    );
}

#[test]
fn a_field_of_a_list_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.readings.len, max: 1"),
        r#"
error[R014]: `len` in `domain.readings.len`: domain.readings is a list, which has no fields
 --> r.yaml:4:18
  |
4 |       - { field: domain.readings.len, max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `len()`?
"#
    );
}

#[test]
fn an_index_of_a_number_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.int[0]', max: 1"),
        r#"
error[R014]: `[0]` in `domain.int[0]`: domain.int is an integer, which has no elements
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.int[0]', max: 1 }
  |                  ^^^^^^^^^^^^^^^
  |
  = help: let the path end there: `domain.int`
"#
    );
}

#[test]
fn an_index_of_a_set_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.names[0]', eq: a"),
        r#"
error[R014]: `[0]` in `domain.names[0]`: domain.names is a set, which has no positions
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.names[0]', eq: a }
  |                  ^^^^^^^^^^^^^^^^^
  |
  = help: known: first(), last(), len()
"#
    );
}

#[test]
fn a_key_of_a_list_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.readings[\"a\"]', max: 1"),
        r#"
error[R014]: `["a"]` in `domain.readings["a"]`: domain.readings is a list, which has no keys
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.readings["a"]', max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write a position: `[0]` is the first, `[-1]` the last
"#
    );
}

#[test]
fn a_number_for_a_text_key_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.accounts[1]', max: 1"),
        r#"
error[R014]: `[1]` in `domain.accounts[1]` is no key of domain.accounts: its keys are strings
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.accounts[1]', max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^
  |
  = help: put it in quotes: `["1"]`
"#
    );
}

#[test]
fn a_text_for_a_number_key_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.motors[\"a\"].speed', max: 1"),
        r#"
error[R014]: `["a"]` in `domain.motors["a"].speed` is no key of domain.motors: its keys are integers
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.motors["a"].speed', max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write the number without quotes
"#
    );
}

#[test]
fn a_key_that_is_no_variant_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.levels[\"Boiling\"]', max: 1"),
        r#"
error[R014]: `["Boiling"]` in `domain.levels["Boiling"]` is no key of domain.levels: its keys are values of Phase
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.levels["Boiling"]', max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^
"#
    );
}

#[test]
fn a_key_without_quotes_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.accounts[alice]', max: 1"),
        r#"
error[R014]: `[alice]` in `domain.accounts[alice]` is neither an index nor a key
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.accounts[alice]', max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write an index such as `[0]` or `[-1]`, or a key in quotes: `["alice"]`; `[*]` is every element
"#
    );
}

#[test]
fn a_key_outside_its_type_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.motors[4294967296].speed', max: 1"),
        r#"
error[R014]: `[4294967296]` in `domain.motors[4294967296].speed` is no key of domain.motors: its keys are integers
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.motors[4294967296].speed', max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#
    );
}

#[test]
fn a_bracket_that_is_not_closed_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.readings[0', max: 1"),
        r#"
error[R014]: a bracket is not closed in `domain.readings[0`
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.readings[0', max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^
"#
    );
}

#[test]
fn an_argument_of_a_method_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.readings.mean(3), max: 1"),
        r#"
error[R014]: `mean` in `domain.readings.mean(3)` takes no arguments
 --> r.yaml:4:18
  |
4 |       - { field: domain.readings.mean(3), max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write `mean()`
"#
    );
}

#[test]
fn a_part_of_what_cannot_be_looked_into_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.secret.0, max: 1"),
        r#"
error[R014]: `0` in `domain.secret.0`: domain.secret is a type the audit cannot look into, which has no parts
 --> r.yaml:4:18
  |
4 |       - { field: domain.secret.0, max: 1 }
  |                  ^^^^^^^^^^^^^^^
  |
  = help: give its type `#[derive(theus_core::Inspect)]`
"#
    );
}

#[test]
fn an_element_that_cannot_be_looked_into_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.secrets[0]', max: 1"),
        r#"
error[R014]: `[0]` in `domain.secrets[0]`: domain.secrets is a collection, which has no positions
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.secrets[0]', max: 1 }
  |                  ^^^^^^^^^^^^^^^^^^^
  |
  = help: known: len()
"#
    );
}

#[test]
fn an_unknown_argument_with_a_field_is_refused() {
    assert_eq!(
        refused("inputs", "field: pari.0, max: 1"),
        r#"
error[R014]: unknown layer or argument `pari` in `pari.0`
 --> r.yaml:4:18
  |
4 |       - { field: pari.0, max: 1 }
  |                  ^^^^^^
  |
  = help: did you mean `pair`?
"#
    );
}

#[test]
fn an_unknown_field_of_an_argument_is_refused() {
    assert_eq!(
        refused("inputs", "field: pair.2, max: 1"),
        r#"
error[R014]: unknown field `2` of tuple in `pair.2`
 --> r.yaml:4:18
  |
4 |       - { field: pair.2, max: 1 }
  |                  ^^^^^^
  |
  = help: known: 0, 1
"#
    );
}

#[test]
fn an_unknown_method_of_the_context_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.surplis(), min: 0"),
        r#"
error[R014]: unknown method `surplis()` of World in `domain.surplis()`
 --> r.yaml:4:18
  |
4 |       - { field: domain.surplis(), min: 0 }
  |                  ^^^^^^^^^^^^^^^^
  |
  = help: did you mean `surplus()`?
"#
    );
}

#[test]
fn an_index_of_a_context_is_refused() {
    assert_eq!(
        refused("outputs", "field: 'domain.user[0]', min: 0"),
        r#"
error[R014]: `domain.user[0]`: User is a context, which has no elements
 --> r.yaml:4:18
  |
4 |       - { field: 'domain.user[0]', min: 0 }
  |                  ^^^^^^^^^^^^^^^^
"#
    );
}

#[test]
fn a_call_on_nothing_is_refused() {
    assert_eq!(
        refused("inputs", "field: len(), min: 0"),
        r#"
error[R014]: `len()` is called on nothing
 --> r.yaml:4:18
  |
4 |       - { field: len(), min: 0 }
  |                  ^^^^^
  |
  = help: begin with an argument or a layer
"#
    );
}
