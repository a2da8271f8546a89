//! How often, how long and after what something is tried again.

use std::time::{Duration, SystemTime};

use theus_core::workflow::sessions::Sessions;
use theus_core::workflow::{Clock, Position, Status, VirtualClock, WorkflowManager};

use super::workflow_world::{Shop, desk, of, seconds, shop, shop_beside, state};

fn asking(retry: &str) -> String {
    format!(
        "
states:
  S:
    entry: {{ run: ask, retry: {retry} }}
    events: {{ EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }}
  E: {{ final: true }}
  LOST: {{ final: true }}
"
    )
}

#[test]
fn jitter_says_how_much_of_the_wait_is_left_to_chance() {
    let waited = |jitter: &str, seed| {
        let (desk, _, outside, clock) = desk(&asking(&format!("{{ attempts: 2, backoff: 8s, jitter: {jitter} }}")));
        outside.refuse(1);
        desk.seed(seed).run_until_final().unwrap();
        seconds(&clock)
    };
    let all = |jitter| (0..64).map(|seed| waited(jitter, seed)).collect::<Vec<f64>>();
    assert!(all("none").iter().all(|waited| *waited == 8.0));
    assert!(all("equal").iter().all(|waited| (4.0..=8.0).contains(waited)));
    let full = all("full");
    assert!(full.iter().all(|waited| (0.0..=8.0).contains(waited)));
    assert!(full.iter().any(|waited| *waited < 2.0) && full.iter().any(|waited| *waited > 6.0), "{full:?}");
}

#[test]
fn no_try_begins_when_the_time_of_all_of_them_is_over() {
    // At 0, 10, 20 and 30 seconds; at 40 it would be too late.
    let flow = asking("{ backoff: 10s, factor: 1, jitter: none, max_elapsed: 35s }");
    let (mut late, _, outside, clock) = desk(&flow);
    outside.refuse(99);
    late.run_until_final().unwrap();
    assert_eq!((late.state(), outside.asked(), seconds(&clock)), ("LOST", 4, 30.0), "and nothing is waited for");
    let (mut in_time, _, outside, _) = desk(&flow);
    outside.refuse(3);
    in_time.run_until_final().unwrap();
    assert_eq!((in_time.state(), outside.asked()), ("E", 4));
    let (mut few, _, outside, _) = desk(&asking("{ attempts: 2, backoff: 10s, max_elapsed: 35s }"));
    outside.refuse(99);
    few.run_until_final().unwrap();
    assert_eq!((few.state(), outside.asked()), ("LOST", 2), "both bounds are kept");
}

#[test]
fn the_time_of_all_tries_is_no_matter_of_the_wall_clock() {
    let (mut desk, _, outside, clock) = desk(&asking("{ backoff: 10s, factor: 1, jitter: none, max_elapsed: 35s }"));
    outside.refuse(99);
    desk.run_until_idle().unwrap();
    clock.set_wall(clock.now() + Duration::from_secs(86_400));
    desk.run_until_final().unwrap();
    assert_eq!(outside.asked(), 4);
}

#[test]
fn a_restart_counts_on() {
    let flow = asking("{ backoff: 10s, factor: 1, jitter: none, max_elapsed: 35s }");
    for (back_at, asked) in [(11, 4), (25, 3), (34, 2), (9_999, 2)] {
        let (mut before, engine, outside, _) = desk(&flow);
        outside.refuse(99);
        before.run_until_idle().unwrap();
        let stored = serde_json::to_string(&before.position()).unwrap();
        let position: Position = serde_json::from_str(&stored).unwrap();
        assert_eq!(position, before.position(), "{stored}");
        let (engine, outside) = shop(state(&engine));
        outside.refuse(99);
        let clock = VirtualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(back_at));
        let after = WorkflowManager::restore(&engine, before.shared_definition(), &position).unwrap();
        let mut after = after.clock(clock);
        after.run_until_final().unwrap();
        assert_eq!((after.state(), 1 + outside.asked()), ("LOST", asked), "back at {back_at}");
    }
}

