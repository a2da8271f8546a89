//! Many sessions over workers, and one session by itself.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as Task, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use theus_core::prelude::*;
use theus_core::signal::EventName;
use theus_core::workflow::Sessions;

use crate::shared::meter::{FLOW, Meter, Rise, engine};

const SESSIONS: usize = 100_000;
const EACH: usize = 8;
const LONG: Duration = Duration::from_secs(600);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on(work: impl Future<Output = ()>) {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut work = pin!(work);
    while work.as_mut().poll(&mut Task::from_waker(&waker)) == Poll::Pending {
        thread::park();
    }
}

type Work = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// A pool whose buses are full and whose workers have not begun.
fn filled(workers: usize) -> (Sessions<Meter>, Vec<Work>) {
    let works: Arc<Mutex<Vec<Work>>> = Arc::default();
    let kept = Arc::clone(&works);
    let spawn = move |work| kept.lock().expect("not poisoned").push(work);
    let pool = Sessions::of_text(&engine(), "meter.yaml", FLOW).expect("a workflow that fits").spawned(workers, spawn);
    let pool = pool.start().expect("threads");
    let go = EventName::parse("CMD_GO").expect("a name");
    for number in 0..SESSIONS {
        let name = format!("session-{number}");
        pool.open(&name, Meter::default()).expect("a new name");
        for _ in 0..EACH {
            pool.emit(&name, &go).expect("room on the bus");
        }
    }
    let works = std::mem::take(&mut *works.lock().expect("not poisoned"));
    (pool, works)
}

#[divan::bench_group(sample_count = 5, sample_size = 1)]
mod events_over_100_000_sessions {
    use super::*;

    /// The same runs on as many engines, by a loop.
    #[divan::bench]
    fn baseline_the_runs_alone(bencher: Bencher<'_, '_>) {
        let first = engine();
        let sessions: Vec<_> = (0..SESSIONS).map(|number| first.open(number.to_string(), Meter::default())).collect();
        bencher.counter(ItemsCount::new(SESSIONS * EACH)).bench_local(|| {
            for session in &sessions {
                for _ in 0..EACH {
                    let _ = black_box(session.run(Rise {}));
                }
            }
        });
    }

    #[divan::bench(args = [1, 2])]
    fn by_workers(bencher: Bencher<'_, '_>, workers: usize) {
        bencher.counter(ItemsCount::new(SESSIONS * EACH)).with_inputs(|| filled(workers)).bench_local_values(
            |(pool, works)| {
                thread::scope(|scope| {
                    for work in works {
                        scope.spawn(|| block_on(work));
                    }
                    assert!(pool.wait_until_idle(LONG), "the machine is too busy");
                    let _ = pool.shut_down(Duration::ZERO);
                });
                // What takes up memory is let go of after the measurement.
                pool
            },
        );
    }
}

#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod an_event_with_one_process {
    use super::*;

    #[divan::bench]
    fn baseline_the_run_alone(bencher: Bencher<'_, '_>) {
        let engine = engine();
        bencher.bench_local(|| engine.run(Rise {}));
    }

    /// Emitted, queued, taken, the transition found, the process run and committed.
    #[divan::bench]
    fn through_bus_fsm_and_process(bencher: Bencher<'_, '_>) {
        let engine = engine();
        let mut flow = WorkflowManager::from_text(&engine, "meter.yaml", FLOW).expect("a workflow that fits").traced(0);
        flow.run_until_idle().expect("it starts");
        bencher.bench_local(|| {
            let _ = flow.emit("CMD_GO");
            flow.process_event()
        });
    }

    /// The same through a pool: the session is found by its name, woken, driven, and rests.
    #[divan::bench]
    fn through_a_pool(bencher: Bencher<'_, '_>) {
        let pool = Sessions::of_text(&engine(), "meter.yaml", FLOW).expect("a workflow that fits").stepped(1);
        let pool = pool.start().expect("no threads");
        pool.open("one", Meter::default()).expect("a new name");
        pool.step_until_idle(100);
        let go = EventName::parse("CMD_GO").expect("a name");
        bencher.bench_local(|| {
            let _ = pool.emit("one", &go);
            pool.step_until_idle(100)
        });
    }
}
