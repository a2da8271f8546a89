//! Wall clocks that are set, clocks that jump, and what is real meanwhile.

use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use theus_core::prelude::*;
use theus_core::workflow::{Clock, Position, Sessions, SystemClock, VirtualClock};

use super::sessions_pool::LONG;
use super::workflow_world::{Shop, desk, log, of, seconds, shop};
use crate::executor::{Task, block_on};

const SECOND: Duration = Duration::from_secs(1);

/// A machine's clock that its administrator sets, by so many milliseconds. It knows no other time.
#[derive(Clone, Default)]
struct Administered(Arc<AtomicI64>);

impl Clock for Administered {
    fn now(&self) -> SystemTime {
        let (set, now) = (self.0.load(Ordering::SeqCst), SystemTime::now());
        let by = Duration::from_millis(set.unsigned_abs());
        if set < 0 { now - by } else { now + by }
    }
}

/// The same with a monotonic clock beside it.
#[derive(Clone, Default)]
struct Whole(Administered);

impl Clock for Whole {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
    fn monotonic(&self) -> Option<Duration> {
        SystemClock.monotonic()
    }
}

const SHORT: &str = "states: { S: { after: { 300ms: E } }, E: { final: true } }";

/// How long a timer of 300 ms takes while the clock is set.
fn took(clock: impl Clock, set: impl FnOnce() + Send + 'static) -> Duration {
    let (engine, _) = shop(Shop::default());
    let mut desk = of(&engine, SHORT).clock(clock);
    desk.run_until_idle().unwrap();
    let begin = Instant::now();
    let administrator = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        set();
    });
    desk.run_until_final().unwrap();
    administrator.join().unwrap();
    begin.elapsed()
}

#[test]
fn a_timer_takes_its_time_though_the_wall_clock_is_set() {
    let clock = Administered::default();
    let set = Arc::clone(&clock.0);
    let back = took(clock, move || set.store(-2_000, Ordering::SeqCst));
    assert!(back >= Duration::from_millis(250) && back < SECOND, "set back: {back:?}");
    for by in [-2_000, 3_600_000] {
        let clock = Whole::default();
        let set = Arc::clone(&clock.0.0);
        let took = took(clock, move || set.store(by, Ordering::SeqCst));
        assert!(took >= Duration::from_millis(290) && took < SECOND, "set by {by}: {took:?}");
    }
}

#[test]
fn a_task_and_a_pool_wait_as_long() {
    let (engine, _) = shop(Shop::default());
    for by in [-2_000, 3_600_000] {
        let clock = Whole::default();
        let mut desk = of(&engine, SHORT).clock(clock.clone());
        let begin = Instant::now();
        let mut final_state = Task::new(desk.run_until_final_async());
        assert!(final_state.poll().is_pending());
        clock.0.0.store(by, Ordering::SeqCst);
        while !final_state.is_done() {
            if final_state.is_woken() && final_state.poll().is_ready() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(begin.elapsed() >= Duration::from_millis(300) && begin.elapsed() < SECOND, "{:?}", begin.elapsed());
    }
    let clock = Whole::default();
    let shops =
        Sessions::of_text(&engine, "flow.yaml", SHORT).unwrap().workers(1).clock(clock.clone()).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    shops.wait_for("one", "S", LONG).unwrap();
    let begin = Instant::now();
    clock.0.0.store(-5_000, Ordering::SeqCst);
    shops.wait_for("one", "E", LONG).unwrap();
    assert!(begin.elapsed() < 2 * SECOND, "{:?}", begin.elapsed());
}

#[test]
fn tries_and_time_outs_do_not_follow_the_wall_clock() {
    let flow = "
states:
  S:
    entry: [{ run: ask, retry: { attempts: 2, backoff: 8s, factor: 1 } }]
    events: { EVT_CHAIN_DONE: T }
  T: { entry: [{ run: wait, timeout: 5s }], events: { EVT_CHAIN_FAIL: E } }
  E: { final: true }
";
    let (mut desk, _, outside, clock) = desk(flow);
    outside.refuse(1);
    desk.run_until_idle().unwrap();
    clock.set_wall(SystemTime::UNIX_EPOCH);
    clock.advance(8 * SECOND);
    clock.set_wall(SystemTime::UNIX_EPOCH + 1_000 * SECOND);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), seconds(&clock)), ("E", 1_005.0), "the time-out begins where the clock was set to");
}

