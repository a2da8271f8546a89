//! In which order a workflow does things.

use theus_core::workflow::{Cause, Handled, Status, WorkflowError};

use super::workflow_world::{Ring, Shop, desk, log, of, runs, shop, state};

fn causes(handled: &[Handled]) -> Vec<Cause> {
    handled.iter().map(|handled| handled.cause).collect()
}

fn note(text: &str) -> String {
    format!("{{ run: note, with: {{ text: {text} }} }}")
}

#[test]
fn leaving_comes_before_the_transitions_steps_and_entering_after_them() {
    let flow = format!(
        "
external: [CMD_GO]
states:
  OUT:
    initial: IN
    exit: {leave_out}
    events: {{ CMD_GO: {{ to: OTHER, steps: [{between}] }} }}
    states: {{ IN: {{ exit: {leave_in} }} }}
  OTHER:
    initial: INNER
    entry: {enter_out}
    states: {{ INNER: {{ entry: {enter_in}, final: true }} }}
    done: END
  END: {{ final: true }}
",
        leave_out = note("leave-out"),
        leave_in = note("leave-in"),
        between = note("between"),
        enter_out = note("enter-out"),
        enter_in = note("enter-in"),
    );
    let (mut desk, engine, ..) = desk(&flow);
    desk.emit("CMD_GO").unwrap();
    let handled = desk.run_until_final().unwrap();
    assert_eq!(log(&engine), ["leave-in", "leave-out", "between", "enter-out", "enter-in"]);
    assert_eq!(causes(&handled), [Cause::Start, Cause::Event, Cause::Done]);
}

#[test]
fn what_waits_for_no_event_comes_before_the_chains_end_and_that_before_the_bus() {
    let flow = "
external: [CMD_A]
states:
  START:
    initial: FIRST
    events: { EVT_CHAIN_DONE: THIRD, CMD_A: LOST }
    states:
      FIRST: { entry: a, always: { to: SECOND, when: 'size(domain.log) == 1' }, events: { EVT_CHAIN_DONE: LOST } }
      # It was not its chain; but it was one in the state around it.
      SECOND: { events: { EVT_CHAIN_DONE: LOST } }
  THIRD: { events: { CMD_A: END } }
  LOST: { final: true }
  END: { final: true }
";
    let (mut desk, ..) = desk(flow);
    desk.emit("CMD_A").unwrap();
    let handled = desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "END");
    assert_eq!(causes(&handled), [Cause::Start, Cause::Always, Cause::Event, Cause::Event]);
}

#[test]
fn the_first_transition_whose_guard_holds_is_taken_and_guards_see_what_is_committed() {
    let flow = "
external: [CMD_GO]
states:
  A:
    entry: { run: add, with: { n: 7 } }
    events:
      CMD_GO:
        - { to: BIG, when: 'domain.total > 100' }
        - { to: MIDDLE, when: 'domain.total > 5 && size(domain.items) == 0' }
        - { to: SMALL }
  BIG: { final: true }
  MIDDLE: { final: true, result: '${ domain.total * 2 }' }
  SMALL: { final: true }
";
    let (mut desk, ..) = desk(flow);
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "MIDDLE");
    assert_eq!(desk.result(), Some(&serde_json::json!(14)));
}

#[test]
fn an_internal_transition_leaves_nothing_and_one_to_itself_leaves_and_enters() {
    let flow = "
external: [CMD_IN, CMD_SELF]
states:
  S: { entry: a, exit: b, events: { CMD_IN: { steps: [{ run: note, with: { text: inside } }] }, CMD_SELF: S } }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.run_until_idle().unwrap();
    desk.emit("CMD_IN").unwrap();
    let handled = desk.run_until_idle().unwrap();
    assert_eq!((runs(&handled), log(&engine)), (vec!["note"], vec!["a".to_owned(), "inside".to_owned()]));
    assert!(handled[0].to.is_some());
    desk.emit("CMD_SELF").unwrap();
    desk.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["a", "inside", "b", "a"]);
}

