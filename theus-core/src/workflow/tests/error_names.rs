//! Refused: processes, states and events that are not there, and names that are none.

use super::{loads, refuses};

#[test]
fn the_initial_state_is_one_of_the_states() {
    refuses(
        "initial: IDEL\nstates: { IDLE: {} }\n",
        r#"
error: unknown state `IDEL`
 --> flows/desk.yaml:1:10
  |
1 | initial: IDEL
  |          ^^^^ no such state in this workflow
  |
  = help: did you mean `IDLE`?"#,
    );
    refuses(
        "initial: 1\nstates: { IDLE: {} }\n",
        r#"
error: `initial` must be the name of a state
 --> flows/desk.yaml:1:10
  |
1 | initial: 1
  |          ^ this is a number
  |
  = help: put it in quotes"#,
    );
    refuses(
        "initial:\nstates: { IDLE: {} }\n",
        r#"
error: `initial` must be the name of a state
 --> flows/desk.yaml:1:1
  |
1 | initial:
  | ^^^^^^^ this is nothing"#,
    );
    loads("initial: IDLE\nstates: { IDLE: {} }\n");
}

#[test]
fn a_process_is_a_registered_one() {
    refuses(
        "states:\n  A: { entry: p_laod }\n  B: { entry: [p_load, zzz] }\n",
        r#"
error: unknown process `p_laod`
 --> flows/desk.yaml:2:15
  |
2 |   A: { entry: p_laod }
  |               ^^^^^^ no process of this name is registered
  |
  = help: did you mean `p_load`?

error: unknown process `zzz`
 --> flows/desk.yaml:3:24
  |
3 |   B: { entry: [p_load, zzz] }
  |                        ^^^ no process of this name is registered
  |
  = help: known: p_analyze, p_load, p_record"#,
    );
    loads("states:\n  A: { entry: p_load }\n  B: { entry: [p_load, p_load, p_analyze] }\n");
}

#[test]
fn a_process_of_an_entry_takes_no_arguments() {
    refuses(
        "states:\n  A: { entry: [p_load, p_record] }\n",
        r#"
error: the process `p_record` takes arguments, and an entry step has none to give
 --> flows/desk.yaml:2:24
  |
2 |   A: { entry: [p_load, p_record] }
  |                        ^^^^^^^^ takes `timestamp: i64`, `value: f64`
  |
  = help: name a process without arguments, one that reads what it needs from the domain"#,
    );
}

#[test]
fn an_entry_is_a_name_or_a_list_of_names() {
    refuses(
        "states:\n  A: { entry: 3 }\n  B: { entry: [{ process: p_load }, 4, ~] }\n",
        r#"
error: the entry of state `A` must be the name of a process or a list of names
 --> flows/desk.yaml:2:15
  |
2 |   A: { entry: 3 }
  |               ^ this is a number

error: a step of state `B` must be the name of a process
 --> flows/desk.yaml:3:16
  |
3 |   B: { entry: [{ process: p_load }, 4, ~] }
  |                ^ this is a map

error: a step of state `B` must be the name of a process
 --> flows/desk.yaml:3:37
  |
3 |   B: { entry: [{ process: p_load }, 4, ~] }
  |                                     ^ this is a number
  |
  = help: put it in quotes

error: a step of state `B` must be the name of a process
 --> flows/desk.yaml:3:40
  |
3 |   B: { entry: [{ process: p_load }, 4, ~] }
  |                                        ^ this is nothing"#,
    );
    loads("states:\n  A: { entry: }\n  B: { entry: [] }\n");
}

