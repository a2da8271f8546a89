//! Files of the Python reference load with their meaning.

use super::{codes, loads, refuses, sound};
use crate::workflow::chart::{Definition, StateKind, Trigger};

fn ways(definition: &Definition) -> Vec<String> {
    let name = |id| definition.state(id).unwrap().name.clone();
    let of = |state: &crate::workflow::chart::State| {
        let from = state.name.clone();
        let ways = state.transitions.iter().map(move |it| {
            let Trigger::Event { written, .. } = &it.trigger else { panic!("{it:?}") };
            format!("{from} {written} {}", it.targets.first().map_or(String::new(), |target| name(*target)))
        });
        ways.collect::<Vec<_>>()
    };
    definition.states().iter().flat_map(of).collect()
}

#[test]
fn on_and_transitions_are_events() {
    let ours = ways(&sound("states: { A: { events: { CMD_START: B } }, B: { events: { SIG_STOP: A } } }"));
    for theirs in [
        "states: { A: { \"on\": { CMD_START: B } }, B: { 'on': { SIG_STOP: A } } }",
        "states: { A: { on: [{ event: CMD_START, to: B }] }, B: { on: [{ trigger: SIG_STOP, target: A }] } }",
        "states: { A: { transitions: { CMD_START: B } }, B: { transitions: [{ event: SIG_STOP, dest: A }] } }",
        "states: { A: {}, B: {} }\ntransitions: [{ event: CMD_START, from: A, to: B }, { event: SIG_STOP, from: [B], to: A }]",
    ] {
        assert_eq!(ways(&loads(theirs)), ours, "{theirs}");
    }
}

#[test]
fn a_transition_without_from_is_one_of_all_states_that_do_not_say_otherwise() {
    let yaml = "states: { A: { events: { CMD_START: B } }, B: { events: { SIG_STOP: C } }, C: { final: true } }\n\
        transitions: [{ event: SIG_STOP, to: A }]";
    assert_eq!(ways(&loads(yaml)), ["A CMD_START B", "A SIG_STOP A", "B SIG_STOP C"]);
    let both = "states: { A: { events: { CMD_START: B } }, B: { final: true } }\ntransitions: [{ event: CMD_START, from: A, to: A }]";
    assert!(codes(both).contains(&"W021"));
}

#[test]
fn an_unquoted_on_is_a_trap_and_a_quoted_one_is_not() {
    assert_eq!(codes("states: { A: { on: { CMD_START: B } }, B: { final: true } }"), ["W108"]);
    assert_eq!(codes("states: { A: { \"on\": { CMD_START: B } }, B: { final: true } }"), Vec::<&str>::new());
    refuses(
        "states:\n  A:\n    true: { CMD_START: A }\n",
        r#"
error[W004]: the key `true` in state `A` is a boolean, not a name
 --> flows/desk.yaml:3:5
  |
3 |     true: { CMD_START: A }
  |     ^^^^
  |
  = help: did you mean `events`? tools for YAML 1.1 read the key `on` as `true`"#,
    );
}

#[test]
fn a_file_of_steps_is_one_state_that_runs_them_and_is_done() {
    let definition = loads(
        "name: main\nsteps:\n  - p_load\n  - process: p_analyze\n  - { flux: while, condition: 'len(ctx.domain_ctx.items) > 0', do: [p_load] }\n",
    );
    let [only] = definition.states() else { panic!("{definition:?}") };
    assert!(matches!(only.kind, StateKind::Final { result: None }));
    assert_eq!((only.entry.len(), only.name.as_str(), definition.name()), (3, "RUN", "main"));
    assert_eq!(codes("steps:"), ["W001"]);
    assert_eq!(codes("steps: []"), ["W001"]);
    assert_eq!(codes("steps: [p_load]"), Vec::<&str>::new());
    assert_eq!(codes("steps: [{ process: p_load, on_fail: x }]"), ["W201"]);
    assert_eq!(codes("version: '1.0'\nsteps: [p_load]"), ["W201"]);
}

#[test]
fn a_condition_may_be_negated_as_there() {
    let definition = loads(
        "states:\n  IDLE: { transitions: [{ event: CMD_START, to: DONE, condition: 'not ctx.domain_ctx.ready and domain_ctx.note != None' }] }\n  DONE: { final: true }",
    );
    let guard = definition.states()[0].transitions[0].guard.as_ref();
    assert_eq!(guard.map(|guard| guard.text()), Some("!(domain.ready) && domain.note != null"));
}

#[test]
fn a_file_of_the_reference_begins_in_idle() {
    let initial = |yaml: &str| {
        let definition = loads(yaml);
        definition.state(definition.initial()).unwrap().name.clone()
    };
    assert_eq!(
        initial("states: { A: { process: p_load, events: { CMD_START: IDLE } }, IDLE: { events: { CMD_START: A } } }"),
        "IDLE"
    );
    assert_eq!(
        initial(
            "initial: A\nstates: { A: { process: p_load, events: { CMD_START: IDLE } }, IDLE: { events: { CMD_START: A } } }"
        ),
        "A"
    );
    assert_eq!(
        initial("states: { A: { entry: p_load, events: { CMD_START: IDLE } }, IDLE: { events: { CMD_START: A } } }"),
        "A"
    );
}

#[test]
fn keys_that_say_the_same_are_not_both_given() {
    assert!(codes("states: { A: { on: { CMD_START: A }, events: { CMD_START: A } } }").contains(&"W029"));
    assert!(codes("states: { A: { entry: p_load, process: p_load } }").contains(&"W029"));
    assert!(codes("states: { A: { entry: { run: p_load, process: p_load } } }").contains(&"W029"));
    assert!(codes("states: { A: { regions: {}, states: {} } }").contains(&"W029"));
}
