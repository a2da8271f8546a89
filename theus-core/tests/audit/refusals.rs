//! What is refused of conditions, in its exact words.

use super::world::load;

fn refused(gate: &str, entry: &str) -> String {
    format!("\n{}\n", load(gate, entry).expect_err("refused"))
}

#[test]
fn in_of_no_list_is_refused() {
    assert_eq!(
        refused("inputs", "field: number, in: 5"),
        r#"
error[R017]: `in` of number must be a list, not 5
 --> r.yaml:4:30
  |
4 |       - { field: number, in: 5 }
  |                              ^
  |
  = help: write it as `in: [one, another]`
"#
    );
}

#[test]
fn in_of_an_empty_list_is_refused() {
    assert_eq!(
        refused("inputs", "field: number, in: []"),
        r#"
error[R025]: the list of `in` is empty: no value passes
 --> r.yaml:4:30
  |
4 |       - { field: number, in: [] }
  |                              ^
"#
    );
}

#[test]
fn not_in_of_an_empty_list_is_refused() {
    assert_eq!(
        refused("inputs", "field: number, not_in: []"),
        r#"
error[R025]: the list of `not_in` is empty: every value passes
 --> r.yaml:4:34
  |
4 |       - { field: number, not_in: [] }
  |                                  ^
"#
    );
}

#[test]
fn a_value_listed_twice_is_refused() {
    assert_eq!(
        refused("inputs", "field: number, in: [1, 2, 1.0]"),
        r#"
error[R025]: 1 is in the list twice
 --> r.yaml:4:37
  |
4 |       - { field: number, in: [1, 2, 1.0] }
  |                                     ^^^
  |
  = help: keep one
"#
    );
}

#[test]
fn a_listed_value_of_another_type_is_refused() {
    assert_eq!(
        refused("inputs", "field: number, in: [1, two]"),
        r#"
error[R017]: `in` of number must be an integer, not "two"
 --> r.yaml:4:34
  |
4 |       - { field: number, in: [1, two] }
  |                                  ^^^
"#
    );
}

#[test]
fn a_listed_value_outside_the_range_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.small, in: [1, 256]"),
        r#"
error[R017]: 256 is outside the range of domain.small, 0 to 255: no value equals it
 --> r.yaml:4:40
  |
4 |       - { field: domain.small, in: [1, 256] }
  |                                        ^^^
"#
    );
}

#[test]
fn a_listed_fraction_of_an_integer_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.small, not_in: [0.5]"),
        r#"
error[R017]: domain.small is an integer: no value equals 0.5
 --> r.yaml:4:41
  |
4 |       - { field: domain.small, not_in: [0.5] }
  |                                         ^^^
"#
    );
}

#[test]
fn in_of_a_boolean_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.flag, in: [true]"),
        r#"
error[R016]: `in` does not fit domain.flag, a boolean
 --> r.yaml:4:31
  |
4 |       - { field: domain.flag, in: [true] }
  |                               ^^
  |
  = help: conditions that fit: eq, neq, changed, unchanged, stuck
"#
    );
}

#[test]
fn between_one_bound_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.float, between: [1]"),
        r#"
error[R017]: `between` of domain.float must have two bounds, not 1
 --> r.yaml:4:41
  |
4 |       - { field: domain.float, between: [1] }
  |                                         ^
  |
  = help: write it as `between: [lowest, highest]`
"#
    );
}

#[test]
fn between_a_number_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.float, between: 1"),
        r#"
error[R017]: `between` of domain.float must be a list of two bounds, not 1
 --> r.yaml:4:41
  |
4 |       - { field: domain.float, between: 1 }
  |                                         ^
  |
  = help: write it as `between: [lowest, highest]`
"#
    );
}

#[test]
fn between_the_wrong_way_round_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.float, between: [2, 1]"),
        r#"
error[R018]: 2 is above 1: no value of domain.float is between them
 --> r.yaml:4:42
  |
4 |       - { field: domain.float, between: [2, 1] }
  |                                          ^
"#
    );
}

#[test]
fn between_with_a_bound_that_says_nothing_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.small, between: [-1, 5]"),
        r#"
