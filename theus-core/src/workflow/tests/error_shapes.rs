//! Refused: files that do not have the shape of a workflow.

use super::{loads, refuses};

#[test]
fn an_empty_file_has_no_states() {
    refuses(
        "",
        r#"
error: the workflow has no `states`
 --> flows/desk.yaml:1:1
  |
1 |
  | ^
  |
  = help: as in `states: { IDLE: { events: { CMD_START: DONE } }, DONE: {} }`"#,
    );
    refuses(
        "name: x\n",
        r#"
error: the workflow has no `states`
 --> flows/desk.yaml:1:1
  |
1 | name: x
  | ^^^^
  |
  = help: as in `states: { IDLE: { events: { CMD_START: DONE } }, DONE: {} }`"#,
    );
    loads("states: { A: }\n");
}

#[test]
fn a_misspelt_states_is_one_problem() {
    refuses(
        "stats: { A: {} }\n",
        r#"
error: unknown key `stats` in the workflow
 --> flows/desk.yaml:1:1
  |
1 | stats: { A: {} }
  | ^^^^^
  |
  = help: did you mean `states`?"#,
    );
}

#[test]
fn a_workflow_needs_a_state() {
    refuses(
        "states:\n",
        r#"
error: a workflow needs at least one state
 --> flows/desk.yaml:1:1
  |
1 | states:
  | ^^^^^^
  |
  = help: as in `states: { IDLE: { events: { CMD_START: DONE } }, DONE: {} }`"#,
    );
    refuses(
        "states: {}\n",
        r#"
error: a workflow needs at least one state
 --> flows/desk.yaml:1:9
  |
1 | states: {}
  |         ^
  |
  = help: as in `states: { IDLE: { events: { CMD_START: DONE } }, DONE: {} }`"#,
    );
    loads("states: { A: {} }\n");
}

#[test]
fn a_workflow_is_a_map() {
    refuses(
        "[A]\n",
        r#"
error: a workflow must be a map with the key `states`
 --> flows/desk.yaml:1:1
  |
1 | [A]
  | ^ this is a list"#,
    );
}

#[test]
fn states_are_a_map_of_maps() {
    refuses(
        "states: [A]\n",
        r#"
error: `states` must be a map from names to states
 --> flows/desk.yaml:1:9
  |
1 | states: [A]
  |         ^ this is a list"#,
    );
    refuses(
        "states: { A: 1 }\n",
        r#"
error: state `A` must be a map with `entry` and `events`
 --> flows/desk.yaml:1:14
  |
1 | states: { A: 1 }
  |              ^ this is a number"#,
    );
}

#[test]
fn a_state_has_a_name() {
    refuses(
        "states: { '': {} }\n",
        r#"
error: a state without a name
 --> flows/desk.yaml:1:11
  |
1 | states: { '': {} }
  |           ^^
  |
  = help: name it"#,
    );
    loads("states: { 'a b': {} }\n");
}

#[test]
fn unknown_keys_of_the_workflow_are_refused() {
    refuses(
        "nmae: desk\nversion: 2\nstates: { A: {} }\n",
        r#"
error: unknown key `nmae` in the workflow
 --> flows/desk.yaml:1:1
  |
1 | nmae: desk
  | ^^^^
  |
  = help: did you mean `name`?

error: unknown key `version` in the workflow
 --> flows/desk.yaml:2:1
  |
2 | version: 2
  | ^^^^^^^
  |
  = help: known: name, description, initial, external, states"#,
    );
    loads("name: desk\ndescription: d\nexternal: []\ninitial: A\nstates: { A: {} }\n");
}

#[test]
fn unknown_keys_of_a_state_are_refused() {
    refuses(
        "states:\n  A: { entri: p_load, timeout: 3 }\n",
        r#"
error: unknown key `entri` in state `A`
 --> flows/desk.yaml:2:8
  |
2 |   A: { entri: p_load, timeout: 3 }
  |        ^^^^^
  |
  = help: did you mean `entry`?

error: unknown key `timeout` in state `A`
 --> flows/desk.yaml:2:23
  |
2 |   A: { entri: p_load, timeout: 3 }
  |                       ^^^^^^^
  |
  = help: known: description, entry, events"#,
    );
    loads("states:\n  A: { entry: p_load, description: d, events: {} }\n");
}

