//! What is refused of conditions and their bounds, in its exact words.

use super::refused_entry;

#[test]
fn a_word_for_a_number_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: low"),
        r#"
error[R017]: `min` of amount must be a number, not "low"
 --> r.yaml:4:31
  |
4 |       - { field: amount, min: low }
  |                               ^^^
"#
    );
}

#[test]
fn nothing_for_a_number_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: "),
        r#"
error[R017]: `min` of amount must be a number, but is empty
 --> r.yaml:4:26
  |
4 |       - { field: amount, min:  }
  |                          ^^^
"#
    );
}

#[test]
fn a_list_for_a_number_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: [1]"),
        r#"
error[R017]: `min` of amount must be a number, not a list
 --> r.yaml:4:31
  |
4 |       - { field: amount, min: [1] }
  |                               ^
"#
    );
}

#[test]
fn min_above_max_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 10, max: 1"),
        r#"
error[R018]: min 10 is above max 1: no value of amount satisfies both
 --> r.yaml:4:31
  |
4 |       - { field: amount, min: 10, max: 1 }
  |                               ^^
"#
    );
}

#[test]
fn min_above_max_of_integers_is_refused() {
    assert_eq!(
        refused_entry("field: big, min: 340282366920938463463374607431768211455, max: 1"),
        r#"
error[R018]: min 340282366920938463463374607431768211455 is above max 1: no value of big satisfies both
 --> r.yaml:4:28
  |
4 |       - { field: big, min: 340282366920938463463374607431768211455, max: 1 }
  |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#
    );
}

#[test]
fn min_len_above_max_len_is_refused() {
    assert_eq!(
        refused_entry("field: name, min_len: 3, max_len: 2"),
        r#"
error[R018]: min_len 3 is above max_len 2: no value of name satisfies both
 --> r.yaml:4:33
  |
4 |       - { field: name, min_len: 3, max_len: 2 }
  |                                 ^
"#
    );
}

#[test]
fn a_minimum_of_a_text_is_refused() {
    assert_eq!(
        refused_entry("field: name, min: a"),
        r#"
error[R016]: `min` does not fit name, a string
 --> r.yaml:4:24
  |
4 |       - { field: name, min: a }
  |                        ^^^
  |
  = help: conditions that fit: eq, neq, min_len, max_len, in, not_in, regex, not_regex, stuck
"#
    );
}

#[test]
fn a_length_of_a_number_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min_len: 1"),
        r#"
error[R016]: `min_len` does not fit amount, a float
 --> r.yaml:4:26
  |
4 |       - { field: amount, min_len: 1 }
  |                          ^^^^^^^
  |
  = help: conditions that fit: min, max, eq, neq, in, not_in, between, finite, max_rate, stuck
"#
    );
}

#[test]
fn an_order_of_a_boolean_is_refused() {
    assert_eq!(
        refused_entry("field: flag, max: true"),
        r#"
error[R016]: `max` does not fit flag, a boolean
 --> r.yaml:4:24
  |
4 |       - { field: flag, max: true }
  |                        ^^^
  |
  = help: conditions that fit: eq, neq, stuck
"#
    );
}

#[test]
fn equality_of_a_collection_is_refused() {
    assert_eq!(
        refused_entry("field: items, eq: 1"),
        r#"
error[R016]: `eq` does not fit items, a list
 --> r.yaml:4:25
  |
4 |       - { field: items, eq: 1 }
  |                         ^^
  |
  = help: conditions that fit: min_len, max_len, unique
"#
    );
}

#[test]
fn a_length_of_a_character_is_refused() {
    assert_eq!(
        refused_entry("field: tag, min_len: 1"),
        r#"
error[R016]: `min_len` does not fit tag, a character
 --> r.yaml:4:23
  |
4 |       - { field: tag, min_len: 1 }
  |                       ^^^^^^^
  |
  = help: conditions that fit: eq, neq, in, not_in, stuck
"#
    );
}

#[test]
fn a_negative_length_is_refused() {
    assert_eq!(
        refused_entry("field: items, min_len: -1"),
        r#"
error[R017]: `min_len` of items must be a length, an integer from 0 on, not -1
 --> r.yaml:4:34
  |
4 |       - { field: items, min_len: -1 }
  |                                  ^^
"#
    );
}

