//! What is done by the calendar.

use std::time::{Duration, SystemTime};

use theus_core::context::{Time, TimeKind};
use theus_core::workflow::sessions::Sessions;
use theus_core::workflow::{Clock, Position, PositionError, VirtualClock, WorkflowManager};

use super::workflow_world::{Desk, Shop, ShopEngine, log, of, shop, state};

const DAILY: &str = "
external: [CMD_STOP]
states:
  S: { cron: { \"0 8 * * 1-5 Europe/Berlin\": { steps: { run: note, with: { text: \"${ string(event.missed) }\" } } } }, events: { CMD_STOP: E } }
  E: { final: true }
";

fn at(text: &str) -> SystemTime {
    let nanos = Time::parse(TimeKind::Instant, text).unwrap().nanos;
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos.try_into().unwrap())
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

/// On a Friday at noon in Berlin, two days before the clock is put forward.
fn desk() -> (Desk, ShopEngine, VirtualClock) {
    let (engine, _) = shop(Shop::default());
    let clock = VirtualClock::at(at("2026-03-27T11:00:00Z"));
    (of(&engine, DAILY).clock(clock.clone()), engine, clock)
}

#[test]
fn it_comes_by_the_clock_of_its_place_over_the_night_in_which_that_is_put() {
    let (mut desk, engine, _) = desk();
    desk.run_until_idle().unwrap();
    assert_eq!(desk.position().next_due(), Some(at("2026-03-30T06:00:00Z")));
    desk.run_for(days(7)).unwrap();
    assert_eq!(log(&engine), ["0", "0", "0", "0", "0"]);
    let cycle = desk.cycles().pop().unwrap();
    assert_eq!((cycle.time.as_str(), cycle.handled, cycle.missed), ("cron 0 8 * * 1-5 Europe/Berlin", 5, 0));
    assert_eq!(cycle.latest, Duration::ZERO);
}

#[test]
fn what_is_missed_is_told_and_skipped() {
    let (mut desk, engine, clock) = desk();
    desk.run_until_idle().unwrap();
    // Nobody is there until Thursday at nine.
    clock.advance(at("2026-04-02T07:00:00Z").duration_since(clock.now()).unwrap());
    desk.run_until_idle().unwrap();
    let cycle = desk.cycles().pop().unwrap();
    assert_eq!((log(&engine), cycle.handled, cycle.missed), (vec!["3".to_owned()], 1, 3));
    assert_eq!(desk.position().next_due(), Some(at("2026-04-03T06:00:00Z")));
}

#[test]
fn it_goes_by_the_wall_clock_whatever_that_is_set_to() {
    let (mut desk, engine, clock) = desk();
    desk.run_until_idle().unwrap();
    clock.set_wall(at("2026-03-30T05:59:00Z"));
    assert_eq!(desk.run_for(Duration::from_secs(60)).unwrap().len(), 1);
    clock.set_wall(at("2026-03-30T05:00:00Z"));
    desk.run_for(Duration::from_secs(2 * 3_600)).unwrap();
    assert_eq!(log(&engine).len(), 1, "Monday at eight has been");
    assert_eq!(desk.position().next_due(), Some(at("2026-03-31T06:00:00Z")));
}

/// Goes on from its position as a text, at that time.
fn restart(desk: &Desk, engine: &ShopEngine, at: SystemTime) -> (Desk, ShopEngine) {
    let stored = serde_json::to_string(&desk.position()).unwrap();
    let position: Position = serde_json::from_str(&stored).unwrap();
    let (engine, _) = shop(state(engine));
    let restored = WorkflowManager::restore(&engine, desk.shared_definition(), &position).unwrap();
    assert_eq!(restored.position(), position, "{stored}");
    (restored.clock(VirtualClock::at(at)), engine)
}

#[test]
fn a_restart_keeps_it() {
    let (mut before, engine, _) = desk();
    before.run_for(days(4)).unwrap();
    assert_eq!(log(&engine).len(), 2);
    let (mut soon, of_soon) = restart(&before, &engine, at("2026-03-31T12:00:00Z"));
    soon.run_for(days(1)).unwrap();
    assert_eq!((log(&of_soon).len(), soon.cycles()[0].handled, soon.cycles()[0].missed), (3, 3, 0));
    let (mut late, of_late) = restart(&before, &engine, at("2026-04-10T12:00:00Z"));
    late.run_until_idle().unwrap();
    assert_eq!((log(&of_late).len(), late.cycles()[0].missed), (3, 7));
    let other = of(&engine, &DAILY.replace("0 8", "0 9")).shared_definition();
    let error = WorkflowManager::restore(&engine, other, &before.position()).err().unwrap();
    assert!(matches!(&error, PositionError::Reckoned { time, .. } if time.contains("0 8 * * 1-5")), "{error}");
}

#[test]
fn it_ends_with_its_state() {
    let (mut desk, engine, _) = desk();
    desk.run_for(days(4)).unwrap();
    desk.emit("CMD_STOP").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine).len(), desk.position().next_due()), ("E", 2, None));
}

#[test]
fn a_pool_and_a_task_do_it_too() {
    let (engine, _) = shop(Shop::default());
    let clock = VirtualClock::at(at("2026-03-27T11:00:00Z"));
    let definition = of(&engine, DAILY).shared_definition();
    let pool = Sessions::of(&engine, definition).stepped(5).clock(clock).start().unwrap();
    pool.open("one", Shop::default()).unwrap();
    pool.step_until_idle(100);
    for _ in 0..5 {
        assert!(pool.pass_time());
        pool.step_until_idle(100);
    }
    assert_eq!((pool.cycles("one").unwrap()[0].handled, pool.next_due()), (5, Some(at("2026-04-06T06:00:00Z"))));
    let (mut desk, engine, _) = desk();
    crate::executor::block_on(desk.run_for_async(days(7))).unwrap();
    assert_eq!(log(&engine).len(), 5);
}
