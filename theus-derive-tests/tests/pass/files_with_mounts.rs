//! Processes of another crate, each at its place, in files that are checked while the program is compiled.

use domain::motor::{Motor, Ports, Spin};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    #[context(nested)]
    left: Motor,
    #[context(nested)]
    right: Motor,
}

#[derive(Clone, Default, Context)]
struct Bounds {
    most: i64,
}

#[derive(Clone, Default, Context)]
struct Plant {
    #[context(nested)]
    motors: Bounds,
}

#[process(updates = [domain.speed], inputs = [global.most])]
fn limit(ctx: Ctx<Motor, Bounds>) {
    *ctx.domain.speed = (*ctx.domain.speed).min(*ctx.global.most);
}

#[process(outputs = [domain.left.speed, domain.right.speed])]
fn stop(ctx: Ctx<Machine>) {
    ctx.domain.left.speed.set(0);
    ctx.domain.right.speed.set(0);
}

type App = Ctx<Machine, Plant, Ports>;

theus_core::mount! {
    Left = domain.left: Ctx<Motor, (), Ports>, in App, with effects;
    Right = domain.right: Ctx<Motor, (), Ports>, in App, with effects;
    Bounded = domain.left: Ctx<Motor, Bounds>, in App, with global.motors;
    Whole = domain: Ctx<Machine>, in App;
}

theus_core::files! {
    mod desk;
    domain = Machine,
    global = Plant,
    effects = Ports,
    processes = [At<Spin, Left>, At<Spin, Right>, At<Limit, Bounded>, At<Stop, Whole>],
    types = [Motor, Bounds],
    recipes = ["tests/files/mounted.yaml"],
    workflows = ["tests/files/mounted_flow.yaml"],
}

fn main() {}

#[test]
fn rules_and_workflows_know_them_by_their_places() {
    let plant = Plant { motors: Bounds { most: 5 } };
    let engine = desk::builder(Machine::default(), plant, Ports { factor: 3 }).build().unwrap();
    let mut flow = WorkflowManager::from_checked(&engine, desk::MOUNTED_FLOW).unwrap();
    flow.run_until_final().unwrap();
    let machine = engine.snapshot().unwrap().to_context();
    assert_eq!((machine.left.speed, machine.right.speed), (5, 9), "the one on the left is limited");
    assert!(engine.run(Left::of(Spin { by: 4 })).is_ok());
    assert!(engine.run(Right::of(Spin { by: 1 })).is_err(), "its own rule");
    assert!(engine.run(Whole::of(Stop)).is_err(), "its rule is known by the library's own name");
}
