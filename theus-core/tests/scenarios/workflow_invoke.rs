//! Work that runs while a state is active: it goes on beside events and timers, and ends with its state.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use theus_core::workflow::{Cause, Fault, Progress, Sessions, Status, WorkflowManager};

use super::workflow_world::{Desk, Shop, desk, is_cancelled, log, of, runs, seconds, shop, shop_with, state};

const LONG: Duration = Duration::from_secs(20);

const THINKING: &str = "
external: [CMD_STOP, CMD_NOTE]
states:
  ASKING:
    invoke: { run: wait, done: CHECK }
    events: { CMD_STOP: STOPPED, CMD_NOTE: { steps: ring } }
    after: { 1h: LATE }
  CHECK: { entry: { run: note, with: { text: checked } }, final: true }
  STOPPED: { final: true }
  LATE: { final: true }
";

#[test]
fn what_it_has_done_leads_on() {
    let (mut desk, engine, outside, clock) = desk(THINKING);
    outside.open();
    let handled = desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine)), ("CHECK", ["waited", "checked"].map(str::to_owned).to_vec()));
    let causes: Vec<Cause> = handled.iter().map(|handled| handled.cause).collect();
    assert_eq!(causes, [Cause::Start, Cause::Invoked, Cause::Done]);
    assert_eq!((runs(&handled), seconds(&clock)), (vec!["wait", "note"], 0.0));
}

#[test]
fn events_and_timers_are_heard_while_it_works_and_leaving_its_state_ends_it() {
    for (event, end) in [(Some("CMD_STOP"), "STOPPED"), (None, "LATE")] {
        let (mut desk, engine, outside, _) = desk(THINKING);
        desk.run_until_idle().unwrap();
        assert_eq!((desk.state(), outside.waiting()), ("ASKING", 1), "it is under way, and nobody waits for it");
        assert!(matches!(desk.advance(), Ok(Progress::Working { left: Some(_) })));
        if let Some(event) = event {
            desk.emit(event).unwrap();
            desk.run_until_idle().unwrap();
        } else {
            desk.run_until_final().unwrap();
        }
        assert_eq!((desk.state(), outside.waiting(), log(&engine)), (end, 0, vec![]));
        assert_eq!(desk.status(), Status::Finished);
    }
}

#[test]
fn who_waits_for_it_is_woken_by_it_and_by_events() {
    let (engine, outside) = shop(Shop::default());
    for is_event in [true, false] {
        let mut desk = of(&engine.open("one", Shop::default()), THINKING);
        let bus = desk.engine().bus().clone();
        let thread = std::thread::spawn({
            let outside = outside.clone();
            move || {
                while outside.waiting() == 0 {
                    std::thread::yield_now();
                }
                let at = Instant::now();
                if is_event {
                    drop(bus.emit("CMD_STOP"))
                } else {
                    outside.open()
                }
                at
            }
        });
        desk.run_until_final().unwrap();
        let took = thread.join().unwrap().elapsed();
        assert_eq!(desk.state(), if is_event { "STOPPED" } else { "CHECK" });
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

#[test]
fn a_task_waits_for_it_and_for_events() {
    for is_event in [true, false] {
        let (mut desk, _, outside, clock) = desk(THINKING);
        let bus = desk.engine().bus().clone();
        let ended = {
            let mut driven = pin!(desk.drive(&clock));
            let mut poll = || driven.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            while outside.waiting() == 0 {
                assert!(poll().is_pending());
            }
            if is_event {
                bus.emit("CMD_STOP").unwrap()
            } else {
                outside.open()
            }
            (0..1_000).find_map(|_| if let Poll::Ready(ended) = poll() { Some(ended) } else { None })
        };
        ended.unwrap().unwrap();
        assert_eq!(desk.state(), if is_event { "STOPPED" } else { "CHECK" });
    }
}

#[test]
fn a_pool_goes_on_with_it() {
    let (engine, outside) = shop(Shop::default());
    let pool = Sessions::of_text(&engine, "flow.yaml", THINKING).unwrap().workers(2).start().unwrap();
    for name in ["stops", "ends"] {
        pool.open(name, Shop::default()).unwrap();
    }
    while outside.waiting() < 2 {
        std::thread::yield_now();
    }
    pool.emit("stops", "CMD_STOP").unwrap();
    pool.wait_for("stops", "STOPPED", LONG).unwrap();
    outside.open();
    pool.wait_for("ends", "CHECK", LONG).unwrap();
}

#[test]
fn each_of_several_ends_by_itself_and_a_chain_of_steps_is_one() {
    let flow = "
states:
  S:
    entry: { run: note, with: { text: first } }
    invoke:
      - { id: slow, run: wait_too, done: { to: E, when: 'domain.open && domain.total == 3' } }
      - id: steps
        steps: [a, think, { flux: for_each, in: '[1, 2]', as: n, do: { run: add, with: { n: '${ n }' } } }]
        done: { steps: { run: note, with: { text: steps } } }
  E: { final: true }
";
    let (mut desk, engine, outside, _) = desk(flow);
    for _ in 0..100 {
        desk.run_until_idle().unwrap();
    }
    assert_eq!(log(&engine), ["first", "a", "thought", "steps"]);
    outside.open();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), state(&engine).total), ("E", 3));
}