error[R017]: -1 is outside the range of domain.small, 0 to 255: every value passes
 --> r.yaml:4:42
  |
4 |       - { field: domain.small, between: [-1, 5] }
  |                                          ^^
"#
    );
}

#[test]
fn between_with_a_word_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.float, between: [1, high]"),
        r#"
error[R017]: `between` of domain.float must be a number, not "high"
 --> r.yaml:4:45
  |
4 |       - { field: domain.float, between: [1, high] }
  |                                             ^^^^
"#
    );
}

#[test]
fn a_regex_that_is_none_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.text, regex: '(a'"),
        r#"
error[R024]: not a regular expression: unclosed group
 --> r.yaml:4:38
  |
4 |       - { field: domain.text, regex: '(a' }
  |                                      ^^^^^
"#
    );
}

#[test]
fn a_regex_that_is_a_number_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.text, regex: 12"),
        r#"
error[R017]: `regex` of domain.text must be a regular expression, not 12
 --> r.yaml:4:38
  |
4 |       - { field: domain.text, regex: 12 }
  |                                      ^^
  |
  = help: put it in quotes: "12"
"#
    );
}

#[test]
fn a_regex_that_grows_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.text, regex: '((a{1000}){1000}){1000}'"),
        r#"
error[R024]: the regular expression grows beyond 1048576 bytes
 --> r.yaml:4:38
  |
4 |       - { field: domain.text, regex: '((a{1000}){1000}){1000}' }
  |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: repeat fewer times
"#
    );
}

#[test]
fn a_regex_of_a_number_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, regex: a"),
        r#"
error[R016]: `regex` does not fit domain.int, an integer
 --> r.yaml:4:30
  |
4 |       - { field: domain.int, regex: a }
  |                              ^^^^^
  |
  = help: conditions that fit: min, max, eq, neq, in, not_in, between, multiple_of, changed, unchanged, max_delta, monotonic, max_rate, stuck
"#
    );
}

#[test]
fn a_back_reference_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.text, regex: '(a)\\1'"),
        r#"
error[R024]: not a regular expression: backreferences are not supported
 --> r.yaml:4:38
  |
4 |       - { field: domain.text, regex: '(a)\1' }
  |                                      ^^^^^^^^
"#
    );
}

#[test]
fn exists_of_what_is_always_there_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, exists: true"),
        r#"
error[R016]: `exists` does not fit domain.int, an integer
 --> r.yaml:4:30
  |
4 |       - { field: domain.int, exists: true }
  |                              ^^^^^^
  |
  = help: conditions that fit: min, max, eq, neq, in, not_in, between, multiple_of, changed, unchanged, max_delta, monotonic, max_rate, stuck
"#
    );
}

#[test]
fn exists_of_a_word_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.option, exists: maybe"),
        r#"
error[R017]: `exists` of domain.option must be true or false, not "maybe"
 --> r.yaml:4:41
  |
4 |       - { field: domain.option, exists: maybe }
  |                                         ^^^^^
"#
    );
}

#[test]
fn unique_of_false_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.counts, unique: false"),
        r#"
error[R017]: `unique` of domain.counts must be true, not false
 --> r.yaml:4:41
  |
4 |       - { field: domain.counts, unique: false }
  |                                         ^^^^^
  |
  = help: leave it out
"#
    );
}

#[test]
fn unique_of_a_set_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.names, unique: true"),
        r#"
error[R016]: `unique` does not fit domain.names, a set
 --> r.yaml:4:32
  |
4 |       - { field: domain.names, unique: true }
  |                                ^^^^^^
  |
  = help: conditions that fit: min_len, max_len, changed, unchanged
"#
    );
}

#[test]
fn unique_of_structs_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.motor.bearings, unique: true"),
        r#"
error[R016]: `unique` does not fit domain.motor.bearings, a list
 --> r.yaml:4:41
  |
4 |       - { field: domain.motor.bearings, unique: true }
  |                                         ^^^^^^
  |
  = help: conditions that fit: min_len, max_len, changed, unchanged
"#
    );
}

#[test]
fn unique_of_a_number_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, unique: true"),
        r#"
