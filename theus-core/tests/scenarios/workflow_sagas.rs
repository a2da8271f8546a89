//! Sagas: what is committed inside of one is made good unless it is left well.

use std::time::Duration;

use theus_core::workflow::{Position, Progress, Status, VirtualClock, WorkflowManager};

use super::workflow_world::{Desk, Note, Outside, Shop, ShopEngine, desk, log, of, shop, shop_with, state};

/// Three bookings in three states of a trip, and every way out of it.
const TRIP: &str = "
external: [CMD_NEXT, CMD_CANCEL, CMD_CLOSE, CMD_SKIP]
states:
  TRIP:
    saga: true
    states:
      HOTEL:
        entry: { run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } }
        events: { CMD_NEXT: { to: FLIGHT, steps: { run: charge, with: { amount: 2 }, compensate: { run: refund, with: { amount: 2 } } } } }
      FLIGHT:
        entry: { run: charge, with: { amount: 4 }, compensate: { run: refund, with: { amount: 4 } } }
        exit: { run: charge, with: { amount: 8 }, compensate: { run: refund, with: { amount: 8 } } }
        events: { CMD_NEXT: CAR, CMD_SKIP: { to: BOOKED, undo: false } }
      CAR:
        entry: { run: note, with: { text: car } }
        events: { CMD_NEXT: BOOKED_INSIDE, CMD_SKIP: LAST }
        after: { 1h: LATE }
      LAST:
        entry: { run: ask, on_error: { Busy: FAILED } }
        events: { EVT_CHAIN_FAIL: BROKEN, EVT_CHAIN_DONE: BOOKED_INSIDE }
      BOOKED_INSIDE: { final: true }
    done: BOOKED
    exit: { run: note, with: { text: left } }
    events: { CMD_CANCEL: { to: CANCELLED, undo: true }, CMD_CLOSE: { to: BOOKED, undo: false } }
  BOOKED: { entry: { run: note, with: { text: booked } }, final: true }
  CANCELLED: { entry: { run: note, with: { text: cancelled } }, final: true }
  LATE: { final: true }
  FAILED: { final: true }
  BROKEN: { final: true }
";

const TO_CAR: [&str; 2] = ["CMD_NEXT", "CMD_NEXT"];
const UNDO: [&str; 4] = ["refund 8", "refund 4", "refund 2", "refund 1"];

fn in_car() -> (Desk, ShopEngine, Outside, VirtualClock) {
    let (mut desk, engine, outside, clock) = desk(TRIP);
    desk.run_until_idle().unwrap();
    for event in TO_CAR {
        desk.emit(event).unwrap();
        desk.run_until_idle().unwrap();
    }
    assert_eq!((desk.state(), state(&engine).total), ("CAR", 15));
    (desk, engine, outside, clock)
}

/// What was done since the car.
fn since(engine: &ShopEngine) -> Vec<String> {
    let log = log(engine);
    let car = log.iter().position(|line| line == "car").unwrap();
    log[car + 1..].to_vec()
}

#[test]
fn a_good_end_leaves_all_of_it_as_it_is() {
    for event in ["CMD_NEXT", "CMD_CLOSE"] {
        let (mut desk, engine, _, _) = in_car();
        desk.emit(event).unwrap();
        desk.run_until_final().unwrap();
        assert_eq!((desk.state(), state(&engine).total), ("BOOKED", 15), "{event}");
        assert_eq!(since(&engine), ["left", "booked"]);
    }
}

#[test]
fn every_other_way_out_undoes_the_newest_first_before_what_comes_next() {
    for (way, end) in [("CMD_CANCEL", "CANCELLED"), ("a time", "LATE"), ("an error", "FAILED"), ("a panic", "BROKEN")] {
        let (mut desk, engine, outside, clock) = in_car();
        match way {
            "a time" => {}
            "an error" => {
                outside.refuse(1);
                desk.emit("CMD_SKIP").unwrap();
            }
            "a panic" => {
                let flow = TRIP.replace("{ run: ask, on_error: { Busy: FAILED } }", "burst");
                let mut other: Desk =
                    WorkflowManager::restore(&engine, of(&engine, &flow).shared_definition(), &desk.position())
                        .unwrap()
                        .clock(clock.clone());
                other.emit("CMD_SKIP").unwrap();
                other.run_until_idle().unwrap();
                desk = other;
            }
            event => desk.emit(event).unwrap(),
        }
        let handled = desk.run_until_final().unwrap();
        assert_eq!((desk.state(), state(&engine).total), (end, 0), "{way}");
        let told: usize = handled.iter().map(|handled| handled.compensations.len()).sum();
        assert!(told == 4 || way == "a panic", "{way}: {handled:?}");
        let after = if end == "CANCELLED" { &["left", "cancelled"][..] } else { &["left"] };
        assert_eq!(since(&engine), [&UNDO[..], after].concat(), "{way}");
    }
}