const BOOKING: &str = "
external: [CMD_STOP]
states:
  S:
    invoke:
      steps:
        - { run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } }
        - { run: charge, with: { amount: 2 }, compensate: { run: refund, with: { amount: 2 } } }
        - LAST
      done: E
      ON_ERROR
    exit: { run: note, with: { text: left } }
    events: { CMD_STOP: STOPPED, EVT_CHAIN_FAIL: LOST }
  STOPPED: { entry: { run: note, with: { text: stopped } }, final: true }
  LOST: { final: true }
  BUSY: { final: true }
  E: { final: true }
";

fn booking(last: &str, more: &str) -> String {
    BOOKING.replace("LAST", last).replace("ON_ERROR", more)
}

#[test]
fn what_it_had_committed_is_made_good_before_anything_else_of_the_move_or_kept() {
    for (more, undone) in [("on_leave: undo", true), ("on_leave: keep", false)] {
        let (mut desk, engine, outside, _) = desk(&booking("wait", more));
        desk.run_until_idle().unwrap();
        assert_eq!(outside.waiting(), 1);
        desk.emit("CMD_STOP").unwrap();
        let handled = desk.run_until_final().unwrap();
        let undo = if undone { &["refund 2", "refund 1"][..] } else { &[] };
        let expected = [&["charge 1", "charge 2"][..], undo, &["left", "stopped"]].concat();
        assert_eq!((log(&engine), outside.waiting()), (expected.iter().map(ToString::to_string).collect(), 0));
        assert_eq!(handled.iter().flat_map(|handled| &handled.compensations).count(), undo.len());
        assert_eq!(state(&engine).total, if undone { 0 } else { 3 });
    }
}

#[test]
fn where_it_fails_its_error_leads_on_or_its_state_hears_of_it() {
    let retried = "{ run: ask, retry: { attempts: 2, backoff: 4s } }";
    let told = "{ run: ask, retry: { attempts: 2, backoff: 4s }, on_error: { Busy: BUSY } }";
    for (last, more, end) in [(retried, "on_error: { Busy: BUSY }", "BUSY"), (told, "", "BUSY"), (retried, "", "LOST")]
    {
        let (mut desk, engine, outside, clock) = desk(&booking(last, more));
        outside.refuse(2);
        let handled = desk.run_until_final().unwrap();
        assert_eq!((desk.state(), state(&engine).total, outside.asked()), (end, 0, 2), "{more}");
        assert_eq!(log(&engine), ["charge 1", "charge 2", "refund 2", "refund 1", "left"]);
        let failed = handled.iter().find(|handled| handled.cause == Cause::Invoked).unwrap();
        assert!(failed.failed && failed.failure().is_some_and(|step| step.process == "ask"));
        assert!((2.0..=4.0).contains(&seconds(&clock)));
    }
}

#[test]
fn a_wait_for_the_next_try_ends_with_the_state() {
    let (mut desk, engine, outside, clock) = desk(&booking("{ run: ask, retry: { attempts: 9, backoff: 10m } }", ""));
    outside.refuse(9);
    desk.run_until_idle().unwrap();
    assert_eq!(outside.asked(), 1);
    desk.emit("CMD_STOP").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), outside.asked(), state(&engine).total, seconds(&clock)), ("STOPPED", 1, 0, 0.0));
}

#[test]
fn it_begins_when_what_came_of_entering_is_done_and_not_where_that_leads_on() {
    let flow = "
states:
  S: { entry: refuse, invoke: wait_too, on_error: { TooMuch: T } }
  T: { invoke: wait_too, always: U }
  U: { entry: ring, invoke: [{ run: a, done: E }], events: { SIG_RUNG: V } }
  V: { entry: b, invoke: { run: a, done: E } }
  E: { final: true }
";
    let (mut desk, engine, outside, _) = desk(flow);
    outside.open();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine), state(&engine).open), ("E", ["b", "a"].map(str::to_owned).to_vec(), false));
}

