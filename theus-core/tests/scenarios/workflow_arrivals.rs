//! What was there first is handled first: timers and events, whoever was busy meanwhile.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::task::{Context as Task, Waker};
use std::time::{Duration, SystemTime};

use theus_core::prelude::*;
use theus_core::workflow::{Clock, Position, Sessions, VirtualClock, WorkflowManager};

#[derive(Clone, Default, Context)]
struct Order {
    done: u32,
}

/// What happens outside while a process works: at which time, and what.
type During = Arc<Mutex<VecDeque<(u64, Box<dyn FnOnce() + Send>)>>>;

struct Ports {
    world: World,
}

#[derive(Clone)]
struct World {
    clock: VirtualClock,
    during: During,
}

impl World {
    fn new() -> Self {
        Self { clock: VirtualClock::new(), during: During::default() }
    }
    fn at(&self, at: u64, what: impl FnOnce() + Send + 'static) {
        self.during.lock().unwrap().push_back((at, Box::new(what)));
    }
    fn now(&self) -> SystemTime {
        self.clock.now()
    }
    /// Is busy until this time, while others do what they do.
    fn busy_until(&self, until: u64) {
        loop {
            let next = self.during.lock().unwrap().pop_front();
            let Some((at, what)) = next else { break };
            self.clock.advance_to(ms(at));
            what();
        }
        self.clock.advance_to(ms(until));
    }
}

fn ms(time: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(time)
}

type App = Ctx<Order, (), Ports>;
type OrderEngine = Engine<Order, (), Ports>;

#[process(inputs = [domain.done], outputs = [domain.done], effects = [world])]
fn work(ctx: App, until: u64) {
    ctx.effects.world.busy_until(until);
    *ctx.domain.done += 1;
}

const FLOW: &str = "
external: [CMD_WORK, CMD_PAY, CMD_STOP]
states:
  OPEN:
    after: { 300ms: CANCELLED }
    events: { CMD_PAY: PAID, CMD_STOP: STOPPED, CMD_WORK: { steps: { run: work, with: { until: 500 } } } }
  PAID: { final: true }
  STOPPED: { final: true }
  CANCELLED: { final: true }
";

fn order() -> (OrderEngine, World) {
    let world = World::new();
    let engine = Engine::builder(Order::default()).effects(Ports { world: world.clone() }).process::<Work>();
    (engine.build().unwrap(), world)
}

type Desk = WorkflowManager<Order, (), Ports>;

fn desk(engine: &OrderEngine, world: &World) -> Desk {
    WorkflowManager::from_text(engine, "order.yaml", FLOW).unwrap().clock(world.clock.clone())
}

/// Busy from 100 to 500 ms, with the payment at this time.
fn paid_at(at: u64, drive: fn(&mut Desk)) -> String {
    let (engine, world) = order();
    let mut desk = desk(&engine, &world);
    drive(&mut desk);
    world.clock.advance_to(ms(100));
    let bus = engine.bus().clone();
    world.at(at, move || bus.emit("CMD_PAY").unwrap());
    desk.emit("CMD_WORK").unwrap();
    drive(&mut desk);
    assert_eq!((*engine.snapshot().unwrap().done, world.now()), (1, ms(500)));
    desk.state().to_owned()
}

const DRIVERS: [fn(&mut Desk); 3] = [
    |desk| drop(desk.run_until_idle().unwrap()),
    |desk| while desk.process_event().unwrap().is_some() {},
    |desk| {
        let sleep = Never;
        let mut driven = Box::pin(desk.drive(&sleep));
        // More than once: a driver gives way to others now and then, sooner where the machine is busy.
        (0..50).any(|_| driven.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_ready());
    },
];

/// Nobody waits for a time: what is due is due.
struct Never;

