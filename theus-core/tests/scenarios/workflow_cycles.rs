//! What is done every so often.

use std::time::{Duration, Instant, SystemTime};

use theus_core::workflow::sessions::Sessions;
use theus_core::workflow::trace::What;
use theus_core::workflow::{Cause, Clock, Cycle, Position, PositionError, Status, VirtualClock, WorkflowManager};

use super::workflow_world::{Desk, Shop, ShopEngine, desk, log, of, seconds, shop, shop_with, state};

const BEAT: &str = "
external: [CMD_STOP]
states:
  S: { every: { 20ms: { steps: { run: add, with: { n: 1 } } } }, events: { CMD_STOP: E } }
  E: { final: true }
";

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The only one.
fn cycle(desk: &Desk) -> Cycle {
    desk.cycles().pop().unwrap()
}

/// When each was due, from the beginning on.
fn due(desk: &Desk) -> Vec<Duration> {
    let began = desk.trace().entries().next().unwrap().at;
    let due = desk.trace().entries().filter_map(|entry| match entry.what {
        What::Cycle { due, .. } => Some(due.duration_since(began).unwrap()),
        _ => None,
    });
    due.collect()
}

#[test]
fn a_hundred_in_two_seconds_and_none_of_them_is_late() {
    let (mut desk, engine, _, clock) = desk(BEAT);
    desk.run_until_idle().unwrap();
    let handled = desk.run_for(millis(2_000)).unwrap();
    assert_eq!((state(&engine).total, handled.len(), seconds(&clock)), (100, 100, 2.0));
    assert!(handled.iter().all(|handled| handled.cause == Cause::Timer));
    let Cycle { state, time, handled, missed, late, latest, .. } = cycle(&desk);
    assert_eq!((state.as_str(), time.as_str(), handled, missed), ("S", "every 20ms", 100, 0));
    assert_eq!((late, latest), (Duration::ZERO, Duration::ZERO));
}

#[test]
fn by_real_time_it_does_not_drift() {
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, BEAT).traced(10_000);
    desk.run_until_idle().unwrap();
    let begin = Instant::now();
    desk.run_for(millis(2_000)).unwrap();
    let took = begin.elapsed();
    let Cycle { handled, missed, .. } = cycle(&desk);
    // On a machine that has other things to do some are missed, and that is told. Whoever looked a little later saw no more than that.
    let most = u64::try_from(took.as_millis() / 20).unwrap();
    assert!((99..=most).contains(&(handled + missed)), "{handled} handled, {missed} missed in {took:?}");
    // Each was due at a multiple of 20 ms after the state was entered, whenever it was handled.
    let due = due(&desk);
    let first = due[0];
    assert_eq!(due.len() as u64, handled);
    for at in due {
        let apart = (at - first).as_nanos() % millis(20).as_nanos();
        // The date is the wall clock's, which is set a little all the time.
        assert!(apart.min(millis(20).as_nanos() - apart) < 5_000_000, "{at:?} after {first:?}");
    }
}