#[test]
fn a_state_that_is_entered_again_begins_anew_and_hears_nothing_of_before() {
    let flow = "
external: [CMD_AGAIN]
states:
  S:
    invoke: { run: add, with: { n: 1 }, done: { steps: ring } }
    events: { CMD_AGAIN: S, SIG_RUNG: { to: E, when: domain.total > 2 } }
  E: { final: true }
";
    let (mut desk, engine, _, _) = desk(flow);
    desk.run_until_idle().unwrap();
    assert_eq!(state(&engine).total, 1);
    for total in [2, 3] {
        desk.emit("CMD_AGAIN").unwrap();
        desk.run_until_idle().unwrap();
        assert_eq!(state(&engine).total, total);
    }
    assert_eq!(desk.state(), "E");
}

#[test]
fn cancelling_ends_it_and_makes_it_good() {
    for is_entered in [false, true] {
        let flow = booking("wait", "").replace("exit:", if is_entered { "entry: think\n    exit:" } else { "exit:" });
        let (mut desk, engine, outside, _) = desk(&flow);
        while outside.waiting() == 0 {
            desk.run_for(Duration::from_millis(1)).unwrap();
        }
        desk.cancel("no more");
        assert_eq!(outside.waiting(), 0);
        desk.run_until_idle().ok();
        assert!(is_cancelled(&desk), "{:?}", desk.status());
        assert_eq!((state(&engine).total, log(&engine).contains(&"left".to_owned())), (0, false));
    }
}

#[test]
fn a_violation_of_level_a_in_it_ends_the_session_and_makes_good_what_others_had_committed() {
    let recipe = "process_recipes: { add: { outputs: [ { field: domain.total, max: 9, level: A } ] } }";
    let (engine, _) = shop_with(Shop::default(), recipe);
    let flow = "
states:
  S:
    invoke:
      - id: books
        steps: [{ run: charge, with: { amount: 7 }, compensate: { run: refund, with: { amount: 7 } } }, wait_too]
      - { steps: [think, { run: add, with: { n: 5 } }] }
    events: { EVT_CHAIN_FAIL: E }
  E: { final: true }
";
    let mut desk = of(&engine, flow);
    let error = desk.run_until_final().unwrap_err();
    assert!(error.to_string().contains("domain.total max 9"), "{error}");
    assert!(matches!(desk.status(), Status::Aborted { .. }));
    assert_eq!((state(&engine).total, log(&engine).contains(&"refund 7".to_owned())), (0, true));
}

#[test]
fn letting_go_of_who_drives_it_fails_what_has_effects_and_runs_the_rest_again() {
    for (step, end, expected) in [("think", "E", "thought"), ("wait", "LOST", "refund 1")] {
        let exit = "exit: { run: note, with: { text: left } }";
        let (mut desk, engine, outside, clock) = desk(&booking(step, "").replace(exit, ""));
        {
            let mut driven = pin!(desk.drive(&clock));
            while log(&engine).len() < 2 || (step == "wait" && outside.waiting() == 0) {
                assert!(driven.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            }
        }
        desk.run_until_final().unwrap();
        assert_eq!((desk.state(), log(&engine).pop().unwrap().as_str()), (end, expected));
    }
}

#[test]
fn a_long_life_is_no_endless_one_and_an_endless_one_is_told() {
    let round = |step: &str| {
        format!(
            "
limit: 20
states:
  S:
    invoke: {{ steps: [{step}, {{ run: add, with: {{ n: 1 }} }}], done: {{ to: S, when: domain.total < 100 }} }}
    always: {{ to: E, when: domain.total >= 100 }}
    events: {{ EVT_CHAIN_FAIL: F }}
  E: {{ final: true }}
  F: {{ final: true }}
"
        )
    };
    for (step, end) in [("think", "E"), ("a", "F")] {
        let (mut desk, _, _, _) = desk(&round(step));
        let ended = desk.run_until_final();
        assert_eq!(ended.is_ok(), end == "E", "{step}: {ended:?}");
        desk.run_until_final().ok();
        assert_eq!(desk.state(), end, "{step}");
    }
}

#[test]
fn it_goes_on_from_a_position_and_one_under_way_is_run_again_where_it_may_be() {
    for (step, end, total) in [("think", "E", 3), ("wait", "LOST", 0)] {
        let (engine, outside) = shop(Shop::default());
        let flow = booking(step, "");
        let mut desk = of(&engine, &flow);
        while log(&engine).len() < 2 || (step == "wait" && outside.waiting() == 0) {
            desk.advance().unwrap();
        }
        let position = serde_json::to_string(&desk.position()).unwrap();
        assert!(
            position.contains("\"invoked\":[{\"state\":\"S\",\"id\":\"charge\",\"slot\":1,\"begun\":true"),
            "{position}"
        );
        let definition = desk.shared_definition();
        drop(desk);
        outside.open();
        let mut desk: Desk =
            WorkflowManager::restore(&engine, definition, &serde_json::from_str(&position).unwrap()).unwrap();
        desk.run_until_final().unwrap();
        assert_eq!((desk.state(), state(&engine).total), (end, total));
    }
}

#[test]
fn a_position_in_work_that_the_file_has_no_more_makes_it_good() {
    let (engine, outside) = shop(Shop::default());
    let mut desk = of(&engine, &booking("wait", ""));
    while outside.waiting() == 0 {
        desk.advance().unwrap();
    }
    let position = desk.position();
    drop(desk);
    let other = of(
        &engine,
        "external: [CMD_STOP]\nstates:\n  S: { invoke: { run: think, done: E }, events: { CMD_STOP: E, EVT_CHAIN_FAIL: LOST } }\n  LOST: { entry: [{ run: charge, with: { amount: 0 }, compensate: { run: refund, with: { amount: 0 } } }], final: true }\n  E: { final: true }\n",
    );
    let mut desk: Desk = WorkflowManager::restore(&engine, other.shared_definition(), &position).unwrap();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), state(&engine).total), ("LOST", 0));
}

