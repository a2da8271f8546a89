//! A session that is over: what comes too late is refused, and what was taken before is on record.

use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use theus_core::RunError;
use theus_core::signal::EmitError;
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::SessionError;

use super::workflow_world::{Add, Ring, RingLate, Shop, ShopEngine, Think, shop, shop_of};

const LONG: Duration = Duration::from_secs(30);

const FLOW: &str = "
external: [CMD_END, CMD_FAIL, CMD_NOTE]
states:
  OPEN:
    events:
      CMD_END: DONE
      CMD_FAIL: BAD
      CMD_NOTE: { steps: { run: add, with: { n: 1 } } }
      SIG_RUNG: { steps: { run: add, with: { n: 1 } } }
  DONE: { final: true }
  BAD: { entry: burst, final: true }
";

type Shops = Sessions<Shop, (), super::workflow_world::Ports>;

fn stepped(engine: &ShopEngine) -> Shops {
    Sessions::of_text(engine, "flow.yaml", FLOW).unwrap().stepped(1).traced(100).start().unwrap()
}

fn is_over<T: std::fmt::Debug, E: std::fmt::Debug>(result: Result<T, RunError<E>>) -> bool {
    matches!(result, Err(RunError::Over { .. }))
}

fn finished<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    loop {
        if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

#[test]
fn a_session_that_is_over_takes_no_command_and_shows_its_state() {
    for locking in super::LOCKINGS {
        for how in ["CMD_END", "CMD_FAIL", "cancel"] {
            let (engine, _) = shop_of(Shop::default(), |builder| builder.locking(locking));
            let pool = stepped(&engine);
            for name in ["one", "two"] {
                pool.open(name, Shop { total: 5, ..Shop::default() }).unwrap();
            }
            pool.step_until_idle(100);
            // A handle from before is no way around it.
            let one = pool.engine("one").unwrap();
            assert_eq!(one.run(Add { n: 1 }).unwrap(), 6);
            match how {
                "cancel" => pool.cancel("one", "enough").unwrap(),
                event => pool.emit("one", event).unwrap(),
            }
            pool.step_until_idle(100);
            assert!(pool.status("one").unwrap().is_over());
            for engine in [one, pool.engine("one").unwrap()] {
                assert!(is_over(engine.run(Add { n: 1 })), "{how}, {locking:?}");
                assert!(is_over(engine.run_reported(Ring {}).result));
                assert!(is_over(finished(engine.run_async(Think {}))));
                assert_eq!((*engine.snapshot().unwrap().total, engine.bus().len()), (6, 0));
                let refused = engine.bus().emit("CMD_NOTE").unwrap_err();
                assert!(matches!(refused, EmitError::Over { .. }), "{refused}");
            }
            let refused = pool.emit("one", "CMD_NOTE");
            assert!(matches!(refused, Err(SessionError::Over { .. })), "{refused:?}");
            // The nearest thing that passes.
            assert_eq!(pool.engine("two").unwrap().run(Add { n: 1 }).unwrap(), 6);
            assert_eq!(pool.close("one").unwrap().snapshot().unwrap().to_context().total, 6);
        }
    }
}

#[test]
fn the_refusal_says_what_to_do() {
    let (engine, _) = shop(Shop::default());
    let pool = stepped(&engine);
    pool.open("one", Shop::default()).unwrap();
    pool.emit("one", "CMD_END").unwrap();
    pool.step_until_idle(100);
    let refused = pool.engine("one").unwrap().run(Add { n: 1 }).unwrap_err().to_string();
    assert_eq!(refused, "`add` is not run: the workflow of this session is over; run it in another session");
    let refused = pool.engine("one").unwrap().bus().emit("CMD_NOTE").unwrap_err().to_string();
    assert_eq!(refused, "`CMD_NOTE` is not taken: the workflow is over, it takes no more events");
}

#[test]
fn what_was_accepted_before_the_end_is_traced_and_counted() {
    let (engine, _) = shop(Shop::default());
    let pool = stepped(&engine);
    pool.open("one", Shop::default()).unwrap();
    for event in ["CMD_NOTE", "CMD_END", "CMD_NOTE"] {
        pool.emit("one", event).unwrap();
    }
    pool.engine("one").unwrap().run(Ring {}).unwrap();
    pool.step_until_idle(100);
    let trace = pool.trace("one").unwrap().to_string();
    let discarded: Vec<&str> = trace.lines().filter(|line| line.contains("discarded")).collect();
    assert!(
        discarded.len() == 2 && discarded[0].ends_with("CMD_NOTE") && discarded[1].ends_with("EVT_RUNG"),
        "{trace}"
    );
    let bus = pool.engine("one").unwrap().bus().clone();
    assert_eq!((pool.census().discarded, bus.len()), (2, 2));
    assert_eq!(pool.engine("one").unwrap().snapshot().unwrap().to_context().total, 1);
}

#[test]
fn a_run_that_was_under_way_at_the_end_commits_and_its_signal_is_on_record() {
    let (engine, outside) = shop(Shop::default());
    let pool = stepped(&engine);
    pool.open("one", Shop::default()).unwrap();
    pool.step_until_idle(100);
    let one = pool.engine("one").unwrap();
    let mut run = Box::pin(one.run_async(RingLate {}));
    assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    pool.emit("one", "CMD_END").unwrap();
    pool.step_until_idle(100);
    assert!(pool.status("one").unwrap().is_over());
    outside.open();
    // What it has done outside it has done: its commit is no command that comes after the end.
    finished(run).unwrap();
    pool.step_until_idle(100);
    assert_eq!(pool.census().discarded, 1);
    assert!(pool.trace("one").unwrap().to_string().contains("discarded"));
    assert!(is_over(finished(one.run_async(RingLate {}))));
}

#[test]
fn emitting_and_running_against_the_end_is_refused_or_on_record() {
    let mut late = 0;
    for round in 0..10 {
        let (engine, _) = shop(Shop::default());
        let pool = Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap().workers(2).start().unwrap();
        pool.open("one", Shop::default()).unwrap();
        let (accepted, refused) = (AtomicU64::new(0), AtomicU64::new(0));
        let one = pool.engine("one").unwrap();
        std::thread::scope(|scope| {
            for kind in 0..3 {
                let (pool, one, accepted, refused) = (&pool, &one, &accepted, &refused);
                scope.spawn(move || {
                    // The end comes, and refuses.
                    loop {
                        let taken = match kind {
                            0 => match pool.emit("one", "CMD_NOTE") {
                                Ok(()) => true,
                                Err(SessionError::Over { .. }) => false,
                                // The bus is full.
                                Err(SessionError::Emit { source: EmitError::Full(_), .. }) => {
                                    std::thread::yield_now();
                                    continue;
                                }
                                Err(other) => panic!("{other}"),
                            },
                            1 => match one.bus().emit("CMD_NOTE") {
                                Ok(()) => true,
                                Err(EmitError::Over { .. }) => false,
                                Err(EmitError::Full(_)) => {
                                    std::thread::yield_now();
                                    continue;
                                }
                                Err(other) => panic!("{other}"),
                            },
                            _ => match one.run(Ring {}) {
                                Ok(()) => true,
                                Err(RunError::Over { .. }) => false,
                                Err(RunError::BusFull { .. } | RunError::Conflict { .. }) => {
                                    std::thread::yield_now();
                                    continue;
                                }
                                Err(other) => panic!("{other}"),
                            },
                        };
                        if taken {
                            accepted.fetch_add(1, Ordering::SeqCst);
                        } else {
                            refused.fetch_add(1, Ordering::SeqCst);
                            return;
                        }
                    }
                });
            }
            scope.spawn(|| {
                std::thread::sleep(Duration::from_micros(125 * round));
                while pool.emit("one", "CMD_END").is_err() {}
            });
        });
        assert!(pool.wait_until_idle(LONG));
        assert!(refused.load(Ordering::SeqCst) <= 3);
        late += refused.load(Ordering::SeqCst);
        let handled = u64::try_from(*one.snapshot().unwrap().total).unwrap();
        let discarded = pool.census().discarded;
        assert_eq!(handled + discarded, accepted.load(Ordering::SeqCst), "round {round}: {handled} and {discarded}");
    }
    assert!(late > 0, "nobody came too late: the end was not raced with");
}