#[test]
fn across_a_restart_a_timer_goes_by_the_wall_clock() {
    let flow = "
states:
  S: { after: { 10s: { steps: [a] }, 20s: { steps: [b] }, 1h: E } }
  E: { final: true }
";
    let (mut desk, engine, _, clock) = desk(flow);
    desk.run_until_idle().unwrap();
    clock.advance(4 * SECOND);
    // What is stored is told by the clock as it was set meanwhile.
    clock.set_wall(SystemTime::UNIX_EPOCH + 1_000 * SECOND);
    let position = desk.position();
    assert_eq!(position.next_due(), Some(SystemTime::UNIX_EPOCH + 1_006 * SECOND));
    let stored = serde_json::to_string(&position).unwrap();
    for (later, expected) in [(5, &[][..]), (6, &["a"]), (100, &["a", "b"])] {
        let (engine, _) = shop(Shop::default());
        let position: Position = serde_json::from_str(&stored).unwrap();
        let clock = VirtualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000 + later));
        let restored = WorkflowManager::restore(&engine, desk.shared_definition(), &position).unwrap();
        let mut desk = restored.clock(clock);
        assert_eq!(desk.position(), position, "nothing has changed before it goes on");
        desk.run_until_idle().unwrap();
        assert_eq!(log(&engine), *expected, "{later} s later");
    }
    assert!(log(&engine).is_empty());
}

/// A world that answers after a while, in real time.
#[derive(Clone, Default)]
struct Line;

impl Line {
    /// Answers from another thread.
    async fn answer_after(&self, time: Duration) {
        let (sender, mut answer) = (Arc::new(std::sync::Mutex::new((false, None::<std::task::Waker>))), None);
        poll_fn(move |task| {
            let mut answered = sender.lock().unwrap();
            if answered.0 {
                return Poll::Ready(());
            }
            answered.1 = Some(task.waker().clone());
            drop(answered);
            answer.get_or_insert_with(|| {
                let sender = Arc::clone(&sender);
                std::thread::spawn(move || {
                    std::thread::sleep(time);
                    let mut answered = sender.lock().unwrap();
                    answered.0 = true;
                    if let Some(waker) = answered.1.take() {
                        waker.wake();
                    }
                })
            });
            Poll::Pending
        })
        .await;
    }
}

#[derive(Clone, Default, Context)]
struct Exchange {
    answers: u32,
}

struct Lines {
    line: Line,
}

#[process(inputs = [domain.answers], outputs = [domain.answers], effects = [line])]
async fn call(ctx: Ctx<Exchange, (), Lines>) {
    ctx.effects.line.answer_after(Duration::from_millis(30)).await;
    *ctx.domain.answers += 1;
}

/// Takes a while, and the thread with it.
#[process(inputs = [domain.answers], outputs = [domain.answers], effects = [line])]
fn dial(ctx: Ctx<Exchange, (), Lines>) {
    let _ = &ctx.effects.line;
    std::thread::sleep(Duration::from_millis(3));
    *ctx.domain.answers += 1;
}

/// Nobody will ever wake it.
#[process(inputs = [domain.answers], outputs = [domain.answers], effects = [line])]
async fn call_nobody(ctx: Ctx<Exchange, (), Lines>) {
    let _ = &ctx.effects.line;
    pending::<()>().await;
    *ctx.domain.answers += 100;
}

type CallEngine = Engine<Exchange, (), Lines>;

