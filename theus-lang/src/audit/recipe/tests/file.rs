//! What is refused of a file as a whole, its processes and its templates, in its exact words.

use super::refused;

#[test]
fn an_empty_file_is_refused() {
    assert_eq!(
        refused(""),
        r#"
error[R001]: the file has no recipes
 --> r.yaml:1:1
  |
1 |
  | ^
  |
  = help: write `process_recipes:` and under it the name of a process with its `inputs` and `outputs`; `process_recipes: {}` where there are to be none
"#
    );
}

#[test]
fn a_file_of_comments_is_refused() {
    assert_eq!(
        refused("# later\n"),
        r#"
error[R001]: the file has no recipes
 --> r.yaml:1:1
  |
1 | # later
  | ^
  |
  = help: write `process_recipes:` and under it the name of a process with its `inputs` and `outputs`; `process_recipes: {}` where there are to be none
"#
    );
}

#[test]
fn a_file_that_is_a_list_is_refused() {
    assert_eq!(
        refused("- transfer\n"),
        r#"
error[R002]: a recipe file must be a map, not a list
 --> r.yaml:1:3
  |
1 | - transfer
  |   ^^^^^^^^
  |
  = help: write `process_recipes:` and under it the name of a process with its `inputs` and `outputs`
"#
    );
}

#[test]
fn a_file_without_recipes_is_refused() {
    assert_eq!(
        refused("{}\n"),
        r#"
error[R001]: the file has no `process_recipes`
 --> r.yaml:1:1
  |
1 | {}
  | ^
  |
  = help: write `process_recipes:` and under it the name of a process with its `inputs` and `outputs`; `process_recipes: {}` where there are to be none
"#
    );
}

#[test]
fn no_recipes_under_the_key_is_refused() {
    assert_eq!(
        refused("process_recipes:\n"),
        r#"
error[R001]: `process_recipes` has no recipes
 --> r.yaml:1:1
  |
1 | process_recipes:
  | ^^^^^^^^^^^^^^^
  |
  = help: write `process_recipes:` and under it the name of a process with its `inputs` and `outputs`; `process_recipes: {}` where there are to be none
"#
    );
}

#[test]
fn recipes_that_are_a_list_is_refused() {
    assert_eq!(
        refused("process_recipes: [transfer]\n"),
        r#"
error[R002]: `process_recipes` must be a map, not a list
 --> r.yaml:1:18
  |
1 | process_recipes: [transfer]
  |                  ^
  |
  = help: write `process_recipes:` and under it the name of a process with its `inputs` and `outputs`
"#
    );
}

#[test]
fn a_misspelt_top_key_is_refused() {
    assert_eq!(
        refused("proces_recipes:\n  transfer: { inputs: [{ field: amount, min: 1 }] }\n"),
        r#"
error[R003]: unknown key `proces_recipes`
 --> r.yaml:1:1
  |
1 | proces_recipes:
  | ^^^^^^^^^^^^^^
  |
  = help: did you mean `process_recipes`?
"#
    );
}

#[test]
fn another_top_key_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  transfer: { inputs: [{ field: amount, min: 1 }] }\nstates: {}\n"),
        r#"
error[R003]: unknown key `states`
 --> r.yaml:3:1
  |
3 | states: {}
  | ^^^^^^
  |
  = help: known: process_recipes, invariants, defaults, limits, include
"#
    );
}

#[test]
fn an_unknown_process_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  trasnfer: { inputs: [{ field: amount, min: 1 }] }\n"),
        r#"
error[R004]: unknown process `trasnfer`
 --> r.yaml:2:3
  |
2 |   trasnfer: { inputs: [{ field: amount, min: 1 }] }
  |   ^^^^^^^^
  |
  = help: did you mean `transfer`?
"#
    );
}

#[test]
fn a_process_that_is_a_number_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  1: { inputs: [{ field: amount, min: 1 }] }\n"),
        r#"
error[R004]: `1` is no name of a process
 --> r.yaml:2:3
  |
2 |   1: { inputs: [{ field: amount, min: 1 }] }
  |   ^
"#
    );
}

#[test]
fn a_process_without_anything_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  transfer:\n"),
        r#"
error[R005]: `transfer` has no rules
 --> r.yaml:2:3
  |
2 |   transfer:
  |   ^^^^^^^^
  |
  = help: give it `inputs`, `outputs` or `inherits`
"#
    );
}

#[test]
fn a_process_without_rules_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  transfer: {}\n"),
        r#"
error[R005]: `transfer` has no rules
 --> r.yaml:2:3
  |
2 |   transfer: {}
  |   ^^^^^^^^
  |
  = help: give it `inputs`, `outputs` or `inherits`
"#
    );
}

#[test]
fn a_process_that_is_a_text_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  transfer: amount\n"),
        r#"
error[R002]: `transfer` must be a map, not "amount"
 --> r.yaml:2:13
  |
2 |   transfer: amount
  |             ^^^^^^
  |
  = help: give it `inputs`, `outputs` or `inherits`
"#
    );
}

#[test]
fn an_unknown_gate_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  transfer:\n    input: [{ field: amount, min: 1 }]\n    outputs: [{ field: amount, min: 1 }]\n"
        ),
        r#"
error[R003]: unknown key `input`
 --> r.yaml:3:5
  |
3 |     input: [{ field: amount, min: 1 }]
  |     ^^^^^
  |
  = help: did you mean `inputs`?
"#
    );
}

#[test]
fn a_gate_that_is_a_map_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  transfer:\n    inputs: { field: amount, min: 1 }\n"),
        r#"
error[R002]: `inputs` must be a list of entries, not a map
 --> r.yaml:3:13
  |
3 |     inputs: { field: amount, min: 1 }
  |             ^
  |
  = help: begin each entry with `- field:`
