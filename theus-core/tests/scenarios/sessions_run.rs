//! Runs in the sessions of a pool, beside their workflows.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::json;
use theus_core::RunError;
use theus_core::engine::ArgumentError;
use theus_core::prelude::*;
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::{SessionError, SessionRunError};

use super::workflow_world::{Add, App, Charge, ChargeError, Note, Outside, Ports, Ring, Shop, Think, Wait, shop_of};
use crate::executor::block_on;

const LONG: Duration = Duration::from_secs(20);

type Pool = Sessions<Shop, (), Ports>;

#[derive(Debug, thiserror::Error)]
#[error("{0} is too heavy")]
struct TooHeavy(i64);

#[process(inputs = [domain.total], outputs = [domain.total], errors = [TooHeavy], blocking)]
fn weigh(ctx: App, n: i64) -> Result<i64, TooHeavy> {
    *ctx.domain.total += n;
    if n > 100 { Err(TooHeavy(n)) } else { Ok(*ctx.domain.total) }
}

/// No engine here knows it.
#[process(outputs = [domain.total])]
fn stranger(ctx: App) {
    ctx.domain.total.set(-1);
}

const FLOW: &str = "
external: [CMD_END, CMD_FAIL, CMD_WAIT]
states:
  OPEN: { events: { SIG_RUNG: RUNG, CMD_END: DONE, CMD_FAIL: FAILED, CMD_WAIT: { steps: wait_too } } }
  RUNG: { entry: { run: note, with: { text: rung } }, events: { CMD_END: DONE } }
  DONE: { final: true }
  FAILED: { final: true, entry: refuse }
";

const RECIPE: &str = "
process_recipes: { add: { outputs: [ { field: domain.total, max: 50, level: B } ] } }
";

fn pool() -> (Pool, Outside) {
    let (engine, outside) =
        shop_of(Shop::default(), |builder| builder.process::<Weigh>().recipe("audit.yaml", RECIPE).unwrap());
    let pool = Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap().workers(2).start().unwrap();
    pool.open("one", Shop::default()).unwrap();
    (pool, outside)
}

fn state(pool: &Pool) -> (i64, Vec<String>) {
    let snapshot = pool.engine("one").unwrap().snapshot().unwrap();
    (*snapshot.total, snapshot.log.clone())
}

#[test]
fn every_kind_of_process_is_run_with_its_own_output_and_errors() {
    let (pool, _) = pool();
    let total: i64 = pool.run("one", Add { n: 3 }).wait(LONG).unwrap();
    assert_eq!((total, pool.run("one", Weigh { n: 4 }).wait(LONG).unwrap()), (3, 7));
    block_on(async {
        pool.run("one", Think {}).await.unwrap();
        assert_eq!(pool.run("one", Add { n: 1 }).await.unwrap(), 8);
        assert_eq!(pool.run("one", Weigh { n: 1 }).await.unwrap(), 9);
    });
    let declared = pool.run("one", Weigh { n: 101 }).wait(LONG).unwrap_err();
    assert_eq!(declared.to_string(), "101 is too heavy");
    let declared: SessionRunError<ChargeError> = pool.run("one", Charge { amount: 500 }).wait(LONG).unwrap_err();
    assert!(matches!(declared.process_error(), Some(ChargeError::TooMuch(_))), "{declared}");
    assert_eq!(state(&pool), (9, vec!["thought".to_owned()]), "what fails changes nothing");
}

#[test]
fn a_process_is_run_by_its_name_whatever_its_kind() {
    let (pool, _) = pool();
    let run = |process: &str, arguments| pool.run_named("one", process, &arguments).wait(LONG);
    assert_eq!(run("add", json!({ "n": 3 })).unwrap(), Some(json!(3)));
    assert_eq!(run("weigh", json!({ "n": 4 })).unwrap(), Some(json!(7)));
    assert_eq!(run("think", json!(null)).unwrap(), Some(json!(null)));
    assert_eq!(block_on(pool.run_named("one", "add", &json!({ "n": 1 }))).unwrap(), Some(json!(8)));
    let declared = run("charge", json!({ "amount": 500 })).unwrap_err();
    assert_eq!(declared.process_error().map(|error| error.name()), Some("TooMuch"));
    let wrong = run("weig", json!({ "n": 3 })).unwrap_err();
    assert!(matches!(&wrong, SessionRunError::Arguments(ArgumentError::Unregistered { .. })), "{wrong:?}");
    assert!(wrong.to_string().contains("did you mean `weigh`?"), "{wrong}");
    assert!(matches!(run("add", json!({ "m": 3 })), Err(SessionRunError::Arguments(ArgumentError::Unknown { .. }))));
    assert!(matches!(run("add", json!([3])), Err(SessionRunError::Arguments(ArgumentError::NoMap { .. }))));
    let nowhere = pool.run_named("two", "no_such", &json!(null)).wait(LONG).unwrap_err();
    assert!(matches!(nowhere, SessionRunError::Session(SessionError::Unknown { .. })), "{nowhere:?}");
    assert_eq!(state(&pool).0, 8);
}

