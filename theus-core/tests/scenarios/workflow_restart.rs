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

const CHARGING: &str = r#"
states:
  S:
    entry:
      - { run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: '${ domain.total }' } } }
      - { run: ask, retry: { attempts: 9, backoff: 1m } }
      - b
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: [{ to: CHANGED, when: "event.message == 'the steps of S were changed while they were under way'" }, LOST] }
  LOST: { final: true }
  CHANGED: { final: true }
  E: { final: true }
"#;

#[test]
fn a_chain_that_waits_to_try_again_does_so_when_it_was_to() {
    let (mut before, engine, outside, _) = desk(CHARGING);
    outside.refuse(100);
    before.run_until_idle().unwrap();
    let (mut after, engine, clock) = restart(&before, &engine, later(5));
    assert!(after.run_until_idle().unwrap().is_empty(), "it is not the time yet");
    let handled = after.run_until_final().unwrap();
    assert_eq!((after.state(), log(&engine)), ("E", ["charge 10", "asked", "b"].map(str::to_owned).to_vec()));
    // Half to all of the ten seconds that a wait is at most where the file does not say.
    assert!((5.0..=10.0).contains(&super::workflow_world::seconds(&clock)));
    assert_eq!((handled[0].cause, handled[0].failed), (Cause::Restart, false));
    let trace = after.trace().to_string();
    assert!(trace.contains("resumed") && trace.contains("ask, try 2: committed"), "{trace}");
}

#[test]
fn a_chain_whose_steps_were_changed_meanwhile_has_failed_and_is_made_good() {
    for (written, instead, changed) in [
        ("      - b\n", "      - a\n      - b\n", true),
        ("      - { run: ask, retry: { attempts: 9, backoff: 1m } }\n", "", true),
        ("attempts: 9", "attempts: 8", false),
        ("LOST: { final: true }", "LOST: { final: true, result: sorry }", false),
    ] {
        let (mut before, engine, outside, _) = desk(CHARGING);
        outside.refuse(100);
        before.run_until_idle().unwrap();
        let (other, ..) = desk(&CHARGING.replace(written, instead));
        let (engine, _) = shop(state(&engine));
        let restored = WorkflowManager::restore(&engine, other.shared_definition(), &before.position()).unwrap();
        let mut after = restored.clock(VirtualClock::at(later(5)));
        let handled = after.run_until_final().unwrap();
        let log = log(&engine);
        if changed {
            assert_eq!((after.state(), log), ("CHANGED", ["charge 10", "refund 10"].map(str::to_owned).to_vec()));
            assert!(handled[0].cause == Cause::Restart && handled[0].failed && handled[0].compensations.len() == 1);
        } else {
            assert_eq!((after.state(), log.len()), ("E", 3));
        }
    }
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
    entry: [{ run: a, compensate: { run: ask, retry: { attempts: 9, backoff: 1m } } }, { run: a, compensate: b }, refuse]
    events: { EVT_CHAIN_DONE: LOST, EVT_CHAIN_FAIL: [{ to: E, when: \"event.process == 'refuse'\" }, LOST] }
  LOST: { final: true }
  E: { final: true }
";
    let (mut before, engine, outside, _) = desk(flow);
    outside.refuse(100);
    before.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["a", "a", "b"], "one of the two is made good");
    let (mut after, engine, _) = restart(&before, &engine, later(5));
    after.run_until_final().unwrap();
    assert_eq!(after.state(), "E", "{}", after.trace());
    assert_eq!(log(&engine), ["a", "a", "b", "asked"], "and none twice");
}

fn nested(depth: usize) -> serde_json::Value {
    (0..depth).fold(serde_json::json!(1), |inner, _| serde_json::Value::Array(vec![inner]))
}

#[test]
fn what_an_event_brings_along_is_refused_where_it_could_not_be_read_back() {
    let flow = "
external: [CMD_GO]
states:
  S: { events: { CMD_GO: { steps: [b, { run: ask, retry: { attempts: 9, backoff: 1m } }] } } }
";
    let (mut before, engine, outside, _) = desk(flow);
    outside.refuse(100);
    let refused = before.emit_with("CMD_GO", nested(101)).unwrap_err();
    assert!(refused.to_string().starts_with("what the event brings along is nested deeper than 100"), "{refused}");
    for deep in [102, 127, 128, 100_000] {
        assert!(before.emit_with("CMD_GO", nested(deep)).is_err());
        assert!(engine.bus().emit_with("CMD_GO", nested(deep)).is_err());
    }
    assert!(before.emit_with("CMD_GO", "x".repeat(5 << 20)).is_err());
    assert_eq!((engine.bus().len(), engine.bus().stats().emitted), (0, 0), "nothing was taken");
    before.emit_with("CMD_GO", nested(100)).unwrap();
    before.run_until_idle().unwrap();
    let (after, ..) = restart(&before, &engine, later(0));
    assert_eq!(after.position(), before.position());
}
