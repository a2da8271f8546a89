//! Words of statecharts, each on a session that runs.

use super::workflow_world::{desk, log};

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
