//! What a definition says of its file: names, order, warnings, and the file written out again.

use super::{PROCESSES, load, load_with};
use crate::signal::EventName;
use crate::source::{Document, SourceFile};
use crate::workflow::{Catalog, Definition};

const DESK: &str = "
name: desk
description: The front desk.
initial: IDLE
external: [CMD_GO, EVT_NEWS]
states:
  LAST:
  IDLE:
    description: Waits.
    events: { CMD_GO: WORK, EVT_NEWS: IDLE }
  WORK:
    entry: [p_load, p_analyze, p_load]
    events: { SIG_OVERHEAT: LAST, EVT_CHAIN_FAIL: IDLE, CMD_START: WORK }
";

#[test]
fn a_definition_says_what_its_file_says_in_its_order() {
    let desk = load(DESK).unwrap();
    assert_eq!((desk.name(), desk.description()), ("desk", Some("The front desk.")));
    assert_eq!(desk.state(desk.initial()).unwrap().name(), "IDLE");
    assert_eq!(desk.state(desk.initial()).unwrap().description(), Some("Waits."));
    assert_eq!(desk.external(), ["CMD_GO", "EVT_NEWS"].map(|name| EventName::parse(name).unwrap()));
    assert_eq!(desk.states().iter().map(|state| state.name()).collect::<Vec<_>>(), ["LAST", "IDLE", "WORK"]);
    let work = desk.state(desk.state_named("WORK").unwrap()).unwrap();
    assert_eq!(work.entry().iter().map(|step| step.process()).collect::<Vec<_>>(), ["p_load", "p_analyze", "p_load"]);
    assert_eq!(work.entry()[1].contract(), PROCESSES[1]);
    let events: Vec<_> =
        work.events().iter().map(|on| (on.written(), desk.state(on.target()).unwrap().name())).collect();
    assert_eq!(events, [("SIG_OVERHEAT", "LAST"), ("EVT_CHAIN_FAIL", "IDLE"), ("CMD_START", "WORK")]);
    assert_eq!(desk.states().iter().map(|state| state.is_final()).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(desk.state_named("LOST"), None);
    assert_eq!(desk.warnings(), []);
}

#[test]
fn the_smallest_workflow_has_the_name_of_its_file_and_begins_in_its_first_state() {
    let desk = load("states: { B: , A: {} }").unwrap();
    assert_eq!((desk.name(), desk.description(), desk.initial().index()), ("desk", None, 0));
    assert_eq!(desk.state(desk.initial()).unwrap().name(), "B");
    assert!(desk.states().iter().all(|state| state.is_final() && state.entry().is_empty()));
}

#[test]
fn a_workflow_written_out_is_the_same_when_it_is_read() {
    for yaml in [DESK, "states: { B: {}, A: { entry: p_load } }\ninitial: A"] {
        let once = load(yaml).unwrap();
        let written = serde_yaml::to_string(&once).unwrap();
        let again = load(&written).unwrap();
        assert_eq!(serde_yaml::to_string(&again).unwrap(), written);
        assert_eq!((again.name(), again.initial(), again.states()), (once.name(), once.initial(), once.states()));
    }
}

#[test]
fn an_event_that_nothing_raises_is_doubted_with_its_place() {
    let desk = load("states:\n  A:\n    events: { CMD_GO: A,\n              EVT_STOP: A }\n").unwrap();
    assert_eq!(
        desk.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["flows/desk.yaml:3:15: nothing raises the event `CMD_GO`; \
          if it comes from outside, list it under `external`; else give the domain a signal `cmd_go`"]
    );
    assert_eq!(load("external: [CMD_GO]\nstates: { A: { events: { CMD_GO: A } } }").unwrap().warnings(), []);
    let signalled = load_with("states: { A: { events: { CMD_GO: A } } }", &["desk.cmd_go"]).unwrap();
    assert_eq!(signalled.warnings(), []);
}

#[test]
fn a_state_that_cannot_be_reached_is_doubted() {
    let text = |initial: &str| {
        format!(
            "initial: {initial}\nstates:\n  A: {{ events: {{ CMD_START: B }} }}\n  B:\n  LOST: {{ events: {{ CMD_START: A }} }}\n"
        )
    };
    let desk = load(&text("A")).unwrap();
    assert_eq!(
        desk.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["flows/desk.yaml:5:3: no chain of events leads from `A` to `LOST`; \
          give a state an event that leads here, or remove it"]
    );
    assert_eq!(load(&text("LOST")).unwrap().warnings(), []);
}

#[test]
fn a_signal_with_the_name_of_a_runtime_event_is_refused_where_the_event_is_handled() {
    let yaml = "states: { A: { events: { EVT_CHAIN_DONE: A } } }";
    assert!(load_with(yaml, &[]).is_ok());
    let error = load_with(yaml, &["desk.sig_chain_done"]).unwrap_err();
    assert_eq!(
        format!("\n{error}"),
        r#"
error: `EVT_CHAIN_DONE` is told by the workflow, and the signal `desk.sig_chain_done` would raise it too
 --> flows/desk.yaml:1:26
  |
1 | states: { A: { events: { EVT_CHAIN_DONE: A } } }
  |                          ^^^^^^^^^^^^^^
  |
  = help: rename the field `desk.sig_chain_done`"#
    );
}

#[test]
fn without_processes_and_states_to_suggest_the_error_says_so() {
    let document = Document::parse(SourceFile::new("d.yaml", "states: { A: { entry: p_load } }")).unwrap();
    let error = Definition::load(&document, &Catalog { processes: &[], signals: &[] }).unwrap_err();
    assert_eq!(error.problems()[0].help.as_deref(), Some("no process is registered"));
}

#[test]
fn all_problems_come_in_one_go_in_the_order_of_the_text() {
    let yaml = "nmae: x\ninitial: Z\nexternal: [go]\nstates:\n  A: { entry: zzz, evnts: 3 }\n  B: { events: { ZZZ: A, CMD_START: C } }\n";
    let error = load(yaml).unwrap_err();
    let places: Vec<_> = error.problems().iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(places, [(1, 1), (2, 10), (3, 12), (5, 15), (5, 20), (6, 18), (6, 37)]);
}

#[test]
fn a_file_with_problems_without_end_is_refused_soon() {
    let states: String =
        (0..20_000).map(|n| format!("  S{n}: {{ entry: x{n}, events: {{ EVT_{n}: T{n} }} }}\n")).collect();
    let error = load(&format!("states:\n{states}")).unwrap_err();
    assert!(!error.problems().is_empty());
}