#[test]
fn what_is_missed_is_told_and_skipped_and_the_next_is_in_time() {
    let flow = "
states:
  S:
    every: { 1m: { steps: { run: note, with: { text: \"${ string(event.missed) + ' missed, ' + string(event.late) + ' s late' }\" } } } }
";
    let (mut desk, engine, _, clock) = desk(flow);
    desk.run_until_idle().unwrap();
    // Nobody drives it.
    clock.advance(Duration::from_secs(60 * 5 + 30));
    desk.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["4 missed, 270 s late"], "one for all of them");
    desk.run_for(Duration::from_secs(30)).unwrap();
    assert_eq!((log(&engine).last().unwrap().as_str(), seconds(&clock)), ("0 missed, 0 s late", 360.0));
    clock.advance(Duration::from_secs(61));
    desk.run_until_idle().unwrap();
    let Cycle { handled, missed, late, latest, .. } = cycle(&desk);
    assert_eq!((handled, missed, late, latest), (3, 4, Duration::from_secs(1), Duration::from_secs(270)));
}

#[test]
fn work_that_takes_long_makes_it_late() {
    let flow = "
external: [CMD_WORK]
states:
  S:
    every: { 10s: { steps: a } }
    events: { CMD_WORK: { steps: { run: wait, timeout: 35s } } }
";
    let (mut desk, engine, _, _) = desk(flow);
    desk.run_until_idle().unwrap();
    desk.run_for(Duration::from_secs(5)).unwrap();
    desk.emit("CMD_WORK").unwrap();
    desk.run_for(Duration::from_secs(40)).unwrap();
    // At 40 it is handled: that of 10, late by 30; those of 20, 30 and 40 are missed.
    let Cycle { handled, missed, latest, .. } = cycle(&desk);
    assert_eq!((handled, missed, latest, log(&engine).len()), (1, 3, Duration::from_secs(30), 1));
}

#[test]
fn it_ends_with_its_state_and_begins_anew_with_it() {
    let flow = "
external: [CMD_OFF, CMD_ON]
states:
  ON: { every: { 10s: { steps: a } }, events: { CMD_OFF: OFF } }
  OFF: { events: { CMD_ON: ON } }
";
    let (mut desk, engine, _, _) = desk(flow);
    desk.run_for(Duration::from_secs(25)).unwrap();
    desk.emit("CMD_OFF").unwrap();
    desk.run_for(Duration::from_secs(60)).unwrap();
    assert_eq!(log(&engine).len(), 2);
    desk.emit("CMD_ON").unwrap();
    desk.run_for(Duration::from_secs(10)).unwrap();
    assert_eq!((log(&engine).len(), cycle(&desk).handled, cycle(&desk).missed), (3, 3, 0), "what is counted stays");
}

#[test]
fn a_guard_lets_it_pass_or_lead_out() {
    let flow = "
states:
  S:
    every: { 10s: [{ to: E, when: domain.total > 2 }, { steps: { run: add, with: { n: 1 } }, when: domain.total < 2 }, { steps: { run: add, with: { n: 1 } }, when: event.missed == 0 }] }
  E: { final: true }
";
    let (mut desk, engine, _, clock) = desk(flow);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), state(&engine).total, seconds(&clock)), ("E", 3, 40.0));
    assert_eq!(cycle(&desk).handled, 4, "told when it is over too");
}