#[test]
fn a_position_of_before_has_no_first_try_and_counts_from_the_next() {
    let flow = asking("{ attempts: 9, backoff: 10s, factor: 1, jitter: none, max_elapsed: 35s }");
    let (mut before, engine, outside, _) = desk(&flow);
    outside.refuse(99);
    before.run_until_idle().unwrap();
    let mut stored = serde_json::to_value(before.position()).unwrap();
    let work = stored.pointer_mut("/chain/work/run").unwrap().as_object_mut().unwrap();
    assert!(work.remove("tries").is_some());
    let (engine, outside) = shop(state(&engine));
    outside.refuse(99);
    let position = serde_json::from_value(stored).unwrap();
    let after = WorkflowManager::restore(&engine, before.shared_definition(), &position).unwrap();
    let mut after = after.clock(VirtualClock::new());
    after.run_until_final().unwrap();
    assert_eq!((after.state(), outside.asked()), ("LOST", 4));
}

#[test]
fn each_error_has_its_own_way() {
    let flow = asking(
        "{ backoff: 1s, jitter: none, on: { Busy: { attempts: 3, backoff: 60s, longest: 60s, factor: 1 }, TooMuch: {} } }",
    );
    let (mut desk, _, outside, clock) = desk(&flow);
    outside.refuse(99);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), outside.asked(), seconds(&clock)), ("LOST", 3, 120.0));
}

/// The two errors of `moody` take turns.
#[test]
fn how_often_each_error_has_come_is_counted_by_itself_and_kept() {
    let flow = "
states:
  S:
    entry: { run: moody, retry: { backoff: 1s, factor: 1, jitter: none, on: { Busy: { attempts: 3 }, TooMuch: { attempts: 9 } } } }
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }
  E: { final: true }
  LOST: { final: true }
";
    // Busy, TooMuch, Busy, TooMuch, Busy: the third.
    let (mut once, _, outside, clock) = desk(flow);
    once.run_until_final().unwrap();
    assert_eq!((once.state(), outside.asked(), seconds(&clock)), ("LOST", 5, 4.0));
    // The same with a restart after each try.
    let (mut desk, engine, outside, clock) = desk(flow);
    let (mut engine, mut asked) = (engine, 0);
    while desk.status() == Status::Running {
        desk.run_until_idle().unwrap();
        asked = outside.asked();
        let stored = serde_json::to_string(&desk.position()).unwrap();
        engine = shop_beside(state(&engine), &outside, |builder| builder);
        let position = serde_json::from_str(&stored).unwrap();
        desk = WorkflowManager::restore(&engine, desk.shared_definition(), &position).unwrap().clock(clock.clone());
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!((desk.state(), asked), ("LOST", 5));
}

#[test]
fn side_by_side_each_has_its_own() {
    let flow = "
states:
  S:
    entry: { parallel: [{ run: ask, retry: { backoff: 10s, factor: 1, jitter: none, max_elapsed: 35s } }, { run: add, with: { n: 1 } }] }
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }
  E: { final: true }
  LOST: { final: true }
";
    let (mut desk, engine, outside, clock) = desk(flow);
    outside.refuse(99);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), outside.asked(), seconds(&clock), state(&engine).total), ("LOST", 4, 30.0, 1));
}

#[test]
fn a_pool_and_invoked_work_know_it_too() {
    let flow = "
states:
  S:
    invoke: { run: ask, retry: { backoff: 10s, factor: 1, jitter: none, max_elapsed: 35s }, done: E, on_error: { '*': LOST } }
  E: { final: true }
  LOST: { final: true }
";
    let (engine, outside) = shop(Shop::default());
    outside.refuse(99);
    let definition = of(&engine, flow).shared_definition();
    let pool = Sessions::of(&engine, definition).stepped(1).clock(VirtualClock::new()).start().unwrap();
    pool.open("one", Shop::default()).unwrap();
    pool.step_to_the_end(1_000);
    assert_eq!(pool.states("one").unwrap(), ["LOST"]);
    assert_eq!(outside.asked(), 4);
}