#[test]
fn texts_are_strings() {
    refuses(
        "name: 3\ndescription: [x]\nstates: { A: { description: 4 } }\n",
        r#"
error: `name` must be a string
 --> flows/desk.yaml:1:7
  |
1 | name: 3
  |       ^ this is a number
  |
  = help: put it in quotes

error: the description of the workflow must be a string
 --> flows/desk.yaml:2:14
  |
2 | description: [x]
  |              ^ this is a list

error: the description of state `A` must be a string
 --> flows/desk.yaml:3:29
  |
3 | states: { A: { description: 4 } }
  |                             ^ this is a number
  |
  = help: put it in quotes"#,
    );
    loads("name: '3'\nstates: { A: { description: '4' } }\n");
}

#[test]
fn the_key_on_is_explained() {
    refuses(
        "states:\n  A:\n    on: { CMD_START: A }\n",
        r#"
error: unknown key `on` in state `A`
 --> flows/desk.yaml:3:5
  |
3 |     on: { CMD_START: A }
  |     ^^
  |
  = help: did you mean `events`? `on` is not used here: tools for YAML 1.1 read it as `true`"#,
    );
    refuses(
        "states:\n  A:\n    true: { CMD_START: A }\n",
        r#"
error: the key `true` in state `A` is a boolean, not a name
 --> flows/desk.yaml:3:5
  |
3 |     true: { CMD_START: A }
  |     ^^^^
  |
  = help: did you mean `events`? `on` is not used here: tools for YAML 1.1 read the key `on` as `true`"#,
    );
    loads("states:\n  on: { events: { CMD_START: on } }\n");
}

#[test]
fn keys_are_names() {
    refuses(
        "states:\n  1: {}\n  true: {}\n  340282366920938463463374607431768211455: {}\n",
        r#"
error: the key `1` in `states` is a number, not a name
 --> flows/desk.yaml:2:3
  |
2 |   1: {}
  |   ^
  |
  = help: put it in quotes: "1"

error: the key `true` in `states` is a boolean, not a name
 --> flows/desk.yaml:3:3
  |
3 |   true: {}
  |   ^^^^
  |
  = help: put it in quotes: "true""#,
    );
    refuses(
        "states:\n  A: { events: { on: A, 3: A } }\n",
        r#"
error: `on` is not the name of an event: it begins with none of `CMD_`, `EVT_`, `SIG_`
 --> flows/desk.yaml:2:18
  |
2 |   A: { events: { on: A, 3: A } }
  |                  ^^
  |
  = help: write `CMD_X`, `EVT_X` or `SIG_X`: a prefix, then capitals, digits and underscores

error: the key `3` in the events of state `A` is a number, not a name
 --> flows/desk.yaml:2:25
  |
2 |   A: { events: { on: A, 3: A } }
  |                         ^
  |
  = help: put it in quotes: "3""#,
    );
    loads("states:\n  '1': {}\n  'true': { events: { CMD_START: '1' } }\n");
}

#[test]
fn what_yaml_itself_refuses_looks_the_same() {
    refuses(
        "states:\n  A: { events: { CMD_START: A, CMD_START: A } }\n",
        r#"
error[Y008]: the key `CMD_START` is given twice
 --> flows/desk.yaml:2:32
  |
2 |   A: { events: { CMD_START: A, CMD_START: A } }
  |                                ^^^^^^^^^ given again"#,
    );
    refuses(
        "states:\n  A: { events: { CMD_START: A }\n",
        r#"
error[Y004]: not valid YAML: did not find expected ',' or '}', while parsing a flow mapping at line 2 column 6
 --> flows/desk.yaml:3:1
  |
3 |
  | ^"#,
    );
}