error[R016]: `unique` does not fit domain.int, an integer
 --> r.yaml:4:30
  |
4 |       - { field: domain.int, unique: true }
  |                              ^^^^^^
  |
  = help: conditions that fit: min, max, eq, neq, in, not_in, between, multiple_of, changed, unchanged, max_delta, monotonic, max_rate, stuck
"#
    );
}

#[test]
fn finite_of_an_integer_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, finite: true"),
        r#"
error[R016]: `finite` does not fit domain.int, an integer
 --> r.yaml:4:30
  |
4 |       - { field: domain.int, finite: true }
  |                              ^^^^^^
  |
  = help: conditions that fit: min, max, eq, neq, in, not_in, between, multiple_of, changed, unchanged, max_delta, monotonic, max_rate, stuck
"#
    );
}

#[test]
fn finite_of_false_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.float, finite: false"),
        r#"
error[R017]: `finite` of domain.float must be true, not false
 --> r.yaml:4:40
  |
4 |       - { field: domain.float, finite: false }
  |                                        ^^^^^
  |
  = help: leave it out
"#
    );
}

#[test]
fn a_multiple_of_a_float_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.float, multiple_of: 0.5"),
        r#"
error[R016]: `multiple_of` does not fit domain.float, a float
 --> r.yaml:4:32
  |
4 |       - { field: domain.float, multiple_of: 0.5 }
  |                                ^^^^^^^^^^^
  |
  = help: a float has no exact multiples; conditions that fit: min, max, eq, neq, in, not_in, between, finite, changed, unchanged, max_delta, monotonic, max_rate, stuck
"#
    );
}

#[test]
fn a_multiple_of_zero_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, multiple_of: 0"),
        r#"
error[R017]: `multiple_of` of domain.int must be an integer above 0, not 0
 --> r.yaml:4:43
  |
4 |       - { field: domain.int, multiple_of: 0 }
  |                                           ^
"#
    );
}

#[test]
fn a_multiple_of_one_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, multiple_of: 1"),
        r#"
error[R017]: every value of domain.int is a multiple of 1
 --> r.yaml:4:43
  |
4 |       - { field: domain.int, multiple_of: 1 }
  |                                           ^
"#
    );
}

#[test]
fn a_multiple_of_a_fraction_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, multiple_of: 2.5"),
        r#"
error[R017]: `multiple_of` of domain.int must be an integer above 0, not 2.5
 --> r.yaml:4:43
  |
4 |       - { field: domain.int, multiple_of: 2.5 }
  |                                           ^^^
"#
    );
}

#[test]
fn a_multiple_of_a_negative_decimal_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.amount, multiple_of: -0.5"),
        r#"
error[R017]: `multiple_of` of domain.amount must be above 0, not -0.5
 --> r.yaml:4:46
  |
4 |       - { field: domain.amount, multiple_of: -0.5 }
  |                                              ^^^^
"#
    );
}

#[test]
fn changed_at_the_input_gate_is_refused() {
    assert_eq!(
        refused("inputs", "field: domain.int, changed: true"),
        r#"
error[R026]: `changed` compares the proposed domain.int with the committed one: not at the input gate
 --> r.yaml:4:30
  |
4 |       - { field: domain.int, changed: true }
  |                              ^^^^^^^
  |
  = help: put the entry under `outputs`
"#
    );
}

#[test]
fn changed_of_an_argument_is_refused() {
    assert_eq!(
        refused("outputs", "field: number, changed: true"),
        r#"
error[R026]: `changed` compares with the committed state, in which number is not
 --> r.yaml:4:26
  |
4 |       - { field: number, changed: true }
  |                          ^^^^^^^
  |
  = help: it fits paths that start with `domain.`
"#
    );
}

#[test]
fn changed_of_the_global_context_is_refused() {
    assert_eq!(
        refused("outputs", "field: global.ceiling, unchanged: true"),
        r#"
error[R026]: `unchanged` compares with the committed state, in which global.ceiling is not
 --> r.yaml:4:34
  |
4 |       - { field: global.ceiling, unchanged: true }
  |                                  ^^^^^^^^^
  |
  = help: it fits paths that start with `domain.`
"#
    );
}