fn exchange() -> CallEngine {
    let builder = Engine::builder(Exchange::default()).effects(Lines { line: Line });
    builder.process::<Call>().process::<Dial>().process::<CallNobody>().build().unwrap()
}

const CALLS: &str = "
states:
  S: { entry: [{ run: call, timeout: 1h }], events: { EVT_CHAIN_DONE: T, EVT_CHAIN_FAIL: LOST }, after: { 2h: LOST } }
  T: { after: { 10s: E } }
  LOST: { final: true }
  E: { final: true }
";

fn caller(flow: &str) -> (WorkflowManager<Exchange, (), Lines>, VirtualClock) {
    let clock = VirtualClock::new();
    (WorkflowManager::from_text(&exchange(), "calls.yaml", flow).unwrap().clock(clock.clone()), clock)
}

#[test]
fn something_real_is_waited_for_while_a_virtual_clock_stands_still() {
    let (mut desk, clock) = caller(CALLS);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), seconds(&clock)), ("E", 10.0), "blocking");
    let (mut desk, clock) = caller(CALLS);
    block_on(desk.drive(&clock)).unwrap();
    assert_eq!((desk.state(), seconds(&clock)), ("E", 10.0), "as a task");
    let (mut desk, clock) = caller(CALLS);
    block_on(desk.run_for_async(3_600 * SECOND)).unwrap();
    assert_eq!((desk.state(), seconds(&clock)), ("E", 10.0), "for an hour");
    let (mut desk, clock) = caller(CALLS);
    assert!(desk.wait_for("T", 3_600 * SECOND).unwrap());
    assert_eq!(seconds(&clock), 0.0);
}

#[test]
fn a_stepped_pool_waits_for_it_too() {
    for in_the_end in [false, true] {
        let clock = VirtualClock::new();
        let calls = Sessions::of_text(&exchange(), "calls.yaml", CALLS).unwrap();
        let calls = calls.stepped(7).clock(clock.clone()).start().unwrap();
        for name in ["one", "two", "three"] {
            calls.open(name, Exchange::default()).unwrap();
        }
        if in_the_end {
            calls.step_until_idle(1_000);
            assert!(calls.shut_down(3_600 * SECOND));
            assert_eq!(calls.states("two").unwrap(), ["S"], "its chain is done, nothing else is begun");
        } else {
            calls.wait_for("one", "T", LONG).unwrap();
            calls.step_to_the_end(1_000);
            assert_eq!((calls.census().finished, calls.states("two").unwrap()), (3, vec!["E".to_owned()]));
        }
        let answers = calls.engine("two").unwrap().snapshot().unwrap().to_context().answers;
        assert_eq!(answers, 1);
        assert!(seconds(&clock) <= 10.0, "{}", seconds(&clock));
    }
}

#[test]
fn what_nothing_real_will_wake_is_not_waited_for() {
    let flow = CALLS.replace("{ run: call,", "{ run: call_nobody,");
    let begin = Instant::now();
    for _ in 0..5 {
        let (mut desk, clock) = caller(&flow);
        desk.run_until_final().unwrap();
        assert_eq!((desk.state(), seconds(&clock)), ("LOST", 3_600.0));
        let (mut desk, clock) = caller(&flow);
        block_on(desk.drive(&clock)).unwrap();
        assert_eq!((desk.state(), seconds(&clock)), ("LOST", 3_600.0));
    }
    assert!(begin.elapsed() < 5 * SECOND, "a second each, if it were waited for: {:?}", begin.elapsed());
}

#[test]
fn what_never_answers_is_given_up_when_the_patience_is_over() {
    let flow =
        "states: { S: { entry: [{ run: wait, timeout: 1h }], events: { EVT_CHAIN_FAIL: E } }, E: { final: true } }";
    for as_task in [false, true] {
        let (engine, outside) = shop(Shop::default());
        let clock = VirtualClock::new().with_patience(Duration::from_millis(60));
        let mut desk = of(&engine, flow).clock(clock.clone());
        let begin = Instant::now();
        if as_task {
            block_on(desk.drive(&clock)).unwrap()
        } else {
            desk.run_until_final().unwrap()
        };
        assert!(begin.elapsed() >= Duration::from_millis(60), "{:?}", begin.elapsed());
        assert_eq!((desk.state(), seconds(&clock), outside.waiting()), ("E", 3_600.0, 0));
    }
}