#[test]
fn a_number_for_a_text_is_refused() {
    assert_eq!(
        refused_entry("field: name, eq: 12"),
        r#"
error[R017]: `eq` of name must be a string, not 12
 --> r.yaml:4:28
  |
4 |       - { field: name, eq: 12 }
  |                            ^^
  |
  = help: put it in quotes: "12"
"#
    );
}

#[test]
fn a_boolean_for_a_text_is_refused() {
    assert_eq!(
        refused_entry("field: note, neq: true"),
        r#"
error[R017]: `neq` of note must be a string, not true
 --> r.yaml:4:29
  |
4 |       - { field: note, neq: true }
  |                             ^^^^
  |
  = help: put it in quotes: "true"
"#
    );
}

#[test]
fn a_text_for_a_boolean_is_refused() {
    assert_eq!(
        refused_entry("field: flag, eq: \"true\""),
        r#"
error[R017]: `eq` of flag must be true or false, not "true"
 --> r.yaml:4:28
  |
4 |       - { field: flag, eq: "true" }
  |                            ^^^^^^^
"#
    );
}

#[test]
fn a_text_for_a_character_is_refused() {
    assert_eq!(
        refused_entry("field: tag, eq: ab"),
        r#"
error[R017]: `eq` of tag must be one character, not "ab"
 --> r.yaml:4:27
  |
4 |       - { field: tag, eq: ab }
  |                           ^^
"#
    );
}

#[test]
fn a_digit_for_a_character_is_refused() {
    assert_eq!(
        refused_entry("field: tag, eq: 7"),
        r#"
error[R017]: `eq` of tag must be one character, not 7
 --> r.yaml:4:27
  |
4 |       - { field: tag, eq: 7 }
  |                           ^
  |
  = help: put it in quotes: "7"
"#
    );
}

#[test]
fn a_fraction_for_an_integer_is_refused() {
    assert_eq!(
        refused_entry("field: count, eq: 1.5"),
        r#"
error[R017]: count is an integer: no value equals 1.5
 --> r.yaml:4:29
  |
4 |       - { field: count, eq: 1.5 }
  |                             ^^^
"#
    );
}

#[test]
fn another_fraction_for_an_integer_is_refused() {
    assert_eq!(
        refused_entry("field: count, neq: 1.5"),
        r#"
error[R017]: count is an integer: every value differs from 1.5
 --> r.yaml:4:30
  |
4 |       - { field: count, neq: 1.5 }
  |                              ^^^
"#
    );
}

#[test]
fn a_minimum_that_no_value_reaches_is_refused() {
    assert_eq!(
        refused_entry("field: count, min: 256"),
        r#"
error[R017]: 256 is outside the range of count, 0 to 255: no value passes
 --> r.yaml:4:30
  |
4 |       - { field: count, min: 256 }
  |                              ^^^
"#
    );
}

#[test]
fn a_fractional_minimum_that_no_value_reaches_is_refused() {
    assert_eq!(
        refused_entry("field: count, min: 255.5"),
        r#"
error[R017]: 256 is outside the range of count, 0 to 255: no value passes
 --> r.yaml:4:30
  |
4 |       - { field: count, min: 255.5 }
  |                              ^^^^^
"#
    );
}

#[test]
fn a_minimum_below_the_range_is_refused() {
    assert_eq!(
        refused_entry("field: count, min: -1"),
        r#"
error[R017]: -1 is outside the range of count, 0 to 255: every value passes
 --> r.yaml:4:30
  |
4 |       - { field: count, min: -1 }
  |                              ^^
"#
    );
}

#[test]
fn a_maximum_above_the_range_is_refused() {
    assert_eq!(
        refused_entry("field: count, max: 300"),
        r#"
error[R017]: 300 is outside the range of count, 0 to 255: every value passes
 --> r.yaml:4:30
  |
4 |       - { field: count, max: 300 }
  |                              ^^^
"#
    );
}

