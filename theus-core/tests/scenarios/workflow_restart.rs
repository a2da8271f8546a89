//! Going on after a restart.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use theus_core::workflow::{Cause, Position, Status, VirtualClock, WorkflowManager};

use super::workflow_world::{Desk, ShopEngine, desk, log, shop, state};

/// The position as it comes out of a store, on another engine with the same state.
fn restart(desk: &Desk, engine: &ShopEngine, at: SystemTime) -> (Desk, ShopEngine, VirtualClock) {
    let stored = serde_json::to_string(&desk.position()).unwrap();
    let position: Position = serde_json::from_str(&stored).unwrap();
    assert_eq!(position, desk.position(), "{stored}");
    let (engine, _) = shop(state(engine));
    let clock = VirtualClock::at(at);
    let restored = WorkflowManager::restore(&engine, desk.shared_definition(), &position).unwrap();
    (restored.clock(clock.clone()), engine, clock)
}

fn later(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn timers_are_due_when_they_were_due() {
    let flow = "
external: [CMD_GO]
states:
  OUT:
    initial: IN
    after: { 1m: LATE }
    states: { IN: { events: { CMD_GO: DEEP } }, DEEP: { after: { 5m: END } } }
  LATE: { final: true }
  END: { final: true }
";
    let (mut before, engine, _, clock) = desk(flow);
    before.run_until_idle().unwrap();
    clock.advance(Duration::from_secs(20));
    before.emit("CMD_GO").unwrap();
    before.run_until_idle().unwrap();
    assert_eq!(before.position().next_due(), Some(later(60)));

    let (mut early, _, clock) = restart(&before, &engine, later(30));
    assert!(early.run_until_idle().unwrap().is_empty());
    assert!(early.is_in("DEEP") && early.is_in("OUT"));
    clock.advance(Duration::from_secs(30));
    early.run_until_final().unwrap();
    assert_eq!(early.state(), "LATE");

    let (mut long_after, ..) = restart(&before, &engine, later(9_999));
    let handled = long_after.run_until_idle().unwrap();
    assert_eq!((long_after.state(), handled[0].cause), ("LATE", Cause::Timer), "the first that was due");
}

#[test]
fn history_and_regions_survive() {
    let flow = "
external: [CMD_OFF, CMD_ON, CMD_NEXT]
states:
  WORK:
    events: { CMD_OFF: OFF }
    regions:
      LEFT: { initial: L1, states: { L1: { events: { CMD_NEXT: L2 } }, L2: {}, BACK: { history: shallow, default: L1 } } }
      RIGHT: { initial: R1, states: { R1: {} } }
  OFF: { events: { CMD_ON: BACK } }
";
    let (mut before, engine, ..) = desk(flow);
    for event in ["CMD_NEXT", "CMD_OFF"] {
        before.emit(event).unwrap();
    }
    before.run_until_idle().unwrap();
    let (mut after, ..) = restart(&before, &engine, later(0));
    after.emit("CMD_ON").unwrap();
    after.run_until_idle().unwrap();
    assert!(after.is_in("L2") && after.is_in("R1"), "{:?}", after.configuration());
}

#[test]
fn what_a_session_tells_itself_is_not_lost() {
    let flow = "states: { S: { entry: a, events: { EVT_CHAIN_DONE: E } }, E: { final: true, result: done } }";
    let (mut before, engine, ..) = desk(flow);
    before.process_event().unwrap();
    let (mut after, ..) = restart(&before, &engine, later(0));
    after.run_until_final().unwrap();
    assert_eq!((after.state(), after.status()), ("E", Status::Finished));
    let (again, ..) = restart(&after, &engine, later(0));
    assert_eq!(again.status(), Status::Finished);
    assert_eq!(again.result(), Some(&serde_json::json!("done")));
}

#[test]
fn before_its_start_it_starts() {
    let flow = "states: { S: { entry: a, events: { EVT_CHAIN_DONE: E } }, E: { final: true } }";
    let (before, engine, ..) = desk(flow);
    assert!(before.position().active().is_empty());
    let (mut after, engine, _) = restart(&before, &engine, later(0));
    after.run_until_final().unwrap();
    assert_eq!(log(&engine), ["a"]);
}

#[test]
fn a_chain_under_way_has_failed_and_is_made_good() {
    let flow = "
states:
  S:
    entry:
      - { run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: '${ domain.total }' } } }
      - { run: ask, retry: { attempts: 9, backoff: 1m } }
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }
  LOST: { final: true }
  E: { final: true }
";
    let (mut before, engine, outside, _) = desk(flow);
    outside.refuse(100);
    before.run_until_idle().unwrap();
    let (mut after, engine, _) = restart(&before, &engine, later(5));
    let handled = after.run_until_final().unwrap();
    assert_eq!((after.state(), log(&engine)), ("LOST", ["charge 10", "refund 10"].map(str::to_owned).to_vec()));
    assert!(handled[0].cause == Cause::Restart && handled[0].failed);
    assert_eq!(handled[0].compensations.len(), 1);
    assert!(after.trace().to_string().contains("resumed"), "{}", after.trace());
}

#[test]
fn a_position_that_does_not_fit_is_refused() {
    let flow = "external: [CMD_GO]\nstates: { S: { after: { 10s: E }, events: { CMD_GO: E } }, E: { final: true } }";
    let (mut before, engine, ..) = desk(flow);
    before.run_until_idle().unwrap();
    let refusal = |name: &str, flow: &str| {
        let other = WorkflowManager::from_text(&engine, name, flow).unwrap().shared_definition();
        WorkflowManager::restore(&engine, Arc::clone(&other), &before.position()).err().map(|error| error.to_string())
    };
    assert_eq!(refusal("flow.yaml", flow), None);
    assert_eq!(
        refusal("other.yaml", flow).as_deref(),
        Some("this is a position in the workflow `flow`, not in `other`")
    );
    let renamed = flow.replace("S:", "SS:");
    assert_eq!(
        refusal("flow.yaml", &renamed).as_deref(),
        Some("the workflow `flow` has no state `S`; did you mean `SS`?")
    );
    let slower = flow.replace("10s", "11s");
    assert_eq!(
        refusal("flow.yaml", &slower).as_deref(),
        Some("the state `S` has no `after` of 10s, of which one is due at 1970-01-01T00:00:10.000000000Z")
    );
    assert!(serde_json::from_str::<Position>(r#"{ "workflow": "flow", "configuration": null, "sate": 1 }"#).is_err());
}

#[test]
fn the_failure_that_is_heard_after_a_restart_names_the_process() {
    let flow = "
states:
  S:
    entry: [{ run: ask, retry: { attempts: 9, backoff: 1m } }]
    events: { EVT_CHAIN_DONE: LOST, EVT_CHAIN_FAIL: [{ to: E, when: \"event.process == 'ask'\" }, LOST] }
  LOST: { final: true }
  E: { final: true }
";
    let (mut before, engine, outside, _) = desk(flow);
    outside.refuse(100);
    before.run_until_idle().unwrap();
    let (mut after, ..) = restart(&before, &engine, later(5));
    after.run_until_final().unwrap();
    assert_eq!(after.state(), "E", "{}", after.trace());
}