#[test]
fn the_end_of_the_session_undoes_it_whether_something_is_under_way_or_not() {
    let (mut desk, engine, _, _) = in_car();
    desk.cancel("the customer has gone");
    desk.run_until_idle().ok();
    assert_eq!((since(&engine), state(&engine).total), (UNDO.map(str::to_owned).to_vec(), 0));
    assert!(matches!(desk.status(), Status::Cancelled { .. }));

    // A chain waits for its next try: what it has committed is the newest.
    let flow = TRIP.replace(
        "{ run: ask, on_error: { Busy: FAILED } }",
        "[{ run: charge, with: { amount: 16 }, compensate: { run: refund, with: { amount: 16 } } }, { run: ask, retry: { attempts: 9, backoff: 1h }, on_error: { Busy: FAILED } }]",
    );
    let (mut desk, engine, outside, _) = super::workflow_world::desk(&flow);
    outside.refuse(9);
    for event in ["CMD_NEXT", "CMD_NEXT", "CMD_SKIP"] {
        desk.run_until_idle().unwrap();
        desk.emit(event).unwrap();
    }
    while outside.asked() == 0 {
        desk.advance().unwrap();
    }
    desk.cancel("the customer has gone");
    desk.run_until_idle().ok();
    assert_eq!(since(&engine), [&["charge 16", "refund 16"], &UNDO[..]].concat());
    assert!(matches!(desk.status(), Status::Cancelled { .. }));
    assert_eq!(state(&engine).total, 0);
}

#[test]
fn a_violation_of_level_a_undoes_it_and_then_ends_the_session() {
    let recipe =
        "process_recipes: { note: { inputs: [{ field: text, neq: forbidden, level: A, message: forbidden }] } }";
    let flow = TRIP.replace(
        "LAST:\n        entry: { run: ask, on_error: { Busy: FAILED } }",
        "LAST:\n        entry: { run: note, with: { text: forbidden } }",
    );
    let (engine, _) = shop_with(Shop::default(), recipe);
    let mut desk = of(&engine, &flow);
    for event in ["CMD_NEXT", "CMD_NEXT", "CMD_SKIP"] {
        desk.run_until_idle().unwrap();
        desk.emit(event).unwrap();
    }
    desk.run_until_idle().ok();
    assert!(matches!(desk.status(), Status::Aborted { .. }));
    assert_eq!((since(&engine), state(&engine).total), (UNDO.map(str::to_owned).to_vec(), 0));
}

#[test]
fn what_leaving_runs_is_part_of_the_saga_around_it_and_not_of_one_that_is_entered_by_the_same_move() {
    let flow = "
external: [CMD_NEXT, CMD_CANCEL]
states:
  FIRST:
    entry: { run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } }
    exit: { run: charge, with: { amount: 2 }, compensate: { run: refund, with: { amount: 2 } } }
    events: { CMD_NEXT: { to: SECOND, steps: { run: charge, with: { amount: 4 }, compensate: { run: refund, with: { amount: 4 } } } } }
  SECOND:
    saga: true
    entry: { run: charge, with: { amount: 8 }, compensate: { run: refund, with: { amount: 8 } } }
    exit: { run: charge, with: { amount: 16 }, compensate: { run: refund, with: { amount: 16 } } }
    events: { CMD_NEXT: { to: SECOND, undo: false, steps: { run: charge, with: { amount: 32 }, compensate: { run: refund, with: { amount: 32 } } } }, CMD_CANCEL: { to: END, undo: true } }
  END: { final: true }
";
    let (mut desk, engine, _, _) = desk(flow);
    for event in ["CMD_NEXT", "CMD_NEXT", "CMD_CANCEL"] {
        desk.run_until_idle().unwrap();
        desk.emit(event).unwrap();
    }
    desk.run_until_final().unwrap();
    let undone: Vec<String> = log(&engine).into_iter().filter(|line| line.starts_with("refund")).collect();
    assert_eq!(undone, ["refund 8"], "the second time it was entered, and nothing of before");
    assert_eq!(state(&engine).total, 1 + 2 + 4 + 8 + 16 + 32 + 16);
}