#[test]
fn changed_of_the_local_layer_is_refused() {
    assert_eq!(
        refused("outputs", "field: local.sum, monotonic: true"),
        r#"
error[R026]: `monotonic` compares with the committed state, in which local.sum is not
 --> r.yaml:4:29
  |
4 |       - { field: local.sum, monotonic: true }
  |                             ^^^^^^^^^
  |
  = help: it fits paths that start with `domain.`
"#
    );
}

#[test]
fn changed_of_false_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, changed: false"),
        r#"
error[R017]: `changed` of domain.int must be true, not false
 --> r.yaml:4:39
  |
4 |       - { field: domain.int, changed: false }
  |                                       ^^^^^
  |
  = help: write `unchanged: true`
"#
    );
}

#[test]
fn unchanged_of_false_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, unchanged: false"),
        r#"
error[R017]: `unchanged` of domain.int must be true, not false
 --> r.yaml:4:41
  |
4 |       - { field: domain.int, unchanged: false }
  |                                         ^^^^^
  |
  = help: write `changed: true`
"#
    );
}

#[test]
fn monotonic_of_false_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, monotonic: false"),
        r#"
error[R017]: `monotonic` of domain.int must be true, not false
 --> r.yaml:4:41
  |
4 |       - { field: domain.int, monotonic: false }
  |                                         ^^^^^
  |
  = help: leave it out
"#
    );
}

#[test]
fn monotonic_of_a_text_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.text, monotonic: true"),
        r#"
error[R016]: `monotonic` does not fit domain.text, a string
 --> r.yaml:4:31
  |
4 |       - { field: domain.text, monotonic: true }
  |                               ^^^^^^^^^
  |
  = help: conditions that fit: eq, neq, min_len, max_len, in, not_in, regex, not_regex, changed, unchanged, stuck
"#
    );
}

#[test]
fn a_max_delta_below_zero_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.int, max_delta: -1"),
        r#"
error[R017]: `max_delta` of domain.int must be an integer from 0 on, not -1
 --> r.yaml:4:41
  |
4 |       - { field: domain.int, max_delta: -1 }
  |                                         ^^
"#
    );
}

#[test]
fn a_max_delta_that_nothing_exceeds_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.small, max_delta: 255"),
        r#"
error[R017]: no value of domain.small is further than 255 from another: every value passes
 --> r.yaml:4:43
  |
4 |       - { field: domain.small, max_delta: 255 }
  |                                           ^^^
"#
    );
}

#[test]
fn a_max_delta_of_infinity_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.float, max_delta: .inf"),
        r#"
error[R017]: `max_delta` of domain.float must be a finite number from 0 on, not .inf
 --> r.yaml:4:43
  |
4 |       - { field: domain.float, max_delta: .inf }
  |                                           ^^^^
"#
    );
}

#[test]
fn a_max_delta_of_a_time_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.at, max_delta: 5"),
        r#"
error[R016]: `max_delta` does not fit domain.at, a time
 --> r.yaml:4:29
  |
4 |       - { field: domain.at, max_delta: 5 }
  |                             ^^^^^^^^^
  |
  = help: conditions that fit: min, max, eq, neq, in, not_in, between, changed, unchanged, monotonic, stuck, exists
"#
    );
}

#[test]
fn a_max_delta_of_a_negative_decimal_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.amount, max_delta: -0.1"),
        r#"
error[R017]: `max_delta` of domain.amount must be 0 or more, not -0.1
 --> r.yaml:4:44
  |
4 |       - { field: domain.amount, max_delta: -0.1 }
  |                                            ^^^^
"#
    );
}

#[test]
fn a_variant_that_is_none_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.mode, eq: Runing"),
        r#"
error[R017]: domain.mode is never "Runing": Mode has no such variant
 --> r.yaml:4:35
  |
4 |       - { field: domain.mode, eq: Runing }
  |                                   ^^^^^^
  |
  = help: did you mean `Running`?
"#
    );
}

#[test]
fn a_variant_that_is_a_number_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.mode, eq: 1"),
        r#"
error[R017]: `eq` of domain.mode must be the name of a variant, not 1
 --> r.yaml:4:35
  |