"#
    );
}

#[test]
fn an_entry_that_is_a_text_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  transfer:\n    inputs: [amount]\n"),
        r#"
error[R002]: an entry must be a map, not "amount"
 --> r.yaml:3:14
  |
3 |     inputs: [amount]
  |              ^^^^^^
  |
  = help: write it as `{ field: …, min: … }`
"#
    );
}

#[test]
fn an_unknown_template_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  _money: { outputs: [{ field: domain.total, min: 0 }] }\n  transfer: { inherits: _mony }\n"
        ),
        r#"
error[R010]: unknown template `_mony`
 --> r.yaml:3:25
  |
3 |   transfer: { inherits: _mony }
  |                         ^^^^^
  |
  = help: did you mean `_money`?
"#
    );
}

#[test]
fn a_process_as_a_template_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  refund: { outputs: [{ field: domain.total, min: 0 }] }\n  transfer: { inherits: [refund] }\n"
        ),
        r#"
error[R010]: `refund` is a process, not a template
 --> r.yaml:3:26
  |
3 |   transfer: { inherits: [refund] }
  |                          ^^^^^^
  |
  = help: only names with a leading underscore are templates
"#
    );
}

#[test]
fn a_template_that_is_a_number_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  transfer: { inherits: [7] }\n"),
        r#"
error[R002]: `inherits` must be the name of a template or a list of names, not 7
 --> r.yaml:2:26
  |
2 |   transfer: { inherits: [7] }
  |                          ^
"#
    );
}

#[test]
fn a_circle_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  _a: { inherits: _b }\n  _b: { inherits: [_c] }\n  _c: { inherits: _a }\n  transfer: { inherits: _a }\n"
        ),
        r#"
error[R011]: templates inherit each other: _a -> _b -> _c -> _a
 --> r.yaml:4:19
  |
4 |   _c: { inherits: _a }
  |                   ^^
  |
  = help: break the circle
"#
    );
}

#[test]
fn a_template_of_itself_is_refused() {
    assert_eq!(
        refused("process_recipes:\n  _a: { inherits: _a, outputs: [{ field: domain.total, min: 0 }] }\n"),
        r#"
error[R011]: templates inherit each other: _a -> _a
 --> r.yaml:2:19
  |
2 |   _a: { inherits: _a, outputs: [{ field: domain.total, min: 0 }] }
  |                   ^^
  |
  = help: break the circle
"#
    );
}

#[test]
fn a_template_that_does_not_fit_its_process_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  _a: { inputs: [{ field: amount, min: 0 }] }\n  transfer: { inherits: _a }\n  refund: { inherits: _a }\n"
        ),
        r#"
error[R014]: `refund` has no argument `amount`
 --> r.yaml:2:27
  |
2 |   _a: { inputs: [{ field: amount, min: 0 }] }
  |                           ^^^^^^
"#
    );
}

#[test]
fn an_unused_template_with_a_wrong_path_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  _a: { inputs: [{ field: domain.totl, min: 0 }, { field: whatever, min: 0 }] }\n  transfer: { inputs: [{ field: amount, min: 0 }] }\n"
        ),
        r#"
error[R014]: unknown field `totl` of Bank in `domain.totl`
 --> r.yaml:2:27
  |
2 |   _a: { inputs: [{ field: domain.totl, min: 0 }, { field: whatever, min: 0 }] }
  |                           ^^^^^^^^^^^
  |
  = help: did you mean `total`?
"#
    );
}

#[test]
fn an_unused_template_with_a_wrong_value_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  _a: { inputs: [{ field: domain.total, min: low }] }\n  transfer: { inputs: [{ field: amount, min: 0 }] }\n"
        ),
        r#"
error[R017]: `min` of domain.total must be a number, not "low"
 --> r.yaml:2:46
  |
2 |   _a: { inputs: [{ field: domain.total, min: low }] }
  |                                              ^^^
"#
    );
}

#[test]
fn the_same_rule_twice_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  transfer:\n    inputs:\n      - { field: amount, min: 0 }\n      - { field: amount, max: 9, min: 0 }\n"
        ),
        r#"
error[R013]: `min` of amount is given twice at the input gate
 --> r.yaml:5:34
  |
5 |       - { field: amount, max: 9, min: 0 }
  |                                  ^^^ given again
  |
  = help: keep one of them, or give them other bounds, levels or windows
"#
    );
}

#[test]
fn several_problems_at_once_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  transfer:\n    inputs:\n      - { field: amout, min: 0 }\n      - { field: amount, mim: 0, level: D }\n    outputs:\n      - { field: domain.total, min: low, max_threshold: 0 }\n"
        ),
        r#"
error[R014]: `transfer` has no argument `amout`
 --> r.yaml:4:18
  |
4 |       - { field: amout, min: 0 }
  |                  ^^^^^
  |
  = help: did you mean `amount`?

error[R003]: unknown key or condition `mim`
 --> r.yaml:5:26
  |
5 |       - { field: amount, mim: 0, level: D }
  |                          ^^^
  |
  = help: did you mean `min`?

error[R008]: unknown level "D"
 --> r.yaml:5:41
  |
5 |       - { field: amount, mim: 0, level: D }
  |                                         ^
  |
  = help: levels: S (stops the engine), A (ends the workflow), B (blocks the run), C (records), I (informs)

error[R017]: `min` of domain.total must be a number, not "low"
 --> r.yaml:7:37
  |
7 |       - { field: domain.total, min: low, max_threshold: 0 }
  |                                     ^^^

error[R002]: `max_threshold` must be an integer from 1 to 4294967295, not 0
 --> r.yaml:7:57
  |
7 |       - { field: domain.total, min: low, max_threshold: 0 }
  |                                                         ^
"#
    );
}