#[test]
fn setting_the_wall_clock_neither_holds_it_up_nor_hurries_it() {
    let (mut desk, engine, _, clock) = desk(BEAT);
    desk.run_for(millis(1_000)).unwrap();
    clock.set_wall(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
    desk.run_for(millis(500)).unwrap();
    clock.set_wall(SystemTime::UNIX_EPOCH);
    desk.run_for(millis(500)).unwrap();
    assert_eq!((state(&engine).total, cycle(&desk).missed), (100, 0));
}

/// Goes on from its position as a text, at that time.
fn restart(desk: &Desk, engine: &ShopEngine, at: SystemTime) -> (Desk, ShopEngine, VirtualClock) {
    let stored = serde_json::to_string(&desk.position()).unwrap();
    let position: Position = serde_json::from_str(&stored).unwrap();
    assert_eq!(position, desk.position(), "{stored}");
    let (engine, _) = shop(state(engine));
    let clock = VirtualClock::at(at);
    let restored = WorkflowManager::restore(&engine, desk.shared_definition(), &position).unwrap();
    (restored.clock(clock.clone()), engine, clock)
}

#[test]
fn a_restart_keeps_its_times_and_what_is_counted() {
    let (mut before, engine, _, clock) = desk(BEAT);
    before.run_for(millis(1_010)).unwrap();
    assert_eq!(before.position().next_due(), Some(SystemTime::UNIX_EPOCH + millis(1_020)));
    // Back at once.
    let (mut soon, of_soon, _) = restart(&before, &engine, clock.now());
    soon.run_for(millis(990)).unwrap();
    assert_eq!((state(&of_soon).total, cycle(&soon).handled, cycle(&soon).missed), (100, 100, 0));
    // Back after three hours: one, and then in time again.
    let (mut late, of_late, clock) = restart(&before, &engine, SystemTime::UNIX_EPOCH + Duration::from_secs(3 * 3_600));
    assert_eq!(late.run_until_idle().unwrap().len(), 1);
    let missed = (3 * 3_600_000 - 1_020) / 20;
    assert_eq!((cycle(&late).handled, cycle(&late).missed), (51, missed));
    assert_eq!(late.position().next_due(), Some(clock.now() + millis(20)));
    late.run_for(millis(100)).unwrap();
    assert_eq!((state(&of_late).total, cycle(&late).missed), (56, missed));
}

#[test]
fn a_position_of_another_file_is_refused_or_fits() {
    let (mut before, engine, ..) = desk(BEAT);
    before.run_for(millis(100)).unwrap();
    let other = of(&engine, &BEAT.replace("20ms", "30ms")).shared_definition();
    let error = WorkflowManager::restore(&engine, other, &before.position()).err().unwrap();
    assert!(matches!(&error, PositionError::Cycle { state, .. } if state == "S"), "{error}");
    let same = of(&engine, &BEAT.replace("20ms", "20000us")).shared_definition();
    let after = WorkflowManager::restore(&engine, same, &before.position()).unwrap();
    assert_eq!(cycle(&after).handled, 5);
    // One of before has none of it.
    let mut old = serde_json::to_value(before.position()).unwrap();
    let old_map = old.as_object_mut().unwrap();
    assert!(old_map.remove("cycles").is_some() && old_map.remove("timers").is_some());
    let after = WorkflowManager::restore(&engine, before.shared_definition(), &serde_json::from_value(old).unwrap());
    assert_eq!(after.unwrap().cycles(), []);
}

#[test]
fn lateness_is_under_rules_as_an_argument() {
    let flow = "
states:
  S:
    every: { 1s: { steps: { run: add, with: { n: \"${ event.missed }\" } } } }
    events: { EVT_CHAIN_FAIL: LOST }
  LOST: { final: true }
";
    let rules = "process_recipes: { add: { inputs: [{ field: n, max: 2, level: B }] } }";
    let (engine, _) = shop_with(Shop::default(), rules);
    let clock = VirtualClock::new();
    let mut desk = of(&engine, flow).clock(clock.clone());
    desk.run_for(Duration::from_secs(3)).unwrap();
    clock.advance(Duration::from_secs(3));
    desk.run_until_idle().unwrap();
    assert_eq!((desk.status(), state(&engine).total), (Status::Running, 2));
    clock.advance(Duration::from_secs(10));
    desk.run_until_idle().unwrap();
    assert_eq!(desk.state(), "LOST");
}

#[test]
fn a_pool_keeps_time_for_each_of_its_sessions() {
    let (engine, _) = shop(Shop::default());
    let definition = of(&engine, BEAT).shared_definition();
    let clock = VirtualClock::new();
    let pool = Sessions::of(&engine, definition).stepped(7).clock(clock.clone()).start().unwrap();
    for name in ["one", "two"] {
        pool.open(name, Shop::default()).unwrap();
    }
    let end = clock.now() + millis(2_000);
    pool.step_until_idle(10_000);
    while pool.next_due().is_some_and(|due| due <= end) && pool.pass_time() {
        pool.step_until_idle(10_000);
    }
    for name in ["one", "two"] {
        let cycles = pool.cycles(name).unwrap();
        assert_eq!((cycles[0].handled, cycles[0].missed), (100, 0));
        assert_eq!(pool.engine(name).unwrap().snapshot().unwrap().to_context().total, 100);
    }
}

#[test]
fn a_pool_of_workers_in_real_time_misses_and_tells() {
    let (engine, _) = shop(Shop::default());
    let definition = of(&engine, BEAT).shared_definition();
    let pool = Sessions::of(&engine, definition).workers(1).start().unwrap();
    pool.open("one", Shop::default()).unwrap();
    let begin = Instant::now();
    std::thread::sleep(millis(500));
    let cycles = pool.cycles("one").unwrap();
    let most = u64::try_from(begin.elapsed().as_millis() / 20).unwrap();
    let all = cycles.iter().map(|cycle| cycle.handled + cycle.missed).sum::<u64>();
    assert!((1..=most).contains(&all), "{all} of {most}");
}

#[test]
fn as_a_task_too() {
    let (mut desk, engine, ..) = desk(BEAT);
    crate::executor::block_on(desk.run_for_async(millis(2_000))).unwrap();
    assert_eq!((state(&engine).total, cycle(&desk).missed), (100, 0));
}

#[test]
fn the_trace_tells_each() {
    let (mut desk, _, _, clock) = desk(BEAT);
    desk.run_until_idle().unwrap();
    clock.advance(millis(65));
    desk.run_until_idle().unwrap();
    let text = desk.trace().to_string();
    assert!(text.contains("cycle") && text.contains("S every 20ms, late by 45ms, 2 missed"), "{text}");
    let json = serde_json::to_value(desk.trace()).unwrap().to_string();
    assert!(json.contains(r#""time":"every 20ms""#) && json.contains(r#""missed":2"#), "{json}");
}