4 |       - { field: domain.mode, eq: 1 }
  |                                   ^
"#
    );
}

#[test]
fn a_listed_variant_that_is_none_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.phase, in: [Idle, Boiling]"),
        r#"
error[R017]: domain.phase is never "Boiling": Phase has no such variant
 --> r.yaml:4:43
  |
4 |       - { field: domain.phase, in: [Idle, Boiling] }
  |                                           ^^^^^^^
  |
  = help: did you mean `Cooling`?
"#
    );
}

#[test]
fn an_order_of_an_enum_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.phase, min: Idle"),
        r#"
error[R016]: `min` does not fit domain.phase, the enum Phase
 --> r.yaml:4:32
  |
4 |       - { field: domain.phase, min: Idle }
  |                                ^^^
  |
  = help: conditions that fit: eq, neq, in, not_in, changed, unchanged, stuck
"#
    );
}

#[test]
fn a_decimal_with_more_digits_than_a_number_keeps_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.amount, max: 0.12345678901234567"),
        r#"
error[R017]: 0.12345678901234566 is not kept exactly as a number
 --> r.yaml:4:38
  |
4 |       - { field: domain.amount, max: 0.12345678901234567 }
  |                                      ^^^^^^^^^^^^^^^^^^^
  |
  = help: put the number in quotes: it is then read as a decimal
"#
    );
}

#[test]
fn a_decimal_that_is_a_word_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.amount, max: much"),
        r#"
error[R017]: `max` of domain.amount must be a number, not "much"
 --> r.yaml:4:38
  |
4 |       - { field: domain.amount, max: much }
  |                                      ^^^^
"#
    );
}

#[test]
fn a_time_without_an_offset_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.at, min: '2024-05-01T12:00:00'"),
        r#"
error[R017]: `min` of domain.at must be an RFC 3339 time such as "2024-05-01T12:00:00Z", not "2024-05-01T12:00:00"
 --> r.yaml:4:34
  |
4 |       - { field: domain.at, min: '2024-05-01T12:00:00' }
  |                                  ^^^^^^^^^^^^^^^^^^^^^^
"#
    );
}

#[test]
fn a_time_that_is_a_number_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.at, min: 5"),
        r#"
error[R017]: `min` of domain.at must be an RFC 3339 time such as "2024-05-01T12:00:00Z", not 5
 --> r.yaml:4:34
  |
4 |       - { field: domain.at, min: 5 }
  |                                  ^
"#
    );
}

#[test]
fn a_condition_on_a_whole_struct_is_refused() {
    assert_eq!(
        refused("inputs", "field: domain.motor, eq: 1"),
        r#"
error[R016]: `eq` does not fit domain.motor, a Motor
 --> r.yaml:4:32
  |
4 |       - { field: domain.motor, eq: 1 }
  |                                ^^
  |
  = help: name one of its fields
"#
    );
}

#[test]
fn a_condition_on_a_struct_at_the_output_gate_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.motor, eq: 1"),
        r#"
error[R016]: `eq` does not fit domain.motor, a Motor
 --> r.yaml:4:32
  |
4 |       - { field: domain.motor, eq: 1 }
  |                                ^^
  |
  = help: conditions that fit: changed, unchanged
"#
    );
}

#[test]
fn a_condition_on_a_hidden_value_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.hidden, eq: 1"),
        r#"
error[R015]: the audit cannot look into domain.hidden
 --> r.yaml:4:18
  |
4 |       - { field: domain.hidden, eq: 1 }
  |                  ^^^^^^^^^^^^^
  |
  = help: give its type `#[derive(theus_core::Inspect)]`
"#
    );
}

#[test]
fn more_than_the_length_of_a_counted_list_is_refused() {
    assert_eq!(
        refused("outputs", "field: domain.secrets, unchanged: true"),
        r#"
error[R016]: `unchanged` does not fit domain.secrets, a collection
 --> r.yaml:4:34
  |
4 |       - { field: domain.secrets, unchanged: true }
  |                                  ^^^^^^^^^
  |
  = help: conditions that fit: min_len, max_len
"#
    );
}