#[test]
fn what_leaving_an_inner_saga_runs_is_not_part_of_the_one_around_that_is_entered_again() {
    let flow = "
external: [CMD_AGAIN, CMD_CANCEL]
states:
  OUTER:
    saga: true
    states:
      FIRST: { entry: { run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } }, events: { CMD_AGAIN: SECOND } }
      SECOND: { saga: true, exit: { run: charge, with: { amount: 2 }, compensate: { run: refund, with: { amount: 2 } } } }
    events: { CMD_AGAIN: { to: OUTER, undo: false }, CMD_CANCEL: { to: END, undo: true } }
  END: { final: true }
";
    let (mut desk, engine, _, _) = desk(flow);
    for event in ["CMD_AGAIN", "CMD_AGAIN", "CMD_CANCEL"] {
        desk.run_until_idle().unwrap();
        desk.emit(event).unwrap();
    }
    desk.run_until_final().unwrap();
    assert_eq!(
        log(&engine),
        ["charge 1", "charge 2", "charge 1", "refund 1"],
        "what came before it was entered again stays"
    );
}

#[test]
fn an_inner_saga_that_is_left_well_is_the_business_of_the_one_around() {
    let flow = "
external: [CMD_NEXT, CMD_CANCEL]
states:
  OUTER:
    saga: true
    states:
      INNER:
        saga: true
        entry: { run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } }
        events: { CMD_NEXT: { to: BESIDE, undo: UNDO } }
      BESIDE:
        entry: { run: charge, with: { amount: 2 }, compensate: { run: refund, with: { amount: 2 } } }
        events: { CMD_NEXT: INSIDE }
      INSIDE: { final: true }
    done: END
    events: { CMD_CANCEL: { to: END, undo: true } }
  END: { final: true }
";
    for (undo, last, undone) in [
        ("false", "CMD_CANCEL", &["refund 2", "refund 1"][..]),
        ("true", "CMD_CANCEL", &["refund 1", "refund 2"]),
        ("true", "CMD_NEXT", &["refund 1"]),
        ("false", "CMD_NEXT", &[]),
    ] {
        let (mut desk, engine, _, _) = desk(&flow.replace("UNDO", undo));
        for event in ["CMD_NEXT", last] {
            desk.run_until_idle().unwrap();
            desk.emit(event).unwrap();
        }
        desk.run_until_final().unwrap();
        let refunds: Vec<String> = log(&engine).into_iter().filter(|line| line.starts_with("refund")).collect();
        assert_eq!(refunds, undone, "{undo} {last}");
    }
}

#[test]
fn what_was_invoked_in_it_is_part_of_it_whether_it_has_ended_or_was_kept_or_is_under_way() {
    let flow = "
external: [CMD_NEXT, CMD_CANCEL]
states:
  SAGA:
    saga: true
    invoke:
      - { id: ends, run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } }
      - { id: waits, steps: [{ run: charge, with: { amount: 2 }, compensate: { run: refund, with: { amount: 2 } } }, wait_too] }
    states:
      A:
        invoke: { id: kept, on_leave: keep, steps: [{ run: charge, with: { amount: 4 }, compensate: { run: refund, with: { amount: 4 } } }, wait] }
        events: { CMD_NEXT: B }
      B: {}
    events: { CMD_CANCEL: { to: END, undo: true } }
  END: { final: true }
";
    let (mut desk, engine, outside, _) = desk(flow);
    desk.run_until_idle().unwrap();
    assert_eq!((state(&engine).total, outside.waiting()), (7, 2));
    desk.emit("CMD_NEXT").unwrap();
    desk.run_until_idle().unwrap();
    assert_eq!((state(&engine).total, outside.waiting()), (7, 1));
    desk.emit("CMD_CANCEL").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!((state(&engine).total, outside.waiting()), (0, 0));
    let refunds: Vec<String> = log(&engine).into_iter().filter(|line| line.starts_with("refund")).collect();
    assert_eq!(refunds, ["refund 2", "refund 4", "refund 1"], "what is under way is the newest");
}

