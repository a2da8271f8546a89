//! How many events wait in all sessions together, and who waits for room.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use allocation_counter::measure;
use serde_json::json;
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::{EmitLater, SessionError};

use super::workflow_world::{Ports, Shop, shop_of};
use crate::executor::block_on;

const LONG: Duration = Duration::from_secs(60);
const FLOW: &str = r#"
external: [CMD_ADD, CMD_END, CMD_RING]
states:
  OPEN: { events: { CMD_ADD: { steps: { run: add, with: { n: 1 } } }, CMD_RING: { steps: ring }, SIG_RUNG: OPEN, CMD_END: DONE } }
  DONE: { final: true }
"#;

type Pool = Sessions<Shop, (), Ports>;
type Later = Pin<Box<EmitLater<Shop, (), Ports>>>;

/// None: it is stepped.
fn pool(pending: usize, room: usize, workers: Option<usize>) -> Pool {
    let (engine, _) = shop_of(Shop::default(), |builder| builder.signal_capacity(room));
    let builder = Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap().pending(pending);
    let builder = match workers {
        Some(workers) => builder.workers(workers),
        None => builder.stepped(1),
    };
    let pool = builder.start().unwrap();
    for name in ["a", "b", "c"] {
        pool.open(name, Shop::default()).unwrap();
    }
    pool.step_until_idle(100);
    pool
}

fn total(pool: &Pool, session: &str) -> i64 {
    *pool.engine(session).unwrap().snapshot().unwrap().total
}

fn is_full<T: std::fmt::Debug>(result: &Result<T, SessionError>) -> bool {
    matches!(result, Err(SessionError::Full { .. }))
}

fn later(pool: &Pool, session: &str) -> Later {
    Box::pin(pool.emit_async(session, "CMD_ADD", json!(null)))
}

/// How often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll(later: &mut Later) -> Poll<Result<(), SessionError>> {
    later.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn what_has_no_room_in_the_pool_is_refused_until_there_is_some() {
    let pool = pool(3, 100, None);
    for name in ["a", "a", "b"] {
        pool.emit(name, "CMD_ADD").unwrap();
    }
    let full = pool.emit("c", "CMD_ADD");
    assert!(is_full(&full), "{full:?}");
    assert!(full.unwrap_err().to_string().contains("3 events wait in the sessions of this pool"));
    assert!(is_full(&pool.emit_urgent("a", "CMD_ADD")));
    assert!(is_full(&pool.ask("c", "CMD_ADD", json!(null)).wait(LONG)));
    assert!(is_full(&pool.ask("c", "CMD_ADD", json!(null)).once("key").wait(LONG)));
    // What is refused for another reason takes no place, and neither does what steps raise or an engine brings.
    assert_eq!(pool.pending(), Some(3));
    pool.step_until_idle(100);
    assert_eq!((pool.pending(), total(&pool, "a")), (Some(0), 2));
    for _ in 0..5 {
        assert!(matches!(pool.emit("a", "CMD_NO_SUCH"), Err(SessionError::Emit { .. })));
        pool.engine("a").unwrap().bus().emit("CMD_ADD").unwrap();
    }
    assert_eq!(pool.pending(), Some(0));
    pool.emit("b", "CMD_RING").unwrap();
    pool.step_until_idle(100);
    assert_eq!((pool.pending(), total(&pool, "a")), (Some(0), 7));
}

#[test]
fn what_waits_for_a_session_that_ends_takes_no_room_any_more() {
    let pool = pool(4, 100, None);
    for event in ["CMD_END", "CMD_ADD", "CMD_ADD"] {
        pool.emit("a", event).unwrap();
    }
    pool.pause("b").unwrap();
    pool.emit("b", "CMD_ADD").unwrap();
    pool.step_until_idle(100);
    assert_eq!(pool.pending(), Some(1), "one waits for who is paused");
    pool.close("b").unwrap();
    assert_eq!(pool.pending(), Some(0));
    assert!(matches!(pool.emit("a", "CMD_ADD"), Err(SessionError::Over { .. })));
    assert_eq!(pool.pending(), Some(0));
}