#[test]
fn a_target_is_a_state() {
    refuses(
        "states:\n  PROCESSING:\n    events: { CMD_START: PROCESING, SIG_STOP: ~, SIG_OVERHEAT: [PROCESSING] }\n",
        r#"
error: unknown state `PROCESING`
 --> flows/desk.yaml:3:26
  |
3 |     events: { CMD_START: PROCESING, SIG_STOP: ~, SIG_OVERHEAT: [PROCESSING] }
  |                          ^^^^^^^^^ no such state in this workflow
  |
  = help: did you mean `PROCESSING`?

error: the target of `SIG_STOP` must be the name of a state
 --> flows/desk.yaml:3:47
  |
3 |     events: { CMD_START: PROCESING, SIG_STOP: ~, SIG_OVERHEAT: [PROCESSING] }
  |                                               ^ this is nothing

error: the target of `SIG_OVERHEAT` must be the name of a state
 --> flows/desk.yaml:3:64
  |
3 |     events: { CMD_START: PROCESING, SIG_STOP: ~, SIG_OVERHEAT: [PROCESSING] }
  |                                                                ^ this is a list"#,
    );
    loads("states:\n  PROCESSING:\n    events: { CMD_START: PROCESSING }\n");
}

#[test]
fn events_are_a_map() {
    refuses(
        "states:\n  A: { events: [CMD_START] }\n",
        r#"
error: the events of state `A` must be a map from events to states
 --> flows/desk.yaml:2:16
  |
2 |   A: { events: [CMD_START] }
  |                ^ this is a list"#,
    );
    loads("states:\n  A: { events: }\n");
}

#[test]
fn an_event_has_the_form_of_one() {
    refuses(
        "states:\n  A: { events: { cmd_start: A, OVERHEAT: A, EVENT_STOP: A, ZZZ: A } }\n",
        r#"
error: `cmd_start` is not the name of an event: it begins with none of `CMD_`, `EVT_`, `SIG_`
 --> flows/desk.yaml:2:18
  |
2 |   A: { events: { cmd_start: A, OVERHEAT: A, EVENT_STOP: A, ZZZ: A } }
  |                  ^^^^^^^^^
  |
  = help: did you mean `CMD_START`?

error: `OVERHEAT` is not the name of an event: it begins with none of `CMD_`, `EVT_`, `SIG_`
 --> flows/desk.yaml:2:32
  |
2 |   A: { events: { cmd_start: A, OVERHEAT: A, EVENT_STOP: A, ZZZ: A } }
  |                                ^^^^^^^^
  |
  = help: did you mean `EVT_OVERHEAT`?

error: `EVENT_STOP` is not the name of an event: it begins with none of `CMD_`, `EVT_`, `SIG_`
 --> flows/desk.yaml:2:45
  |
2 |   A: { events: { cmd_start: A, OVERHEAT: A, EVENT_STOP: A, ZZZ: A } }
  |                                             ^^^^^^^^^^
  |
  = help: did you mean `EVT_STOP`?

error: `ZZZ` is not the name of an event: it begins with none of `CMD_`, `EVT_`, `SIG_`
 --> flows/desk.yaml:2:60
  |
2 |   A: { events: { cmd_start: A, OVERHEAT: A, EVENT_STOP: A, ZZZ: A } }
  |                                                            ^^^
  |
  = help: write `CMD_X`, `EVT_X` or `SIG_X`: a prefix, then capitals, digits and underscores"#,
    );
    refuses(
        "states:\n  A: { events: { CMD_: A, CMD_GO-ON: A } }\n",
        r#"
error: `CMD_` is not the name of an event: nothing follows the prefix
 --> flows/desk.yaml:2:18
  |
2 |   A: { events: { CMD_: A, CMD_GO-ON: A } }
  |                  ^^^^
  |
  = help: write `CMD_X`, `EVT_X` or `SIG_X`: a prefix, then capitals, digits and underscores

error: `CMD_GO-ON` is not the name of an event: '-' is not a capital letter, a digit or an underscore
 --> flows/desk.yaml:2:27
  |
2 |   A: { events: { CMD_: A, CMD_GO-ON: A } }
  |                           ^^^^^^^^^
  |
  = help: did you mean `CMD_GO_ON`?"#,
    );
    loads("states:\n  A: { events: { CMD_START: A } }\n");
}

