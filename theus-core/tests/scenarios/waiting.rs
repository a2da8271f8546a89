//! Whoever waits for a session gets it in time, or is told why not; nobody waits for ever.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::task::{Context as Task, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use theus_core::prelude::*;

use crate::executor::{Task as ByHand, block_on, pause};

const SOON: Duration = Duration::from_millis(30);
/// Far more than anything here takes.
const NEVER: Duration = Duration::from_secs(30);

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    count: i64,
    other: i64,
}

/// The world: a door that is shut until it is opened, and something that is done inside of a body.
#[derive(Clone, Default)]
struct Outside {
    door: Door,
    then: Then,
}

#[derive(Clone, Default)]
struct Door(Arc<AtomicBool>);

impl Door {
    fn open(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn wait(&self) {
        while !self.0.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    async fn wait_async(&self) {
        while !self.0.load(Ordering::SeqCst) {
            pause().await;
        }
    }
}

type Action = Box<dyn Fn() + Send + Sync>;

#[derive(Clone, Default)]
struct Then(Arc<OnceLock<Action>>);

impl Then {
    fn set(&self, action: impl Fn() + Send + Sync + 'static) {
        assert!(self.0.set(Box::new(action)).is_ok());
    }

    fn act(&self) {
        if let Some(action) = self.0.get() {
            action();
        }
    }
}

type App = Ctx<Desk, (), Outside>;
type DeskEngine = Engine<Desk, (), Outside>;

#[process(inputs = [domain.count], outputs = [domain.count])]
fn add(ctx: App) -> i64 {
    *ctx.domain.count += 1;
    *ctx.domain.count
}

#[process(inputs = [domain.count], outputs = [domain.count])]
async fn add_slowly(ctx: App) {
    let before = *ctx.domain.count;
    for _ in 0..20 {
        pause().await;
    }
    ctx.domain.count.set(before + 1);
}

#[process(inputs = [domain.count], outputs = [domain.count])]
fn add_at_leisure(ctx: App) {
    let before = *ctx.domain.count;
    let mut sum = 0_u64;
    for number in 0..2_000_000_u64 {
        sum = std::hint::black_box(sum.wrapping_add(number));
    }
    ctx.domain.count.set(before + 1);
}

/// Holds the session until the door is open.
#[process(inputs = [domain.other], outputs = [domain.other], effects = [door])]
fn hold(ctx: App) {
    ctx.effects.door.wait();
    *ctx.domain.other += 1;
}

/// Has the session as its turn until the door is open.
#[process(inputs = [domain.other], outputs = [domain.other], effects = [door])]
async fn listen(ctx: App) {
    ctx.effects.door.wait_async().await;
    *ctx.domain.other += 1;
}

#[process(inputs = [domain.other], outputs = [domain.other], effects = [then])]
fn act(ctx: App) {
    ctx.effects.then.act();
    *ctx.domain.other += 1;
}

#[process(inputs = [domain.other], outputs = [domain.other], effects = [then])]
async fn act_slowly(ctx: App) {
    pause().await;
    ctx.effects.then.act();
    pause().await;
    *ctx.domain.other += 1;
}

fn desk(
    options: impl FnOnce(theus_core::EngineBuilder<Desk, (), Outside>) -> theus_core::EngineBuilder<Desk, (), Outside>,
) -> (DeskEngine, Outside) {
    let outside = Outside::default();
    let builder = Engine::builder(Desk::default())
        .effects(outside.clone())
        .process::<Add>()
        .process::<AddSlowly>()
        .process::<AddAtLeisure>()
        .process::<Hold>()
        .process::<Listen>()
        .process::<Act>()
        .process::<ActSlowly>();
    (options(builder).build().unwrap(), outside)
}

/// What the work gives, which is done on another thread; a test that waits for ever fails.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || send.send(work()));
    receive.recv_timeout(NEVER).expect("it waits for ever, or it panicked")
}

/// A thread that holds the session, once it does.
fn holding(engine: &DeskEngine) -> thread::JoinHandle<()> {
    let other = engine.clone();
    let holder = thread::spawn(move || other.run(Hold {}).unwrap());
    while engine.try_snapshot().unwrap().is_some() {
        thread::yield_now();
    }
    holder
}

fn state(engine: &DeskEngine) -> (Desk, u64) {
    let now = engine.snapshot().unwrap();
    (now.to_context(), now.version())
}

#[test]
fn every_process_runs_as_a_task_and_blocks_no_thread() {
    let (engine, outside) = desk(|builder| builder);
    assert_eq!(block_on(engine.run_async(Add {})).unwrap(), 1);
    block_on(engine.run_async(AddSlowly {})).unwrap();

    let holder = holding(&engine);
    let mut add = ByHand::new(engine.run_async(Add {}));
    let begin = Instant::now();
    assert!(
        add.poll().is_pending() && begin.elapsed() < Duration::from_secs(5),
        "a body that holds the session is not waited for"
    );
    outside.door.open();
    holder.join().unwrap();
    assert!(add.is_woken());
    assert!(matches!(add.poll(), Poll::Ready(Ok(3))));

    // The same while an `async` run has it as its turn.
    let (engine, outside) = desk(|builder| builder);
    let mut listen = ByHand::new(engine.run_async(Listen {}));
    assert!(listen.poll().is_pending());
    let mut add = ByHand::new(engine.run_async(Add {}));
    assert!(add.poll().is_pending() && !add.is_woken());
    outside.door.open();
    while listen.poll().is_pending() {}
    assert!(add.is_woken());
    assert!(matches!(add.poll(), Poll::Ready(Ok(1))));
}

/// The limit of a run is over while something else has the session: nothing is changed, and the next one runs.
#[test]
fn a_wait_ends_with_its_limit() {
    // A turn, waited for by a thread that does not drive it, and as a task.
    let (engine, outside) = desk(|builder| builder);
    let mut listen = ByHand::new(engine.run_async(Listen {}));
    assert!(listen.poll().is_pending());
    let before = state(&engine);
    let other = engine.clone();
    let error = in_time(move || other.within(SOON).run(Add {}).unwrap_err());
    let RunError::TimedOut(late) = &error else { panic!("{error}") };
    assert_eq!((late.process(), late.limit(), late.held_by()), ("add", SOON, Some("listen")));
    let text = error.to_string();
    assert!(
        text.starts_with("`add` was given up after its limit of 30ms of waiting for the session, which `listen` has"),
        "{text}"
    );
    let error = block_on(engine.within(SOON).run_async(Add {})).unwrap_err();
    assert!(matches!(&error, RunError::TimedOut(late) if late.held_by() == Some("listen")), "{error}");
    let error = block_on(engine.within(SOON).run_async(Listen {})).unwrap_err();
    assert!(matches!(&error, RunError::TimedOut(_)), "{error}");
    assert_eq!(state(&engine), before);
    assert!(engine.within(SOON).snapshot().is_ok(), "a look waits for no lease");
    outside.door.open();
    while listen.poll().is_pending() {}
    assert_eq!(engine.within(SOON).run(Add {}).unwrap(), 1, "nobody is left in the line");

    // A thread inside a body.
    let (engine, outside) = desk(|builder| builder);
    let holder = holding(&engine);
    assert!(matches!(engine.within(SOON).run(Add {}), Err(RunError::TimedOut(_))));
    assert!(matches!(engine.within(SOON).snapshot(), Err(RunError::TimedOut(_))));
    assert!(matches!(engine.within(SOON).next_event(), Err(RunError::TimedOut(_))));
    assert!(matches!(engine.within(SOON).explain(&Add {}), Err(RunError::TimedOut(_))));
    assert!(matches!(block_on(engine.within(SOON).run_async(Add {})), Err(RunError::TimedOut(_))));
    assert!(matches!(block_on(engine.within(SOON).run_async(AddSlowly {})), Err(RunError::TimedOut(_))));
    outside.door.open();
    holder.join().unwrap();
    assert_eq!(state(&engine), (Desk { count: 0, other: 1 }, 1));
    assert_eq!(engine.within(NEVER).run(Add {}).unwrap(), 1);
}

#[test]
fn a_body_ends_with_its_limit() {
    let (engine, outside) = desk(|builder| builder);
    // An `async` body is dropped, be it with effects or without.
    let error = block_on(engine.within(SOON).run_async(Listen {})).unwrap_err();
    assert_eq!(error.to_string(), "`listen` was not done within its limit of 30ms: it was stopped and rolled back");
    assert_eq!(state(&engine), (Desk::default(), 0));
    // A plain one cannot be: what it wrote is rolled back when it returns.
    let opener = outside.door.clone();
    let opening = thread::spawn(move || {
        thread::sleep(2 * SOON);
        opener.open();
    });
    let error = engine.within(SOON).run(Hold {}).unwrap_err();
    assert_eq!(error.to_string(), "`hold` was not done within its limit of 30ms: what it wrote was rolled back");
    assert_eq!(state(&engine), (Desk::default(), 0));
    opening.join().unwrap();
    // The door is open now.
    engine.within(NEVER).run(Hold {}).unwrap();
    block_on(engine.within(NEVER).run_async(Listen {})).unwrap();
    assert_eq!(state(&engine), (Desk { count: 0, other: 2 }, 2));
    // Without any time nothing begins.
    assert!(matches!(engine.within(Duration::ZERO).run(Add {}), Err(RunError::TimedOut(_))));
    assert!(matches!(block_on(engine.within(Duration::ZERO).run_async(Listen {})), Err(RunError::TimedOut(_))));
    assert_eq!(state(&engine).1, 2);
    engine.within(Duration::MAX).run(Add {}).unwrap();
}

#[test]
fn a_run_that_would_be_tried_again_and_again_ends_with_its_limit() {
    let (engine, _) = desk(|builder| builder.locking(Locking::Optimistic).attempts(u32::MAX));
    let mut run = ByHand::new(engine.within(SOON).run_async(AddSlowly {}));
    let begin = Instant::now();
    let result = loop {
        if let Poll::Ready(result) = run.poll() {
            break result;
        }
        engine.run(Add {}).unwrap();
        assert!(begin.elapsed() < NEVER);
    };
    let error = result.unwrap_err();
    assert!(matches!(error, RunError::TimedOut(_)), "{error}");
}

/// A run that is slower than the writers beside it is done all the same.
#[test]
fn a_run_that_keeps_losing_gets_the_session_to_itself() {
    for locking in [Locking::Optimistic, Locking::ByKind] {
        let (engine, _) = desk(|builder| builder.locking(locking).attempts(3));
        let mut run = ByHand::new(engine.run_async_reported(AddSlowly {}));
        let mut others = Vec::new();
        let report = loop {
            if let Poll::Ready(report) = run.poll() {
                break report;
            }
            let mut other = ByHand::new(engine.run_async(Add {}));
            if other.poll().is_pending() {
                others.push(other);
            }
        };
        report.result.unwrap();
        assert_eq!(report.attempts, 4, "three beside others, and one alone");
        assert!(!others.is_empty());
        for mut other in others {
            assert!(other.poll().is_ready());
        }
    }
    let (engine, _) = desk(|builder| builder.locking(Locking::Optimistic).attempts(2));
    let running = Arc::new(AtomicBool::new(true));
    let writer = {
        let (engine, running) = (engine.clone(), Arc::clone(&running));
        thread::spawn(move || {
            let mut written = 0;
            while running.load(Ordering::SeqCst) {
                engine.run(Add {}).unwrap();
                written += 1;
            }
            written
        })
    };
    for _ in 0..10 {
        engine.run(AddAtLeisure {}).unwrap();
    }
    running.store(false, Ordering::SeqCst);
    let written = writer.join().unwrap();
    assert_eq!(state(&engine).0.count, 10 + written);
}

/// Two engines whose bodies run each other: one of the two is refused, and the other goes on.
#[test]
fn engines_that_run_each_other_crosswise_are_told() {
    for is_async in [false, true] {
        let (one, outside_one) = desk(|builder| builder.session("one"));
        let (two, outside_two) = desk(|builder| builder.session("two"));
        let meet = Arc::new(std::sync::Barrier::new(2));
        let heard = Arc::new(Mutex::new(Vec::new()));
        for (outside, other) in [(&outside_one, two.clone()), (&outside_two, one.clone())] {
            let (meet, heard) = (Arc::clone(&meet), Arc::clone(&heard));
            outside.then.set(move || {
                meet.wait();
                let result = other.run(Add {});
                heard.lock().unwrap().push(result.map_err(|error| error.to_string()));
            });
        }
        let run = move |engine: DeskEngine| match is_async {
            true => block_on(engine.run_async(ActSlowly {})).is_ok(),
            false => engine.run(Act {}).is_ok(),
        };
        let threads = [one.clone(), two.clone()].map(|engine| thread::spawn(move || run(engine)));
        assert!(in_time(move || threads.into_iter().all(|thread| thread.join().unwrap())));
        let heard = heard.lock().unwrap();
        let refused: Vec<_> = heard.iter().filter_map(|result| result.as_ref().err()).collect();
        assert_eq!(refused.len(), 1, "{heard:?}");
        let text = refused[0];
        assert!(
            text.starts_with("`add` was not started, it would wait for ever: it waits for the session `"),
            "{text}"
        );
        assert!(text.contains("whose run waits for the session `") && text.contains("in the same order"), "{text}");
        assert_eq!(state(&one).0.count + state(&two).0.count, 1);
    }
}

/// The other engine, for bodies that run it.
#[derive(Default)]
struct Cross {
    other: OnceLock<Engine<Desk, (), Crossing>>,
    refused: AtomicUsize,
}

struct Crossing {
    cross: Arc<Cross>,
}

#[process(inputs = [domain.count], outputs = [domain.count], effects = [cross])]
async fn visit(ctx: Ctx<Desk, (), Crossing>, deep: bool) {
    pause().await;
    if deep && let Some(other) = ctx.effects.cross.other.get() {
        match Box::pin(other.run_async(Visit { deep: false })).await {
            Ok(()) => {}
            Err(RunError::Deadlock(_)) => {
                ctx.effects.cross.refused.fetch_add(1, Ordering::SeqCst);
            }
            Err(error) => panic!("{error}"),
        }
    }
    *ctx.domain.count += 1;
}

/// What waits as a task is found too: no thread is blocked, and yet neither run would go on.
#[test]
fn tasks_that_wait_for_each_other_are_told() {
    let crosses = [Arc::new(Cross::default()), Arc::new(Cross::default())];
    let engines = crosses
        .clone()
        .map(|cross| Engine::builder(Desk::default()).effects(Crossing { cross }).process::<Visit>().build().unwrap());
    for (cross, other) in crosses.iter().zip([&engines[1], &engines[0]]) {
        assert!(cross.other.set(other.clone()).is_ok());
    }
    let mut tasks =
        engines.clone().map(|engine| ByHand::new(async move { engine.run_async(Visit { deep: true }).await }));
    for _ in 0..100 {
        for task in tasks.iter_mut().filter(|task| !task.is_done()) {
            if let Poll::Ready(result) = task.poll() {
                result.unwrap();
            }
        }
    }
    assert!(tasks.iter().all(ByHand::is_done), "they wait for each other");
    let refused: usize = crosses.iter().map(|cross| cross.refused.load(Ordering::SeqCst)).sum();
    let counts: i64 = engines.iter().map(|engine| *engine.snapshot().unwrap().count).sum();
    assert_eq!((refused, counts), (1, 3));
}

/// The thread that must go on with an `async` run does not wait for its end; another one may.
#[test]
fn the_thread_that_drives_a_run_is_told() {
    let (engine, outside) = desk(|builder| builder);
    let mut listen = ByHand::new(engine.run_async(Listen {}));
    assert!(listen.poll().is_pending());
    let error = engine.run(Add {}).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`add` was not started, it would wait for ever: `listen` has the session `main` until it is done, and this thread \
         drives it; use `run_async`, or run it on a thread of its own"
    );
    assert!(matches!(error, RunError::Deadlock(_)));
    assert!(engine.snapshot().is_ok() && engine.next_event().is_ok(), "what waits for no lease is done");
    let other = engine.clone();
    let waiting = thread::spawn(move || other.run(Add {}));
    thread::sleep(SOON);
    outside.door.open();
    while listen.poll().is_pending() {}
    assert_eq!(in_time(move || waiting.join().unwrap()).unwrap(), 1);
    assert_eq!(engine.run(Add {}).unwrap(), 2, "the lease is over");
}