#[test]
fn one_region_that_is_left_badly_does_not_undo_the_other() {
    let flow = "
external: [CMD_GOOD, CMD_BAD]
states:
  ALL:
    regions:
      LEFT:
        states:
          L: { saga: true, entry: { run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } }, events: { CMD_BAD: { to: L2, undo: true } } }
          L2: { final: true }
      RIGHT:
        states:
          R: { saga: true, entry: { run: charge, with: { amount: 2 }, compensate: { run: refund, with: { amount: 2 } } }, events: { CMD_BAD: { to: R2, undo: false } } }
          R2: { final: true }
    done: END
    events: { CMD_GOOD: { to: END, undo: false } }
  END: { final: true }
";
    for (event, total) in [("CMD_BAD", 2), ("CMD_GOOD", 3)] {
        let (mut desk, engine, _, _) = desk(flow);
        desk.run_until_idle().unwrap();
        desk.emit(event).unwrap();
        desk.run_until_final().unwrap();
        assert_eq!((desk.state(), state(&engine).total), ("END", total));
    }
}

const STUBBORN: &str = "
external: [CMD_CANCEL]
states:
  S:
    saga: true
    entry:
      - { run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } }
      - { run: charge, with: { amount: 2 }, compensate: { run: ask, retry: { attempts: 2, backoff: 1s } } }
    events: { CMD_CANCEL: { to: OVER, undo: true } }
  OVER: { events: { EVT_COMPENSATION_FAIL: { to: BY_HAND, when: event.process == 'ask' && event.error == 'Busy' }, '*': OVER } }
  BY_HAND: { final: true }
";

#[test]
fn a_compensation_is_tried_again_and_one_that_fails_for_good_is_told() {
    for (refusals, end) in [(1, "OVER"), (2, "BY_HAND")] {
        let (mut desk, engine, outside, _) = desk(STUBBORN);
        outside.refuse(refusals);
        desk.run_until_idle().unwrap();
        desk.emit("CMD_CANCEL").unwrap();
        desk.run_for(Duration::from_secs(10)).unwrap();
        assert_eq!(
            (desk.state(), state(&engine).total, outside.asked()),
            (end, 2, 2),
            "the others are made all the same"
        );
    }
}

/// After every step the session is given to another program, as text; by the last one the file has another order.
#[test]
fn it_goes_on_from_a_position_at_any_step() {
    for end in ["CMD_CANCEL", "CMD_NEXT"] {
        let (engine, _) = shop(Shop::default());
        let mut desk = of(&engine, TRIP);
        let mut events = vec!["CMD_NEXT", "CMD_NEXT", end].into_iter();
        for _ in 0..200 {
            let position = serde_json::to_string(&desk.position()).unwrap();
            let position: Position = serde_json::from_str(&position).unwrap();
            desk = WorkflowManager::restore(&engine, desk.shared_definition(), &position).unwrap();
            match desk.advance().unwrap() {
                Progress::Idle { .. } => {
                    if let Some(event) = events.next() {
                        desk.emit(event).unwrap();
                    }
                }
                Progress::Over => break,
                _ => {}
            }
        }
        let (at, total) = if end == "CMD_CANCEL" { ("CANCELLED", 0) } else { ("BOOKED", 15) };
        assert_eq!((desk.state(), state(&engine).total), (at, total));
    }
}

#[test]
fn a_saga_that_the_file_has_put_elsewhere_was_left_by_that() {
    let flow = |inside: bool| {
        let (inner, outer) = if inside {
            ("C: { events: { CMD_CANCEL: { to: END, undo: true } } }, D: {}", "")
        } else {
            ("D: {}", "  C: { events: { CMD_CANCEL: END } }")
        };
        format!(
            "
external: [CMD_CANCEL]
states:
  S:
    saga: true
    entry: {{ run: charge, with: {{ amount: 1 }}, compensate: {{ run: refund, with: {{ amount: 1 }} }} }}
    states: {{ {inner} }}
    after: {{ 1h: END }}
{outer}
  END: {{ final: true }}
"
        )
    };
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, &flow(true));
    desk.run_until_idle().unwrap();
    assert_eq!((desk.state(), state(&engine).total), ("C", 1));
    let mut position = serde_json::to_value(desk.position()).unwrap();
    position.as_object_mut().unwrap().remove("timers");
    let other = of(&engine, &flow(false)).shared_definition();
    let mut desk: Desk = WorkflowManager::restore(&engine, other, &serde_json::from_value(position).unwrap()).unwrap();
    desk.run_until_idle().unwrap();
    assert_eq!((desk.state(), state(&engine).total), ("C", 0));
}