#[test]
fn it_goes_through_the_gates_of_the_engine() {
    let (pool, _) = pool();
    pool.run("one", Add { n: 50 }).wait(LONG).unwrap();
    let blocked = pool.run("one", Add { n: 1 }).wait(LONG).unwrap_err();
    assert!(matches!(blocked.run_error(), Some(RunError::Blocked(_))), "{blocked:?}");
    assert_eq!(blocked.violations().len(), 1);
    let named = pool.run_named("one", "add", &json!({ "n": 1 })).wait(LONG).unwrap_err();
    assert_eq!(named.violations().len(), 1);
    let unknown = pool.run("one", Stranger {}).wait(LONG).unwrap_err();
    assert!(matches!(unknown.run_error(), Some(RunError::Unregistered { process: "stranger" })), "{unknown:?}");
    assert_eq!(state(&pool).0, 50);
    let records = pool.engine("one").unwrap().audit_records();
    assert_eq!(records.iter().filter(|record| &*record.session == "one").count(), 2);
}

#[test]
fn a_signal_of_a_run_wakes_the_workflow() {
    let (pool, _) = pool();
    pool.run("one", Ring {}).wait(LONG).unwrap();
    pool.wait_for("one", "RUNG", LONG).unwrap();
    assert!(pool.wait_until_idle(LONG));
    assert_eq!(state(&pool).1, ["rung"]);
    // One that is paused is run in; its workflow goes on later.
    let (pool, _) = self::pool();
    pool.pause("one").unwrap();
    assert!(pool.wait_until_idle(LONG));
    pool.run("one", Ring {}).wait(LONG).unwrap();
    assert!(pool.wait_until_idle(LONG));
    assert_eq!(pool.states("one").unwrap(), ["OPEN"]);
    pool.resume("one").unwrap();
    pool.wait_for("one", "RUNG", LONG).unwrap();
}

#[test]
fn sessions_that_are_unknown_or_over_and_pools_that_end_are_refused() {
    let refused = |pool: &Pool, session: &str| {
        let named = pool.run_named(session, "add", &json!({ "n": 1 })).wait(LONG).unwrap_err();
        match (pool.run(session, Add { n: 1 }).wait(LONG).unwrap_err(), named) {
            (SessionRunError::Session(error), SessionRunError::Session(_)) => error,
            other => panic!("{other:?}"),
        }
    };
    for ends in ["CMD_END", "CMD_FAIL", "cancel"] {
        let (pool, _) = pool();
        match ends {
            "cancel" => pool.cancel("one", "enough").unwrap(),
            event => pool.emit("one", event).unwrap(),
        }
        while !pool.status("one").unwrap().is_over() {
            std::thread::yield_now();
        }
        assert!(matches!(refused(&pool, "one"), SessionError::Over { .. }), "{ends}");
        assert_eq!(state(&pool), (0, Vec::new()));
    }
    let (pool, _) = pool();
    assert!(matches!(refused(&pool, "two"), SessionError::Unknown { .. }));
    let begun_late = pool.run("one", Add { n: 1 });
    assert!(pool.shut_down(LONG));
    assert!(matches!(refused(&pool, "one"), SessionError::ShutDown));
    assert!(matches!(begun_late.wait(LONG), Err(SessionRunError::Session(SessionError::ShutDown))));
    let begun_late = pool.run("one", Add { n: 1 });
    drop(pool);
    assert!(matches!(begun_late.wait(LONG), Err(SessionRunError::Session(_))), "there is no pool any more");
}