#[test]
fn an_event_is_handled_once() {
    refuses(
        "states:\n  A: { events: { SIG_STOP: A, EVT_STOP: A } }\n",
        r#"
error: the event `EVT_STOP` is handled in state `A` twice
 --> flows/desk.yaml:2:31
  |
2 |   A: { events: { SIG_STOP: A, EVT_STOP: A } }
  |                               ^^^^^^^^ the same event as `SIG_STOP`
  |
  = help: `EVT_X` and `SIG_X` are one event, of the signal `sig_x`: keep one"#,
    );
    loads("states:\n  A: { events: { SIG_STOP: B } }\n  B: { events: { EVT_STOP: A } }\n");
}

#[test]
fn an_event_that_looks_like_a_signal_is_refused() {
    refuses(
        "states:\n  A: { events: { SIG_OVERHEET: A, CMD_STOP: A } }\n",
        r#"
error: nothing raises the event `SIG_OVERHEET`
 --> flows/desk.yaml:2:18
  |
2 |   A: { events: { SIG_OVERHEET: A, CMD_STOP: A } }
  |                  ^^^^^^^^^^^^ no signal field raises it
  |
  = help: did you mean `SIG_OVERHEAT`? if it comes from outside, list it under `external`

error: nothing raises the event `CMD_STOP`
 --> flows/desk.yaml:2:35
  |
2 |   A: { events: { SIG_OVERHEET: A, CMD_STOP: A } }
  |                                   ^^^^^^^^ no signal field raises it
  |
  = help: did you mean `EVT_STOP`? if it comes from outside, list it under `external`"#,
    );
    refuses(
        "states:\n  A: { events: { EVT_CHAIN_DON: A } }\n",
        r#"
error: nothing raises the event `EVT_CHAIN_DON`
 --> flows/desk.yaml:2:18
  |
2 |   A: { events: { EVT_CHAIN_DON: A } }
  |                  ^^^^^^^^^^^^^ no signal field raises it
  |
  = help: did you mean `EVT_CHAIN_DONE`? if it comes from outside, list it under `external`"#,
    );
    loads("external: [SIG_OVERHEET]\nstates:\n  A: { events: { SIG_OVERHEET: A, CMD_STOP: A, SIG_STOP: A } }\n");
    loads("states:\n  A: { events: { EVT_CHAIN_DONE: A } }\n");
}

#[test]
fn external_is_a_list_of_events() {
    refuses(
        "external: CMD_GO\nstates: { A: {} }\n",
        r#"
error: `external` must be a list of events
 --> flows/desk.yaml:1:11
  |
1 | external: CMD_GO
  |           ^^^^^^ this is a string"#,
    );
    refuses(
        "external: [CMD_GO, go, 3, CMD_GO]\nstates: { A: {} }\n",
        r#"
error: `go` is not the name of an event: it begins with none of `CMD_`, `EVT_`, `SIG_`
 --> flows/desk.yaml:1:20
  |
1 | external: [CMD_GO, go, 3, CMD_GO]
  |                    ^^
  |
  = help: did you mean `CMD_GO`?

error: an event must be a name such as `CMD_START`
 --> flows/desk.yaml:1:24
  |
1 | external: [CMD_GO, go, 3, CMD_GO]
  |                        ^ this is a number
  |
  = help: put it in quotes

error: the event `CMD_GO` is listed under `external` twice
 --> flows/desk.yaml:1:27
  |
1 | external: [CMD_GO, go, 3, CMD_GO]
  |                           ^^^^^^ given again"#,
    );
    refuses(
        "external: [EVT_X, SIG_X, EVT_CHAIN_DONE]\nstates: { A: {} }\n",
        r#"
error: the event `SIG_X` is listed under `external` twice
 --> flows/desk.yaml:1:19
  |
1 | external: [EVT_X, SIG_X, EVT_CHAIN_DONE]
  |                   ^^^^^ the same event as `EVT_X`
  |
  = help: `EVT_X` and `SIG_X` are one event, of the signal `sig_x`: keep one

error: `EVT_CHAIN_DONE` cannot come from outside: the workflow tells it when an entry chain ends
 --> flows/desk.yaml:1:26
  |
1 | external: [EVT_X, SIG_X, EVT_CHAIN_DONE]
  |                          ^^^^^^^^^^^^^^
  |
  = help: remove it"#,
    );
    loads("external: [CMD_GO, EVT_GO]\nstates: { A: {} }\n");
}