#[test]
fn a_command_that_ends_the_session_between_two_events_undoes_it_too() {
    let recipe =
        "process_recipes: { note: { inputs: [{ field: text, neq: forbidden, level: A, message: forbidden }] } }";
    let (engine, _) = shop_with(Shop::default(), recipe);
    let mut desk = of(&engine, TRIP);
    desk.run_until_idle().unwrap();
    assert_eq!(state(&engine).total, 1);
    for text in ["allowed", "forbidden"] {
        drop(desk.run(Note { text: text.to_owned() }));
        desk.run_until_idle().ok();
    }
    assert!(matches!(desk.status(), Status::Aborted { .. }), "{:?}", desk.status());
    assert_eq!((state(&engine).total, log(&engine).last().map(String::as_str)), (0, Some("refund 1")));
}

#[test]
fn a_session_that_is_cancelled_while_a_saga_is_undone_undoes_the_rest_and_then_ends() {
    let (mut desk, engine, outside, _) = desk(STUBBORN);
    outside.refuse(1);
    desk.run_until_idle().unwrap();
    desk.emit("CMD_CANCEL").unwrap();
    while outside.asked() == 0 {
        desk.advance().unwrap();
    }
    desk.cancel("at once");
    desk.run_for(Duration::from_secs(10)).ok();
    assert!(matches!(desk.status(), Status::Cancelled { .. }), "{:?}", desk.status());
    // What makes good the second charge was refused once, and then done; the first is made good after it.
    assert_eq!((state(&engine).total, outside.asked()), (2, 2));
    assert!(log(&engine).ends_with(&["asked".to_owned(), "refund 1".to_owned()]), "{:?}", log(&engine));
}

#[test]
fn a_move_inside_of_a_saga_keeps_what_it_has() {
    let flow = "
external: [CMD_NEXT, CMD_CANCEL]
states:
  S:
    saga: true
    states:
      A: { entry: { run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } } }
      B: {}
    events: { CMD_NEXT: { to: B, reenter: REENTER UNDO }, CMD_CANCEL: { to: END, undo: true } }
  END: { final: true }
";
    for (reenter, undo, refunds) in [("false", "", 1), ("true", ", undo: false", 0), ("true", ", undo: true", 1)] {
        let (mut desk, engine, _, _) = desk(&flow.replace("REENTER", reenter).replace(" UNDO", undo));
        for event in ["CMD_NEXT", "CMD_CANCEL"] {
            desk.run_until_idle().unwrap();
            desk.emit(event).unwrap();
        }
        desk.run_until_final().unwrap();
        let refunded = log(&engine).iter().filter(|line| line.starts_with("refund")).count();
        assert_eq!(refunded, refunds, "{reenter}{undo}");
    }
}

#[test]
fn what_a_failed_chain_cannot_make_good_is_told_without_a_saga_too_and_nobody_else_can_say_so() {
    let flow = "
states:
  S:
    entry:
      - { run: charge, with: { amount: 1 }, compensate: ask }
      - burst
    events: { EVT_COMPENSATION_FAIL: BY_HAND, EVT_CHAIN_FAIL: FAILED, '*': OTHER }
  BY_HAND: { final: true }
  FAILED: { final: true }
  OTHER: { final: true }
";
    for (refusals, end) in [(0, "FAILED"), (1, "BY_HAND")] {
        let (mut desk, _, outside, _) = desk(flow);
        outside.refuse(refusals);
        let refused = desk.emit("EVT_COMPENSATION_FAIL").unwrap_err().to_string();
        assert!(refused.contains("something committed could not be made good"), "{refused}");
        desk.run_until_final().unwrap();
        assert_eq!(desk.state(), end);
    }
}

/// The whole has regions, and ends with them.
#[test]
fn a_region_that_is_a_saga_is_left_well_when_the_whole_ends_well() {
    let flow = "
external: [CMD_NEXT]
exit: LAST
regions:
  L:
    saga: true
    states:
      L1: { entry: { run: charge, with: { amount: 1 }, compensate: { run: refund, with: { amount: 1 } } }, events: { CMD_NEXT: L2 } }
      L2: { final: true }
  R: { states: { R1: { events: { CMD_NEXT: R2 } }, R2: { final: true } } }
";
    for (last, total) in [("a", 1), ("burst", 0)] {
        let (mut desk, engine, _, _) = desk(&flow.replace("LAST", last));
        desk.run_until_idle().unwrap();
        desk.emit("CMD_NEXT").unwrap();
        desk.run_until_final().ok();
        assert_eq!(state(&engine).total, total, "{last}: {:?}", desk.status());
    }
}