/// Each drives one run and would wait for the other's.
#[test]
fn threads_that_drive_what_the_other_waits_for_are_told() {
    let (one, outside_one) = desk(|builder| builder);
    let (two, outside_two) = desk(|builder| builder);
    let meet = Arc::new(std::sync::Barrier::new(2));
    let drive = |own: DeskEngine, outside: Outside, other: DeskEngine| {
        let meet = Arc::clone(&meet);
        thread::spawn(move || {
            let mut listen = ByHand::new(own.run_async(Listen {}));
            assert!(listen.poll().is_pending());
            meet.wait();
            let result = other.run(Add {});
            outside.door.open();
            while listen.poll().is_pending() {}
            matches!(result, Err(RunError::Deadlock(_)))
        })
    };
    let threads = [drive(one.clone(), outside_one, two.clone()), drive(two, outside_two, one)];
    let refused = in_time(move || threads.map(|thread| usize::from(thread.join().unwrap())));
    assert_eq!(refused.iter().sum::<usize>(), 1);
}

/// A body that joins a thread which runs the same engine: nobody can know, so the wait ends after a while.
#[test]
fn a_body_that_waits_for_who_waits_for_it_ends() {
    let (engine, outside) = desk(|builder| builder.lock_timeout(SOON));
    let (inside, heard) = (engine.clone(), Arc::new(Mutex::new(Vec::new())));
    let hears = Arc::clone(&heard);
    outside.then.set(move || {
        let engine = inside.clone();
        let joined = thread::spawn(move || engine.run(Add {}));
        hears.lock().unwrap().push(joined.join().unwrap().unwrap_err().to_string());
    });
    let other = engine.clone();
    in_time(move || {
        other.run(Act {}).unwrap();
        block_on(other.run_async(ActSlowly {})).unwrap();
    });
    let heard = heard.lock().unwrap();
    assert!(
        heard[0].starts_with("`add` was given up after 30ms of waiting for the session, which others hold; where"),
        "{}",
        heard[0]
    );
    assert!(heard[1].contains("which `act_slowly` has until it is done (on thread `"), "{}", heard[1]);
    assert_eq!(state(&engine), (Desk { count: 0, other: 2 }, 2));
}

