//! What would be lost, doubled or left half done if somebody had not looked.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use theus_core::workflow::{Clock, Fault, Position, Status, VirtualClock, WorkflowManager};

use super::workflow_world::{Add, Shop, desk, log, of, shop, shop_with, state};

const EVENTS: &str = "
external: [CMD_GO, CMD_NOTE]
initialised: [domain.log]
states:
  S:
    events:
      CMD_GO: { steps: { run: ask, retry: { attempts: 3, backoff: 60ms, factor: 1 } } }
      CMD_NOTE: { steps: { run: note, with: { text: '${ event.text }' } } }
";

fn notes(engine: &super::workflow_world::ShopEngine, numbers: std::ops::Range<u32>) {
    for number in numbers {
        engine.bus().emit_with("CMD_NOTE", serde_json::json!({ "text": number.to_string() })).unwrap();
    }
}

#[test]
fn events_that_come_while_a_try_is_waited_for_are_all_handled_in_order() {
    let (engine, outside) = shop(Shop::default());
    let mut desk = of(&engine, EVENTS);
    outside.refuse(2);
    desk.emit("CMD_GO").unwrap();
    notes(&engine, 0..5);
    desk.run_for(Duration::from_millis(300)).unwrap();
    assert_eq!(log(&engine), ["asked", "0", "1", "2", "3", "4"]);
}

#[test]
fn events_stay_on_the_bus_while_somebody_waits_for_a_workflow_that_is_paused() {
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, EVENTS);
    desk.run_until_idle().unwrap();
    desk.pause();
    notes(&engine, 0..3);
    desk.run_for(Duration::from_millis(60)).unwrap();
    assert_eq!(engine.bus().len(), 3);
    desk.resume();
    desk.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["0", "1", "2"]);
}

#[test]
fn an_event_that_comes_while_a_timer_is_waited_for_stays_on_the_bus_when_it_is_cancelled_first() {
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, &format!("{EVENTS}    after: {{ 1h: S }}\n"));
    let control = desk.control();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(40));
            control.cancel("enough");
            notes(&engine, 0..1);
        });
        desk.run_for(Duration::from_secs(20)).unwrap();
    });
    assert_eq!((engine.bus().len(), log(&engine).len()), (1, 0));
}

#[test]
fn level_a_of_a_command_makes_good_what_the_chain_under_way_has_committed() {
    let recipe = "process_recipes: { add: { inputs: [ { field: n, max: 100, level: A } ] } }";
    let flow = "
states:
  S:
    entry:
      - { run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: 10 } } }
      - { run: ask, retry: { attempts: 9, backoff: 1m } }
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: E }
  E: { final: true }
";
    // What has to be made good is made good, though the workflow was paused.
    for is_paused in [false, true] {
        let (engine, outside) = shop_with(Shop::default(), recipe);
        outside.refuse(100);
        let mut desk = of(&engine, flow).clock(VirtualClock::new());
        desk.run_until_idle().unwrap();
        assert_eq!(log(&engine), ["charge 10"]);
        if is_paused {
            desk.pause();
        }
        assert!(desk.run(Add { n: 1_000 }).unwrap().result.is_err());
        let _ = desk.run_until_idle();
        assert!(matches!(desk.status(), Status::Aborted { .. }), "{is_paused}: {:?}", desk.status());
        assert_eq!((log(&engine), outside.asked()), (["charge 10", "refund 10"].map(str::to_owned).to_vec(), 1));
    }
}

#[test]
fn what_comes_of_one_command_is_not_counted_for_the_next() {
    let flow = "
limit: 5
states:
  S: { events: { EVT_CHAIN_DONE: T } }
  T: { events: { EVT_CHAIN_DONE: S } }
";
    let (mut desk, engine, ..) = desk(flow);
    for n in 0..20 {
        assert!(desk.run(Add { n: 1 }).unwrap().result.is_ok());
        desk.run_until_idle().unwrap_or_else(|error| panic!("after {n} commands: {error}"));
    }
    assert_eq!(state(&engine).total, 20);
}