#[test]
fn who_waits_for_room_is_served_in_order_and_who_gives_up_leaves_his_place() {
    let pool = pool(1, 100, None);
    pool.emit("a", "CMD_ADD").unwrap();
    let mut line: Vec<Later> = ["b", "c", "a", "b"].into_iter().map(|name| later(&pool, name)).collect();
    let woken: Vec<Arc<Woken>> = line.iter().map(|_| Arc::default()).collect();
    for (later, woken) in line.iter_mut().zip(&woken) {
        let waker = Waker::from(Arc::clone(woken));
        assert!(later.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    assert!(is_full(&pool.emit("c", "CMD_ADD")));
    pool.step_until_idle(100);
    let counts = || woken.iter().map(|woken| woken.0.load(Ordering::SeqCst)).collect::<Vec<_>>();
    assert_eq!(counts(), [1, 0, 0, 0], "one place for the first");
    assert!(is_full(&pool.emit("c", "CMD_ADD")), "the place is his");
    assert!(matches!(poll(&mut line[0]), Poll::Ready(Ok(()))));
    pool.step_until_idle(100);
    assert_eq!((counts(), total(&pool, "b")), (vec![1, 1, 0, 0], 1));
    // The second was called and does not come, the third gives up.
    let (last, third, second) = (line.pop(), line.pop(), line.pop());
    drop(third);
    drop(second);
    assert_eq!(counts(), [1, 1, 0, 1]);
    let mut last = last.unwrap();
    assert!(matches!(poll(&mut last), Poll::Ready(Ok(()))) && poll(&mut last).is_pending());
    pool.step_until_idle(100);
    assert_eq!((total(&pool, "b"), total(&pool, "c"), pool.pending()), (2, 0, Some(0)));
    drop(later(&pool, "a"));
    pool.emit("a", "CMD_ADD").unwrap();
}

#[test]
fn it_waits_for_room_on_the_bus_of_its_session_and_others_do_not() {
    let pool = pool(100, 2, None);
    for _ in 0..2 {
        pool.emit("a", "CMD_ADD").unwrap();
    }
    assert!(matches!(pool.emit("a", "CMD_ADD"), Err(SessionError::Emit { .. })));
    let mut line: Vec<Later> = (0..3).map(|_| later(&pool, "a")).collect();
    assert!(line.iter_mut().all(|later| poll(later).is_pending()));
    assert!(matches!(poll(&mut later(&pool, "b")), Poll::Ready(Ok(()))));
    assert_eq!(pool.pending(), Some(3), "who waits has no place in the pool");
    pool.step_until_idle(100);
    for later in &mut line {
        while poll(later).is_pending() {
            assert!(pool.step(), "nobody makes room");
        }
    }
    pool.step_until_idle(100);
    assert_eq!((total(&pool, "a"), pool.pending()), (5, Some(0)));
    // Where there is never any, that is told.
    let none = self::pool(100, 0, None);
    assert!(matches!(poll(&mut later(&none, "a")), Poll::Ready(Err(SessionError::Emit { .. }))));
    assert_eq!(none.pending(), Some(0));
}

#[test]
fn who_waits_is_told_when_the_session_or_the_pool_ends() {
    for in_pool in [true, false] {
        for ends in ["close", "end", "shut down", "drop"] {
            let pool = if in_pool { pool(1, 100, None) } else { pool(100, 1, None) };
            pool.pause("a").unwrap();
            pool.emit("a", "CMD_END").unwrap();
            let mut waits = later(&pool, "a");
            assert!(poll(&mut waits).is_pending(), "{in_pool}, {ends}");
            match ends {
                "close" => drop(pool.close("a").unwrap()),
                "end" => {
                    pool.resume("a").unwrap();
                    pool.step_until_idle(100);
                }
                "shut down" => drop(pool.shut_down(Duration::from_millis(1))),
                _ => drop(pool),
            }
            let Poll::Ready(Err(error)) = poll(&mut waits) else { panic!("it waits: {in_pool}, {ends}") };
            let is_it = match ends {
                "close" => matches!(error, SessionError::Unknown { .. }),
                "end" => matches!(error, SessionError::Over { .. }),
                "shut down" => matches!(error, SessionError::ShutDown),
                _ => matches!(error, SessionError::ShutDown | SessionError::Unknown { .. }),
            };
            assert!(is_it, "{in_pool}, {ends}: {error}");
        }
    }
    let pool = pool(1, 100, Some(1));
    assert!(matches!(pool.emit_async("no", "CMD_ADD", json!(null)).wait(LONG), Err(SessionError::Unknown { .. })));
    assert!(matches!(pool.emit_async("a", "no name", json!(null)).wait(LONG), Err(SessionError::Emit { .. })));
    pool.pause("a").unwrap();
    assert!(pool.wait_until_idle(LONG));
    pool.emit("a", "CMD_ADD").unwrap();
    let late = pool.emit_async("b", "CMD_ADD", json!(null)).wait(Duration::from_millis(20)).unwrap_err();
    assert!(matches!(late, SessionError::NoRoom { .. }), "{late}");
    pool.resume("a").unwrap();
    pool.emit_async("b", "CMD_ADD", json!(null)).wait(LONG).unwrap();
    assert!(pool.wait_until_idle(LONG));
    assert_eq!((total(&pool, "a"), total(&pool, "b"), pool.pending()), (1, 1, Some(0)));
}

#[test]
fn many_who_wait_are_all_served_and_the_limit_holds() {
    for (pending, room) in [(3, 100), (100, 2), (4, 2)] {
        let pool = pool(pending, room, Some(2));
        let most = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (pool, most) = (&pool, &most);
                scope.spawn(move || {
                    for round in 0..100 {
                        let name = ["a", "b", "c"][(thread + round) % 3];
                        match round % 5 {
                            0 => block_on(pool.emit_async(name, "CMD_ADD", json!(null))).unwrap(),
                            // One who gives up at once, or is too late to.
                            1 => {
                                let late = pool.emit_async(name, "CMD_ADD", json!(null)).wait(Duration::ZERO);
                                if late.is_err() {
                                    pool.emit_async(name, "CMD_ADD", json!(null)).wait(LONG).unwrap();
                                }
                            }
                            _ => pool.emit_async(name, "CMD_ADD", json!(null)).wait(LONG).unwrap(),
                        }
                        most.fetch_max(pool.pending().unwrap(), Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(pool.wait_until_idle(LONG));
        let added: i64 = ["a", "b", "c"].into_iter().map(|name| total(&pool, name)).sum();
        assert_eq!((added, pool.pending()), (400, Some(0)), "{pending}, {room}");
        assert!(most.into_inner() <= pending);
    }
}

/// What a fast emitter leaves behind in each session, and what it needs meanwhile.
#[test]
fn a_fast_emitter_leaves_nothing_behind_and_needs_no_more_than_the_limit() {
    const SESSIONS: usize = 1_000;
    const EVENTS: usize = 100;
    let burst = |pending: usize| {
        let pool = pool(pending, 10_000, None);
        let names: Vec<String> = (0..SESSIONS).map(|number| format!("session-{number:06}")).collect();
        for name in &names {
            pool.open(name, Shop::default()).unwrap();
            // What the last event has brought along stays with a session.
            pool.emit_with(name, "CMD_ADD", json!(null)).unwrap();
            pool.step_until_idle(usize::MAX);
        }
        let burst = measure(|| {
            for name in names.iter().cycle().take(SESSIONS * EVENTS) {
                let mut later = later(&pool, name);
                while poll(&mut later).is_pending() {
                    assert!(pool.step(), "nobody makes room");
                }
            }
            pool.step_until_idle(usize::MAX);
        });
        assert_eq!((total(&pool, &names[7]), pool.pending()), (1 + 100, Some(0)));
        (burst.bytes_max / SESSIONS as u64, burst.bytes_current / SESSIONS.cast_signed() as i64)
    };
    let ((most, left), (most_of_few, left_of_few)) = (burst(usize::MAX), burst(1_000));
    println!(
        "100 events for each of 1,000 sessions: {most} bytes a session at most, {left} left; {most_of_few} and {left_of_few} where 1,000 may wait in all"
    );
    assert!(left <= 64 && left_of_few <= 64, "{left} and {left_of_few} bytes a session are left");
    assert!(most > 4_000 && most_of_few < 1_500, "{most} and {most_of_few} bytes a session");
}