/// Polls of tasks that wait for one session: each is woken when it is its turn, and not for those before it.
#[test]
fn who_waits_is_polled_when_it_is_its_turn() {
    struct Polls(AtomicUsize, AtomicBool);
    impl Wake for Polls {
        fn wake(self: Arc<Self>) {
            self.1.store(true, Ordering::SeqCst);
        }
    }
    let polls = |waiting: usize| {
        let (engine, outside) = desk(|builder| builder);
        let mut first = ByHand::new(engine.run_async(Listen {}));
        assert!(first.poll().is_pending());
        outside.door.open();
        let polls: Vec<_> = (0..waiting).map(|_| Arc::new(Polls(AtomicUsize::new(0), AtomicBool::new(true)))).collect();
        let mut runs: Vec<_> = (0..waiting).map(|_| Some(Box::pin(engine.run_async(Add {})))).collect();
        let mut order = Vec::new();
        let mut left = waiting;
        while left > 0 {
            for at in 0..waiting {
                if !polls[at].1.swap(false, Ordering::SeqCst) {
                    continue;
                }
                let Some(run) = &mut runs[at] else { continue };
                polls[at].0.fetch_add(1, Ordering::SeqCst);
                let waker = Waker::from(Arc::clone(&polls[at]));
                if run.as_mut().poll(&mut Task::from_waker(&waker)).is_ready() {
                    order.push(at);
                    runs[at] = None;
                    left -= 1;
                }
            }
            if !first.is_done() {
                let _ = first.poll();
            }
        }
        assert!(order.is_sorted(), "first come, first served");
        polls.iter().map(|polls| polls.0.load(Ordering::SeqCst)).sum::<usize>()
    };
    assert_eq!((polls(50), polls(200)), (100, 400), "once to wait, once to run");
}