#[test]
fn a_maximum_that_no_value_stays_under_is_refused() {
    assert_eq!(
        refused_entry("field: count, max: -0.5"),
        r#"
error[R017]: -1 is outside the range of count, 0 to 255: no value passes
 --> r.yaml:4:30
  |
4 |       - { field: count, max: -0.5 }
  |                              ^^^^
"#
    );
}

#[test]
fn an_equality_outside_the_range_is_refused() {
    assert_eq!(
        refused_entry("field: count, eq: 256"),
        r#"
error[R017]: 256 is outside the range of count, 0 to 255: no value passes
 --> r.yaml:4:29
  |
4 |       - { field: count, eq: 256 }
  |                             ^^^
"#
    );
}

#[test]
fn an_inequality_outside_the_range_is_refused() {
    assert_eq!(
        refused_entry("field: count, neq: 1e300"),
        r#"
error[R017]: 1e300 is outside the range of count, 0 to 255: every value passes
 --> r.yaml:4:30
  |
4 |       - { field: count, neq: 1e300 }
  |                              ^^^^^
"#
    );
}

#[test]
fn a_bound_below_128_bits_is_refused() {
    assert_eq!(
        refused_entry("field: low, min: -1e300"),
        r#"
error[R017]: -1e300 is outside the range of low, -170141183460469231731687303715884105728 to 170141183460469231731687303715884105727: every value passes
 --> r.yaml:4:28
  |
4 |       - { field: low, min: -1e300 }
  |                            ^^^^^^
"#
    );
}

#[test]
fn a_bound_above_i128_is_refused() {
    assert_eq!(
        refused_entry("field: low, max: 170141183460469231731687303715884105728"),
        r#"
error[R017]: 170141183460469231731687303715884105728 is outside the range of low, -170141183460469231731687303715884105728 to 170141183460469231731687303715884105727: every value passes
 --> r.yaml:4:28
  |
4 |       - { field: low, max: 170141183460469231731687303715884105728 }
  |                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#
    );
}

#[test]
fn infinity_for_an_integer_is_refused() {
    assert_eq!(
        refused_entry("field: count, max: .inf"),
        r#"
error[R017]: .inf bounds no integer: count is an integer
 --> r.yaml:4:30
  |
4 |       - { field: count, max: .inf }
  |                              ^^^^
"#
    );
}

#[test]
fn nan_for_an_integer_is_refused() {
    assert_eq!(
        refused_entry("field: count, max: .nan"),
        r#"
error[R017]: .nan bounds no integer: count is an integer
 --> r.yaml:4:30
  |
4 |       - { field: count, max: .nan }
  |                              ^^^^
"#
    );
}

#[test]
fn nan_for_a_float_is_refused() {
    assert_eq!(
        refused_entry("field: amount, neq: .nan"),
        r#"
error[R017]: NaN satisfies no condition: it cannot bound amount
 --> r.yaml:4:31
  |
4 |       - { field: amount, neq: .nan }
  |                               ^^^^
"#
    );
}

#[test]
fn an_integer_that_is_no_float_is_refused() {
    assert_eq!(
        refused_entry("field: amount, max: 9007199254740993"),
        r#"
error[R017]: 9007199254740993 is no f64 exactly: amount would be compared with another number
 --> r.yaml:4:31
  |
4 |       - { field: amount, max: 9007199254740993 }
  |                               ^^^^^^^^^^^^^^^^
  |
  = help: write the number that is meant as a float, with a `.0`
"#
    );
}

#[test]
fn an_integer_that_is_no_single_float_is_refused() {
    assert_eq!(
        refused_entry("field: single, max: 16777217"),
        r#"
error[R017]: 16777217 is no f32 exactly: single would be compared with another number
 --> r.yaml:4:31
  |
4 |       - { field: single, max: 16777217 }
  |                               ^^^^^^^^
  |
  = help: write the number that is meant as a float, with a `.0`
"#
    );
}

#[test]
fn a_float_above_single_floats_is_refused() {
    assert_eq!(
        refused_entry("field: single, max: 1e300"),
        r#"
error[R017]: 1e300 is outside the range of single, an f32
 --> r.yaml:4:31
  |
4 |       - { field: single, max: 1e300 }
  |                               ^^^^^
"#
    );
}