#[test]
fn regions_are_active_at_once_and_the_whole_is_done_when_all_are() {
    let flow = "
external: [CMD_L, CMD_R]
states:
  BOTH:
    regions:
      LEFT: { initial: L1, states: { L1: { events: { CMD_L: L2 } }, L2: { final: true } } }
      RIGHT: { initial: R1, states: { R1: { events: { CMD_R: R2 } }, R2: { final: true } } }
    done: END
  END: { final: true }
";
    let (mut desk, ..) = desk(flow);
    desk.emit("CMD_R").unwrap();
    desk.run_until_idle().unwrap();
    assert!(["BOTH", "LEFT", "L1", "R2"].iter().all(|state| desk.is_in(state)));
    assert!(!desk.is_in("R1") && !desk.is_in("NOWHERE"));
    assert_eq!((desk.state(), desk.configuration().leaves().len()), ("L1", 2));
    desk.emit("CMD_L").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "END");
}

#[test]
fn a_state_with_regions_is_done_when_all_are_whatever_its_regions_are() {
    let nested = "
external: [CMD_X]
states:
  P:
    done: D
    regions: { A: { regions: { A1: { states: { L: { events: { CMD_X: M } }, M: { final: true } } } } } }
  D: { final: true }
";
    let with_a_final_one = "
external: [CMD_X]
states:
  P:
    done: D
    regions: { A: { final: true }, B: { states: { B1: { events: { CMD_X: B2 } }, B2: { final: true } } } }
  D: { final: true }
";
    for flow in [nested, with_a_final_one] {
        let (mut desk, ..) = desk(flow);
        desk.run_until_idle().unwrap();
        assert!(desk.is_in("P"), "not at the start: {}", desk.trace());
        desk.emit("CMD_X").unwrap();
        let handled = desk.run_until_final().unwrap();
        assert_eq!((desk.state(), causes(&handled)), ("D", vec![Cause::Event, Cause::Done]));
        assert_eq!(desk.trace().to_string().matches("done           P").count(), 1, "{}", desk.trace());
    }
    // Where all are final states themselves, it is done at once, and once.
    let (mut desk, engine, ..) = desk(
        "
states:
  P: { done: { steps: [a] }, regions: { A: { final: true }, B: { final: true } }, after: { 1s: D } }
  D: { final: true }
",
    );
    desk.run_until_final().unwrap();
    assert_eq!(log(&engine), ["a"]);
}

#[test]
fn a_guard_without_a_value_is_told_and_leaves_the_states_as_they_are() {
    let flow = "
external: [CMD_GO, CMD_ON]
states:
  A: { events: { CMD_GO: { to: B, when: 'domain.items[3] == 1' }, CMD_ON: B } }
  B: { final: true }
";
    let (engine, _) = shop(Shop { items: vec![1], ..Shop::default() });
    let mut desk = of(&engine, flow);
    desk.emit("CMD_GO").unwrap();
    desk.emit("CMD_ON").unwrap();
    let error = desk.run_until_idle().unwrap_err();
    assert!(
        error.to_string().starts_with("the workflow `flow` in state A: `domain.items[3] == 1` has no value: "),
        "{error}"
    );
    assert_eq!((desk.state(), error.handled().len(), engine.bus().len()), ("A", 2, 1), "the event is consumed");
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "B", "it goes on");
}

#[test]
fn the_signal_of_an_event_is_at_rest_when_the_next_is_handled() {
    let flow = "states: { A: { events: { SIG_RUNG: B } }, B: { entry: a, events: { SIG_RUNG: A } } }";
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, flow);
    desk.run_until_idle().unwrap();
    engine.run(Ring {}).unwrap();
    assert!(state(&engine).sig_rung);
    desk.run_until_idle().unwrap();
    assert!(!state(&engine).sig_rung && desk.state() == "B");
}

