//! Code of strangers in the midst of a workflow: looks, clocks, wakers.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as Task, Wake, Waker};
use std::time::SystemTime;

use theus_core::prelude::*;
use theus_core::workflow::sessions::SessionStatus;
use theus_core::workflow::{Clock, WorkflowError};
use theus_core::{Inspect, Shape, Value};

use super::sessions_pool::{LONG, log, shops};
use super::workflow_world::{Shop, of, shop};

/// Cannot be looked at when it is 13.
#[derive(Clone, Default, serde::Serialize)]
struct Shy(i64);

impl Inspect for Shy {
    fn shape() -> Shape {
        i64::shape()
    }
    fn inspect(&self) -> Value<'_> {
        assert_ne!(self.0, 13, "do not look");
        self.0.inspect()
    }
}

#[derive(Clone, Default, Context)]
struct House {
    cat: Shy,
    fed: i64,
    sig_bell: bool,
}

#[process(outputs = [domain.cat])]
fn hide(ctx: Ctx<House>) {
    ctx.domain.cat.set(Shy(13));
}

#[process(outputs = [domain.fed])]
fn feed(ctx: Ctx<House>, n: i64) {
    ctx.domain.fed.set(n);
}

#[process(outputs = [domain.sig_bell])]
fn ring_bell(ctx: Ctx<House>) {
    ctx.domain.sig_bell.set(true);
}

#[test]
fn a_guard_and_an_argument_that_panic_have_no_value_and_lose_nothing() {
    let flow = "
external: [CMD_END]
initialised: [domain.cat]
states:
  S: { events: { SIG_BELL: { to: FED, when: domain.cat == 1 }, CMD_END: FED } }
  FED: { entry: { run: feed, with: { n: '${ domain.cat }' } }, events: { EVT_CHAIN_FAIL: E } }
  E: { final: true }
";
    let builder = Engine::builder(House::default()).process::<Hide>().process::<Feed>().process::<RingBell>();
    let engine = builder.build().unwrap();
    let mut house = WorkflowManager::from_text(&engine, "house.yaml", flow).unwrap();
    engine.run(Hide {}).unwrap();
    engine.run(RingBell {}).unwrap();
    let error = house.run_until_idle().unwrap_err();
    assert!(matches!(error, WorkflowError::NoValue { .. }), "{error}");
    assert!(error.to_string().ends_with("`domain.cat == 1` has no value: it panicked: assertion `left != right` failed: do not look\n  left: 13\n right: 13"), "{error}");
    assert!(!engine.snapshot().unwrap().to_context().sig_bell, "the signal of its event is at rest");
    house.emit("CMD_END").unwrap();
    house.run_until_final().unwrap();
    assert_eq!(house.state(), "E", "{}", house.trace());
}

/// A clock that panics when it is asked while it is told to.
#[derive(Clone, Default)]
struct Cursed(Arc<AtomicBool>);

impl Clock for Cursed {
    fn now(&self) -> SystemTime {
        assert!(!self.0.load(Ordering::SeqCst), "the clock is broken");
        SystemTime::UNIX_EPOCH
    }
}

#[test]
fn a_clock_that_panics_costs_no_event() {
    let flow = "external: [CMD_GO]\nstates: { S: { events: { CMD_GO: T } }, T: { entry: a, events: { EVT_CHAIN_DONE: E } }, E: { final: true } }";
    let (engine, _) = shop(Shop::default());
    let clock = Cursed::default();
    let mut desk = of(&engine, flow).clock(clock.clone());
    desk.run_until_idle().unwrap();
    desk.emit("CMD_GO").unwrap();
    let broken = |is_broken| clock.0.store(is_broken, Ordering::SeqCst);
    broken(true);
    assert!(catch_unwind(AssertUnwindSafe(|| desk.process_event())).is_err());
    assert_eq!(engine.bus().len(), 1);
    broken(false);
    // The move and its chain; the clock breaks before the chain's end is heard.
    desk.process_event().unwrap();
    broken(true);
    assert!(catch_unwind(AssertUnwindSafe(|| desk.process_event())).is_err());
    broken(false);
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "E");
}

/// A task that cannot be woken.
struct Evil;

impl Wake for Evil {
    fn wake(self: Arc<Self>) {
        panic!("let me sleep");
    }
}

/// A task that notes that it was woken.
struct Good(Arc<AtomicBool>);

impl Wake for Good {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_task_that_panics_when_it_is_woken_stops_no_worker() {
    let (builder, _) = shops();
    let shops = builder.workers(1).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    assert!(shops.wait_until_idle(LONG));
    let mut waits = Box::pin(shops.wait_for_async("one", "DONE"));
    let evil = Waker::from(Arc::new(Evil));
    assert!(waits.as_mut().poll(&mut Task::from_waker(&evil)).is_pending());
    let told = Arc::new(AtomicBool::new(false));
    let mut waits_too = Box::pin(shops.wait_for_async("one", "DONE"));
    let good = Waker::from(Arc::new(Good(Arc::clone(&told))));
    assert!(waits_too.as_mut().poll(&mut Task::from_waker(&good)).is_pending());
    shops.emit("one", "CMD_END").unwrap();
    shops.open("two", Shop::default()).unwrap();
    shops.emit_with("two", "CMD_NOTE", serde_json::json!({ "text": "alive" })).unwrap();
    assert!(shops.wait_until_idle(LONG), "the worker goes on");
    assert_eq!((shops.status("one").unwrap(), log(&shops, "two")), (SessionStatus::Finished, vec!["alive".to_owned()]));
    assert_eq!(shops.census().troubles, 1);
    assert!(told.load(Ordering::SeqCst), "who waits behind it is woken all the same");
}
