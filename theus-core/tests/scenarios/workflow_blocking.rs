//! Steps that block a thread of their own: their session hears meanwhile, and who drives it goes on with others.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use theus_core::prelude::*;
use theus_core::workflow::{Sessions, Status, VirtualClock, WorkflowManager};

use super::doors::Door;

const LONG: Duration = Duration::from_secs(20);

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    log: Vec<String>,
    total: i64,
    sig_scanned: bool,
}

/// The world outside refuses so often.
struct Ports {
    refusals: Arc<AtomicU32>,
}

type App = Ctx<Desk, (), Ports>;
type DeskEngine = Engine<Desk, (), Ports>;
type Flow = WorkflowManager<Desk, (), Ports>;

#[derive(Debug, thiserror::Error)]
#[error("nobody answers")]
struct Busy;

/// Asks the world outside for as long as the door is closed. Says on which thread.
#[process(inputs = [domain.log], outputs = [domain.log, domain.sig_scanned], effects = [refusals], errors = [Busy], blocking)]
fn scan(ctx: App, door: u64) -> Result<(), Busy> {
    let thread = Door::of(door).pass();
    ctx.domain.log.push(thread);
    ctx.domain.sig_scanned.set(true);
    let refused = ctx.effects.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if refused.is_ok() { Err(Busy) } else { Ok(()) }
}

#[process(inputs = [domain.total], outputs = [domain.total], blocking)]
fn sum(ctx: App, door: u64, by: i64) -> i64 {
    *ctx.domain.total += by;
    Door::of(door).pass();
    *ctx.domain.total
}

#[process(inputs = [domain.total], blocking)]
fn burst(ctx: App, door: u64) {
    let total = *ctx.domain.total;
    Door::of(door).pass();
    panic!("burst at {total}");
}

#[process(inputs = [domain.log], outputs = [domain.log])]
fn note(ctx: App, text: String) {
    ctx.domain.log.push(text);
}

fn engine(refusals: u32) -> DeskEngine {
    let ports = Ports { refusals: Arc::new(AtomicU32::new(refusals)) };
    let builder = Engine::builder(Desk::default()).effects(ports);
    builder.process::<Scan>().process::<Sum>().process::<Burst>().process::<Note>().build().unwrap()
}

fn of(engine: &DeskEngine, flow: &str) -> Flow {
    WorkflowManager::from_text(engine, "flow.yaml", flow).unwrap_or_else(|error| panic!("{error}"))
}

fn state(engine: &DeskEngine) -> Desk {
    engine.snapshot().unwrap().to_context()
}

fn here() -> String {
    format!("{:?}", thread::current().id())
}

fn asking(door: &Door, how: &str) -> String {
    format!(
        "
external: [CMD_STOP, CMD_NOTE]
states:
  ASKING:
    invoke: {{ run: scan, with: {{ door: {} }},{how} done: DONE, on_error: {{ '*': LOST }} }}
    events: {{ CMD_STOP: STOPPED, EVT_CHAIN_FAIL: LOST }}
  DONE: {{ final: true }}
  LOST: {{ final: true }}
  STOPPED: {{ final: true }}
",
        door.number()
    )
}

/// What was let go of is still at its door, and its session has gone on without it.
fn assert_it_was_let_go_of(engine: &DeskEngine, door: &Door) {
    assert_eq!(door.inside(), 1, "its body cannot be stopped");
    engine.run(Note { text: "free".to_owned() }).unwrap();
    door.open();
    door.wait_for_nobody();
    let expected = Desk { log: vec!["free".to_owned()], ..Desk::default() };
    assert_eq!((state(engine), engine.snapshot().unwrap().version(), engine.bus().len()), (expected, 1, 0));
}

#[test]
fn a_stop_is_heard_while_it_blocks_whoever_drives_it() {
    for drives in 0..3 {
        let (engine, door, clock) = (engine(0), Door::closed(), VirtualClock::new());
        let mut desk = of(&engine, &asking(&door, "")).clock(clock.clone());
        match drives {
            0 => {
                desk.run_until_idle().unwrap();
                door.wait_for_inside(1);
                desk.emit("CMD_STOP").unwrap();
                desk.run_until_idle().unwrap();
            }
            1 => {
                let bus = engine.bus().clone();
                thread::scope(|scope| {
                    scope.spawn(|| {
                        door.wait_for_inside(1);
                        bus.emit("CMD_STOP").unwrap();
                    });
                    desk.run_until_final().unwrap();
                });
            }
            _ => {
                let mut driven = pin!(desk.drive(&clock));
                let mut poll = || driven.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                assert!(poll().is_pending());
                door.wait_for_inside(1);
                engine.bus().emit("CMD_STOP").unwrap();
                let ended = (0..1_000).find_map(|_| if let Poll::Ready(ended) = poll() { Some(ended) } else { None });
                ended.unwrap().unwrap();
            }
        }
        assert_eq!(desk.state(), "STOPPED", "{drives}");
        assert_it_was_let_go_of(&engine, &door);
    }
}

#[test]
fn a_session_that_is_cancelled_or_dropped_lets_go_of_it() {
    for is_dropped in [false, true] {
        let (engine, door) = (engine(0), Door::closed());
        let mut desk = of(&engine, &asking(&door, ""));
        desk.run_until_idle().unwrap();
        door.wait_for_inside(1);
        if is_dropped {
            drop(desk);
            assert_it_was_let_go_of(&engine, &door);
        } else {
            desk.cancel("enough");
            assert!(desk.run_until_idle().is_err());
            assert!(matches!(desk.status(), Status::Cancelled { .. }), "{:?}", desk.status());
            door.open();
            door.wait_for_nobody();
            assert_eq!((state(&engine), engine.snapshot().unwrap().version()), (Desk::default(), 0));
        }
    }
}