#[test]
fn who_gives_up_changes_nothing() {
    let (pool, outside) = pool();
    let late = pool.run("one", Wait {}).wait(Duration::from_millis(20)).unwrap_err();
    let Some(RunError::TimedOut(timed_out)) = late.run_error() else { panic!("{late:?}") };
    assert_eq!((timed_out.process(), timed_out.limit()), ("wait", Duration::from_millis(20)));
    let late = pool.run_named("one", "wait", &json!(null)).wait(Duration::ZERO).unwrap_err();
    assert!(late.to_string().contains("`wait` was not done within"), "{late}");
    assert_eq!(outside.waiting(), 0, "it was let go of");
    drop(pool.run("one", Add { n: 1 }));
    {
        let mut dropped = pin!(pool.run("one", Wait {}));
        assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    outside.open();
    assert_eq!(state(&pool), (0, Vec::new()));
    pool.run("one", Wait {}).wait(LONG).unwrap();
    assert_eq!(state(&pool).1, ["waited"]);
}

#[test]
fn from_inside_a_process_or_an_observer_nothing_is_waited_for() {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let (engine, _) = shop_of(Shop::default(), |builder| builder);
    let place: Arc<OnceLock<Pool>> = Arc::default();
    let (telling, inside) = (Arc::clone(&told), Arc::clone(&place));
    let pool = Sessions::of_text(&engine, "flow.yaml", FLOW)
        .unwrap()
        .stepped(1)
        .observe(move |session, _| {
            let Some(pool) = inside.get() else { return };
            let error = pool.run(session, Add { n: 1 }).wait(LONG).unwrap_err();
            telling.lock().unwrap().push(error.to_string());
        })
        .start()
        .unwrap();
    let pool = place.get_or_init(|| pool);
    pool.open("one", Shop::default()).unwrap();
    pool.emit("one", "CMD_END").unwrap();
    pool.step_until_idle(100);
    let told = told.lock().unwrap();
    assert!(!told.is_empty() && told.iter().all(|error| error.contains("from inside a process")), "{told:?}");
}

#[test]
fn an_end_in_good_order_waits_for_runs() {
    let (pool, outside) = pool();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| pool.run("one", Wait {}).wait(LONG));
        while outside.waiting() == 0 {
            std::thread::yield_now();
        }
        let ends = scope.spawn(|| pool.shut_down(LONG));
        while !matches!(pool.emit("one", "CMD_END"), Err(SessionError::ShutDown)) {
            std::thread::yield_now();
        }
        assert!(!ends.is_finished());
        outside.open();
        assert!(waiting.join().unwrap().is_ok() && ends.join().unwrap());
    });
    assert_eq!(state(&pool).1, ["waited"]);
    let (pool, _) = self::pool();
    let mut run = pin!(pool.run("one", Wait {}));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(!pool.shut_down(Duration::from_millis(20)), "it is still under way");
}

#[test]
fn many_run_at_once_and_none_is_lost() {
    let (pool, _) = pool();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let pool = &pool;
            scope.spawn(move || {
                for round in 0..30 {
                    if (thread + round) % 2 == 0 {
                        pool.run("one", Weigh { n: 1 }).wait(LONG).unwrap();
                    } else {
                        block_on(pool.run("one", Note { text: thread.to_string() })).unwrap();
                    }
                }
            });
        }
    });
    let (total, log) = state(&pool);
    assert_eq!((total, log.len()), (60, 60));
}

#[test]
fn its_future_goes_to_another_thread_and_is_over_once() {
    const fn is_send<T: Send + 'static>(_: &T) {}
    let (pool, _) = pool();
    let (run, named) = (pool.run("one", Add { n: 1 }), pool.run_named("one", "add", &json!({ "n": 1 })));
    is_send(&run);
    is_send(&named);
    assert_eq!(format!("{run:?} {named:?}").matches("\"one\"").count(), 2);
    let run = std::thread::spawn(move || {
        let mut run = run;
        let mut poll = || std::pin::Pin::new(&mut run).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Ok(1)) = poll() else { panic!("not at once") };
        poll().is_pending()
    });
    assert!(run.join().unwrap(), "it ran once");
    assert_eq!((state(&pool).0, named.wait(LONG).unwrap()), (1, Some(json!(2))));
}