/// A task that was woken and is not polled keeps the session from others for a moment only.
#[test]
fn a_task_that_is_not_polled_keeps_nobody_out() {
    let (engine, outside) = desk(|builder| builder);
    let mut listen = ByHand::new(engine.run_async(Listen {}));
    assert!(listen.poll().is_pending());
    let mut forgotten = ByHand::new(engine.run_async(Add {}));
    assert!(forgotten.poll().is_pending());
    let mut second = pin!(engine.run_async(Add {}));
    assert!(second.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_pending());
    outside.door.open();
    while listen.poll().is_pending() {}
    assert!(forgotten.is_woken());
    let other = engine.clone();
    assert_eq!(in_time(move || other.run(Add {})).unwrap(), 1);
    assert_eq!(block_on(second).unwrap(), 2);
    assert!(matches!(forgotten.poll(), Poll::Ready(Ok(3))));
}

/// Who gives up waiting, whether it was woken or not, lets the others go on.
#[test]
fn a_task_that_gives_up_waiting_takes_nothing_with_it() {
    let (engine, outside) = desk(|builder| builder);
    let mut listen = ByHand::new(engine.run_async(Listen {}));
    assert!(listen.poll().is_pending());
    let mut tasks: Vec<_> = (0..4).map(|_| ByHand::new(engine.run_async(Add {}))).collect();
    assert!(tasks.iter_mut().all(|task| task.poll().is_pending()));
    drop(tasks.remove(1));
    outside.door.open();
    while listen.poll().is_pending() {}
    assert!(tasks[0].is_woken() && !tasks[1].is_woken());
    drop(tasks.remove(0));
    assert!(tasks[0].is_woken());
    assert!(tasks[0].poll().is_ready() && tasks[1].is_woken() && tasks[1].poll().is_ready());
    assert_eq!(state(&engine).0.count, 2);
}