/// Work in a state around `C`, which is in it, or is beside it.
fn moved(c_is_inside: bool, on_leave: &str) -> String {
    let (inside, beside) =
        if c_is_inside { ("states: { C: {} },", "") } else { ("", "C: { events: { CMD_STOP: S } }") };
    format!(
        "
external: [CMD_STOP]
states:
  AT: {{ always: C }}
  S:
    {inside}
    invoke: {{ id: work, steps: [{{ run: charge, with: {{ amount: 1 }}, compensate: {{ run: refund, with: {{ amount: 1 }} }} }}, wait], done: E, on_leave: {on_leave} }}
    events: {{ CMD_STOP: E, EVT_CHAIN_FAIL: LOST }}
  {beside}
  LOST: {{ final: true }}
  E: {{ final: true }}
"
    )
    .replace("S:\n    \n", "S:\n")
    .replace("states: { C: {} },", "states: { C: {} }")
}

#[test]
fn work_beside_a_state_that_the_file_has_put_elsewhere_is_made_good() {
    for (on_leave, total) in [("undo", 0), ("keep", 1)] {
        let (engine, outside) = shop(Shop::default());
        let mut desk = of(&engine, &moved(true, on_leave));
        while state(&engine).total == 0 {
            desk.advance().unwrap();
        }
        let position = desk.position();
        drop(desk);
        let other = of(&engine, &moved(false, on_leave));
        let mut desk: Desk = WorkflowManager::restore(&engine, other.shared_definition(), &position).unwrap();
        desk.run_until_idle().unwrap();
        assert_eq!((desk.state(), state(&engine).total, outside.waiting()), ("C", total, 0));
        assert!(matches!(desk.advance(), Ok(Progress::Idle { .. })), "nothing of it is left");
    }
}

#[test]
fn numbers_that_it_cannot_have_are_refused() {
    let (engine, outside) = shop(Shop::default());
    let mut desk = of(&engine, THINKING);
    while outside.waiting() == 0 {
        desk.advance().unwrap();
    }
    let position = serde_json::to_value(desk.position()).unwrap();
    let slots = |slots: &[u32]| {
        let mut position = position.clone();
        let one = position["invoked"][0].clone();
        let all = slots.iter().map(|slot| {
            let mut one = one.clone();
            one["slot"] = (*slot).into();
            one
        });
        position["invoked"] = all.collect();
        let position = serde_json::from_value(position).unwrap();
        let restored: Result<Desk, _> = WorkflowManager::restore(&engine, desk.shared_definition(), &position);
        restored.err().map(|error| error.to_string())
    };
    for refused in [&[0][..], &[1 << 16], &[u32::MAX], &[1, 1]] {
        let error = slots(refused).unwrap();
        assert!(error.contains("what `ASKING` has invoked has the number"), "{error}");
    }
    for allowed in [&[1][..], &[(1 << 16) - 1], &[2, 1]] {
        assert_eq!(slots(allowed), None);
    }
}

#[test]
fn its_trace_tells_what_it_does() {
    let (mut desk, _, _, _) = desk(&THINKING.replace("run: wait", "id: think, run: wait"));
    desk.run_until_idle().unwrap();
    desk.emit("CMD_STOP").unwrap();
    desk.run_until_final().unwrap();
    let trace = desk.trace().to_string();
    for line in ["invoked        think of ASKING", "stopped        think of ASKING", "wait: rolled back: let go of"] {
        assert!(trace.contains(line), "{line} in\n{trace}");
    }
    let (mut again, _, outside, _) = self::desk(THINKING);
    outside.open();
    again.run_until_final().unwrap();
    assert!(again.trace().to_string().contains("invoke done    wait of ASKING"), "{}", again.trace());
}

#[test]
fn a_fault_says_why_it_was_stopped() {
    assert_eq!(Fault::Left.to_string(), "its state was left");
}
