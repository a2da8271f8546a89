//! The interlock's epoch as a fencing token: who was let through before a latch, and comes late, does nothing outside.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::json;
use theus_core::audit::{Interlock, Look, SharedInterlock, Unreachable};
use theus_core::prelude::*;
use theus_core::workflow::VirtualClock;
use theus_restate::Object;
use theus_restate::drive::{Ask, RunAsk};

use super::world::Carrier;

/// How often it was latched or reset; nobody cares here by what.
#[derive(Clone, Default)]
struct Plant(Arc<Mutex<u64>>);

impl SharedInterlock for Plant {
    fn look(&self) -> Look {
        self.look_with_epoch().0
    }
    fn look_with_epoch(&self) -> (Look, u64) {
        (Look::Open, *self.0.lock())
    }
    fn latch(&self, _: &Interlock) -> Result<(), Unreachable> {
        *self.0.lock() += 1;
        Ok(())
    }
    fn reset(&self, _: &str, _: &str) -> Result<(), Unreachable> {
        *self.0.lock() += 1;
        Ok(())
    }
}

/// It takes nothing from who has a smaller epoch than it has seen.
#[derive(Default)]
struct Heater(Mutex<Vec<u64>>);

/// What happens between a look at the interlock and the effect.
type Meanwhile = Arc<Mutex<Option<Box<dyn FnOnce() + Send>>>>;

struct Ports {
    heater: Arc<Heater>,
    meanwhile: Meanwhile,
}

#[derive(Clone, Default, Context)]
struct Oven {
    temperature: f64,
}

#[derive(Debug, thiserror::Error)]
#[error("it was latched since")]
struct Stale;

#[process(outputs = [domain.temperature], effects = [heater, meanwhile], errors = [Stale])]
fn heat(ctx: Ctx<Oven, (), Ports>, to: f64) -> Result<(), Stale> {
    if let Some(meanwhile) = ctx.effects.meanwhile.lock().take() {
        meanwhile();
    }
    let epoch = ctx.effects.epoch();
    ctx.domain.temperature.set(to);
    let mut seen = ctx.effects.heater.0.lock();
    if seen.last().is_some_and(|last| epoch < *last) {
        return Err(Stale);
    }
    seen.push(epoch);
    Ok(())
}

#[test]
fn who_was_let_through_before_a_latch_is_refused_by_what_has_seen_a_later_epoch() {
    let (plant, heater, meanwhile) = (Plant::default(), Arc::new(Heater::default()), Meanwhile::default());
    let machine = || {
        let ports = Ports { heater: Arc::clone(&heater), meanwhile: Arc::clone(&meanwhile) };
        let engine = Engine::builder(Oven::default()).effects(ports).process::<Heat>().interlock(plant.clone());
        let served = Object::new("Ovens", engine.carried().build().unwrap()).build().unwrap();
        let mut carrier = Carrier::of(served.hosted(), VirtualClock::new());
        carrier.interlock = Some(Box::new(plant.clone()));
        carrier
    };
    let (mut one, mut other) = (machine(), machine());
    let heat = || Ask::Run(RunAsk { process: "heat".to_owned(), with: json!({ "to": 20.0 }) });
    assert!(one.ask("a", heat()).unwrap().unwrap().refused.is_none());
    // It is latched, reset, and another machine has been at the heater, while the first is on its way there.
    let (reset, at) = (plant.clone(), heater.clone());
    let between = move || {
        *reset.0.lock() += 2;
        at.0.lock().push(*reset.0.lock());
    };
    *meanwhile.lock() = Some(Box::new(between));
    let told = one.ask("a", heat()).unwrap().unwrap();
    assert_eq!((told.kind(), told.version), (Some("declared"), 1), "{told:?}");
    // From then on both are of the new epoch.
    for machine in [&mut one, &mut other] {
        assert!(machine.ask("b", heat()).unwrap().unwrap().refused.is_none());
    }
    assert_eq!(*heater.0.lock(), [0, 2, 2, 2]);
}