/// A server of two threads, in which requests run both kinds of processes, plain runs among them.
#[test]
fn a_server_of_two_workers_goes_on() {
    let serve = |runtime: tokio::runtime::Runtime| {
        let (engine, outside) = desk(|builder| builder);
        outside.door.open();
        outside.then.set(|| thread::sleep(Duration::from_micros(200)));
        runtime.block_on(async move {
            let mut requests = Vec::new();
            for number in 0..60 {
                let engine = engine.clone();
                requests.push(tokio::spawn(async move {
                    match number % 4 {
                        0 => engine.run_async(ActSlowly {}).await.is_ok(),
                        1 => match engine.run(Add {}) {
                            Ok(_) => true,
                            // As the text says.
                            Err(RunError::Deadlock(_)) => engine.run_async(Add {}).await.is_ok(),
                            Err(error) => panic!("{error}"),
                        },
                        2 => engine.run_async(Add {}).await.is_ok(),
                        _ => tokio::task::spawn_blocking(move || engine.run(Add {}).is_ok()).await.unwrap(),
                    }
                }));
            }
            let mut done = 0;
            for request in requests {
                done += usize::from(request.await.unwrap());
            }
            (done, state(&engine))
        })
    };
    let build = |mut builder: tokio::runtime::Builder| builder.worker_threads(2).enable_time().build().unwrap();
    for builder in [tokio::runtime::Builder::new_multi_thread, tokio::runtime::Builder::new_current_thread] {
        let (done, (desk, version)) = in_time(move || serve(build(builder())));
        assert_eq!((done, desk, version), (60, Desk { count: 45, other: 15 }, 60));
    }
}