#[test]
fn workflows_on_one_clock_have_their_timers_in_order() {
    let clock = VirtualClock::new();
    let flow = |every: u32| format!("states: {{ S: {{ after: {{ {every}s: {{ steps: [a], to: S }}, 1m: S }} }} }}");
    let (first, _) = shop(Shop::default());
    let (second, _) = shop(Shop::default());
    let mut slow = of(&first, &flow(10)).clock(clock.clone());
    let mut quick = of(&second, &flow(4)).clock(clock.clone());
    let mut slow = Task::new(slow.run_for_async(21 * SECOND));
    let mut quick = Task::new(quick.run_for_async(21 * SECOND));
    let mut seen = Vec::new();
    while !(slow.is_done() && quick.is_done()) {
        for task in [&mut slow, &mut quick] {
            if !task.is_done() && task.is_woken() {
                let _ = task.poll();
            }
        }
        let now = (seconds(&clock), log(&first).len(), log(&second).len());
        if seen.last() != Some(&now) {
            seen.push(now);
        }
    }
    for (time, slow, quick) in seen {
        assert!(slow as f64 <= time / 10.0 && quick as f64 <= time / 4.0, "{time}: {slow}, {quick}");
    }
    assert_eq!((log(&first).len(), log(&second).len(), seconds(&clock)), (2, 5, 21.0));
}

#[test]
fn an_event_that_another_task_is_about_to_put_on_the_bus_comes_before_a_timer_that_is_not_due() {
    let flow = "
external: [CMD_PAY]
states:
  S: { after: { 300ms: CANCELLED }, events: { CMD_PAY: PAID } }
  CANCELLED: { final: true }
  PAID: { final: true }
";
    let (mut desk, engine, _, clock) = desk(flow);
    let mut driven = Task::new(desk.drive(&clock));
    let mut customer = Task::new(async {
        for _ in 0..8 {
            crate::executor::pause().await;
        }
        engine.bus().emit("CMD_PAY")
    });
    while !driven.is_done() {
        let _ = driven.poll();
        if !customer.is_done() {
            let _ = customer.poll();
        }
    }
    drop(driven);
    assert_eq!((desk.state(), seconds(&clock)), ("PAID", 0.0));
}

#[test]
fn very_many_timers_one_after_the_other_are_no_runaway() {
    let flow = "states: { S: { after: { 1s: S } } }";
    let (desk, _, _, clock) = desk(flow);
    let mut desk = desk.event_limit(100);
    let handled = block_on(desk.run_for_async(1_000 * SECOND)).unwrap();
    assert_eq!((handled.len(), seconds(&clock)), (1_001, 1_000.0));
}

#[test]
fn other_tasks_have_their_turn_after_each_step_that_takes_long() {
    let flow = "
states:
  S: { entry: [dial, dial, dial, dial], events: { EVT_CHAIN_DONE: T } }
  T: { entry: [dial, dial, dial, dial], events: { EVT_CHAIN_DONE: E } }
  E: { final: true }
";
    let engine = exchange();
    let mut desk = WorkflowManager::from_text(&engine, "calls.yaml", flow).unwrap();
    let mut driven = Task::new(desk.run_until_final_async());
    let mut seen = vec![0];
    while !driven.is_done() {
        assert!(driven.is_woken(), "it goes on by itself");
        let _ = driven.poll();
        seen.push(engine.snapshot().unwrap().to_context().answers);
    }
    assert!(seen.windows(2).all(|two| two[1] - two[0] <= 1), "one step between two looks: {seen:?}");
    assert_eq!(seen.last(), Some(&8));
}