#[test]
fn where_both_ends_of_a_chain_lead_away_neither_events_nor_times_are_taken() {
    let flow = |entry: &str| {
        format!(
            "
external: [CMD_STOP]
states:
  A:
    entry: {entry}
    events: {{ EVT_CHAIN_DONE: END, EVT_CHAIN_FAIL: FAILED, CMD_STOP: LOST, '*': LOST }}
    after: {{ 1ms: LOST }}
  LOST: {{ final: true }}
  FAILED: {{ final: true }}
  END: {{ final: true }}
"
        )
    };
    for (entry, end) in [("a", "END"), ("burst", "FAILED"), ("think", "END")] {
        let (mut desk, ..) = desk(&flow(entry));
        desk.emit("CMD_STOP").unwrap();
        desk.run_until_final().unwrap();
        assert_eq!(desk.state(), end, "{entry}");
        let told: Vec<_> = desk.definition().warnings().iter().filter(|it| it.code == Some("W111")).collect();
        assert_eq!(told.len(), 3, "{told:?}");
    }
}

#[test]
fn a_chain_that_is_begun_again_whenever_it_fails_comes_to_the_limit() {
    for flow in [
        "states: { A: { entry: refuse, events: { EVT_CHAIN_FAIL: A } } }",
        "states: { A: { entry: refuse, events: { EVT_CHAIN_FAIL: B } }, B: { always: A } }",
        "states: { A: { entry: refuse, events: { EVT_CHAIN_FAIL: B } }, B: { entry: a, events: { EVT_CHAIN_DONE: A } } }",
    ] {
        let (mut desk, ..) = desk(&format!("limit: 20\n{flow}"));
        let error = desk.run_until_idle().unwrap_err();
        assert!(error.to_string().contains("20"), "{error}");
        let told: Vec<_> = desk.definition().warnings().iter().filter_map(|it| it.code).collect();
        assert!(told.contains(&"W112"), "{told:?}");
    }
}

#[test]
fn leaving_the_final_state_is_run_before_the_workflow_is_over() {
    let flow = |end: &str| {
        format!(
            "external: [CMD_GO]\nstates: {{ S: {{ exit: a, events: {{ CMD_GO: END }} }}, END: {{ final: true, {end} }} }}"
        )
    };
    for (end, log_of, failed) in [
        ("exit: b", &["a", "b"][..], false),
        ("entry: a, exit: [b, a]", &["a", "a", "b", "a"], false),
        // Where what it runs then fails, it is over, and has failed; what that had committed is made good.
        ("entry: refuse, exit: b", &["a", "b"], true),
        ("exit: [b, refuse, b]", &["a", "b"], true),
        ("exit: [{ run: b, compensate: a }, refuse]", &["a", "b", "a"], true),
    ] {
        let (mut desk, engine, ..) = desk(&flow(end));
        desk.emit("CMD_GO").unwrap();
        let ended = desk.run_until_final();
        assert_eq!(desk.state(), "END", "{end}: {}", desk.trace());
        assert_eq!(log(&engine), log_of, "{end}: {}", desk.trace());
        let last = desk.trace().to_string();
        if failed {
            assert!(matches!(ended, Err(WorkflowError::Failed { .. })), "{end}: {ended:?}");
            assert_eq!(desk.status(), Status::Failed { reason: "too much: 0".to_owned() });
        } else {
            assert_eq!((ended.is_ok(), desk.status()), (true, Status::Finished));
            assert!(last.trim_end().ends_with("finished       END"), "{last}");
        }
    }
    // An error on the way in leads elsewhere: it was not the end. The result is of the very end.
    let flow = "
external: [CMD_GO]
states:
  S: { events: { CMD_GO: END } }
  END: { final: true, entry: [{ run: refuse, on_error: { TooMuch: OTHER } }], exit: a }
  OTHER: { final: true, exit: b, result: '${ size(domain.log) }' }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine)), ("OTHER", vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(desk.result(), Some(&serde_json::json!(2)));
}

#[test]
fn cancelling_leaves_no_state() {
    let (mut desk, engine, ..) =
        desk("external: [CMD_GO]\nstates: { S: { exit: a, events: { CMD_GO: END } }, END: { final: true, exit: b } }");
    desk.run_until_idle().unwrap();
    desk.cancel("enough");
    assert!(log(&engine).is_empty() && matches!(desk.status(), Status::Cancelled { .. }));
}