mod wakers {
    use std::pin::pin;
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::sync::{Arc, Mutex};
    use std::task::{Context, Wake, Waker};
    use std::time::Duration;

    use theus_core::prelude::*;

    use crate::executor::{block_on, pause};

    #[derive(Clone, Default, theus_core::prelude::Context)]
    struct Cell {
        number: i64,
    }

    #[process(outputs = [domain.number])]
    fn set(ctx: Ctx<Cell>, to: i64) {
        ctx.domain.number.set(to);
    }

    #[process(outputs = [domain.number])]
    async fn set_later(ctx: Ctx<Cell>, to: i64) {
        pause().await;
        ctx.domain.number.set(to);
    }

    struct Calls(Mutex<Option<Box<dyn FnOnce() + Send>>>);

    impl Wake for Calls {
        fn wake(self: Arc<Self>) {
            let call = self.0.lock().unwrap().take();
            if let Some(call) = call {
                call();
            }
        }
    }

    #[test]
    fn a_waker_that_runs_the_engine_for_which_its_task_waits_is_not_in_its_own_way() {
        let builder = Engine::builder(Cell::default()).process::<Set>().process::<SetLater>();
        let engine = builder.locking(Locking::Pessimistic).build().unwrap();
        let idle = &mut Context::from_waker(Waker::noop());
        let mut has_it = Box::pin(engine.run_async(SetLater { to: 1 }));
        assert!(has_it.as_mut().poll(idle).is_pending());
        let mut never_polled_again = pin!(engine.run_async(Set { to: 2 }));
        assert!(never_polled_again.as_mut().poll(idle).is_pending());
        let (told, heard) = channel();
        let theirs = engine.clone();
        let call = move || told.send(theirs.run(Set { to: 3 }).is_ok()).unwrap();
        let calls = Waker::from(Arc::new(Calls(Mutex::new(Some(Box::new(call))))));
        let mut waits = pin!(engine.run_async(Set { to: 4 }));
        assert!(waits.as_mut().poll(&mut Context::from_waker(&calls)).is_pending());
        drop(has_it);
        assert_eq!(heard.recv_timeout(Duration::from_secs(20)), Ok::<_, RecvTimeoutError>(true));
        block_on(waits).unwrap();
        assert_eq!(*engine.snapshot().unwrap().number, 4);
    }
}