impl theus_core::workflow::Sleep for Never {
    fn until(&self, _: SystemTime) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn an_event_that_came_before_a_timer_was_due_is_handled_before_it() {
    for drive in DRIVERS {
        assert_eq!(paid_at(150, drive), "PAID");
        assert_eq!(paid_at(299, drive), "PAID");
        assert_eq!(paid_at(300, drive), "CANCELLED", "of two at the same time it is the timer");
        assert_eq!(paid_at(350, drive), "CANCELLED");
    }
}

#[test]
fn one_that_came_before_the_timer_began_is_handled_before_it() {
    let (engine, world) = order();
    let mut desk = desk(&engine, &world);
    desk.emit("CMD_PAY").unwrap();
    world.clock.advance_to(ms(9_000));
    desk.run_until_idle().unwrap();
    assert_eq!(desk.state(), "PAID");
}

#[test]
fn what_waits_while_the_workflow_is_paused_keeps_its_order() {
    for (at, state) in [(200, "PAID"), (400, "CANCELLED")] {
        let (engine, world) = order();
        let mut desk = desk(&engine, &world);
        desk.run_until_idle().unwrap();
        desk.pause();
        world.clock.advance_to(ms(at));
        desk.emit("CMD_PAY").unwrap();
        world.clock.advance_to(ms(900));
        assert!(desk.run_until_idle().unwrap().is_empty());
        desk.resume();
        desk.run_until_idle().unwrap();
        assert_eq!(desk.state(), state);
    }
}

#[test]
fn an_urgent_event_overtakes_events_and_no_timer() {
    let (engine, world) = order();
    let mut desk = desk(&engine, &world);
    desk.run_until_idle().unwrap();
    world.clock.advance_to(ms(400));
    desk.emit_urgent("CMD_STOP").unwrap();
    desk.run_until_idle().unwrap();
    assert_eq!(desk.state(), "CANCELLED", "the timer was due before it came");
    // An event that came in time is not overtaken by the timer because an urgent one came late.
    let (engine, world) = order();
    let mut desk = self::desk(&engine, &world);
    desk.run_until_idle().unwrap();
    world.clock.advance_to(ms(200));
    desk.emit("CMD_PAY").unwrap();
    world.clock.advance_to(ms(400));
    desk.emit_urgent("CMD_STOP").unwrap();
    desk.run_until_idle().unwrap();
    assert_eq!(desk.state(), "STOPPED");
}

#[test]
fn a_timer_that_was_due_while_nobody_was_there_comes_before_what_comes_after_the_restart() {
    let (engine, world) = order();
    let mut before = desk(&engine, &world);
    before.run_until_idle().unwrap();
    let stored = serde_json::to_string(&before.position()).unwrap();
    for (now, state) in [(900, "CANCELLED"), (200, "PAID")] {
        let position: Position = serde_json::from_str(&stored).unwrap();
        let (engine, _) = order();
        let clock = VirtualClock::at(ms(now));
        let restored = WorkflowManager::restore(&engine, before.shared_definition(), &position).unwrap();
        let mut after = restored.clock(clock.clone());
        after.emit("CMD_PAY").unwrap();
        clock.advance_to(ms(900));
        after.run_until_idle().unwrap();
        assert_eq!(after.state(), state);
    }
}

#[test]
fn one_session_that_is_busy_changes_nothing_for_another() {
    for seed in 0..20 {
        for (at, state) in [(150, "PAID"), (350, "CANCELLED")] {
            let (engine, world) = order();
            let pool = Sessions::of_text(&engine, "order.yaml", FLOW).unwrap();
            let pool = Arc::new(pool.stepped(seed).clock(world.clock.clone()).start().unwrap());
            for name in ["one", "busy"] {
                pool.open(name, Order::default()).unwrap();
            }
            pool.step_until_idle(100);
            world.clock.advance_to(ms(100));
            let outside = Arc::downgrade(&pool);
            world.at(at, move || outside.upgrade().unwrap().emit("one", "CMD_PAY").unwrap());
            pool.emit("busy", "CMD_WORK").unwrap();
            pool.step_until_idle(100);
            assert_eq!((pool.states("one").unwrap(), world.now()), (vec![state.to_owned()], ms(500)), "seed {seed}");
        }
    }
}

#[test]
fn a_worker_that_is_busy_hears_an_event_before_a_timer_that_came_later() {
    let (engine, world) = order();
    let pool = Sessions::of_text(&engine, "order.yaml", FLOW).unwrap().workers(1).clock(world.clock.clone());
    let pool = Arc::new(pool.start().unwrap());
    for name in ["one", "busy"] {
        pool.open(name, Order::default()).unwrap();
    }
    let long = Duration::from_secs(20);
    assert!(pool.wait_until_idle(long));
    world.clock.advance_to(ms(100));
    let outside = Arc::downgrade(&pool);
    world.at(150, move || outside.upgrade().unwrap().emit("one", "CMD_PAY").unwrap());
    pool.emit("busy", "CMD_WORK").unwrap();
    pool.wait_for("one", "PAID", long).unwrap();
    pool.wait_for("busy", "CANCELLED", long).unwrap();
}

/// A clock that counts how often it is asked.
#[derive(Clone, Default)]
struct Counting(Arc<std::sync::atomic::AtomicU64>);

impl Clock for Counting {
    fn now(&self) -> SystemTime {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        SystemTime::UNIX_EPOCH
    }
}

#[test]
fn the_clock_is_not_asked_for_an_event_while_no_timer_runs() {
    let asked = |flow: &str| {
        let (engine, _) = order();
        let clock = Counting::default();
        let desk = WorkflowManager::from_text(&engine, "order.yaml", flow).unwrap();
        let mut desk = desk.traced(0).clock(clock.clone());
        desk.run_until_idle().unwrap();
        let before = clock.0.load(std::sync::atomic::Ordering::SeqCst);
        desk.emit("CMD_PAY").unwrap();
        clock.0.load(std::sync::atomic::Ordering::SeqCst) - before
    };
    assert_eq!(asked("external: [CMD_PAY]\nstates: { A: { events: { CMD_PAY: A } } }"), 0);
    let elsewhere = "external: [CMD_PAY]\nstates: { A: { events: { CMD_PAY: B } }, B: { after: { 1s: A } } }";
    assert_eq!(asked(elsewhere), 0);
    assert_eq!(asked(&elsewhere.replace("initial", "").replace("A: { events", "A: { after: { 1s: B }, events")), 1);
}
