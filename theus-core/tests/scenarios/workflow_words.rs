//! Words of statecharts, each on a session that runs.

use theus_core::workflow::{Position, Status, VirtualClock, WorkflowManager};

use super::workflow_world::{Shop, desk, desk as desk_of, log, of, seconds, shop};

#[test]
fn a_guard_asks_for_the_states_before_the_move_and_a_step_for_those_after_it() {
    let flow = "
external: [CMD_GO, CMD_BACK, CMD_OUT]
states:
  P:
    events: { CMD_OUT: Z }
    regions:
      L:
        states:
          L1: { events: { CMD_GO: { to: L2, when: \"in('R1')\", steps: [{ flux: if, when: \"in('L1') || in('R1')\", then: refuse, else: a }] } } }
          L2: { events: { CMD_BACK: L1 } }
      R:
        states:
          R1: { events: { CMD_GO: { to: R2, when: \"in('L1')\" } } }
          R2: { entry: [{ run: note, with: { text: \"${ in('R') && in('L2') ? 'in R and L2' : 'elsewhere' }\" } }] }
  Z: { final: true, entry: [{ flux: if, when: \"in('P')\", then: refuse, else: b }], result: \"${ [in('P'), in('Z')] }\" }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.emit("CMD_GO").unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.is_in("L2") && desk.is_in("R2"), "{}", desk.trace());
    assert_eq!(log(&engine), ["a", "in R and L2"], "{}", desk.trace());
    desk.emit("CMD_BACK").unwrap();
    desk.emit("CMD_GO").unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.is_in("L1") && desk.is_in("R2"), "the other region has moved on: {}", desk.trace());
    desk.emit("CMD_OUT").unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert_eq!(log(&engine), ["a", "in R and L2", "b"]);
    assert_eq!(desk.result(), Some(&serde_json::json!([false, true])));
}

#[test]
fn what_an_always_asks_for_is_asked_again_when_another_region_moves() {
    let flow = "
external: [CMD_GO]
states:
  P:
    regions:
      L: { states: { L1: { always: { to: L2, when: \"in('R2')\" } }, L2: { entry: a } } }
      R: { states: { R1: { events: { CMD_GO: R2 } }, R2: { entry: b } } }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.is_in("L1"));
    desk.emit("CMD_GO").unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.is_in("L2"), "{}", desk.trace());
    assert_eq!(log(&engine), ["b", "a"]);
}

#[test]
fn several_regions_are_entered_where_the_transition_says() {
    let flow = "
external: [CMD_GO]
states:
  A: { events: { CMD_GO: { to: [R2, L2] } } }
  P:
    events: { CMD_GO: { to: R2, steps: b } }
    regions:
      L: { states: { L1: { entry: refuse }, L2: { entry: a, events: { EVT_CHAIN_DONE: L3 } }, L3: {} } }
      R: { entry: a, states: { R1: { entry: refuse }, R2: { entry: b, events: { CMD_GO: { steps: a } } } } }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.emit("CMD_GO").unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.is_in("L3") && desk.is_in("R2"), "{}", desk.trace());
    assert_eq!(log(&engine), ["a", "a", "b"], "{}", desk.trace());
}

#[test]
fn a_transition_that_stays_in_its_state_leaves_its_timers_and_its_work() {
    let flow = "
external: [CMD_NEXT, CMD_AGAIN]
states:
  A:
    initial: H
    entry: a
    exit: b
    after: { 10s: Z }
    events: { CMD_NEXT: { to: A2, reenter: false }, CMD_AGAIN: A }
    states:
      A1: { events: { CMD_NEXT: { steps: refuse, when: \"in('A2')\" } } }
      A2: { entry: { run: note, with: { text: next } } }
      H: { history: shallow, default: A1 }
  Z: { final: true }
";
    let (mut desk, engine, _, clock) = desk(flow);
    desk.run_for(std::time::Duration::from_secs(4)).unwrap();
    desk.emit("CMD_NEXT").unwrap();
    desk.run_for(std::time::Duration::from_secs(4)).unwrap();
    assert!(desk.is_in("A2"), "{}", desk.trace());
    assert_eq!(log(&engine), ["a", "next"]);
    // Left and entered again, it begins where it was.
    desk.emit("CMD_AGAIN").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(log(&engine), ["a", "next", "b", "a", "next", "b"], "{}", desk.trace());
    assert!((seconds(&clock) - 18.0).abs() < 0.1, "{}", seconds(&clock));
}

#[test]
fn the_whole_has_events_chains_times_and_an_exit_that_runs_at_the_end() {
    let flow = "
external: [CMD_STOP, CMD_GO, CMD_FAIL]
entry: { run: note, with: { text: begins } }
exit: { run: note, with: { text: ends } }
after: { 1h: { to: A, steps: { run: note, with: { text: an hour } } } }
on_error: { \"*\": A }
events: { CMD_STOP: Z, CMD_FAIL: { steps: refuse }, CMD_GO: { steps: b } }
initial: B
states:
  A: { entry: a, events: { CMD_GO: B } }
  B: {}
  Z: { final: true, exit: { run: note, with: { text: leaves Z } } }
";
    let (mut desk, engine, _, clock) = desk(flow);
    desk.emit("CMD_GO").unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.is_in("B") && desk.is_in("ROOT"), "{}", desk.trace());
    desk.emit("CMD_FAIL").unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.is_in("A"), "{}", desk.trace());
    desk.emit("CMD_GO").unwrap();
    // Its time counts from the beginning, whatever was left and entered in it.
    desk.run_for(std::time::Duration::from_secs(3_600)).unwrap();
    assert!(desk.is_in("A"), "{}", desk.trace());
    desk.emit("CMD_STOP").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(log(&engine), ["begins", "b", "a", "an hour", "a", "leaves Z", "ends"], "{}", desk.trace());
    assert!(seconds(&clock) < 3_700.0);
}

#[test]
fn a_whole_with_regions_is_over_when_each_has_ended() {
    let flow = "
external: [CMD_L, CMD_R, CMD_AGAIN]
exit: { run: note, with: { text: ends } }
events: { CMD_AGAIN: { to: [L2, R1] } }
regions:
  L: { exit: a, states: { L1: { events: { CMD_L: L2 } }, L2: { final: true } } }
  R: { exit: b, states: { R1: { events: { CMD_R: R2 } }, R2: { final: true, exit: { run: note, with: { text: leaves R2 } } } } }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.emit("CMD_R").unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.status() == Status::Running && desk.is_in("R2"), "{}", desk.trace());
    desk.emit("CMD_AGAIN").unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.status() == Status::Running && desk.is_in("R1") && desk.is_in("L2"), "{}", desk.trace());
    desk.emit("CMD_R").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(log(&engine), ["leaves R2", "b", "a", "leaves R2", "b", "a", "ends"], "{}", desk.trace());
}

#[test]
fn the_end_of_a_state_brings_the_result_of_its_final_state() {
    let flow = "
external: [CMD_GO, CMD_BAD]
states:
  P:
    regions:
      A:
        states:
          A1: { events: { CMD_GO: { to: A2, steps: { run: add, with: { n: 2 } } }, CMD_BAD: A3 } }
          A2: { final: true, result: \"${ {'total': domain.total, 'by': event.by} }\" }
          A3: { final: true, result: \"${ 1 / (domain.total - domain.total) }\" }
      W:
        states:
          W1: { events: { done.state.A: [{ to: W2, when: event.total > 5 }, { to: W3, steps: { run: note, with: { text: \"${ event.by }\" } } }] } }
          W2: { entry: refuse }
          W3: {}
";
    let (mut desk, engine, ..) = desk(flow);
    desk.emit_with("CMD_GO", serde_json::json!({ "by": "ann" })).unwrap();
    desk.run_for(std::time::Duration::from_secs(1)).unwrap();
    assert!(desk.is_in("A2") && desk.is_in("W3"), "{}", desk.trace());
    assert_eq!(log(&engine), ["ann"]);

    let (mut desk, ..) = desk_of(flow);
    desk.emit("CMD_BAD").unwrap();
    let error = desk.run_for(std::time::Duration::from_secs(1)).unwrap_err();
    assert!(error.to_string().contains("has no value"), "{error}");
    assert!(desk.is_in("A3") && desk.is_in("W1"), "{}", desk.trace());
}

#[test]
fn a_session_of_a_whole_with_regions_and_a_history_at_its_beginning_goes_on_from_where_it_was_stored() {
    let flow = "
external: [CMD_L, CMD_R, CMD_AGAIN]
after: { 1h: { to: [L2, R2] } }
exit: { run: note, with: { text: ends } }
regions:
  L: { initial: H, states: { L1: { events: { CMD_L: L2 } }, L2: { events: { CMD_L: L3 } }, L3: { final: true }, H: { history: shallow, default: L1 } } }
  R: { states: { R1: { events: { CMD_R: R2 } }, R2: { events: { done.state.L: R3 } }, R3: { final: true } } }
";
    let (engine, _) = shop(Shop::default());
    let clock = VirtualClock::new();
    let mut before = of(&engine, flow).clock(clock.clone());
    before.emit("CMD_L").unwrap();
    before.run_for(std::time::Duration::from_secs(1_800)).unwrap();
    let stored = serde_json::to_string(&before.position()).unwrap();
    let position: Position = serde_json::from_str(&stored).unwrap();
    let definition = std::sync::Arc::new(before.definition().clone());
    let mut after = WorkflowManager::restore(&engine, definition, &position).unwrap().clock(clock);
    assert!(after.is_in("L2") && after.is_in("R1"), "{stored}");
    after.run_for(std::time::Duration::from_secs(1_800)).unwrap();
    assert!(after.is_in("L2") && after.is_in("R2"), "its time goes on: {}", after.trace());
    after.emit("CMD_L").unwrap();
    after.run_until_final().unwrap();
    assert_eq!(log(&engine), ["ends"], "{}", after.trace());
}