#[test]
fn a_state_is_not_done_by_an_end_that_an_error_leads_away_from() {
    let flow = "
external: [CMD_GO]
states:
  OUT:
    initial: A
    done: LOST
    states:
      A: { events: { CMD_GO: F } }
      F: { final: true, entry: [{ run: refuse, on_error: { TooMuch: A } }] }
  LOST: { final: true }
";
    let (mut desk, ..) = desk(flow);
    desk.emit("CMD_GO").unwrap();
    desk.run_until_idle().unwrap();
    assert_eq!(desk.state(), "A", "{}", desk.trace());
}

#[test]
fn a_compensation_without_a_value_takes_no_other_with_it() {
    let flow = "
initialised: [domain.items]
states:
  S:
    entry:
      - parallel:
          - { run: a, compensate: { run: refund, with: { amount: '${ domain.items[0] }' } } }
          - { run: add, with: { n: 7 }, compensate: { run: add, with: { n: -7 } } }
    events: { EVT_CHAIN_FAIL: E, EVT_CHAIN_DONE: LOST }
  LOST: { final: true }
  E: { final: true }
";
    let (mut desk, engine, ..) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine), state(&engine).total), ("E", vec!["a".to_owned()], 0));
}

#[test]
fn what_one_of_several_has_committed_is_made_good_after_a_restart_in_the_midst() {
    let flow = "
states:
  S:
    entry:
      - parallel:
          - { run: wait_too }
          - { run: add, with: { n: 7 }, compensate: { run: add, with: { n: -7 } } }
    events: { EVT_CHAIN_FAIL: E, EVT_CHAIN_DONE: LOST }
  LOST: { final: true }
  E: { final: true }
";
    let (engine, outside) = shop(Shop::default());
    let mut desk = of(&engine, flow);
    let clock = VirtualClock::new();
    let position = {
        let mut driven = Box::pin(desk.drive(&clock));
        let task = &mut Context::from_waker(Waker::noop());
        while outside.waiting() == 0 || state(&engine).total == 0 {
            assert!(driven.as_mut().poll(task).is_pending());
        }
        // Nobody can look at it while it is driven, but a pool can: see the sessions' own test.
        drop(driven);
        desk.position()
    };
    let stored = serde_json::to_string(&position).unwrap();
    let position: Position = serde_json::from_str(&stored).unwrap();
    let (again, _) = shop(state(&engine));
    let mut after = WorkflowManager::restore(&again, desk.shared_definition(), &position).unwrap();
    after.run_until_final().unwrap();
    assert_eq!((after.state(), state(&again).total), ("E", 0), "{stored}");
}

/// A clock that panics when it is asked while it is told to.
#[derive(Clone, Default)]
struct Cursed(Arc<AtomicBool>);

impl Clock for Cursed {
    fn now(&self) -> SystemTime {
        assert!(!self.0.load(Ordering::SeqCst), "the clock is broken");
        SystemTime::UNIX_EPOCH
    }
}

#[test]
fn a_clock_that_panics_in_a_chain_leaves_a_chain_that_has_failed() {
    let flow = "
states:
  S:
    entry:
      - { run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: 10 } } }
      - wait
      - b
    events: { EVT_CHAIN_DONE: LOST, EVT_CHAIN_FAIL: E }
  LOST: { final: true }
  E: { final: true }
";
    let (engine, outside) = shop(Shop::default());
    let clock = Cursed::default();
    let mut desk = of(&engine, flow).clock(clock.clone());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while outside.waiting() == 0 {
                std::thread::yield_now();
            }
            clock.0.store(true, Ordering::SeqCst);
            outside.open();
        });
        assert!(catch_unwind(AssertUnwindSafe(|| desk.run_until_idle())).is_err());
    });
    clock.0.store(false, Ordering::SeqCst);
    let handled = desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "E", "{}", desk.trace());
    assert_eq!(log(&engine).last().map(String::as_str), Some("refund 10"));
    assert_eq!(handled[0].fault, Some(Fault::Interrupted { process: "wait" }));
}