#[test]
fn it_leads_on_when_it_has_ended_and_a_chain_waits_for_it() {
    for chain in [
        "invoke: { run: scan, with: DOOR, done: DONE, on_error: { Busy: LOST } }",
        "entry: [{ run: scan, with: DOOR, on_error: { Busy: LOST } }, { run: note, with: { text: next } }], events: { EVT_CHAIN_DONE: DONE }",
    ] {
        let (engine, door) = (engine(0), Door::closed());
        let chain = chain.replace("DOOR", &format!("{{ door: {} }}", door.number()));
        let mut desk =
            of(&engine, &format!("states: {{ S: {{ {chain} }}, DONE: {{ final: true }}, LOST: {{ final: true }} }}"));
        thread::scope(|scope| {
            scope.spawn(|| {
                door.wait_for_inside(1);
                door.open();
            });
            desk.run_until_final().unwrap();
        });
        let log = state(&engine).log;
        assert_eq!((desk.state(), log.get(1).map(String::as_str)), ("DONE", chain.contains("note").then_some("next")));
        assert_ne!(log[0], here());
    }
}

#[test]
fn its_time_is_over_by_the_clock_that_goes_and_by_the_one_that_jumps() {
    for is_virtual in [false, true] {
        let (engine, door) = (engine(0), Door::closed());
        let flow = asking(&door, " timeout: 50ms,").replace("'*': LOST", "Timeout: STOPPED, '*': LOST");
        let mut desk = of(&engine, &flow);
        if is_virtual {
            desk = desk.clock(VirtualClock::new());
        }
        let at = Instant::now();
        desk.run_until_final().unwrap();
        assert_eq!(desk.state(), "STOPPED");
        assert!(at.elapsed() < Duration::from_secs(10), "nobody waits for the body");
        assert_it_was_let_go_of(&engine, &door);
    }
}

#[test]
fn it_is_tried_again_and_its_panic_is_a_failure_of_its_chain() {
    let (refusing, door) = (engine(2), Door::open_one());
    let flow = asking(&door, " retry: { attempts: 3, backoff: 1ms },");
    let mut desk = of(&refusing, &flow);
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), state(&refusing).log.len(), door.passed()), ("DONE", 1, 3));

    let bursting = engine(0);
    let mut desk = of(&bursting, &flow.replace("scan", "burst").replace(" retry: { attempts: 3, backoff: 1ms },", ""));
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), state(&bursting)), ("LOST", Desk::default()));
}

#[test]
fn one_worker_goes_on_with_other_sessions_and_with_this_one() {
    let (engine, door) = (engine(0), Door::closed());
    let flow = asking(&door, "")
        .replace("CMD_STOP: STOPPED", "CMD_STOP: STOPPED, CMD_NOTE: { steps: { run: note, with: { text: heard } } }");
    // What scans has its log under a lease: a note waits for it. A sum is in nobody's way.
    let flow = flow.replace("run: scan, with: {", "run: sum, with: { by: 3,");
    let pool = Sessions::of_text(&engine, "flow.yaml", &flow).unwrap().workers(1).start().unwrap();
    for name in ["one", "two"] {
        pool.open(name, Desk::default()).unwrap();
    }
    door.wait_for_inside(2);
    for name in ["one", "two"] {
        pool.emit(name, "CMD_NOTE").unwrap();
        pool.emit(name, "CMD_NOTE").unwrap();
    }
    let until = Instant::now() + LONG;
    for name in ["one", "two"] {
        while pool.engine(name).unwrap().snapshot().unwrap().log.len() < 2 {
            assert!(Instant::now() < until, "they are not heard");
            thread::yield_now();
        }
    }
    pool.emit("one", "CMD_STOP").unwrap();
    pool.wait_for("one", "STOPPED", LONG).unwrap();
    assert_eq!(door.inside(), 2);
    door.open();
    pool.wait_for("two", "DONE", LONG).unwrap();
    door.wait_for_nobody();
    assert_eq!(
        (
            *pool.engine("one").unwrap().snapshot().unwrap().total,
            *pool.engine("two").unwrap().snapshot().unwrap().total
        ),
        (0, 3)
    );
}

#[test]
fn side_by_side_each_has_a_thread() {
    let (engine, door) = (engine(0), Door::closed());
    let number = door.number();
    let mut desk = of(
        &engine,
        &format!(
            "states:\n  S: {{ invoke: {{ steps: {{ parallel: [{{ run: scan, with: {{ door: {number} }} }}, {{ run: sum, with: {{ door: {number}, by: 2 }} }}] }}, done: DONE, on_error: {{ '*': DONE }} }} }}\n  DONE: {{ final: true }}\n"
        ),
    );
    thread::scope(|scope| {
        scope.spawn(|| {
            door.wait_for_inside(2);
            door.open();
        });
        desk.run_until_final().unwrap();
    });
    let Desk { log, total, .. } = state(&engine);
    assert_eq!((desk.state(), log.len(), total), ("DONE", 1, 2));
}

/// The order of a simulation follows from its seed: there it is done in place.
#[test]
fn in_a_pool_that_is_stepped_it_is_done_in_place() {
    let (engine, door) = (engine(0), Door::open_one());
    let pool =
        Sessions::of_text(&engine, "flow.yaml", &asking(&door, "")).unwrap().stepped(1).clock(VirtualClock::new());
    let pool = pool.start().unwrap();
    pool.open("one", Desk::default()).unwrap();
    pool.step_until_idle(1_000);
    assert_eq!(pool.engine("one").unwrap().snapshot().unwrap().log, [here()]);
}
