//! The epoch of a shared interlock, as effects get it: that of the look by which their run was let through, whichever way the run goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use theus_core::audit::{Interlock, Look, SharedInterlock, Unreachable};
use theus_core::engine::RunId;
use theus_core::prelude::*;
use theus_core::{EngineBuilder, Locking};

/// It is latched and reset again between any two looks.
#[derive(Clone, Default)]
struct Restless(Arc<AtomicU64>);

impl SharedInterlock for Restless {
    fn look(&self) -> Look {
        self.look_with_epoch().0
    }
    fn look_with_epoch(&self) -> (Look, u64) {
        (Look::Open, self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }
    fn latch(&self, _: &Interlock) -> Result<(), Unreachable> {
        Ok(())
    }
    fn reset(&self, _: &str, _: &str) -> Result<(), Unreachable> {
        Ok(())
    }
}

#[derive(Clone, Default, Context)]
struct Oven {
    on: bool,
    temperature: f64,
}

/// The actuator: it refuses a smaller epoch than it has seen.
#[derive(Default)]
struct Heater(Mutex<(u64, Vec<u64>)>);

impl Heater {
    fn switch(&self, epoch: u64) -> bool {
        let (seen, switched) = &mut *self.0.lock();
        if epoch < *seen {
            return false;
        }
        *seen = epoch;
        switched.push(epoch);
        true
    }
}

struct Ports {
    heater: Arc<Heater>,
}

#[derive(Debug, thiserror::Error)]
#[error("it is somebody else's")]
struct Stale;

#[process(outputs = [domain.on, domain.temperature], effects = [heater], errors = [Stale])]
fn heat(ctx: Ctx<Oven, (), Ports>) -> Result<u64, Stale> {
    let epoch = ctx.effects.epoch();
    ctx.domain.on.set(true);
    ctx.domain.temperature.set(20.0);
    if ctx.effects.heater.switch(epoch) { Ok(epoch) } else { Err(Stale) }
}

#[process(outputs = [domain.on], effects = [heater])]
async fn heat_slowly(ctx: Ctx<Oven, (), Ports>) -> (u64, String) {
    tokio::task::yield_now().await;
    let epoch = ctx.effects.epoch();
    let is_on = ctx.effects.heater.switch(epoch);
    ctx.domain.on.set(is_on);
    (epoch, ctx.effects.key().to_string())
}

#[process(outputs = [domain.on], effects = [heater], blocking)]
fn heat_apart(ctx: Ctx<Oven, (), Ports>) -> u64 {
    let epoch = ctx.effects.epoch();
    let is_on = ctx.effects.heater.switch(epoch);
    ctx.domain.on.set(is_on);
    epoch
}

fn builder(heater: &Arc<Heater>) -> EngineBuilder<Oven, (), Ports> {
    let builder = Engine::builder(Oven::default()).effects(Ports { heater: Arc::clone(heater) });
    builder.process::<Heat>().process::<HeatSlowly>().process::<HeatApart>()
}

const RECIPE: &str = "process_recipes: { heat: { outputs: [ { field: domain.temperature, max: 90, level: S } ] } }";

#[test]
fn it_is_that_of_the_look_by_which_the_run_was_let_through() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for locking in [Locking::ByKind, Locking::Optimistic, Locking::Pessimistic] {
        for has_rules in [false, true] {
            let gate = Restless::default();
            let engine = builder(&Arc::default()).locking(locking).interlock(gate.clone());
            let engine = if has_rules { engine.recipe("oven.yaml", RECIPE).unwrap() } else { engine };
            let engine = engine.build().unwrap();
            // Each run looks at least twice: the first look is the one.
            let next = || gate.0.load(Ordering::SeqCst) + 1;
            let first = next();
            assert_eq!(engine.run(Heat).unwrap(), first, "{locking:?}");
            assert!(next() > first);
            let first = next();
            assert_eq!(runtime.block_on(engine.run_async(Heat)).unwrap(), first, "{locking:?}");
            let first = next();
            assert_eq!(runtime.block_on(engine.run_async(HeatSlowly)).unwrap().0, first, "{locking:?}");
            let first = next();
            assert_eq!(engine.run(HeatApart).unwrap(), first, "{locking:?}");
            let first = next();
            assert_eq!(runtime.block_on(engine.run_async(HeatApart)).unwrap(), first, "{locking:?}");
        }
    }
}

#[test]
fn it_is_so_in_sessions_that_are_stored_or_carried_too() {
    let gate = Restless::default();
    let kept = builder(&Arc::default()).interlock(gate.clone()).store(theus_core::store::MemoryStore::new());
    let kept = kept.build().unwrap();
    let first = gate.0.load(Ordering::SeqCst) + 1;
    assert_eq!(kept.run(Heat).unwrap(), first);
    let carried = builder(&Arc::default()).interlock(gate.clone()).carried().build().unwrap();
    let session = carried.carry("a", Oven::default(), None, RunId { life: 1, turn: 0 }).unwrap();
    let first = gate.0.load(Ordering::SeqCst) + 1;
    assert_eq!(session.run(Heat).unwrap(), first);
}

#[test]
fn an_actuator_refuses_who_was_let_through_before_the_last_latch() {
    let (heater, gate) = (Arc::new(Heater::default()), Restless::default());
    let engine = builder(&heater).interlock(gate.clone()).build().unwrap();
    let (late, early) = (engine.run(Heat).unwrap(), 1);
    assert_eq!(late, early);
    // Another machine has been there since, in a later epoch.
    assert!(heater.switch(1_000));
    assert!(matches!(engine.run(Heat), Err(RunError::Process(Stale))));
    gate.0.store(2_000, Ordering::SeqCst);
    assert_eq!(engine.run(Heat).unwrap(), 2_001);
    assert_eq!(heater.0.lock().1, [1, 1_000, 2_001]);
}

#[test]
fn an_interlock_of_its_own_counts_nothing() {
    let engine = builder(&Arc::default()).build().unwrap();
    assert_eq!(engine.run(Heat).unwrap(), 0);
}
