//! A step looks at the interlock before anything: stopped, nothing is done; not known, nothing is kept and it is made again.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Value, json};
use theus_core::audit::{Interlock, Look, SharedInterlock, Unreachable};
use theus_core::prelude::*;
use theus_restate::Object;
use theus_restate::drive::{Ask, EmitAsk, RunAsk, StepError};

use super::program;
use super::world::{Carrier, World};

#[derive(Clone, Default)]
struct Plant(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    stop: Option<Interlock>,
    is_lost: bool,
    /// So often it is known still.
    known_for: Option<u32>,
}

impl SharedInterlock for Plant {
    fn look(&self) -> Look {
        let mut state = self.0.lock();
        if let Some(left) = state.known_for {
            state.known_for = left.checked_sub(1);
            state.is_lost |= left == 0;
        }
        match (&state.stop, state.is_lost) {
            (_, true) => Look::Unknown("its lease is out".to_owned()),
            (Some(stop), _) => Look::Latched(stop.clone()),
            (None, _) => Look::Open,
        }
    }
    fn latch(&self, stop: &Interlock) -> Result<(), Unreachable> {
        self.0.lock().stop.get_or_insert_with(|| stop.clone());
        Ok(())
    }
    fn reset(&self, _: &str, _: &str) -> Result<(), Unreachable> {
        self.0.lock().stop = None;
        Ok(())
    }
}

#[derive(Clone, Default, Context)]
struct Oven {
    temperature: f64,
}

#[process(outputs = [domain.temperature])]
fn heat(ctx: Ctx<Oven>, to: f64) {
    ctx.domain.temperature.set(to);
}

const RECIPE: &str = "process_recipes: { heat: { outputs: [ { field: domain.temperature, max: 90, level: S } ] } }";

fn oven(plant: &Plant) -> Carrier {
    let builder = Engine::builder(Oven::default()).process::<Heat>().recipe("oven.yaml", RECIPE).unwrap();
    let engine = builder.interlock(plant.clone()).carried().build().unwrap();
    let served = Object::new("Ovens", engine).build().unwrap();
    let mut carrier = Carrier::of(served.hosted(), theus_core::workflow::VirtualClock::new());
    carrier.interlock = Some(Box::new(plant.clone()));
    carrier
}

fn heat(to: f64) -> Ask {
    Ask::Run(RunAsk { process: "heat".to_owned(), with: json!({ "to": to }) })
}

#[test]
fn what_one_machine_latches_stops_the_others_until_an_operator_resets_it() {
    let plant = Plant::default();
    let (mut one, mut other) = (oven(&plant), oven(&plant));
    assert!(one.ask("a", heat(80.0)).unwrap().unwrap().refused.is_none());
    let told = one.ask("a", heat(95.0)).unwrap().unwrap();
    assert_eq!((told.kind(), told.violations.len()), (Some("interlocked"), 1));
    for oven in [&mut one, &mut other] {
        let told = oven.ask("b", heat(20.0)).unwrap().unwrap();
        assert_eq!((told.kind(), told.version), (Some("interlocked"), 0));
    }
    plant.reset("R. Lee", "it is cold").unwrap();
    for oven in [&mut one, &mut other] {
        assert!(oven.ask("b", heat(20.0)).unwrap().unwrap().refused.is_none());
    }
}

#[test]
fn where_nobody_knows_nothing_is_kept_and_it_is_made_again() {
    let plant = Plant::default();
    let mut oven = oven(&plant);
    plant.0.lock().is_lost = true;
    assert!(matches!(oven.ask("a", heat(20.0)), Err(StepError::Later(_))));
    assert!(oven.kept.is_empty());
    plant.0.lock().is_lost = false;
    assert!(oven.ask("a", heat(20.0)).unwrap().unwrap().refused.is_none());
}

#[test]
fn a_timer_that_is_due_meanwhile_is_handled_after_the_reset() {
    let plant = Plant::default();
    let mut till = Carrier::new(Arc::new(World::default()));
    till.interlock = Some(Box::new(plant.clone()));
    let count = || Ask::Ask(EmitAsk { event: "CMD_COUNT".to_owned(), with: Value::Null, urgent: false });
    till.ask("a", count()).unwrap();
    let mut one = oven(&plant);
    one.ask("a", heat(95.0)).unwrap();
    assert_eq!(till.ask("a", count()).unwrap().unwrap().kind(), Some("interlocked"));
    plant.reset("R. Lee", "it is cold").unwrap();
    let states: Vec<_> = till.passes(Duration::from_secs(4)).into_iter().map(|told| told.states).collect();
    assert_eq!(states, [["IDLE"]]);
}

#[test]
fn a_lease_that_runs_out_in_the_midst_of_a_step_fails_no_chain() {
    let mut midst = 0;
    for known_for in 0..12 {
        let (plant, world) = (Plant::default(), Arc::new(World::default()));
        let served = program::served("Tills", Arc::clone(&world) as _, Some(plant.clone())).unwrap();
        let mut till = Carrier::of(served.hosted(), theus_core::workflow::VirtualClock::new());
        till.interlock = Some(Box::new(plant.clone()));
        let pay = || Ask::Ask(EmitAsk { event: "CMD_PAY".to_owned(), with: json!({ "amount": 1 }), urgent: false });
        plant.0.lock().known_for = Some(known_for);
        match till.ask("a", pay()) {
            Err(StepError::Later(_)) => {
                midst += u32::from(known_for > 0);
                assert!(till.kept.is_empty());
                (plant.0.lock().is_lost, plant.0.lock().known_for) = (false, None);
                let told = till.ask("a", pay()).unwrap().unwrap();
                assert_eq!((told.failure, told.reply), (None, Some(json!({ "paid": 3 }))), "{known_for}");
            }
            told => {
                let told = told.unwrap().unwrap();
                assert_eq!((told.failure, told.reply), (None, Some(json!({ "paid": 3 }))), "{known_for}");
            }
        }
    }
    assert!(midst > 3, "{midst}");
}