#[test]
fn the_result_sees_what_the_last_event_brought() {
    let flow = "
external: [CMD_END]
states:
  S: { events: { CMD_END: E } }
  E: { final: true, result: '${ event.why }' }
";
    let (mut desk, ..) = desk(flow);
    desk.emit_with("CMD_END", serde_json::json!({ "why": "enough" })).unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(desk.result(), Some(&serde_json::json!("enough")));
}

#[test]
fn a_drive_that_is_dropped_again_and_again_does_not_try_for_ever() {
    let flow = "
states:
  S: { entry: [{ run: doubt, retry: { attempts: 3, backoff: 0s } }], events: { EVT_CHAIN_FAIL: E, EVT_CHAIN_DONE: E } }
  E: { final: true }
";
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, flow);
    let clock = VirtualClock::new();
    for _ in 0..20 {
        let mut driven = Box::pin(desk.drive(&clock));
        let task = &mut Context::from_waker(Waker::noop());
        // One is refused, and the next has begun.
        for _ in 0..2 {
            if let Poll::Ready(done) = driven.as_mut().poll(task) {
                done.unwrap();
                drop(driven);
                assert_eq!(desk.state(), "E");
                return;
            }
        }
    }
    panic!("it goes on for ever:\n{}", desk.trace());
}

#[test]
fn what_ran_side_by_side_is_made_good_in_the_reverse_of_the_order_of_its_commits() {
    let flow = "
states:
  S:
    entry:
      - parallel:
          - { run: wait_too, compensate: { run: note, with: { text: waited } } }
          - { run: add, with: { n: 7 }, compensate: { run: note, with: { text: '${ string(domain.total) }' } } }
      - refuse
    events: { EVT_CHAIN_FAIL: E }
  E: { final: true }
";
    let (engine, outside) = super::workflow_world::shop(Shop::default());
    let mut desk = of(&engine, flow);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while outside.waiting() == 0 || state(&engine).total == 0 {
                std::thread::yield_now();
            }
            outside.open();
        });
        desk.run_until_final().unwrap();
    });
    assert_eq!(log(&engine), ["waited", "7"]);
}

/// A thread of Rust's has 2 MiB; what serves requests may have given its threads less.
#[test]
fn the_deepest_file_that_loads_loads_and_runs_on_half_a_threads_stack() {
    let deepest = |states: usize, steps: usize, brackets: usize| {
        let when = format!("{}domain.total{} == 0", "(".repeat(brackets), ")".repeat(brackets));
        let mut entry = "{ run: note, with: { text: deep } }".to_owned();
        for _ in 0..steps {
            entry = format!("{{ flux: if, when: '{when}', then: [{entry}] }}");
        }
        let mut state = format!("{{ entry: [{entry}] }}");
        for depth in 0..states {
            state = format!("{{ states: {{ S{depth}: {state} }} }}");
        }
        format!("initialised: [domain.total]\n{}\n", &state[2..state.len() - 2])
    };
    // One more of each is refused: these are the deepest.
    let (states, steps, brackets) = (16, 8, 23);
    let on_little_stack = |run: fn(String) -> Vec<String>, flow: String| {
        std::thread::Builder::new().stack_size(1 << 20).spawn(move || run(flow)).unwrap().join().unwrap()
    };
    let told = on_little_stack(
        |flow| {
            let (engine, _) = shop(Shop::default());
            of(&engine, &flow).run_until_idle().unwrap();
            log(&engine)
        },
        deepest(states, steps, brackets),
    );
    assert_eq!(told, ["deep"]);
    for (states, steps, brackets) in [(states + 1, steps, brackets), (states, 40, brackets), (states, steps, 24)] {
        on_little_stack(
            |flow| {
                let (engine, _) = shop(Shop::default());
                let refused = WorkflowManager::from_text(&engine, "flow.yaml", &flow).map(|_| ());
                vec![refused.unwrap_err().to_string()]
            },
            deepest(states, steps, brackets),
        );
    }
}
